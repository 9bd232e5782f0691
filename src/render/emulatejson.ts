/** An emulated run, and an exploration, as one JSON document each. */

import type { RunSummary } from '../model/emulation.ts';

/** `goflame/emulate/1` */
export function writeEmulateJson(run: RunSummary): string {
  return `${JSON.stringify({ schema: 'goflame/emulate/1', ...run }, null, 2)}\n`;
}

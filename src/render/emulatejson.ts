/** An emulated run, and an exploration, as one JSON document each. */

import type { RunSummary } from '../model/emulation.ts';
import type { Exploration } from '../model/exploration.ts';

/** `goflame/emulate/1` */
export function writeEmulateJson(run: RunSummary): string {
  return `${JSON.stringify({ schema: 'goflame/emulate/1', ...run }, null, 2)}\n`;
}

/** `goflame/explore/1` */
export function writeExploreJson(exploration: Exploration): string {
  return `${JSON.stringify({ schema: 'goflame/explore/1', ...exploration }, null, 2)}\n`;
}

/** The work of `goflame collapse`. */

import { writeFolded } from '../formats/folded.ts';
import { collapseInputs } from './collapsing.ts';
import type { CollapseArguments, InputArguments } from './options.ts';
import { writeOutput } from './outputs.ts';

/** The exit code; null where `--strict` refuses the input. */
export async function writeCollapsed(args: InputArguments & CollapseArguments & { output?: string }): Promise<number | null> {
  const collapsed = await collapseInputs(args);
  if (collapsed === null) return null;
  await writeOutput(writeFolded(collapsed.profile), args.output);
  return collapsed.code;
}

/** What the commands for execution traces refuse: other inputs, and parts in which a trace has nothing. */

import { InputError, UsageError } from '../base/errors.ts';
import type { Part } from '../model/evidence.ts';
import type { TracePart } from '../model/trace.ts';
import type { ReadInput } from './inputs.ts';
import type { TraceSelection } from './traceoptions.ts';

const PART_NAMES: Partial<Record<Part['format'], string>> = {
  'goroutine-dump': 'a goroutine dump',
  'goroutine-profile': 'a goroutine profile',
  'race-report': 'a race report',
  'go-test': 'output of go test',
  schedtrace: 'a scheduler log, which tells no events',
  folded: 'folded stacks',
};

/** The trace in an input. @throws InputError that says what the input is instead; `does`: as `timeline draws` */
export function requireTrace({ file, evidence }: ReadInput, does: string): TracePart {
  for (const part of evidence.parts) if (part.format === 'go-trace') return part;
  const [{ format }] = evidence.parts;
  const what = PART_NAMES[format] ?? `of the format ${format}`;
  const traces = 'execution traces (runtime/trace, go test -trace, the flight recorder)';
  throw new InputError(`this is ${what}; ${does} ${traces}. goflame inspect shows what is in there`, { file });
}

interface Looked {
  readonly startNs: number;
  readonly endNs: number;
  readonly procs: readonly unknown[];
}

/** @throws UsageError for a window in which the trace has nothing, and a P that it has not */
export function requireWindow({ endNs, startNs, procs }: Looked, { from, proc }: TraceSelection, file: string): void {
  if (from !== undefined && endNs <= startNs)
    throw new UsageError(`${file === '-' ? 'the trace' : file} ends before --from: there is nothing to show`);
  if (proc !== undefined && procs.length === 0) throw new UsageError(`--proc ${proc}: the trace has no such P in this part`);
}

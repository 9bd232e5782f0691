/** The work of `goflame convert` on execution traces. */

import { InputError, type Problem, ProblemList } from '../base/errors.ts';
import { TraceConverter } from '../formats/gotrace/convert.ts';
import type { TraceVersion } from '../formats/gotrace/spec.ts';
import { EXIT } from './exit.ts';
import { isDamaging, tellProblemsOf } from './findings.ts';
import { readChunks } from './inputs.ts';
import type { InputArguments } from './options.ts';
import { type PieceSink, streamOutput } from './outputs.ts';

export type ConvertArguments = Pick<InputArguments, 'file' | 'strict' | 'quiet'> & {
  from?: string;
  to: string;
  /** `1.23`. */
  go?: string;
  output?: string;
};

/** The exit code; null where `--strict` refuses the input. */
export async function convertTrace(args: ConvertArguments): Promise<number | null> {
  const file = args.file?.[0] ?? '-';
  const problems = new ProblemList();
  const code = await streamOutput(args.output, async (sink) => {
    await convertInto(sink, args, (problem) => problems.add(problem));
    return args.strict && problems.list().some(isDamaging) ? null : EXIT.done;
  });
  if (!args.quiet) tellProblemsOf(file, problems.list());
  return code;
}

async function convertInto(sink: PieceSink, args: ConvertArguments, report: (problem: Problem) => void): Promise<void> {
  const file = args.file?.[0] ?? '-';
  const version = args.go === undefined ? {} : { version: Number(args.go.slice(2)) as TraceVersion };
  const target = { form: args.to === 'trace' ? 'binary' : 'text', ...version } as const;
  const converter = new TraceConverter(target, (piece) => sink.write(piece), report);
  try {
    let isOpen = true;
    await readChunks({ file, quiet: args.quiet === true, report }, async (chunk) => {
      converter.push(chunk);
      isOpen = await sink.drained();
      return isOpen;
    });
    if (isOpen) converter.finish();
  } catch (error) {
    throw error instanceof InputError ? error.at({ file }) : error;
  }
}

/** The work of `goflame inspect`. */

import { EvidenceCollector, teeSinks } from '../analysis/collect.ts';
import { FindingsCounter, parseFailOn } from '../analysis/failon.ts';
import { Summarizer } from '../analysis/summary.ts';
import { UsageError } from '../base/errors.ts';
import type { FormatName } from '../formats/reader.ts';
import { type InspectedInput, writeInspectJson } from '../render/inspectjson.ts';
import { writeInspectText } from '../render/inspecttext.ts';
import { writeJoinText } from '../render/jointext.ts';
import { isDamaged, judge, tellProblems } from './findings.ts';
import { readInputs } from './inputs.ts';
import { interruptible } from './interrupts.ts';
import { Joiner } from './joining.ts';
import type { InputArguments } from './options.ts';
import { writeOutput } from './outputs.ts';
import { colorsFor, outputColumns } from './terminal.ts';

export interface InspectArguments extends InputArguments {
  readonly from?: FormatName;
  readonly output?: string;
  readonly json?: boolean;
  readonly top: number;
  readonly depth: number;
}

/** The exit code; null where `--strict` refuses the input. */
export async function inspectInputs(args: InspectArguments): Promise<number | null> {
  const conditions = args['fail-on'] === undefined ? [] : parseFailOn(args['fail-on']);
  const { top, depth } = args;
  if (!(top >= 1) || !(depth >= 1)) throw new UsageError('--top and --depth must be at least 1');
  const findings = new FindingsCounter();
  const collector = new EvidenceCollector();
  const summarizers: Summarizer[] = [];
  const request = {
    files: args.file ?? [],
    ...(args.from === undefined ? {} : { from: args.from }),
    redact: args.redact ?? false,
    quiet: args.quiet ?? false,
  };
  // Goroutines of a crash are looked for in a trace that is given with it.
  const joiner = new Joiner((args.file ?? []).length);
  const inputs = await readInputs(
    request,
    (stacks) => {
      const summarizer = new Summarizer(stacks);
      summarizers.push(summarizer);
      return teeSinks([summarizer, findings, ...(args.json ? [collector] : []), ...joiner.sinks(stacks)]);
    },
    (evidence) => {
      collector.finish(evidence);
      findings.finish(evidence);
    },
  );
  if (args.strict && isDamaged(inputs)) {
    tellProblems(inputs);
    return null;
  }
  if (!args.quiet && !args.json) tellProblems(inputs);
  const summarize = (): InspectedInput[] =>
    inputs.map(({ file, evidence }, i) => ({
      file,
      stacks: evidence.stacks,
      summaries: summarizers[i].summarize(evidence),
      problems: evidence.problems,
    }));
  const inspected = await interruptible(summarize);
  const joined = await interruptible(() => joiner.join(inspected));
  const page = { columns: outputColumns(), paint: colorsFor(process.stdout) };
  const text = args.json
    ? writeInspectJson(inspected, joined)
    : chain(writeInspectText(inspected, { ...page, top, depth }), writeJoinText(joined, page));
  await writeOutput(text, args.output);
  return judge(conditions, findings);
}

function* chain(...parts: readonly Iterable<string>[]): Generator<string> {
  for (const part of parts) yield* part;
}

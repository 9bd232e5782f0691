/** The work of `goflame diff`: both inputs are read, compared, and told or drawn. */

import { Collapser } from '../analysis/collapse.ts';
import { teeSinks } from '../analysis/collect.ts';
import { type ComparableInput, compareInputs } from '../analysis/diff.ts';
import { parseDiffFailOn } from '../analysis/difffail.ts';
import { Summarizer } from '../analysis/summary.ts';
import { UsageError } from '../base/errors.ts';
import { writeFolded } from '../formats/folded.ts';
import type { Comparison } from '../model/comparison.ts';
import { writeDiffJson } from '../render/diffjson.ts';
import { writeDiffText } from '../render/difftext.ts';
import { writeFlameGraph } from '../render/flamegraph.ts';
import { type FlameGraphOptions, resolveOptions } from '../render/flameoptions.ts';
import { collapseOptions, formatOption } from './collapsing.ts';
import { EXIT } from './exit.ts';
import { isDamaged, tellProblems } from './findings.ts';
import { readInputs } from './inputs.ts';
import { interruptible } from './interrupts.ts';
import type { CollapseArguments, InputArguments } from './options.ts';
import { isPage, writeOutput } from './outputs.ts';
import { note } from './streams.ts';
import { colorsFor, outputColumns } from './terminal.ts';
import { selectTrace } from './traceoptions.ts';
import { MOST_LISTED, TraceTaker } from './tracetaker.ts';

export type DiffArguments = Omit<InputArguments, 'file'> &
  CollapseArguments &
  FlameGraphOptions & {
    before: string;
    after: string;
    output?: string;
    json?: boolean;
    folded?: boolean;
    normalize?: boolean;
    top: number;
  };

type Shape = 'text' | 'json' | 'folded' | 'svg' | 'page';

/** What to write, by the options and the name of the file. */
function shapeOf({ output = '-', json, folded }: DiffArguments): Shape {
  if (json) return 'json';
  if (folded || /\.(?:folded|collapsed)$/i.test(output)) return 'folded';
  if (isPage(output)) return 'page';
  if (/\.svg$/i.test(output)) return 'svg';
  return 'text';
}

/** The exit code; null where `--strict` refuses an input. */
export async function diffInputs(args: DiffArguments): Promise<number | null> {
  const conditions = args['fail-on'] === undefined ? [] : parseDiffFailOn(args['fail-on']);
  if (!(args.top >= 1)) throw new UsageError('--top must be at least 1');
  if (args.before === '-' && args.after === '-') throw new UsageError('only one of the two can be stdin');
  const options = { title: 'Difference', ...args, removed: true } as FlameGraphOptions;
  resolveOptions(options);
  const inputs = await readBoth(args);
  if (inputs === null) return null;
  const comparison = await interruptible(() => compareInputs(inputs[0], inputs[1], { normalize: args.normalize ?? false }));
  const shape = shapeOf(args);
  if (shape === 'page') await writePage(comparison, args);
  else await writeOutput(writeShape(shape, comparison, args, options), args.output);
  const met = conditions.flatMap(({ text, check }) => {
    const found = check(comparison);
    return found === null ? [] : [`${found} (--fail-on ${text})`];
  });
  if (met.length > 0) note(`goflame: found ${met.join('; ')}\n`);
  return met.length > 0 ? EXIT.found : EXIT.done;
}

async function writePage(comparison: Comparison, args: DiffArguments): Promise<void> {
  const { reportComparison } = await import('./reporting.ts');
  await reportComparison(comparison, args);
}

function writeShape(
  shape: Exclude<Shape, 'page'>,
  comparison: Comparison,
  args: DiffArguments,
  options: FlameGraphOptions,
): Iterable<string> {
  if (shape === 'json') return writeDiffJson(comparison);
  if (shape === 'folded') return writeFolded(comparison.profile);
  if (shape === 'svg') return writeFlameGraph(comparison.profile, options);
  return writeDiffText(comparison, { columns: outputColumns(), paint: colorsFor(process.stdout), top: args.top });
}

async function readBoth(args: DiffArguments): Promise<ComparableInput[] | null> {
  const collapsers: Collapser[] = [];
  const summarizers: Summarizer[] = [];
  const traces: TraceTaker[] = [];
  const selection = { ...selectTrace(args), top: MOST_LISTED };
  const request = {
    files: [args.before, args.after],
    ...formatOption(args),
    redact: args.redact ?? false,
    quiet: args.quiet ?? false,
  };
  const inputs = await readInputs(
    request,
    (stacks, file) => {
      const collapser = new Collapser(collapseOptions(args));
      const summarizer = new Summarizer(stacks);
      collapser.begin(stacks, file);
      collapsers.push(collapser);
      summarizers.push(summarizer);
      const trace = new TraceTaker(stacks, selection);
      traces.push(trace);
      return teeSinks([collapser, summarizer, trace]);
    },
    (evidence) => collapsers[collapsers.length - 1].finish(evidence),
  );
  if (!args.quiet) tellProblems(inputs);
  if (args.strict && isDamaged(inputs)) return null;
  return inputs.map(({ file, evidence }, i) => {
    const summaries = summarizers[i].summarize(evidence);
    const dumps = summaries.filter((summary) => 'mapUsers' in summary).length;
    if (dumps > 1 && !args.quiet) note(`goflame: ${file} holds ${dumps} goroutine dumps; they are added up\n`);
    return {
      file,
      stacks: evidence.stacks,
      summaries,
      profile: collapsers[i].build(),
      trace: traces[i].finish()?.analysis ?? null,
    };
  });
}

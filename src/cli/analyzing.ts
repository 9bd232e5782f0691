/** The work of `goflame analyze`. */

import { type AnalyzeOptions, TraceAnalyzer } from '../analysis/trace/analyzer.ts';
import { parseTraceConditions, type TraceCondition } from '../analysis/trace/failon.ts';
import { UsageError } from '../base/errors.ts';
import type { EvidenceSink } from '../model/evidence.ts';
import type { TraceAnalysis } from '../model/traceanalysis.ts';
import { HOTSPOT_KINDS, type HotspotKind } from '../model/traceanalysis.ts';
import { writeAnalyzeJson } from '../render/analyzejson.ts';
import { writeAnalyzeText } from '../render/analyzetext.ts';
import { formatDuration } from '../render/units.ts';
import { EXIT } from './exit.ts';
import { isDamaged, tellProblems } from './findings.ts';
import { type ReadInput, readInputs } from './inputs.ts';
import { interruptible } from './interrupts.ts';
import type { TraceArguments } from './options.ts';
import { writeOutput } from './outputs.ts';
import { requireTrace, requireWindow } from './requiretrace.ts';
import { note } from './streams.ts';
import { colorsFor, outputColumns } from './terminal.ts';
import { parseDuration, requireDuration, selectTrace, splitFrom } from './traceoptions.ts';

export interface AnalyzeArguments extends TraceArguments {
  readonly file?: readonly string[];
  readonly output?: string;
  readonly json?: boolean;
  readonly top: number;
  readonly kind?: string;
  readonly 'min-duration'?: string;
  readonly 'fail-on'?: string;
  readonly strict?: boolean;
  readonly quiet?: boolean;
}

/**
 * Traces one after the other, each on a page or in a JSON document of its own. The exit code; null where `--strict` refuses
 * one of them.
 */
export async function analyzeTraces(args: AnalyzeArguments): Promise<number | null> {
  const conditions = args['fail-on'] === undefined ? [] : parseTraceConditions(args['fail-on'], parseDuration);
  const options = analyzeOptions(args);
  const pieces: string[] = [];
  let code: number = EXIT.done;
  for (const file of args.file?.length ? args.file : ['-']) {
    const { input, analysis } = await readTrace(file, args, options);
    requireWindow(analysis, options, file);
    const isRefused = args.strict === true && isDamaged([input]);
    // A JSON document tells of its problems itself.
    if (args.json ? isRefused : !args.quiet) tellProblems([input]);
    if (isRefused) return null;
    for (const piece of pageOf(input, analysis, args)) pieces.push(piece);
    code = Math.max(code, judgeTrace(conditions, analysis));
  }
  await writeOutput(pieces, args.output);
  return code;
}

function pageOf(input: ReadInput, analysis: TraceAnalysis, args: AnalyzeArguments): Iterable<string> {
  const { file, evidence } = input;
  const trace = { file, part: requireTrace(input, 'analyze reads'), analysis, problems: evidence.problems };
  if (args.json) return [writeAnalyzeJson(trace)];
  return writeAnalyzeText(trace, { columns: outputColumns(), paint: colorsFor(process.stdout), top: args.top });
}

function analyzeOptions(args: AnalyzeArguments): AnalyzeOptions {
  const { top, kind } = args;
  if (!Number.isInteger(top) || top < 1) throw new UsageError('--top expects a whole number of at least 1');
  const minDuration = args['min-duration'];
  return {
    ...selectTrace(args),
    top,
    ...(minDuration === undefined ? {} : { minDurationNs: requireDuration('min-duration', minDuration) }),
    ...(kind === undefined ? {} : { kind: kindOption(kind) }),
  };
}

function kindOption(text: string): HotspotKind {
  const kind = HOTSPOT_KINDS.find((one) => one.toLowerCase() === text.toLowerCase().replaceAll('-', ' '));
  if (kind === undefined) throw new UsageError(`--kind ${text}: expected one of ${HOTSPOT_KINDS.join(', ')}`);
  return kind;
}

/** Reads the one trace and analyses it on the way. @throws InputError where the input is no trace */
async function readTrace(
  file: string,
  args: AnalyzeArguments,
  options: AnalyzeOptions,
): Promise<{ input: ReadInput; analysis: TraceAnalysis }> {
  let analyzer: TraceAnalyzer | null = null;
  const { format } = splitFrom(args.from);
  const request = { files: [file], quiet: args.quiet ?? false, ...(format === undefined ? {} : { from: format }) };
  const [input] = await readInputs(request, (stacks): EvidenceSink => {
    const one = new TraceAnalyzer(stacks, options);
    analyzer = one;
    return { goroutine: () => {}, record: () => {}, race: () => {}, trace: () => one };
  });
  requireTrace(input, 'analyze reads');
  return { input, analysis: await interruptible(() => (analyzer as unknown as TraceAnalyzer).finish()) };
}

/** The exit code by `--fail-on`; says on stderr what was found. */
function judgeTrace(conditions: readonly TraceCondition[], analysis: TraceAnalysis): number {
  let code: number = EXIT.done;
  for (const { text, metric, limit } of conditions) {
    const value = metric.of(analysis);
    if (!(value > limit)) continue;
    const shown =
      metric.unit === 'duration'
        ? formatDuration(value)
        : metric.unit === 'share'
          ? `${(100 * value).toFixed(1)}%`
          : String(value);
    note(`goflame: found ${metric.about}: ${shown} (--fail-on ${text})\n`);
    code = EXIT.found;
  }
  return code;
}

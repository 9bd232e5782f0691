/** The work of `goflame report`, and of `goflame render` into a page: inputs → subjects → one page. */

import { type CollapseOptions, Collapser } from '../analysis/collapse.ts';
import { teeSinks } from '../analysis/collect.ts';
import { FindingsCounter, parseFailOn } from '../analysis/failon.ts';
import { Summarizer } from '../analysis/summary.ts';
import { SliceWeights } from '../analysis/trace/sliceweights.ts';
import { UsageError } from '../base/errors.ts';
import type { Comparison } from '../model/comparison.ts';
import type { CrashJoin } from '../model/crashjoin.ts';
import type { Profile } from '../model/profile.ts';
import type { FlameGraphOptions } from '../render/flameoptions.ts';
import { resolveOptions } from '../render/flameoptions.ts';
import { joinTexts } from '../render/jointext.ts';
import { makeDifference } from '../render/report/difference.ts';
import type { Fact, Report, ReportSubject } from '../render/report/model.ts';
import { writeReport } from '../render/report/page.ts';
import { makeSubject, type SubjectInput } from '../render/report/subject.ts';
import { VERSION } from '../version.ts';
import { collapseOptions, formatOption } from './collapsing.ts';
import { EXIT } from './exit.ts';
import { isDamaged, judge, tellProblems } from './findings.ts';
import { readInputs } from './inputs.ts';
import { interruptible } from './interrupts.ts';
import { Joiner } from './joining.ts';
import type { CollapseArguments, InputArguments } from './options.ts';
import { writeOutput } from './outputs.ts';
import { selectTrace } from './traceoptions.ts';
import { MOST_LISTED, TraceTaker } from './tracetaker.ts';

export type ReportArguments = InputArguments &
  CollapseArguments & { output?: string; title?: string; flamechart?: boolean } & FlameGraphOptions;

export interface ReportRequest {
  /** All inputs are one subject; else each is one of its own. */
  readonly merged: boolean;
  /** What is to be done with the stacks before they are shown. */
  readonly reshape?: (profile: Profile) => Profile;
}

/** Inputs that a page can hold apart; each takes some 80 KB of memory, and some 3 KB of the page. */
const MOST_INPUTS = 10_000;

/** The exit code; null where `--strict` refuses an input. */
export async function reportInputs(args: ReportArguments, { merged, reshape }: ReportRequest): Promise<number | null> {
  resolveOptions(args);
  const count = args.file?.length ?? 0;
  if (!merged && count > MOST_INPUTS)
    throw new UsageError(
      `${count} inputs are too many for one page: at most ${MOST_INPUTS}; render -o FILE.html merges any number into one view`,
    );
  const conditions = args['fail-on'] === undefined ? [] : parseFailOn(args['fail-on']);
  const ordered = args.flamechart ?? false;
  const selection = { ...selectTrace(args), top: MOST_LISTED };
  const findings = new FindingsCounter();
  const collapsers: Collapser[] = [];
  const summarizers: Summarizer[] = [];
  const traces: TraceTaker[] = [];
  const joiner = new Joiner((args.file ?? []).length);
  const request = {
    files: args.file ?? [],
    ...formatOption(args),
    redact: args.redact ?? false,
    quiet: args.quiet ?? false,
    ordered,
  };
  const inputs = await readInputs(
    request,
    (stacks, file) => {
      if (!merged || collapsers.length === 0) collapsers.push(new Collapser({ ...withSlices(collapseOptions(args)), ordered }));
      const collapser = collapsers[collapsers.length - 1];
      const summarizer = new Summarizer(stacks);
      const trace = new TraceTaker(stacks, selection);
      summarizers.push(summarizer);
      traces.push(trace);
      collapser.begin(stacks, file);
      return teeSinks([collapser, summarizer, findings, trace, ...joiner.sinks(stacks)]);
    },
    (evidence) => {
      collapsers[collapsers.length - 1].finish(evidence);
      findings.finish(evidence);
    },
  );
  if (!args.quiet) tellProblems(inputs);
  if (args.strict && isDamaged(inputs)) return null;
  const summarize = (): SubjectInput[] =>
    inputs.map(({ file, evidence }, i) => ({
      file,
      stacks: evidence.stacks,
      summaries: summarizers[i].summarize(evidence),
      problems: evidence.problems,
      trace: traces[i].finish(),
    }));
  const read = await interruptible(summarize);
  const joins = await interruptible(() => joiner.join(read));
  const groups = merged ? [read] : read.map((input) => [input]);
  const makeOne = (group: readonly SubjectInput[], i: number) => {
    const profile = collapsers[i].build();
    const name = group.map(({ file }) => nameOf(file)).join(', ');
    // Stacks that are turned round or cut off are no longer those of the slices; nor are those of several inputs.
    const windows = reshape === undefined && group.length === 1 ? collapsers[i].windows() : null;
    const subject = makeSubject(name, group, { profile: reshape?.(profile) ?? profile, ordered, windows });
    return { ...subject, facts: [...subject.facts, ...joinFacts(joins, group)] };
  };
  const subjects = await interruptible(() => groups.map(makeOne));
  await writePage(subjects, args);
  return conditions.length === 0 ? EXIT.done : judge(conditions, findings);
}

/** What a trace of these inputs, or of others, says of a crash. */
function joinFacts(joins: readonly CrashJoin[], group: readonly SubjectInput[]): Fact[] {
  const isOf = (name: string) => group.some(({ file }) => file === name);
  return joins
    .filter(({ trace, crash }) => isOf(trace) || isOf(crash))
    .flatMap((join) => joinTexts(join).map((text): Fact => ({ tone: join.verdict === 'joined' ? 'alarm' : 'plain', text })));
}

/** Keeps the weights of a trace over time as well. */
function withSlices(options: CollapseOptions): CollapseOptions {
  if (options.trace?.asGo) return options;
  return { ...options, trace: { ...options.trace, slices: new SliceWeights(options.trace?.from ?? 0) } };
}

/** A comparison as a page. */
export async function reportComparison(comparison: Comparison, args: { output?: string } & FlameGraphOptions): Promise<void> {
  await writePage([makeDifference(comparison)], args);
}

async function writePage(subjects: readonly ReportSubject[], args: { output?: string } & FlameGraphOptions): Promise<void> {
  const title = args.title ?? (subjects.length === 1 ? subjects[0].name : `${subjects.length} inputs`);
  const report: Report = { title, generator: `goflame ${VERSION}`, subjects, start: startOf(args) };
  await writeOutput(writeReport(report, args), args.output);
}

/** What the page's own palettes are called in its address. */
const COLORINGS: Readonly<Record<string, string>> = { go: 'owner', safe: 'safe', state: 'state', race: 'side' };

/** The options of the picture that are states of the page. */
function startOf({ colors, sort, search }: FlameGraphOptions): string {
  const start = new URLSearchParams();
  const coloring = colors === undefined ? undefined : COLORINGS[colors];
  if (coloring !== undefined) start.set('color', coloring);
  if (sort === 'width') start.set('order', 'width');
  if (search !== undefined && search !== '') start.set('s', `:${search}`);
  return start.toString();
}

function nameOf(file: string): string {
  return file === '-' ? 'stdin' : file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
}

/** Inputs → one profile, by the options that collapse and render share. */

import { type CollapseOptions, Collapser, type TraceCollapseOptions } from '../analysis/collapse.ts';
import { teeSinks } from '../analysis/collect.ts';
import { FindingsCounter, parseFailOn } from '../analysis/failon.ts';
import { parseGroupKeys } from '../analysis/groupkeys.ts';
import { GO_WEIGHTS, type TraceWeight } from '../analysis/trace/weights.ts';
import { UsageError } from '../base/errors.ts';
import type { FormatName } from '../formats/reader.ts';
import type { Profile } from '../model/profile.ts';
import { EXIT } from './exit.ts';
import { isDamaged, judge, parsePatterns, tellProblems } from './findings.ts';
import { type ReadInput, readInputs } from './inputs.ts';
import { interruptible } from './interrupts.ts';
import type { CollapseArguments, InputArguments } from './options.ts';
import { note } from './streams.ts';
import { selectTrace, splitFrom } from './traceoptions.ts';

export interface Collapsed {
  readonly profile: Profile;
  /** `go1.26`; null where no input says it, or several say different ones. */
  readonly goVersion: string | null;
  /** Exit code once everything is written. */
  readonly code: number;
}

/** The profile of all inputs; null where `--strict` refuses them. Problems are told on stderr. */
export async function collapseInputs(args: InputArguments & CollapseArguments, ordered = false): Promise<Collapsed | null> {
  const conditions = args['fail-on'] === undefined ? [] : parseFailOn(args['fail-on']);
  const collapser = new Collapser({ ...collapseOptions(args), ordered });
  const findings = new FindingsCounter();
  const request = {
    files: args.file ?? [],
    ...formatOption(args),
    redact: args.redact ?? false,
    quiet: args.quiet ?? false,
    ordered,
  };
  const begin: Parameters<typeof readInputs>[1] = (stacks, file) => {
    collapser.begin(stacks, file);
    return conditions.length === 0 ? collapser : teeSinks([collapser, findings]);
  };
  const inputs = await readInputs(request, begin, (evidence) => {
    collapser.finish(evidence);
    findings.finish(evidence);
  });
  if (!args.quiet) tellProblems(inputs);
  if (args.strict && isDamaged(inputs)) return null;
  const profile = await interruptible(() => collapser.build());
  if (profile.nodeCount === 0 && !args.quiet) note(`goflame: no stacks ${whyEmpty(args, inputs)}\n`);
  return { profile, goVersion: goVersionOf(inputs), code: conditions.length === 0 ? EXIT.done : judge(conditions, findings) };
}

/** The Go version that the inputs name, if they name one. */
function goVersionOf(inputs: readonly ReadInput[]): string | null {
  const versions = new Set<string>();
  for (const { evidence } of inputs)
    for (const part of evidence.parts) if (part.format === 'go-trace') versions.add(`go${part.version}`);
  return versions.size === 1 ? [...versions][0] : null;
}

/** The format that `--from` names, if it does. */
export function formatOption({ from }: InputArguments & CollapseArguments): { from?: FormatName } {
  const { format } = splitFrom(from);
  return format === undefined ? {} : { from: format };
}

/** What each weight of a trace counts, for a trace that has none of it. */
const COUNTED: Readonly<Record<TraceWeight, string>> = {
  running: 'ran',
  sched: 'waited for a P',
  sync: 'waited for a channel, a mutex or another of package sync',
  syscall: 'was in a system call',
  network: 'waited for the network',
  block: 'was blocked',
  samples: 'has a CPU sample: they are recorded while a CPU profile runs along with the trace',
};

function whyEmpty(args: CollapseArguments, inputs: readonly ReadInput[]): string {
  const weight = args.weight ?? '';
  const hasTrace = inputs.some(({ evidence }) => evidence.parts.some(({ format }) => format === 'go-trace'));
  if (weight in COUNTED)
    return hasTrace
      ? `weigh anything by ${weight}: no goroutine in this part of the trace ${COUNTED[weight as TraceWeight]}`
      : `weigh anything by ${weight}: it is for execution traces`;
  if (args.weight === 'wait') return 'have waited a minute or more: --weight wait counts whole minutes of goroutine dumps';
  const filters = [args.include, args.exclude, args.focus, args.hide].some((patterns) => patterns !== undefined);
  return filters ? 'are left after the filters' : 'in the input';
}

function traceOptions(args: CollapseArguments): TraceCollapseOptions {
  const { weight, 'as-go': asGo = false, stack } = args;
  const selection = selectTrace(args);
  if (asGo) {
    if (!(GO_WEIGHTS as readonly (string | undefined)[]).includes(weight))
      throw new UsageError(`--as-go goes with --weight ${GO_WEIGHTS.join(', ')}: go tool trace has no others`);
    if (stack === 'own') throw new UsageError('--as-go has stacks as go tool trace has them: leave --stack out');
    if (Object.keys(selection).length > 0 || args['group-by'] !== undefined)
      throw new UsageError('--as-go gives the whole of what go tool trace gives: leave out --group-by and what chooses a part');
  }
  return { ...selection, asGo, stack: stack === 'waker' ? 'waker' : 'own' };
}

/** The options of collapsing as the analysis takes them. */
export function collapseOptions(args: CollapseArguments): CollapseOptions {
  return {
    groupBy: args['group-by'] === undefined ? [] : parseGroupKeys(args['group-by']),
    ...(args.weight === undefined ? {} : { weight: args.weight as Exclude<CollapseOptions['weight'], undefined> }),
    trace: traceOptions(args),
    lines: args.lines ?? false,
    userOnly: args['user-only'] ?? false,
    createdBy: args['created-by'] ?? false,
    include: parsePatterns('include', args.include),
    exclude: parsePatterns('exclude', args.exclude),
    focus: parsePatterns('focus', args.focus),
    hide: parsePatterns('hide', args.hide),
    own: args.own ?? [],
  };
}

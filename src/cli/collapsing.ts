/** Inputs → one profile, by the options that collapse and render share. */

import { type CollapseOptions, Collapser } from '../analysis/collapse.ts';
import { teeSinks } from '../analysis/collect.ts';
import { FindingsCounter, parseFailOn } from '../analysis/failon.ts';
import { parseGroupKeys } from '../analysis/groupkeys.ts';
import { UsageError } from '../base/errors.ts';
import type { Profile } from '../model/profile.ts';
import { EXIT } from './exit.ts';
import { isDamaged, judge, parsePatterns, tellProblems } from './findings.ts';
import { type ReadInput, readInputs } from './inputs.ts';
import type { CollapseArguments, InputArguments } from './options.ts';

export interface Collapsed {
  readonly profile: Profile;
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
    ...(args.from === undefined ? {} : { from: args.from }),
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
  refuseTraces(inputs);
  if (!args.quiet) tellProblems(inputs);
  if (args.strict && isDamaged(inputs)) return null;
  const profile = collapser.build();
  if (profile.nodeCount === 0 && !args.quiet) process.stderr.write(`goflame: no stacks ${whyEmpty(args)}\n`);
  return { profile, code: conditions.length === 0 ? EXIT.done : judge(conditions, findings) };
}

/** Spans of a trace are no stacks with counts yet. */
export function refuseTraces(inputs: readonly ReadInput[]): void {
  const trace = inputs.find(({ evidence }) => evidence.parts.some(({ format }) => format === 'go-trace'));
  if (trace !== undefined)
    throw new UsageError(`${trace.file} is an execution trace: goflame inspect reads it, collapse and render do not`);
}

function whyEmpty(args: CollapseArguments): string {
  if (args.weight === 'wait') return 'have waited a minute or more: --weight wait counts whole minutes of goroutine dumps';
  const filters = [args.include, args.exclude, args.focus, args.hide].some((patterns) => patterns !== undefined);
  return filters ? 'are left after the filters' : 'in the input';
}

/** The options of collapsing as the analysis takes them. */
export function collapseOptions(args: CollapseArguments): CollapseOptions {
  return {
    groupBy: args['group-by'] === undefined ? [] : parseGroupKeys(args['group-by']),
    weight: args.weight as 'count' | 'wait',
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

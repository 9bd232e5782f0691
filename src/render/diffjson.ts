/**
 * `goflame/diff/1`: the difference of two inputs as one JSON document. `total` and the groups are as
 * measured; the functions' numbers before are multiplied by `factor`, which is 1 without --normalize.
 */

import { type Comparison, changeOf, type GroupSide, type Pair, raceStatus, type TraceMetric } from '../model/comparison.ts';
import { decodeName } from '../model/names.ts';
import { type Frame, isElided, type StackId, type StackTable } from '../model/stacks.ts';

export function* writeDiffJson(comparison: Comparison): Generator<string> {
  const { before, after, unit, total, factor, functions, groups, races, trace } = comparison;
  const head = { schema: 'goflame/diff/1', before, after, unit, factor, total: pairJson(total) };
  yield `${JSON.stringify(head).slice(0, -1)},\n"functions":`;
  yield* list(functions, (one) => ({
    function: decodeName(one.function),
    owner: one.owner,
    self: pairJson(one.self),
    total: pairJson(one.total),
  }));
  yield ',\n"groups":';
  if (groups === null) yield 'null';
  else
    yield* list(groups, (group) => ({
      ...pairJson(group.count),
      statesBefore: statesJson(group.before),
      statesAfter: statesJson(group.after),
      maxWaitMinutes: group.after?.maxWait ?? group.before?.maxWait ?? 0,
      leaked: group.after?.leaked ?? 0,
      frames: group.frames.map(frameJson),
      createdBy: group.createdBy === null ? null : frameJson(group.createdBy),
    }));
  yield ',\n"races":';
  if (races === null) yield 'null';
  else
    yield* list(races, (change) => ({
      fingerprint: change.fingerprint,
      status: raceStatus(change),
      ...(change.maybeSame.length > 0 ? { maybeSame: change.maybeSame } : {}),
      ...pairJson(change.count),
      accesses: change.race.accesses.map(({ kind, stack }) => ({ kind, frames: stackJson(change.stacks, stack) })),
    }));
  yield `,\n"trace":${trace === null ? 'null' : JSON.stringify({ metrics: trace.metrics.map(metricJson), goroutines: trace.groups })}`;
  yield '}\n';
}

function metricJson({ section, name, unit, values }: TraceMetric): unknown {
  return { section, name, unit, ...pairJson(values) };
}

function* list<T>(items: readonly T[], describe: (item: T) => unknown): Generator<string> {
  yield '[';
  let first = true;
  for (const item of items) {
    yield `${first ? '\n' : ',\n'}${JSON.stringify(describe(item))}`;
    first = false;
  }
  yield ']';
}

function pairJson(pair: Pair): Pair & { change: number } {
  return { before: pair.before, after: pair.after, change: changeOf(pair) };
}

function statesJson(side: GroupSide | null): Record<string, number> {
  return Object.fromEntries(side?.states ?? []);
}

function stackJson(stacks: StackTable, stack: StackId): unknown[] {
  return stacks.framesAt(stack).map(frameJson);
}

function frameJson(frame: Frame): unknown {
  if (isElided(frame)) return { elided: frame.elided };
  return { function: decodeName(frame.function), file: frame.file, line: frame.line > 0 ? frame.line : null };
}

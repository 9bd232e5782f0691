/** Which races are new, gone or still there, by their fingerprints. */

import { firstUserFrame } from '../model/callsite.ts';
import { type RaceChange, raceStatus } from '../model/comparison.ts';
import type { StackTable } from '../model/stacks.ts';
import type { RaceGroup } from '../model/summary.ts';
import type { SummarizedInput } from './diffgroups.ts';
import { mayBeSame } from './fingerprint.ts';

interface Known {
  readonly group: RaceGroup;
  readonly stacks: StackTable;
  readonly count: number;
}

/** New ones, those that may be, those gone, then the rest, most reports first; null where neither input has reports of races. */
export function compareRaces(before: SummarizedInput, after: SummarizedInput): RaceChange[] | null {
  const then = racesOf(before);
  const now = racesOf(after);
  if (then.size === 0 && now.size === 0) return null;
  const changes = [...new Set([...now.keys(), ...then.keys()])].map((fingerprint) =>
    describeRace(then.get(fingerprint), now.get(fingerprint), { then, now }),
  );
  return changes.sort((a, b) => rankOf(a) - rankOf(b) || b.count.after - a.count.after || b.count.before - a.count.before);
}

function rankOf(change: RaceChange): number {
  return ['new', 'maybe', 'gone', 'still'].indexOf(raceStatus(change));
}

function racesOf({ stacks, summaries }: SummarizedInput): Map<string, Known> {
  const known = new Map<string, Known>();
  for (const summary of summaries) {
    if (!('reports' in summary)) continue;
    for (const group of summary.groups) {
      const seen = known.get(group.fingerprint);
      known.set(group.fingerprint, { group: seen?.group ?? group, stacks, count: (seen?.count ?? 0) + group.count });
    }
  }
  return known;
}

/** Races of the side that lacks this one which it may be. */
function likeThese(known: Known, others: ReadonlyMap<string, Known>): string[] {
  return [...others.values()].flatMap(({ group }) => (mayBeSame(known.group.sides, group.sides) ? [group.fingerprint] : []));
}

interface BothSides {
  readonly then: ReadonlyMap<string, Known>;
  readonly now: ReadonlyMap<string, Known>;
}

function describeRace(before: Known | undefined, after: Known | undefined, { then, now }: BothSides): RaceChange {
  const both = before !== undefined && after !== undefined;
  const { group, stacks } = (after ?? before) as Known;
  const accesses = group.race.accesses.map(({ kind, stack }) => {
    const at = firstUserFrame(stacks, stack) ?? (stack < 0 ? null : stacks.leafOf(stack));
    return { kind, at: at === null ? null : stacks.frame(at) };
  });
  return {
    fingerprint: group.fingerprint,
    count: { before: before?.count ?? 0, after: after?.count ?? 0 },
    maybeSame: both ? [] : likeThese((after ?? before) as Known, after === undefined ? now : then),
    race: group.race,
    stacks,
    accesses,
  };
}

/**
 * Which groups of goroutines grew between two dumps or profiles. A group is told again by the functions of its stack,
 * as lines and addresses move from build to build.
 */

import { firstOwnFrame } from '../model/callsite.ts';
import { changeOf, type GroupChange, type GroupSide } from '../model/comparison.ts';
import { decodeName, foldTypeLists } from '../model/names.ts';
import { elidedText, type Frame, type FrameId, isElided, type StackId, type StackTable } from '../model/stacks.ts';
import type { PartSummary } from '../model/summary.ts';

/** One input as it was added up. */
export interface SummarizedInput {
  readonly stacks: StackTable;
  readonly summaries: readonly PartSummary[];
}

interface Side {
  count: number;
  maxWait: number;
  leaked: number;
  readonly states: Map<string, number>;
}

interface Group {
  readonly key: string;
  readonly stacks: StackTable;
  readonly stack: StackId;
  readonly createdBy: FrameId | null;
  readonly side: Side;
}

/** Groups whose size or place on one side changed, most suspect first; null where neither input has goroutines. */
export function compareGroups(before: SummarizedInput, after: SummarizedInput): GroupChange[] | null {
  const then = groupsOf(before);
  const now = groupsOf(after);
  if (then === null || now === null) return null;
  const keys = new Set([...now.keys(), ...then.keys()]);
  const changes = [...keys].map((key) => describeGroup(then.get(key) ?? null, now.get(key) ?? null));
  return changes.filter(({ count }) => changeOf(count) !== 0).sort((a, b) => suspicionOf(b) - suspicionOf(a));
}

/**
 * How much a group looks like a leak: what it grew by, the more the longer its goroutines wait (an hour counts about
 * sevenfold), and tenfold where the runtime itself found them unreachable. What shrank counts negative.
 */
export function suspicionOf({ count, after }: GroupChange): number {
  const grown = changeOf(count);
  if (grown <= 0 || after === null) return grown;
  return grown * (1 + Math.log2(1 + after.maxWait)) * (after.leaked > 0 ? 10 : 1);
}

/** By key; null where there is neither a dump nor a goroutine profile. */
function groupsOf({ stacks, summaries }: SummarizedInput): Map<string, Group> | null {
  const groups = new Map<string, Group>();
  let found = false;
  for (const summary of summaries) {
    if ('mapUsers' in summary) {
      found = true;
      for (const { stack, states, count, maxWait, leaked, createdBy } of summary.groups) {
        const state = stack < 0 ? `${[...states.keys()]}` : '';
        const side = sideOf(groups, { key: keyOf(stacks, stack, state), stacks, stack, createdBy });
        side.count += count;
        side.leaked += leaked;
        side.maxWait = Math.max(side.maxWait, maxWait);
        for (const [word, times] of states) side.states.set(word, (side.states.get(word) ?? 0) + times);
      }
    } else if ('records' in summary && summary.part.name.startsWith('goroutine')) {
      found = true;
      const leaks = summary.part.name === 'goroutineleak';
      for (const { stack, count } of summary.records) {
        const side = sideOf(groups, { key: keyOf(stacks, stack, ''), stacks, stack, createdBy: null });
        side.count += count;
        if (leaks) side.leaked += count;
      }
    }
  }
  return found ? groups : null;
}

function sideOf(groups: Map<string, Group>, group: Omit<Group, 'side'>): Side {
  let known = groups.get(group.key);
  if (known === undefined) {
    known = { ...group, side: { count: 0, maxWait: 0, leaked: 0, states: new Map() } };
    groups.set(group.key, known);
  }
  return known.side;
}

/** No name holds a line end; `state` tells groups without a stack apart. */
function keyOf(stacks: StackTable, stack: StackId, state: string): string {
  const names = stacks
    .framesAt(stack)
    .map((frame) => (isElided(frame) ? elidedText(frame.elided) : decodeName(foldTypeLists(frame.function))));
  return names.length === 0 ? `\n${state}` : names.join('\n');
}

function describeGroup(before: Group | null, after: Group | null): GroupChange {
  const { stacks, stack, createdBy } = (after ?? before) as Group;
  const at = firstOwnFrame(stacks, stack);
  return {
    frames: stacks.framesAt(stack),
    at: frameAt(stacks, at),
    createdBy: frameAt(stacks, createdBy),
    before: finished(before),
    after: finished(after),
    count: { before: before?.side.count ?? 0, after: after?.side.count ?? 0 },
  };
}

function finished(group: Group | null): GroupSide | null {
  return group?.side ?? null;
}

function frameAt(stacks: StackTable, frame: FrameId | null): Frame | null {
  return frame === null ? null : stacks.frame(frame);
}

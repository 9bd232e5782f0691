/**
 * Who was inside a map when the runtime stopped the program for concurrent use of it.
 *
 * The goroutine that noticed prints first (Go 1.0 to 1.27), but it is only one of the two: the other one is anywhere
 * below, most often `runnable`, and its runtime frames are hidden unless GOTRACEBACK=system. So each goroutine is
 * judged by the strongest of four signs, in this order; the weakest is given only where nothing better was found.
 */

import { firstUserFrame } from '../model/callsite.ts';
import { type MapOperation, mapWorkOf } from '../model/mapfunctions.ts';
import type { Crash, MapEvidence, MapUser } from '../model/snapshot.ts';
import { type FrameId, isElided, type StackId, type StackTable } from '../model/stacks.ts';
import { canRun } from '../model/states.ts';

type Operation = MapUser['operation'];

/** Whose side of a fault an operation is: what clears a map takes elements away, what clones one goes through it. */
const SIDES: Readonly<Record<MapOperation, Operation | null>> = {
  read: 'read',
  write: 'write',
  grow: 'write',
  delete: 'delete',
  clear: 'delete',
  iterate: 'iterate',
  clone: 'iterate',
  make: null,
};

/** What the goroutine that noticed was doing, by the words of the fault. */
const NOTICED: readonly (readonly [RegExp, Operation])[] = [
  [/concurrent map writes/, 'write'],
  [/concurrent map read and map write/, 'read'],
  [/concurrent map (?:iteration|clone) and map write/, 'iterate'],
];

/** What the other side must have been doing: each of these faults needs a writer. */
export function isMapFault(crash: Crash | null): boolean {
  return crash !== null && /concurrent map /.test(crash.message);
}

/** A goroutine as far as it matters here; several with one stack and state are told apart by their ids alone. */
export interface MapCandidate {
  readonly id: number;
  readonly state: string;
  readonly stack: StackId;
  readonly line: number;
}

/** The goroutines that were inside a map, or may have been: strongest evidence first, then in the order printed. */
export function findMapUsers(crash: Crash, goroutines: readonly MapCandidate[], stacks: StackTable): MapUser[] {
  const noticedBy = goroutines.find(({ id, state }) => id !== 0 && state === 'running') ?? goroutines[0];
  const users: MapUser[] = [];
  const rest: MapCandidate[] = [];
  for (const goroutine of goroutines) {
    const frame = firstUserFrame(stacks, goroutine.stack);
    const inside = operationOf(stacks, goroutine.stack);
    if (frame === null) continue;
    if (goroutine === noticedBy)
      users.push({ id: goroutine.id, operation: inside ?? noticedOperation(crash), frame, evidence: 'detected the fault' });
    else if (inside !== null) users.push({ id: goroutine.id, operation: inside, frame, evidence: 'runtime frame' });
    else if (canRun(goroutine.state) && isPlumbingHidden(stacks, goroutine.stack, frame)) rest.push(goroutine);
  }
  const byPlace = new Map(users.map((user) => [user.frame, user.operation]));
  for (const { id, stack } of rest) {
    const frame = firstUserFrame(stacks, stack) as FrameId;
    const operation = byPlace.get(frame);
    users.push({ id, frame, operation: operation ?? 'unknown', evidence: operation === undefined ? 'can run' : 'same line' });
  }
  return withoutGuesses(users);
}

/** Where two or more are certain, those who merely could run are no news. */
function withoutGuesses(users: readonly MapUser[]): MapUser[] {
  const certain = users.filter(({ evidence }) => evidence !== 'can run');
  const kept = certain.length > 1 ? certain : users;
  const rank: readonly MapEvidence[] = ['detected the fault', 'runtime frame', 'same line', 'can run'];
  return [...kept].sort((a, b) => rank.indexOf(a.evidence) - rank.indexOf(b.evidence));
}

function noticedOperation(crash: Crash): Operation {
  return NOTICED.find(([words]) => words.test(crash.message))?.[1] ?? 'unknown';
}

/** The map operation that stands between the leaf and the first frame of the program. */
function operationOf(stacks: StackTable, stack: StackId): Operation | null {
  const work = mapWorkOf(stacks.framesAt(stack).flatMap((frame) => (isElided(frame) ? [] : [frame.function])));
  return work === null ? null : SIDES[work.operation];
}

/** Whether the program's own frame is the leaf: then the runtime's frames below it, if any, were not printed. */
function isPlumbingHidden(stacks: StackTable, stack: StackId, frame: FrameId): boolean {
  return stacks.leafOf(stack) === frame;
}

/** A generation's stacks as arrays, to send them to another thread; ids stay what they are. */

import type { StackId, StackTable } from '../../model/stacks.ts';
import type { ClockSnapshot, TraceTables } from '../../model/trace.ts';
import { type PackableTables, TraceStacks } from './stacks.ts';

/** What is sent: nothing but numbers, strings and arrays of them. */
export interface PackedTables {
  readonly clock: ClockSnapshot | null;
  readonly ids: Float64Array;
  /** By stack: where its numbers end in `frames`. */
  readonly ends: Float64Array;
  readonly frames: Float64Array;
  readonly stringIds: Float64Array;
  readonly strings: readonly string[];
}

export function packTables({ clock, stacks }: PackableTables): PackedTables {
  const ids: number[] = [];
  const ends: number[] = [];
  const all: Float64Array[] = [];
  let length = 0;
  for (const [id, frames] of stacks.entries()) {
    length += frames.length;
    ids.push(id);
    ends.push(length);
    all.push(frames);
  }
  const frames = new Float64Array(length);
  all.forEach((one, i) => {
    frames.set(one, ends[i] - one.length);
  });
  const stringIds = [...new Set(stacks.stringIds())];
  return {
    clock,
    ids: Float64Array.from(ids),
    ends: Float64Array.from(ends),
    frames,
    stringIds: Float64Array.from(stringIds),
    strings: stringIds.map((id) => stacks.textOf(id)),
  };
}

export function unpackTables({ clock, ids, ends, frames, stringIds, strings }: PackedTables): TraceTables {
  const texts = new Map(strings.map((text, i) => [stringIds[i], text]));
  const stacks = new TraceStacks((id) => texts.get(id));
  ids.forEach((id, i) => {
    stacks.set(id, frames.subarray(i === 0 ? 0 : ends[i - 1], ends[i]));
  });
  return { clock, stackOf: (id: number, table: StackTable): StackId => stacks.stackOf(id, table) };
}

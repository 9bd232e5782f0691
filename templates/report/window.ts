/** The stacks of a window of time: the weights of the slices that it touches. */

import type { ProfileWindows } from '../../src/model/windows.ts';
import type { FlameData } from '../../src/render/report/pagedata.ts';
import type { TimeSpan } from './state.ts';
import type { TreeColumns } from './tree.ts';

/** The slices that a window touches, and the time that they span: nanoseconds since the first slice's begin. */
export function snapWindow(
  { sliceNs, count }: ProfileWindows,
  { from, to }: TimeSpan,
): { first: number; end: number; span: TimeSpan } {
  const first = Math.max(0, Math.min(count - 1, Math.floor(from / sliceNs)));
  const end = Math.max(first + 1, Math.min(count, Math.ceil(to / sliceNs)));
  return { first, end, span: { from: first * sliceNs, to: end * sliceNs } };
}

/** A profile with the weights of a window alone; without one, or without slices, as it is. */
export function columnsOf(data: FlameData, window: TimeSpan | null): TreeColumns {
  const columns = { ...data, classCount: data.classes.length };
  if (window === null || data.windows === null) return columns;
  const { first, nodes, weights } = data.windows;
  const { first: from, end } = snapWindow(data.windows, window);
  const self = new Float64Array(data.count);
  for (let cell = first[from]; cell < first[end]; cell++) self[nodes[cell]] += weights[cell];
  return { ...columns, self };
}

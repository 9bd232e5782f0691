/** The stacks of a window of time: the weights of the slices that it touches. */

import type { ProfileWindows } from '../../src/model/windows.ts';
import type { FlameData } from '../../src/render/report/pagedata.ts';
import { OWNERS } from '../../src/render/report/pageheader.ts';
import type { TimeSpan } from './state.ts';
import { parentsOf, type TreeColumns } from './tree.ts';

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

/** Where most of the time of a slice went: the function that it ended in, and the nearest caller of the own code. */
export class SliceStacks {
  private readonly data: FlameData;
  private readonly texts: readonly string[];
  private parents: Int32Array | null = null;

  constructor(data: FlameData, texts: readonly string[]) {
    this.data = data;
    this.texts = texts;
  }

  /** `runtime.makeslice in main.growMap`; null where nothing is known of a time, in nanoseconds since the first slice's begin. */
  at(time: number): string | null {
    const { windows } = this.data;
    if (windows === null) return null;
    const slice = Math.floor(time / windows.sliceNs);
    if (slice < 0 || slice >= windows.count) return null;
    let best = -1;
    for (let cell = windows.first[slice]; cell < windows.first[slice + 1]; cell++) {
      if (best < 0 || windows.weights[cell] > windows.weights[best]) best = cell;
    }
    return best < 0 ? null : this.describe(windows.nodes[best]);
  }

  private describe(node: number): string {
    const { data, texts } = this;
    this.parents ??= parentsOf(data.depths, data.count);
    const leaf = texts[data.texts[node]];
    for (let at = node; at > 0; at = this.parents[at]) {
      if (OWNERS[data.owners[data.texts[at]]] === 'own') return at === node ? leaf : `${leaf} in ${texts[data.texts[at]]}`;
    }
    return leaf;
  }
}

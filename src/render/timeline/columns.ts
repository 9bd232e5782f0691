/**
 * Times and slices → columns of pixels. What is narrower than a column counts with its share of it: nothing is left
 * out, and no column is narrower than a pixel.
 */

import type { Cover, SliceLanes, SpanLanes, View } from './picture.ts';
import { SHOWN_COUNT, SHOWN_OF } from './states.ts';

/** Columns of equal time. The first may begin before what is seen, the last may end behind it. */
export interface Columns {
  readonly from: number;
  readonly ns: number;
  readonly count: number;
}

/** Columns of exactly `pixels` each. */
export function pixelColumns({ from, to }: View, width: number, pixels: number): Columns {
  const count = Math.max(1, Math.floor(width / pixels));
  return { from, ns: (to - from) / count, count };
}

/** Columns of a whole number of slices, each at least `pixels` wide. */
export function sliceColumns(view: View, width: number, pixels: number, sliceNs: number): Columns {
  const least = ((view.to - view.from) / width) * pixels;
  const ns = Math.max(1, Math.ceil(least / sliceNs - 1e-9)) * sliceNs;
  const first = Math.floor(view.from / ns);
  return { from: first * ns, ns, count: Math.max(1, Math.ceil(view.to / ns) - first) };
}

export function laneColumns(lanes: SpanLanes | SliceLanes, view: View, width: number, pixels: number): Columns {
  return lanes.kind === 'spans' ? pixelColumns(view, width, pixels) : sliceColumns(view, width, pixels, lanes.sliceNs);
}

/** Share of each column by shown state, `SHOWN_COUNT` numbers a column. `end` is where the picture ends. */
export function laneShares(lanes: SpanLanes | SliceLanes, proc: number, columns: Columns, end: number): Float64Array {
  const shares = new Float64Array(columns.count * SHOWN_COUNT);
  if (lanes.kind === 'spans') addSpans(lanes, proc, columns, shares);
  else addSlices(lanes, proc, columns, shares);
  for (let column = 0; column < columns.count; column++) {
    const ns = columnLength(columns, column, end);
    for (let i = 0; i < SHOWN_COUNT; i++) shares[column * SHOWN_COUNT + i] /= ns;
  }
  return shares;
}

/** Nanoseconds of a column that lie before the picture's end. */
export function columnLength({ from, ns }: Columns, column: number, end: number): number {
  return Math.max(1e-9, Math.min(ns, end - from - column * ns));
}

function addSpans(lanes: SpanLanes, proc: number, columns: Columns, into: Float64Array): void {
  const { start, end, state, first } = lanes;
  const last = columns.from + columns.ns * columns.count;
  for (let i = firstSpan(lanes, proc, columns.from); i < first[proc + 1] && start[i] < last; i++) {
    spread(columns, start[i], end[i], (column, ns) => {
      into[column * SHOWN_COUNT + SHOWN_OF[state[i]]] += ns;
    });
  }
}

/** The first span of a P that ends behind a time. */
export function firstSpan({ first, end }: SpanLanes, proc: number, time: number): number {
  let low = first[proc];
  let high = first[proc + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (end[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function addSlices({ sliceNs, count, unit, shares }: SliceLanes, proc: number, columns: Columns, into: Float64Array): void {
  const perColumn = Math.round(columns.ns / sliceNs);
  const first = Math.round(columns.from / sliceNs);
  for (let shown = 0; shown < SHOWN_COUNT; shown++) {
    const values = shares[proc][shown];
    if (values === null) continue;
    const end = Math.min(count, first + columns.count * perColumn);
    for (let slice = Math.max(0, first); slice < end; slice++) {
      if (values[slice] > 0)
        into[Math.floor((slice - first) / perColumn) * SHOWN_COUNT + shown] += (values[slice] / unit) * sliceNs;
    }
  }
}

/** Visits the columns that [from, to) lies in, with the nanoseconds of it that lie there. */
function spread({ from: left, ns, count }: Columns, from: number, to: number, visit: (column: number, ns: number) => void): void {
  const last = Math.min(count - 1, Math.floor((to - left) / ns));
  for (let column = Math.max(0, Math.floor((from - left) / ns)); column <= last; column++) {
    const begin = left + column * ns;
    const part = Math.min(to, begin + ns) - Math.max(from, begin);
    if (part > 0) visit(column, part);
  }
}

/** Share of each column that is covered. */
export function coverShares(cover: Cover, columns: Columns, end: number): Float64Array {
  const shares = new Float64Array(columns.count);
  const add = (column: number, ns: number) => {
    shares[column] += ns;
  };
  if (cover.kind === 'times') {
    for (let i = 0; i < cover.times.length; i += 2) spread(columns, cover.times[i], cover.times[i + 1], add);
  } else {
    const { sliceNs, shares: covered } = cover;
    for (let slice = 0; slice < covered.length; slice++) {
      const share = covered[slice];
      if (share > 0) spread(columns, slice * sliceNs, (slice + 1) * sliceNs, (column, ns) => add(column, ns * share));
    }
  }
  return shares.map((ns, column) => Math.min(1, ns / columnLength(columns, column, end)));
}

/** Runs of columns with the same value; those with 0 are skipped. */
export function runsOf(values: ArrayLike<number>): { from: number; to: number; value: number }[] {
  const runs: { from: number; to: number; value: number }[] = [];
  for (let at = 0; at < values.length; ) {
    const value = values[at];
    let to = at + 1;
    while (to < values.length && values[to] === value) to++;
    if (value !== 0) runs.push({ from: at, to, value });
    at = to;
  }
  return runs;
}

/** The strips below the lanes: goroutines that wait for a P, Ps that are idle meanwhile, heap and goal. */

import { px } from '../geometry.ts';
import { type Columns, runsOf, sliceColumns } from './columns.ts';
import type { TimelinePicture, View } from './picture.ts';
import { box, type Shape, shape } from './shapes.ts';

const SHADES = 8;
/** Height of the row that says how many Ps were idle while goroutines waited. */
const WAITED_ROW = 5;

export function drawStrips(picture: TimelinePicture, view: View): Shape[] {
  const { strips, layout } = picture;
  const columns = sliceColumns(view, layout.plot, 1, strips.sliceNs);
  return [...drawRunnable(picture, view, columns), ...drawHeap(picture, view, columns)];
}

/** What the runnable strip's height stands for: the same in every view. */
export function runnableScale({ strips }: TimelinePicture): number {
  return Math.max(1, maxOf(strips.runnableMax));
}

/** The most that heap or goal come to, in bytes: what the heap strip's height stands for. */
export function heapMost({ strips }: TimelinePicture): number {
  return Math.max(1, maxOf(strips.heap ?? []), maxOf(strips.goal ?? []));
}

function drawRunnable(picture: TimelinePicture, view: View, columns: Columns): Shape[] {
  const { strips, layout } = picture;
  const scale = { top: layout.runnable, height: layout.strip, most: runnableScale(picture) };
  const at = { picture, view, columns };
  const mean = gather(strips.runnableMean, columns, strips.sliceNs, 'mean');
  const most = gather(strips.runnableMax, columns, strips.sliceNs, 'max');
  const waited = gather(strips.idleWaited, columns, strips.sliceNs, 'mean');
  const shades = waited.map((count) => (count > 0 ? Math.ceil(Math.min(1, count) * SHADES) / SHADES : 0));
  const shapes = [
    shape('path', { class: 'area', d: stepLine(at, mean, scale, true) }),
    shape('path', { class: 'line', d: stepLine(at, most, scale, false) }),
  ];
  for (const shade of [...new Set(shades)].sort((a, b) => a - b)) {
    if (shade === 0) continue;
    const runs = runsOf(shades).filter(({ value }) => value === shade);
    const d = runs.map(({ from, to }) => {
      const x = columnX(at, from);
      return box(px(x), layout.waited, px(Math.max(1, columnX(at, to) - x)), WAITED_ROW);
    });
    shapes.push(shape('path', { class: 'waited', 'fill-opacity': shade, d: d.join('') }));
  }
  return shapes;
}

function drawHeap(picture: TimelinePicture, view: View, columns: Columns): Shape[] {
  const { strips, layout } = picture;
  if (strips.heap === null || strips.goal === null) return [];
  const scale = { top: layout.heap, height: layout.strip, most: heapMost(picture) };
  const at = { picture, view, columns };
  return [
    shape('path', { class: 'heap', d: stepLine(at, gather(strips.heap, columns, strips.sliceNs, 'max'), scale, true) }),
    shape('path', { class: 'goal', d: stepLine(at, gather(strips.goal, columns, strips.sliceNs, 'max'), scale, false) }),
  ];
}

interface Place {
  readonly picture: TimelinePicture;
  readonly view: View;
  readonly columns: Columns;
}

function columnX({ picture: { layout }, view, columns }: Place, column: number): number {
  const time = columns.from + column * columns.ns;
  const x = layout.left + ((time - view.from) / (view.to - view.from)) * layout.plot;
  return Math.max(layout.left, Math.min(layout.left + layout.plot, x));
}

/** A line in steps, one a column, or the area below it; broken where there are no values. */
function stepLine(
  at: Place,
  values: Float64Array,
  { top, height, most }: { top: number; height: number; most: number },
  isArea: boolean,
): string {
  const bottom = top + height;
  const y = (value: number) => px(bottom - (value / most) * height);
  let path = '';
  for (let from = 0; from < values.length; ) {
    if (Number.isNaN(values[from])) {
      from++;
      continue;
    }
    path += `M${px(columnX(at, from))} ${isArea ? bottom : y(values[from])}`;
    let last = '';
    let column = from;
    for (; column < values.length && !Number.isNaN(values[column]); column++) {
      const level = y(values[column]);
      if (level === last) continue;
      path += `${last === '' ? '' : `H${px(columnX(at, column))}`}V${level}`;
      last = level;
    }
    path += `H${px(columnX(at, column))}${isArea ? `V${bottom}z` : ''}`;
    from = column;
  }
  return path;
}

/** Slices → columns. */
function gather(values: ArrayLike<number>, columns: Columns, sliceNs: number, how: 'mean' | 'max'): Float64Array {
  const perColumn = Math.round(columns.ns / sliceNs);
  const first = Math.round(columns.from / sliceNs);
  return Float64Array.from({ length: columns.count }, (_, column) => {
    let all = Number.NaN;
    let count = 0;
    const begin = Math.max(0, first + column * perColumn);
    const end = Math.min(values.length, first + (column + 1) * perColumn);
    for (let i = begin; i < end; i++) {
      const value = values[i];
      if (Number.isNaN(value)) continue;
      all = count++ === 0 ? value : how === 'max' ? Math.max(all, value) : all + value;
    }
    return how === 'mean' && count > 0 ? all / count : all;
  });
}

function maxOf(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) if (values[i] > most) most = values[i];
  return most;
}

/** Hotspots in the picture: a frame round the time on its lane, a number above the lanes, and a line between the two. */

import { px } from '../geometry.ts';
import type { PictureHotspot, TimelinePicture, View } from './picture.ts';
import { formatNs } from './scale.ts';
import { group, type Shape, shape } from './shapes.ts';
import { widthOf } from './textwidth.ts';

const BADGE = 8;
const ROW = 20;
const GAP = 6;
/** Room on each side of a line. */
const LINE = 3;
/** Lower lanes lie so close that a halo would hide their neighbours. */
const ROOMY_LANE = 10;
/** A frame is never narrower. */
const LEAST_FRAME = 3;

/** Classes of a hotspot's number and frame, by the label of its kind: a map that surely grows stands out. */
export function markClass(kind: string): string {
  if (kind === 'map growth') return 'mark growth';
  return kind === 'map operation' ? 'mark map' : 'mark';
}

interface Placed {
  readonly hotspot: PictureHotspot;
  /** Middle of the badge, and its row. */
  readonly x: number;
  readonly row: number;
  readonly label: string;
}

export function drawMarks(picture: TimelinePicture, view: View): Shape[] {
  const shown = picture.hotspots.filter(({ lane, from, to }) => lane >= 0 && to > view.from && from < view.to);
  // The first rank is drawn last: on top.
  return placeBadges(picture, view, shown)
    .reverse()
    .map((placed) => drawMark(picture, view, placed));
}

/** Rows of numbers that the whole picture needs. */
export function rowsNeeded(picture: TimelinePicture): number {
  const shown = picture.hotspots.filter(({ lane }) => lane >= 0);
  if (shown.length === 0) return 0;
  const placed = placeBadges(picture, { from: 0, to: picture.ns }, shown);
  return picture.layout.markRows - Math.min(...placed.map(({ row }) => row));
}

function spanX({ layout }: TimelinePicture, { from, to }: View, hotspot: PictureHotspot): [number, number] {
  const right = layout.left + layout.plot;
  const x = (time: number) => layout.left + ((time - from) / (to - from)) * layout.plot;
  const begin = Math.max(layout.left, Math.min(right - LEAST_FRAME, x(hotspot.from)));
  return [begin, Math.max(begin + LEAST_FRAME, Math.min(right, x(hotspot.to)))];
}

/**
 * Numbers first, each straight above its own time, higher ranks choosing first; then kinds and lengths as far as there
 * is room beside them. No label crosses a line.
 */
function placeBadges(picture: TimelinePicture, view: View, hotspots: readonly PictureHotspot[]): Placed[] {
  const { layout } = picture;
  const room = new Room(layout.left - BADGE, layout.left + layout.plot + BADGE, layout.markRows);
  const placed = hotspots.map((hotspot) => {
    const place = placeBadge(room, spanX(picture, view, hotspot), layout.plot);
    return { hotspot, ...place, label: '' };
  });
  return placed.map((one) => {
    const { kind, from, to } = one.hotspot;
    const begin = one.x + BADGE + 1;
    for (const label of [`${kind} ${formatNs(to - from)}`, kind]) {
      if (room.extend(one.row, begin, begin + 3 + widthOf(label) + GAP)) return { ...one, label };
    }
    return one;
  });
}

/** Above the middle of its time, or as near to it as there is room. */
function placeBadge(room: Room, [begin, end]: [number, number], plot: number): { x: number; row: number } {
  const middle = (begin + end) / 2;
  for (let by = 0; by < plot; by += 2) {
    for (const x of by === 0 ? [middle] : [middle + by, middle - by]) {
      const row = room.take(x, x - BADGE - 1, x + BADGE + 1);
      if (row !== null) return { x, row };
    }
  }
  return { x: middle, row: 0 };
}

/** What is taken of the rows above the lanes. */
class Room {
  private readonly taken: { row: number; from: number; to: number }[] = [];
  private readonly left: number;
  private readonly right: number;
  private readonly rows: number;

  constructor(left: number, right: number, rows: number) {
    this.left = left;
    this.right = right;
    this.rows = rows;
  }

  /** Takes [from, to) of the lowest row that has it free, and what the line from `x` down needs of those below. */
  take(x: number, from: number, to: number): number | null {
    if (from < this.left || to > this.right) return null;
    for (let row = this.rows - 1; row >= 0; row--) {
      if (!this.isFree(row, from, to)) continue;
      let isOpen = true;
      for (let below = row + 1; below < this.rows; below++) isOpen &&= this.isFree(below, x - LINE, x + LINE);
      if (!isOpen) continue;
      this.taken.push({ row, from, to });
      for (let below = row + 1; below < this.rows; below++) this.taken.push({ row: below, from: x - LINE, to: x + LINE });
      return row;
    }
    return null;
  }

  /** Takes [from, to) of a row, if it is free. */
  extend(row: number, from: number, to: number): boolean {
    if (to > this.right || !this.isFree(row, from, to)) return false;
    this.taken.push({ row, from, to });
    return true;
  }

  private isFree(row: number, from: number, to: number): boolean {
    return this.taken.every((one) => one.row !== row || to <= one.from || from >= one.to);
  }
}

function drawMark(picture: TimelinePicture, view: View, { hotspot, x, row, label }: Placed): Shape {
  const { layout } = picture;
  const [begin, end] = spanX(picture, view, hotspot);
  const top = layout.lanes + hotspot.lane * layout.step;
  const y = layout.marks + row * ROW + BADGE + 1;
  // Straight down, unless the number had to move aside.
  const foot = Math.max(begin, Math.min(end, x));
  const frame = { x: px(begin), y: px(top - 1), width: px(end - begin), height: layout.lane + 2, rx: layout.lane > 8 ? 2 : 0 };
  const line = `M${px(x)} ${px(y + BADGE)}L${px(foot)} ${px(top - 1)}`;
  const parts = [
    shape('path', { class: 'halo', d: line }),
    shape('path', { class: 'leader', d: line }),
    ...(layout.lane < ROOMY_LANE ? [] : [shape('rect', { class: 'halo', ...frame })]),
    shape('rect', { class: 'frame', ...frame }),
    shape('circle', { class: 'badge', cx: px(x), cy: y, r: BADGE }),
    shape('text', { class: 'rank', x: px(x), y: y + 4 }, String(hotspot.rank)),
  ];
  if (label !== '') parts.push(shape('text', { class: 'kind', x: px(x + BADGE + 4), y: y + 4 }, label));
  return group({ class: markClass(hotspot.kind), 'data-rank': hotspot.rank }, parts);
}

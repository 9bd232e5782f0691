/** All of a timeline that moves when time is zoomed: drawn by the writer once, by the script again and again. */

import { px } from '../geometry.ts';
import { type Columns, coverShares, laneColumns, laneShares, pixelColumns, runsOf } from './columns.ts';
import { lanePaths, stepsOf } from './lanepaths.ts';
import { drawMarks } from './marks.ts';
import type { Cover, PictureProc, TimelineLayout, TimelinePicture, View } from './picture.ts';
import { formatTicks, tickStep } from './scale.ts';
import { box, group, type Shape, shape } from './shapes.ts';
import { SHOWN } from './states.ts';
import { drawStrips } from './strips.ts';

/** Room that a tick's label takes. */
const TICK_ROOM = 92;
/** Shades of what is covered in part. */
const SHADES = 8;
/** Of this many columns with a pause and more, each is as strong as its share. */
const CROWDED = 0.1;

/** Names of the groups in the picture, those that lie behind others first. */
export const SCENE_GROUPS = ['ground', 'grid', 'behind', 'lanes', 'strips', 'pauses', 'marks', 'ticks'] as const;
export type SceneGroup = (typeof SCENE_GROUPS)[number];
export type Scene = Readonly<Record<SceneGroup, readonly Shape[]>>;

/** `pixels` is the least width of a column in the lanes. */
export function drawScene(picture: TimelinePicture, view: View, pixels: number): Scene {
  const { layout } = picture;
  const columns = pixelColumns(view, layout.plot, 1);
  const step = tickStep(view.to - view.from, layout.plot / TICK_ROOM);
  return {
    grid: drawGrid(picture, view, step),
    behind: drawMarkPhases(picture, columns),
    ground: picture.procs.map((proc, i) => drawPresence(picture, view, proc, i)),
    lanes: picture.procs.map((_, i) => drawLane(picture, view, i, pixels)),
    strips: drawStrips(picture, view),
    pauses: drawPauses(picture, columns),
    marks: drawMarks(picture, view),
    ticks: drawTicks(picture, view, step),
  };
}

export function xOf({ layout }: TimelinePicture, { from, to }: View, time: number): number {
  return layout.left + ((time - from) / (to - from)) * layout.plot;
}

export function laneTop({ layout }: TimelinePicture, lane: number): number {
  return layout.lanes + lane * layout.step;
}

export function lanesBottom({ layout, procs }: TimelinePicture): number {
  return layout.lanes + procs.length * layout.step - (layout.step - layout.lane);
}

// ---- axis ----

/** Moments of the ticks in view, since the trace's begin. */
function ticksOf({ offset }: TimelinePicture, { from, to }: View, step: number): number[] {
  const ticks: number[] = [];
  const first = Math.ceil((from + offset) / step - 1e-6);
  for (let i = first; i * step <= to + offset + step * 1e-6; i++) ticks.push(i * step);
  return ticks;
}

function drawGrid(picture: TimelinePicture, view: View, step: number): Shape[] {
  const { layout, offset } = picture;
  const top = layout.collector;
  const d = ticksOf(picture, view, step).map((tick) => `M${px(xOf(picture, view, tick - offset))} ${top}V${layout.axis}`);
  return [shape('path', { d: d.join('') })];
}

function drawTicks(picture: TimelinePicture, view: View, step: number): Shape[] {
  const { layout, offset } = picture;
  const ticks = ticksOf(picture, view, step);
  const labels = formatTicks(ticks, step);
  return ticks.map((tick, i) => {
    const x = xOf(picture, view, tick - offset);
    const right = layout.left + layout.plot;
    const anchor = x < layout.left + 20 ? 'start' : x > right - 34 ? 'end' : 'middle';
    return shape('text', { x: px(x), y: layout.axis + 15, 'text-anchor': anchor }, labels[i]);
  });
}

// ---- lanes ----

/** The ground of a lane: where GOMAXPROCS allows the P. */
function drawPresence(picture: TimelinePicture, view: View, { present }: PictureProc, lane: number): Shape {
  const { layout } = picture;
  const right = layout.left + layout.plot;
  let d = '';
  for (let i = 0; i < present.length; i += 2) {
    const x = Math.max(layout.left, xOf(picture, view, present[i]));
    const width = Math.min(right, xOf(picture, view, present[i + 1])) - x;
    if (width > 0) d += box(px(x), laneTop(picture, lane), px(Math.max(1, width)), layout.lane);
  }
  return shape('path', { d });
}

function drawLane(picture: TimelinePicture, view: View, lane: number, pixels: number): Shape {
  const { layout, lanes, ns } = picture;
  const columns = laneColumns(lanes, view, layout.plot, pixels);
  const steps = stepsOf(laneShares(lanes, lane, columns, ns), layout.levels);
  const scale = layout.plot / (view.to - view.from);
  const x = layout.left + (columns.from - view.from) * scale;
  const paths = lanePaths(steps, layout.levels)
    .map((d, shown) => shape('path', { class: SHOWN[shown].className, d }))
    .filter(({ attributes }) => attributes.d !== '')
    .reverse();
  const move = `translate(${px(x)},${laneTop(picture, lane)})`;
  return group({ transform: `${move}scale(${precise(columns.ns * scale)},${precise(layout.lane / layout.levels)})` }, paths);
}

function precise(value: number): string {
  return String(Number(value.toPrecision(9)));
}

// ---- the collector ----

function shadesOf(cover: Cover, columns: Columns, end: number): Float64Array {
  return coverShares(cover, columns, end).map((share) => Math.ceil(share * SHADES) / SHADES);
}

/** Mark phases: strong in their own row, a tint behind the lanes and strips. */
function drawMarkPhases(picture: TimelinePicture, columns: Columns): Shape[] {
  const { layout } = picture;
  const runs = runsOf(shadesOf(picture.gcMark, columns, picture.ns));
  return byShade(runs).flatMap(([shade, list]) => {
    const below = layout.collector + ROW + 2;
    return [
      shape('path', { class: 'phase', 'fill-opacity': shade, d: bars(layout, list, layout.collector, ROW) }),
      shape('path', { class: 'tint', 'fill-opacity': round(shade * TINT), d: bars(layout, list, below, layout.axis - below) }),
    ];
  });
}

/** Height of the collector's row, and how strong a mark phase is behind the lanes. */
const ROW = 8;
const TINT = 0.16;
/** Pauses up to this many pixels are lines. */
const LINE_WIDTH = 3;

function byShade(runs: readonly Run[]): (readonly [number, Run[]])[] {
  const shades = [...new Set(runs.map(({ value }) => value))].sort((a, b) => a - b);
  return shades.map((shade) => [shade, runs.filter(({ value }) => value === shade)] as const);
}

type Run = ReturnType<typeof runsOf>[number];

/** Pauses: each visible where there are few; where they crowd, as strong as their share of the time. */
function drawPauses(picture: TimelinePicture, columns: Columns): Shape[] {
  const { layout } = picture;
  const shares = coverShares(picture.stw, columns, picture.ns);
  const touched = shares.reduce((count, share) => (share > 0 ? count + 1 : count), 0);
  const crowded = touched > columns.count * CROWDED;
  const strengths = shares.map((share) => (share === 0 ? 0 : crowded ? Math.ceil(share * SHADES) / SHADES : 1));
  return byShade(runsOf(strengths)).flatMap(([strength, list]) => [
    shape('path', { class: 'pause', 'fill-opacity': strength, d: bars(layout, list, layout.collector, ROW) }),
    ...acrossLanes(picture, list, strength),
  ]);
}

/** A short pause is a strong line through all lanes; a long one must not hide what they show. */
function acrossLanes(picture: TimelinePicture, list: readonly Run[], strength: number): Shape[] {
  const { layout } = picture;
  const top = layout.collector + ROW;
  const height = lanesBottom(picture) - top;
  const isLine = ({ from, to }: Run) => to - from <= LINE_WIDTH;
  const kinds = [
    { opacity: 0.6, runs: list.filter(isLine) },
    { opacity: 0.2, runs: list.filter((run) => !isLine(run)) },
  ];
  return kinds
    .filter(({ runs }) => runs.length > 0)
    .map(({ opacity, runs }) =>
      shape('path', { class: 'pause', 'fill-opacity': round(strength * opacity), d: bars(layout, runs, top, height) }),
    );
}

function bars({ left }: TimelineLayout, runs: readonly Run[], top: number, height: number): string {
  return runs.map(({ from, to }) => box(left + from, top, to - from, height)).join('');
}

function round(opacity: number): number {
  return Number(opacity.toFixed(3));
}

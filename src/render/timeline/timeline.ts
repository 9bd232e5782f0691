/**
 * Timeline → SVG: a lane for each P, marks for the hotspots, strips for what waited and what the heap did. The picture is
 * complete without its script, and never larger than two megabytes, however long the trace and however many its Ps.
 */

import script from '../../../templates/timeline/main.ts?bundled';
import type { Timeline } from '../../model/timeline.ts';
import { px } from '../geometry.ts';
import { cdata, escapeXml, fingerprint, showControls } from '../xml.ts';
import { describeMerging, describeTrace, describeWallClock } from './facts.ts';
import { fitText } from './fittext.ts';
import { drawList, listHeight } from './hotspotlist.ts';
import { drawLegend, legendHeight } from './legend.ts';
import { makePicture } from './makepicture.ts';
import type { TimelinePicture, View } from './picture.ts';
import { formatBytes, formatPercent } from './scale.ts';
import { drawScene, SCENE_GROUPS, type Scene } from './scene.ts';
import { group, type Shape, shape } from './shapes.ts';
import { heapMost, runnableScale } from './strips.ts';
import { timelineStyle } from './style.ts';
import { widthOf } from './textwidth.ts';
import { encodePicture } from './timelinedata.ts';

export interface TimelineSvgOptions {
  /** Pixels. */
  readonly width?: number;
  readonly title?: string;
  /** What it is a picture of: a file's name, say. */
  readonly subject?: string;
  /** Which of the hotspots were asked for, where not all were. */
  readonly only?: string;
  /** Without, the picture does not zoom. */
  readonly javascript?: boolean;
}

const DEFAULT_WIDTH = 1200;
const HEADER = 62;
const FOOTER = 34;
/** Characters of all lanes: with the data and the rest it leaves room below two megabytes. */
const LANES_ROOM = 900_000;
const COLUMN_WIDTHS = [1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32];
/** From this width on a picture holds its list. */
export const LEAST_WIDTH = 700;
export const MOST_WIDTH = 4000;

/** The SVG in chunks. */
export function* writeTimeline(timeline: Timeline, options: TimelineSvgOptions = {}): Generator<string> {
  const width = options.width ?? DEFAULT_WIDTH;
  const live = options.javascript ?? true;
  const top = HEADER + legendHeight(timeline, width);
  const below = listHeight(timeline.hotspots) + FOOTER;
  const picture = makePicture(timeline, { width, top, below });
  const title = options.title ?? 'P occupancy';
  const data = live ? dataText(picture) : '';
  const scope = `gf-${fingerprint(JSON.stringify([title, options.subject, width, timeline.endNs, timeline.sliceNs, data.slice(0, 1 << 16)]))}`;
  const { height } = picture.layout;
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield `<svg xmlns="http://www.w3.org/2000/svg" class="goflame timeline ${scope}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">\n`;
  yield `<title>${escapeXml(title)}</title>\n<desc>${escapeXml(describeTrace(timeline))}</desc>\n`;
  yield `<style>${timelineStyle(scope, live)}</style>\n`;
  if (live) yield `<metadata>${data}</metadata>\n`;
  yield writeShapes([shape('rect', { class: 'page', width, height })]);
  yield writeShapes(drawHeader(timeline, options, title, width));
  yield writeShapes([group({ class: 'legend' }, drawLegend(timeline, width, HEADER))]);
  yield writeShapes([group({ class: 'gutter' }, drawGutter(picture))]);
  yield writeShapes([clipShape(picture, scope)]);
  yield* writeScene(fitScene(picture), scope);
  yield writeShapes([group({ class: 'list' }, drawList(timeline.hotspots, width, picture.layout.axis + 36))]);
  yield writeShapes([shape('text', { class: 'quiet', x: 24, y: height - 14 }, fitText(describeMerging(timeline), width - 48))]);
  if (live) yield `<script>${cdata(script)}</script>\n`;
  yield '</svg>\n';
}

/** The scene with the narrowest columns that its room allows. */
function fitScene(picture: TimelinePicture): Scene {
  const view: View = { from: 0, to: picture.ns };
  for (const pixels of COLUMN_WIDTHS) {
    const scene = drawScene(picture, view, pixels);
    const length = scene.lanes.reduce((sum, lane) => sum + writeShape(lane).length, 0);
    if (length <= LANES_ROOM || pixels === COLUMN_WIDTHS[COLUMN_WIDTHS.length - 1]) return scene;
  }
  throw new Error('no columns to draw with');
}

function* writeScene(scene: Scene, scope: string): Generator<string> {
  yield '<g class="scene">\n';
  for (const name of SCENE_GROUPS) {
    const clip = name === 'marks' || name === 'ticks' ? '' : ` clip-path="url(#${scope}-plot)"`;
    yield `<g class="${name}"${clip}>\n`;
    yield writeShapes(scene[name]);
    yield '</g>\n';
  }
  yield '</g>\n';
}

// ---- what does not move ----

function drawHeader(timeline: Timeline, { subject, only }: TimelineSvgOptions, title: string, width: number): Shape[] {
  const wall = describeWallClock(timeline);
  const told = [subject, describeTrace(timeline), only].filter((part) => part !== undefined).join(' · ');
  const room = width - 48 - (wall === null ? 0 : widthOf(wall) + 20);
  const shapes = [
    shape('text', { class: 'title', x: 24, y: 30 }, fitText(title, width - 160, 18)),
    shape('text', { class: 'quiet', x: 24, y: 50 }, fitText(told, room)),
  ];
  if (wall !== null) shapes.push(shape('text', { class: 'quiet wall', x: width - 24, y: 50 }, wall));
  return shapes;
}

/** Rows that a label takes. */
const LABEL_ROOM = 12;
/** Lanes of this height have room for how busy the P was. */
const ROOMY = 10;

function drawGutter(picture: TimelinePicture): Shape[] {
  const { layout, procs, strips } = picture;
  const every = [1, 2, 4, 8, 16, 32, 64].find((n) => n * layout.step >= LABEL_ROOM) ?? 64;
  const shapes: Shape[] = [shape('text', { class: 'quiet', x: 24, y: layout.collector + 8 }, 'GC, pauses')];
  procs.forEach(({ id, busy }, i) => {
    if (i % every !== 0) return;
    const y = px(layout.lanes + i * layout.step + layout.lane / 2 + 4);
    shapes.push(shape('text', { x: 24, y }, `P${id}`));
    if (every === 1 && layout.lane >= ROOMY)
      shapes.push(shape('text', { class: 'quiet end', x: layout.left - 8, y }, formatPercent(busy)));
  });
  shapes.push(...stripLabels(layout.runnable, ['runnable', `up to ${runnableScale(picture)}`]));
  shapes.push(shape('text', { class: 'quiet', x: 24, y: layout.waited + 6 }, 'idle meanwhile'));
  if (strips.heap !== null) shapes.push(...stripLabels(layout.heap, ['heap, goal', `up to ${formatBytes(heapMost(picture))}`]));
  return shapes;
}

function stripLabels(top: number, [name, scale]: readonly [string, string]): Shape[] {
  return [shape('text', { x: 24, y: top + 18 }, name), shape('text', { class: 'quiet', x: 24, y: top + 33 }, scale)];
}

function clipShape({ layout }: TimelinePicture, scope: string): Shape {
  const place = { x: layout.left, y: layout.collector, width: layout.plot, height: layout.axis - layout.collector };
  return { name: 'clipPath', attributes: { id: `${scope}-plot` }, children: [shape('rect', place)] };
}

// ---- text ----

function writeShapes(shapes: readonly Shape[]): string {
  return shapes.map((one) => `${writeShape(one)}\n`).join('');
}

function writeShape({ name, attributes, text, children }: Shape): string {
  let open = `<${name}`;
  for (const key in attributes) open += ` ${key}="${escapeXml(String(attributes[key]))}"`;
  if (text === undefined && children === undefined) return `${open}/>`;
  return `${open}>${text === undefined ? '' : escapeXml(text)}${children?.map(writeShape).join('') ?? ''}</${name}>`;
}

function dataText(picture: TimelinePicture): string {
  const json = JSON.stringify(encodePicture(picture), (_key, value) => (typeof value === 'string' ? showControls(value) : value));
  return escapeXml(json)
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'");
}

/** What the tooltip tells of the place under the pointer. */

import { columnLength, coverShares, firstSpan, laneColumns, laneShares } from '../../src/render/timeline/columns.ts';
import type { SpanLanes, TimelinePicture, View } from '../../src/render/timeline/picture.ts';
import { formatBytes, formatNs, formatPercent } from '../../src/render/timeline/scale.ts';
import { IDLE_STATE, SHOWN, SHOWN_COUNT, stateLabel } from '../../src/render/timeline/states.ts';

export interface Facts {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Spans shorter than so many pixels are told together with their neighbours. */
const LEAST_PIXELS = 1;

/** A P at a time: the very span where it can be seen, otherwise the shares of what shares its pixel. */
export function laneFacts(picture: TimelinePicture, view: View, lane: number, time: number): Facts {
  const { procs, lanes, layout } = picture;
  const name = `P${procs[lane].id}`;
  if (!isPresent(procs[lane].present, time)) return { title: `${name} does not exist`, lines: ['GOMAXPROCS is lower here'] };
  const pixel = (view.to - view.from) / layout.plot;
  const exact = lanes.kind === 'spans' ? spanFacts(picture, lanes, lane, time, pixel) : null;
  return exact ?? shareFacts(picture, view, lane, time);
}

function isPresent(present: readonly number[], time: number): boolean {
  for (let i = 0; i < present.length; i += 2) if (time >= present[i] && time <= present[i + 1]) return true;
  return false;
}

function spanFacts(picture: TimelinePicture, lanes: SpanLanes, lane: number, time: number, pixel: number): Facts | null {
  const name = `P${picture.procs[lane].id}`;
  const at = firstSpan(lanes, lane, time);
  const end = lanes.first[lane + 1];
  if (at < end && lanes.start[at] <= time) {
    if (lanes.end[at] - lanes.start[at] < pixel * LEAST_PIXELS) return null;
    const goroutine = lanes.goroutines[lanes.holder[at]];
    const lines =
      goroutine === undefined ? [] : [`goroutine ${goroutine.id}${goroutine.entry === '' ? '' : ` · ${goroutine.entry}`}`];
    return {
      title: `${name} · ${stateLabel(lanes.state[at])}`,
      lines: [...lines, placeText(picture, lanes.start[at], lanes.end[at])],
    };
  }
  const from = at > lanes.first[lane] ? lanes.end[at - 1] : 0;
  const to = at < end ? lanes.start[at] : picture.ns;
  if (to - from < pixel * LEAST_PIXELS) return null;
  return { title: `${name} · ${stateLabel(IDLE_STATE)}`, lines: [placeText(picture, from, to)] };
}

function placeText({ offset }: TimelinePicture, from: number, to: number): string {
  return `${formatNs(to - from)}, from ${moment(from + offset)} to ${moment(to + offset)}`;
}

/** A moment to the microsecond. */
export function moment(ns: number): string {
  return ns >= 1e9 ? `${(ns / 1e9).toFixed(6)} s` : `${(ns / 1e6).toFixed(3)} ms`;
}

function shareFacts(picture: TimelinePicture, view: View, lane: number, time: number): Facts {
  const all = laneColumns(picture.lanes, view, picture.layout.plot, 1);
  const column = Math.max(0, Math.min(all.count - 1, Math.floor((time - all.from) / all.ns)));
  const one = { from: all.from + column * all.ns, ns: all.ns, count: 1 };
  const shares = laneShares(picture.lanes, lane, one, picture.ns);
  const told = SHOWN.map(({ name }, i) => ({ name, share: shares[i] }))
    .slice(0, SHOWN_COUNT)
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share);
  const idle = Math.max(0, 1 - told.reduce((sum, { share }) => sum + share, 0));
  const lines = told.map(({ name, share }) => `${formatPercent(share)} ${name}`);
  if (idle > 0.005) lines.push(`${formatPercent(idle)} idle`);
  const length = columnLength(one, 0, picture.ns);
  return { title: `P${picture.procs[lane].id} · shares of ${formatNs(length)}`, lines };
}

/** What holds for the whole program at a time. */
export function commonFacts(picture: TimelinePicture, view: View, time: number): string[] {
  const { strips, layout } = picture;
  const slice = Math.max(0, Math.min(strips.count - 1, Math.floor(time / strips.sliceNs)));
  const lines = [`runnable: ${countOf(strips.runnableMean[slice])} on average, ${countOf(strips.runnableMax[slice])} at most`];
  if (strips.idleWaited[slice] > 0) lines.push(`${countOf(strips.idleWaited[slice])} Ps idle meanwhile, on average`);
  if (strips.heap !== null && strips.goal !== null)
    lines.push(`heap ${bytesOf(strips.heap[slice])}, goal ${bytesOf(strips.goal[slice])}`);
  const pixel = (view.to - view.from) / layout.plot;
  const near = { from: time - pixel, ns: 2 * pixel, count: 1 };
  if (coverShares(picture.gcMark, near, picture.ns)[0] > 0) lines.push('GC marks');
  if (coverShares(picture.stw, near, picture.ns)[0] > 0) lines.push(pauseText(picture, near.from, near.from + near.ns));
  return lines;
}

function pauseText({ stw, stwReasons, offset }: TimelinePicture, from: number, to: number): string {
  if (stw.kind === 'times') {
    for (let i = 0; i < stw.times.length; i += 2) {
      if (stw.times[i] > to || stw.times[i + 1] < from) continue;
      return `stop-the-world (${stwReasons[i / 2]}), ${formatNs(stw.times[i + 1] - stw.times[i])} from ${moment(stw.times[i] + offset)}`;
    }
  }
  return 'stop-the-world';
}

function countOf(value: number): string {
  return String(Number(value.toFixed(value < 10 ? 1 : 0)));
}

function bytesOf(value: number): string {
  return Number.isNaN(value) ? 'not told' : formatBytes(value);
}

/** Timeline → what its picture is drawn from: where things stand, and everything in terms of the picture. */

import { PS } from '../../model/pstates.ts';
import { sliceEnd, type Timeline, type TimelineProc } from '../../model/timeline.ts';
import type { Hotspot } from '../../model/traceanalysis.ts';
import { kindLabel } from '../sureness.ts';
import { rowsNeeded } from './marks.ts';
import type {
  Cover,
  PictureHotspot,
  PictureProc,
  PictureStrips,
  SliceLanes,
  SpanLanes,
  TimelineLayout,
  TimelinePicture,
} from './picture.ts';
import { formatNs } from './scale.ts';
import { SHOWN } from './states.ts';

/** Pixels left of the plot, for names; and right of it. */
export const GUTTER = 124;
const RIGHT = 24;
const STRIP = 44;
const MARK_ROW = 20;
const MOST_MARK_ROWS = 3;
/** Ranges drawn one by one; where there are more, their share of slices is. */
const MOST_TIMES = 3000;
/** Times in which Ps exist, all Ps together. */
const MOST_PRESENT = 4000;
const MOST_NAME = 300;

/** Height of a lane, and from lane to lane, for at most so many Ps. */
const LANE_SIZES: readonly (readonly [procs: number, lane: number, step: number])[] = [
  [2, 34, 40],
  [8, 26, 31],
  [16, 20, 24],
  [32, 14, 16],
  [64, 10, 11],
  [96, 6, 7],
  [160, 4, 5],
  [288, 3, 3],
  [Number.POSITIVE_INFINITY, 2, 2],
];

interface PictureSize {
  readonly width: number;
  /** Where the header ends, and the room that is wanted below the axis. */
  readonly top: number;
  readonly below: number;
}

export function makePicture(timeline: Timeline, size: PictureSize): TimelinePicture {
  const whole = placeAll(timeline, makeLayout(timeline, size, MOST_MARK_ROWS));
  return { ...whole, layout: makeLayout(timeline, size, rowsNeeded(whole)) };
}

function placeAll(timeline: Timeline, layout: TimelineLayout): TimelinePicture {
  const { startNs, endNs } = timeline;
  const ns = Math.max(1, endNs - startNs);
  const exact = timeline.stw.length <= MOST_TIMES;
  const gap = ns / layout.plot;
  return {
    layout,
    ns,
    offset: startNs,
    procs: makeProcs(timeline, gap),
    lanes: timeline.spans === null ? makeSlices(timeline) : makeSpans(timeline, timeline.spans),
    strips: makeStrips(timeline),
    gcMark: makeCover(
      timeline,
      timeline.gcCycles.map(({ startNs, endNs }) => [startNs, endNs]),
      timeline.gcMarkNs,
    ),
    stw: makeCover(
      timeline,
      timeline.stw.map(({ startNs, durationNs }) => [startNs, startNs + durationNs]),
      timeline.stwNs,
    ),
    stwReasons: exact ? timeline.stw.map(({ reason }) => reason.slice(0, MOST_NAME)) : [],
    hotspots: timeline.hotspots.map((hotspot) => makeHotspot(timeline, hotspot)),
  };
}

function makeLayout(timeline: Timeline, { width, top, below }: PictureSize, markRows: number): TimelineLayout {
  const procs = Math.max(1, timeline.procs.length);
  const [, lane, step] = LANE_SIZES.find(([most]) => procs <= most) as (typeof LANE_SIZES)[number];
  const collector = top + markRows * MARK_ROW + (markRows > 0 ? 8 : 0);
  const lanes = collector + 14;
  const runnable = lanes + procs * step + 12;
  const waited = runnable + STRIP + 2;
  const heap = waited + 5 + 12;
  const hasHeap = hasValues(timeline.heapMax) || hasValues(timeline.goal);
  const axis = (hasHeap ? heap + STRIP : waited + 5) + 8;
  return {
    width,
    height: axis + 26 + below,
    left: GUTTER,
    plot: width - GUTTER - RIGHT,
    marks: top,
    markRows,
    collector,
    lanes,
    step,
    lane,
    levels: lane >= 10 ? lane : lane * 2,
    runnable,
    waited,
    heap,
    strip: STRIP,
    axis,
  };
}

function hasValues(values: Float64Array): boolean {
  return values.some((value) => value > 0);
}

// ---- Ps ----

function makeProcs({ procs, startNs }: Timeline, pixelNs: number): PictureProc[] {
  let gap = 0;
  let present = procs.map(({ present }) => present.flatMap(([from, to]) => [from - startNs, to - startNs]));
  while (present.reduce((sum, times) => sum + times.length, 0) > 2 * MOST_PRESENT + 2 * procs.length) {
    gap = gap === 0 ? pixelNs : gap * 2;
    present = present.map((times) => closeGaps(times, gap));
  }
  return procs.map((proc, i) => ({ id: proc.id, present: present[i], busy: busyShare(proc) }));
}

function closeGaps(times: readonly number[], gap: number): number[] {
  const closed: number[] = [];
  for (let i = 0; i < times.length; i += 2) {
    if (closed.length > 0 && times[i] - closed[closed.length - 1] <= gap) closed[closed.length - 1] = times[i + 1];
    else closed.push(times[i], times[i + 1]);
  }
  return closed;
}

function busyShare({ states, presentNs }: TimelineProc): number {
  const all = presentNs.reduce((sum, ns) => sum + ns, 0);
  const idle = states[PS.idle]?.reduce((sum, ns) => sum + ns, 0) ?? 0;
  return all === 0 ? 0 : (all - idle) / all;
}

function makeSpans({ startNs }: Timeline, spans: NonNullable<Timeline['spans']>): SpanLanes {
  const goroutines: { id: number; entry: string }[] = [];
  const known = new Map<string, number>();
  const holder = Int32Array.from({ length: spans.count }, (_, i) => {
    const id = spans.goroutine[i];
    if (id < 0) return -1;
    const key = `${id} ${spans.entry[i]}`;
    let index = known.get(key);
    if (index === undefined) {
      index = goroutines.push({ id, entry: (spans.entries[spans.entry[i]] ?? '').slice(0, MOST_NAME) }) - 1;
      known.set(key, index);
    }
    return index;
  });
  const { first, state } = spans;
  const since = (ns: number) => ns - startNs;
  return {
    kind: 'spans',
    first,
    state,
    start: spans.startNs.map(since),
    end: spans.endNs.map(since),
    holder,
    goroutines,
  };
}

function makeSlices({ procs, sliceNs, sliceCount }: Timeline): SliceLanes {
  const shares = procs.map(({ states }) =>
    SHOWN.map((look) => {
      const parts = look.states.flatMap((state) => states[state] ?? []);
      if (parts.length === 0) return null;
      return look.states.reduce((all, state) => {
        const one = states[state];
        return one === null ? all : all.map((ns, i) => ns + one[i]);
      }, new Float64Array(sliceCount));
    }),
  );
  return { kind: 'slices', sliceNs, count: sliceCount, unit: sliceNs, shares };
}

// ---- the rest ----

function makeStrips(timeline: Timeline): PictureStrips {
  const { sliceNs, sliceCount, runnableMean, runnableMax, idleWhileRunnableNs, heapMax, goal, startNs } = timeline;
  const hasHeap = hasValues(heapMax) || hasValues(goal);
  return {
    sliceNs,
    count: sliceCount,
    runnableMean,
    runnableMax,
    idleWaited: idleWhileRunnableNs.map((ns, i) => ns / (sliceEnd(timeline, i) - startNs - i * sliceNs)),
    heap: hasHeap ? heapMax : null,
    goal: hasHeap ? goal : null,
  };
}

/** One by one where there are few and all are listed, otherwise by slice. */
function makeCover(timeline: Timeline, times: readonly (readonly [number, number])[], ns: Float64Array): Cover {
  const { startNs, sliceNs } = timeline;
  if (times.length <= MOST_TIMES) return { kind: 'times', times: times.flatMap(([from, to]) => [from - startNs, to - startNs]) };
  return { kind: 'slices', sliceNs, shares: ns.map((one) => Math.min(1, one / sliceNs)) };
}

function makeHotspot({ startNs, procs }: Timeline, hotspot: Hotspot): PictureHotspot {
  return {
    rank: hotspot.rank,
    lane: procs.findIndex(({ id }) => id === hotspot.proc),
    from: hotspot.startNs - startNs,
    to: hotspot.endNs - startNs,
    kind: kindLabel(hotspot),
    goroutine: hotspot.goroutine,
    entry: hotspot.entry.slice(0, MOST_NAME),
    starved: describeStarved(hotspot),
  };
}

/** `7 goroutines waited, 120 ms in all`. */
export function describeStarved({ starvedCount, starvedNs }: Hotspot): string {
  if (starvedCount === 0) return 'nobody waited';
  return `${starvedCount === 1 ? '1 goroutine' : `${starvedCount} goroutines`} waited, ${formatNs(starvedNs)} in all`;
}

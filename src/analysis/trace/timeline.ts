/**
 * Spans of a trace, as they are told → what `goflame timeline` draws, in memory that does not grow with the trace: time
 * by state over slices that double in width, and the spans themselves as long as there are few.
 *
 * Idle is no state that is measured here: it is what the busy states leave of the time for which GOMAXPROCS allowed the
 * P, as in the usage of Ps.
 */

import { P_STATE_COUNT, PS, type PState } from '../../model/pstates.ts';
import type { Timeline, TimelineProc } from '../../model/timeline.ts';
import { METRIC, RANGE, type TraceEvent } from '../../model/trace.ts';
import { growthBeyond, type TraceAnalysis } from '../../model/traceanalysis.ts';
import { Lanes } from './lanes.ts';
import { EDGE } from './observer.ts';
import { presenceOf, type SlicedWindow } from './presence.ts';
import type { SchedulerView } from './scheduler.ts';
import { SliceValues } from './slicevalues.ts';
import { SpanKeeper } from './spankeeper.ts';
import type { SpanCompanion } from './tee.ts';
import { type GoTrack, GS, type GState, type ProcTrack } from './tracks.ts';
import { Window } from './window.ts';

/** Between half of them and all are in use. */
const SLICES = 4096;
/** Spans that are kept one by one. */
const MAX_SPANS = 15_000;
/** Ps with a lane of their own. */
const MAX_PROCS = 512;

/** Lanes of what is no P's. */
const LANE = { waiting: 0, waitingAtStart: 1, contended: 2, idleWaited: 3, gcMark: 4, stw: 5 } as const;
const BUSY_STATES = PS.idle;

export interface TimelineOptions {
  /** The same window as the analyzer's. */
  readonly from?: number;
  readonly to?: number;
  /** Only this P. */
  readonly proc?: number;
  readonly maxSpans?: number;
  /** Even. */
  readonly slices?: number;
}

/** A quantity that keeps its value until it is told anew. */
interface Gauge {
  readonly slices: SliceValues;
  value: number;
  since: number;
}

export class TimelineBuilder implements SpanCompanion {
  private readonly window: Window;
  private readonly only: number | undefined;
  private readonly lanes: Lanes;
  private readonly shared: Lanes;
  private readonly keeper: SpanKeeper;
  private readonly waitingMax: SliceValues;
  private readonly heap: Gauge;
  private readonly goal: Gauge;
  private view: SchedulerView | null = null;
  /** Goroutines that wait for a P since a time; for how long some did up to then. */
  private waiting = 0;
  private since = 0;
  private contended = 0;
  /** By P: `contended` when it became idle. */
  private readonly contendedAtIdle: number[] = [];
  /** Ranges under way, by whose and name: since when. */
  private readonly open = new Map<string, number>();

  constructor(options: TimelineOptions = {}) {
    const slices = options.slices ?? SLICES;
    this.window = new Window(options.from, options.to);
    const { from } = this.window;
    this.only = options.proc;
    this.lanes = new Lanes(slices, BUSY_STATES, from);
    this.shared = new Lanes(slices, 1, from);
    this.keeper = new SpanKeeper(options.maxSpans ?? MAX_SPANS);
    this.waitingMax = new SliceValues(slices, 'max', from);
    this.heap = { slices: new SliceValues(slices, 'max', from), value: Number.NaN, since: 0 };
    this.goal = { slices: new SliceValues(slices, 'last', from), value: Number.NaN, since: 0 };
  }

  begin(view: SchedulerView): void {
    this.view = view;
  }

  private get now(): number {
    return (this.view as SchedulerView).now;
  }

  // ---- what is told ----

  goSpan(_go: GoTrack, state: GState, edge: number): void {
    if (state !== GS.runnable || edge !== EDGE.head) return;
    // It has waited since the trace began, which the queue could not know.
    const end = Math.min(this.now, this.window.to);
    if (end > this.window.from) this.shared.add(LANE.waitingAtStart, 0, this.window.from, end);
  }

  procSpan(proc: ProcTrack, state: PState): void {
    const { since: from } = proc;
    const { now: to } = this;
    if (this.only !== undefined && proc.id !== this.only) return;
    const begin = from > this.window.from ? from : this.window.from;
    const end = to < this.window.to ? to : this.window.to;
    if (state === PS.idle) {
      this.settle(to);
      if (end > begin) this.spreadIdle(this.contended - (this.contendedAtIdle[proc.id] ?? 0), begin, end);
    } else if (end > begin && proc.id < MAX_PROCS) {
      this.lanes.add(proc.id, state, begin, end);
      this.keeper.add(proc, state, begin, end);
    }
    if (!proc.running) {
      this.settle(to);
      this.contendedAtIdle[proc.id] = this.contended;
    } else this.contendedAtIdle[proc.id] ??= 0;
  }

  regionsChange(): void {}

  holdBegins(proc: ProcTrack, go: GoTrack): void {
    this.keeper.holdBegins(proc.id, go, proc.heldSince);
  }

  holdEnds(proc: ProcTrack): void {
    this.keeper.holdEnds(proc.id, this.now);
  }

  stackSeen(): void {}

  goEnds(): void {}

  other(event: TraceEvent): void {
    switch (event.kind) {
      case 'Metric':
        if (event.name === METRIC.heap) this.setGauge(this.heap, event.value, event.time);
        else if (event.name === METRIC.goal) this.setGauge(this.goal, event.value, event.time);
        return;
      case 'RangeBegin':
      case 'RangeActive':
      case 'RangeEnd':
        this.takeRange(event);
    }
  }

  eventDone(): void {
    const view = this.view as SchedulerView;
    if (view.runnable.count === this.waiting) return;
    this.settle(view.now);
    this.waiting = view.runnable.count;
  }

  /** Ends the timeline, after the analyzer beside it has ended the trace. */
  finish(analysis: TraceAnalysis): Timeline {
    const { startNs, endNs, gomaxprocs } = analysis;
    this.settle(this.view?.now ?? 0);
    for (const gauge of [this.heap, this.goal]) this.setGauge(gauge, gauge.value, endNs);
    for (const [key, since] of this.open) this.endRange(laneOfRange(key.slice(key.indexOf(' ') + 1)), since, endNs);
    for (const slices of [this.lanes, this.shared, this.waitingMax, this.heap.slices, this.goal.slices]) slices.reach(endNs);
    const sliceNs = this.lanes.width;
    const count = Math.ceil((endNs - startNs) / sliceNs);
    const take = (lane: number) => this.shared.laneOf(lane).slice(0, count);
    const shown = analysis.procs.filter(({ id }) => id < MAX_PROCS);
    const part = { startNs, endNs, sliceNs, count, gomaxprocs };
    const procs = shown.map(({ id }) => this.takeProc(id, part));
    for (const proc of procs) if (this.contendedAtIdle[proc.id] === undefined) this.addUnseenIdle(proc.presentNs);
    return {
      startNs,
      endNs,
      clock: analysis.clock,
      gomaxprocs,
      sliceNs,
      sliceCount: count,
      procs,
      hiddenProcs: analysis.procs.length - shown.length,
      spans: this.keeper.take(shown.map(({ id }) => id)),
      ...this.takeWaiting(part),
      idleWhileRunnableNs: take(LANE.idleWaited),
      gcMarkNs: take(LANE.gcMark),
      stwNs: take(LANE.stw),
      heapMax: this.heap.slices.take(count, Number.NaN),
      goal: this.goal.slices.take(count, Number.NaN),
      gcCycles: analysis.gc.cycles,
      stw: analysis.stw,
      hotspots: [...analysis.hotspots, ...growthBeyond(analysis)],
    };
  }

  // ---- goroutines that wait ----

  /** Counts the time up to now with the number of goroutines that have waited in it. */
  private settle(time: number): void {
    const { waiting, window, shared } = this;
    const begin = this.since > window.from ? this.since : window.from;
    const end = time < window.to ? time : window.to;
    if (time > this.since) this.since = time;
    if (end <= begin || waiting === 0) return;
    this.contended += end - begin;
    shared.add(LANE.contended, 0, begin, end);
    shared.addWeighted(LANE.waiting, 0, begin, end, waiting);
    this.waitingMax.hold(waiting, begin, end);
  }

  /** Adds the time of an idle span in which somebody waited to the slices in which it was. */
  private spreadIdle(ns: number, begin: number, end: number): void {
    if (ns <= 0) return;
    const { shared } = this;
    shared.reach(end);
    const { from, width } = shared;
    const contended = shared.laneOf(LANE.contended);
    const idle = shared.laneOf(LANE.idleWaited);
    const first = Math.floor((begin - from) / width);
    const last = Math.ceil((end - from) / width) - 1;
    let left = ns;
    // Of all slices but the first one the span has had everything so far.
    for (let i = last; i > first; i--) {
      const part = Math.min(left, contended[i]);
      idle[i] += part;
      left -= part;
    }
    idle[first] += left;
  }

  /** A P of which the trace does not speak was idle whenever somebody waited. */
  private addUnseenIdle(presentNs: Float64Array): void {
    const contended = this.shared.laneOf(LANE.contended);
    const idle = this.shared.laneOf(LANE.idleWaited);
    for (let i = 0; i < presentNs.length; i++) idle[i] += Math.min(contended[i], presentNs[i]);
  }

  private takeWaiting({ startNs, endNs, sliceNs, count }: SlicedWindow): Pick<Timeline, 'runnableMean' | 'runnableMax'> {
    const queued = this.shared.laneOf(LANE.waiting);
    const early = this.shared.laneOf(LANE.waitingAtStart);
    const most = this.waitingMax.take(count, 0);
    const runnableMean = new Float64Array(count);
    const runnableMax = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const ns = Math.min(sliceNs, endNs - startNs - i * sliceNs);
      runnableMean[i] = (queued[i] + early[i]) / ns;
      runnableMax[i] = most[i] + Math.ceil(early[i] / ns);
    }
    return { runnableMean, runnableMax };
  }

  // ---- Ps ----

  private takeProc(id: number, part: SlicedWindow): TimelineProc {
    const { count } = part;
    const data = this.lanes.lanes[id];
    const { present, presentNs } = presenceOf(id, part);
    const states: (Float64Array | null)[] = new Array(P_STATE_COUNT).fill(null);
    const idle = presentNs.slice();
    for (let state = 0; data !== undefined && state < BUSY_STATES; state++) {
      for (let i = 0; i < count; i++) {
        const ns = data[i * BUSY_STATES + state];
        if (ns === 0) continue;
        states[state] ??= new Float64Array(count);
        (states[state] as Float64Array)[i] = ns;
        idle[i] -= ns;
      }
    }
    // Each array is needed once: a large machine's lanes do not stay twice.
    this.lanes.lanes[id] = undefined;
    for (let i = 0; i < count; i++) {
      // A P that runs where GOMAXPROCS does not allow it is there all the same.
      if (idle[i] < 0) presentNs[i] -= idle[i];
      if (idle[i] < 0) idle[i] = 0;
    }
    states[PS.idle] = idle;
    return { id, states, presentNs, present };
  }

  // ---- metrics and ranges ----

  private setGauge(gauge: Gauge, value: number, time: number): void {
    const begin = Math.max(gauge.since, this.window.from);
    const end = Math.min(time, this.window.to);
    if (end > begin && !Number.isNaN(gauge.value)) gauge.slices.hold(gauge.value, begin, end);
    gauge.value = value;
    gauge.since = time;
  }

  private takeRange({ kind, name, subject, time }: TraceEvent): void {
    const lane = laneOfRange(name);
    if (lane < 0) return;
    const key = `${subject} ${name}`;
    const since = this.open.get(key);
    if (kind === 'RangeBegin') this.open.set(key, time);
    else if (kind === 'RangeActive') {
      if (since === undefined) this.open.set(key, 0);
    } else if (since !== undefined) {
      this.open.delete(key);
      this.endRange(lane, since, time);
    }
  }

  private endRange(lane: number, since: number, time: number): void {
    const begin = Math.max(since, this.window.from);
    const end = Math.min(time, this.window.to);
    if (end > begin) this.shared.add(lane, 0, begin, end);
  }
}

function laneOfRange(name: string): number {
  if (name === RANGE.gcMark) return LANE.gcMark;
  return name.startsWith(RANGE.stwPrefix) ? LANE.stw : -1;
}

/** A trace, as it is read → what `goflame analyze` tells of it. Memory is bounded by what differs, not by events. */

import { GO, type MoveCode, type MoveSink } from '../../model/moves.ts';
import { PS, type PState } from '../../model/pstates.ts';
import type { StackId, StackTable } from '../../model/stacks.ts';
import { type ClockSnapshot, METRIC, type TraceEvent, type TraceSink, type TraceTables } from '../../model/trace.ts';
import type { GoroutineGroup, HotspotKind, ProcUsage, TraceAnalysis } from '../../model/traceanalysis.ts';
import { CollectorCounter } from './collector.ts';
import { GoroutineFilter } from './filter.ts';
import { HotspotFinder } from './hotspots.ts';
import { StackKinds } from './kinds.ts';
import { Lanes } from './lanes.ts';
import { LatencyCounter } from './latency.ts';
import { GoroutineMeter, type MeterOptions } from './meter.ts';
import { EDGE, SOURCE, type SpanObserver } from './observer.ts';
import { type ProcRow, ProcUsageCounter } from './procusage.ts';
import { SchedulerView } from './scheduler.ts';
import { type SpanCompanion, SpanTee } from './tee.ts';
import { type GoTrack, GS, type GState, type ProcTrack } from './tracks.ts';
import { UserSpanCounter } from './userspans.ts';
import { Window } from './window.ts';

export interface AnalyzeOptions {
  /** Nanoseconds since the trace's first event: only what lies in [from, to) counts. */
  readonly from?: number;
  readonly to?: number;
  /** Only this P, this goroutine, goroutines whose entry function matches. */
  readonly proc?: number;
  readonly goroutine?: number;
  readonly entry?: RegExp;
  /** Hotspots, and worst latencies, that are listed. */
  readonly top?: number;
  /** Shorter hotspots are left out. */
  readonly minDurationNs?: number;
  /** Only hotspots of this kind are listed. */
  readonly kind?: HotspotKind;
}

const DEFAULT_TOP = 10;
/** Slices of the utilisation strips, and of what they are made from. */
const STRIP_SLICES = 60;
const LANE_SLICES = 512;
const BUSY = 0;

export class TraceAnalyzer implements TraceSink, MoveSink, SpanObserver {
  private readonly options: AnalyzeOptions;
  private readonly window: Window;
  private readonly view: SchedulerView;
  private readonly usage: ProcUsageCounter;
  private readonly filter: GoroutineFilter;
  private readonly latency: LatencyCounter;
  /** Null while another thread meters. */
  private meter: GoroutineMeter | null;
  private metered: readonly GoroutineGroup[] | null = null;
  private readonly hotspots: HotspotFinder;
  private readonly collector: CollectorCounter;
  private readonly user: UserSpanCounter;
  private readonly lanes: Lanes;
  private readonly companion: SpanCompanion | null;
  private clock: ClockSnapshot | null = null;
  private samples = 0;

  /** `stacks` is the table of the input that the trace is read from; `companion` is told of the same spans. */
  constructor(stacks: StackTable, options: AnalyzeOptions = {}, companion: SpanCompanion | null = null) {
    this.options = options;
    this.meter = new GoroutineMeter(stacks, options);
    this.companion = companion;
    const top = options.top ?? DEFAULT_TOP;
    this.window = new Window(options.from, options.to);
    this.view = new SchedulerView(stacks, companion === null ? this : new SpanTee(this, companion), this.window);
    companion?.begin(this.view);
    const entryName = (id: number) => this.view.entries.names[id] ?? '';
    this.usage = new ProcUsageCounter(this.window);
    this.filter = new GoroutineFilter(options, this.view.entries.names);
    this.latency = new LatencyCounter({ top, clock: this.view, queue: this.view.runnable, procs: this.view.procs, entryName });
    const filter = {
      wantsAll: this.filter.all && options.proc === undefined,
      top,
      minDurationNs: options.minDurationNs ?? 0,
      kind: options.kind ?? null,
      wantsProc: (id: number) => options.proc === undefined || options.proc === id,
      wantsGoroutine: (go: GoTrack) => this.filter.wants(go),
    };
    const kinds = new StackKinds(stacks);
    const { window, view } = this;
    this.hotspots = new HotspotFinder({ filter, window, kinds, clock: view, queue: view.runnable, entryName });
    this.collector = new CollectorCounter(this.window);
    this.user = new UserSpanCounter(this.window);
    this.lanes = new Lanes(LANE_SLICES, 1, this.window.from);
  }

  generation(tables: TraceTables): void {
    this.clock ??= tables.clock;
    // Go 1.25 and later tell the clock.
    this.hotspots.cutsPreempted = tables.clock === null;
    this.meter?.generation(tables);
    this.view.generation(tables);
  }

  /** Leaves the metering to another thread: what it finds must be given to {@link takeMetered} before the end. */
  detachMeter(): MeterOptions {
    this.meter = null;
    return this.options;
  }

  takeMetered(metered: readonly GoroutineGroup[]): void {
    this.metered = metered;
  }

  event(event: TraceEvent): void {
    if (this.meter !== null) this.meter.event(event);
    this.view.event(event);
    if (this.companion !== null) this.companion.eventDone();
  }

  move(code: MoveCode, elapsed: number, p: number, goroutine: number, reason: string, stack: number, ownStack: number): void {
    if (this.meter !== null) this.meter.move(code, elapsed, p, goroutine, reason, stack, ownStack);
    this.view.move(code, elapsed, p, goroutine, reason, stack, ownStack);
    if (this.companion !== null) this.companion.eventDone();
  }

  /** Ends the trace. */
  finish(): TraceAnalysis {
    this.view.finish();
    this.hotspots.finish();
    const traceEnd = this.view.now;
    this.collector.finish(traceEnd);
    const { from } = this.window;
    const end = Math.max(from, Math.min(this.window.to, traceEnd));
    const procs = this.listProcs(traceEnd, end);
    const { pauses, durations } = this.collector.stopped();
    const hotspots = this.hotspots.list();
    const top = this.options.top ?? DEFAULT_TOP;
    return {
      stacks: this.view.stacks,
      startNs: from,
      endNs: end,
      clock: this.clock,
      gomaxprocs: this.usage.gomaxprocs(),
      procs,
      imbalance: imbalanceOf(procs),
      contendedNs: this.view.runnable.contended,
      groups: this.metered ?? (this.meter as GoroutineMeter).finish(),
      latency: this.latency.summarize(),
      worstLatencies: this.latency.list(),
      kinds: this.hotspots.listKinds(hotspots),
      hotspots: hotspots.slice(0, top),
      mapGrowth: hotspots.filter(({ kind }) => kind === 'map growth').slice(0, top),
      gc: this.collector.usage(),
      stw: pauses,
      stwDurations: durations,
      ...this.user.list(),
      logs: this.user.logs,
      cpuSamples: this.samples,
    };
  }

  // ---- spans ----

  goSpan(go: GoTrack, state: GState, edge: number): void {
    if (state !== GS.runnable || edge !== EDGE.none) return;
    // Whoever waited is starved by the goroutines that are asked for.
    this.hotspots.addWait(go);
    if (!this.filter.wants(go)) return;
    if (go.seenBegin && this.view.moving === GO.running && this.window.contains(this.view.now)) this.latency.addWait(go);
  }

  procSpan(proc: ProcTrack, state: PState): void {
    const ns = this.window.overlap(proc.since, this.view.now);
    const row = this.usage.addSpan(proc.id, state, ns);
    if (state === PS.idle) row.idleContended += this.view.runnable.contended - row.contendedAtIdle;
    else if (state !== PS.scheduler && ns > 0) this.hotspots.addTime(proc.id, state, ns);
    if (state === PS.idle || !proc.running || this.view.ended) this.turn(proc, state, row);
    else if (Number.isNaN(row.busySince)) row.busySince = proc.since;
  }

  /** A P has become idle, or was, or the trace has ended. */
  private turn(proc: ProcTrack, state: PState, row: ProcRow): void {
    const { now, runnable, ended } = this.view;
    const since = Number.isNaN(row.busySince) ? proc.since : row.busySince;
    row.busySince = now;
    if (proc.running && !ended) return;
    row.contendedAtIdle = runnable.contended;
    if (state !== PS.idle) this.addToLane(proc.id, since, now);
  }

  regionsChange(): void {}

  holdBegins(proc: ProcTrack, go: GoTrack): void {
    this.hotspots.begins(proc, go);
  }

  holdEnds(proc: ProcTrack): void {
    this.hotspots.ends(proc.id);
    this.latency.addHold(proc);
  }

  stackSeen(_go: GoTrack | null, proc: ProcTrack | null, stack: StackId, source: number): void {
    if (!this.window.contains(this.view.now)) return;
    if (source === SOURCE.sample) this.samples++;
    if (proc !== null) this.hotspots.see(proc.id, stack, source);
  }

  goEnds(): void {}

  other(event: TraceEvent, stack: StackId, go: GoTrack | undefined): void {
    switch (event.kind) {
      case 'Metric':
        if (event.name === METRIC.gomaxprocs) this.usage.setGomaxprocs(event.value, event.time, this.view.runnable.contended);
        else this.takeMetric(event);
        return;
      case 'RangeBegin':
      case 'RangeActive':
      case 'RangeEnd':
        this.collector.range(event, stack);
        return;
      default:
        this.user.take(event, go);
    }
  }

  // ---- helpers ----

  private takeMetric(event: TraceEvent): void {
    if (event.name === METRIC.heap) this.hotspots.addHeap(event.p, event.value, event.time);
    this.collector.metric(event);
  }

  private addToLane(proc: number, from: number, to: number): void {
    const begin = Math.max(from, this.window.from);
    const end = Math.min(to, this.window.to);
    if (end > begin) this.lanes.add(proc, BUSY, begin, end);
  }

  private listProcs(traceEnd: number, end: number): ProcUsage[] {
    const rows = this.usage.list(traceEnd, this.view.runnable.contended);
    return rows
      .filter(({ id }) => this.options.proc === undefined || this.options.proc === id)
      .map((row) => ({ ...row, strip: this.lanes.sharesOf(row.id, BUSY, end, STRIP_SLICES) }));
  }
}

function imbalanceOf(procs: readonly ProcUsage[]): number {
  const busy = procs.map(({ ns }) => ns.reduce((sum, value) => sum + value, 0) - ns[PS.idle]);
  const mean = busy.reduce((sum, value) => sum + value, 0) / Math.max(1, busy.length);
  return mean === 0 ? 0 : (Math.max(...busy) - mean) / mean;
}

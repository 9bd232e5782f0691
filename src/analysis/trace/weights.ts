/**
 * A trace → weighted stacks: what goroutines spent their time on, in nanoseconds, or CPU samples.
 *
 * All time counts, spans that are open at an end of the trace too. `asGo` gives what `go tool trace -pprof` gives instead:
 * only whole spans, each clipped to the time from its goroutine's first running on; stacks of the events that began them.
 */

import type { MoveCode, MoveSink } from '../../model/moves.ts';
import { NO_STACK, type StackId, type StackTable } from '../../model/stacks.ts';
import type { TraceEvent, TraceSink, TraceTables } from '../../model/trace.ts';
import { EDGE, SOURCE, type SpanObserver } from './observer.ts';
import { TopRoots } from './roots.ts';
import { SchedulerView } from './scheduler.ts';
import type { SliceWeights } from './sliceweights.ts';
import { SpanGroups, type TraceGroupKey } from './spangroups.ts';
import { type GoTrack, GS, type GState, type ProcTrack } from './tracks.ts';
import { Window } from './window.ts';

export const TRACE_WEIGHTS = ['running', 'sched', 'sync', 'syscall', 'network', 'block', 'samples'] as const;
export type TraceWeight = (typeof TRACE_WEIGHTS)[number];
/** The weights that Go's own tool has. */
export const GO_WEIGHTS: readonly TraceWeight[] = ['sched', 'sync', 'syscall', 'network'];

export interface WeighOptions {
  readonly weight: TraceWeight;
  /** Of a goroutine that waits: its own stack, or that of who made it runnable. */
  readonly stack: 'own' | 'waker';
  readonly asGo: boolean;
  readonly groupBy: readonly TraceGroupKey[];
  readonly from?: number;
  readonly to?: number;
  readonly proc?: number;
  readonly goroutine?: number;
  readonly entry?: RegExp;
  /** Gets every weight with its time. */
  readonly slices?: SliceWeights;
}

/** Groups' texts, the stack behind them, its weight. */
export type WeighedSink = (groups: readonly string[], stack: StackId, weight: number) => void;

const SYNC = /chan|sync|select/;

/** Stacks and their weights of one goroutine, as Go's tool clips them. */
interface Clipped {
  /** Before it ran; counts only if it never does. */
  readonly before: Map<StackId, number>;
  readonly after: Map<StackId, number>;
}

export class TraceWeigher implements TraceSink, MoveSink, SpanObserver {
  private readonly options: WeighOptions;
  private readonly window: Window;
  private readonly view: SchedulerView;
  private readonly groups: SpanGroups;
  private readonly roots: TopRoots;
  /** Reasons that count, each looked at once. */
  private readonly reasons = new Map<string, boolean>();
  private readonly entries: boolean[] = [];
  /** Samples of goroutines since they have been running. */
  private readonly samples = new Map<GoTrack, StackId[]>();
  private readonly clipped = new Map<number, Clipped>();
  /** Since when goroutines have been running in the regions they are in now, where these changed while they ran. */
  private readonly cuts = new Map<GoTrack, number>();
  private readonly cutsAtRegions: boolean;
  /** The span that is being added, within the window. */
  private begin = 0;
  private end = 0;

  constructor(stacks: StackTable, options: WeighOptions) {
    this.options = options;
    this.window = new Window(options.from, options.to);
    this.view = new SchedulerView(stacks, this, this.window);
    this.groups = new SpanGroups(options.groupBy);
    this.roots = new TopRoots(stacks);
    const { weight, groupBy, asGo } = options;
    this.cutsAtRegions = weight === 'running' && !asGo && groupBy.some((key) => key === 'region' || key === 'task');
  }

  generation(tables: TraceTables): void {
    this.view.generation(tables);
  }

  event(event: TraceEvent): void {
    this.view.event(event);
  }

  move(code: MoveCode, elapsed: number, p: number, goroutine: number, reason: string, stack: number, ownStack: number): void {
    this.view.move(code, elapsed, p, goroutine, reason, stack, ownStack);
  }

  /** Ends the trace and hands out what was added up, in the order of first sight. */
  finish(sink: WeighedSink): void {
    this.view.finish();
    for (const { before, after } of this.clipped.values()) {
      for (const all of [before, after]) for (const [stack, ns] of all) this.groups.addTo([], stack, ns);
    }
    this.groups.list(sink);
  }

  // ---- spans ----

  goSpan(go: GoTrack, state: GState, edge: number): void {
    const { since: from } = go;
    const { now: to } = this.view;
    if (this.options.asGo) {
      if (edge === EDGE.none && this.counts(state, go.reason)) this.clip(go, from, to);
      return;
    }
    if (state === GS.running) this.endRunning(go, edge);
    else this.addSpan(go, state, from, to);
  }

  /** Running time up to here is time of the regions that were open: none of those that begin or end now. */
  regionsChange(go: GoTrack, stack: StackId): void {
    if (!this.cutsAtRegions) return;
    this.addRunning(go, this.cuts.get(go) ?? go.since, stack);
    this.cuts.set(go, this.view.now);
  }

  stackSeen(go: GoTrack | null, proc: ProcTrack | null, stack: StackId, source: number): void {
    const { now: time } = this.view;
    if (source !== SOURCE.sample || !this.window.contains(time)) return;
    const { weight } = this.options;
    if (weight === 'running' && go !== null) this.keepSample(go, stack);
    if (weight !== 'samples') return;
    if (go === null ? !this.isUnfiltered : !this.wants(go, GS.running)) return;
    this.groups.add({ go, proc: proc?.id ?? null, state: GS.running, taskName: this.taskOf(go) }, stack, 1);
    this.options.slices?.add(stack, time, time, 1);
  }

  goEnds(go: GoTrack): void {
    this.samples.delete(go);
    this.cuts.delete(go);
    if (this.options.asGo) this.endClipped(go);
  }

  procSpan(): void {}
  holdBegins(): void {}
  holdEnds(): void {}
  other(): void {}

  // ---- what counts ----

  private counts(state: GState, reason: string): boolean {
    const { weight } = this.options;
    if (state === GS.runnable) return weight === 'sched';
    if (state === GS.running) return weight === 'running';
    if (state === GS.syscall) return weight === 'syscall';
    if (weight === 'block') return true;
    if (weight === 'network') return reason === 'network';
    return weight === 'sync' && this.isSync(reason);
  }

  private isSync(reason: string): boolean {
    let known = this.reasons.get(reason);
    if (known === undefined) {
      known = SYNC.test(reason);
      this.reasons.set(reason, known);
    }
    return known;
  }

  private wants(go: GoTrack, state: GState): boolean {
    const { goroutine, entry, proc } = this.options;
    if (goroutine !== undefined && go.id !== goroutine) return false;
    if (proc !== undefined && (state === GS.running || state === GS.syscall) && go.proc?.id !== proc) return false;
    if (entry === undefined) return true;
    if (go.entryId < 0) return entry.test('');
    this.entries[go.entryId] ??= entry.test(go.entry as string);
    return this.entries[go.entryId];
  }

  private get isUnfiltered(): boolean {
    const { goroutine, entry, proc } = this.options;
    return goroutine === undefined && entry === undefined && proc === undefined;
  }

  // ---- adding up ----

  private stackOf(go: GoTrack, state: GState): StackId {
    if (this.options.stack === 'own' || state === GS.syscall) return go.ownStack;
    // Who made it runnable began the wait for a P, and ended any other wait.
    return state === GS.runnable ? go.beginStack : this.view.endStack;
  }

  private add(go: GoTrack, state: GState, stack: StackId, weight: number): void {
    this.groups.add({ go, proc: go.proc?.id ?? null, state, taskName: this.taskOf(go) }, stack, weight);
    this.options.slices?.add(stack, this.begin, this.end, weight);
  }

  private addSpan(go: GoTrack, state: GState, from: number, to: number): void {
    const ns = this.window.overlap(from, to);
    if (ns === 0 || !this.counts(state, go.reason) || !this.wants(go, state)) return;
    this.setPlace(from, ns);
    this.add(go, state, this.stackOf(go, state), ns);
  }

  private endRunning(go: GoTrack, edge: number): void {
    let from = go.since;
    if (this.cuts.size > 0) {
      from = this.cuts.get(go) ?? from;
      this.cuts.delete(go);
    }
    const ended = edge === EDGE.none ? this.view.endOwnStack : edge === EDGE.head ? go.ownStack : NO_STACK;
    this.addRunning(go, from, ended);
  }

  /**
   * Running time up to now goes to the samples taken in it, in equal parts; without any to the stack where it ended, which
   * is none where that is not known.
   */
  private addRunning(go: GoTrack, from: number, ended: StackId): void {
    const ns = this.window.overlap(from, this.view.now);
    const samples = this.takeSamples(go);
    if (ns === 0 || !this.counts(GS.running, '') || !this.wants(go, GS.running)) return;
    this.setPlace(from, ns);
    if (samples === null) {
      this.add(go, GS.running, ended === NO_STACK ? this.roots.of(go.ownStack) : ended, ns);
      return;
    }
    const part = Math.floor(ns / samples.length);
    samples.forEach((stack, i) => {
      this.add(go, GS.running, stack, i === 0 ? ns - part * (samples.length - 1) : part);
    });
  }

  private setPlace(from: number, ns: number): void {
    this.begin = Math.max(from, this.window.from);
    this.end = this.begin + ns;
  }

  private keepSample(go: GoTrack, stack: StackId): void {
    if (go.state !== GS.running) return;
    const kept = this.samples.get(go);
    const plain = this.roots.withoutExit(stack);
    if (kept === undefined) this.samples.set(go, [plain]);
    else if (kept.length < MAX_SAMPLES) kept.push(plain);
  }

  private takeSamples(go: GoTrack): readonly StackId[] | null {
    if (this.samples.size === 0) return null;
    const kept = this.samples.get(go) ?? null;
    this.samples.delete(go);
    return kept;
  }

  private taskOf(go: GoTrack | null): string | null {
    const task = go?.regions?.findLast((region) => region.task !== 0)?.task;
    return task === undefined ? null : (this.view.taskNames.get(task) ?? `task ${task}`);
  }

  // ---- as Go's tool ----

  private clip(go: GoTrack, from: number, to: number): void {
    let clipped = this.clipped.get(go.id);
    if (clipped === undefined) {
      clipped = { before: new Map(), after: new Map() };
      this.clipped.set(go.id, clipped);
    }
    const ran = go.firstRunning >= 0 && go.firstRunning < to;
    const ns = to - (ran ? Math.max(from, go.firstRunning) : from);
    const all = ran ? clipped.after : clipped.before;
    // Go takes a stack of one nameless frame for none.
    const stack = this.roots.isNameless(go.beginStack) ? NO_STACK : go.beginStack;
    if (ns > 0) all.set(stack, (all.get(stack) ?? 0) + ns);
  }

  /** Of goroutines that share an id only the last one's time counts, so nothing is final while an id may come again. */
  private endClipped(go: GoTrack): void {
    const clipped = this.clipped.get(go.id);
    if (clipped === undefined) return;
    if (go.firstRunning >= 0) clipped.before.clear();
    if (this.view.ended) return;
    if (!go.reusable) {
      for (const all of [clipped.before, clipped.after]) for (const [stack, ns] of all) this.groups.addTo([], stack, ns);
      this.clipped.delete(go.id);
      return;
    }
    for (const [stack, ns] of clipped.after) clipped.before.set(stack, (clipped.before.get(stack) ?? 0) + ns);
    clipped.after.clear();
  }
}

/** Samples of one running span that are kept: more than a profiler takes in a minute. */
const MAX_SAMPLES = 10_000;

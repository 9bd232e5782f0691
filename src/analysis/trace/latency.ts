/** Scheduler latency: how long runnable goroutines waited for a P, and what held the Ps while the slowest waited. */

import { TopK } from '../../base/topk.ts';
import type { Durations, WorstLatency } from '../../model/traceanalysis.ts';
import { DurationCounter } from './durations.ts';
import type { Clocked } from './observer.ts';
import type { RunnableQueue } from './runnable.ts';
import { type SpanAsker, SpanLog } from './spanlog.ts';
import type { GoTrack, ProcTrack } from './tracks.ts';

const DURATIONS = { exact: 1 << 16, bits: 11 };
const RAN_LISTED = 5;

interface Candidate {
  readonly wait: Omit<WorstLatency, 'entry' | keyof RanInstead>;
  readonly go: GoTrack;
  /** Null until it is asked for. */
  ran: RanInstead | null;
}

type RanInstead = Pick<WorstLatency, 'ranInstead' | 'ranPartial'>;

export class LatencyCounter implements SpanAsker {
  private readonly durations = new DurationCounter(DURATIONS);
  private readonly worst: TopK<Candidate>;
  private readonly ran: SpanLog;
  private readonly clock: Clocked;
  private readonly queue: RunnableQueue;
  /** Of each P: the hold of it that ended last, by its begin and goroutine. */
  private readonly lastSince: number[] = [];
  private readonly lastGo: GoTrack[] = [];
  private readonly procs: readonly (ProcTrack | undefined)[];
  private readonly entryName: (id: number) => string;

  constructor(parts: {
    readonly top: number;
    readonly clock: Clocked;
    readonly queue: RunnableQueue;
    readonly procs: readonly (ProcTrack | undefined)[];
    readonly entryName: (id: number) => string;
  }) {
    this.worst = new TopK(parts.top);
    this.clock = parts.clock;
    this.ran = new SpanLog(parts.clock, this);
    this.queue = parts.queue;
    this.procs = parts.procs;
    this.entryName = parts.entryName;
  }

  /** A goroutine held a P, up to now. */
  addHold(proc: ProcTrack): void {
    const go = proc.go as GoTrack;
    this.lastSince[proc.id] = proc.heldSince;
    this.lastGo[proc.id] = go;
    this.ran.addHold(proc, go);
  }

  /** A goroutine that was runnable runs from now on. */
  addWait(go: GoTrack): void {
    const { since: from } = go;
    const { now: to } = this.clock;
    const ns = to - from;
    this.durations.add(ns);
    if (!this.worst.wants(ns)) return;
    const wait = {
      goroutine: go.id,
      startNs: from,
      endNs: to,
      stack: go.ownStack,
      wakerStack: go.beginStack,
    };
    this.worst.add(ns, { wait, go, ran: null });
  }

  summarize(): Durations {
    return this.durations.summarize();
  }

  list(): WorstLatency[] {
    this.settle();
    return this.worst
      .list()
      .map(({ wait, go, ran }) => ({ ...wait, ...(ran as RanInstead), entry: go.entry ?? '' }))
      .sort((a, b) => b.endNs - b.startNs - (a.endNs - a.startNs) || a.endNs - b.endNs);
  }

  settle(): void {
    for (const candidate of this.worst.list()) candidate.ran ??= this.ranIn(candidate.wait.startNs, candidate.wait.endNs);
  }

  openSince(): number {
    return this.queue.first?.since ?? this.clock.now;
  }

  private ranIn(from: number, to: number): RanInstead {
    const ran = this.ran.within(from, to);
    for (const proc of this.procs) {
      const go = proc?.go ?? null;
      if (proc === undefined || go === null || proc.heldSince >= to || this.isLogged(proc)) continue;
      ran.add(go, proc.id, to - Math.max(from, proc.heldSince));
    }
    const ranInstead = ran.greatest(RAN_LISTED).map((row) => ({
      goroutine: ran.goroutines[row],
      entry: this.entryName(ran.entries[row]),
      proc: ran.procs[row],
      ns: ran.ns[row],
    }));
    return { ranInstead, ranPartial: !this.ran.isWholeSince(from) };
  }

  /** Whether a P's present hold is about to end, and already counted among those that did. */
  private isLogged({ id, heldSince, go }: ProcTrack): boolean {
    return this.lastSince[id] === heldSince && this.lastGo[id] === go;
  }
}

/** Scheduler latency: how long runnable goroutines waited for a P, and what held the Ps while the slowest waited. */

import { TopK } from '../../base/topk.ts';
import type { Durations, WorstLatency } from '../../model/traceanalysis.ts';
import { DurationCounter } from './durations.ts';
import { SpanLog } from './spanlog.ts';
import type { GoTrack, ProcTrack } from './tracks.ts';

const DURATIONS = { exact: 1 << 16, bits: 11 };
const RAN_LISTED = 5;
/** More than any P's id. */
const PROC_IDS = 1 << 17;

interface Candidate {
  readonly wait: Omit<WorstLatency, 'entry'>;
  readonly go: GoTrack;
}

export class LatencyCounter {
  private readonly durations = new DurationCounter(DURATIONS);
  private readonly worst: TopK<Candidate>;
  private readonly ran = new SpanLog();
  private readonly procs: readonly (ProcTrack | undefined)[];
  private readonly entryName: (id: number) => string;

  constructor(top: number, procs: readonly (ProcTrack | undefined)[], entryName: (id: number) => string) {
    this.worst = new TopK(top);
    this.procs = procs;
    this.entryName = entryName;
  }

  /** A goroutine held a P. */
  addHold(go: GoTrack, proc: number, from: number, to: number): void {
    this.ran.add(go, proc, from, to);
  }

  /** A goroutine that became runnable at `from` runs from `to` on. */
  addWait(go: GoTrack, from: number, to: number): void {
    const ns = to - from;
    this.durations.add(ns);
    if (!this.worst.wants(ns)) return;
    const wait = {
      goroutine: go.id,
      startNs: from,
      endNs: to,
      stack: go.ownStack,
      wakerStack: go.beginStack,
      ranInstead: this.ranIn(from, to),
    };
    this.worst.add(ns, { wait, go });
  }

  summarize(): Durations {
    return this.durations.summarize();
  }

  list(): WorstLatency[] {
    return this.worst.list().map(({ wait, go }) => ({ ...wait, entry: go.entry ?? '' }));
  }

  private ranIn(from: number, to: number): WorstLatency['ranInstead'] {
    const byKey = new Map<number, { goroutine: number; entryId: number; proc: number; ns: number }>();
    const add = (goroutine: number, entryId: number, proc: number, begin: number, end: number) => {
      // A number: this is asked for each of thousands of spans.
      const key = goroutine * PROC_IDS + proc;
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, { goroutine, entryId, proc, ns: end - begin });
      else known.ns += end - begin;
    };
    this.ran.visit(from, to, add);
    for (const proc of this.procs) {
      if (proc === undefined || proc.go === null || proc.heldSince >= to) continue;
      add(proc.go.id, proc.go.entryId, proc.id, Math.max(from, proc.heldSince), to);
    }
    return [...byKey.values()]
      .sort((a, b) => b.ns - a.ns || a.proc - b.proc || a.goroutine - b.goroutine)
      .slice(0, RAN_LISTED)
      .map(({ goroutine, entryId, proc, ns }) => ({ goroutine, entry: this.entryName(entryId), proc, ns }));
  }
}

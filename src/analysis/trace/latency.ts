/** Scheduler latency: how long runnable goroutines waited for a P, and what held the Ps while the slowest waited. */

import { TopK } from '../../base/topk.ts';
import type { Durations, WorstLatency } from '../../model/traceanalysis.ts';
import { DurationCounter } from './durations.ts';
import type { Clocked } from './observer.ts';
import { SpanLog } from './spanlog.ts';
import type { GoTrack, ProcTrack } from './tracks.ts';

const DURATIONS = { exact: 1 << 16, bits: 11 };
const RAN_LISTED = 5;

interface Candidate {
  readonly wait: Omit<WorstLatency, 'entry'>;
  readonly go: GoTrack;
}

export class LatencyCounter {
  private readonly durations = new DurationCounter(DURATIONS);
  private readonly worst: TopK<Candidate>;
  private readonly ran: SpanLog;
  private readonly clock: Clocked;
  private readonly procs: readonly (ProcTrack | undefined)[];
  private readonly entryName: (id: number) => string;

  constructor(parts: {
    readonly top: number;
    readonly clock: Clocked;
    readonly procs: readonly (ProcTrack | undefined)[];
    readonly entryName: (id: number) => string;
  }) {
    this.worst = new TopK(parts.top);
    this.clock = parts.clock;
    this.ran = new SpanLog(parts.clock);
    this.procs = parts.procs;
    this.entryName = parts.entryName;
  }

  /** A goroutine held a P, up to now. */
  addHold(proc: ProcTrack): void {
    this.ran.addHold(proc, proc.go as GoTrack);
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
    const ran = this.ran.within(from, to);
    for (const proc of this.procs) {
      const go = proc?.go ?? null;
      if (proc === undefined || go === null || proc.heldSince >= to) continue;
      ran.add(go, proc.id, to - Math.max(from, proc.heldSince));
    }
    return Array.from({ length: ran.count }, (_, row) => row)
      .sort((a, b) => ran.ns[b] - ran.ns[a] || ran.procs[a] - ran.procs[b] || ran.goroutines[a] - ran.goroutines[b])
      .slice(0, RAN_LISTED)
      .map((row) => ({
        goroutine: ran.goroutines[row],
        entry: this.entryName(ran.entries[row]),
        proc: ran.procs[row],
        ns: ran.ns[row],
      }));
  }
}

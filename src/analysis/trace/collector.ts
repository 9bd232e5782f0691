/** Garbage collection and stop-the-world, as the ranges and metrics of a trace tell of them. */

import { TopK } from '../../base/topk.ts';
import type { StackId } from '../../model/stacks.ts';
import { METRIC, RANGE, type TraceEvent } from '../../model/trace.ts';
import type { Durations, GcCycle, GcUsage, StwPause } from '../../model/traceanalysis.ts';
import { DurationCounter } from './durations.ts';
import type { Window } from './window.ts';

/** Cycles (the first ones) and pauses (the longest) that are listed; all are counted. */
const MAX_LISTED = 10_000;
const DURATIONS = { exact: 1 << 14, bits: 9 };

/** A range that has begun. */
interface Open {
  readonly since: number;
  readonly stack: StackId;
  readonly p: number;
  /** Whether its begin was seen. */
  readonly whole: boolean;
}

export class CollectorCounter {
  private readonly window: Window;
  private readonly cycles: GcCycle[] = [];
  private readonly pauses = new TopK<StwPause>(MAX_LISTED);
  private readonly assists = new DurationCounter(DURATIONS);
  private readonly sweeps = new DurationCounter(DURATIONS);
  private readonly stw = new DurationCounter(DURATIONS);
  /** By name and whose it is. */
  private readonly open = new Map<string, Open>();
  private markNs = 0;
  private swept = 0;
  private reclaimed = 0;
  private heapMax = 0;
  private heapLast = 0;
  private goalLast = 0;

  constructor(window: Window) {
    this.window = window;
  }

  metric({ name, value, time }: TraceEvent): void {
    if (time >= this.window.to) return;
    if (name === METRIC.heap) {
      this.heapLast = value;
      if (value > this.heapMax && this.window.contains(time)) this.heapMax = value;
    } else if (name === METRIC.goal) this.goalLast = value;
  }

  range(event: TraceEvent, stack: StackId): void {
    const { name, subject, time, kind } = event;
    const key = `${subject} ${name}`;
    const open = this.open.get(key);
    if (kind === 'RangeBegin') this.open.set(key, { since: time, stack, p: event.p, whole: true });
    else if (kind === 'RangeActive') {
      if (open === undefined) this.open.set(key, { since: 0, stack, p: event.p, whole: false });
    } else if (open !== undefined) {
      this.open.delete(key);
      this.end(name, subject, open, time);
      if (name === RANGE.sweep && this.window.contains(time)) {
        this.swept += event.value;
        this.reclaimed += event.reclaimed;
      }
    }
  }

  /** Closes what is still open at the end of the trace. */
  finish(end: number): void {
    for (const [key, open] of this.open) {
      const space = key.indexOf(' ');
      this.end(key.slice(space + 1), Number(key.slice(0, space)), { ...open, whole: false }, end);
    }
    this.open.clear();
  }

  usage(): GcUsage {
    return {
      cycles: this.cycles,
      markNs: this.markNs,
      assists: this.assists.summarize(),
      sweeps: this.sweeps.summarize(),
      sweptBytes: this.swept,
      reclaimedBytes: this.reclaimed,
      heapMaxBytes: this.heapMax,
      heapLastBytes: this.heapLast,
      goalLastBytes: this.goalLast,
    };
  }

  /** The longest pauses in the order of time, and all of them as numbers. */
  stopped(): { pauses: readonly StwPause[]; durations: Durations } {
    const pauses = this.pauses.list().sort((a, b) => a.startNs - b.startNs);
    return { pauses, durations: this.stw.summarize() };
  }

  private end(name: string, subject: number, open: Open, time: number): void {
    const ns = this.window.overlap(open.since, time);
    if (ns === 0) return;
    const startNs = Math.max(open.since, this.window.from);
    if (name === RANGE.gcMark) {
      this.markNs += ns;
      if (this.cycles.length < MAX_LISTED) this.cycles.push({ startNs, endNs: startNs + ns });
    } else if (name === RANGE.assist) this.assists.add(ns);
    else if (name === RANGE.sweep) this.sweeps.add(ns);
    else if (name.startsWith(RANGE.stwPrefix)) {
      this.stw.add(ns);
      const reason = name.slice(RANGE.stwPrefix.length, -1);
      const pause = { reason, startNs, durationNs: ns, goroutine: subject, proc: open.p, stack: open.stack };
      this.pauses.add(ns, pause);
    }
  }
}

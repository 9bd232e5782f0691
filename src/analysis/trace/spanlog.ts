/** The latest spans of goroutines, in the order of their ends, to ask what else went on while something lasted. */

import { NOBODY } from '../../model/trace.ts';
import type { Clocked } from './observer.ts';
import { SpanTotals } from './spantotals.ts';
import type { GoTrack, ProcTrack } from './tracks.ts';

const CAPACITY = 1 << 18;
/** Spans looked at over a whole trace: keeps hostile traces from making every question a long one. */
const BUDGET = 1 << 26;

/** Id, begin, end: together, as they are written and read together. */
const TIMES = 3;
/** The goroutine's serial number, entry function, P. */
const OWNERS = 3;

export class SpanLog {
  private readonly clock: Clocked;
  private readonly times = new Float64Array(CAPACITY * TIMES);
  private readonly owners = new Int32Array(CAPACITY * OWNERS);
  private readonly totals = new SpanTotals();
  private length = 0;
  private budget = BUDGET;

  constructor(clock: Clocked) {
    this.clock = clock;
  }

  /** Adds what has ended now: a goroutine's hold of a P. */
  addHold({ id, heldSince }: ProcTrack, go: GoTrack): void {
    const row = this.next(go, id);
    this.times[row * TIMES + 1] = heldSince;
  }

  /** Adds what has ended now: a goroutine's present span. */
  addWait(go: GoTrack): void {
    const row = this.next(go, NOBODY);
    this.times[row * TIMES + 1] = go.since;
  }

  private next({ id, serial, entryId }: GoTrack, proc: number): number {
    const { times, owners } = this;
    const row = this.length++ & (CAPACITY - 1);
    times[row * TIMES] = id;
    times[row * TIMES + 2] = this.clock.now;
    owners[row * OWNERS] = serial;
    owners[row * OWNERS + 1] = entryId;
    owners[row * OWNERS + 2] = proc;
    return row;
  }

  /**
   * The time in [from, to) of all spans, by goroutine and P; latest end first. Valid until the next question. Some may
   * be missing if more spans than the log holds have ended since `from`.
   */
  within(from: number, to: number): SpanTotals {
    const { times, owners, totals } = this;
    totals.clear();
    const oldest = Math.max(0, this.length - CAPACITY, this.length - this.budget);
    let i = this.length - 1;
    for (; i >= oldest; i--) {
      const row = i & (CAPACITY - 1);
      const end = times[row * TIMES + 2];
      if (end <= from) break;
      const begin = times[row * TIMES + 1];
      if (begin >= to) continue;
      const at = totals.rowOf(owners[row * OWNERS], owners[row * OWNERS + 2]);
      if (totals.ns[at] === 0) totals.name(at, times[row * TIMES], owners[row * OWNERS + 1]);
      totals.ns[at] += (end < to ? end : to) - (begin > from ? begin : from);
    }
    this.budget -= this.length - 1 - i;
    return totals;
  }
}

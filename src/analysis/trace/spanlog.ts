/**
 * The latest spans of goroutines, in the order of their ends, to ask what else went on while something lasted. Questions
 * are asked late, when it is known which of them matter: at the latest before the spans they need are given up.
 */

import { NOBODY } from '../../model/trace.ts';
import type { Clocked } from './observer.ts';
import { SpanTotals } from './spantotals.ts';
import type { GoTrack, ProcTrack } from './tracks.ts';

const FIRST_CAPACITY = 1 << 18;
/** Beyond so many spans that something open may still ask for, the oldest are given up: 72 MB. */
const MAX_CAPACITY = 1 << 21;

/** Id, begin, end: together, as they are written and read together. */
const TIMES = 3;
/** The goroutine's serial number, entry function, P. */
const OWNERS = 3;

/** Who asks. */
export interface SpanAsker {
  /** Asks all that is still to be asked of what lies behind: the oldest spans are about to go. */
  settle(): void;
  /** The earliest begin of what is open and may be asked for later. */
  openSince(): number;
}

export class SpanLog {
  private readonly clock: Clocked;
  private readonly asker: SpanAsker;
  private readonly maxCapacity: number;
  private capacity: number;
  private times: Float64Array;
  private owners: Int32Array;
  private readonly totals = new SpanTotals();
  /** Spans written, and the first of them that is kept. */
  private length = 0;
  private first = 0;
  /** Spans that ended up to this time are not all kept. */
  private lostTo = Number.NEGATIVE_INFINITY;

  constructor(clock: Clocked, asker: SpanAsker, maxCapacity = MAX_CAPACITY) {
    this.clock = clock;
    this.asker = asker;
    this.maxCapacity = maxCapacity;
    this.capacity = Math.min(FIRST_CAPACITY, maxCapacity);
    this.times = new Float64Array(this.capacity * TIMES);
    this.owners = new Int32Array(this.capacity * OWNERS);
  }

  /** Adds what has ended now: a goroutine's hold of a P. */
  addHold({ id, heldSince }: ProcTrack, go: GoTrack): void {
    this.times[this.next(go, id) * TIMES + 1] = heldSince;
    if (this.length - this.first === this.capacity) this.makeRoom();
  }

  /** Adds what has ended now: a goroutine's present span. */
  addWait(go: GoTrack): void {
    this.times[this.next(go, NOBODY) * TIMES + 1] = go.since;
    if (this.length - this.first === this.capacity) this.makeRoom();
  }

  /** Whether spans that ended after a time are all kept. */
  isWholeSince(time: number): boolean {
    return time >= this.lostTo;
  }

  private next({ id, serial, entryId }: GoTrack, proc: number): number {
    const { times, owners } = this;
    const row = this.length++ & (this.capacity - 1);
    times[row * TIMES] = id;
    times[row * TIMES + 2] = this.clock.now;
    owners[row * OWNERS] = serial;
    owners[row * OWNERS + 1] = entryId;
    owners[row * OWNERS + 2] = proc;
    return row;
  }

  /** The time in [from, to) of all spans, by goroutine and P. Valid until the next question. */
  within(from: number, to: number): SpanTotals {
    const { times, owners, totals, capacity } = this;
    totals.clear();
    for (let i = this.firstAfter(from); i < this.length; i++) {
      const row = i & (capacity - 1);
      const begin = times[row * TIMES + 1];
      if (begin >= to) continue;
      const end = times[row * TIMES + 2];
      const at = totals.rowOf(owners[row * OWNERS], owners[row * OWNERS + 2]);
      if (totals.ns[at] === 0) totals.name(at, times[row * TIMES], owners[row * OWNERS + 1]);
      totals.ns[at] += (end < to ? end : to) - (begin > from ? begin : from);
    }
    return totals;
  }

  /** The first span that ended after a time. */
  private firstAfter(time: number): number {
    let low = this.first;
    let high = this.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.endOf(middle) > time) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private endOf(i: number): number {
    return this.times[(i & (this.capacity - 1)) * TIMES + 2];
  }

  /** Gives up the older half; grows where something open may still ask for it. */
  private makeRoom(): void {
    this.asker.settle();
    const half = this.first + this.capacity / 2;
    const lastEnd = this.endOf(half - 1);
    if (lastEnd > this.asker.openSince()) {
      if (this.capacity < this.maxCapacity) {
        this.grow();
        return;
      }
      this.lostTo = lastEnd;
    }
    this.first = half;
  }

  private grow(): void {
    const { times, owners, capacity } = this;
    const wide = 2 * capacity;
    const newTimes = new Float64Array(wide * TIMES);
    const newOwners = new Int32Array(wide * OWNERS);
    for (let i = this.first; i < this.length; i++) {
      const from = i & (capacity - 1);
      const to = i & (wide - 1);
      for (let k = 0; k < TIMES; k++) newTimes[to * TIMES + k] = times[from * TIMES + k];
      for (let k = 0; k < OWNERS; k++) newOwners[to * OWNERS + k] = owners[from * OWNERS + k];
    }
    this.times = newTimes;
    this.owners = newOwners;
    this.capacity = wide;
  }
}

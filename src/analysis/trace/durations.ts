/**
 * Quantiles of durations in bounded memory: exact up to a number of values, then counted in buckets that are each
 * 1/2^bits of their value wide.
 */

import { Float64Column } from '../../base/columns.ts';
import type { Durations } from '../../model/traceanalysis.ts';

export interface DurationOptions {
  /** Values that are kept as they are. */
  readonly exact: number;
  /** Width of a bucket: its values differ by less than 1/2^bits. */
  readonly bits: number;
}

const MAX_EXPONENT = 53;

/** What stands in front of the buckets: all of it is changed with every value. */
const TOTAL = 0;
const MAX = 1;
const FIRST_BUCKET = 2;

export class DurationCounter {
  private readonly exact: number;
  private readonly bits: number;
  private values: Float64Column | null = new Float64Column(8);
  /** Total, greatest value, and how many are in each bucket: once there are more than are kept. */
  private cells = new Float64Array(FIRST_BUCKET);

  constructor({ exact, bits }: DurationOptions) {
    this.exact = exact;
    this.bits = bits;
  }

  /** `ns` is a whole number of at least 0. */
  add(ns: number): void {
    if (this.values === null) this.bucket(ns);
    else this.keep(this.values, ns);
  }

  /** Of all values. */
  get total(): number {
    return this.values === null ? this.cells[TOTAL] : this.kept().reduce((sum, value) => sum + value, 0);
  }

  /** Adds all that another one with the same options holds. */
  merge(other: DurationCounter): void {
    if (other.values !== null) {
      for (const value of other.kept()) this.add(value);
      return;
    }
    this.spill();
    const { cells } = other;
    this.reach(cells.length - 1);
    this.cells[MAX] = Math.max(this.cells[MAX], cells[MAX]);
    this.cells[TOTAL] += cells[TOTAL];
    for (let i = FIRST_BUCKET; i < cells.length; i++) this.cells[i] += cells[i];
  }

  summarize(): Durations {
    const sorted = this.values === null ? null : this.kept().sort();
    const count = sorted === null ? this.cells.subarray(FIRST_BUCKET).reduce((sum, n) => sum + n, 0) : sorted.length;
    const at = (q: number) => (sorted === null ? this.valueAt(rank(q, count)) : (sorted[rank(q, count)] ?? 0));
    const maxNs = sorted === null ? this.cells[MAX] : (sorted.at(-1) ?? 0);
    return { count, totalNs: this.total, p50Ns: at(0.5), p90Ns: at(0.9), p99Ns: at(0.99), maxNs };
  }

  private keep(values: Float64Column, ns: number): void {
    values.push(ns);
    if (values.length > this.exact) this.spill();
  }

  /** A copy of the values that are kept as they are. */
  private kept(): Float64Array {
    return this.values === null ? new Float64Array(0) : this.values.data.slice(0, this.values.length);
  }

  private spill(): void {
    const values = this.kept();
    this.values = null;
    for (let i = 0; i < values.length; i++) this.bucket(values[i]);
  }

  private bucket(ns: number): void {
    const at = FIRST_BUCKET + bucketOf(ns, this.bits);
    if (at >= this.cells.length) this.reach(at);
    const { cells } = this;
    cells[TOTAL] += ns;
    if (ns > cells[MAX]) cells[MAX] = ns;
    cells[at]++;
  }

  private reach(index: number): void {
    if (index < this.cells.length) return;
    const wider = new Float64Array(Math.max(index + 1, this.cells.length * 2));
    wider.set(this.cells);
    this.cells = wider;
  }

  /** The value of a rank, as its bucket tells it. */
  private valueAt(rank: number): number {
    const { cells } = this;
    let left = rank + 1;
    for (let i = FIRST_BUCKET; i < cells.length; i++) {
      left -= cells[i];
      if (left <= 0) return Math.min(lowestOf(i - FIRST_BUCKET, this.bits), cells[MAX]);
    }
    return cells[MAX];
  }
}

/** Index of the nearest rank: the ⌈q·n⌉-th smallest. */
function rank(q: number, count: number): number {
  return Math.max(0, Math.ceil(q * count) - 1);
}

/** Below 2^bits every value has its own bucket; above, every doubling has 2^bits of them. */
function bucketOf(ns: number, bits: number): number {
  if (ns < 0x4000_0000) {
    const value = ns | 0;
    const shift = 31 - Math.clz32(value) - bits;
    return shift <= 0 ? value : (value >>> shift) + (shift << bits);
  }
  const shift = Math.min(MAX_EXPONENT, Math.floor(Math.log2(ns))) - bits;
  return Math.floor(ns / 2 ** shift) + shift * (1 << bits);
}

/** The smallest value of a bucket. */
function lowestOf(index: number, bits: number): number {
  const size = 2 ** bits;
  if (index < 2 * size) return index;
  const shift = Math.floor(index / size) - 1;
  return (index - shift * size) * 2 ** shift;
}

/**
 * Quantiles of durations in bounded memory: exact up to a number of values, then counted in buckets that are each
 * 1/2^bits of their value wide.
 */

import { Float64Column } from '../../base/columns.ts';
import { DOUBLE } from '../../base/doubles.ts';
import type { Durations } from '../../model/traceanalysis.ts';

export interface DurationOptions {
  /** Values that are kept as they are. */
  readonly exact: number;
  /** Width of a bucket: its values differ by less than 1/2^bits. */
  readonly bits: number;
}

const MAX_EXPONENT = 53;

export class DurationCounter {
  private readonly options: DurationOptions;
  private values: Float64Column | null = new Float64Column(8);
  private buckets: Float64Array = new Float64Array(0);
  /** Of all values. */
  total = DOUBLE;
  private max = DOUBLE;

  constructor(options: DurationOptions) {
    this.total = this.max = 0;
    this.options = options;
  }

  /** `ns` is a whole number of at least 0. */
  add(ns: number): void {
    this.total += ns;
    if (ns > this.max) this.max = ns;
    if (this.values === null) {
      this.bucket(ns);
      return;
    }
    this.values.push(ns);
    if (this.values.length > this.options.exact) this.spill();
  }

  /** Adds all that another one with the same options holds. */
  merge(other: DurationCounter): void {
    if (other.values !== null) {
      const { data, length } = other.values;
      for (let i = 0; i < length; i++) this.add(data[i]);
      return;
    }
    this.spill();
    this.total += other.total;
    this.max = Math.max(this.max, other.max);
    this.reach(other.buckets.length - 1);
    for (let i = 0; i < other.buckets.length; i++) this.buckets[i] += other.buckets[i];
  }

  summarize(): Durations {
    const count = this.values?.length ?? this.buckets.reduce((sum, bucket) => sum + bucket, 0);
    const sorted = this.values === null ? null : this.values.data.slice(0, this.values.length).sort();
    const at = (q: number) => (sorted === null ? this.quantileOfBuckets(rank(q, count)) : (sorted[rank(q, sorted.length)] ?? 0));
    return {
      count,
      totalNs: this.total,
      p50Ns: at(0.5),
      p90Ns: at(0.9),
      p99Ns: at(0.99),
      maxNs: this.max,
    };
  }

  private spill(): void {
    const { values } = this;
    this.values = null;
    if (values === null) return;
    for (let i = 0; i < values.length; i++) this.bucket(values.data[i]);
  }

  private bucket(ns: number): void {
    const index = bucketOf(ns, this.options.bits);
    this.reach(index);
    this.buckets[index]++;
  }

  private reach(index: number): void {
    if (index < this.buckets.length) return;
    const wider = new Float64Array(Math.max(index + 1, this.buckets.length * 2));
    wider.set(this.buckets);
    this.buckets = wider;
  }

  private quantileOfBuckets(rank: number): number {
    let left = rank + 1;
    for (let i = 0; i < this.buckets.length; i++) {
      left -= this.buckets[i];
      if (left <= 0) return Math.min(lowestOf(i, this.options.bits), this.max);
    }
    return this.max;
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

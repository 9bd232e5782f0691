/** One value per slice of a trace whose length is not known beforehand; slices double in width as those of Lanes do. */

import { FIRST_WIDTH } from './lanes.ts';

/** What stands for two slices that become one: the greater value, or the later one. NaN is a slice without any. */
type Merge = 'max' | 'last';

export class SliceValues {
  private readonly values: Float64Array;
  private readonly merge: Merge;
  private readonly from: number;
  private width = FIRST_WIDTH;

  /** `slices` is even. */
  constructor(slices: number, merge: Merge, from = 0) {
    this.values = new Float64Array(slices).fill(Number.NaN);
    this.merge = merge;
    this.from = from;
  }

  /** The value held in [begin, end), both not before `from`. */
  hold(value: number, begin: number, end: number): void {
    this.reach(end);
    const { values, width, from } = this;
    const first = Math.floor((begin - from) / width);
    const last = Math.max(first, Math.ceil((end - from) / width) - 1);
    for (let i = first; i <= last; i++) if (this.merge === 'last' || !(values[i] >= value)) values[i] = value;
  }

  /** Makes the slices wide enough for a time. */
  reach(end: number): void {
    while (end > this.from + this.values.length * this.width) this.widen();
  }

  /** The first `count` values; a slice without one has `missing`. */
  take(count: number, missing: number): Float64Array {
    return this.values.slice(0, count).map((value) => (Number.isNaN(value) ? missing : value));
  }

  private widen(): void {
    const { values } = this;
    const half = values.length / 2;
    for (let i = 0; i < half; i++) values[i] = this.merged(values[2 * i], values[2 * i + 1]);
    values.fill(Number.NaN, half);
    this.width *= 2;
  }

  private merged(a: number, b: number): number {
    if (Number.isNaN(b)) return a;
    return this.merge === 'last' || !(a > b) ? b : a;
  }
}

/**
 * Time by state over equal slices of a trace whose length is not known beforehand: there are always between half and
 * all of the slices in use; when time goes past the last one, neighbours are merged and every slice is twice as wide.
 */

/** Width of a slice at first, in nanoseconds. */
export const FIRST_WIDTH = 64;

export class Lanes {
  /** Slices at most. */
  readonly slices: number;
  readonly states: number;
  /** Where the first slice begins; how wide each is, in nanoseconds. */
  readonly from: number;
  width = FIRST_WIDTH;
  /** By lane: nanoseconds, `states` numbers a slice. */
  readonly lanes: (Float64Array | undefined)[] = [];
  private limit: number;

  /** `slices` is even. */
  constructor(slices: number, states: number, from = 0) {
    this.slices = slices;
    this.states = states;
    this.from = from;
    this.limit = from + slices * this.width;
  }

  /** A lane was in a state in [begin, end), both not before `from`. */
  add(lane: number, state: number, begin: number, end: number): void {
    this.addWeighted(lane, state, begin, end, 1);
  }

  /** Adds `weight` for every nanosecond of [begin, end). */
  addWeighted(lane: number, state: number, begin: number, end: number, weight: number): void {
    this.reach(end);
    const { width, states } = this;
    const data = this.laneOf(lane);
    const first = Math.floor((begin - this.from) / width);
    const last = Math.floor((end - this.from) / width);
    if (first === last) {
      data[first * states + state] += (end - begin) * weight;
      return;
    }
    data[first * states + state] += ((first + 1) * width - (begin - this.from)) * weight;
    for (let i = first + 1; i < last; i++) data[i * states + state] += width * weight;
    if (last < this.slices) data[last * states + state] += (end - this.from - last * width) * weight;
  }

  /** Makes the slices wide enough for a time. */
  reach(end: number): void {
    while (end > this.limit) this.widen();
  }

  /** Nanoseconds of a lane, `states` numbers a slice; valid until the slices change their width. */
  laneOf(lane: number): Float64Array {
    let data = this.lanes[lane];
    if (data === undefined) {
      data = new Float64Array(this.slices * this.states);
      this.lanes[lane] = data;
    }
    return data;
  }

  private widen(): void {
    const half = this.slices / 2;
    for (const data of this.lanes) {
      if (data === undefined) continue;
      for (let slice = 0; slice < half; slice++) {
        for (let state = 0; state < this.states; state++) {
          const at = 2 * slice * this.states + state;
          data[slice * this.states + state] = data[at] + data[at + this.states];
        }
      }
      data.fill(0, half * this.states);
    }
    this.width *= 2;
    this.limit = this.from + this.slices * this.width;
  }

  /** Time in a state over `count` equal parts of [from, to), as shares of each part. */
  sharesOf(lane: number, state: number, to: number, count: number): number[] {
    const data = this.lanes[lane];
    const shares = new Array<number>(count).fill(0);
    const span = to - this.from;
    if (data === undefined || span <= 0) return shares;
    const part = span / count;
    const used = Math.min(this.slices, Math.ceil(span / this.width));
    for (let slice = 0; slice < used; slice++) {
      const ns = data[slice * this.states + state];
      if (ns > 0) spread(shares, slice * this.width, Math.min(span, (slice + 1) * this.width), ns, part);
    }
    return shares.map((ns) => Math.min(1, ns / part));
  }
}

/** Adds `ns`, spread evenly over [begin, end), to the parts that it falls into. */
function spread(parts: number[], begin: number, end: number, ns: number, part: number): void {
  const last = Math.min(parts.length - 1, Math.floor(end / part));
  for (let i = Math.floor(begin / part); i <= last; i++) {
    const overlap = Math.min(end, (i + 1) * part) - Math.max(begin, i * part);
    if (overlap > 0) parts[i] += (ns * overlap) / (end - begin);
  }
}

/** The part of a trace that is looked at. */

export class Window {
  readonly from: number;
  readonly to: number;
  private readonly whole: boolean;

  /** Nanoseconds since the trace's first event; Infinity reaches to its end. */
  constructor(from = 0, to = Number.POSITIVE_INFINITY) {
    this.from = from;
    this.to = to;
    this.whole = from === 0 && to === Number.POSITIVE_INFINITY;
  }

  /** How much of [from, to) lies in the window. */
  overlap(from: number, to: number): number {
    if (this.whole) return to - from;
    const begin = from > this.from ? from : this.from;
    const end = to < this.to ? to : this.to;
    return end > begin ? end - begin : 0;
  }

  /** The moment of the window that is nearest to a time. */
  clamp(time: number): number {
    if (this.whole) return time;
    return time < this.from ? this.from : time > this.to ? this.to : time;
  }

  contains(time: number): boolean {
    return this.whole || (time >= this.from && time < this.to);
  }
}

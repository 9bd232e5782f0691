/** The part of a trace that is looked at. */

export class Window {
  readonly from: number;
  readonly to: number;

  /** Nanoseconds since the trace's first event; Infinity reaches to its end. */
  constructor(from = 0, to = Number.POSITIVE_INFINITY) {
    this.from = from;
    this.to = to;
  }

  /** How much of [from, to) lies in the window. */
  overlap(from: number, to: number): number {
    const begin = from > this.from ? from : this.from;
    const end = to < this.to ? to : this.to;
    return end > begin ? end - begin : 0;
  }

  contains(time: number): boolean {
    return time >= this.from && time < this.to;
  }
}

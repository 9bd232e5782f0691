/** The latest spans of goroutines, in the order of their ends, to ask what else went on while something lasted. */

import type { GoTrack } from './tracks.ts';

const CAPACITY = 1 << 18;
/** Spans looked at over a whole trace: keeps hostile traces from making every question a long one. */
const BUDGET = 1 << 26;

/** One span that overlaps. */
export type SpanVisitor = (id: number, entryId: number, proc: number, from: number, to: number) => void;

export class SpanLog {
  private readonly ids = new Float64Array(CAPACITY);
  private readonly entries = new Int32Array(CAPACITY);
  private readonly procs = new Int32Array(CAPACITY);
  private readonly begins = new Float64Array(CAPACITY);
  private readonly ends = new Float64Array(CAPACITY);
  private length = 0;
  private budget = BUDGET;

  /** Adds a span; none may end before the one added last. */
  add(go: GoTrack, proc: number, from: number, to: number): void {
    const at = this.length++ & (CAPACITY - 1);
    this.ids[at] = go.id;
    this.entries[at] = go.entryId;
    this.procs[at] = proc;
    this.begins[at] = from;
    this.ends[at] = to;
  }

  /** Visits the parts of spans that lie in [from, to), latest end first; false if spans may be missing. */
  visit(from: number, to: number, visitor: SpanVisitor): boolean {
    const oldest = Math.max(0, this.length - CAPACITY);
    for (let i = this.length - 1; i >= oldest; i--) {
      const at = i & (CAPACITY - 1);
      if (this.ends[at] <= from) return true;
      if (--this.budget < 0) return false;
      if (this.begins[at] >= to) continue;
      visitor(this.ids[at], this.entries[at], this.procs[at], Math.max(from, this.begins[at]), Math.min(to, this.ends[at]));
    }
    return oldest === 0;
  }
}

/** The latest spans of goroutines, in the order of their ends, to ask what else went on while something lasted. */

import type { GoTrack } from './tracks.ts';

const CAPACITY = 1 << 18;
/** Spans looked at over a whole trace: keeps hostile traces from making every question a long one. */
const BUDGET = 1 << 26;

/** One span that overlaps. */
export type SpanVisitor = (id: number, entryId: number, proc: number, from: number, to: number) => void;

/** Id, entry function and P as one number, begin, end: together, as they are written and read together. */
const FIELDS = 4;
const ENTRY_SHIFT = 1 << 17;

export class SpanLog {
  private readonly spans = new Float64Array(CAPACITY * FIELDS);
  private length = 0;
  private budget = BUDGET;

  /** Adds a span; none may end before the one added last. */
  add(go: GoTrack, proc: number, from: number, to: number): void {
    const { spans } = this;
    const at = (this.length++ & (CAPACITY - 1)) * FIELDS;
    spans[at] = go.id;
    spans[at + 1] = (go.entryId + 1) * ENTRY_SHIFT + proc + 1;
    spans[at + 2] = from;
    spans[at + 3] = to;
  }

  /** Visits the parts of spans that lie in [from, to), latest end first; false if spans may be missing. */
  visit(from: number, to: number, visitor: SpanVisitor): boolean {
    const { spans } = this;
    const oldest = Math.max(0, this.length - CAPACITY);
    for (let i = this.length - 1; i >= oldest; i--) {
      const at = (i & (CAPACITY - 1)) * FIELDS;
      if (spans[at + 3] <= from) return true;
      if (--this.budget < 0) return false;
      if (spans[at + 2] >= to) continue;
      const entry = Math.floor(spans[at + 1] / ENTRY_SHIFT) - 1;
      const proc = (spans[at + 1] % ENTRY_SHIFT) - 1;
      visitor(spans[at], entry, proc, Math.max(from, spans[at + 2]), Math.min(to, spans[at + 3]));
    }
    return oldest === 0;
  }
}

/** Who is told of the spans of a trace, and in what words. */

import type { PState } from '../../model/pstates.ts';
import type { StackId } from '../../model/stacks.ts';
import type { TraceEvent } from '../../model/trace.ts';
import type { GoTrack, GState, ProcTrack } from './tracks.ts';

/** Whether a span lies within the trace, or is open at one of its ends. */
export const EDGE = { none: 0, head: 1, tail: 2 } as const;

/** Where a stack of a running goroutine was seen. */
export const SOURCE = {
  sample: 0,
  preempted: 1,
  assist: 2,
  sweep: 3,
  stw: 4,
  syscall: 5,
  block: 6,
  heap: 7,
  resumed: 8,
  /** A preemption, or where it went on after one, of which the inner frames are missing: see {@link HotspotFinder}. */
  cut: 9,
} as const;
export const SOURCE_NAMES = [
  'CPU sample',
  'preemption',
  'assist',
  'sweep',
  'stop-the-world',
  'system call',
  'block',
  'large allocation',
  'resumption',
  'cut preemption',
] as const;

/** Time of the event that is being looked at, in nanoseconds since the trace's first one. */
export interface Clocked {
  readonly now: number;
}

/**
 * Who is told of spans. Called when one ends and before the track tells of the next one: `go.reason`, `go.beginStack` and
 * `go.ownStack` are still those of the span. All that is told happens, or ends, at the view's `now`; times are not handed
 * over, as numbers beyond 32 bits would be objects, millions of them.
 */
export interface SpanObserver {
  /** A goroutine was in a state since `go.since`. `edge` says whether the span is open at an end of the trace. */
  goSpan(go: GoTrack, state: GState, edge: number): void;
  /** A P was in a state since `proc.since`. */
  procSpan(proc: ProcTrack, state: PState): void;
  /** A goroutine has got a P, or leaves it: since `proc.heldSince`. */
  holdBegins(proc: ProcTrack, go: GoTrack): void;
  holdEnds(proc: ProcTrack, go: GoTrack): void;
  /** A stack of a goroutine was seen while it ran. `proc` is null for a sample that fits nowhere. */
  stackSeen(go: GoTrack | null, proc: ProcTrack | null, stack: StackId, source: number): void;
  /** A goroutine has ended, or the trace has. */
  goEnds(go: GoTrack): void;
  /**
   * A region begins or ends at a running goroutine, which `stack` is of. `go.regions` are still those up to now: what it
   * runs after belongs to others.
   */
  regionsChange(go: GoTrack, stack: StackId): void;
  /** Any other event: metrics, ranges, tasks, regions, logs, of a goroutine where it has one. A region that ends is still open. */
  other(event: TraceEvent, stack: StackId, go: GoTrack | undefined): void;
}

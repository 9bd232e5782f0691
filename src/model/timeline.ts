/**
 * A trace over time: what `goflame timeline` draws. Plain data.
 *
 * The window is cut into equal slices, each with the time by state of every P: merged by share, nothing dropped,
 * however short it was. Where there are few spans they are all here as well, exact and with their goroutines.
 */

import type { ClockSnapshot } from './trace.ts';
import type { GcCycle, Hotspot, StwPause } from './traceanalysis.ts';

/** One P. All arrays by slice, in nanoseconds. */
export interface TimelineProc {
  readonly id: number;
  /** By P state, idle included; an array without time may be null. */
  readonly states: readonly (Float64Array | null)[];
  /** For how long GOMAXPROCS allowed the P: what its states add up to. */
  readonly presentNs: Float64Array;
  /** The same as times [from, to), in order. */
  readonly present: readonly (readonly [number, number])[];
}

/** Times in which a P was not idle; by P as {@link Timeline.procs} lists them, then in the order of time. */
export interface TimelineSpans {
  readonly count: number;
  /** By P (its index in the list of Ps): its first span; one more number ends the last P's. */
  readonly first: Int32Array;
  readonly state: Uint8Array;
  readonly startNs: Float64Array;
  readonly endNs: Float64Array;
  /** Who held the P, -1 where nobody did; and the index of its entry function, -1 where that is not known. */
  readonly goroutine: Float64Array;
  readonly entry: Int32Array;
  readonly entries: readonly string[];
}

export interface Timeline {
  /** The window, in nanoseconds since the trace's first event. */
  readonly startNs: number;
  readonly endNs: number;
  readonly clock: ClockSnapshot | null;
  readonly gomaxprocs: readonly { readonly timeNs: number; readonly value: number }[];
  /** Slices begin at `startNs`; the last one may reach beyond the end. */
  readonly sliceNs: number;
  readonly sliceCount: number;
  readonly procs: readonly TimelineProc[];
  /** Ps that GOMAXPROCS allowed beyond the most that are kept. */
  readonly hiddenProcs: number;
  /** All spans, where there are few enough; null where only the slices are left. */
  readonly spans: TimelineSpans | null;
  /** Goroutines that waited for a P: on average and at most, by slice. */
  readonly runnableMean: Float64Array;
  readonly runnableMax: Float64Array;
  /** By slice, in nanoseconds: idle time of all Ps while somebody waited for one; mark phases; the world stopped. */
  readonly idleWhileRunnableNs: Float64Array;
  readonly gcMarkNs: Float64Array;
  readonly stwNs: Float64Array;
  /** Bytes: the most that the heap held in a slice, and the last goal; NaN before the trace first tells. */
  readonly heapMax: Float64Array;
  readonly goal: Float64Array;
  /** Listed up to a bound; the slices have all of them. */
  readonly gcCycles: readonly GcCycle[];
  readonly stw: readonly StwPause[];
  readonly hotspots: readonly Hotspot[];
}

/** Where a slice ends, within the window. */
export function sliceEnd({ startNs, endNs, sliceNs }: Timeline, slice: number): number {
  return Math.min(endNs, startNs + (slice + 1) * sliceNs);
}

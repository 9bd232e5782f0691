/** What was found out about an execution trace. Times are nanoseconds since the trace's first event. */

import type { MapOperation } from './mapfunctions.ts';
import type { PState } from './pstates.ts';
import type { StackId, StackTable } from './stacks.ts';
import type { ClockSnapshot } from './trace.ts';

/** A distribution of durations in nanoseconds; quantiles by nearest rank. */
export interface Durations {
  readonly count: number;
  readonly totalNs: number;
  readonly p50Ns: number;
  readonly p90Ns: number;
  readonly p99Ns: number;
  readonly maxNs: number;
}

/** The time of one P. */
export interface ProcUsage {
  readonly id: number;
  /** Nanoseconds by {@link PState}; adds up to the time for which GOMAXPROCS allowed the P. */
  readonly ns: Float64Array;
  /** Nanoseconds in which it was idle while some goroutine waited for a P. */
  readonly idleWhileRunnableNs: number;
  /** Share of time in which it was not idle, over equal slices of the window. */
  readonly strip: readonly number[];
}

/** Goroutines that began with the same function. */
export interface GoroutineGroup {
  /** Empty where no stack told it. */
  readonly entry: string;
  readonly count: number;
  /** By state: all time in the window, open spans at its ends included. */
  readonly runningNs: number;
  readonly runnableNs: number;
  readonly syscallNs: number;
  /** By reason; empty where the trace gives none. */
  readonly waitingNs: Readonly<Record<string, number>>;
  /** Whole spans by state. */
  readonly running: Durations;
  readonly runnable: Durations;
  readonly syscall: Durations;
  readonly waiting: Durations;
  /** By reason, in the order of {@link waitingNs}. */
  readonly waitingByReason: Readonly<Record<string, Durations>>;
}

export interface OtherGoroutine {
  readonly goroutine: number;
  readonly entry: string;
  readonly ns: number;
}

/** A long wait of a runnable goroutine. */
export interface WorstLatency {
  readonly goroutine: number;
  readonly entry: string;
  readonly startNs: number;
  readonly endNs: number;
  /** Where the goroutine was, and what made it runnable. */
  readonly stack: StackId;
  readonly wakerStack: StackId;
  /** What held the Ps meanwhile, longest first. */
  readonly ranInstead: readonly (OtherGoroutine & { readonly proc: number })[];
  /** Whether some that ran are missing, as more did than are remembered. */
  readonly ranPartial?: boolean;
}

/** What a P was held by. */
export const HOTSPOT_KINDS = [
  'user code',
  'map growth',
  'map operation',
  'allocation',
  'GC assist',
  'GC worker',
  'memmove/memclr',
  'syscall',
  'sweep',
  'stop-the-world',
] as const;
export type HotspotKind = (typeof HOTSPOT_KINDS)[number];

/**
 * How sure a hotspot's kind is: `high`, the trace's own ranges say it or several samples agree; `medium`, a sample or
 * several other stacks do; `low`, one other stack; `none`, nothing was seen inside.
 */
export type Confidence = 'high' | 'medium' | 'low' | 'none';

/** How often stacks of one source pointed at one kind. */
export interface Evidence {
  readonly source: string;
  readonly kind: HotspotKind;
  readonly count: number;
}

/** CPU samples of one kind in a hold. */
export interface KindShare {
  readonly kind: HotspotKind;
  readonly samples: number;
}

/** A time in which one goroutine held a P, with breaks of some microseconds at most. */
export interface Hotspot {
  /** From 1 by length; 0 for one that so many are longer than that they were not all kept. */
  readonly rank: number;
  readonly kind: HotspotKind;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
  /**
   * What CPU samples say that its time went into, most first: of three or more the first is its kind, fewer are weighed
   * with the other stacks. Empty without samples, and where the trace's ranges tell the kind.
   */
  readonly shares: readonly KindShare[];
  /** The function of a map that was called in the stack that stands for the kind, or in the next that has one; null if none. */
  readonly mapFunction: string | null;
  /** What that function does; `grow` where growth was seen and not what it was for. */
  readonly mapOperation: MapOperation | null;
  /** How many of the stacks seen did what to a map, growth counted as `grow` whatever it was for; most first. */
  readonly mapOperations: readonly { readonly operation: MapOperation; readonly count: number }[];
  /**
   * Large allocations while a map was written that nothing seen explains, in this hold or another of goroutines that began
   * alike: it may have grown. A guess, no verdict: never the reason of a kind. 0 for other kinds than `map operation`.
   */
  readonly unseenGrowth: number;
  readonly proc: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly heldNs: number;
  readonly goroutine: number;
  readonly entry: string;
  /** The stack that stands for the kind, and other stacks seen, most frequent first. */
  readonly stack: StackId;
  readonly stacks: readonly { readonly stack: StackId; readonly source: string; readonly count: number }[];
  /** CPU samples taken in it. */
  readonly samples: number;
  /** Nanoseconds of it in mark assists, sweeping, system calls, stopped worlds. */
  readonly assistNs: number;
  readonly sweepNs: number;
  readonly syscallNs: number;
  readonly stwNs: number;
  /** Goroutines that waited for a P meanwhile: all of them and their waiting added up; the longest waits by goroutine. */
  readonly starvedCount: number;
  /** Whether more goroutines waited than are remembered: the count and the list are then a lower bound. */
  readonly starvedPartial?: boolean;
  readonly starvedNs: number;
  readonly starved: readonly OtherGoroutine[];
}

/**
 * All time that Ps were held by one kind of work. Where CPU samples were taken, time is divided by what they say (those of
 * goroutines with one entry function, from their first to their last); other holds count as what they were taken for.
 */
export interface KindUsage {
  readonly kind: HotspotKind;
  readonly ns: number;
  /** How much of it CPU samples or the trace's own ranges tell; the rest is an estimate by other stacks. */
  readonly measuredNs: number;
  /** CPU samples of this kind in holds. */
  readonly samples: number;
  /** Holds that were taken for this kind, and the longest of them as a whole. */
  readonly holds: number;
  readonly longestNs: number;
  /** The most time of this kind in one hold of whatever kind. */
  readonly longestPartNs: number;
  /** The longest of them; null where holds that short were not wanted. */
  readonly longest: Hotspot | null;
}

export interface GcCycle {
  readonly startNs: number;
  readonly endNs: number;
}

export interface GcUsage {
  /** Mark phases, those open at an end of the window included. */
  readonly cycles: readonly GcCycle[];
  readonly markNs: number;
  readonly assists: Durations;
  readonly sweeps: Durations;
  readonly sweptBytes: number;
  readonly reclaimedBytes: number;
  readonly heapMaxBytes: number;
  readonly heapLastBytes: number;
  readonly goalLastBytes: number;
}

export interface StwPause {
  readonly reason: string;
  readonly startNs: number;
  readonly durationNs: number;
  readonly goroutine: number;
  readonly proc: number;
  readonly stack: StackId;
}

/** Tasks or regions of one name. */
export interface UserSpans {
  readonly name: string;
  readonly count: number;
  /** Those that neither began nor ended outside the trace. */
  readonly durations: Durations;
}

export interface TraceAnalysis {
  readonly stacks: StackTable;
  /** The window looked at: the whole trace, unless a part was asked for. */
  readonly startNs: number;
  readonly endNs: number;
  readonly clock: ClockSnapshot | null;
  /** In the order of time; the first from the start of the window. */
  readonly gomaxprocs: readonly { readonly timeNs: number; readonly value: number }[];
  readonly procs: readonly ProcUsage[];
  /** Busiest P against the mean, 0 for equal ones: (max − mean) / mean of time not idle. */
  readonly imbalance: number;
  /** Nanoseconds in which at least one goroutine waited for a P. */
  readonly contendedNs: number;
  /** Most time first. */
  readonly groups: readonly GoroutineGroup[];
  readonly latency: Durations;
  readonly worstLatencies: readonly WorstLatency[];
  readonly kinds: readonly KindUsage[];
  readonly hotspots: readonly Hotspot[];
  /** As many of the maps that grow, with their ranks among all. */
  readonly mapGrowth: readonly Hotspot[];
  readonly gc: GcUsage;
  readonly stw: readonly StwPause[];
  readonly stwDurations: Durations;
  readonly tasks: readonly UserSpans[];
  readonly regions: readonly UserSpans[];
  readonly logs: number;
  readonly cpuSamples: number;
}

/** Time by P state, of one P or of all. */
export function addStates(procs: readonly { readonly ns: Float64Array }[], state: PState): number {
  return procs.reduce((sum, { ns }) => sum + ns[state], 0);
}

/** Growths of maps that are shown at least, for each ten hotspots: they are what is looked for. */
const GROWTH_SHOWN = 3;
const HOTSPOTS_PER_GROWTH = 3;

/** The longest growths of maps that longer holds of other kinds have left no place for among the hotspots. */
export function growthBeyond({ hotspots, mapGrowth }: Pick<TraceAnalysis, 'hotspots' | 'mapGrowth'>): readonly Hotspot[] {
  const listed = new Set(hotspots.map(({ rank }) => rank));
  const shown = hotspots.filter(({ kind }) => kind === 'map growth').length;
  const wanted = Math.min(GROWTH_SHOWN, Math.floor(hotspots.length / HOTSPOTS_PER_GROWTH));
  return mapGrowth.filter(({ rank }) => rank > 0 && !listed.has(rank)).slice(0, Math.max(0, wanted - shown));
}

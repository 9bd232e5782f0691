/** The difference of two inputs of one kind. Everywhere `before` is the first one, `after` the second. */

import type { Ownership } from './names.ts';
import type { Profile } from './profile.ts';
import type { RaceReport } from './snapshot.ts';
import type { Frame, StackTable } from './stacks.ts';
import type { Hotspot } from './traceanalysis.ts';

/** A number on both sides. */
export interface Pair {
  readonly before: number;
  readonly after: number;
}

export function changeOf({ before, after }: Pair): number {
  return after - before;
}

export interface ComparedInput {
  readonly file: string;
  readonly kinds: readonly string[];
}

export interface FunctionChange {
  readonly function: string;
  readonly owner: Ownership;
  /** In stacks that end in it, and in stacks that hold it. */
  readonly self: Pair;
  readonly total: Pair;
}

/** Goroutines of one stack on one side. */
export interface GroupSide {
  readonly count: number;
  /** State words → how many. */
  readonly states: ReadonlyMap<string, number>;
  /** Whole minutes; 0 where none was told. */
  readonly maxWait: number;
  readonly leaked: number;
}

/** Goroutines that stand in the same functions, on both sides. */
export interface GroupChange {
  /** Leaf first; places are those of the run after, where it has the stack. */
  readonly frames: readonly Frame[];
  /** The innermost frame of the program's own code, else of any outside the runtime, else the leaf; null without frames. */
  readonly at: Frame | null;
  readonly createdBy: Frame | null;
  readonly before: GroupSide | null;
  readonly after: GroupSide | null;
  readonly count: Pair;
}

/** One race by its fingerprint: how often it was reported on each side. */
export interface RaceChange {
  readonly fingerprint: string;
  readonly count: Pair;
  /** Fingerprints of the side that lacks it, which may be this race: a stack of either was not restored. */
  readonly maybeSame: readonly string[];
  /** A report that stands for all; of the run after, where there is one. */
  readonly race: RaceReport;
  readonly stacks: StackTable;
  /** Kind of each access, and the innermost frame outside the runtime. */
  readonly accesses: readonly { readonly kind: string; readonly at: Frame | null }[];
}

export type RaceStatus = 'new' | 'maybe' | 'gone' | 'still';

/** `maybe` for a race that one side lacks by this fingerprint but may have by another: neither new nor gone for sure. */
export function raceStatus({ count, maybeSame }: RaceChange): RaceStatus {
  if (count.before > 0 && count.after > 0) return 'still';
  if (maybeSame.length > 0) return 'maybe';
  return count.before === 0 ? 'new' : 'gone';
}

/** One number of both traces. */
export interface TraceMetric {
  readonly section: string;
  readonly name: string;
  readonly unit: 'ns' | 'share' | 'count' | 'bytes';
  readonly values: Pair;
}

/** Goroutines that began with the same function. */
export interface TraceGroupChange {
  readonly entry: string;
  readonly count: Pair;
  readonly runningNs: Pair;
  readonly runnableNs: Pair;
}

/** The longest hotspots of one trace. */
export interface TraceSide {
  readonly hotspots: readonly Hotspot[];
  readonly stacks: StackTable;
}

export interface TraceComparison {
  /** In sections; those that are 0 on both sides are left out. */
  readonly metrics: readonly TraceMetric[];
  readonly groups: readonly TraceGroupChange[];
  /** Numbers that have names of their own, for limits in CI. */
  readonly named: readonly { readonly name: string; readonly about: string; readonly values: Pair }[];
  readonly before: TraceSide;
  readonly after: TraceSide;
}

export interface Comparison {
  readonly before: ComparedInput;
  readonly after: ComparedInput;
  /** What the weights count. */
  readonly unit: string;
  /** Sum of all weights as they were measured, before any scaling. */
  readonly total: Pair;
  /** What the weights before were multiplied by; 1 where they are shown as they are. */
  readonly factor: number;
  readonly profile: Profile;
  /** Those that changed: largest change of what ends in them first, then of what they hold. */
  readonly functions: readonly FunctionChange[];
  /** Those that changed, most suspect first; null where no side has goroutines. */
  readonly groups: readonly GroupChange[] | null;
  /** New ones first, then those gone, then the rest; null where no side is about races. */
  readonly races: readonly RaceChange[] | null;
  /** Null where not both are traces. */
  readonly trace: TraceComparison | null;
}

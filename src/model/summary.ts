/** What is told of each part of an input before anything else: groups, waits, creators, labels, races by identity. */

import type { CountProfilePart, DumpPart, Part, RacePart } from './evidence.ts';
import type { Goroutine, MapUser, RaceReport } from './snapshot.ts';
import type { FrameId, StackId } from './stacks.ts';

/** A test that a race or a crash belongs to. */
export interface GuiltyTest {
  readonly package: string | null;
  readonly name: string;
  /** Its function is in a stack. */
  readonly certain: boolean;
  /** `exit`: it failed, and the output says of it that a race was detected. */
  readonly by: 'stack' | 'position' | 'exit';
}

/** Which test a race belongs to: the first of all. */
export interface Attribution {
  readonly test: string | null;
  readonly package: string | null;
  /** What `test` rests on; null without a test. */
  readonly by: GuiltyTest['by'] | null;
}

export interface CrashAttribution extends Attribution {
  readonly tests: readonly GuiltyTest[];
}

/** Goroutines with the same stack. */
export interface StackGroup {
  readonly stack: StackId;
  readonly stackAvailable: boolean;
  count: number;
  /** State words → how many, in the order of first sight. */
  readonly states: Map<string, number>;
  minWait: number;
  maxWait: number;
  locked: number;
  leaked: number;
  /** Durably blocked in a bubble of testing/synctest. */
  durable: number;
  /** Bubbles that they are in, a few at most. */
  readonly bubbles: Set<number>;
  /** Of the first goroutine seen: an example to look for in the text. */
  readonly id: number;
  readonly line: number;
  readonly createdBy: FrameId | null;
}

export interface LongWait {
  readonly id: number;
  readonly state: string;
  readonly minutes: number;
  readonly stack: StackId;
}

export interface Counted<T> {
  readonly value: T;
  readonly count: number;
}

export interface LabelBreakdown {
  readonly key: string;
  /** Goroutines that carry the label. */
  readonly count: number;
  /** Different values there are. */
  readonly distinct: number;
  /** Most frequent first; beyond 10,000 different ones the rest is not counted. */
  readonly values: readonly Counted<string>[];
}

export interface DumpSummary {
  readonly part: DumpPart;
  /** Without the threads' system stacks (goroutine 0). */
  readonly goroutines: number;
  readonly systemStacks: number;
  readonly truncated: number;
  readonly leaked: number;
  /** The one printed first; null without any. */
  readonly first: Goroutine | null;
  /** The one that the crash happened in; null without a crash, where it happened in none, and where that cannot be told. */
  readonly crashed: Goroutine | null;
  /** The goroutine that called the system stack on which the crash happened; null elsewhere. */
  readonly caller: Goroutine | null;
  /** Most goroutines first, then in the order printed. */
  readonly groups: readonly StackGroup[];
  readonly longestWaits: readonly LongWait[];
  readonly creators: readonly Counted<FrameId>[];
  readonly labels: readonly LabelBreakdown[];
  readonly mapUsers: readonly MapUser[];
  /** The test that crashed or timed out; null outside tests. */
  readonly attribution: CrashAttribution | null;
  /** What a test's time-out is about; null for other dumps. */
  readonly timeout: TestTimeout | null;
}

/** A test that was still running when `go test` gave up on it. */
export interface StuckTest {
  /** With its parents: `TestSlow/outer/inner`; the function where the names were not printed. */
  readonly name: string;
  readonly package: string | null;
  /** Names that were printed of which this is one, where it cannot be told which. */
  readonly oneOf: readonly string[];
  /** As printed: `2s`; null before Go 1.20. */
  readonly ranFor: string | null;
  /** The goroutine of the innermost test; null where it cannot be told. */
  readonly goroutine: Goroutine | null;
  /** Goroutines of its parents, outermost first. */
  readonly parents: readonly Goroutine[];
}

export interface TestTimeout {
  /** `10m0s`. */
  readonly after: string | null;
  /** Tests in the list of the time-out, or found by their stacks, those without running subtests only. */
  readonly stuck: readonly StuckTest[];
  /** Names of those tests as they were printed; empty before Go 1.20. */
  readonly running: readonly string[];
}

export interface ProfileSummary {
  readonly part: CountProfilePart;
  /** Most goroutines first. */
  readonly records: readonly { stack: StackId; count: number }[];
  readonly labels: readonly LabelBreakdown[];
}

/** One side of a race by the functions in its stacks; null what the report does not tell. */
export interface RaceSide {
  readonly access: string | null;
  readonly created: string | null;
}

/** Reports of one race. */
export interface RaceGroup {
  readonly fingerprint: string;
  readonly sides: readonly RaceSide[];
  /** By report: what version 1 called it. */
  readonly olderFingerprints: Map<RaceReport, string>;
  /** Fingerprints of other races of the same part that this may be: a stack of either was not restored. */
  readonly maybeSame: string[];
  /** In the order of their lines; the first one stands for all. */
  readonly race: RaceReport;
  readonly races: RaceReport[];
  count: number;
  /** Which test each report belongs to. */
  readonly attributions: Map<RaceReport, Attribution>;
  /** All tests that each report belongs to. */
  readonly tests: Map<RaceReport, readonly GuiltyTest[]>;
}

export interface RaceSummary {
  readonly part: RacePart;
  readonly reports: number;
  readonly groups: readonly RaceGroup[];
}

/** A part of which there is nothing to add up. */
export interface PlainSummary {
  readonly part: Exclude<Part, DumpPart | CountProfilePart | RacePart>;
}

export type PartSummary = DumpSummary | ProfileSummary | RaceSummary | PlainSummary;

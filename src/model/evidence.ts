/** What one input holds: its parts in order, the stacks they share, and what could not be read. */

import type { Problem } from '../base/errors.ts';
import type { Profile } from './profile.ts';
import type { Crash, Goroutine, Labels, LooseStack, RaceReport, ServedPanic, TestPosition } from './snapshot.ts';
import type { StackId, StackTable } from './stacks.ts';
import type { TracePart, TraceSink } from './trace.ts';

/** A goroutine dump, with the crash that caused it where there was one. */
export interface DumpPart {
  readonly format: 'goroutine-dump';
  readonly line: number;
  crash: Crash | null;
  servedPanic: ServedPanic | null;
  readonly goroutines: Goroutine[];
  /** Where `go test` output placed it, right or not; absent outside such output. */
  readonly position?: TestPosition;
  /** The block `runtime stack:`, of the thread that died; null without one. */
  runtimeStack: StackId | null;
  /** All stacks without a goroutine, `runtimeStack` among them, in the order of their lines. */
  readonly looseStacks: LooseStack[];
}

/** A text profile of stacks with counts: `goroutine profile: total N` and its kin. */
export interface CountProfilePart {
  readonly format: 'goroutine-profile';
  readonly line: number;
  readonly name: string;
  readonly total: number;
  readonly records: CountRecord[];
}

export interface CountRecord {
  readonly count: number;
  readonly labels: Labels;
  readonly stack: StackId;
}

/** Race reports that follow one another. */
export interface RacePart {
  readonly format: 'race-report';
  readonly line: number;
  readonly races: RaceReport[];
  /** N of the closing line `Found N data race(s)`; null without one. */
  found: number | null;
}

/** A report of the C/C++ ThreadSanitizer: recognised and named, its stacks are not Go's. */
export interface CppRacePart {
  readonly format: 'tsan-report';
  readonly line: number;
  readonly kind: string;
  summary: string | null;
}

/** The results in the output of `go test`, plain or -json; beside dumps and races where there are any. */
export interface TestPart {
  readonly format: 'go-test';
  readonly line: number;
  readonly packages: readonly TestedPackage[];
  /** Names of the tests that failed, crashed or timed out; a name twice where two packages have it. */
  readonly failedTests: readonly string[];
  /** All tests of which something was told, package by package; up to 10,000. */
  readonly tests: readonly TestResult[];
  /** Builds that failed; one may fail several packages. */
  readonly builds: readonly FailedBuild[];
}

export interface TestedPackage {
  readonly name: string;
  /** `unfinished` where the output ends before the package does. */
  readonly result: 'ok' | 'FAIL' | 'no test files' | 'unfinished';
  readonly seconds: number | null;
  /** The output is that of an earlier run. */
  readonly cached: boolean;
  /** What stands in brackets behind the package: `build failed`, `setup failed`, `no tests to run`; or why it died. */
  readonly note: string | null;
  /** The build that failed, by its import path. */
  readonly failedBuild: string | null;
}

/** `crashed`, `timed out`: the program died in it. `unfinished`: it ran when the program died, or when the output
 * ended. `paused`: it waited for parallel tests to have their turn and never went on. */
export type TestOutcome = 'pass' | 'fail' | 'skip' | 'crashed' | 'timed out' | 'unfinished' | 'paused';

export interface TestResult {
  readonly package: string | null;
  readonly name: string;
  /** The worst of all runs. */
  readonly outcome: TestOutcome;
  /** Of all runs together; null where none was told. */
  readonly seconds: number | null;
  /** More than one with -count and -cpu. */
  readonly runs: number;
  readonly failures: number;
  /** The output says that a race was detected while it ran. */
  readonly raceDetected?: true;
  /** What t.Attr set. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** The folder of t.ArtifactDir. */
  readonly artifacts?: string;
}

export interface FailedBuild {
  /** As the go command names it: `example.com/p [example.com/p.test]`. */
  readonly importPath: string;
  /** What compiler and vet said; up to 200 lines. */
  readonly output: readonly string[];
  /** Packages whose tests could not run for it. */
  readonly packages: readonly string[];
}

/** Folded stacks: already a profile. */
export interface FoldedPart {
  readonly format: 'folded';
  readonly line: number;
  readonly profile: Profile;
}

/** Words of a schedtrace line by name; null where it says none. */
export interface SchedFields {
  [name: string]: number | string | null;
}

/** The scheduler at one moment, as GODEBUG=schedtrace tells it. */
export interface SchedSample {
  readonly line: number;
  /** Since the program began. */
  readonly ms: number;
  readonly gomaxprocs: number;
  readonly idleprocs: number;
  readonly threads: number;
  readonly spinningthreads: number;
  /** Null before Go 1.20, which does not tell it. */
  readonly needspinning: number | null;
  readonly idlethreads: number;
  /** Goroutines in the global queue, and by P in its own. */
  readonly runqueue: number;
  readonly local: number[];
  /** By P; null before Go 1.25. */
  readonly schedticks: readonly number[] | null;
  /** Of the detailed form; words of later releases stand beside them under their own names. */
  readonly gcwaiting?: number | string | null;
  readonly nmidlelocked?: number | string | null;
  readonly stopwait?: number | string | null;
  readonly sysmonwait?: number | string | null;
  /** Every P, M and goroutine, where scheddetail=1 was set. */
  detail: { readonly procs: SchedFields[]; readonly threads: SchedFields[]; readonly goroutines: SchedFields[] } | null;
}

export interface SchedTracePart {
  readonly format: 'schedtrace';
  readonly line: number;
  readonly samples: SchedSample[];
}

export type Part = DumpPart | CountProfilePart | RacePart | CppRacePart | TestPart | FoldedPart | TracePart | SchedTracePart;

/** What each kind of part is called. */
export const PART_NAMES: Readonly<Record<Part['format'], string>> = {
  'goroutine-dump': 'goroutine dump',
  'goroutine-profile': 'goroutine profile',
  'race-report': 'race reports',
  'tsan-report': 'C/C++ race report',
  'go-test': 'go test output',
  folded: 'folded stacks',
  'go-trace': 'execution trace',
  schedtrace: 'scheduler log',
};

/**
 * Who takes the evidence as it is read. The reader keeps neither goroutines, records nor races: a sink that keeps
 * them too needs memory for each, one that adds them up needs memory only for what differs.
 */
export interface EvidenceSink {
  goroutine(goroutine: Goroutine, part: DumpPart): void;
  record(record: CountRecord, part: CountProfilePart): void;
  race(race: RaceReport, part: RacePart): void;
  /** An execution trace begins: who takes its events, null or absent if nobody wants them. */
  trace?(): TraceSink | null;
}

export interface Evidence {
  readonly stacks: StackTable;
  readonly parts: readonly Part[];
  readonly problems: readonly Problem[];
}

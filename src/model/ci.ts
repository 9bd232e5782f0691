/**
 * What `goflame ci` keeps of one run of a command, as its files hold it: `run.json` ({@link CiRun}), `evidence/races.json`
 * ({@link CiRace}), `evidence/tests.json` ({@link CiTests}), crashes and time-outs, and the list of known races. Plain JSON
 * values all through: `undefined` nowhere, null for what is not known.
 */

import type { TestOutcome } from './evidence.ts';
import type { CrashKind } from './snapshot.ts';
import type { GuiltyTest } from './summary.ts';

export const CI_SCHEMA = 'goflame/ci/1';
export const BASELINE_SCHEMA = 'goflame/baseline/1';

/** `running` as long as goflame has not said otherwise, `killed` where it never could; `interrupted`: a signal to goflame
 * or its time-out ended the command. */
export type CiState = 'running' | 'complete' | 'interrupted' | 'killed';

/** How test events came to be: asked for by goflame, by the user, or not at all. */
export type CiJson = 'added' | 'own' | 'none';

export interface CiFile {
  /** Within the archive, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What was found, in numbers. */
export interface CiCounts {
  /** Different races by fingerprint, and how many of them are in no baseline, or in one that has expired. */
  readonly races: number;
  readonly newRaces: number;
  /** Reports of races. */
  readonly reports: number;
  readonly crashes: number;
  readonly timeouts: number;
  readonly failedBuilds: number;
  readonly packages: number;
  /** Tests, each counted once, subtests as well. */
  readonly tests: number;
  /** By what became of them. */
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Severity as the writers for other tools take it. */
export type CiSeverity = 'error' | 'warning' | 'note';

export interface CiPlace {
  readonly file: string;
  readonly line: number;
}

export interface CiFinding {
  readonly kind: 'race' | 'crash' | 'timeout' | 'build' | 'test';
  readonly severity: CiSeverity;
  readonly title: string;
  readonly amount: number;
  readonly where: CiPlace | null;
  readonly sure: 'high' | 'medium' | 'low';
  /** Where in the archive to look. */
  readonly evidence: string;
  readonly why: string;
  readonly next: string;
}

/** A Go module of the repository: its import path, and its folder below the root; `` for the root itself. */
export interface CiModule {
  readonly path: string;
  readonly folder: string;
}

/** What turns names of files, as the compiler wrote them into programs, into paths of the repository. */
export interface CiRepository {
  /** Absolute; empty where it is not known. */
  readonly root: string;
  readonly modules: readonly CiModule[];
}

/** run.json. */
export interface CiRun {
  readonly schema: typeof CI_SCHEMA;
  readonly state: CiState;
  /** The command and its arguments as the user gave them, secrets replaced. */
  readonly command: readonly string[];
  /** What goflame put into the command or its environment, in words. */
  readonly changes: readonly string[];
  /** The folder that the command ran in, absolute; file names of stacks may be below it. */
  readonly folder: string;
  readonly json: CiJson;
  /** Time of start and end, RFC 3339 in UTC; null where it is not known. */
  readonly started: string | null;
  readonly ended: string | null;
  readonly seconds: number | null;
  /** The command's own exit code; null where a signal ended it, or it has not ended. */
  readonly exit: number | null;
  /** `SIGKILL`; null where none ended it. */
  readonly signal: string | null;
  /** goflame's time-out: what was given (`10m`); null where it did not come to that. */
  readonly timedOut: string | null;
  /** The signal to goflame that was handed on to the command; null without one. */
  readonly interruptedBy: string | null;
  readonly tags: Readonly<Record<string, string>>;
  /** What went wrong with the archive itself, or was left out of it. */
  readonly notes: readonly string[];
  readonly goflame: string;
  /** Null as long as nothing was made of the raw files. */
  readonly counts: CiCounts | null;
  readonly findings: readonly CiFinding[];
  /** All files but run.json itself, in the order of their names. */
  readonly files: readonly CiFile[];
}

export interface CiFrame {
  readonly function: string;
  readonly file: string | null;
  readonly line: number | null;
}

/** Where in the archive something was read. */
export interface CiSource {
  readonly file: string;
  readonly line: number;
}

export interface CiAccess {
  readonly kind: 'read' | 'write';
  readonly address: string | null;
  /** The race detector's number, or `main`. */
  readonly goroutine: number | string;
  /** Innermost first. */
  readonly frames: readonly CiFrame[];
  readonly stackRestored: boolean;
}

export interface CiCreation {
  readonly goroutine: number;
  readonly state: 'running' | 'finished';
  readonly frames: readonly CiFrame[];
  readonly stackRestored: boolean;
}

/** A test by name; the package is null where the output does not tell it. */
export interface CiTestName {
  readonly package: string | null;
  readonly name: string;
}

export type CiRaceState = 'new' | 'known' | 'expired';

/** One race, however often it was reported; accesses and creations are those of the first report. */
export interface CiRace {
  /** `v2:` and 32 hexadecimal digits. */
  readonly fingerprint: string;
  /** The same with lines and kinds of access: `strict:` and 32 hexadecimal digits. It changes with the code. */
  readonly strict: string;
  readonly state: CiRaceState;
  /** Of the first access; `read/write` for one that reads while the other writes. */
  readonly kinds: 'read/write' | 'write/write';
  /** The detecting access first; fewer than two only in a report that is cut. */
  readonly accesses: readonly CiAccess[];
  readonly creations: readonly CiCreation[];
  readonly package: string | null;
  /** All tests that it belongs to, of all reports; none for a race outside tests, as in TestMain. */
  readonly tests: readonly GuiltyTest[];
  /** The tests that Go lets fail for it though it is not theirs. */
  readonly blamed: readonly CiTestName[];
  /** Reports of it. */
  readonly seen: number;
  readonly firstLine: CiSource;
  /** Fingerprints of other races that this may be: a stack of either was forgotten. */
  readonly maybeSame: readonly string[];
  /** The entry of the baseline; null without one. */
  readonly baseline: BaselineEntry | null;
}

/** `not run`: it was waiting when the program died. */
export type CiOutcome = Exclude<TestOutcome, 'paused'> | 'not run';

export interface CiTest extends CiTestName {
  /** The worst of all runs, as Go gave it. */
  readonly outcome: CiOutcome;
  readonly seconds: number | null;
  /** More than one with -count and -cpu. */
  readonly runs: number;
  readonly failures: number;
  /** Its package's result is that of an earlier run. */
  readonly cached: boolean;
  readonly raceDetected: boolean;
  /** Fingerprints of the races that are its own, and of those that it is only blamed for. */
  readonly races: readonly string[];
  readonly blamedFor: readonly string[];
  /** The last lines that it printed, of tests that did not pass; up to 200. */
  readonly output: readonly string[];
}

export interface CiPackage {
  readonly name: string;
  readonly result: 'ok' | 'FAIL' | 'no test files' | 'unfinished' | 'build failed';
  readonly seconds: number | null;
  readonly cached: boolean;
  /** What go says in brackets: `setup failed`, `no tests to run`. */
  readonly note: string | null;
  readonly failedBuild: string | null;
  /** The last lines outside of tests, of packages that failed; up to 200. */
  readonly output: readonly string[];
}

/** A build that failed; the packages are all that could not run for it. */
export interface CiBuild {
  readonly importPath: string;
  readonly output: readonly string[];
  readonly packages: readonly string[];
}

/** tests.json. */
export interface CiTests {
  readonly packages: readonly CiPackage[];
  readonly tests: readonly CiTest[];
  readonly builds: readonly CiBuild[];
}

export interface CiMapUser {
  readonly goroutine: number;
  readonly operation: 'read' | 'write' | 'delete' | 'iterate' | 'unknown';
  readonly frame: CiFrame;
  readonly evidence: string;
}

/** A program that died by itself. */
export interface CiCrash {
  readonly kind: CrashKind;
  readonly message: string;
  readonly package: string | null;
  readonly tests: readonly GuiltyTest[];
  /** Innermost first, of the goroutine that crashed. */
  readonly frames: readonly CiFrame[];
  readonly createdBy: CiFrame | null;
  /** Who was inside the map, in a crash for concurrent use of one. */
  readonly mapUsers: readonly CiMapUser[];
  readonly goroutines: number;
  /** The dump as a file of the archive; null where it could not be kept. */
  readonly dump: string | null;
  readonly firstLine: CiSource;
}

export interface CiStuckTest extends CiTestName {
  /** `2s`; null where Go does not tell it. */
  readonly ranFor: string | null;
  /** Innermost first; empty where its goroutine cannot be told. */
  readonly frames: readonly CiFrame[];
}

export interface CiTimeout {
  /** Who gave up: `go test` by its -timeout, or goflame by --timeout. */
  readonly by: 'go test' | 'goflame';
  /** `10m0s`. */
  readonly after: string | null;
  readonly package: string | null;
  readonly tests: readonly GuiltyTest[];
  readonly stuck: readonly CiStuckTest[];
  readonly goroutines: number;
  readonly dump: string | null;
  /** Null where there is no dump. */
  readonly firstLine: CiSource | null;
}

/** All that is known of a run: what the writers for other tools are given. */
export interface CiEvidence {
  readonly run: CiRun;
  /** New ones first, then expired, then known; each in the order of first sight. */
  readonly races: readonly CiRace[];
  readonly tests: CiTests;
  readonly crashes: readonly CiCrash[];
  readonly timeouts: readonly CiTimeout[];
}

/** One line of a baseline file: a race that is known and does not count as new. */
export interface BaselineEntry {
  readonly fingerprint: string;
  /** What it is, for people: `write in p.A, read in p.B`. */
  readonly title: string;
  /** Days, `2026-11-27`. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly note: string | null;
  readonly ticket: string | null;
  /** The last day that the entry excuses; null for no end. */
  readonly until: string | null;
}

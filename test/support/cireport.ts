/** Evidence of runs for the writers of `goflame ci`: whole values of which a test names what it is about. */

import type { CiCrash, CiFinding, CiFrame, CiPackage, CiRace, CiRun, CiTest, CiTimeout } from '../../src/model/ci.ts';
import { CI_SCHEMA } from '../../src/model/ci.ts';
import type { CiReport } from '../../src/render/ci/items.ts';
import { sidesOf } from '../../src/render/ci/racetext.ts';

const LAB = 'example.com/lab';
export const REPOSITORY = { root: '/home/me/lab', modules: [{ path: LAB, folder: '' }] };

export function makeFrame(name: string, line = 7, file = '/home/me/lab/p/p_test.go'): CiFrame {
  return { function: `${LAB}/p.${name}`, file, line };
}

export const NEVER = { package: `${LAB}/p`, name: 'TestNever' };

/** `TestGuilty` reads and writes without a lock. */
export function makeRace(changes: Partial<CiRace> = {}): CiRace {
  const access = (kind: 'read' | 'write', goroutine: number, line: number) => ({
    kind,
    address: '0x00c000018218',
    goroutine,
    frames: [makeFrame(`TestGuilty.func${goroutine}`, line)],
    stackRestored: true,
  });
  const creation = (goroutine: number, line: number) => ({
    goroutine,
    state: 'running' as const,
    frames: [makeFrame('TestGuilty', line), { function: 'testing.tRunner', file: 'testing/testing.go', line: 2036 }],
    stackRestored: true,
  });
  return {
    fingerprint: `v2:${'0'.repeat(32)}`,
    strict: `strict:${'1'.repeat(32)}`,
    state: 'new',
    kinds: 'read/write',
    accesses: [access('read', 1, 11), access('write', 2, 12)],
    creations: [creation(1, 21), creation(2, 22)],
    package: `${LAB}/p`,
    tests: [{ package: `${LAB}/p`, name: 'TestGuilty', certain: true, by: 'stack' }],
    blamed: [],
    seen: 1,
    firstLine: { file: 'raw/stdout.log', line: 3 },
    maybeSame: [],
    maybeKnown: [],
    sure: true,
    baseline: null,
    ...changes,
  } as CiRace;
}

export function makeTest(name: string, changes: Partial<CiTest> = {}): CiTest {
  const empty = { raceDetected: false, races: [], blamedFor: [], output: [], cached: false };
  return { package: `${LAB}/p`, name, outcome: 'pass', seconds: 0.01, runs: 1, failures: 0, ...empty, ...changes };
}

export function makePackage(changes: Partial<CiPackage> = {}): CiPackage {
  const rest = { cached: false, note: null, failedBuild: null, output: [] };
  return { name: `${LAB}/p`, result: 'FAIL', seconds: 0.5, ...rest, ...changes };
}

export function makeCrash(changes: Partial<CiCrash> = {}): CiCrash {
  return {
    kind: 'panic',
    message: 'boom',
    package: `${LAB}/p`,
    tests: [{ package: `${LAB}/p`, name: 'TestCrash', certain: true, by: 'stack' }],
    frames: [makeFrame('TestCrash', 31)],
    createdBy: null,
    mapUsers: [],
    goroutines: 1,
    dump: 'evidence/dumps/1.txt',
    firstLine: { file: 'raw/stdout.log', line: 9 },
    sure: true,
    ...changes,
  } as CiCrash;
}

export function makeTimeout(changes: Partial<CiTimeout> = {}): CiTimeout {
  return {
    by: 'go test',
    after: '1s',
    package: `${LAB}/p`,
    tests: [{ package: `${LAB}/p`, name: 'TestSlow', certain: true, by: 'stack' }],
    stuck: [{ package: `${LAB}/p`, name: 'TestSlow', ranFor: '1s', frames: [makeFrame('TestSlow', 41)] }],
    goroutines: 4,
    dump: null,
    firstLine: { file: 'raw/stdout.log', line: 99 },
    ...changes,
  };
}

const RUN = {
  schema: CI_SCHEMA,
  pid: null,
  redact: false,
  state: 'complete',
  command: ['go', 'test', '-race', './...'],
  changes: [],
  folder: '/home/me/lab',
  json: 'added',
  started: '2026-11-27T12:05:14.123Z',
  ended: '2026-11-27T12:05:15.123Z',
  seconds: 1,
  exit: 1,
  signal: null,
  timedOut: null,
  interruptedBy: null,
  tags: {},
  notes: [],
  goflame: '0.1.0',
  counts: null,
  findings: [],
  files: [],
} as CiRun;

export interface Parts {
  readonly run?: Partial<CiRun>;
  readonly races?: readonly CiRace[];
  readonly crashes?: readonly CiCrash[];
  readonly timeouts?: readonly CiTimeout[];
  readonly tests?: Partial<CiReport['evidence']['tests']>;
  /** Of the n-th finding of all. */
  readonly findings?: (finding: CiFinding, at: number) => Partial<CiFinding>;
}

/** A report with a finding for each race, crash, time-out, build, and test that failed for itself. */
export function makeReport({ run = {}, races = [], crashes = [], timeouts = [], tests = {}, findings }: Parts): CiReport {
  const all = { packages: [], tests: [], builds: [], ...tests };
  const rest = { amount: 1, where: null, sure: 'high' as const, evidence: 'raw/stdout.log:3', why: 'it is so', next: 'mend it' };
  const found: CiFinding[] = [
    ...crashes.map(({ kind, message }) => ({ kind: 'crash' as const, title: `${kind}: ${message}` })),
    ...timeouts.map(() => ({ kind: 'timeout' as const, title: 'time-out' })),
    ...races.map((race) => ({ kind: 'race' as const, title: `${race.state} data race: ${sidesOf(race)}` })),
    ...all.builds.map(({ importPath }) => ({ kind: 'build' as const, title: `${importPath} does not build` })),
    ...all.tests
      .filter(({ outcome, races: own, blamedFor }) => outcome === 'fail' && own.length + blamedFor.length === 0)
      .map(({ package: path, name }) => ({ kind: 'test' as const, title: `${path} ${name} failed` })),
  ].map((finding) => ({ ...rest, severity: 'error' as const, ...finding }));
  const known = new Set(races.filter(({ state }) => state === 'known').map((race) => `known data race: ${sidesOf(race)}`));
  const judged = found.map((finding) => (known.has(finding.title) ? { ...finding, severity: 'note' as const } : finding));
  const final = judged.map((finding, at) => ({ ...finding, ...findings?.(finding, at) }));
  return {
    evidence: { run: { ...RUN, findings: final, ...run }, races, crashes, timeouts, tests: all },
    repository: REPOSITORY,
  };
}

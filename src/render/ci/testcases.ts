/**
 * Tests as test reports know them: one case for each package and name, failed where Go says so and where a race is the test's
 * own. A test that only ran while another's race was found keeps what Go made of it, with a note that says whose the race is.
 */

import type { CiPackage, CiPlace, CiRace, CiSeverity, CiTest, CiTestName } from '../../model/ci.ts';
import { type CiReport, itemsOf, placeOfRace } from './items.ts';
import { crashLines, namesOf, raceLines, sidesOf, timeoutLines } from './racetext.ts';
import { placeInLog, placeInStack } from './repository.ts';
import { cleanLine, countOf } from './text.ts';

/** From good to bad: of several results of one case the worst holds. */
const VERDICTS = ['pass', 'skipped', 'failure', 'error'] as const;
export type CaseVerdict = (typeof VERDICTS)[number];

export interface CaseResult {
  readonly verdict: CaseVerdict;
  /** `data-race`, `blamed`, `test`, `crash`, `timeout`, `unfinished`, `build`, `package`; empty for what passed. */
  readonly type: string;
  /** One line. */
  readonly message: string;
  readonly text: readonly string[];
  readonly place: CiPlace | null;
}

export interface TestCase {
  readonly name: string;
  seconds: number | null;
  result: CaseResult;
  readonly notes: string[];
}

export interface TestSuite {
  readonly name: string;
  seconds: number | null;
  readonly cases: Map<string, TestCase>;
}

const PASSED: CaseResult = { verdict: 'pass', type: '', message: '', text: [], place: null };
/** Names of packages and tests that are longer are cut. */
const MAX_NAME = 500;
/** What is of no package: a program that is no test. */
const PROGRAM = '[program]';
const PACKAGE = '[package]';
const BUILD = '[build]';
const TEST_MAIN = 'TestMain';

export function gatherCases(report: CiReport): TestSuite[] {
  const builder = new CaseBuilder(report);
  const { tests, crashes, timeouts, races } = report.evidence;
  for (const one of tests.packages) builder.suite(one.name).seconds ??= one.seconds;
  for (const test of tests.tests) builder.addTest(test);
  for (const race of races) builder.addRace(race);
  for (const crash of crashes) {
    const [message] = crash.message.split('\n', 1);
    const text = [...crashLines(crash, report.repository)];
    const place = placeInStack(crash.frames, report.repository);
    builder.accuse(crash, { verdict: 'error', type: 'crash', message: `${crash.kind}: ${message}`, text, place });
  }
  for (const timeout of timeouts) {
    const after = timeout.after === null ? '' : ` after ${timeout.after}`;
    const text = [...timeoutLines(timeout, report.repository)];
    const place = placeInStack(
      timeout.stuck.flatMap(({ frames }) => frames),
      report.repository,
    );
    builder.accuse(timeout, { verdict: 'error', type: 'timeout', message: `timed out${after}`, text, place });
  }
  builder.addBuilds();
  for (const one of tests.packages) builder.addPackage(one);
  return builder.finish();
}

class CaseBuilder {
  private readonly report: CiReport;
  private readonly suites = new Map<string, TestSuite>();
  /** Of races by fingerprint. */
  private readonly severities = new Map<string, CiSeverity>();
  /** Package and name of tests of which a subtest did not pass. */
  private readonly parents = new Set<string>();

  constructor(report: CiReport) {
    this.report = report;
    for (const { subject, finding } of itemsOf(report))
      if (subject.kind === 'race') this.severities.set(subject.race.fingerprint, finding.severity);
    for (const { package: path, name, outcome } of report.evidence.tests.tests) {
      if (outcome === 'pass' || outcome === 'skip') continue;
      for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1))
        this.parents.add(`${path} ${name.slice(0, end)}`);
    }
  }

  suite(path: string | null): TestSuite {
    const name = path === null ? PROGRAM : cleanLine(path, MAX_NAME);
    let suite = this.suites.get(name);
    if (suite === undefined) {
      suite = { name, seconds: null, cases: new Map() };
      this.suites.set(name, suite);
    }
    return suite;
  }

  finish(): TestSuite[] {
    return [...this.suites.values()].filter(({ cases, seconds }) => cases.size > 0 || seconds !== null);
  }

  private case(path: string | null, given: string): TestCase {
    const { cases } = this.suite(path);
    const name = cleanLine(given, MAX_NAME);
    let one = cases.get(name);
    if (one === undefined) {
      one = { name, seconds: null, result: PASSED, notes: [] };
      cases.set(name, one);
    }
    return one;
  }

  private judge(one: TestCase, result: CaseResult): void {
    const { result: before } = one;
    if (before.verdict === 'pass' || before.verdict === 'skipped') {
      if (VERDICTS.indexOf(result.verdict) >= VERDICTS.indexOf(before.verdict)) one.result = result;
      return;
    }
    // the worse one is the verdict; what the other tells is not lost
    const isWorse = VERDICTS.indexOf(result.verdict) > VERDICTS.indexOf(before.verdict);
    const [first, second] = isWorse ? [result, before] : [before, result];
    one.result = { ...first, text: [...first.text, ...second.text], place: first.place ?? second.place };
  }

  addTest(test: CiTest): void {
    const one = this.case(test.package, test.name);
    if (test.seconds !== null) one.seconds = (one.seconds ?? 0) + test.seconds;
    this.judge(one, this.resultOf(test));
    if (test.runs > 1) one.notes.push(`${countOf(test.runs, 'run')}, ${test.failures} of them failed`);
    if (test.cached) one.notes.push('the result is that of an earlier run: go test (cached)');
  }

  private resultOf(test: CiTest): CaseResult {
    const { outcome, output } = test;
    const text = output;
    const place = placeInLog(test, this.report.repository);
    switch (outcome) {
      case 'pass':
        return PASSED;
      case 'skip':
        return { verdict: 'skipped', type: '', message: loggedLine(output) ?? 'skipped', text: [], place: null };
      case 'not run':
        return { ...PASSED, verdict: 'skipped', message: 'not run: the program died before its turn' };
      case 'fail':
        return { verdict: 'failure', ...this.reasonOf(test), text, place };
      case 'crashed':
        return { verdict: 'error', type: 'crash', message: 'the program died in this test', text, place };
      case 'timed out':
        return { verdict: 'error', type: 'timeout', message: 'timed out', text, place };
      case 'unfinished':
        return { verdict: 'error', type: 'unfinished', message: 'did not finish', text, place };
    }
  }

  /** Why Go lets a test fail. */
  private reasonOf(test: CiTest): Pick<CaseResult, 'type' | 'message'> {
    const logged = loggedLine(test.output);
    if (logged !== null) return { type: 'test', message: logged };
    const { races } = this.report.evidence;
    const race = races.find(({ fingerprint }) => test.races.includes(fingerprint));
    if (race !== undefined) return { type: 'data-race', message: sidesOf(race) };
    const other = races.find(({ fingerprint }) => test.blamedFor.includes(fingerprint));
    if (other !== undefined) return { type: 'blamed', message: blameNote(other) };
    return { type: 'test', message: this.parents.has(`${test.package} ${test.name}`) ? 'a subtest failed' : 'failed' };
  }

  /** A race fails the tests that are surely its own, whatever Go made of them. */
  addRace(race: CiRace): void {
    const { repository } = this.report;
    const result: CaseResult = {
      verdict: 'failure',
      type: 'data-race',
      message: sidesOf(race),
      text: [...raceLines(race, repository)],
      place: placeOfRace(race, repository),
    };
    const isError = this.severities.get(race.fingerprint) === 'error';
    if (race.tests.length === 0) {
      const one = this.case(race.package, isOfTestMain(race) ? TEST_MAIN : PACKAGE);
      if (isError) this.judge(one, result);
      else one.notes.push(...excusedNote(race), ...result.text);
    }
    for (const { package: path, name, certain } of race.tests) {
      const one = this.case(path ?? race.package, name);
      const hasFailed = one.result.verdict === 'failure' || one.result.verdict === 'error';
      if (isError && (certain || hasFailed)) {
        if (!hasFailed) one.notes.push('go test does not let this test fail for it');
        this.judge(one, result);
      } else one.notes.push(...excusedNote(race), ...result.text);
    }
    for (const { package: path, name } of race.blamed) {
      const one = this.case(path ?? race.package, name);
      const note = blameNote(race);
      if (!one.notes.includes(note)) one.notes.push(note);
    }
  }

  /** What ended a program is an error of the tests that it is of, or of their package. */
  accuse({ package: path, tests }: { package: string | null; tests: readonly CiTestName[] }, result: CaseResult): void {
    if (tests.length === 0) this.judge(this.case(path, PACKAGE), result);
    for (const { package: own, name } of tests) {
      const one = this.case(own ?? path, name);
      // the reason says more than that there was one
      if (one.result.verdict === 'error') one.result = { ...one.result, type: result.type, message: result.message };
      this.judge(one, result);
    }
  }

  /** The compiler's text stands once, however many packages could not be built for it. */
  addBuilds(): void {
    for (const { importPath, output, packages } of this.report.evidence.tests.builds) {
      const owner = packages[0] ?? importPath.replace(/ \[.*$/, '');
      const message = output.find((line) => !line.startsWith('#')) ?? 'does not build';
      for (const name of new Set([owner, ...packages])) {
        const text = name === owner ? output : [`${importPath} does not build: see the case ${BUILD} of ${owner}`];
        this.judge(this.case(name, BUILD), { verdict: 'error', type: 'build', message, text, place: null });
      }
    }
  }

  /** A package that failed while no case of it did. */
  addPackage(one: CiPackage): void {
    const { name, result, note, output } = one;
    if (result === 'ok' || result === 'no test files') return;
    const { cases } = this.suite(name);
    if ([...cases.values()].some(({ result: { verdict } }) => verdict === 'failure' || verdict === 'error')) return;
    const what = result === 'build failed' ? 'build' : result === 'unfinished' ? 'unfinished' : 'package';
    const words = { build: 'does not build', unfinished: 'did not finish', package: 'failed, and none of its tests did' };
    const message = note === null ? words[what] : `${words[what]}: ${note}`;
    this.judge(this.case(name, what === 'build' ? BUILD : PACKAGE), {
      verdict: 'error',
      type: what,
      message,
      text: output,
      place: null,
    });
  }
}

function blameNote(race: CiRace): string {
  const owner = race.tests.length > 0 ? namesOf(race.tests) : isOfTestMain(race) ? TEST_MAIN : 'no test';
  return `a data race of ${owner} was found while this test ran, so go lets it fail: ${sidesOf(race)} (${race.fingerprint})`;
}

function excusedNote({ state, fingerprint }: CiRace): string[] {
  return [
    state === 'known' ? `a data race that the baseline knows: ${fingerprint}` : `likely a data race of this test: ${fingerprint}`,
  ];
}

/** The main function that go writes calls TestMain, which is often inlined in it; all tests are below package testing. */
function isOfTestMain({ accesses, creations }: CiRace): boolean {
  return [...accesses, ...creations].some(({ frames }) => {
    const isMain = frames.some(({ file }) => (file ?? '').endsWith('_testmain.go'));
    return (
      frames.some(({ function: name }) => /\.TestMain(?:\.|$)/.test(name)) ||
      (isMain && !frames.some(({ function: name }) => name.startsWith('testing.')))
    );
  });
}

/** What the test itself logged first. */
function loggedLine(output: readonly string[]): string | null {
  const line = output.find((text) => /^\s+\S+\.go:\d+: /.test(text) && !/: race detected during execution of test$/.test(text));
  return line?.trim() ?? null;
}

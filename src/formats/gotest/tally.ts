/** What one tested package did, added up from events or from lines. */

import type { TestedPackage, TestOutcome, TestResult } from '../../model/evidence.ts';

/** Tests of one package that are told apart. */
const MAX_TESTS = 100_000;
const MAX_ATTRIBUTES = 100;

export type EndOutcome = 'pass' | 'fail' | 'skip';

export interface PackageEnd {
  readonly result: TestedPackage['result'];
  readonly seconds: number | null;
  readonly cached: boolean;
  readonly note: string | null;
  readonly failedBuild: string | null;
}

export class TestRecord {
  readonly name: string;
  runs = 0;
  passes = 0;
  failures = 0;
  skips = 0;
  /** Runs that have begun and not ended. */
  open = 0;
  paused = false;
  seconds: number | null = null;
  artifacts: string | null = null;
  raced = false;
  readonly attributes = new Map<string, string>();

  constructor(name: string) {
    this.name = name;
  }

  begin(): void {
    this.runs++;
    this.open++;
    this.paused = false;
  }

  /** Ends the run that is open; a run that was not seen to begin is one, too. */
  end(outcome: EndOutcome, seconds: number | null): void {
    if (this.open > 0) this.open--;
    else this.runs++;
    if (outcome === 'fail') this.failures++;
    else if (outcome === 'skip') this.skips++;
    else this.passes++;
    if (seconds !== null) this.seconds = (this.seconds ?? 0) + seconds;
  }

  get outcome(): TestOutcome {
    if (this.failures > 0) return 'fail';
    if (this.open > 0) return this.paused ? 'paused' : 'unfinished';
    return this.passes > 0 ? 'pass' : 'skip';
  }

  describe(path: string | null): TestResult {
    const { name, outcome, seconds, runs, failures, attributes, artifacts } = this;
    const raced = this.raced ? { raceDetected: true as const } : {};
    const known = attributes.size > 0 ? { attributes: Object.fromEntries(attributes) } : {};
    // a sum of hundredths shall not show the rounding of doubles
    const rounded = seconds === null ? null : Math.round(seconds * 1e6) / 1e6;
    return {
      package: path,
      name,
      outcome,
      seconds: rounded,
      runs,
      failures,
      ...raced,
      ...known,
      ...(artifacts === null ? {} : { artifacts }),
    };
  }
}

export class PackageTally {
  /** The import path; null while the text has not told it. */
  name: string | null;
  end: PackageEnd | null = null;
  readonly tests = new Map<string, TestRecord>();
  /** Lines said `=== RUN`: a test without one did not run. */
  sawRuns = false;

  constructor(name: string | null) {
    this.name = name;
  }

  get isEmpty(): boolean {
    return this.end === null && this.tests.size === 0;
  }

  /** The record of a test, made at first sight; null for more tests than are told apart. */
  test(name: string): TestRecord | null {
    let record = this.tests.get(name);
    if (record === undefined) {
      if (this.tests.size >= MAX_TESTS) return null;
      record = new TestRecord(name);
      this.tests.set(name, record);
    }
    return record;
  }

  setAttribute(test: string, key: string, value: string): void {
    const attributes = this.test(test)?.attributes;
    if (attributes !== undefined && attributes.size < MAX_ATTRIBUTES) attributes.set(key, value);
  }

  /** A package that passed has no failed tests: what looked like one was printed by a test. */
  close(end: PackageEnd): void {
    this.end = end;
    if (end.result !== 'ok') return;
    for (const record of this.tests.values()) {
      if (record.failures === 0) continue;
      record.failures = 0;
      if (record.passes + record.skips + record.open === 0) this.tests.delete(record.name);
    }
  }

  /** Ends runs without an end by what the lines of the package's output say. */
  fillFrom(text: PackageTally): void {
    for (const record of this.tests.values()) {
      const said = text.tests.get(record.name);
      if (said?.raced) record.raced = true;
      if (record.open === 0 || said === undefined) continue;
      const outcome = said.outcome;
      if (outcome === 'fail' || outcome === 'pass' || outcome === 'skip') record.end(outcome, said.seconds);
    }
  }

  describe(): TestedPackage | null {
    const { name } = this;
    if (name === null || name === '') return null;
    const failed = [...this.tests.values()].some(({ failures }) => failures > 0);
    const open: PackageEnd = {
      result: failed ? 'FAIL' : 'unfinished',
      seconds: null,
      cached: false,
      note: null,
      failedBuild: null,
    };
    return { name, ...(this.end ?? open) };
  }
}

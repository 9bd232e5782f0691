/**
 * The output of `go test`, plain: which test ran when, which package a line belongs to, what failed.
 *
 *     === RUN   TestCouple
 *     --- FAIL: TestCouple (0.01s)
 *     FAIL
 *     FAIL<TAB>example.com/freight<TAB>0.021s
 *
 * A package is named only after all that its tests printed: positions handed out get it then.
 */

import type { TestedPackage, TestPart } from '../model/evidence.ts';
import type { TestPosition } from '../model/snapshot.ts';
import type { TestTracker, TextMachine } from './text/machine.ts';

const RUNS = /^=== (RUN|CONT|NAME|PAUSE)\s+(\S.*)$/;
const RESULT = /^\s*--- (FAIL|PASS|SKIP|BENCH): (\S+)/;
const PACKAGE = /^(ok|FAIL|\?) {0,3}\t(\S+)(?:\t| \[|$)/;
/** Packages and failed tests that are kept. */
const MAX_KEPT = 10_000;

export class TestMachine implements TextMachine, TestTracker {
  readonly active = false;
  private test: string | null = null;
  private readonly fixedPackage: string | null;
  private unnamed: TestPosition[] = [];
  private firstLine = 0;
  private readonly packages: TestedPackage[] = [];
  private readonly failed: string[] = [];

  /** `fixedPackage` where something else than the text (test2json) names it. */
  constructor(fixedPackage: string | null = null) {
    this.fixedPackage = fixedPackage;
  }

  /** Sets the running test from outside the text. */
  runs(test: string | null): void {
    this.test = test;
  }

  position(): TestPosition {
    const position = { test: this.test, package: this.fixedPackage };
    if (this.fixedPackage === null) this.unnamed.push(position);
    return position;
  }

  /** What was tested; null where the text was not that of `go test`. */
  summarize(): TestPart | null {
    if (this.firstLine === 0) return null;
    return { format: 'go-test', line: this.firstLine, packages: this.packages, failedTests: this.failed };
  }

  take(content: string, line: number): boolean {
    const first = content.charCodeAt(0);
    if (first !== 0x3d && first !== 0x46 && first !== 0x6f && first !== 0x3f && first !== 0x50 && !/^\s*--- /.test(content)) {
      return false;
    }
    const known = this.takeRun(content) || this.takeResult(content) || this.takePackage(content);
    if (known && this.firstLine === 0) this.firstLine = line;
    return known;
  }

  foreign(): void {}
  interrupt(): void {}
  finish(): void {}

  private takeRun(text: string): boolean {
    const match = RUNS.exec(text);
    if (match === null) return false;
    this.test = match[1] === 'PAUSE' ? null : match[2].trim();
    return true;
  }

  private takeResult(text: string): boolean {
    const match = RESULT.exec(text);
    if (match === null) return false;
    if (match[1] === 'FAIL' && this.failed.length < MAX_KEPT) this.failed.push(match[2]);
    return true;
  }

  private takePackage(text: string): boolean {
    if (text === 'PASS' || text === 'FAIL') {
      this.test = null;
      return true;
    }
    const match = PACKAGE.exec(text);
    if (match === null) return false;
    const result = match[1] === '?' ? 'no test files' : (match[1] as 'ok' | 'FAIL');
    if (this.packages.length < MAX_KEPT) this.packages.push({ name: match[2], result });
    for (const position of this.unnamed) position.package = match[2];
    this.unnamed = [];
    this.test = null;
    return true;
  }
}

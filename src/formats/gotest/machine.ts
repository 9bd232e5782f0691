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

import type { TestPosition } from '../../model/snapshot.ts';
import type { TestTracker, TextMachine } from '../text/machine.ts';
import { BuildLog } from './builds.ts';
import {
  isCompilerLine,
  parseArtifacts,
  parseAttribute,
  parseBareResult,
  parseBuild,
  parsePackage,
  parseResult,
  parseRun,
  type ResultLine,
} from './lines.ts';
import { PackageTally } from './tally.ts';

/** Packages that are kept. */
const MAX_KEPT = 10_000;

export class TestMachine implements TextMachine, TestTracker {
  readonly active = false;
  private test: string | null = null;
  private readonly fixedPackage: string | null;
  private unnamed: TestPosition[] = [];
  /** The first line that only `go test` prints; 0 before. */
  firstLine = 0;
  /** Packages whose line has come. */
  readonly packages: PackageTally[] = [];
  /** The package whose tests are printing. */
  current: PackageTally;
  readonly builds = new BuildLog();
  /** Why the test program died, where only one line says it. */
  private died: string | null = null;
  private lastFailed: string | null = null;
  private building: string | null = null;

  /** `fixedPackage` where something else than the text (test2json) names it. */
  constructor(fixedPackage: string | null = null) {
    this.fixedPackage = fixedPackage;
    this.current = new PackageTally(fixedPackage);
  }

  /** Whether the next line may be the compiler's. */
  get isBuilding(): boolean {
    return this.building !== null;
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

  take(content: string, line: number): boolean {
    if (this.building !== null && this.takeCompiler(content)) return true;
    if (!mayBeKnown(content)) return false;
    const known =
      this.takeMark(content) ||
      this.takeRaced(content) ||
      this.takeDied(content) ||
      this.takeResult(content) ||
      this.takePackage(content);
    if (known && this.firstLine === 0) this.firstLine = line;
    return known || this.takeBuild(content);
  }

  foreign(): void {}
  interrupt(): void {}
  finish(): void {}

  private takeMark(text: string): boolean {
    if (!text.startsWith('=== ')) return false;
    const run = parseRun(text);
    if (run !== null) {
      this.test = run.word === 'PAUSE' ? null : run.test;
      this.noteRun(run.word, run.test);
      return true;
    }
    const attribute = parseAttribute(text);
    if (attribute !== null) this.current.setAttribute(attribute.test, attribute.key, attribute.value);
    const artifacts = attribute === null ? parseArtifacts(text) : null;
    const record = artifacts === null ? null : this.current.test(artifacts.test);
    if (record !== null) record.artifacts = artifacts?.folder ?? null;
    return attribute !== null || artifacts !== null;
  }

  private noteRun(word: string, name: string): void {
    const record = word === 'NAME' ? null : this.current.test(name);
    if (record === null) return;
    if (word === 'RUN') {
      this.current.sawRuns = true;
      record.begin();
    } else record.paused = word === 'PAUSE';
  }

  /** Where lines say what runs, a result of a test that does not run is what a test printed. */
  private takeResult(text: string): boolean {
    const { sawRuns, tests } = this.current;
    const result = parseResult(text) ?? (sawRuns ? this.bareResult(text) : null);
    if (result === null) return false;
    if (sawRuns && !tests.has(result.name) && !result.name.startsWith('Benchmark')) return false;
    // a subtest stands below its test
    const slash = result.name.indexOf('/');
    if (this.fixedPackage === null && slash > 0 && !tests.has(result.name.slice(0, slash))) return false;
    this.current.test(result.name)?.end(result.outcome, result.seconds);
    this.lastFailed = result.outcome === 'fail' ? result.name : null;
    return true;
  }

  /** A result without its duration counts for a test that runs. */
  private bareResult(text: string): ResultLine | null {
    const bare = parseBareResult(text);
    return bare !== null && (this.current.tests.get(bare.name)?.open ?? 0) > 0 ? bare : null;
  }

  /** Below the test's result; above it in verbose output. */
  private takeRaced(text: string): boolean {
    if (!RACED.test(text)) return false;
    const name = this.test ?? this.lastFailed;
    const record = name === null ? null : this.current.test(name);
    if (record !== null) record.raced = true;
    return true;
  }

  private takeDied(text: string): boolean {
    if (!DIED.test(text)) return false;
    this.died = text;
    return true;
  }

  private takePackage(text: string): boolean {
    if (text === 'PASS' || text === 'FAIL') {
      this.test = null;
      return true;
    }
    const found = parsePackage(text);
    if (found === null) return false;
    this.current.name = found.name;
    this.current.close({ ...found.end, note: found.end.note ?? this.died });
    this.died = null;
    if (this.packages.length < MAX_KEPT) this.packages.push(this.current);
    for (const position of this.unnamed) position.package = found.name;
    this.unnamed = [];
    this.current = new PackageTally(this.fixedPackage);
    this.test = null;
    return true;
  }

  private takeBuild(text: string): boolean {
    const path = text.startsWith('# ') ? parseBuild(text) : null;
    if (path === null) return false;
    this.building = path;
    this.builds.add(path, text);
    return true;
  }

  private takeCompiler(text: string): boolean {
    if (this.building !== null && isCompilerLine(text)) {
      this.builds.add(this.building, text);
      return true;
    }
    this.building = null;
    return false;
  }
}

const RACED = /^\s+testing\.go:\d+: race detected during execution of test$/;
/** The race runtime's last words (tsan_rtl.cpp): it cannot follow more goroutines. */
const DIED = /^race: limit on \d+ simultaneously alive goroutines is exceeded, dying$/;
const KNOWN =
  /^(?:===|race: limit on |FAIL|PASS|ok|\?|# )|--- (?:FAIL|PASS|SKIP|BENCH): |: race detected during execution of test$/;

function mayBeKnown(text: string): boolean {
  return KNOWN.test(text);
}

/**
 * Lines of `go test` (package testing and cmd/go/internal/test) in the very shape that they are printed in: a program under test
 * prints all kinds of lines that look alike.
 */

import type { EndOutcome, PackageEnd } from './tally.ts';

export interface ResultLine {
  readonly name: string;
  readonly outcome: EndOutcome;
  /** Null for benchmarks, which print none. */
  readonly seconds: number | null;
}

/** `--- FAIL: TestX/sub (0.01s)`; up to Go 1.4 `(0.01 seconds)`. What stands before it was printed without a line end. */
const RESULT = /^(.*?)--- (FAIL|PASS|SKIP): (\S+) \((\d+\.\d+)(?:s| seconds)\)$/;
const BENCH_RESULT = /^--- (FAIL|SKIP|BENCH): (Benchmark\S*)$/;
const TEST_NAME = /^(?:Test|Benchmark|Fuzz|Example)(?!\p{Ll})/u;
/** What t.Log and its kin put before a message. */
const LOGGED = /^\s+\S+\.go:\d+: /;
const INDENT = 4;

const OUTCOMES: Readonly<Record<string, EndOutcome>> = { FAIL: 'fail', PASS: 'pass', SKIP: 'skip', BENCH: 'pass' };

/** Without its duration, as other programs write it into files: only for a test that is known to run. */
const BARE = /^ *--- (FAIL|PASS|SKIP): (\S+)$/;

export function parseBareResult(text: string): ResultLine | null {
  const match = BARE.exec(text);
  return match === null ? null : { name: match[2], outcome: OUTCOMES[match[1]], seconds: null };
}

export function parseResult(text: string): ResultLine | null {
  if (!text.includes('--- ')) return null;
  const bench = text.startsWith('---') ? BENCH_RESULT.exec(text) : null;
  if (bench !== null) return { name: bench[2], outcome: OUTCOMES[bench[1]], seconds: null };
  const match = RESULT.exec(text);
  if (match === null || !standsRight(match[1], match[3])) return null;
  return { name: match[3], outcome: OUTCOMES[match[2]], seconds: Number(match[4]) };
}

/** Subtests are indented by their depth, at most the slashes in their name; seeds of a fuzz test by one. */
function standsRight(before: string, name: string): boolean {
  if (!TEST_NAME.test(name)) return false;
  const slashes = name.split('/').length - 1;
  if (before.trim() !== '') return slashes === 0 && !LOGGED.test(before);
  const depth = before.includes('\t') ? -1 : before.length / INDENT;
  if (!Number.isInteger(depth) || depth < 0) return false;
  if (slashes === 0) return depth === 0 || (depth === 1 && name.startsWith('Fuzz'));
  // test2json takes the indentation away
  return depth <= slashes;
}

export interface PackageLine {
  readonly name: string;
  readonly end: PackageEnd;
}

/**
 * `ok  <TAB>PATH<TAB>0.010s`, `ok  <TAB>PATH<TAB>(cached)`, `FAIL<TAB>PATH [build failed]`, `?   <TAB>PATH<TAB>[no test files]`, with
 * coverage or notes behind; copied from a terminal the tabs are blanks.
 */
const PACKAGE = /^(ok|FAIL|\?)(?: {0,3}\t| {1,8})([^\s:"'`=]+)(?:[\t ]+(\d+(?:\.\d+)?s|\(cached\)))?((?:[\t ]+\S.*)?)$/;

/** What go puts into brackets behind a package; with tabs between, anything. */
const NOTES = /^(?:build failed|setup failed|no test files|no tests to run|no statements)$/;

export function parsePackage(text: string): PackageLine | null {
  const match = PACKAGE.exec(text);
  if (match === null) return null;
  const [, word, name, time, rest] = match;
  const note = /\[([^\]]+)\]/.exec(rest)?.[1] ?? null;
  const isNoted = note !== null && (text.includes('\t') || NOTES.test(note));
  const proves = time !== undefined || isNoted || (word !== '?' && text.includes('\t') && rest.trim() === '');
  // TAP numbers its lines: `ok 3 - reads [slow]`
  if (!proves || /^\d+$/.test(name)) return null;
  const cached = time === '(cached)';
  const result = note === 'no test files' ? note : word === '?' ? 'no test files' : (word as 'ok' | 'FAIL');
  const seconds = time === undefined || cached ? null : Number(time.slice(0, -1));
  return { name, end: { result, seconds, cached, note: note === 'no test files' ? null : note, failedBuild: null } };
}

export interface RunLine {
  readonly word: 'RUN' | 'CONT' | 'NAME' | 'PAUSE';
  readonly test: string;
}

const RUNS = /^=== (RUN|CONT|NAME|PAUSE)\s+(\S.*)$/;

export function parseRun(text: string): RunLine | null {
  const match = RUNS.exec(text);
  return match === null ? null : { word: match[1] as RunLine['word'], test: match[2].trim() };
}

/** `=== ATTR  TestX key value` (Go 1.25). */
const ATTRIBUTE = /^=== ATTR\s+(\S+) (\S+) (.*)$/;
/** `=== ARTIFACTS TestX /folder` (Go 1.26). */
const ARTIFACTS = /^=== ARTIFACTS\s+(\S+) (.+)$/;

export function parseAttribute(text: string): { test: string; key: string; value: string } | null {
  const match = ATTRIBUTE.exec(text);
  return match === null ? null : { test: match[1], key: match[2], value: match[3] };
}

export function parseArtifacts(text: string): { test: string; folder: string } | null {
  const match = ARTIFACTS.exec(text);
  return match === null ? null : { test: match[1], folder: match[2] };
}

/** `# example.com/p [example.com/p.test]`, above what the compiler says of it. */
const BUILD = /^# (\[?[\w.~-]+(?:\/[\w.~-]+)*\]?(?: \[[^\]\s]+\.test\])?)$/;
const COMPILER = /^(?:vet: )?\S+\.(?:go|s|c|h|cc|cpp):\d+(?::\d+)?: |^\t|^too many errors$|^note: module requires Go /;

export function parseBuild(text: string): string | null {
  return BUILD.exec(text)?.[1] ?? null;
}

export function isCompilerLine(text: string): boolean {
  return COMPILER.test(text);
}

/** Results of `go test` as lines for a terminal. */

import type { FailedBuild, TestedPackage, TestPart, TestResult } from '../model/evidence.ts';
import type { GuiltyTest } from '../model/summary.ts';
import { countUnit, formatCount } from './geometry.ts';
import { padEnd, printable } from './textblocks.ts';

const INDENT = '  ';
const BUILD_LINES = 5;
/** Outcomes that are listed test by test. */
const LISTED = ['fail', 'crashed', 'timed out', 'unfinished', 'paused'];
const WORDS: Readonly<Record<string, string>> = { fail: 'failed', paused: 'unfinished (paused)' };

/** What the lines are laid out for. */
export interface TestPage {
  readonly paint: { dim(text: string): string };
  /** Tests that are listed are ten times as many. */
  readonly top: number;
}

export function* testLines({ packages, tests, builds }: TestPart, page: TestPage): Generator<string> {
  const { paint } = page;
  for (const one of packages) yield INDENT + packageText(one);
  const paths = new Set(tests.map(({ package: path }) => path));
  const listed = tests.filter(({ outcome }) => LISTED.includes(outcome));
  for (const test of listed.slice(0, 10 * page.top)) yield INDENT + testText(test, paths.size > 1);
  if (listed.length > 10 * page.top) yield `${INDENT}… and ${countUnit(listed.length - 10 * page.top, 'more tests')}`;
  for (const build of builds.slice(0, page.top)) yield* buildLines(build);
  for (const test of tests.filter(isNoted).slice(0, page.top)) yield INDENT + paint.dim(noteText(test));
  const counts = ['pass', 'skip'].map((word) => [word, tests.filter(({ outcome }) => outcome === word).length] as const);
  const told = counts
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${formatCount(count)} ${word === 'pass' ? 'passed' : 'skipped'}`);
  if (told.length > 0) yield INDENT + paint.dim(told.join(', '));
}

function packageText({ name, result, cached, note }: TestedPackage): string {
  const notes = [...(cached ? ['cached: no fresh evidence'] : []), ...(note === null ? [] : [note])];
  return `${padEnd(result, 13)} ${printable(name)}${notes.length > 0 ? `  (${printable(notes.join(', '))})` : ''}`;
}

function testText({ name, outcome, package: path, runs, failures }: TestResult, withPackage: boolean): string {
  const where = withPackage && path !== null ? ` (${path})` : '';
  const times = runs > 1 ? `, ${failures} of ${runs} runs` : '';
  return `${WORDS[outcome] ?? outcome}: ${printable(name + where)}${times}`;
}

function* buildLines({ importPath, output, packages }: FailedBuild): Generator<string> {
  const others = packages.length > 1 ? `, which fails ${countUnit(packages.length, 'packages')}` : '';
  yield `${INDENT}build failed: ${printable(importPath)}${others}`;
  const lines = output.filter((line) => !line.startsWith('# '));
  for (const line of lines.slice(0, BUILD_LINES)) yield INDENT + INDENT + printable(line);
  if (lines.length > BUILD_LINES) yield `${INDENT}${INDENT}… ${countUnit(lines.length - BUILD_LINES, 'more lines')}`;
}

function isNoted({ attributes, artifacts, runs, outcome }: TestResult): boolean {
  return attributes !== undefined || artifacts !== undefined || (runs > 1 && !LISTED.includes(outcome));
}

function noteText({ name, attributes, artifacts, runs }: TestResult): string {
  const facts = Object.entries(attributes ?? {}).map(([key, value]) => `${key}=${value}`);
  if (runs > 1) facts.push(`${formatCount(runs)} runs`);
  if (artifacts !== undefined) facts.push(`artifacts in ${artifacts}`);
  return printable(`${name}: ${facts.join(', ')}`);
}

/** `in TestA, TestB (example.com/p)`, and on what that rests where it is the weaker ground; empty without a test and a package. */
export function whereText(tests: readonly GuiltyTest[], packages: readonly string[]): string {
  const names = [...new Set(tests.map(({ name }) => name))];
  if (names.length === 0 && packages.length === 0) return '';
  const where = packages.length === 0 ? '' : names.length === 0 ? packages.join(', ') : ` (${packages.join(', ')})`;
  const weak = names.length > 0 && tests.every(({ certain }) => !certain) ? weakGround(tests) : '';
  return printable(`in ${names.slice(0, 4).join(', ')}${names.length > 4 ? ', …' : ''}${where}${weak}`);
}

function weakGround(tests: readonly GuiltyTest[]): string {
  return tests.every(({ by }) => by === 'exit') ? ', for it failed' : ', by its place in the output';
}

/**
 * Results of tests as other programs' own fixtures have them. GOFLAME_PEERS names a folder that holds sources of
 * gotestsum, go-junit-report and tparse under those names, and as `test2json` the folder
 * cmd/internal/test2json/testdata of Go. Without it, or without one of them, its tests are skipped.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestPart } from '../../src/model/evidence.ts';
import { summarizeText } from '../support/inspect.ts';

const folder = process.env.GOFLAME_PEERS ?? '/nonexistent';

function filesIn(name: string, pattern: RegExp): string[] {
  const root = path.join(folder, name);
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => pattern.test(file))
    .sort()
    .map((file) => path.join(root, file));
}

function partOf(text: string): TestPart | null {
  try {
    const part = summarizeText(text).find((one) => one.part.format === 'go-test')?.part;
    return part?.format === 'go-test' ? part : null;
  } catch {
    return null;
  }
}

/** Failed tests and packages, and tests that never ended, each sorted. */
interface Verdict {
  readonly failed: readonly string[];
  readonly open: readonly string[];
  readonly packages: readonly string[];
}

/** Events of a test program that was run by itself name no package. */
const withoutPackages = (verdict: unknown) => ({ ...(verdict as Verdict), packages: [] });

const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

function verdictOf(text: string): Verdict {
  const part = partOf(text);
  const of = (...outcomes: string[]) =>
    sorted((part?.tests ?? []).filter(({ outcome }) => outcomes.includes(outcome)).map(({ name }) => name));
  return {
    failed: of('fail'),
    open: of('crashed', 'timed out', 'unfinished', 'paused'),
    packages: sorted((part?.packages ?? []).filter(({ result }) => result === 'FAIL').map(({ name }) => name)),
  };
}

/** The plainest reading of events there is. */
function readEvents(text: string): Verdict {
  const failed = new Set<string>();
  const open = new Map<string, number>();
  const packages = new Set<string>();
  for (const line of text.split('\n')) {
    if (!line.startsWith('{"')) continue;
    const { Action: action, Test: test, Package: path } = JSON.parse(line);
    const key = `${path} ${test}`;
    if (action === 'run') open.set(key, (open.get(key) ?? 0) + 1);
    if (!['pass', 'fail', 'skip'].includes(action)) continue;
    if (test !== undefined) open.set(key, (open.get(key) ?? 1) - 1);
    if (action === 'fail') (test === undefined ? packages : failed).add(test ?? path);
  }
  // a package without an end failed if one of its tests did, or if plain lines say so
  for (const [, line] of text.matchAll(/FAIL(?:\\t|\t)([^\\\s]+)/g)) packages.add(line);
  packages.delete(undefined as unknown as string);
  const left = [...open].filter(([, count]) => count > 0).map(([key]) => key.slice(key.indexOf(' ') + 1));
  return { failed: sorted(failed), open: sorted(left.filter((name) => !failed.has(name))), packages: sorted(packages) };
}

/** What a JUnit report says failed. Cases that stand for a package have names of no test. */
function readJunit(xml: string): Pick<Verdict, 'failed'> {
  const cases = xml.matchAll(/<testcase name="([^"]*)"[^>]*>\s*<(?:failure|error)/g);
  const names = [...cases].map(([, name]) => name.replaceAll('&#39;', "'").replaceAll('&amp;', '&'));
  return { failed: sorted(names.filter((name) => /^(?:Test|Benchmark|Fuzz|Example)/.test(name))) };
}

function compare(
  files: readonly string[],
  judge: (file: string) => [ours: unknown, theirs: unknown],
): { agree: number; differ: string[] } {
  const differ = files.flatMap((file) => {
    const [ours, theirs] = judge(file).map((one) => JSON.stringify(one));
    return ours === theirs ? [] : [`${path.basename(file)}\n   ours   ${ours}\n   theirs ${theirs}`];
  });
  return { agree: files.length - differ.length, differ };
}

function check(name: string, files: readonly string[], judge: (file: string) => [unknown, unknown], least: number): void {
  it.skipIf(files.length === 0)(`${name} (skipped without GOFLAME_PEERS)`, () => {
    const { agree, differ } = compare(files, judge);
    console.log(`${name}: ${agree} of ${files.length} agree\n${differ.join('\n')}`);
    expect(agree / files.length).toBeGreaterThanOrEqual(least);
  });
}

describe('results are those of', () => {
  const read = (file: string) => readFileSync(file, 'utf8');
  const byEvents = (file: string): [unknown, unknown] => [verdictOf(read(file)), readEvents(read(file))];
  check('gotestsum', filesIn('gotestsum', /testdata\/.*go-test.*\.out$/), byEvents, 0.9);
  check('tparse', filesIn('tparse', /testdata\/.*\.jsonl$/), byEvents, 0.9);
  check(
    'test2json, events',
    filesIn('test2json', /\.json$/),
    (file) => byEvents(file).map(withoutPackages) as [unknown, unknown],
    0.9,
  );
  check(
    'test2json, text',
    filesIn('test2json', /\.test$/),
    (file) => {
      const { failed, open } = readEvents(read(file.replace(/\.test$/, '.json')));
      const ours = verdictOf(read(file));
      return [
        { failed: ours.failed, open: ours.open },
        { failed, open },
      ];
    },
    0.9,
  );
  check(
    'go-junit-report',
    filesIn('go-junit-report', /testdata\/\d\d\d-.*\.txt$/),
    (file) => {
      const report = file.replace(/(\d\d\d)-[^/]*$/, '$1-report.xml');
      const { failed, open } = verdictOf(read(file));
      return [sorted([...failed, ...open]), readJunit(read(report)).failed];
    },
    0.9,
  );
});

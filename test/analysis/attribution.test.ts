/** Whose test a race, a crash or a time-out is. */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURES } from '../support/fixtures.ts';
import { inspectJson, inspectText } from '../support/inspect.ts';

const read = (name: string) => readFileSync(path.join(FIXTURES, 'ci', name), 'utf8');
const sample = (name: string) => read(`samples/${name}.go1.26.jsonl`);

interface Told {
  readonly package: string | null;
  readonly tests: readonly (readonly [name: string, by: string, certain: boolean])[];
}

/** What is said of the first part that says anything of tests. */
// biome-ignore lint/suspicious/noExplicitAny: parts are JSON of many shapes
function toldOf(one: any): Told {
  const tests = one.tests as { name: string; by: string; certain: boolean }[];
  return { package: one.package, tests: tests.map(({ name, by, certain }) => [name, by, certain]) };
}

function raceOf(text: string): Told {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  return toldOf(inspectJson(text).parts.find((part: any) => part.format === 'race-report').races[0]);
}

function crashOf(text: string): Told {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  return toldOf(inspectJson(text).parts.find((part: any) => part.format === 'goroutine-dump'));
}

describe('a race', () => {
  it('is that of the test that left a goroutine behind', () => {
    expect(raceOf(sample('after'))).toEqual({ package: 'example.com/lab/after', tests: [['TestLeaves', 'stack', true]] });
  });

  it('is that of both tests that share something', () => {
    const { tests, package: where } = raceOf(sample('par-race'));
    expect([where, ...tests.map(([name]) => name).sort()]).toEqual(['example.com/lab/par', 'TestParA', 'TestParB']);
    expect(tests.every(([, by, certain]) => by === 'stack' && certain)).toBe(true);
  });

  it('in TestMain is that of no test', () => {
    expect(raceOf(sample('main_'))).toEqual({ package: 'example.com/lab/main_', tests: [] });
    expect(raceOf(read('cases/race-in-testmain.txt'))).toEqual({ package: 'example.com/shop/b', tests: [] });
    expect(inspectText(read('cases/race-in-testmain.txt'))).not.toContain('in TestMain');
  });

  it('in a subtest names the test for sure and the subtest by its place', () => {
    expect(raceOf(sample('sub')).tests).toEqual([
      ['TestSub', 'stack', true],
      ['TestSub/a/b_c', 'position', false],
    ]);
  });

  it('is that of a test by its exit where nothing else tells', () => {
    const nameless = read('runs/racy-go1.26.runs.txt')
      .split(/^-- run 2 --\n/m)[0]
      .replaceAll('TestRacy.gowrap', 'work.gowrap')
      .replaceAll('racy.TestRacy()', 'racy.work()');
    const race = nameless.slice(nameless.indexOf('\n') + 1);
    expect(raceOf(race)).toEqual({ package: 'example.com/lab/racy', tests: [['TestRacy', 'exit', false]] });
  });

  const HEAD = '==================\nWARNING: DATA RACE\nRead at 0x1 by goroutine 7:\n';
  const race = (frame: string) =>
    `${HEAD}${frame}\nPrevious write at 0x1 by main goroutine:\n  main.main()\n      /src/main.go:2 +0x1\n\nGoroutine 7 (running) created at:\n  main.main()\n      /src/main.go:1 +0x1\n==================\nFAIL\texample.com/p\t0.1s\n`;
  const NO_TEST: Record<string, string> = {
    'a helper that is called like one': '  example.com/p.TestServer()\n      /src/p/server.go:3 +0x1\n',
    'words that begin alike': '  example.com/p.Testing()\n      /src/p/p_test.go:3 +0x1\n',
    TestMain: '  example.com/p.TestMain.func1()\n      /src/p/p_test.go:3 +0x1\n',
    'package testing': '  testing.TestDeps()\n      /src/testing_test.go:3 +0x1\n',
  };
  for (const [what, frame] of Object.entries(NO_TEST)) {
    it(`is that of no test with ${what}`, () => expect(raceOf(race(frame)).tests).toEqual([]));
  }
  it('is that of a test that is called TestMain', () => {
    const frames =
      '  example.com/p.TestMain()\n      /src/p/p_test.go:3 +0x1\n  testing.tRunner()\n      /go/testing.go:1 +0x1\n';
    expect(raceOf(race(frames)).tests).toEqual([['TestMain', 'stack', true]]);
  });
});

describe('a crash', () => {
  it('is that of the test in its stack', () => {
    expect(crashOf(read('cases/panic-beside-plain-failure.txt'))).toEqual({
      package: 'example.com/shop/pay',
      tests: [['TestPay', 'stack', true]],
    });
    expect(crashOf(sample('pan'))).toMatchObject({ package: 'example.com/lab/pan', tests: [['TestP', 'stack', true]] });
    const { crash } = inspectJson(read('cases/panic-beside-plain-failure.txt')).parts[0];
    expect([crash.test, crash.package]).toEqual(['TestPay', 'example.com/shop/pay']);
  });

  it('keeps its goroutines where a race report stands between', () => {
    const { parts } = inspectJson(sample('crash'));
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const dumps = parts.filter((part: any) => part.format === 'goroutine-dump');
    expect(dumps).toHaveLength(1);
    expect(dumps[0]).toMatchObject({ crash: { message: 'concurrent map writes', test: 'TestCrash' }, goroutines: [{ id: 23 }] });
  });

  it('outside tests has none', () => {
    const text = 'panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:3 +0x1\n';
    expect(inspectJson(text).parts[0]).not.toHaveProperty('tests');
    expect(inspectJson(text).parts[0].crash).not.toHaveProperty('test');
  });
});

describe('a time-out', () => {
  const timeout = (name: string) => inspectJson(read(`timeouts/${name}.txt`)).parts[0];

  it('leads with the stuck test, its chain and where it waits', () => {
    const text = inspectText(readFileSync(path.join(FIXTURES, 'gotest/quiet-timeout-go1.26.txt')));
    expect(text).toMatch(
      /Stuck: TestSlow\/outer\/inner, running for 2s\n +goroutine 21 \(chan receive\), line 47; its parents wait in goroutine 19, 20\n +example\.com\/quiet\.\(\*belt\)\.drain/,
    );
    expect(text).not.toContain('Crashed in goroutine');
    expect(text.indexOf('startAlarm')).toBeGreaterThan(text.indexOf('(*belt).drain'));
  });

  it('names subtests by the list, and by their function before Go 1.20', () => {
    expect(timeout('timeout-go1.26').timeout).toMatchObject({
      after: '1s',
      stuck: [{ name: 'TestHangs/deep', ranFor: '1s', state: 'select (no cases)' }],
    });
    expect(timeout('timeout-go1.19').timeout).toMatchObject({
      stuck: [{ name: 'TestHangs.func1', ranFor: null, state: 'select (no cases)' }],
    });
    expect(timeout('timeout-go1.19').tests).toMatchObject([{ name: 'TestHangs', certain: true }]);
  });

  it('does not guess which of several subtests a goroutine is', () => {
    const { timeout: told, tests } = timeout('many-go1.26');
    const names = ['TestTable/one', 'TestTable/three'];
    expect(told.stuck).toMatchObject([
      { name: 'TestTable.func1', oneOf: names, ranFor: '1s' },
      { name: 'TestTable.func1', oneOf: names, ranFor: '1s' },
    ]);
    expect(tests.map(({ name }: { name: string }) => name)).toEqual(names);
    // a test whose turn has not come is not stuck
    expect(timeout('many-go1.19').timeout.stuck).toHaveLength(2);
  });

  it('tells how long it waits', () => {
    const text = read('timeouts/timeout-go1.26.txt').replace('[select (no cases)]', '[select (no cases), 9 minutes]');
    expect(inspectText(text)).toMatch(/Stuck: TestHangs\/deep.*\n +goroutine \d+ \(select \(no cases\), 9 minutes\)/);
  });

  it('is none where a test panics with such words', () => {
    const frames = (name: string) =>
      `goroutine 7 [running]:\n${name}(0x1)\n\t/src/p/p_test.go:3 +0x1\ntesting.tRunner(0x1, 0x2)\n\t/go/testing.go:1 +0x1\ncreated by testing.(*T).Run in goroutine 1\n\t/go/testing.go:2 +0x1\nFAIL\texample.com/p\t0.1s\n`;
    const planted = [
      `panic: test timed out after 2s\n\n${frames('example.com/p.TestAlarm')}`,
      `panic: startAlarm: test timed out after 2s\n\n${frames('example.com/p.TestAlarm')}`,
      `panic: alarm\n\n${frames('example.com/p.startAlarm.func1')}`,
      `panic: test timed out after 2s\n\n${frames('example.com/p.(*M).startAlarm.func1')}`,
    ];
    for (const text of planted) {
      expect(inspectJson(text).parts[0]).not.toHaveProperty('timeout');
      expect(inspectText(text)).toContain('Crashed in goroutine 7');
    }
    console.log(`${planted.length} panics that look like a time-out, 0 are taken for one`);
  });

  it('is read in every capture of one', () => {
    const found = readdirSync(path.join(FIXTURES, 'ci/timeouts')).map((name) => inspectText(read(`timeouts/${name}`)));
    expect(found.every((text) => text.includes('Stuck: '))).toBe(true);
  });
});

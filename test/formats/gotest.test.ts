/** Results of `go test`, plain and -json, alone and beside dumps and races. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Evidence, TestPart } from '../../src/model/evidence.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { inspectText, summarizeText } from '../support/inspect.ts';
import { racesOf, readText } from '../support/read.ts';

const caseText = (name: string) => readFileSync(path.join(FIXTURES, `ci/cases/${name}.txt`), 'utf8');
const sample = (name: string) => readFileSync(path.join(FIXTURES, `ci/samples/${name}.go1.26.jsonl`), 'utf8');

function resultsIn({ parts }: Pick<Evidence, 'parts'>): TestPart {
  const found = parts.find((part) => part.format === 'go-test');
  if (found?.format !== 'go-test') throw new Error('no results');
  return found;
}

/** As they stand in the summary, which knows of crashes. */
function resultsOf(text: string): TestPart {
  return resultsIn({ parts: summarizeText(text).map(({ part }) => part) });
}

const packagesOf = (text: string) => Object.fromEntries(resultsOf(text).packages.map(({ name, result }) => [name, result]));
const outcomesOf = (text: string) => resultsOf(text).tests.map(({ name, outcome }) => `${name} ${outcome}`);

describe('lines of go test', () => {
  it('say what failed beside a crash', () => {
    const text = caseText('panic-beside-plain-failure');
    expect(readText(text).parts.map(({ format }) => format)).toEqual(['goroutine-dump', 'go-test']);
    expect(packagesOf(text)).toEqual({ 'example.com/shop/cart': 'FAIL', 'example.com/shop/pay': 'FAIL' });
    expect(resultsOf(text).failedTests).toEqual(['TestPlain', 'TestPay']);
  });

  it('count where a test left a line unended', () => {
    expect(resultsOf(caseText('fail-after-unfinished-line')).failedTests).toEqual(['TestAdd', 'TestDrop']);
  });

  it('do not count where a test logged them', () => {
    expect(resultsOf(caseText('log-like-a-fail-line')).failedTests).toEqual(['TestCompare']);
  });

  it('are read with blanks for tabs', () => {
    expect(packagesOf(caseText('results-with-spaces'))).toEqual({
      'example.com/shop/cart': 'FAIL',
      'example.com/shop/price': 'ok',
      'example.com/shop/tax': 'FAIL',
      'example.com/shop/cmd': 'no test files',
    });
  });

  it('tell why a test program died', () => {
    const reason = 'race: limit on 8128 simultaneously alive goroutines is exceeded, dying';
    expect(resultsOf(caseText('race-limit')).packages).toMatchObject([
      { name: 'example.com/shop/cart', result: 'FAIL', note: reason },
    ]);
    expect(inspectText(caseText('race-limit'))).toContain(reason);
  });

  it('stand beside races', () => {
    expect(packagesOf(caseText('race-in-testmain'))).toEqual({ 'example.com/shop/price': 'ok', 'example.com/shop/b': 'FAIL' });
  });

  it('are not those of other tools', () => {
    const others = [
      'ok 1 - reads [slow]',
      'ok 12 3s',
      'ok reads [fast]',
      'FAIL reads',
      'FAIL: reads',
      'ok',
      '? what',
      'FAIL build step [see log]',
    ];
    for (const line of others) expect(() => readText(`${line}\n`)).toThrow(/nothing/);
    console.log(`${others.length} lines of other tools, 0 are taken for a package`);
  });

  const FAILS = 'FAIL\nFAIL\texample.com/p\t0.01s\n';
  const PRINTED: Record<string, string> = {
    'without a duration': `--- FAIL: TestA (0.00s)\n    a_test.go:3: x\n--- FAIL: TestOther\n${FAILS}`,
    'at a wrong indent': `--- FAIL: TestA (0.00s)\n  --- FAIL: TestA/x (0.00s)\n${FAILS}`,
    'too deep for its name': `--- FAIL: TestA (0.00s)\n        --- FAIL: TestA/x (0.00s)\n${FAILS}`,
    'in a log message': `--- FAIL: TestA (0.00s)\n    a_test.go:3: got --- FAIL: TestB (0.00s)\n${FAILS}`,
    'with a tab before': `--- FAIL: TestA (0.00s)\n\t--- FAIL: TestB (0.00s)\n${FAILS}`,
    'with words behind': `--- FAIL: TestA (0.00s)\n--- FAIL: TestB (0.00s) was what we saw\n${FAILS}`,
    'of a package that passed': `--- FAIL: TestB (0.00s)\nok  \texample.com/q\t0.01s\n--- FAIL: TestA (0.00s)\n${FAILS}`,
    'of a test that did not run': `=== RUN   TestA\n--- FAIL: TestB (0.00s)\n--- FAIL: TestA (0.00s)\n${FAILS}`,
    'of a subtest without its test': `--- FAIL: TestA (0.00s)\n    a_test.go:3: output:\n        --- FAIL: TestInner/a/b (0.00s)\n${FAILS}`,
    'of no test': `--- FAIL: TestA (0.00s)\n--- FAIL: Testing (0.00s)\n--- FAIL: check (0.00s)\n${FAILS}`,
  };
  for (const [what, text] of Object.entries(PRINTED)) {
    it(`are a program's own ${what}`, () => expect(resultsOf(text).failedTests).toEqual(['TestA']));
  }
  console.log(`${Object.keys(PRINTED).length} lines that look like results, 0 are taken for one`);

  it('name subtests, seeds of fuzz tests and benchmarks', () => {
    const text = `--- FAIL: TestA (0.00s)\n    --- FAIL: TestA/x/y (0.00s)\n        --- FAIL: TestA/x/y/z (0.00s)\n--- FAIL: FuzzB (0.02s)\n    --- FAIL: FuzzB (0.00s)\n--- FAIL: BenchmarkC\n${FAILS}`;
    expect(resultsOf(text).failedTests).toEqual(['TestA', 'TestA/x/y', 'TestA/x/y/z', 'FuzzB', 'BenchmarkC']);
  });

  it('tell tests without an end', () => {
    const text =
      '=== RUN   TestA\n=== PAUSE TestA\n=== RUN   TestB\n--- PASS: TestB (0.10s)\n=== RUN   TestC\nexit status 2\nFAIL\texample.com/p\t0.01s\n';
    expect(outcomesOf(text)).toEqual(['TestA paused', 'TestB pass', 'TestC unfinished']);
    expect(resultsOf(text).failedTests).toEqual([]);
  });

  it('tell cached packages, notes, attributes and artifacts', () => {
    const text =
      '=== RUN   TestA\n=== ATTR  TestA owner storage team\n=== ARTIFACTS TestA /out/1\n--- PASS: TestA (0.00s)\nPASS\nok  \texample.com/p\t(cached)\tcoverage: 3.1% of statements\nok  \texample.com/q\t0.01s [no tests to run]\n';
    const { packages, tests } = resultsOf(text);
    expect(packages).toMatchObject([
      { name: 'example.com/p', cached: true, seconds: null },
      { name: 'example.com/q', cached: false, seconds: 0.01, note: 'no tests to run' },
    ]);
    expect(tests).toMatchObject([{ name: 'TestA', attributes: { owner: 'storage team' }, artifacts: '/out/1' }]);
  });

  it('tell why a package could not be built', () => {
    const text =
      '# example.com/dep\ndep/dep.go:2:23: cannot use "a"\n# example.com/p [example.com/p.test]\np/p_test.go:3:4: undefined: x\nFAIL\texample.com/p [build failed]\nok  \texample.com/q\t0.1s\n';
    expect(resultsOf(text).builds).toEqual([
      { importPath: 'example.com/dep', output: ['# example.com/dep', 'dep/dep.go:2:23: cannot use "a"'], packages: [] },
      {
        importPath: 'example.com/p [example.com/p.test]',
        output: ['# example.com/p [example.com/p.test]', 'p/p_test.go:3:4: undefined: x'],
        packages: ['example.com/p'],
      },
    ]);
  });
});

describe('events of go test -json', () => {
  it('count beside plain lines', () => {
    const text = caseText('build-failure-before-json');
    expect(packagesOf(text)).toEqual({ 'example.com/shop/tax': 'FAIL', 'example.com/shop/cart': 'FAIL' });
    expect(resultsOf(text).failedTests).toEqual(['TestAdd']);
    expect(resultsOf(text).packages.find(({ name }) => name.endsWith('tax'))?.note).toBe('build failed');
  });

  it('are no other log with actions', () => {
    const text = `${JSON.stringify({ Action: 'fail', Elapsed: 3, message: 'panic: boom' })}\n`;
    expect(readText(text).parts.map(({ format }) => format)).toEqual(['goroutine-dump']);
    expect(() => readText('{"Action":"start","Elapsed":1,"service":"x"}\n')).toThrow(/nothing/);
  });

  it('are enough without output', () => {
    const text = ['run TestA', 'pass TestA', 'run TestB', 'fail TestB', 'fail']
      .map((line) => line.split(' '))
      .map(([Action, Test]) => `${JSON.stringify({ Action, Package: 'example.com/p', Test, Elapsed: 0.5 })}\n`)
      .join('');
    expect(outcomesOf(text)).toEqual(['TestA pass', 'TestB fail']);
    expect(packagesOf(text)).toEqual({ 'example.com/p': 'FAIL' });
  });

  it('hold against what a test printed', () => {
    const event = (fields: object) => `${JSON.stringify({ Package: 'example.com/p', ...fields })}\n`;
    const text =
      event({ Action: 'run', Test: 'TestA' }) +
      event({ Action: 'output', Test: 'TestA', Output: '--- FAIL: TestB (0.00s)\n' }) +
      event({ Action: 'output', Test: 'TestA', Output: '--- FAIL: TestA (0.00s)\n' }) +
      event({ Action: 'pass', Test: 'TestA' }) +
      event({ Action: 'run', Test: 'TestC' }) +
      event({ Action: 'fail', Test: 'TestC' }) +
      event({ Action: 'fail' });
    expect(resultsOf(text).failedTests).toEqual(['TestC']);
  });

  it('leave it to lines to end what they do not', () => {
    const event = (fields: object) => `${JSON.stringify({ Package: 'example.com/p', ...fields })}\n`;
    const text =
      event({ Action: 'run', Test: 'TestA' }) +
      event({ Action: 'output', Test: 'TestA', Output: '--- FAIL: TestA (0.00s)\n' }) +
      event({ Action: 'run', Test: 'TestB' }) +
      event({ Action: 'fail' });
    expect(outcomesOf(text)).toEqual(['TestA fail', 'TestB unfinished']);
  });

  const SAMPLES: Record<string, { packages: Record<string, string>; tests: string[] }> = {
    after: { packages: { 'example.com/lab/after': 'FAIL' }, tests: ['TestLeaves pass', 'TestVictim fail'] },
    'par-race': { packages: { 'example.com/lab/par': 'FAIL' }, tests: ['TestParA fail', 'TestParB fail', 'TestParC pass'] },
    main_: { packages: { 'example.com/lab/main_': 'FAIL' }, tests: ['TestFine pass'] },
    sub: { packages: { 'example.com/lab/sub': 'FAIL' }, tests: ['TestSub fail', 'TestSub/a/b_c fail', 'TestSub/clean pass'] },
    crash: { packages: { 'example.com/lab/crash': 'FAIL' }, tests: ['TestCrash crashed'] },
    pan: { packages: { 'example.com/lab/pan': 'FAIL' }, tests: ['TestP fail', 'TestP/in fail'] },
    timeout: { packages: { 'example.com/lab/timeout': 'FAIL' }, tests: ['TestHangs timed out', 'TestHangs/deep timed out'] },
    broken: { packages: { 'example.com/lab/broken': 'FAIL' }, tests: [] },
    vet: { packages: { 'example.com/lab/vet': 'FAIL' }, tests: [] },
    depuser: { packages: { 'example.com/lab/depuser': 'FAIL' }, tests: [] },
    attr: { packages: { 'example.com/lab/attr': 'ok' }, tests: ['TestAttr pass'] },
    cached: { packages: { 'example.com/lab/ok': 'ok' }, tests: ['TestFine pass', 'TestSkip skip'] },
  };
  for (const [name, { packages, tests }] of Object.entries(SAMPLES)) {
    it(`tell of ${name} what happened`, () => {
      expect(packagesOf(sample(name))).toEqual(packages);
      expect(outcomesOf(sample(name))).toEqual(tests);
    });
  }

  it('join a build that failed to the packages that needed it', () => {
    expect(resultsOf(sample('depuser'))).toMatchObject({
      packages: [{ name: 'example.com/lab/depuser', note: 'build failed', failedBuild: 'example.com/lab/dep' }],
      builds: [{ importPath: 'example.com/lab/dep', packages: ['example.com/lab/depuser'] }],
    });
    expect(resultsOf(sample('vet')).builds[0].output.at(-1)).toMatch(/wrong type string$/);
    expect(inspectText(sample('depuser'))).toMatch(/build failed: example\.com\/lab\/dep\n.*dep\.go:2:23: cannot use/);
  });

  it('tell repeats, cached packages, attributes and artifacts', () => {
    expect(resultsOf(sample('repeats')).tests.map(({ name, runs }) => [name, runs])).toEqual([
      ['TestFine', 6],
      ['TestSkip', 6],
      ['TestRacy', 6],
      ['TestFine', 6],
    ]);
    expect(resultsOf(sample('cached')).packages[0].cached).toBe(true);
    expect(resultsOf(sample('attr')).tests[0].attributes).toEqual({ owner: 'storage team' });
    expect(resultsOf(sample('artifacts')).tests[0].artifacts).toMatch(/^\/home\/ci\/out\//);
    expect(inspectText(sample('cached'))).toContain('cached: no fresh evidence');
    expect(inspectText(sample('repeats'))).toContain('TestRacy: 6 runs');
  });
});

describe('race reports of C threads', () => {
  const accessNames = (name: string) => {
    const evidence = readText(caseText(name));
    expect(evidence.problems).toEqual([]);
    return racesOf(evidence)[0].races[0].accesses.map(({ goroutine, stack }) => [
      goroutine,
      ...evidence.stacks
        .framesAt(stack)
        .map((frame) => ('function' in frame ? `${frame.function} ${frame.file}:${frame.line}` : '')),
    ]);
  };

  it('hold functions that are exported to C', () => {
    expect(accessNames('race-from-c-thread')[1]).toEqual([
      2,
      'main.goTick /src/tick/main.go:16',
      '_cgoexp_0123456789ab_goTick _cgo_gotypes.go:54',
    ]);
  });

  it('hold accesses of C++ code by the main thread', () => {
    const [, [party, ...frames]] = accessNames('bazel-tsan-cpp');
    expect(party).toBe('main');
    expect(frames).toHaveLength(2);
    expect(frames[0]).toBe('bridge_push pkg/bridge/native.cc:41');
  });

  it('say when a name without a package is no function', () => {
    const text = caseText('race-from-c-thread').replace('\nGoroutine 2', '\ndone()\n\nGoroutine 2');
    const evidence = readText(text);
    expect(evidence.problems.map(({ excerpt }) => excerpt)).toEqual(['done()']);
  });

  it('were created by what the report says', () => {
    expect(inspectText(caseText('race-creator-of-test'))).toMatch(/goroutine 8 \(running\) created by testing\.\(\*T\)\.Run/);
    expect(inspectText(caseText('race-creator-of-test'))).toMatch(
      /goroutine 9 \(running\) created by example\.com\/shop\/cart\.TestPut/,
    );
  });
});

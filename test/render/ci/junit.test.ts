/** JUnit XML: whose test fails, one case for each name, and well-formed whatever was printed. */

import { execFileSync, spawnSync } from 'node:child_process';
import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import { writeJUnit } from '../../../src/render/ci/junit.ts';
import { makeCrash, makePackage, makeRace, makeReport, makeTest, makeTimeout, type Parts } from '../../support/cireport.ts';

const { window } = new JSDOM();

function parse(parts: Parts, textBytes?: number): Document {
  const text = [...writeJUnit(makeReport(parts), textBytes)].join('');
  const document = new window.DOMParser().parseFromString(text, 'application/xml');
  expect(document.querySelector('parsererror')).toBeNull();
  return document;
}

/** `CLASS NAME: VERDICT/TYPE`. */
function casesOf(document: Document): string[] {
  return [...document.querySelectorAll('testcase')].map((one) => {
    const verdict = one.querySelector('failure,error,skipped');
    const said = verdict === null ? 'pass' : `${verdict.tagName}/${verdict.getAttribute('type') ?? ''}`;
    return `${one.getAttribute('classname')} ${one.getAttribute('name')}: ${said}`;
  });
}

const P = 'example.com/lab/p';
const FINGERPRINT = makeRace().fingerprint;

describe('JUnit', () => {
  it('the guilty test fails, the blamed one keeps what go made of it, with a note', () => {
    const document = parse({
      races: [makeRace({ blamed: [{ package: P, name: 'TestVictim' }] })],
      tests: {
        packages: [makePackage()],
        tests: [
          makeTest('TestGuilty', { races: [FINGERPRINT] }),
          makeTest('TestVictim', { outcome: 'fail', raceDetected: true, blamedFor: [FINGERPRINT], failures: 1 }),
          makeTest('TestFine'),
        ],
      },
    });
    expect(casesOf(document)).toEqual([
      `${P} TestGuilty: failure/data-race`,
      `${P} TestVictim: failure/blamed`,
      `${P} TestFine: pass`,
    ]);
    const [guilty, victim] = document.querySelectorAll('testcase');
    expect(guilty.querySelector('failure')?.getAttribute('message')).toBe(
      'read in p.TestGuilty.func1, write in p.TestGuilty.func2',
    );
    expect(guilty.getAttribute('file')).toBe('p/p_test.go');
    expect(guilty.getAttribute('line')).toBe('11');
    expect(guilty.querySelector('system-out')?.textContent).toContain('go test does not let this test fail');
    expect(victim.querySelector('system-out')?.textContent).toContain('a data race of TestGuilty');
  });

  it('a blamed test that logged a failure of its own says that one', () => {
    const output = ['    p_test.go:5: got 1, want 2', '    testing.go:1712: race detected during execution of test'];
    const document = parse({
      races: [makeRace({ blamed: [{ package: P, name: 'TestVictim' }] })],
      tests: { tests: [makeTest('TestVictim', { outcome: 'fail', blamedFor: [FINGERPRINT], output })] },
    });
    expect(document.querySelector('[name=TestVictim] failure')?.getAttribute('message')).toBe('p_test.go:5: got 1, want 2');
    expect(document.querySelector('[name=TestVictim]')?.getAttribute('line')).toBe('5');
  });

  it('a guilty test that go does not list has a case all the same', () => {
    expect(casesOf(parse({ races: [makeRace()] }))).toEqual([`${P} TestGuilty: failure/data-race`]);
  });

  it('a race that the baseline knows, or that only may be a test’s, fails no test that passed', () => {
    const likely = { package: P, name: 'TestGuilty', certain: false, by: 'position' as const };
    for (const race of [makeRace({ state: 'known' }), makeRace({ tests: [likely] })]) {
      const document = parse({ races: [race], tests: { tests: [makeTest('TestGuilty', { races: [FINGERPRINT] })] } });
      expect(casesOf(document)).toEqual([`${P} TestGuilty: pass`]);
      expect(document.querySelector('system-out')?.textContent).toContain(FINGERPRINT);
    }
  });

  it('what is of no test has a case of its own: TestMain, [package], [build], [program]', () => {
    const testMain = makeRace({
      tests: [],
      creations: [
        {
          goroutine: 1,
          state: 'running',
          stackRestored: true,
          frames: [{ function: 'main.main', file: '_testmain.go', line: 48 }],
        },
      ],
    });
    expect(casesOf(parse({ races: [testMain] }))).toEqual([`${P} TestMain: failure/data-race`]);
    expect(casesOf(parse({ races: [makeRace({ tests: [] })] }))).toEqual([`${P} [package]: failure/data-race`]);
    expect(casesOf(parse({ races: [makeRace({ tests: [], package: null })] }))).toEqual([
      '[program] [package]: failure/data-race',
    ]);
    expect(casesOf(parse({ crashes: [makeCrash({ tests: [] })] }))).toEqual([`${P} [package]: error/crash`]);
    expect(casesOf(parse({ tests: { packages: [makePackage()], tests: [makeTest('TestFine')] } }))).toEqual([
      `${P} TestFine: pass`,
      `${P} [package]: error/package`,
    ]);
    expect(casesOf(parse({ tests: { packages: [makePackage({ result: 'unfinished' })] } }))).toEqual([
      `${P} [package]: error/unfinished`,
    ]);
    expect(casesOf(parse({ tests: { packages: [makePackage({ result: 'ok' })] } }))).toEqual([]);
  });

  it('a test under parallel tests is below package testing and none of TestMain', () => {
    const frames = ['testing.(*T).Run', 'testing.(*M).Run', 'main.main'].map((name) => ({
      function: name,
      file: name === 'main.main' ? '_testmain.go' : 'testing/testing.go',
      line: 1,
    }));
    const race = makeRace({ tests: [], creations: [{ goroutine: 1, state: 'running', stackRestored: true, frames }] });
    expect(casesOf(parse({ races: [race] }))).toEqual([`${P} [package]: failure/data-race`]);
  });

  it('the compiler’s text stands once, however many packages it felled', () => {
    const packages = ['a', 'b'].map((name) => `example.com/lab/${name}`);
    const builds = [{ importPath: 'example.com/lab/dep', output: ['# example.com/lab/dep', 'dep/dep.go:2:23: no'], packages }];
    const document = parse({
      tests: {
        builds,
        packages: packages.map((name) => makePackage({ name, result: 'build failed', failedBuild: 'example.com/lab/dep' })),
      },
    });
    expect(casesOf(document)).toEqual(packages.map((name) => `${name} [build]: error/build`));
    const texts = [...document.querySelectorAll('error')].map((error) => error.textContent ?? '');
    expect(texts.filter((text) => text.includes('# example.com/lab/dep'))).toHaveLength(1);
    expect(texts[1]).toContain('see the case [build] of example.com/lab/a');
  });

  it('crashes and time-outs are errors, also of tests that go has no end of; waiting ones were not run', () => {
    const document = parse({
      crashes: [makeCrash()],
      timeouts: [makeTimeout()],
      tests: {
        tests: [
          makeTest('TestCrash', { outcome: 'crashed' }),
          makeTest('TestWaits', { outcome: 'not run' }),
          makeTest('TestOpen', { outcome: 'unfinished' }),
          makeTest('TestSkips', { outcome: 'skip', output: ['    p_test.go:3: not today'] }),
        ],
      },
    });
    expect(casesOf(document)).toEqual([
      `${P} TestCrash: error/crash`,
      `${P} TestWaits: skipped/`,
      `${P} TestOpen: error/unfinished`,
      `${P} TestSkips: skipped/`,
      `${P} TestSlow: error/timeout`,
    ]);
    expect(document.querySelector('[name=TestCrash] error')?.getAttribute('message')).toBe('panic: boom');
    expect(document.querySelector('[name=TestSkips] skipped')?.getAttribute('message')).toBe('p_test.go:3: not today');
  });

  it('tests of one name are one case with the worst outcome and the time of all', () => {
    const document = parse({
      tests: {
        tests: [
          makeTest('TestTwice', { outcome: 'fail', runs: 3, failures: 1, seconds: 1 }),
          makeTest('TestTwice', { outcome: 'pass', seconds: 2 }),
          makeTest('TestTwice', { outcome: 'skip', seconds: null }),
        ],
      },
    });
    expect(casesOf(document)).toEqual([`${P} TestTwice: failure/test`]);
    expect(document.querySelector('testcase')?.getAttribute('time')).toBe('3.000');
    expect(document.querySelector('system-out')?.textContent).toBe('3 runs, 1 of them failed');
  });

  it('a skipped run beside one that passed is skipped, and a parent says that a subtest failed', () => {
    const tests = [
      makeTest('TestA', { outcome: 'skip' }),
      makeTest('TestA'),
      makeTest('TestB', { outcome: 'fail' }),
      makeTest('TestB/x', { outcome: 'fail' }),
    ];
    const document = parse({ tests: { tests } });
    expect(casesOf(document)[0]).toBe(`${P} TestA: skipped/`);
    expect(document.querySelector('[name=TestB] failure')?.getAttribute('message')).toBe('a subtest failed');
  });

  it('counts and times add up', () => {
    const document = parse({
      run: { tags: { shard: '3' }, started: '2026-11-27T12:05:14.123Z' },
      crashes: [makeCrash()],
      tests: {
        packages: [makePackage(), makePackage({ name: 'example.com/lab/q', result: 'ok', seconds: 2 })],
        tests: [
          makeTest('TestA'),
          makeTest('TestB', { outcome: 'fail' }),
          makeTest('TestC', { package: 'example.com/lab/q', outcome: 'skip' }),
        ],
      },
    });
    const attribute = (element: Element | null, name: string): number => Number(element?.getAttribute(name));
    for (const name of ['tests', 'failures', 'errors', 'skipped']) {
      const parts = [...document.querySelectorAll('testsuite')].map((suite) => attribute(suite, name));
      expect(attribute(document.documentElement, name)).toBe(parts.reduce((sum, one) => sum + one, 0));
    }
    expect(casesOf(document)).toHaveLength(attribute(document.documentElement, 'tests'));
    expect(document.querySelector('testsuite')?.getAttribute('timestamp')).toBe('2026-11-27T12:05:14Z');
    expect(document.querySelector('property[name=shard]')?.getAttribute('value')).toBe('3');
  });

  it('texts are left out where the file would be too large, cases are not', () => {
    const tests = Array.from({ length: 50 }, (_, at) => makeTest(`Test${at}`, { outcome: 'fail', output: ['<'.repeat(1000)] }));
    const document = parse({ tests: { tests } }, 4000 * 10);
    const texts = [...document.querySelectorAll('failure')].map((failure) => failure.textContent ?? '');
    expect(texts.filter((text) => text.startsWith('<'))).toHaveLength(10);
    expect(texts.filter((text) => text.startsWith('left out'))).toHaveLength(40);
  });

  it('messages are one line', () => {
    const output = [`    p_test.go:3: ${'long '.repeat(500)}`];
    const document = parse({
      crashes: [makeCrash({ message: 'one\ntwo' })],
      tests: { tests: [makeTest('TestA', { outcome: 'fail', output })] },
    });
    for (const one of document.querySelectorAll('[message]')) {
      expect(one.getAttribute('message')).not.toMatch(/[\r\n]/);
      expect((one.getAttribute('message') ?? '').length).toBeLessThanOrEqual(500);
    }
  });
});

const hasXmllint = spawnSync('xmllint', ['--version']).error === undefined;

describe.skipIf(!hasXmllint)('xmllint (libxml2)', () => {
  it('finds a report with everything in it well-formed', () => {
    const hostile = '</failure>]]>\0\x1b[31m\u{fffe}\ud800&#0;<!DOCTYPE x>"\'';
    const text = [
      ...writeJUnit(
        makeReport({
          run: { tags: { [hostile]: hostile } },
          races: [makeRace({ tests: [{ package: hostile, name: hostile, certain: true, by: 'stack' }] })],
          crashes: [makeCrash({ message: hostile, package: hostile })],
          timeouts: [makeTimeout()],
          tests: {
            tests: [makeTest(hostile, { outcome: 'fail', output: [hostile] })],
            packages: [makePackage({ output: [hostile] })],
          },
        }),
      ),
    ].join('');
    execFileSync('xmllint', ['--noout', '-'], { input: text });
  });
});

/** Race reports: every variant of the race runtime, Go 1.3 to 1.27, and C/C++ reports that only look like them. */

import { describe, expect, it } from 'vitest';
import { attributeRace } from '../../src/analysis/attribution.ts';
import { fingerprintRace, fingerprintRaceV1 } from '../../src/analysis/fingerprint.ts';
import { Summarizer } from '../../src/analysis/summary.ts';
import { InputReader } from '../../src/formats/reader.ts';
import type { RaceSummary } from '../../src/model/summary.ts';
import { framesOf, racesOf, readText } from '../support/read.ts';

const RULE = '==================\n';

interface Parts {
  readonly first?: string;
  readonly second?: string;
  readonly creations?: string;
}

const ADD = '  main.(*Wagon).Add()\n      /src/wagon.go:11 +0x44\n  main.main.func1()\n      /src/main.go:8 +0x2a\n';
const LOAD = '  main.(*Wagon).Load()\n      /src/wagon.go:14 +0x30\n  main.main()\n      /src/main.go:9 +0x88\n';
const CREATED = 'Goroutine 7 (running) created at:\n  main.main()\n      /src/main.go:7 +0x5e\n\n';

function report({
  first = `Read at 0x00c00001 by main goroutine:\n${LOAD}`,
  second = `Previous write at 0x00c00001 by goroutine 7:\n${ADD}`,
  creations = CREATED,
}: Parts = {}): string {
  return `${RULE}WARNING: DATA RACE\n${first}\n${second}\n${creations.trimEnd()}\n${RULE}`;
}

function races(text: string) {
  const evidence = readText(text);
  return { evidence, stacks: evidence.stacks, list: racesOf(evidence).flatMap((part) => part.races) };
}

/** Lines that say who accessed what, and what they say. */
const ACCESSES: readonly (readonly [string, object])[] = [
  ['Read at 0x00c00001 by goroutine 7:', { kind: 'read', address: '0x00c00001', goroutine: 7 }],
  ['Write at 0x00c00001 by goroutine 7:', { kind: 'write', address: '0x00c00001', goroutine: 7 }],
  ['Read at 0x00c00001 by main goroutine:', { kind: 'read', address: '0x00c00001', goroutine: 'main' }],
  ['Atomic write at 0x00c00001 by goroutine 7:', { kind: 'write', address: '0x00c00001', goroutine: 7 }],
  ['Atomic read at 0x00c00001 by goroutine 12:', { kind: 'read', address: '0x00c00001', goroutine: 12 }],
  ['Read by goroutine 7:', { kind: 'read', address: null, goroutine: 7 }],
  ['Write by main goroutine:', { kind: 'write', address: null, goroutine: 'main' }],
];

describe('a race report', () => {
  for (const [line, says] of ACCESSES) {
    it(`reads: ${line}`, () => expect(races(report({ first: `${line}\n${LOAD}` })).list[0].accesses[0]).toMatchObject(says));
    const previous = `Previous ${line[0].toLowerCase()}${line.slice(1)}`;
    it(`reads: ${previous}`, () =>
      expect(races(report({ second: `${previous}\n${ADD}` })).list[0].accesses[1]).toMatchObject(says));
  }

  it('keeps both stacks, leaf first, and the creation', () => {
    const { list, stacks } = races(report());
    expect(list).toHaveLength(1);
    expect(list[0].accesses.map(({ stack }) => framesOf(stacks, stack))).toEqual([
      ['main.(*Wagon).Load /src/wagon.go:14', 'main.main /src/main.go:9'],
      ['main.(*Wagon).Add /src/wagon.go:11', 'main.main.func1 /src/main.go:8'],
    ]);
    expect(list[0].creations).toMatchObject([{ goroutine: 7, state: 'running', stackRestored: true }]);
    expect(list[0]).toMatchObject({ line: 1, truncated: false });
  });

  it('reads any number of them back to back', () => {
    const { list, evidence } = races(report().repeat(5));
    expect(list.map(({ line }) => line)).toEqual([1, 19, 37, 55, 73]);
    expect(evidence.problems).toEqual([]);
  });

  it('says that a stack was not restored', () => {
    const { list } = races(report({ second: 'Previous write at 0x00c00001 by goroutine 7:\n  [failed to restore the stack]\n' }));
    expect(list[0].accesses[1]).toMatchObject({ kind: 'write', goroutine: 7, stackRestored: false });
    expect(list[0].accesses[0].stackRestored).toBe(true);
  });

  it('reads finished creators, and frames without symbols', () => {
    const { list, stacks } = races(
      report({
        first: 'Read at 0x1 by goroutine 9:\n  ??()\n      -:0 +0x47f11\n',
        creations: 'Goroutine 7 (finished) created at:\n  main.main()\n      /src/main.go:7 +0x5e\n',
      }),
    );
    expect(list[0].creations[0].state).toBe('finished');
    expect(framesOf(stacks, list[0].accesses[0].stack)[0]).toMatch(/^\?\?/);
  });

  it('counts what the program counted itself', () => {
    const [part] = racesOf(readText(`${report()}${report()}Found 2 data race(s)\nexit status 66\n`));
    expect(part.found).toBe(2);
  });

  it('is kept when it is cut, and says so', () => {
    const text = report();
    const { list, evidence } = races(text.slice(0, text.indexOf('Goroutine 7')));
    expect(list[0].accesses).toHaveLength(2);
    expect(list[0].truncated).toBe(true);
    expect(evidence.problems.some(({ severity }) => severity === 'error')).toBe(true);
  });

  it('names a report of C or C++ code instead of misreading it', () => {
    const cpp = `${RULE}WARNING: ThreadSanitizer: data race (pid=26327)\n  Write of size 4 at 0x7f1 by thread T1:\n    #0 Thread1(void*) simple_race.cc:8 (a.out+0x1)\n\n  Previous write of size 4 at 0x7f1 by thread T2:\n    #0 Thread2(void*) simple_race.cc:13 (a.out+0x2)\n\nSUMMARY: ThreadSanitizer: data race simple_race.cc:8 in Thread1(void*)\n${RULE}`;
    const { parts } = readText(cpp);
    expect(parts).toMatchObject([{ format: 'tsan-report', kind: 'data race' }]);
    expect(racesOf(readText(report() + cpp)).flatMap((part) => part.races)).toHaveLength(1);
  });
});

function fingerprintOf(text: string): string {
  const { list, stacks } = races(text);
  return fingerprintRace(list[0], stacks);
}

describe('a fingerprint', () => {
  const plain = fingerprintOf(report());

  it('is versioned and stable over releases of this project', () => {
    const { list, stacks } = races(report());
    expect(fingerprintRaceV1(list[0], stacks)).toBe('v1:364e67de7e181e62c8fe3c7606b4510e');
    expect(plain).toMatch(/^v2:[0-9a-f]{32}$/);
  });

  const SAME: Record<string, string> = {
    'other lines': report().replaceAll(':11 ', ':99 ').replaceAll(':7 ', ':70 '),
    'other addresses and offsets': report().replaceAll('0x00c00001', '0x00c0ffee').replaceAll('+0x44', '+0x4444'),
    'another goroutine': report().replaceAll('oroutine 7', 'oroutine 21'),
    'another folder': report().replaceAll('/src/', '/home/ci/build/'),
    'a creator that has finished': report().replace('(running)', '(finished)'),
    'the other side caught it': report({
      first: `Write at 0x1 by goroutine 7:\n${ADD}`,
      second: `Previous read at 0x1 by main goroutine:\n${LOAD}`,
    }),
    'another kind of access': report({ first: `Write at 0x1 by main goroutine:\n${LOAD}` }),
    'frames of the runtime': report({
      second: `Previous write at 0x1 by goroutine 7:\n  runtime.mapassign_faststr()\n      /go/map.go:1 +0x1\n${ADD}`,
    }),
  };
  for (const [what, text] of Object.entries(SAME)) it(`is the same with ${what}`, () => expect(fingerprintOf(text)).toBe(plain));

  const OTHER: Record<string, string> = {
    'another function': report().replace('(*Wagon).Load', '(*Wagon).Peek'),
    'another go statement': report().replace(
      'Goroutine 7 (running) created at:\n  main.main()',
      'Goroutine 7 (running) created at:\n  main.start()',
    ),
  };
  for (const [what, text] of Object.entries(OTHER)) it(`differs with ${what}`, () => expect(fingerprintOf(text)).not.toBe(plain));

  it('does not see which shapes a compiler chose', () => {
    const shaped = (shape: string) => report().replace('main.(*Wagon).Add', `main.(*Box[${shape}]).Add`);
    expect(fingerprintOf(shaped('go.shape.int'))).toBe(fingerprintOf(shaped('go.shape.struct { X int; Y string }')));
  });

  it('counts duplicates together', () => {
    const text = report() + report().replace('(*Wagon).Load', '(*Wagon).Peek') + report().replaceAll('oroutine 7', 'oroutine 33');
    const reader: InputReader = new InputReader({
      goroutine: () => {},
      record: () => {},
      race: (race, part) => summarizer.race(race, part),
    });
    const summarizer = new Summarizer(reader.stacks);
    reader.push(Buffer.from(text));
    const [summary] = summarizer.summarize(reader.end()) as RaceSummary[];
    expect(summary.reports).toBe(3);
    expect(summary.groups.map(({ count, races: found }) => [count, found.map(({ line }) => line)])).toEqual([
      [2, [1, 37]],
      [1, [19]],
    ]);
  });
});

describe('attribution', () => {
  const inTest = report({
    first:
      'Read at 0x1 by goroutine 9:\n  example.com/freight.(*Wagon).Load()\n      /s.go:1 +0x1\n  example.com/freight_test.TestCouple.func2()\n      /s_test.go:3 +0x1\n  testing.tRunner()\n      /go/testing.go:1 +0x1\n',
  });

  it('goes by the test in the stack, whatever the output says', () => {
    const { list, stacks } = races(
      `=== RUN   TestInnocent\n${inTest}--- FAIL: TestInnocent (0.00s)\nFAIL\nFAIL\texample.com/freight\t0.01s\n`,
    );
    expect(attributeRace(list[0], stacks)).toEqual({ test: 'TestCouple', package: 'example.com/freight', by: 'stack' });
    expect(list[0].position.test).toBe('TestInnocent');
  });

  it('goes by the place in the output where no stack names a test', () => {
    const { list, stacks } = races(
      `=== RUN   TestLate\n${report()}--- FAIL: TestLate (0.00s)\nFAIL\nFAIL\texample.com/freight\t0.01s\n`,
    );
    expect(attributeRace(list[0], stacks)).toEqual({ test: 'TestLate', package: 'example.com/freight', by: 'position' });
  });

  it('says nothing where nothing is known', () => {
    const { list, stacks } = races(report());
    expect(attributeRace(list[0], stacks)).toEqual({ test: null, package: null, by: null });
  });

  it('does not take Testify or testing helpers for tests', () => {
    const { list, stacks } = races(
      report({ first: 'Read at 0x1 by goroutine 9:\n  example.com/x.Testify()\n      /s.go:1 +0x1\n' }),
    );
    expect(attributeRace(list[0], stacks).test).toBeNull();
  });
});

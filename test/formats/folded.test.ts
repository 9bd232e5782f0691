/** Folded stacks: what is read, how names survive, what is refused. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeFolded } from '../../src/formats/folded.ts';
import type { FoldedPart } from '../../src/model/evidence.ts';
import { type Profile, ProfileBuilder, pathOf, ROOT } from '../../src/model/profile.ts';
import { readText } from '../support/read.ts';

function readFolded(text: string, ordered = false): { profile: Profile; problems: readonly { line?: number }[] } {
  const evidence = readText(text, { from: 'folded', ordered });
  return { profile: (evidence.parts[0] as FoldedPart).profile, problems: evidence.problems };
}

function stacksOf(profile: Profile): [string[], number][] {
  const stacks: [string[], number][] = [];
  for (let node = 0; node < profile.nodeCount; node++)
    if (profile.self[node] > 0) stacks.push([pathOf(profile, node), profile.self[node]]);
  return stacks;
}

function build(stacks: readonly (readonly [readonly string[], number])[]): Profile {
  const builder = new ProfileBuilder();
  for (const [path, weight] of stacks)
    builder.add(
      path.reduce((node, text) => builder.child(node, builder.text(text, 'own')), ROOT),
      weight,
    );
  return builder.build('samples');
}

const LINES: readonly (readonly [string, [string[], number][]])[] = [
  ['a;b 1', [[['a', 'b'], 1]]],
  ['a;b\t7', [[['a', 'b'], 7]]],
  ['a;b 1.5', [[['a', 'b'], 1.5]]],
  ['a;b 3\r', [[['a', 'b'], 3]]],
  ['a;b c d 3', [[['a', 'b c d'], 3]]],
  ['a 2', [[['a'], 2]]],
  ['a;;b 2', [[['a', '', 'b'], 2]]],
  ['a;b\\x3bc 2', [[['a', 'b;c'], 2]]],
  ['main.Map[go.shape.struct { X int }] 4', [[['main.Map[go.shape.struct { X int }]'], 4]]],
];

describe('folded stacks', () => {
  for (const [line, stacks] of LINES)
    it(`read ${JSON.stringify(line)}`, () => expect(stacksOf(readFolded(`${line}\n`).profile)).toEqual(stacks));

  it('are recognised by a first line of any length up to a megabyte', () => {
    for (const length of [10, 65_000, 70_000, 900_000]) {
      const { parts } = readText(`main.main;main.${'x'.repeat(length)};main.b 6\nmain.main 2\n`);
      expect(parts.map(({ format }) => format)).toEqual(['folded']);
    }
  });

  it('add up what stands there twice, and skip comments and blank lines', () => {
    expect(stacksOf(readFolded('# made by hand\na;b 1\n\na;b 4\n').profile)).toEqual([[['a', 'b'], 5]]);
  });

  it('list lines without a weight, with their numbers', () => {
    const { profile, problems } = readFolded('a;b 1\nno weight\nc -5\nd 1e6\ne 2\n');
    expect(problems.map(({ line }) => line)).toEqual([2, 3, 4]);
    expect(stacksOf(profile)).toHaveLength(2);
  });

  it('are a comparison only where every line has two weights', () => {
    const both = readFolded('a;b 1 2\na;c 3 4\n').profile;
    expect([...(both.before ?? [])]).toContain(3);
    const named = readFolded('a;goroutine 7 2\na;c 3 4\nx 1\n').profile;
    expect(named.before).toBeNull();
    expect(stacksOf(named).map(([path]) => path.join(';'))).toEqual(['a;goroutine 7', 'a;c 3', 'x']);
  });

  it('keep a name apart from another that extends it', () => {
    const { profile } = readFolded('main.run 60\nmain.run.func1 30\nmain.run;runtime.mallocgc 40\n');
    expect(profile.nodeCount).toBe(3);
  });

  it('in the order of time, join neighbours only', () => {
    const { profile } = readFolded('a;b 1\na;b 2\nc 1\na;b 4\n', true);
    expect(stacksOf(profile)).toEqual([
      [['a', 'b'], 3],
      [['c'], 1],
      [['a', 'b'], 4],
    ]);
  });

  it('have one order: that of their bytes', () => {
    const text = [
      ...writeFolded(
        build([
          [['b'], 1],
          [['a', 'z'], 1],
          [['a'], 1],
          [['\u{1f600}'], 1],
          [['\uffee'], 1],
        ]),
      ),
    ].join('');
    expect(text).toBe('a 1\na;z 1\nb 1\n\uffee 1\n\u{1f600} 1\n');
  });
});

describe('laws', () => {
  const odd = fc.constantFrom(
    'a',
    'main.run',
    'goroutine 7 500',
    'struct { X int; Y }',
    'x\\x3b',
    ' lead',
    'trail  ',
    '# c',
    '',
    'new\nline',
    'tab\t9',
    '1.5',
    ' ',
    '\\',
  );
  const name = fc.oneof(odd, fc.string({ unit: 'binary', maxLength: 12 }));
  const stacks = fc.array(fc.tuple(fc.array(name, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 1e9 })), {
    minLength: 1,
    maxLength: 8,
  });
  const merge = (list: readonly (readonly [readonly string[], number])[]) => {
    const sums = new Map<string, number>();
    for (const [path, weight] of list) sums.set(JSON.stringify(path), (sums.get(JSON.stringify(path)) ?? 0) + weight);
    return [...sums].sort();
  };

  it('what is written is read again, whatever the names hold', () => {
    fc.assert(
      fc.property(stacks, (list) => {
        const { profile, problems } = readFolded([...writeFolded(build(list))].join(''));
        expect(problems).toEqual([]);
        expect(merge(stacksOf(profile))).toEqual(merge(list));
      }),
      { numRuns: 2000 },
    );
  });

  it('the same stacks give the same bytes in any order', () => {
    fc.assert(
      fc.property(stacks, (list) => {
        expect([...writeFolded(build([...list].reverse()))].join('')).toBe([...writeFolded(build(list))].join(''));
      }),
      { numRuns: 300 },
    );
  });
});

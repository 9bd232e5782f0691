/** The page's data: what is written reads back, in few bytes. */

import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countStacks, totalWeight } from '../../src/model/profile.ts';
import { ColumnWriter, readColumn } from '../../src/render/report/columns.ts';
import type { Table } from '../../src/render/report/model.ts';
import { encodeReport } from '../../src/render/report/packpage.ts';
import type { TableData } from '../../src/render/report/pagedata.ts';
import { OWNERS } from '../../src/render/report/pageheader.ts';
import { collapse } from '../support/collapse.ts';
import { compare } from '../support/compare.ts';
import { fixtures } from '../support/fixtures.ts';
import { generateFolded } from '../support/generate.ts';
import { flameOf, pageOf, reportOf, treeLines } from '../support/report.ts';

describe('columns', () => {
  it('read back as they were written, several in one', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat()), fc.array(fc.double({ noNaN: true })), (whole, any) => {
        const writer = new ColumnWriter();
        const refs = [writer.numbers(whole), writer.numbers(any), writer.numbers([0, 127, 128, 2 ** 53 - 1])];
        const bytes = writer.finish();
        expect([...readColumn(bytes, refs[0])]).toEqual(whole);
        expect([...readColumn(bytes, refs[1])].every((value, i) => Object.is(value, any[i]) || value === any[i])).toBe(true);
        expect([...readColumn(bytes, refs[2])]).toEqual([0, 127, 128, 2 ** 53 - 1]);
      }),
    );
  });
});

describe('profiles', () => {
  for (const { name, bytes } of fixtures.filter((one) => /^(?:goroutines|race|countprofile)/.test(one.name)).slice(0, 40)) {
    it(`keep stacks, weights, owners, sides and states: ${name}`, () => {
      const profile = collapse(bytes);
      const { page, data, tree } = flameOf(profile);
      expect(tree.totals[0]).toBe(totalWeight(profile));
      expect([...tree.self].filter((weight) => weight > 0)).toHaveLength(countStacks(profile));
      expect(data.count).toBe(profile.nodeCount + 1);
      const owners = new Map(profile.texts.map((text, i) => [text, profile.owners?.[i]]));
      for (const text of data.texts.subarray(1)) expect(OWNERS[data.owners[text]]).toBe(owners.get(page.texts[text]));
      const sums = (values: ArrayLike<number> | null) => (values === null ? null : Array.from(values).reduce((a, b) => a + b, 0));
      expect(sums(data.sides)).toBe(sums(profile.sides));
      expect(sums(data.byClass)).toBe(sums(profile.byClass));
    });
  }

  it('come callers first, siblings by name, recursion and all', () => {
    const { page, tree } = flameOf(collapse('b;x 2\na;c 1\na;b 3\na 4\na;b;b 5\n'));
    expect(treeLines(tree, page.texts)).toEqual(['a 4 (13)', 'a;b 3 (8)', 'a;b;b 5 (5)', 'a;c 1 (1)', 'b 0 (2)', 'b;x 2 (2)']);
    expect([...tree.ends]).toEqual([7, 5, 4, 4, 5, 7, 7]);
  });

  it('have all of very many siblings', () => {
    const text = Array.from({ length: 130_000 }, (_, i) => `f${i} 1\n`).join('');
    expect(flameOf(collapse(text)).data.count).toBe(130_001);
  });

  it('keep the order of time where there is one', () => {
    const { page, tree } = flameOf(collapse('b;x 2\na;c 1\na;b 3\nb;x 1\n', { ordered: true }), true);
    expect(treeLines(tree, page.texts).map((line) => line.split(' ')[0])).toEqual(['b', 'b;x', 'a', 'a;c', 'a;b', 'b', 'b;x']);
  });

  it('are as wide as the larger weight where two runs are compared', () => {
    const { tree, page } = flameOf(compare('a;b 3\na;gone 4\n', 'a;b 5\na;new 1\n').profile);
    expect(tree.widths[0]).toBe(10);
    const at = Array.from(tree.texts).findIndex((text) => page.texts[text] === 'gone');
    expect([tree.widths[at], tree.totals[at], tree.beforeTotals?.[at]]).toEqual([4, 0, 4]);
  });

  it('hold fractions', () => {
    const { tree } = flameOf(compare('a 3\nb 1\n', 'a 1\n', { normalize: true }).profile);
    expect(tree.beforeTotals?.[0]).toBeCloseTo(1);
  });

  it('take about 280 KB for 100,000 frames', () => {
    const profile = collapse(generateFolded(9700));
    expect(profile.nodeCount).toBeGreaterThan(90_000);
    const bytes = encodeReport(reportOf([{ kind: 'flame', profile, ordered: false }]));
    const text = deflateRawSync(bytes, { level: 9 }).toString('base64');
    expect(text.length / profile.nodeCount).toBeLessThan(2.9);
  });
});

describe('tables', () => {
  it('read back with their blocks and links', () => {
    const table: Table = {
      rows: 3,
      sortBy: 0,
      columns: [
        { title: 'n', kind: 'count', values: Float64Array.of(3, 2, 1) },
        { title: 'change', kind: 'change', values: Float64Array.of(-1, 0, 2.5) },
        { title: 'text', kind: 'text', values: ['a', 'line\nend', ''] },
      ],
      blocks: [
        [{ title: 'stack', lines: ['f  x.go:1', 'g'] }],
        [],
        [
          { title: 'one', lines: [] },
          { title: 'two', lines: ['h'] },
        ],
      ],
      links: ['f', '', 'h'],
    };
    const read = pageOf([{ kind: 'table', title: 'T', about: 'rows', table }]).subjects[0].views[0] as TableData;
    expect(read.columns[1].values).toEqual(table.columns[1].values);
    expect(read.columns[2].values).toEqual(['a', 'line␊end', '']);
    expect({ blocks: read.blocks, links: read.links }).toEqual({ blocks: table.blocks, links: table.links });
  });
});

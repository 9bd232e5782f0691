/** Tables of names and trees against plain maps that do the same. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Float64Column, Int32Column } from '../../src/base/columns.ts';
import { ProblemList } from '../../src/base/errors.ts';
import { ByteInterner } from '../../src/base/intern.ts';
import { LatestPairs, NumberSet, PairInterner, TreeInterner } from '../../src/base/pairs.ts';

describe('tables', () => {
  it('give equal bytes equal ids, in the order of first sight', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 300 }), (names) => {
        const table = new ByteInterner();
        const known = new Map<string, number>();
        for (const bytes of names) {
          const key = Buffer.from(bytes).toString('latin1');
          if (!known.has(key)) known.set(key, known.size);
          // Not at the buffer's begin: positions must not matter.
          const shifted = Buffer.concat([Buffer.from('xy'), bytes, Buffer.from('z')]);
          expect(table.intern(shifted, 2, 2 + bytes.length)).toBe(known.get(key));
        }
        expect(table.size).toBe(known.size);
      }),
      { numRuns: 200 },
    );
  });

  const pairs = fc.array(fc.tuple(fc.nat(), fc.nat(20)), { maxLength: 400 });

  for (const Table of [PairInterner, TreeInterner]) {
    it(`${Table.name}: a node per caller and label, parents first`, () => {
      fc.assert(
        fc.property(pairs, (wanted) => {
          const table = new Table();
          const known = new Map<string, number>();
          for (const [at, label] of wanted) {
            const parent = (at % (known.size + 1)) - 1;
            const key = `${parent} ${label}`;
            if (!known.has(key)) known.set(key, known.size);
            const id = table.intern(parent, label);
            expect(id).toBe(known.get(key));
            expect([table.first.data[id], table.second.data[id]]).toEqual([parent, label]);
          }
          expect(table.size).toBe(known.size);
        }),
        { numRuns: 300 },
      );
    });
  }

  it('many children of one node are all found again', () => {
    const table = new TreeInterner();
    const ids = Array.from({ length: 5000 }, (_, label) => table.intern(-1, label));
    expect(new Set(ids).size).toBe(5000);
    ids.forEach((id, label) => {
      expect(table.intern(-1, label)).toBe(id);
    });
  });

  it('in the order of time, only the latest child is found again', () => {
    const table = new LatestPairs();
    const [a, b] = [table.intern(-1, 1), table.intern(-1, 2)];
    expect(table.intern(-1, 2)).toBe(b);
    expect(table.intern(-1, 1)).not.toBe(a);
  });

  it('a set of numbers keeps those beyond 32 bits apart', () => {
    const set = new NumberSet();
    const numbers = [0, 1, 2 ** 32, 2 ** 32 + 1, 2 ** 52, ...Array.from({ length: 3000 }, (_, i) => i * 7919)];
    for (const number of numbers) set.add(number);
    expect(set.size).toBe(new Set(numbers).size);
    for (const number of numbers) expect(set.has(number)).toBe(true);
    expect(set.has(3)).toBe(false);
  });

  it('columns grow', () => {
    const ints = new Int32Column(1);
    for (let i = 0; i < 100; i++) ints.push(i);
    expect([...ints.data.subarray(0, ints.length)]).toEqual(Array.from({ length: 100 }, (_, i) => i));
    const floats = new Float64Column(1);
    floats.reach(9);
    expect([floats.length, floats.data[9]]).toEqual([10, 0]);
  });

  it('a list of problems is bounded and says what it left out', () => {
    const list = new ProblemList();
    for (let line = ProblemList.LIMIT + 5; line > 0; line--) list.add({ severity: 'warning', message: 'odd', line });
    const problems = list.list();
    expect(problems).toHaveLength(ProblemList.LIMIT + 1);
    expect(problems.at(-1)?.message).toMatch(/^5 more/);
    expect(problems[0].line).toBeLessThan(problems[1].line as number);
  });
});

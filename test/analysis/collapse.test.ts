/** Collapsing: groups, weights, filters, creation chains, races; on small dumps whose result can be read off. */

import { describe, expect, it } from 'vitest';
import { parseGroupKeys } from '../../src/analysis/groupkeys.ts';
import { UsageError } from '../../src/base/errors.ts';
import { totalWeight } from '../../src/model/profile.ts';
import { collapse, foldedLines } from '../support/collapse.ts';
import { fixture, fixtures } from '../support/fixtures.ts';
import { readText } from '../support/read.ts';

const DUMP = `goroutine 1 [chan receive, 2 minutes]:
runtime.gopark(0x1)
\t/go/proc.go:1 +0x1
main.wait(...)
\t/src/wait.go:10 +0x1
main.main()
\t/src/main.go:3 +0x1

goroutine 5 [select, labels:{"tenant":"acme"}]:
runtime.selectgo(0x1)
\t/go/select.go:1 +0x1
main.serve(0x1)
\t/src/serve.go:20 +0x1
created by main.main in goroutine 1
\t/src/main.go:2 +0x1

goroutine 6 [select, 5 minutes]:
runtime.selectgo(0x1)
\t/go/select.go:1 +0x1
main.serve(0x1)
\t/src/serve.go:20 +0x1
created by main.accept in goroutine 5
\t/src/accept.go:7 +0x1
`;

const WAIT = 'main.main;main.wait;runtime.gopark';
const SERVE = 'main.serve;runtime.selectgo';

describe('collapse', () => {
  it('puts roots first, adds up, sorts', () => expect(foldedLines(DUMP)).toEqual([`${WAIT} 1`, `${SERVE} 2`]));

  it('weighs by waiting, minutes as seconds', () =>
    expect(foldedLines(DUMP, { weight: 'wait' })).toEqual([`${WAIT} 120`, `${SERVE} 300`]));

  it('puts FILE:LINE behind the functions', () => {
    expect(foldedLines(DUMP, { lines: true })[0]).toBe(
      'main.main /src/main.go:3;main.wait /src/wait.go:10;runtime.gopark /go/proc.go:1 1',
    );
  });

  it("hides the runtime's frames below the first user frame", () => {
    expect(foldedLines(DUMP, { userOnly: true })).toEqual(['main.main;main.wait 1', 'main.serve 2']);
  });

  const GROUPS: readonly (readonly [string, string[]])[] = [
    ['state', [`chan receive;${WAIT} 1`, `select;${SERVE} 2`]],
    ['reason', [`channel;${WAIT} 1`, `select;${SERVE} 2`]],
    ['creator', [`(no creator);${WAIT} 1`, `created by main.accept;${SERVE} 1`, `created by main.main;${SERVE} 1`]],
    ['goroutine', [`goroutine 1;${WAIT} 1`, `goroutine 5;${SERVE} 1`, `goroutine 6;${SERVE} 1`]],
    ['file', [`input1;${WAIT} 1`, `input1;${SERVE} 2`]],
    ['access', [`(no access);${WAIT} 1`, `(no access);${SERVE} 2`]],
    ['label=tenant', [`tenant=(none);${WAIT} 1`, `tenant=(none);${SERVE} 1`, `tenant=acme;${SERVE} 1`]],
    ['state,goroutine', [`chan receive;goroutine 1;${WAIT} 1`, `select;goroutine 5;${SERVE} 1`, `select;goroutine 6;${SERVE} 1`]],
    ['goroutine,state', [`goroutine 1;chan receive;${WAIT} 1`, `goroutine 5;select;${SERVE} 1`, `goroutine 6;select;${SERVE} 1`]],
  ];
  for (const [keys, lines] of GROUPS)
    it(`groups by ${keys}`, () => expect(foldedLines(DUMP, { groupBy: parseGroupKeys(keys) })).toEqual(lines));

  it('refuses a group it does not know, and names those it does', () => {
    expect(() => parseGroupKeys('state,colour')).toThrow(UsageError);
    expect(() => parseGroupKeys('label=')).toThrow(/label=KEY/);
  });

  it('filters', () => {
    expect(foldedLines(DUMP, { include: [/serve/] })).toEqual([`${SERVE} 2`]);
    expect(foldedLines(DUMP, { exclude: [/serve/] })).toEqual([`${WAIT} 1`]);
    expect(foldedLines(DUMP, { focus: [/wait$/] })).toEqual(['main.wait;runtime.gopark 1']);
    expect(foldedLines(DUMP, { hide: [/^runtime\./] })).toEqual(['main.main;main.wait 1', 'main.serve 2']);
  });

  it('filters every stack by itself, whatever flags the pattern has', () => {
    expect(foldedLines(DUMP, { include: [/serve/g] })).toEqual([`${SERVE} 2`]);
  });

  it('puts the chain of go statements before the stack', () => {
    expect(foldedLines(DUMP, { createdBy: true })).toEqual([
      `created by main.main;created by main.accept;${SERVE} 1`,
      `created by main.main;${SERVE} 1`,
      `${WAIT} 1`,
    ]);
  });

  it('survives goroutines that made each other', () => {
    const cycle =
      'goroutine 5 [select]:\nmain.f()\n\t/a.go:1 +0x1\ncreated by main.g in goroutine 6\n\t/a.go:2 +0x1\n\ngoroutine 6 [select]:\nmain.g()\n\t/a.go:3 +0x1\ncreated by main.f in goroutine 5\n\t/a.go:4 +0x1\n';
    expect(foldedLines(cycle, { createdBy: true })).toHaveLength(2);
  });

  it('keeps a goroutine without stack, and elided frames', () => {
    expect(
      foldedLines(
        'goroutine 7 [running]:\n\tgoroutine running on other thread; stack unavailable\ncreated by main.main\n\t/b.go:2 +0x3c\n',
      ),
    ).toEqual(['(stack unavailable) 1']);
    expect(
      foldedLines('goroutine 7 [running]:\nmain.f()\n\t/a.go:1 +0x1\n...9 frames elided...\nmain.main()\n\t/a.go:2 +0x1\n'),
    ).toEqual(['main.main;...9 frames elided...;main.f 1']);
  });

  it('merges several inputs, folded ones too', () => {
    const first = foldedLines([DUMP, DUMP]);
    expect(first).toEqual([`${WAIT} 2`, `${SERVE} 4`]);
    expect(foldedLines([`${first.join('\n')}\n`, DUMP, `${SERVE} 10\n`])).toEqual([`${WAIT} 3`, `${SERVE} 16`]);
    expect(foldedLines([`${SERVE} 10\n`, `${SERVE} 1\n`])).toEqual([`${SERVE} 11`]);
  });

  it('marks the stacks of a race by kind', () => {
    const { bytes } = fixture('race/pallets-map-go1.26');
    const roots = new Set(foldedLines(bytes).map((line) => line.split(';')[0]));
    expect([...roots].sort()).toEqual(['goroutine created', 'previous write', 'read', 'write']);
    const kinds = new Set(foldedLines(bytes, { groupBy: ['goroutine', 'access'] }).map((line) => line.split(';')[1]));
    expect([...kinds].sort()).toEqual(['goroutine created', 'previous write', 'read', 'write']);
  });

  it('folds the raw type lists of race reports', () => {
    const { bytes } = fixture('race/pallets-generic-atomic-go1.24');
    expect(bytes.toString()).toContain('[go.shape.');
    expect(foldedLines(bytes).join('\n')).not.toContain('go.shape');
  });
});

describe('laws over all captures', () => {
  for (const { name, bytes } of fixtures) {
    it(`${name}: the total is kept under any grouping, and the output is the same twice`, () => {
      const plain = collapse(bytes);
      const evidence = readText(bytes);
      const expected = evidence.parts.reduce((sum, part) => {
        if (part.format === 'goroutine-dump') return sum + part.goroutines.length + part.looseStacks.length;
        if (part.format === 'goroutine-profile') return sum + part.records.reduce((all, { count }) => all + count, 0);
        if (part.format === 'race-report')
          return sum + part.races.reduce((all, race) => all + race.accesses.length + race.creations.length, 0);
        return sum;
      }, 0);
      expect(totalWeight(plain)).toBe(expected);
      for (const keys of ['state', 'reason,creator', 'label=a,goroutine', 'access,file']) {
        expect(
          totalWeight(collapse(bytes, { groupBy: parseGroupKeys(keys), lines: true, userOnly: true, createdBy: true })),
        ).toBe(expected);
      }
      expect(foldedLines(bytes)).toEqual(foldedLines(bytes));
    });
  }
});

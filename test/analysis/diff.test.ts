import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDiffFailOn } from '../../src/analysis/difffail.ts';
import { suspicionOf } from '../../src/analysis/diffgroups.ts';
import { writeFolded } from '../../src/formats/folded.ts';
import { changeOf } from '../../src/model/comparison.ts';
import { totalChanges, totalWeight } from '../../src/model/profile.ts';
import { isElided } from '../../src/model/stacks.ts';
import { compare } from '../support/compare.ts';
import { fixture, fixtures } from '../support/fixtures.ts';

/** Goroutines `[state, wait, function]`, each in a function of its own package. */
function dump(goroutines: readonly (readonly [state: string, times: number, ...functions: string[]])[]): string {
  let id = 1;
  let text = '';
  for (const [state, times, ...functions] of goroutines) {
    for (let i = 0; i < times; i++) {
      const frames = functions.map((name) => `${name}(0x1)\n\t/src/app/${name.split('.').at(-1)}.go:${10 + id} +0x1\n`);
      text += `goroutine ${id++} [${state}]:\n${frames.join('')}\n`;
    }
  }
  return text;
}

const PATHS = fc.array(
  fc.tuple(
    fc.array(fc.constantFrom('a.A', 'a.B', 'b.C', 'b.D'), { minLength: 1, maxLength: 5 }),
    fc.integer({ min: 1, max: 50 }),
  ),
  { minLength: 1, maxLength: 30 },
);
const folded = (stacks: readonly (readonly [readonly string[], number])[]) =>
  stacks.map(([path, weight]) => `${path.join(';')} ${weight}\n`).join('');

describe('the law of differences', () => {
  for (const { name, bytes } of fixtures.filter((one) => /^(?:goroutines|race|countprofile|gotest)/.test(one.name))) {
    it(`of a thing and itself is nothing: ${name}`, () => {
      const { total, functions, groups, races, profile } = compare(bytes, bytes);
      expect(changeOf(total)).toBe(0);
      expect([functions, groups ?? []]).toEqual([[], []]);
      expect((races ?? []).filter(({ count }) => count.before !== count.after)).toEqual([]);
      expect(totalChanges(profile).every((change) => change === 0)).toBe(true);
    });
  }

  it('keeps both sums, turns round with the inputs, and normalises to the same sum', () => {
    fc.assert(
      fc.property(PATHS, PATHS, (one, other) => {
        const there = compare(folded(one), folded(other));
        const back = compare(folded(other), folded(one));
        expect(totalWeight(there.profile)).toBe(there.total.after);
        expect(there.profile.before?.reduce((sum, weight) => sum + weight, 0)).toBe(there.total.before);
        const changes = (of: typeof there) =>
          new Map(of.functions.map((f) => [f.function, [changeOf(f.self), changeOf(f.total)]]));
        for (const [name, [self, total]] of changes(there)) expect(changes(back).get(name)).toEqual([0 - self, 0 - total]);
        const scaled = compare(folded(one), folded(other), { normalize: true });
        expect(scaled.profile.before?.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(scaled.total.after, 6);
      }),
      { numRuns: 60 },
    );
  });
});

describe('goroutines', () => {
  const before = dump([
    ['chan receive, 1 minutes', 4, 'runtime.gopark', 'app.leak', 'app.serve'],
    ['select', 10, 'app.busy'],
    ['sleep', 2, 'app.old'],
    ['running', 1, 'main.main'],
  ]);
  const after = dump([
    ['running', 1, 'main.main'],
    ['chan receive, 90 minutes', 12, 'runtime.gopark', 'app.leak', 'app.serve'],
    ['select', 25, 'app.busy'],
    ['IO wait, 2 minutes', 3, 'app.fresh'],
  ]);
  const groups = compare(before, after).groups ?? [];
  const nameOf = (group: (typeof groups)[number]) => (group.at === null || isElided(group.at) ? '' : group.at.function);

  it('are told again although their lines moved, the suspect first', () => {
    expect(groups.map((group) => [nameOf(group), group.count.before, group.count.after])).toEqual([
      ['app.leak', 4, 12],
      ['app.busy', 10, 25],
      ['app.fresh', 0, 3],
      ['app.old', 2, 0],
    ]);
    expect(suspicionOf(groups[0])).toBeGreaterThan(suspicionOf(groups[1]));
  });

  it('keep their states and waits of both sides', () => {
    expect(groups[0].before?.maxWait).toBe(1);
    expect(groups[0].after?.maxWait).toBe(90);
    expect([...(groups[2].after?.states ?? [])]).toEqual([['IO wait', 3]]);
    expect(groups[3].after).toBeNull();
  });
});

describe('races', () => {
  it('are new, gone or still there by their fingerprints', () => {
    const races =
      compare(
        Buffer.concat([fixture('race/pallets-map-go1.26').bytes, fixture('race/gauge-race-go1.27').bytes]),
        Buffer.concat([fixture('race/pallets-map-go1.26').bytes, fixture('race/pallets-fields-go1.22').bytes]),
      ).races ?? [];
    const status = races.map(({ count }) => (count.before === 0 ? 'new' : count.after === 0 ? 'gone' : 'still'));
    expect(status).toEqual([...status].sort((a, b) => ['new', 'gone', 'still'].indexOf(a) - ['new', 'gone', 'still'].indexOf(b)));
    expect(status.filter((word) => word === 'still')).toHaveLength(2);
    expect(new Set(status).size).toBe(3);
  });

  it('are new beside a test run that found none', () => {
    const races = compare('ok  \texample.com/shop\t0.2s\nPASS\n', fixture('race/pallets-map-go1.26').bytes).races ?? [];
    expect(races.every(({ count }) => count.before === 0)).toBe(true);
    expect(races).toHaveLength(2);
  });
});

describe('folded stacks', () => {
  it('have two weights, and those of either side alone', () => {
    expect([...writeFolded(compare('a;b 3\na;c 4\n', 'a;c 6\na;d 1\n').profile)].join('')).toBe('a;b 3 0\na;c 4 6\na;d 0 1\n');
  });

  it('count a function that calls itself once', () => {
    const { functions } = compare('a;b;a 3\n', 'a;b;a 5\n');
    expect(functions[0]).toMatchObject({ function: 'a', self: { before: 3, after: 5 }, total: { before: 3, after: 5 } });
  });
});

describe('what cannot be compared', () => {
  const race = fixture('race/pallets-map-go1.26').bytes;
  const shop = fixture('goroutines/shop-go1.26').bytes;
  it('is not made comparable by results of tests beside it', () => {
    const results = '\nFAIL\texample.com/p\t0.1s\n';
    expect(() => compare(`${race}${results}`, `${shop}${results}`)).toThrow(/no difference/);
  });

  it('is said with both kinds', () => {
    expect(() => compare(race, shop)).toThrow(/before holds race reports, after holds a goroutine dump/);
    expect(() => compare('a;b 3 4\n', 'a;b 3\n')).toThrow(/before is a comparison already/);
    expect(() => compare(fixture('schedtrace/belts-schedtrace-go1.26').bytes, shop)).toThrow(/a scheduler log/);
  });
});

describe('--fail-on', () => {
  const check = (text: string, before: string, after: string) =>
    parseDiffFailOn(text).map((condition) => condition.check(compare(before, after)));

  it('judges growth by the sum, of goroutines by their number', () => {
    expect(check('growth>20%', 'a 10\n', 'a 12\n')).toEqual([null]);
    expect(check('growth>19.9%', 'a 10\n', 'a 12\n')).toEqual(['growth by 20.00%: 10 to 12 samples']);
    expect(check('growth>20%', 'a 10\n', 'b 5\n')).toEqual([null]);
    const one = dump([['select', 3, 'a.A']]);
    const other = dump([['select', 7, 'a.A']]);
    expect(check('goroutines>+4,goroutines>+3,new-group', one, other)).toEqual([null, '4 more goroutines', null]);
    expect(check('goroutines>+3', one, one)).toEqual([null]);
  });

  it('knows new races', () => {
    const race = fixture('race/pallets-map-go1.26').bytes.toString();
    expect(check('new-race', race, race)).toEqual([null]);
    expect(check('new-race', 'ok  \tx\t0.1s\nPASS\n', race)[0]).toMatch(/^2 new data races: v2:/);
  });

  it('refuses what it does not know', () => {
    for (const text of ['growth', 'growth>x', 'goroutines>5', 'race', ''])
      expect(() => parseDiffFailOn(text)).toThrow(/new-race/);
  });
});

/** What lies between a program and a file: each capture must be found again behind each of these. */

import { describe, expect, it } from 'vitest';
import { CARRIERS } from '../support/carriers.ts';
import { fixtures } from '../support/fixtures.ts';
import { essenceOf, readText } from '../support/read.ts';

/** One of each kind, small; the damage itself is the subject here. */
const SUBJECTS = [
  'goroutines/depot-worker-all-go1.24',
  'goroutines/mapfight-rw-go1.24',
  'goroutines/conveyor-quit-go1.19',
  'goroutines/route-debug2-go1.27',
  'goroutines/lockers-go1.26',
  'race/pallets-parties-go1.19',
  'race/jam-map-go1.23',
  'countprofile/route-debug1-go1.24',
];

for (const name of SUBJECTS) {
  const one = fixtures.find((each) => each.name === name);
  describe(`${name} behind`, () => {
    const text = (one as NonNullable<typeof one>).bytes.toString('utf8');
    const wanted = essenceOf(readText(text));
    it('nothing: something is found', () => expect(wanted.length).toBeGreaterThan(1));
    for (const [carrier, change] of Object.entries(CARRIERS)) {
      it(carrier, () => expect(essenceOf(readText(change(text))).sort()).toEqual([...wanted].sort()));
    }
  });
}

describe('in between', () => {
  it('lines of the application cost no goroutine, and are listed', () => {
    const text =
      'goroutine 1 [running]:\nmain.f(0x1)\n2026/01/01 00:00:00 tick\n\t/a.go:1 +0x1\nmain.main()\n\t/a.go:9 +0x1\n\ngoroutine 2 [select]:\n!!! odd line !!!\nmain.g()\n\t/b.go:1 +0x1\n';
    const evidence = readText(text);
    expect(essenceOf(evidence).filter((entry) => entry.startsWith('['))).toHaveLength(2);
    expect(JSON.stringify(essenceOf(evidence))).toContain('main.f /a.go:1');
    expect(evidence.problems.map(({ line }) => line)).toContain(9);
  });
});

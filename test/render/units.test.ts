/** Durations as they stand in tables: of any size within their column. */

import { describe, expect, it } from 'vitest';
import { formatDuration } from '../../src/render/units.ts';

describe('a duration', () => {
  it('is told in the unit that fits', () => {
    const wanted: readonly (readonly [number, string])[] = [
      [0, '0 ns'],
      [443, '443 ns'],
      [15_100_000, '15.1 ms'],
      [2e9, '2.00 s'],
      [99_999e9, '99999 s'],
      [172_800e9, '2.00 d'],
      [1180591620717e9, '37411 y'],
      [4722366482870e9, '1.5e5 y'],
      [-172_800e9, '-2.00 d'],
    ];
    for (const [ns, text] of wanted) expect(formatDuration(ns)).toBe(text);
  });

  it('takes nine columns at most, whatever it is', () => {
    let count = 0;
    for (let power = 0; power < 30; power++) {
      for (const digit of [1, 1.5, 9.994, 9.9949, 9.9951, 9.9999]) {
        const text = formatDuration(digit * 10 ** power);
        expect(text.length, `${digit}e${power}: ${text}`).toBeLessThanOrEqual(9);
        expect(text).not.toMatch(/NaN|Infinity|undefined/);
        count++;
      }
    }
    expect(count).toBe(180);
  });
});

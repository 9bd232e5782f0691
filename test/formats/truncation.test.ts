/** Inputs that end anywhere: what was whole stays, nothing else passes for whole, no other exception. */

import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import type { Evidence } from '../../src/model/evidence.ts';
import { fixture } from '../support/fixtures.ts';
import { dumpsOf, essenceOf, framesOf, racesOf, readText } from '../support/read.ts';

const DUMPS = ['goroutines/mapfight-rw-go1.24', 'goroutines/depot-nested-go1.23', 'goroutines/lockers-go1.27'];
const RACES = ['race/pallets-parties-go1.19', 'race/jam-map-go1.23'];

function readOrNull(bytes: Uint8Array): Evidence | null {
  try {
    return readText(bytes);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

function hasError(evidence: Evidence): boolean {
  return evidence.problems.some(({ severity }) => severity === 'error');
}

/** The runtime's frames that start `main.main` are missing in most dumps: a cut among them cannot be seen. */
function looksWhole(frames: readonly string[], all: readonly string[]): boolean {
  const missing = all.slice(frames.length);
  const same = frames.every((frame, i) => frame === all[i]);
  return (
    same &&
    (missing.length === 0 ||
      (/^(?:main\.main|runtime\.main) /.test(frames.at(-1) ?? '') && missing.every((frame) => frame.startsWith('runtime.'))))
  );
}

describe('cut at every byte', () => {
  for (const name of DUMPS) {
    it(name, () => {
      const { bytes } = fixture(name);
      const whole = readText(bytes);
      const stacksById = new Map(
        dumpsOf(whole).flatMap((dump) => dump.goroutines.map((g) => [g.id, framesOf(whole.stacks, g.stack)] as const)),
      );
      for (let at = 1; at < bytes.length; at++) {
        const evidence = readOrNull(bytes.subarray(0, at));
        for (const goroutine of evidence === null ? [] : dumpsOf(evidence).flatMap((dump) => dump.goroutines)) {
          const frames = framesOf((evidence as Evidence).stacks, goroutine.stack);
          const isWhole = looksWhole(frames, stacksById.get(goroutine.id) ?? []);
          if (!isWhole)
            expect({ at, id: goroutine.id, told: goroutine.truncated && hasError(evidence as Evidence) }).toEqual({
              at,
              id: goroutine.id,
              told: true,
            });
        }
      }
    });
  }

  for (const name of RACES) {
    it(name, () => {
      const { bytes } = fixture(name);
      const whole = readText(bytes);
      const known = new Set(essenceOf(whole));
      for (let at = 1; at < bytes.length; at++) {
        const evidence = readOrNull(bytes.subarray(0, at));
        if (evidence === null) continue;
        const races = racesOf(evidence).flatMap((part) => part.races);
        races.forEach((race, i) => {
          if (!race.truncated) expect(race.accesses).toHaveLength(2);
          else expect({ at, last: i === races.length - 1, told: hasError(evidence) }).toEqual({ at, last: true, told: true });
        });
        const complete = essenceOf(evidence).filter((entry) => entry.startsWith('[') && !entry.endsWith('true]'));
        for (const entry of complete)
          if (!known.has(entry)) expect({ at, entry }).toEqual({ at, entry: 'one of the whole input' });
      }
    });
  }
});

describe('given in pieces', () => {
  for (const name of [...DUMPS, ...RACES, 'countprofile/route-debug1-go1.24', 'gotest/freight-json-go1.24']) {
    it(`${name}: the same, whatever their size`, () => {
      const { bytes } = fixture(name);
      const wanted = readText(bytes);
      for (const step of [1, 7, 64, 1000]) {
        const evidence = readText(bytes, { step });
        expect(essenceOf(evidence)).toEqual(essenceOf(wanted));
        expect(evidence.problems).toEqual(wanted.problems);
      }
    });
  }
});

/**
 * Captures behind carriers, mutated: no exception but InputError, no hang, and the same for chunks of any size.
 *
 * A quarter of GOFLAME_FUZZ is the number of inputs, GOFLAME_FUZZ_SEED where they begin; a failure names the seed that repeats it.
 */

import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { CARRIERS } from '../support/carriers.ts';
import { fixtures } from '../support/fixtures.ts';
import { makeRandom } from '../support/generate.ts';
import { essenceOf, readText } from '../support/read.ts';

const INPUTS = Math.ceil(Number(process.env.GOFLAME_FUZZ ?? 8000) / 4);
const FIRST_SEED = Number(process.env.GOFLAME_FUZZ_SEED ?? 1);
const SLOWEST_MS = 2000;
const NAMES = Object.keys(CARRIERS);
const HOSTILE = [
  '"',
  '""',
  "'",
  '\n',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ';',
  '\t',
  '---\n',
  '<',
  '>',
  '<![CDATA[',
  '&#xA;',
  '|',
  '|n',
  '##teamcity[',
  ': ',
  '- ',
  '\u0000',
  '^M\n',
];

function mutate(seed: number): Buffer {
  const random = makeRandom(seed * 2654435761);
  const source = fixtures[random(fixtures.length)].bytes;
  const from = Math.max(0, source.lastIndexOf(10, random(source.length)) + 1);
  const begin = random(3) === 0 ? Math.max(0, from - 20_000) : from;
  const text = source.subarray(begin, from + 200 + random(2500)).toString('utf8');
  let bytes = Buffer.from(CARRIERS[NAMES[random(NAMES.length)]](text));
  if (random(4) === 0) bytes = Buffer.concat([bytes, Buffer.from(CARRIERS[NAMES[random(NAMES.length)]](text))]);
  for (let left = random(5); left > 0; left--) {
    const at = random(bytes.length + 1);
    const piece = random(3) === 0 ? Buffer.alloc(0) : Buffer.from(HOSTILE[random(HOSTILE.length)]);
    bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + random(2) * random(60))]);
  }
  return random(5) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
}

function run(bytes: Buffer, step: number): string {
  try {
    const evidence = readText(bytes, { step });
    return JSON.stringify([essenceOf(evidence), evidence.problems]);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

describe('mutated carriers', () => {
  it(`${INPUTS} inputs from seed ${FIRST_SEED}, ${NAMES.length} carriers`, { timeout: 1_800_000 }, () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + INPUTS; seed++) {
      const bytes = mutate(seed);
      const began = performance.now();
      try {
        const whole = run(bytes, 1 << 20);
        // What the first bytes are is judged by 64 KB, or by all there is.
        if (seed % 3 === 0 && bytes.length < 60_000) expect(run(bytes, 1 + (seed % 41))).toBe(whole);
      } catch (error) {
        throw new Error(`GOFLAME_FUZZ_SEED=${seed} GOFLAME_FUZZ=1: ${(error as Error).message}`, { cause: error });
      }
      if (performance.now() - began > SLOWEST_MS) throw new Error(`GOFLAME_FUZZ_SEED=${seed} GOFLAME_FUZZ=1 took too long`);
    }
  });
});

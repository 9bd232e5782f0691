/**
 * Compressed captures with bytes changed, cut, doubled and put behind. Whatever comes out: no exception but InputError, the
 * same for pieces of any size, all of it where zlib finds nothing wrong, and never less than all without a problem.
 */

import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decompress } from '../../src/base/decompress.ts';
import { InputError, type Problem } from '../../src/base/errors.ts';
import { fixtures } from '../support/fixtures.ts';
import { makeRandom } from '../support/generate.ts';

const INPUTS = Math.ceil(Number(process.env.GOFLAME_FUZZ ?? 10_000) / 20);
const FIRST_SEED = Number(process.env.GOFLAME_FUZZ_SEED ?? 1);

async function* pieces(bytes: Uint8Array, step: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

async function unpack(bytes: Uint8Array, step: number): Promise<{ plain: Buffer; problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const parts: Buffer[] = [];
  try {
    for await (const part of decompress(pieces(bytes, step), (problem) => problems.push(problem))) parts.push(Buffer.from(part));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problems.push({ severity: 'error', message: error.message });
  }
  return { plain: Buffer.concat(parts), problems };
}

function mutate(seed: number): { bytes: Buffer; plain: Buffer } {
  const random = makeRandom(seed * 48271);
  const source = fixtures[random(fixtures.length)].bytes;
  const at = random(source.length);
  const one = source.subarray(at, at + 50 + random(3000));
  const members = Array.from({ length: 1 + random(3) }, () => one);
  let bytes: Buffer = Buffer.concat(members.map((member) => gzipSync(member, { level: 1 + random(9) })));
  for (let left = random(3); left > 0; left--) {
    const place = 2 + random(bytes.length - 2);
    const kind = random(5);
    if (kind === 0) bytes[place] ^= 1 << random(8);
    else if (kind === 1) bytes = Buffer.from(bytes.subarray(0, place));
    else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + random(40))]);
    else if (kind === 3) bytes = Buffer.concat([bytes, Buffer.alloc(random(600))]);
    else bytes = Buffer.concat([bytes, one.subarray(0, random(20))]);
  }
  return { bytes, plain: Buffer.concat(members) };
}

describe('compressed captures', () => {
  it(`${INPUTS} of them, damaged, are told as they are`, async () => {
    const seen = { whole: 0, damaged: 0, trailing: 0 };
    for (let seed = FIRST_SEED; seed < FIRST_SEED + INPUTS; seed++) {
      const { bytes, plain } = mutate(seed);
      const result = await unpack(bytes, 1 << 20);
      const small = await unpack(bytes, 1 + (seed % 700));
      const what = `seed ${seed}`;
      expect(small.plain.equals(result.plain), what).toBe(true);
      expect(small.problems.length, what).toBe(result.problems.length);
      let reference: Buffer | null = null;
      try {
        reference = gunzipSync(bytes);
      } catch {
        // Damage, or bytes behind the data, which zlib takes for damage.
      }
      const isDamaged = result.problems.some(({ severity }) => severity === 'error');
      if (reference !== null) {
        expect(isDamaged, what).toBe(false);
        expect(result.plain.equals(reference), what).toBe(true);
        seen.whole++;
      } else {
        expect(result.problems.length, what).toBeGreaterThan(0);
        if (isDamaged) seen.damaged++;
        else {
          seen.trailing++;
          // Whole members stand before what is ignored.
          expect(plain.subarray(0, result.plain.length).equals(result.plain), what).toBe(true);
        }
      }
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(INPUTS / 50);
  }, 3_600_000);
});

/**
 * Captures with pieces changed, cut, doubled and mixed. Whatever comes out: no exception but InputError, no hang, the
 * same result for any size of chunks, and the same by the fast way (dump lines taken off the bytes) as by the slow one.
 *
 * GOFLAME_FUZZ is the number of inputs, GOFLAME_FUZZ_SEED where they begin; a failure names the seed that repeats it.
 */

import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { InputReader } from '../../src/formats/reader.ts';
import { fixtures } from '../support/fixtures.ts';
import { makeRandom } from '../support/generate.ts';

const INPUTS = Number(process.env.GOFLAME_FUZZ ?? 4000);
const FIRST_SEED = Number(process.env.GOFLAME_FUZZ_SEED ?? 1);
const SLOWEST_MS = 2000;

const HOSTILE = [
  'goroutine 1 [running]:\n',
  'goroutine 99999999999999999999 [x]:\n',
  '==================\n',
  'WARNING: DATA RACE\n',
  '{"Action":"output","Package":"p","Output":"WARNING: DATA RACE\\n"}\n',
  'x | goroutine 3 [select]:\n',
  'panic: x\n',
  'fatal error: y\n',
  '\u0000',
  '\u001b[31m',
  '{"a":[[[',
  '"',
  '\\n',
  '%0A',
  'created by main.f in goroutine 9\n',
  '\t/a/b.go:3 +0x1\n',
  'goroutine profile: total 3\n',
  '-----\n',
  'runtime stack:\n',
  '[originating from goroutine 4]:\n',
  '&lt;',
  '(',
  ')',
  '[',
  ']',
  '\r',
  '...3 frames elided...\n',
  'rax 0x0\n',
  'a;b 3\n',
];

function mutate(seed: number): Buffer {
  const random = makeRandom(seed * 2654435761);
  const pick = () => fixtures[random(fixtures.length)].bytes;
  const source = pick();
  const length = 200 + random(4000);
  const from = random(3) > 0 ? Math.max(0, source.lastIndexOf(10, random(source.length)) + 1) : 0;
  let bytes = Buffer.from(source.subarray(from, from + length));
  for (let left = 1 + random(6); left > 0; left--) {
    const at = random(bytes.length + 1);
    const insert = (piece: Uint8Array) => Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
    const kind = random(5);
    if (kind === 0 && bytes.length > 0) bytes[at % bytes.length] = random(256);
    else if (kind === 1) bytes = insert(Buffer.from(HOSTILE[random(HOSTILE.length)]));
    else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random(100))]);
    else if (kind === 3) bytes = insert(pick().subarray(0, random(1000)));
    else if (kind === 4) bytes = Buffer.from(bytes.subarray(0, at));
  }
  return bytes;
}

/** All that is read, as text; the message where nothing is. */
function run(bytes: Buffer, step: number, keepArguments = false): string {
  const seen: unknown[] = [];
  const reader: InputReader = new InputReader(
    {
      goroutine: (g) => seen.push([g.id, g.state, reader.stacks.framesAt(g.stack), g.line, g.truncated]),
      race: (race) => seen.push([race.line, race.truncated, race.accesses.map(({ stack }) => reader.stacks.framesAt(stack))]),
      record: (record) => seen.push([record.count, reader.stacks.framesAt(record.stack)]),
    },
    { keepArguments },
  );
  try {
    for (let at = 0; at < bytes.length; at += step) reader.push(bytes.subarray(at, at + step));
    const { problems, parts } = reader.end();
    return JSON.stringify([
      seen,
      problems,
      parts.map((part) => [part.format, 'line' in part ? part.line : 0, 'crash' in part ? part.crash : null]),
    ]);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

describe('mutated captures', () => {
  it(`${INPUTS} inputs from seed ${FIRST_SEED}`, { timeout: 1_800_000 }, () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + INPUTS; seed++) {
      const bytes = mutate(seed);
      const began = performance.now();
      let whole: string;
      try {
        whole = run(bytes, 1 << 20);
        // Keeping arguments takes every line the slow way.
        if (seed % 2 === 0) expect(run(bytes, 1 << 20, true)).toBe(whole);
        if (seed % 5 === 0) expect(run(bytes, 1 + (seed % 41))).toBe(whole);
      } catch (error) {
        throw new Error(`GOFLAME_FUZZ_SEED=${seed} GOFLAME_FUZZ=1: ${(error as Error).message}`, { cause: error });
      }
      if (performance.now() - began > SLOWEST_MS) throw new Error(`GOFLAME_FUZZ_SEED=${seed} GOFLAME_FUZZ=1 took too long`);
    }
  });
});

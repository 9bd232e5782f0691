/** Compressed input: recognised by content, in pieces of any size, damaged, nested, and far larger than it looks. */

import * as zlib from 'node:zlib';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decompress } from '../../src/base/decompress.ts';
import { InputError, type Problem } from '../../src/base/errors.ts';

async function* pieces(bytes: Uint8Array, step: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

async function unpack(bytes: Uint8Array, step = 1 << 16): Promise<{ text: string; problems: Problem[] }> {
  const problems: Problem[] = [];
  const chunks: Buffer[] = [];
  for await (const chunk of decompress(pieces(bytes, step), (problem) => problems.push(problem))) chunks.push(Buffer.from(chunk));
  return { text: Buffer.concat(chunks).toString(), problems };
}

const TEXT = 'goroutine 1 [running]:\n'.repeat(5000);

describe('decompress', () => {
  for (const step of [1, 7, 1000, 1 << 20]) {
    it(`gzip in pieces of ${step}`, async () => expect(await unpack(gzipSync(TEXT), step)).toEqual({ text: TEXT, problems: [] }));
  }

  it('passes plain bytes through', async () => expect((await unpack(Buffer.from(TEXT))).text).toBe(TEXT));
  it('passes very short input through', async () => expect((await unpack(Buffer.from('a'))).text).toBe('a'));
  it('unpacks several members and nested files', async () => {
    expect((await unpack(Buffer.concat([gzipSync('one '), gzipSync('two')]))).text).toBe('one two');
    expect((await unpack(gzipSync(gzipSync(TEXT)))).text).toBe(TEXT);
  });

  it('gives what came before damage, and says so', async () => {
    const bytes = gzipSync(TEXT);
    const { text, problems } = await unpack(bytes.subarray(0, bytes.length - 20));
    expect(TEXT.startsWith(text)).toBe(true);
    expect(problems).toMatchObject([{ severity: 'error' }]);
  });

  for (const [name, magic] of Object.entries({ xz: 'fd377a585a00', bzip2: '425a683931', zip: '504b030414' })) {
    it(`names ${name}, which it cannot unpack`, async () => {
      await expect(unpack(Buffer.from(`${magic}00000000000000`, 'hex'))).rejects.toThrow(InputError);
      await expect(unpack(Buffer.from(`${magic}00000000000000`, 'hex'))).rejects.toThrow(name);
    });
  }

  const zstd = (zlib as unknown as { zstdCompressSync?: (text: string) => Buffer }).zstdCompressSync;
  it(`Zstandard ${zstd === undefined ? 'is named where Node cannot unpack it' : 'where Node has it'}`, async () => {
    if (zstd === undefined) await expect(unpack(Buffer.from('28b52ffd0000000000', 'hex'))).rejects.toThrow('zstd -dc');
    else expect((await unpack(zstd(TEXT))).text).toBe(TEXT);
  });

  it('hands out a bomb in bounded steps', async () => {
    const bomb = gzipSync(Buffer.alloc(200e6));
    let largest = 0;
    let sum = 0;
    for await (const chunk of decompress(pieces(bomb, 1 << 20), () => {})) {
      largest = Math.max(largest, chunk.length);
      sum += chunk.length;
    }
    expect(sum).toBe(200e6);
    expect(largest).toBeLessThan(1e6);
  });

  it('takes every step that a member can be split at', async () => {
    const bytes = Buffer.concat([gzipSync('one '), gzipSync('two'), Buffer.alloc(5)]);
    for (let step = 1; step <= bytes.length; step++) {
      expect(await unpack(bytes, step)).toEqual({ text: 'one two', problems: [] });
    }
  });
});

/** A small text that deflate has to work for: literals, matches, several lengths. */
const SMALL = Array.from({ length: 60 }, (_, i) => `goroutine ${i * i} [select, ${i} minutes]:\nmain.f${i % 7}(0x${i})\n`).join(
  '',
);

async function outcome(
  bytes: Uint8Array,
  step?: number,
): Promise<{ text: string; damage: string | null; warning: string | null }> {
  try {
    const { text, problems } = await unpack(bytes, step);
    const of = (severity: Problem['severity']) => problems.find((problem) => problem.severity === severity)?.message ?? null;
    return { text, damage: of('error'), warning: of('warning') };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { text: '', damage: error.message, warning: null };
  }
}

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

describe('damaged gzip data', () => {
  const whole = gzipSync(SMALL);

  it('is told for every bit that can flip, as Go, gzip and zlib tell it, and never in silence', async () => {
    const seen = { whole: 0, damaged: 0 };
    const bits = 8 * whole.length;
    // All of the header, the first block's head and the trailer; some of the data. The magic number is left alone.
    for (let bit = 16; bit < bits; bit += bit < 600 || bit > bits - 80 ? 1 : 7) {
      const bytes = Buffer.from(whole);
      bytes[bit >> 3] ^= 1 << (bit & 7);
      let reference: string | null = null;
      try {
        reference = zlib.gunzipSync(bytes).toString();
      } catch {
        // Damage is what the reference finds.
      }
      const { text, damage } = await outcome(bytes);
      if (reference !== null) {
        expect({ bit, text, damage }).toEqual({ bit, text: reference, damage: null });
        seen.whole++;
      } else {
        expect(damage, `bit ${bit}`).toMatch(/^damaged gzip data near its compressed byte \d+: /);
        seen.damaged++;
      }
    }
    expect(seen.damaged).toBeGreaterThan(1000);
    expect(seen.whole).toBeGreaterThan(40);
  });

  it('gives what came before it, to within 64 compressed bytes', async () => {
    for (let at = 200; at < whole.length - 8; at += 23) {
      const bytes = Buffer.from(whole);
      bytes.fill(0xff, at, at + 4);
      const { text } = await outcome(bytes);
      const { text: before } = await outcome(whole.subarray(0, at - 64));
      expect(commonPrefix(text, SMALL), `damage at ${at}`).toBeGreaterThanOrEqual(before.length);
    }
  });

  it('is told at every place that the data can be cut at, with what came before it', async () => {
    let last = 0;
    for (let length = 6; length < whole.length; length++) {
      const { text, damage } = await outcome(whole.subarray(0, length), 100);
      expect(damage, `cut at ${length}`).toContain('cut off');
      expect(SMALL.startsWith(text)).toBe(true);
      expect(text.length).toBeGreaterThanOrEqual(last);
      last = text.length;
    }
    expect(last).toBe(SMALL.length);
  });

  it('of a second member leaves the first one whole', async () => {
    const second = gzipSync('goroutine 2 [running]:\n'.repeat(50));
    for (const bit of [30, 90, 200, 8 * second.length - 70, 8 * second.length - 40, 8 * second.length - 3]) {
      const bytes = Buffer.from(second);
      bytes[bit >> 3] ^= 1 << (bit & 7);
      const { text, damage } = await outcome(Buffer.concat([whole, bytes]));
      expect(text.startsWith(SMALL)).toBe(true);
      expect(damage, `bit ${bit}`).not.toBeNull();
    }
  });

  it('that is more than what is kept is told all the same', async () => {
    const noise = Buffer.alloc(3 << 20);
    for (let i = 0, x = 1; i < noise.length; i++) {
      x = (Math.imul(x, 1103515245) + 12345) >>> 0;
      noise[i] = x >>> 24;
    }
    const bytes = gzipSync(noise);
    bytes.fill(0, bytes.length >> 1, (bytes.length >> 1) + 9);
    const problems: Problem[] = [];
    let length = 0;
    for await (const piece of decompress(pieces(bytes, 1 << 20), (problem) => problems.push(problem))) length += piece.length;
    expect(problems).toMatchObject([{ severity: 'error' }]);
    expect(length).toBeGreaterThan((noise.length >> 1) - (64 << 10));
  });
});

describe('bytes behind gzip data', () => {
  const whole = gzipSync(SMALL);
  const CASES: readonly (readonly [string, Buffer, string | null])[] = [
    ['zeros', Buffer.alloc(1000), null],
    ['one letter', Buffer.from('x'), '1 byte behind the gzip data is ignored'],
    ['a newline', Buffer.from('\n'), '1 byte behind the gzip data is ignored'],
    ['a line', Buffer.from('some text'), '9 bytes behind the gzip data are ignored'],
    ['zeros and a line', Buffer.concat([Buffer.alloc(3), Buffer.from('text')]), '4 bytes behind the gzip data are ignored'],
    ['half of a magic number', Buffer.from([0x1f]), '1 byte behind the gzip data is ignored'],
  ];
  for (const [name, tail, warning] of CASES) {
    it(`${name}: ${warning ?? 'no complaint'}`, async () => {
      for (const step of [1, 5, 1 << 16])
        expect(await outcome(Buffer.concat([whole, tail]), step)).toEqual({ text: SMALL, damage: null, warning });
    });
  }

  const zstd = (zlib as unknown as { zstdCompressSync?: (text: string) => Buffer }).zstdCompressSync;
  it.skipIf(zstd === undefined)('Zstandard frames that follow each other are one stream', async () => {
    const frame = (zstd as (text: string) => Buffer)(SMALL);
    const skippable = Buffer.from([0x51, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2]);
    for (const step of [1, 100, 1 << 16]) {
      const both = await outcome(Buffer.concat([frame, skippable, frame]), step);
      expect(both).toEqual({ text: SMALL + SMALL, damage: null, warning: null });
      const { text, warning } = await outcome(Buffer.concat([frame, Buffer.from('text')]), step);
      expect({ text, warning }).toEqual({ text: SMALL, warning: '4 bytes behind the zstd data are ignored' });
      expect((await outcome(frame.subarray(0, frame.length - 3), step)).damage).toContain('cut');
    }
  });
});

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
});

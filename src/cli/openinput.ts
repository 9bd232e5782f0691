/** A file or stdin → chunks of bytes. */

import { closeSync, fstatSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';

const CHUNK_BYTES = 1 << 20;
const SMALL_BYTES = 1 << 18;

/** Bytes of an input, and how many there will be where that is known. Chunks are to be used up one by one, unless they `stay`. */
export function openInput(file: string, stay = false): { bytes: AsyncIterable<Uint8Array>; size: number | null } {
  if (file === '-') {
    if (process.stdin.isTTY) process.stderr.write('goflame: reading from the terminal; end with Ctrl-D, or name a file\n');
    return { bytes: process.stdin, size: null };
  }
  const fd = openSync(file, 'r');
  const stat = fstatSync(fd);
  const size = stat.isFile() ? stat.size : null;
  return { bytes: size !== null && size <= SMALL_BYTES && !stay ? readSmall(fd) : readLarge(fd, stay), size };
}

/** A small file at once: anything asynchronous would cost more than reading it. */
async function* readSmall(fd: number): AsyncGenerator<Uint8Array> {
  const chunk = Buffer.allocUnsafe(SMALL_BYTES);
  try {
    for (let length = readSync(fd, chunk); length > 0; length = readSync(fd, chunk)) yield chunk.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}

/** Chunks that share one buffer, unless they stay. */
async function* readLarge(fd: number, stay: boolean): AsyncGenerator<Uint8Array> {
  let chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  const readMore = promisify(read) as (fd: number, buffer: Buffer) => Promise<{ bytesRead: number }>;
  try {
    for (;;) {
      const { bytesRead } = await readMore(fd, chunk);
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
      if (stay) chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    }
  } finally {
    closeSync(fd);
  }
}

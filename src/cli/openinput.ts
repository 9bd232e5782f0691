/** A file or stdin → chunks of bytes. */

import { closeSync, fstatSync, openSync, read, readSync, type Stats } from 'node:fs';
import { promisify } from 'node:util';
import { InputError } from '../base/errors.ts';
import { systemText } from './exit.ts';
import { systemName } from './filenames.ts';
import { note } from './streams.ts';

const CHUNK_BYTES = 1 << 20;
const SMALL_BYTES = 1 << 18;

const FOLDER = 'is a folder; a file is expected';

/**
 * Bytes of an input, and how many there will be where that is known. Chunks are to be used up one by one, unless they
 * `stay`. @throws InputError without the file's name, which the caller knows; so does reading
 */
export function openInput(file: string, stay = false): { bytes: AsyncIterable<Uint8Array>; size: number | null } {
  if (file === '-') {
    if (process.stdin.isTTY) note('goflame: reading from the terminal; end with Ctrl-D, or name a file\n');
    if (fstatSync(0).isDirectory()) throw new InputError(FOLDER);
    return { bytes: readable(process.stdin), size: null };
  }
  let fd: number;
  let stat: Stats;
  try {
    fd = openSync(systemName(file), 'r');
    stat = fstatSync(fd);
  } catch (error) {
    throw new InputError(systemText(error as NodeJS.ErrnoException));
  }
  if (stat.isDirectory()) {
    closeSync(fd);
    throw new InputError(FOLDER);
  }
  const size = stat.isFile() ? stat.size : null;
  return { bytes: readable(size !== null && size <= SMALL_BYTES && !stay ? readSmall(fd) : readLarge(fd, stay)), size };
}

/** The same bytes, whose errors are those of an input. */
async function* readable(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    throw new InputError(`cannot be read: ${systemText(error as NodeJS.ErrnoException)}`);
  }
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

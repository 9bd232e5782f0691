/** Decompresses a stream of bytes, recognised by its first bytes. What is plain passes through. */

import type zlib from 'node:zlib';
import { InputError, type Problem } from './errors.ts';
import { openGzip } from './gzip.ts';
import { type Members, unpackMembers } from './members.ts';
import { openZstd } from './zstd.ts';

/** A compressed file inside a compressed file is opened this many times. */
const MAX_NESTING = 3;
/** Bytes that tell the compression apart. */
const MAGIC_BYTES = 6;

interface Compression {
  readonly name: string;
  readonly magic: readonly number[];
  /** The command that decompresses it, for a message. */
  readonly tool: string;
  /** Null where it cannot be decompressed: never, or not by this version of Node. */
  readonly open: ((from: typeof zlib) => Members | null) | null;
}

const COMPRESSIONS: readonly Compression[] = [
  { name: 'gzip', magic: [0x1f, 0x8b], tool: 'gzip -dc', open: openGzip },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], tool: 'zstd -dc', open: openZstd },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], tool: 'xz -dc', open: null },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68], tool: 'bzip2 -dc', open: null },
  { name: 'zip', magic: [0x50, 0x4b, 0x03, 0x04], tool: 'unzip -p', open: null },
];

/**
 * The plain bytes of a stream that may be compressed. As gzip does it: members that follow each other are one stream,
 * zero bytes behind the last are padding, other bytes there are ignored with a warning. What came before damage is
 * handed out; the damage goes to `onProblem`, with its offset in the compressed bytes.
 * @throws InputError for a compression that cannot be undone here, and where damage left no byte.
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  onProblem: (problem: Problem) => void,
  nesting = 0,
): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  const { head, done } = await readHead(iterator);
  const chunks = resume(head, iterator, done);
  const compression = COMPRESSIONS.find(({ magic }) => magic.every((byte, i) => head[i] === byte));
  if (compression === undefined) {
    yield* chunks;
    return;
  }
  const { name, tool, open } = compression;
  // Loaded only where something is compressed: it takes milliseconds.
  const members = nesting >= MAX_NESTING || open === null ? null : open(await import('node:zlib'));
  if (members === null)
    throw new InputError(`${name} compression: decompress it first, for example ${tool} FILE | goflame …`, { offset: 0 });
  yield* decompress(unpackMembers(chunks, members, onProblem), onProblem, nesting + 1);
}

async function readHead(iterator: AsyncIterator<Uint8Array>): Promise<{ head: Buffer; done: boolean }> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < MAGIC_BYTES) {
    const next = await iterator.next();
    if (next.done) return { head, done: true };
    head = head.length === 0 ? Buffer.from(next.value) : Buffer.concat([head, next.value]);
  }
  return { head, done: false };
}

async function* resume(head: Buffer, iterator: AsyncIterator<Uint8Array>, done: boolean): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    if (done) return;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

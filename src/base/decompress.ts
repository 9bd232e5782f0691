/** Streams out of compressed streams, recognised by their first bytes. */

import type zlib from 'node:zlib';
import { InputError, type Problem } from './errors.ts';

/** Compressed bytes given to the inflater at a time: bounds what one step can expand to (about 1,000 times). */
const STEP_BYTES = 16 << 10;
/** A compressed file inside a compressed file is opened this many times. */
const MAX_NESTING = 3;
/** Bytes that tell the compression apart. */
const MAGIC_BYTES = 6;

interface Inflater {
  readonly name: string;
  readonly magic: readonly number[];
  /** Null where there is none; gives null where this Node has none. */
  readonly create: ((from: typeof zlib) => zlib.Gunzip | null) | null;
}

/** Zstandard came with Node 22.15 and 23.8. */
function createZstd(from: typeof zlib): zlib.Gunzip | null {
  return (from as unknown as { createZstdDecompress?: () => zlib.Gunzip }).createZstdDecompress?.() ?? null;
}

const INFLATERS: readonly Inflater[] = [
  { name: 'gzip', magic: [0x1f, 0x8b, 0x08], create: (from) => from.createGunzip() },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], create: createZstd },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], create: null },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68], create: null },
  { name: 'zip', magic: [0x50, 0x4b, 0x03, 0x04], create: null },
];

/**
 * The plain bytes of a stream that may be compressed. What came before damage in a compressed stream is handed out;
 * the damage goes to `onProblem`.
 * @throws InputError for a compression that cannot be undone here.
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  onProblem: (problem: Problem) => void,
  nesting = 0,
): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  const { head, done } = await readHead(iterator);
  const chunks = resume(head, iterator, done);
  const inflater = INFLATERS.find(({ magic }) => magic.every((byte, i) => head[i] === byte));
  if (inflater === undefined) {
    yield* chunks;
    return;
  }
  // Loaded only where something is compressed: it takes milliseconds.
  const created = nesting >= MAX_NESTING ? null : (inflater.create?.(await import('node:zlib')) ?? null);
  if (created === null) {
    throw new InputError(`${inflater.name} compression: decompress it first, for example ${hintFor(inflater.name)}`, {
      offset: 0,
    });
  }
  yield* decompress(inflate(chunks, created, inflater.name, onProblem), onProblem, nesting + 1);
}

function hintFor(name: string): string {
  const tool = { gzip: 'gzip -dc', zstd: 'zstd -dc', xz: 'xz -dc', bzip2: 'bzip2 -dc', zip: 'unzip -p' }[name];
  return `${tool} FILE | goflame …`;
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
  if (head.length > 0) yield head;
  if (done) return;
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
}

async function* inflate(
  source: AsyncIterable<Uint8Array>,
  inflater: zlib.Gunzip,
  name: string,
  onProblem: (problem: Problem) => void,
): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  let failure: Error | null = null;
  let read = 0;
  inflater.on('data', (chunk: Uint8Array) => ready.push(chunk));
  inflater.on('error', (error) => {
    failure = error;
  });
  try {
    for await (const chunk of source) {
      for (let at = 0; at < chunk.length && failure === null; at += STEP_BYTES) {
        const step = chunk.subarray(at, at + STEP_BYTES);
        await new Promise<void>((resolve) => inflater.write(step, () => resolve()));
        read += step.length;
        yield* ready.splice(0);
      }
      if (failure !== null) break;
    }
    if (failure === null) await endOf(inflater);
    yield* ready.splice(0);
    if (failure !== null) {
      const what = (failure as Error).message;
      onProblem({ severity: 'error', message: `damaged ${name} data (${what}) in the ${read} compressed bytes read` });
    }
  } finally {
    inflater.destroy();
  }
}

function endOf(inflater: zlib.Gunzip): Promise<void> {
  return new Promise((resolve) => {
    inflater.once('end', resolve);
    inflater.once('error', () => resolve());
    inflater.end();
  });
}

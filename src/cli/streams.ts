/** Prints to stdout and stderr, either of which may be closed, full or a file. Nothing else in the program writes to them. */

import { fstatSync, writeSync } from 'node:fs';
import { OutputError } from './exit.ts';

/** Characters or bytes that are gathered before they are written: one write costs more than joining them. */
const BATCH = 1 << 16;

let isClosed = false;
let failure: OutputError | null = null;

/**
 * Keeps errors of both streams from ending the program. Stdout: a reader that closes its end (`| head`) is no error, and
 * any other failure is kept for {@link stdoutFailure}. Stderr: what cannot be printed there cannot be told either.
 */
export function guardStreams(): void {
  process.stdout.on('error', recordFailure);
  process.stderr.on('error', () => {});
}

function recordFailure(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') isClosed = true;
  else failure ??= new OutputError('stdout', error);
}

/** Why stdout has not taken everything; null where it has, or where its reader wanted no more. */
export function stdoutFailure(): OutputError | null {
  return failure;
}

/** Prints one text or piece of bytes. False once nobody reads it any more. @throws OutputError */
export async function print(piece: string | Uint8Array): Promise<boolean> {
  if (isClosed) return false;
  if (failure === null) {
    if (isFile()) writeToFile(typeof piece === 'string' ? Buffer.from(piece) : piece);
    else await new Promise<void>((resolve) => process.stdout.write(piece, () => resolve()));
  }
  // The error event comes after the callback.
  if (process.stdout.errored !== null) await new Promise((resolve) => setImmediate(resolve));
  if (failure !== null) throw failure;
  return !isClosed;
}

/** Prints pieces, small ones together. False once nobody reads them any more. @throws OutputError */
export async function printAll(pieces: Iterable<string | Uint8Array>): Promise<boolean> {
  let text = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      text += piece;
      if (text.length < BATCH) continue;
      if (!(await print(text))) return false;
      text = '';
    } else {
      if (text !== '' && !(await print(text))) return false;
      text = '';
      if (!(await print(piece))) return false;
    }
  }
  return text === '' ? !isClosed : await print(text);
}

/** Prints to stderr; what cannot be printed is dropped. */
export function note(text: string): void {
  process.stderr.write(text);
}

let isRegularFile: boolean | null = null;

/** Whether stdout is a file: Node's stream for one does not notice that only a part of a piece was written. */
function isFile(): boolean {
  if (isRegularFile === null) {
    try {
      isRegularFile = fstatSync(1).isFile();
    } catch {
      isRegularFile = false;
    }
  }
  return isRegularFile;
}

function writeToFile(bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
  } catch (error) {
    recordFailure(error as NodeJS.ErrnoException);
  }
}

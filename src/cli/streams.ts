/**
 * Prints to stdout and stderr, either of which may be closed, full, a file or a terminal. Nothing else in the program
 * writes to them: no character of an input or of a file's name can do anything to a terminal. Pipes and files get the bytes
 * of results as they are.
 */

import { fstatSync, writeSync } from 'node:fs';
import { makeTerminalText, makeVisible } from '../base/visible.ts';
import { wrapPieces } from '../render/textblocks.ts';
import { OutputError } from './exit.ts';
import { hasColors, outputColumns } from './terminal.ts';

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
    else await new Promise<void>((resolve) => process.stdout.write(forStdout(piece), () => resolve()));
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

/** Pieces of bytes are cut at ends of lines, or are small: a character that a cut divides shows as U+FFFD on a terminal. */
function forStdout(piece: string | Uint8Array): string | Uint8Array {
  if (process.stdout.isTTY !== true) return piece;
  const text = typeof piece === 'string' ? piece : Buffer.from(piece).toString('utf8');
  return makeTerminalText(text, hasColors(process.stdout));
}

/** Prints text for people, no line wider than the terminal. @throws OutputError */
export async function printText(pieces: Iterable<string>): Promise<boolean> {
  return await printAll(wrapPieces(pieces, outputColumns()));
}

/** Prints to stderr, made visible also where it is no terminal; what cannot be printed is dropped. */
export function note(text: string): void {
  process.stderr.write(makeTerminalText(text, hasColors(process.stderr)));
}

/** Shows how far it is in the last line of a terminal, in place of what stood there; '' clears it. */
export function noteProgress(text: string): void {
  process.stderr.write(`\r\x1b[K${makeVisible(text)}`);
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

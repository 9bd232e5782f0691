/** Where results go: stdout, or a file that appears whole or not at all. */

import fs from 'node:fs';
import { UsageError } from '../base/errors.ts';
import { OutputError } from './exit.ts';
import { isRaw } from './filenames.ts';
import { breathe, interruptibleBatches } from './interrupts.ts';
import { type FileTarget, findTarget, OutputFile, writeWhole } from './outputfile.ts';
import { print, printAll } from './streams.ts';

type Piece = string | Uint8Array;

/** Bytes that are gathered before they are written to a file. */
const BATCH_BYTES = 1 << 18;

/** Names of stdout that are paths: what stands there must not be replaced. */
const STDOUT_NAMES: ReadonlySet<string> = new Set(['-', '/dev/stdout', '/dev/fd/1', '/proc/self/fd/1']);

/** Whether a page of HTML is asked for, by the file's name. */
export function isPage(output: string | undefined): boolean {
  return output !== undefined && /\.html?$/i.test(output);
}

function isStdout(output: string | undefined): output is undefined {
  return output === undefined || STDOUT_NAMES.has(output);
}

/** Finds out whether a result can go where it is to go, before any work is done. @throws OutputError */
export function checkOutput(output: string): void {
  if (isRaw(output)) throw new UsageError('the name of a file to write must be UTF-8');
  if (!isStdout(output)) findTarget(output);
}

/** Writes pieces to stdout, or to a file. @throws OutputError */
export async function writeOutput(pieces: Iterable<Piece>, output: string | undefined): Promise<void> {
  await writeOutputs([{ pieces, output }]);
}

export interface Output {
  readonly pieces: Iterable<Piece>;
  readonly output: string | undefined;
}

/**
 * Writes several results: the files appear when all of them are whole, or none does. What goes into a file is made before
 * the file is begun, so that a signal finds nothing to clean up for as long as possible. @throws OutputError
 */
export async function writeOutputs(outputs: readonly Output[]): Promise<void> {
  const files: OutputFile[] = [];
  try {
    for (const { pieces, output } of outputs) {
      const made = interruptibleBatches(pieces);
      if (isStdout(output)) await printBatches(made);
      else {
        const target = findTarget(output);
        if (target.kind === 'special') await writeSpecial(output, target.file, made);
        else files.push(await stageFile(output, target, await gather(batches(made))));
      }
    }
  } catch (error) {
    for (const file of files) file.abandon();
    throw error;
  }
  for (const file of files) file.commit();
}

/** Writes a file beside its place, up to its last step. */
async function stageFile(name: string, target: FileTarget, pieces: Iterable<Uint8Array>): Promise<OutputFile> {
  const file = new OutputFile(name, target);
  try {
    for (const piece of pieces) {
      file.write(piece);
      await breathe();
    }
    await file.flush();
  } catch (error) {
    file.abandon();
    throw error;
  }
  return file;
}

async function gather(batches: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

/** Small pieces together, as bytes. */
async function* batches(made: AsyncIterable<readonly Piece[]>): AsyncGenerator<Uint8Array> {
  let gathered: Uint8Array[] = [];
  let length = 0;
  for await (const pieces of made) {
    for (const piece of pieces) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
      gathered.push(bytes);
      length += bytes.length;
      if (length < BATCH_BYTES) continue;
      yield Buffer.concat(gathered);
      gathered = [];
      length = 0;
    }
  }
  if (length > 0) yield Buffer.concat(gathered);
}

async function printBatches(made: AsyncIterable<readonly Piece[]>): Promise<void> {
  for await (const pieces of made) if (!(await printAll(pieces))) return;
}

async function writeSpecial(name: string, file: string, pieces: AsyncIterable<readonly Piece[]>): Promise<void> {
  const sink = openSpecial(name, file);
  try {
    for await (const batch of batches(pieces)) {
      sink.write(batch);
      await breathe();
    }
  } finally {
    sink.close();
  }
}

interface SpecialSink {
  write(bytes: Uint8Array): void;
  close(): void;
}

/** A device or a pipe. One whose reader goes away is no error, as on stdout. */
function openSpecial(name: string, file: string): SpecialSink {
  let fd: number;
  try {
    fd = fs.openSync(file, 'w');
  } catch (error) {
    throw new OutputError(name, error as NodeJS.ErrnoException);
  }
  return {
    write: (bytes) => {
      try {
        writeWhole(fd, bytes);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw new OutputError(name, error as NodeJS.ErrnoException);
      }
    },
    close: () => fs.closeSync(fd),
  };
}

/** Takes a result piece by piece. */
export interface PieceSink {
  write(piece: Uint8Array): void;
  /** Writes what was taken. False once nobody reads it any more. */
  drained(): Promise<boolean>;
}

/**
 * Writes a result that is too large to be held, as `produce` makes it. A file appears when all of it is there, and not
 * at all where `produce` gives null, throws, or the program is interrupted. @throws OutputError
 */
export async function streamOutput<T>(
  output: string | undefined,
  produce: (sink: PieceSink) => Promise<T | null>,
): Promise<T | null> {
  if (isStdout(output)) return await produceInto(produce, print);
  const target = findTarget(output);
  if (target.kind === 'special') {
    const sink = openSpecial(output, target.file);
    try {
      return await produceInto(produce, async (bytes) => {
        sink.write(bytes);
        return true;
      });
    } finally {
      sink.close();
    }
  }
  const file = new OutputFile(output, target);
  try {
    const result = await produceInto(produce, async (bytes) => {
      file.write(bytes);
      return true;
    });
    if (result === null) {
      file.abandon();
      return null;
    }
    await file.flush();
    file.commit();
    return result;
  } catch (error) {
    file.abandon();
    throw error;
  }
}

/** Runs the producer; `write` gives false once nobody reads any more. */
async function produceInto<T>(
  produce: (sink: PieceSink) => Promise<T | null>,
  write: (bytes: Uint8Array) => Promise<boolean>,
): Promise<T | null> {
  let pieces: Uint8Array[] = [];
  const drained = async (): Promise<boolean> => {
    const bytes = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    pieces = [];
    return bytes.length === 0 || (await write(bytes));
  };
  try {
    return await produce({ write: (piece) => void pieces.push(piece), drained });
  } finally {
    // A pipe gets what came before an error.
    await drained();
  }
}

/** Where results go: stdout, or a file that appears whole or not at all. */

import { closeSync, openSync, realpathSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';

/** Whether a page of HTML is asked for, by the file's name. */
export function isPage(output: string | undefined): boolean {
  return output !== undefined && /\.html?$/i.test(output);
}

/** Writes chunks to stdout, or to a file. */
export async function writeOutput(chunks: Iterable<string | Uint8Array>, output: string | undefined): Promise<void> {
  if (output === undefined || output === '-') await writeStdout(chunks);
  else await writeFileWhole(output, chunks);
}

async function writeStdout(chunks: Iterable<string | Uint8Array>): Promise<void> {
  for (const chunk of chunks) {
    if (!process.stdout.write(chunk)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
}

/** Through a temporary file beside the target; devices and pipes are written to directly. */
async function writeFileWhole(file: string, chunks: Iterable<string | Uint8Array>): Promise<void> {
  const data = Buffer.concat(Array.from(chunks, (chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)));
  if (isSpecial(file)) {
    writeFileSync(file, data);
    return;
  }
  const { default: writeFileAtomic } = await import('write-file-atomic');
  await writeFileAtomic(file, data);
}

/** Takes a result piece by piece. */
export interface PieceSink {
  write(piece: Uint8Array): void;
  /** Resolves when it can take more. */
  drained(): Promise<void>;
}

/**
 * Writes a result that is too large to be held, as `produce` makes it. A file appears when all of it is there, and not
 * at all where `produce` gives null, throws, or the program is interrupted.
 */
export async function streamOutput<T>(
  output: string | undefined,
  produce: (sink: PieceSink) => Promise<T | null>,
): Promise<T | null> {
  if (output === undefined || output === '-') return await produce(stdoutSink());
  if (isSpecial(output)) return await intoFile(output, produce, () => {});
  const target = realPath(output);
  const temporary = `${target}.${process.pid}.tmp`;
  const remove = () => rmSync(temporary, { force: true });
  process.once('exit', remove);
  try {
    return await intoFile(temporary, produce, () => renameSync(temporary, target));
  } finally {
    remove();
    process.off('exit', remove);
  }
}

async function intoFile<T>(file: string, produce: (sink: PieceSink) => Promise<T | null>, keep: () => void): Promise<T | null> {
  const fd = openSync(file, 'w');
  let result: T | null;
  try {
    result = await produce({ write: (piece) => writeWhole(fd, piece), drained: async () => {} });
  } finally {
    closeSync(fd);
  }
  if (result !== null) keep();
  return result;
}

function writeWhole(fd: number, piece: Uint8Array): void {
  for (let at = 0; at < piece.length; ) at += writeSync(fd, piece, at);
}

function stdoutSink(): PieceSink {
  let isFull = false;
  return {
    write: (piece) => {
      isFull = !process.stdout.write(piece);
    },
    drained: async () => {
      if (isFull) await new Promise((resolve) => process.stdout.once('drain', resolve));
      isFull = false;
    },
  };
}

/** Where a link leads; the name itself for what is not there yet. */
function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

function isSpecial(file: string): boolean {
  try {
    return !statSync(file).isFile();
  } catch {
    return false;
  }
}

/** A reader that closes its end (`| head`) is no error: there is nothing left to do. */
export function endOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit();
      throw error;
    });
  }
}

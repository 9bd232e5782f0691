/** Where results go: stdout, or a file that appears whole or not at all. */

import { statSync, writeFileSync } from 'node:fs';

/** Whether a page of HTML is asked for, by the file's name. */
export function isPage(output: string | undefined): boolean {
  return output !== undefined && /\.html?$/i.test(output);
}

/** Writes chunks to stdout, or to a file. */
export async function writeOutput(chunks: Iterable<string>, output: string | undefined): Promise<void> {
  if (output === undefined || output === '-') await writeStdout(chunks);
  else await writeFileWhole(output, chunks);
}

async function writeStdout(chunks: Iterable<string>): Promise<void> {
  for (const chunk of chunks) {
    if (!process.stdout.write(chunk)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
}

/** Through a temporary file beside the target; devices and pipes are written to directly. */
async function writeFileWhole(file: string, chunks: Iterable<string>): Promise<void> {
  const data = Buffer.concat(Array.from(chunks, (chunk) => Buffer.from(chunk)));
  if (isSpecial(file)) {
    writeFileSync(file, data);
    return;
  }
  const { default: writeFileAtomic } = await import('write-file-atomic');
  await writeFileAtomic(file, data);
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

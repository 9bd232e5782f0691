/** The recorded captures: real output of Go 1.15 to 1.27, each with what is true of it where that was written down. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

export const FIXTURES = path.resolve(import.meta.dirname, '../fixtures');

export interface Fixture {
  /** `race/jam-map-go1.23`. */
  readonly name: string;
  readonly path: string;
  /** Decompressed. */
  readonly bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: written by hand and by scripts, of many shapes
  readonly expect: any;
}

const FOLDERS = ['goroutines', 'race', 'countprofile', 'gotest', 'damage', 'schedtrace'];

function isCapture(file: string): boolean {
  return /\.(txt|jsonl|txt\.gz)$/.test(file) && !file.endsWith('.console.txt') && !file.endsWith('.golden.txt');
}

export const fixtures: readonly Fixture[] = FOLDERS.flatMap((folder) =>
  readdirSync(path.join(FIXTURES, folder))
    .filter(isCapture)
    .sort()
    .map((file) => {
      const base = file.replace(/\.(txt|jsonl)(\.gz)?$/, '');
      const full = path.join(FIXTURES, folder, file);
      const raw = readFileSync(full);
      const expectFile = path.join(FIXTURES, folder, `${base}.expect.json`);
      return {
        name: `${folder}/${base}`,
        path: full,
        bytes: file.endsWith('.gz') ? gunzipSync(raw) : raw,
        expect: existsSync(expectFile) ? JSON.parse(readFileSync(expectFile, 'utf8')) : null,
      };
    }),
);

export function fixture(name: string): Fixture {
  const found = fixtures.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no fixture ${name}`);
  return found;
}

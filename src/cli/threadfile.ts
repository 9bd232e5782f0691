/** Where the programs of threads are: beside the command line's, or a folder above the chunk that asks. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Null where the command line does not run from what was built. */
export function threadFile(name: string): URL | null {
  for (const place of [`./${name}`, `../${name}`]) {
    const url = new URL(place, import.meta.url);
    if (existsSync(fileURLToPath(url))) return url;
  }
  return null;
}

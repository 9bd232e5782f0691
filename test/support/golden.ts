/** Results that were looked at once and must not change unseen. UPDATE_GOLDEN=1 writes them anew, to be read in the diff. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';

const FOLDER = path.resolve(import.meta.dirname, '../goldens');

export function expectGolden(name: string, text: string): void {
  const file = path.join(FOLDER, name);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const known = existsSync(file) ? readFileSync(file, 'utf8') : null;
  expect(text, `${name} differs from its golden; UPDATE_GOLDEN=1 npm test writes it anew`).toBe(known);
}

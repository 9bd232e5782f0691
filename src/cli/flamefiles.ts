/** Files that flamegraph.pl reads beside the stacks: attributes by function (--nameattr) and kept colours (--cp). */

import { readFile } from 'node:fs/promises';
import { InputError } from '../base/errors.ts';
import { parseColor } from '../render/color.ts';
import type { NameAttributes } from '../render/flameoptions.ts';
import { writeOutput } from './outputs.ts';

const PALETTE_FILE = 'palette.map';
const KEYS: readonly (keyof NameAttributes)[] = ['title', 'href', 'target', 'id', 'class'];

/** Lines `NAME<TAB>KEY=VALUE…`. Attributes as markup (`g_extra`, `a_extra`) are refused: they could run code. */
export async function readNameAttributes(file: string): Promise<Map<string, NameAttributes>> {
  const attributes = new Map<string, NameAttributes>();
  const lines = (await readFile(file, 'utf8')).split(/\r?\n/);
  lines.forEach((line, i) => {
    if (line.trim() === '') return;
    const [name, ...pairs] = line.split('\t');
    attributes.set(name, Object.fromEntries(pairs.map((pair) => parsePair(pair, file, i + 1))));
  });
  return attributes;
}

function parsePair(pair: string, file: string, line: number): [string, string] {
  const equals = pair.indexOf('=');
  const key = pair.slice(0, equals);
  if (equals < 0 || !(KEYS as readonly string[]).includes(key)) {
    throw new InputError(`"${pair}" is no attribute: expected KEY=VALUE, KEY one of ${KEYS.join(', ')}`, { file, line });
  }
  return [key, pair.slice(equals + 1).replace(/^"(.*)"$/, '$1')];
}

/** Lines `NAME->rgb(R,G,B)`; no file is an empty map. */
export async function readPaletteMap(): Promise<Map<string, number>> {
  const map = new Map<string, number>();
  let text = '';
  try {
    text = await readFile(PALETTE_FILE, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  text.split(/\r?\n/).forEach((line, i) => {
    if (line === '') return;
    const arrow = line.lastIndexOf('->');
    const color = arrow < 0 ? null : parseColor(line.slice(arrow + 2));
    if (color === null)
      throw new InputError('expected NAME->rgb(R,G,B)', { file: PALETTE_FILE, line: i + 1, excerpt: line.slice(0, 80) });
    map.set(line.slice(0, arrow), color);
  });
  return map;
}

export async function writePaletteMap(map: ReadonlyMap<string, number>): Promise<void> {
  const lines = [...map].map(
    ([name, color]) => `${name.replace(/\s/g, ' ')}->rgb(${color >> 16},${(color >> 8) & 0xff},${color & 0xff})\n`,
  );
  await writeOutput(lines.sort(), PALETTE_FILE);
}

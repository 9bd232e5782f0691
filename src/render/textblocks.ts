/** Text laid out for a terminal: widths are in columns, which wide characters take two of. */

import stringWidth from 'string-width';
import { showControls } from './xml.ts';

/** Columns that a text takes. */
export function columnsOf(text: string): number {
  return stringWidth(text);
}

/** Text from outside, safe to print: no control character reaches the terminal. */
export function printable(text: string): string {
  return showControls(text);
}

/** A text of at most `columns`, the middle left out where it is longer: both ends of a path or a name matter. */
export function fitMiddle(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  if (columns < 2) return '…'.slice(0, columns);
  const characters = [...text];
  const tail = takeColumns(characters.slice().reverse(), Math.ceil((columns - 1) / 2))
    .reverse()
    .join('');
  return `${takeColumns(characters, columns - 1 - columnsOf(tail)).join('')}…${tail}`;
}

/** A text of at most `columns`, its beginning left out where it is longer. */
export function fitLeft(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  if (columns < 2) return '…'.slice(0, columns);
  return `…${takeColumns([...text].reverse(), columns - 1)
    .reverse()
    .join('')}`;
}

/** A text of at most `columns`, its end left out where it is longer. */
export function fitRight(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  if (columns < 2) return '…'.slice(0, columns);
  return `${takeColumns([...text], columns - 1).join('')}…`;
}

function takeColumns(characters: readonly string[], columns: number): string[] {
  const taken: string[] = [];
  let used = 0;
  for (const character of characters) {
    used += columnsOf(character);
    if (used > columns) break;
    taken.push(character);
  }
  return taken;
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - columnsOf(text))) + text;
}

/** Blocks of lines beside each other, each in its share of the width. */
export function sideBySide(left: readonly string[], right: readonly string[], columns: number): string[] {
  const half = Math.floor((columns - 2) / 2);
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) =>
    `${padEnd(left[i] ?? '', half)}  ${right[i] ?? ''}`.trimEnd(),
  );
}

/**
 * Text laid out for a terminal: widths are in columns, which wide characters take two of. `columns` may be infinite, for
 * pipes and files: nothing is cut there.
 */

import stringWidth from 'string-width';
import { makeVisible } from '../base/visible.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape of our own colours
const COLORS = /\x1b\[\d+m/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const CHARACTER = /\x1b\[\d+m|[\s\S]/gu;
const ASCII = /^[\x20-\x7e]*$/;

/** Columns that a text takes, our own colours not counted. What is long is measured piece by piece: a segmenter is slow on it. */
export function columnsOf(text: string): number {
  const bare = text.includes('\x1b') ? text.replace(COLORS, '') : text;
  if (bare.length <= LONG || ASCII.test(bare)) return ASCII.test(bare) ? bare.length : stringWidth(bare);
  let columns = 0;
  for (const piece of piecesOf(bare)) columns += ASCII.test(piece) ? piece.length : stringWidth(piece);
  return columns;
}

/** Characters that are measured at once. */
const LONG = 256;

/** Cut where no character is divided from what combines with it: before an ASCII character, where there is one near. */
function* piecesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    let end = Math.min(text.length, at + LONG);
    while (end < text.length && end < at + 2 * LONG && !ASCII.test(text[end])) end++;
    yield text.slice(at, end);
    at = end;
  }
}

/** Whether a text takes no more than `columns`; of a long one no more is looked at than is needed. */
export function fits(text: string, columns: number): boolean {
  if (columns === Number.POSITIVE_INFINITY) return true;
  // Characters without width are made visible first, so that each takes a column, but those that combine.
  if (text.length <= columns && ASCII.test(text)) return true;
  return text.length <= LONG_AT_MOST * (columns + 1) && columnsOf(text) <= columns;
}

/** Code units of one column, with all that combines in it, colours included. */
const LONG_AT_MOST = 16;

/** Text from outside, safe to print: controls, bidirectional and invisible characters are shown as what they are. */
export function printable(text: string): string {
  return makeVisible(text);
}

/** A text of at most `columns`, the middle left out where it is longer: both ends of a path or a name matter. */
export function fitMiddle(text: string, columns: number): string {
  if (fits(text, columns)) return text;
  if (columns < 2) return '…'.slice(0, columns);
  const tail = tailOf(text, Math.ceil((columns - 1) / 2));
  return `${headOf(text, columns - 1 - columnsOf(tail))}…${tail}`;
}

/** A text of at most `columns`, its beginning left out where it is longer. */
export function fitLeft(text: string, columns: number): string {
  if (fits(text, columns)) return text;
  if (columns < 2) return '…'.slice(0, Math.max(0, columns));
  return `…${tailOf(text, columns - 1)}`;
}

/** A text of at most `columns`, its end left out where it is longer; a word with a number in it is left out whole. */
export function fitRight(text: string, columns: number): string {
  if (fits(text, columns)) return text;
  if (columns < 2) return '…'.slice(0, Math.max(0, columns));
  const head = headOf(text, columns - 1);
  const word = /\S*$/.exec(head)?.[0] ?? '';
  const isWhole = /^\s/.test(text.slice(head.length, head.length + 1));
  const isCut = !isWhole && /\d/.test(word) && word.length < head.length;
  return `${isCut ? head.slice(0, -word.length).trimEnd() : head}…`;
}

/** The beginning of a text that takes at most `columns`. */
function headOf(text: string, columns: number): string {
  let end = 0;
  let used = 0;
  for (const [character] of text.matchAll(CHARACTER)) {
    used += columnsOf(character);
    if (used > columns) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** The end of a text that takes at most `columns`. */
function tailOf(text: string, columns: number): string {
  let at = text.length;
  let used = 0;
  while (at > 0) {
    const low = text.charCodeAt(at - 1);
    const isPair = low >= 0xdc00 && low <= 0xdfff && at > 1;
    const character = text.slice(at - (isPair ? 2 : 1), at);
    used += columnsOf(character);
    if (used > columns) break;
    at -= character.length;
  }
  return text.slice(at);
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

// ---- tables ----

/**
 * Which columns of a table are shown where all are too wide: those of the lowest ranks, as many as there is room for.
 * `widths` are in columns of the terminal, one rank for each.
 */
export function pickColumns(widths: readonly number[], ranks: readonly number[], room: number): boolean[] {
  const shown = widths.map(() => false);
  let left = room;
  const order = widths.map((_, i) => i).sort((a, b) => ranks[a] - ranks[b]);
  for (const i of order) {
    if (widths[i] > left) break;
    shown[i] = true;
    left -= widths[i];
  }
  return shown;
}

// ---- wrapping ----

/** Columns by which the rest of a wrapped line is further in than its beginning. */
const HANGING = 4;

/** Lines none of which is wider than `columns`: a wider one goes on below, broken at a blank where that can be. */
export function* wrapLines(lines: Iterable<string>, columns: number): Generator<string> {
  for (const line of lines) {
    if (fits(line, columns)) yield line;
    else yield* wrapLine(line, columns);
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const LEAD = /^(?:\x1b\[\d+m| )*/;

/** Pieces of a text, each line of which is wrapped. */
export function* wrapPieces(pieces: Iterable<string>, columns: number): Generator<string> {
  let open = '';
  for (const piece of pieces) {
    const lines = (open + piece).split('\n');
    open = lines.pop() as string;
    for (const line of wrapLines(lines, columns)) yield `${line}\n`;
  }
  if (open !== '') yield [...wrapLines([open], columns)].join('\n');
}

/** One line in several; words stay whole as long as they fit into a line, and numbers always. */
export function* wrapLine(line: string, columns: number): Generator<string> {
  const lead = LEAD.exec(line)?.[0] ?? '';
  const indent = columnsOf(lead);
  const hanging = ' '.repeat(Math.min(indent + HANGING, Math.floor(columns / 3)));
  let current = lead.replaceAll(' ', '') + ' '.repeat(Math.min(indent, Math.floor(columns / 2)));
  let isEmpty = true;
  for (const [, blanks, word] of line.slice(lead.length).matchAll(/( *)([^ ]+)/g)) {
    let rest = word;
    const joined = isEmpty ? current + rest : current + blanks + rest;
    if (fits(joined, columns)) {
      current = joined;
      isEmpty = false;
      continue;
    }
    if (!isEmpty) {
      yield current.trimEnd();
      current = hanging;
    }
    for (; !fits(current + rest, columns); current = hanging) {
      const piece = breakWord(rest, Math.max(1, columns - columnsOf(current)));
      yield current + piece;
      rest = rest.slice(piece.length);
    }
    current += rest;
    isEmpty = false;
  }
  if (!isEmpty) yield current;
}

/** The beginning of a word that is too long for a line: up to what separates its parts, and never within a number. */
function breakWord(word: string, columns: number): string {
  const head = headOf(word, columns) || ([...word][0] as string);
  const parts = /^.*[/.,;)\]}>(-](?=.)/su.exec(head)?.[0] ?? '';
  if (parts.length > head.length / 2) return parts;
  const unsplit = /\d$/.test(head) && /^[\d.]/.test(word.slice(head.length)) ? head.replace(/[\d.,]+$/, '') : head;
  return unsplit === '' ? head : unsplit;
}

/** Text that programs printed, on its way into files that other tools read: visible, bounded, never markup. */

import { makeVisible } from '../../base/visible.ts';

/** Colours (SGR): of no use outside a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is meant
const COLORS = /\x1b\[[\d;:]*m/g;
/** Noncharacters, which XML has no form for, and halves of surrogate pairs. */
const UNFIT = /[\ufffe\uffff]|\p{Cs}/gu;

/** A line with all that hides or moves text shown as what it is; tabs stay. At most `most` characters. */
export function cleanLine(line: string, most: number): string {
  const bare = clip(line, most).replace(COLORS, '').replace(UNFIT, '\ufffd');
  return clip(bare.split('\t').map(makeVisible).join('\t'), most);
}

/** Text as one line: its lines and runs of blanks are separated by one blank. */
export function oneLine(text: string, most: number): string {
  return cleanLine(
    clip(text, most * 2)
      .replace(/\s+/g, ' ')
      .trim(),
    most,
  );
}

/** Lines of text of which each is clean; a line end within one makes two of it. */
export function cleanLines(lines: readonly string[], most: number): string[] {
  return lines.flatMap((line) => line.split(/\r?\n|\r/)).map((line) => cleanLine(line, most));
}

/** The text, or its beginning and an ellipsis; no character is cut in two. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = text.slice(0, Math.max(0, most - 1));
  return `${/[\ud800-\udbff]$/.test(end) ? end.slice(0, -1) : end}…`;
}

/** `1 test`, `2 tests`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

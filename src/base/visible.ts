/**
 * Text from outside made safe to print: characters that move the cursor, change colours, turn the direction of writing or
 * take no room are shown as what they are.
 */

/** Controls (C0, C1), format and bidirectional characters, separators of lines, what is ignored by default, and lone surrogates. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Cs}]/gu;
/** What needs a closer look: most texts hold nothing of it. */
const ODD = /[^\x20-\x7e]/;
/** Bytes of a file's name that are not UTF-8 stand in texts as lone surrogates from here on, as in Python. */
export const RAW_BYTE = 0xdc00;

/** C0 controls as the pictures that Unicode has for them (␛), bytes as `\xff`, all others as `<U+202E>`. */
export function makeVisible(text: string): string {
  return ODD.test(text) ? text.replace(HIDDEN, showCharacter) : text;
}

function showCharacter(c: string): string {
  const code = c.codePointAt(0) as number;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  if (code >= RAW_BYTE + 0x80 && code <= RAW_BYTE + 0xff) return `\\x${(code - RAW_BYTE).toString(16)}`;
  return nameCharacter(c);
}

/** `<U+202E>`. */
export function nameCharacter(c: string): string {
  return `<U+${(c.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}>`;
}

/** What our own colours are made of (picocolors). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is meant
const OWN = /(\n|\t|\x1b\[(?:[012]|22|39|3[1-6])m)/;

/** Text of ours on its way to a terminal: line ends, tabs and, where they are `colored`, our own colours stay. */
export function makeTerminalText(text: string, colored: boolean): string {
  if (!ODD.test(text)) return text;
  return text
    .split(OWN)
    .map((piece, i) => (i % 2 === 1 && (colored || piece.length === 1) ? piece : makeVisible(piece)))
    .join('');
}

/** Bytes as Go writes them between quotes (strconv.Quote), and back. */

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const BACKQUOTE = 0x60;

/** Letters behind a backslash, and what they stand for. */
const ESCAPES: readonly (readonly [string, number])[] = [
  ['a', 0x07],
  ['b', 0x08],
  ['t', 0x09],
  ['n', 0x0a],
  ['v', 0x0b],
  ['f', 0x0c],
  ['r', 0x0d],
  ['\\', BACKSLASH],
  ['"', QUOTE],
];
const ESCAPE_OF = new Map(ESCAPES.map(([letter, value]) => [value, `\\${letter}`]));
const VALUE_OF = new Map(ESCAPES.map(([letter, value]) => [letter.charCodeAt(0), value]));

/** Characters that Go prints as they are, beside the blank. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;

// ---- out ----

/** Whether bytes stand between quotes as they are. */
export function isPlain(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte < 0x20 || byte > 0x7e || byte === QUOTE || byte === BACKSLASH) return false;
  return true;
}

/** The text between the quotes, and the quotes. */
export function quoteGo(bytes: Uint8Array): string {
  let text = '"';
  for (let i = 0; i < bytes.length; ) {
    const size = runeSize(bytes, i);
    text += size === 0 ? `\\x${hex(bytes[i], 2)}` : quoteRune(runeAt(bytes, i, size));
    i += Math.max(1, size);
  }
  return `${text}"`;
}

function quoteRune(rune: number): string {
  const known = ESCAPE_OF.get(rune);
  if (known !== undefined) return known;
  const text = String.fromCodePoint(rune);
  if (rune === 0x20 || PRINTABLE.test(text)) return text;
  if (rune < 0x20 || rune === 0x7f) return `\\x${hex(rune, 2)}`;
  return rune < 0x10000 ? `\\u${hex(rune, 4)}` : `\\U${hex(rune, 8)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** Bytes of the character at `at` as UTF-8 has it; 0 where none stands there. */
function runeSize(bytes: Uint8Array, at: number): number {
  const lead = bytes[at];
  if (lead < 0x80) return 1;
  const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + size > bytes.length) return 0;
  for (let i = 1; i < size; i++) if ((bytes[at + i] & 0xc0) !== 0x80) return 0;
  const rune = runeAt(bytes, at, size);
  const isShortest = size === 2 || rune >= (size === 3 ? 0x800 : 0x10000);
  return isShortest && rune <= 0x10ffff && (rune < 0xd800 || rune > 0xdfff) ? size : 0;
}

function runeAt(bytes: Uint8Array, at: number, size: number): number {
  if (size === 1) return bytes[at];
  let rune = bytes[at] & (0x7f >> size);
  for (let i = 1; i < size; i++) rune = (rune << 6) | (bytes[at + i] & 0x3f);
  return rune;
}

// ---- in ----

/** The bytes of a text that stands, with its quotes or backquotes, in [start, end); null where it is none. */
export function unquoteGo(buf: Buffer, start: number, end: number): Uint8Array | null {
  const quote = buf[start];
  if (end - start < 2 || buf[end - 1] !== quote) return null;
  const inside = buf.subarray(start + 1, end - 1);
  if (quote === BACKQUOTE) return inside.includes(BACKQUOTE) ? null : inside.filter((byte) => byte !== 0x0d);
  return quote === QUOTE ? unescapeGo(inside) : null;
}

function unescapeGo(text: Buffer): Uint8Array | null {
  if (!text.includes(BACKSLASH)) return text.includes(QUOTE) ? null : text;
  const out: number[] = [];
  for (let i = 0; i < text.length; ) {
    const byte = text[i++];
    if (byte === QUOTE) return null;
    if (byte !== BACKSLASH) {
      out.push(byte);
      continue;
    }
    const used = takeEscape(text, i, out);
    if (used === 0) return null;
    i += used;
  }
  return Uint8Array.from(out);
}

/** Digits and base of the escapes that have a number; the first two are bytes, the others characters. */
const NUMBERED: Readonly<Record<string, { readonly digits: number; readonly base: number }>> = {
  o: { digits: 3, base: 8 },
  x: { digits: 2, base: 16 },
  u: { digits: 4, base: 16 },
  U: { digits: 8, base: 16 },
};

/** Adds what the escape at `at` stands for; gives its length behind the backslash, 0 where it is none. */
function takeEscape(text: Buffer, at: number, out: number[]): number {
  const value = VALUE_OF.get(text[at]);
  if (value !== undefined) {
    out.push(value);
    return 1;
  }
  const letter = String.fromCharCode(text[at]);
  const isOctal = letter >= '0' && letter <= '7';
  const rule = NUMBERED[isOctal ? 'o' : letter];
  if (rule === undefined || (letter === 'o' && !isOctal)) return 0;
  const from = isOctal ? at : at + 1;
  const digits = text.toString('latin1', from, from + rule.digits);
  const pattern = isOctal ? /^[0-7]{3}$/ : /^[0-9a-fA-F]+$/;
  if (digits.length !== rule.digits || !pattern.test(digits)) return 0;
  const number = Number.parseInt(digits, rule.base);
  if (isOctal || letter === 'x') {
    if (number > 0xff) return 0;
    out.push(number);
  } else {
    if (number > 0x10ffff || (number >= 0xd800 && number <= 0xdfff)) return 0;
    out.push(...Buffer.from(String.fromCodePoint(number), 'utf8'));
  }
  return from - at + rule.digits;
}

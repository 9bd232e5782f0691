/** ASCII bytes and the few things that the readers do with them. Text is bytes here until somebody shows it. */

export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
export const QUOTE = 0x22;
export const HASH = 0x23;
export const AMPERSAND = 0x26;
export const LPAREN = 0x28;
export const RPAREN = 0x29;
export const PLUS = 0x2b;
export const DOT = 0x2e;
export const ZERO = 0x30;
export const NINE = 0x39;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const EQUALS = 0x3d;
export const LBRACKET = 0x5b;
export const RBRACKET = 0x5d;
export const RBRACE = 0x7d;

export function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

export function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** The bytes of an ASCII text, for comparisons. */
export function ascii(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Whether `bytes` stand at `at` and end before `end`. */
export function hasAt(buf: Uint8Array, at: number, end: number, bytes: Uint8Array): boolean {
  if (at + bytes.length > end) return false;
  for (let i = 0; i < bytes.length; i++) {
    if (buf[at + i] !== bytes[i]) return false;
  }
  return true;
}

/** Whether [start, end) ends with `bytes`. */
export function endsWith(buf: Uint8Array, start: number, end: number, bytes: Uint8Array): boolean {
  return end - start >= bytes.length && hasAt(buf, end - bytes.length, end, bytes);
}

/** The first position from `at` on that holds no decimal digit. */
export function skipDigits(buf: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && isDigit(buf[i])) i++;
  return i;
}

/** The value of the decimal digits in [start, end); past 2^53 it is rounded as any JS number is. */
export function parseDecimal(buf: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) value = value * 10 + (buf[i] - ZERO);
  return value;
}

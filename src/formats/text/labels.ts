/**
 * Profiler labels as text: `{job: ingest, route: "GET /x"}` in goroutine headers since Go 1.27, all quoted in Go
 * 1.26 (`labels:{"job": "ingest"}`) and, without the blank, in count profiles (`{"job":"ingest"}`).
 * Quoting is Go's: runtime/print.go (1.26 on) and strconv.Quote.
 */

import type { Labels } from '../../model/snapshot.ts';

export interface ParsedLabels {
  readonly labels: Labels;
  /** The position behind the closing brace. */
  readonly end: number;
}

/** The labels in the braces that open at `at`, or null if they do not close. A repeated key keeps its last value. */
export function parseLabels(text: string, at: number): ParsedLabels | null {
  if (text[at] !== '{') return null;
  const pairs: [string, string][] = [];
  let i = at + 1;
  while (i < text.length) {
    if (text[i] === '}') return { labels: labelsOf(pairs), end: i + 1 };
    const key = parseWord(text, i, ':');
    if (key === null || text[key.end] !== ':') return null;
    const from = text[key.end + 1] === ' ' ? key.end + 2 : key.end + 1;
    const value = parseWord(text, from, ',}');
    if (value === null) return null;
    pairs.push([key.word, value.word]);
    i = value.end;
    if (text[i] === ',') i += text[i + 1] === ' ' ? 2 : 1;
    else if (text[i] !== '}') return null;
  }
  return null;
}

/** An object without a prototype's keys in the way: `__proto__` is a label like any other. */
function labelsOf(pairs: [string, string][]): Labels {
  return Object.fromEntries(pairs);
}

function parseWord(text: string, at: number, stops: string): { word: string; end: number } | null {
  if (text[at] === '"') return unquoteGo(text, at);
  let end = at;
  while (end < text.length && !stops.includes(text[end])) end++;
  return end < text.length ? { word: text.slice(at, end), end } : null;
}

const SIMPLE: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  '"': 34,
  "'": 39,
};
const HEX_LENGTH: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** The text in the Go double quotes that open at `at`, or null if they do not close or hold an unknown escape. */
export function unquoteGo(text: string, at: number): { word: string; end: number } | null {
  const close = closingQuote(text, at + 1);
  if (close < 0) return null;
  const quoted = text.slice(at + 1, close);
  if (!quoted.includes('\\')) return { word: quoted, end: close + 1 };
  const word = unescapeGo(quoted);
  return word === null ? null : { word, end: close + 1 };
}

function closingQuote(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i;
  }
  return -1;
}

/** Escapes name bytes (`\xNN`, octal) as well as characters: bytes are gathered, then read as UTF-8. */
function unescapeGo(text: string): string | null {
  const chunks: Buffer[] = [];
  for (let i = 0; i < text.length; ) {
    if (text[i] !== '\\') {
      const next = text.indexOf('\\', i);
      const end = next < 0 ? text.length : next;
      chunks.push(Buffer.from(text.slice(i, end), 'utf8'));
      i = end;
      continue;
    }
    const escaped = readEscape(text, i + 1);
    if (escaped === null) return null;
    chunks.push(escaped.bytes);
    i = escaped.end;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readEscape(text: string, at: number): { bytes: Buffer; end: number } | null {
  const c = text[at];
  if (SIMPLE[c] !== undefined) return { bytes: Buffer.of(SIMPLE[c]), end: at + 1 };
  const octal = /^[0-3][0-7]{2}/.exec(text.slice(at, at + 3));
  if (octal !== null) return { bytes: Buffer.of(Number.parseInt(octal[0], 8)), end: at + 3 };
  const length = HEX_LENGTH[c];
  const digits = text.slice(at + 1, at + 1 + (length ?? 0));
  if (length === undefined || digits.length < length || !/^[0-9a-fA-F]+$/.test(digits)) return null;
  const code = Number.parseInt(digits, 16);
  if (code > 0x10ffff) return null;
  const bytes = c === 'x' ? Buffer.of(code) : Buffer.from(String.fromCodePoint(code), 'utf8');
  return { bytes, end: at + 1 + length };
}

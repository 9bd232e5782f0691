/**
 * A whole traceback in one line: a string as JSON, logfmt and Go's %q write it (`\n`, `\t`, `\"`), or as CI
 * annotations do (`%0A`). Some relays escape twice.
 */

import { findAnchor } from './anchors.ts';

const ESCAPED_END = /\\n|%0A/i;
/** A relay may quote what another one quoted. */
const MAX_LEVELS = 3;

export interface Unfolded {
  readonly lines: readonly string[];
  /** Whether the string's end is missing. */
  readonly cut: boolean;
}

/** The lines of a traceback that stands in one line; null for a line that holds none. */
export function unfoldLine(text: string): Unfolded | null {
  if (!ESCAPED_END.test(text)) return null;
  const anchor = findAnchor(text);
  if (anchor < 0 || isWholeLine(text)) return null;
  if (/%0A/i.test(text)) return { lines: splitLines(decodePercent(text)), cut: false };
  return unfoldQuoted(text, anchor);
}

/** Whether a line is one of Go's own, escapes in its labels or its message included. */
function isWholeLine(text: string): boolean {
  return /^\s*(?:goroutine \d[\s\S]*[\]}]:\s*$|panic: )/.test(text);
}

function unfoldQuoted(text: string, anchor: number): Unfolded {
  const open = openingQuote(text, anchor);
  const quoted = open >= 0;
  const close = quoted ? closingQuote(text, open) : text.length;
  let content = text.slice(open + 1, close < 0 ? text.length : close);
  for (let level = 0; level < MAX_LEVELS && content.includes('\\n'); level++) content = undoEscapes(content);
  return { lines: splitLines(content), cut: close < 0 };
}

/** The quote, escaped or not, in whose string the anchor stands; -1 where no quote stands before it. */
function openingQuote(text: string, anchor: number): number {
  return text.lastIndexOf('"', anchor - 1) < 0 ? -1 : bareQuoteBefore(text, anchor);
}

/** The last quote before `at` that no backslash escapes, else the last escaped one. */
function bareQuoteBefore(text: string, at: number): number {
  for (let i = text.lastIndexOf('"', at - 1); i >= 0; i = i === 0 ? -1 : text.lastIndexOf('"', i - 1)) {
    if (backslashesBefore(text, i) === 0) return i;
  }
  return text.lastIndexOf('"', at - 1);
}

/** The quote that closes the one at `open`: the next with as many backslashes before it. */
function closingQuote(text: string, open: number): number {
  const level = backslashesBefore(text, open);
  for (let i = text.indexOf('"', open + 1); i >= 0; i = text.indexOf('"', i + 1)) {
    const depth = backslashesBefore(text, i);
    if (depth === level || (level === 0 && depth % 2 === 0)) return i - depth;
  }
  return -1;
}

function backslashesBefore(text: string, at: number): number {
  let count = 0;
  while (at - count > 0 && text[at - count - 1] === '\\') count++;
  return count;
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\', '/': '/' };

function undoEscapes(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([ntr"\\/]))/g, (_, long, short, simple) =>
    simple === undefined ? String.fromCharCode(Number.parseInt(long ?? short, 16)) : SIMPLE[simple],
  );
}

/** GitHub's workflow commands: `::error file=a.go,line=3::TEXT`. */
function decodePercent(text: string): string {
  return text
    .replace(/^.{0,64}?::[a-z]+(?: [^:]*)?::/, '')
    .replace(/%(0A|0D|09|25)/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** Lines of a text, whatever ends them. */
export function splitLines(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}

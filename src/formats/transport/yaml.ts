/**
 * Log entries as YAML, what `gcloud logging read` prints unless it is told otherwise, a document an entry:
 *
 *     ---
 *     insertId: x2
 *     textPayload: 'goroutine 34 [running]:'
 *     timestamp: '2026-11-01T12:00:02Z'
 *     ---
 *     textPayload: "\t/src/cart.go:41 +0x1d4"
 *
 * Only the scalar of the message's key is read, in each of its styles (YAML 1.2, chapters 7.3 and 8.1).
 */

import { findAnchor } from './anchors.ts';
import { parseTime } from './json.ts';

const MESSAGE = /^(\s*(?:- )?)(textPayload|message|msg|MESSAGE|log|line|text|body)\s*:(?:\s+(.*))?$/;
const TIME = /^\s*(?:- )?(?:timestamp|time|ts|'@timestamp')\s*:\s+['"]?([^'"]+)['"]?\s*$/;
/** Characters of a scalar of several lines. */
const MAX_SCALAR = 4 << 20;

/** Whether a text begins as entries in YAML, with a dump in their messages. */
export function looksLikeYaml(sample: string): boolean {
  if (!/^(?:---|- \w+:|\w+:)(?:\s|$)/.test(sample) || !/^---\s*$|^- \w/m.test(sample)) return false;
  const lines = sample.split(/\r?\n/);
  const values = lines.flatMap((line, i) => {
    const value = MESSAGE.exec(line)?.[3];
    return value === undefined ? [] : [/^[|>]/.test(value) ? (lines[i + 1] ?? '').trim() : value.replace(/^['"]/, '')];
  });
  return values.length > 1 && values.some((value) => findAnchor(value) === 0);
}

export interface YamlEntry {
  readonly text: string;
  readonly line: number;
  readonly time: number | null;
}

interface Scalar {
  readonly line: number;
  readonly style: 'plain' | "'" | '"' | '|' | '>';
  /** Of the key: lines of the scalar are further in. */
  readonly indent: number;
  text: string;
}

/** Lines of YAML → the messages in them. */
export class YamlMessages {
  private readonly take: (entry: YamlEntry) => void;
  private scalar: Scalar | null = null;
  private message: { readonly text: string; readonly line: number } | null = null;
  private time: number | null = null;

  constructor(take: (entry: YamlEntry) => void) {
    this.take = take;
  }

  line(text: string, line: number): void {
    if (this.scalar !== null && this.goesOn(this.scalar, text)) return;
    this.endScalar();
    if (/^(?:---|\.\.\.)\s*$/.test(text) || text.startsWith('- ')) this.endEntry();
    const time = TIME.exec(text);
    if (time !== null) this.time = parseTime(time[1]);
    const key = MESSAGE.exec(text);
    if (key === null) return;
    if (this.message !== null) this.endEntry();
    this.begin(key[1].length, key[3] ?? '', line);
  }

  finish(): void {
    this.endScalar();
    this.endEntry();
  }

  private begin(indent: number, value: string, line: number): void {
    const first = value[0] ?? '';
    if (/^[|>][-+\d]*\s*$/.test(value)) this.scalar = { line, style: first as '|' | '>', indent, text: '' };
    else {
      const style = first === '"' || first === "'" ? first : 'plain';
      this.scalar = { line, style, indent, text: value };
    }
  }

  /** Whether a line belongs to the open scalar, and if so adds it. */
  private goesOn(scalar: Scalar, text: string): boolean {
    const { style, indent } = scalar;
    const isDeeper = text.trim() === '' || (/^ */.exec(text)?.[0].length as number) > indent;
    if ((style === '"' || style === "'") && isClosed(scalar.text, style)) return false;
    if (!isDeeper || scalar.text.length > MAX_SCALAR) return false;
    if (style === '|' || style === '>') scalar.text += `${text}\n`;
    else if (text.trim() === '') scalar.text += '\n';
    else
      scalar.text =
        scalar.text.endsWith('\n') || /[^\\](?:\\\\)*\\$/.test(scalar.text)
          ? scalar.text + text.trim()
          : `${scalar.text} ${text.trim()}`;
    return true;
  }

  private endScalar(): void {
    const { scalar } = this;
    if (scalar === null) return;
    this.scalar = null;
    this.message = { text: scalarText(scalar), line: scalar.line };
  }

  private endEntry(): void {
    const { message, time } = this;
    this.message = null;
    this.time = null;
    if (message !== null) this.take({ ...message, time });
  }
}

function isClosed(text: string, quote: string): boolean {
  const body = text.slice(1);
  return quote === "'" ? /^(?:[^']|'')*'\s*$/.test(body) : /^(?:[^"\\]|\\.)*"\s*$/s.test(body);
}

const ESCAPES: Readonly<{ [letter: string]: string }> = { n: '\n', t: '\t', r: '\r', '0': '\0', e: '\x1b', ' ': ' ' };

function scalarText({ style, text }: Scalar): string {
  if (style === "'") return text.trimEnd().slice(1, -1).replaceAll("''", "'");
  if (style === '"') {
    const body = text.trimEnd().slice(1, -1);
    return body.replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([\s\S]))/g, (_, short, long, letter) =>
      letter === undefined ? String.fromCharCode(Number.parseInt(short ?? long, 16)) : (ESCAPES[letter] ?? letter),
    );
  }
  if (style === 'plain') return text.trimEnd();
  const lines = text.replace(/\n+$/, '').split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const indent = indents.reduce((least, one) => Math.min(least, one), Infinity);
  return lines.map((line) => line.slice(indent)).join('\n');
}

/**
 * Texts out of XML: reports of test runs in JUnit's format, in which outputs are elements' texts, CDATA or attributes, and
 * line ends and tabs may be written as `&#xA;` and `&#x9;`.
 */

import { findAnchor } from './anchors.ts';

const NAMED: Readonly<{ [name: string]: string }> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const ENTITY = /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos));/g;

/** Whether a text begins as XML that is no picture. */
export function looksLikeXml(sample: string): boolean {
  return /^\s*<(?:\?xml\b|testsuites?\b)/.test(sample) && !/<svg\b|<html\b/i.test(sample.slice(0, 4096));
}

/** What the entities in a text stand for. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(ENTITY, (all, hex: string, decimal: string, name: string) => {
    if (name !== undefined) return NAMED[name];
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}

type Mode = 'text' | 'tag' | 'cdata' | 'comment';

const ENDS = { tag: '>', cdata: ']]>', comment: '-->' } as const;

/** Lines of XML → the lines of the texts in it, those of an element apart from those around it. */
export class XmlTexts {
  private mode: Mode = 'text';
  /** The beginning of a tag that goes on in the next line. */
  private tag = '';

  /** The texts of one line. */
  take(line: string): string[] {
    const texts: string[] = [];
    for (let at = 0; at < line.length || (at === 0 && line === ''); ) {
      if (this.mode === 'text') at = this.takeText(line, at, texts);
      else at = this.takeWithin(line, at, texts, this.mode);
      if (line === '') break;
    }
    return texts.flatMap((text) => text.split(/\r\n|\n|\r/));
  }

  private takeText(line: string, at: number, texts: string[]): number {
    const open = line.indexOf('<', at);
    const end = open < 0 ? line.length : open;
    const text = decodeEntities(line.slice(at, end));
    if (text !== '' || line === '') texts.push(text);
    if (open < 0) return line.length;
    this.mode = line.startsWith('<![CDATA[', open) ? 'cdata' : line.startsWith('<!--', open) ? 'comment' : 'tag';
    this.tag = '';
    return open + (this.mode === 'cdata' ? 9 : this.mode === 'comment' ? 4 : 1);
  }

  private takeWithin(line: string, at: number, texts: string[], mode: 'tag' | 'cdata' | 'comment'): number {
    const close = mode === 'tag' ? tagEnd(this.tag, line, at) : line.indexOf(ENDS[mode], at);
    const text = line.slice(at, close < 0 ? line.length : close);
    if (mode === 'cdata' && (text !== '' || line === '')) texts.push(text);
    if (mode === 'tag' && this.tag.length < MAX_TAG) this.tag += `${this.tag === '' ? '' : '\n'}${text}`;
    if (close < 0) return line.length;
    if (mode === 'tag') texts.push(...attributeTexts(this.tag));
    this.mode = 'text';
    return close + ENDS[mode].length;
  }
}

/** Characters of a tag that are kept. */
const MAX_TAG = 32 << 20;

/** The `>` outside of quotes. */
function tagEnd(before: string, line: string, at: number): number {
  let quote = openQuote(before);
  for (let i = at; i < line.length; i++) {
    const c = line[i];
    if (quote !== '') quote = c === quote ? '' : quote;
    else if (c === '"' || c === "'") quote = c;
    else if (c === '>') return i;
  }
  return -1;
}

function openQuote(text: string): string {
  let quote = '';
  for (const c of text) {
    if (quote !== '') quote = c === quote ? '' : quote;
    else if (c === '"' || c === "'") quote = c;
  }
  return quote;
}

/** Attributes that hold evidence: the name of a test is no text of it. */
function attributeTexts(tag: string): string[] {
  const texts: string[] = [];
  for (const [, double, single] of tag.matchAll(/=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    const text = decodeEntities(double ?? single);
    if (findAnchor(text) >= 0) texts.push(text);
  }
  return texts;
}

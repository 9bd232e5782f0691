/**
 * One JSON document that holds many log entries, as log stores export them: the entries one by one, so that a document of
 * any size needs the memory of its largest entry.
 *
 *     [ {"textPayload": "…"}, … ]                                       gcloud logging read --format=json
 *     {"events": [ {"message": "…"}, … ]}                               aws logs filter-log-events
 *     {"hits": {"hits": [ {"_source": {"message": "…"}}, … ]}}          Elasticsearch
 *     {"data": {"result": [ {"stream": {…}, "values": [ ["TIME", "LINE"], … ]} ]}}   Loki
 *     {"data": [ {"attributes": {"message": "…"}}, … ]}                 Datadog
 *
 * The elements of the outermost arrays are entries, and those of arrays with a name that says so. What stands between
 * documents is taken line by line.
 */

import { LF } from '../../base/bytes.ts';
import { MAX_LINE_BYTES } from '../../base/limits.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const MINUS = 0x2d;

/** Names of arrays within entries that hold entries themselves: Loki, OpenTelemetry, tables of Azure. */
const SPREAD_KEYS = new Set(['values', 'streams', 'rows', 'logRecords', 'scopeLogs', 'logEvents', 'entries', 'hits', 'logs']);
/** Characters of a key that are kept. */
const MAX_KEY = 64;

export interface EntryHandler {
  /** The text of an entry; `line` is where it begins. */
  entry(text: string, line: number): void;
  /** A line outside of any document. */
  plain(text: string, line: number): void;
  /** An entry is too long, or the document breaks off. */
  damage(message: string, line: number): void;
}

/** What is kept of an entry that is not whole yet. */
interface Capture {
  readonly line: number;
  readonly parts: Buffer[];
  size: number;
}

interface Frame {
  readonly isObject: boolean;
  /** The elements are entries. */
  readonly spread: boolean;
  /** Whether an entry began with this value. */
  readonly isEntry: boolean;
  /** What is captured round a spread array, and goes on behind it. */
  readonly outer: Capture | null;
  expectsKey: boolean;
  key: string;
}

export class JsonEntryScanner {
  private readonly handler: EntryHandler;
  private readonly stack: Frame[] = [];
  private capture: Capture | null = null;
  /** Where what is captured begins in the current chunk. */
  private from = 0;
  private spreadDepth = 0;
  private line = 1;
  private inString = false;
  private escaped = false;
  private stringIsEntry = false;
  private keyText: string | null = null;
  /** A line outside of documents. */
  private outside: { readonly line: number; text: string } | null = null;

  constructor(handler: EntryHandler) {
    this.handler = handler;
  }

  push(bytes: Uint8Array): void {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.from = 0;
    for (let i = 0; i < chunk.length; ) {
      if (this.outside !== null) i = this.skipOutside(this.outside, chunk, i);
      else if (this.inString) i = this.endString(chunk, i);
      else i = this.step(chunk, i);
    }
    this.keep(chunk, chunk.length);
  }

  finish(): void {
    if (this.outside !== null) this.handler.plain(this.outside.text, this.outside.line);
    if (this.stack.length > 0) this.handler.damage('the JSON document is cut off: its last entry is not whole', this.line);
    this.outside = null;
  }

  /** One character outside of strings; returns where to go on. */
  private step(chunk: Buffer, i: number): number {
    const c = chunk[i];
    if (c === LF) this.line++;
    else if (c === QUOTE) this.beginString(i);
    else if (c === OPEN_OBJECT || c === OPEN_ARRAY) this.open(c === OPEN_OBJECT, chunk, i);
    else if (c === CLOSE_OBJECT || c === CLOSE_ARRAY) return this.close(c === CLOSE_OBJECT, chunk, i);
    else if (this.stack.length === 0) {
      if (c > 0x20 && c !== COMMA) return this.beginOutside(i);
    } else if (c === COMMA) {
      const top = this.stack[this.stack.length - 1];
      top.expectsKey = top.isObject;
    } else if (c > 0x7a || (c < 0x30 && c > 0x20 && c !== MINUS && c !== 0x2e && c !== 0x2b)) {
      return this.resync(i);
    }
    return i + 1;
  }

  private beginOutside(i: number): number {
    this.outside = { line: this.line, text: '' };
    return i;
  }

  private skipOutside(outside: { text: string }, chunk: Buffer, i: number): number {
    const lf = chunk.indexOf(LF, i);
    const end = lf < 0 ? chunk.length : lf;
    if (outside.text.length < MAX_LINE_BYTES) outside.text += chunk.toString('utf8', i, end);
    if (lf < 0) return end;
    this.handler.plain(outside.text.replace(/\r$/, ''), this.line);
    this.outside = null;
    this.line++;
    return lf + 1;
  }

  /** What stands here is no JSON: the document is over. */
  private resync(i: number): number {
    this.handler.damage('this is no JSON: the entry that it is in is lost', this.line);
    this.stack.length = 0;
    this.spreadDepth = 0;
    this.capture = null;
    return this.beginOutside(i);
  }

  // ---- strings ----

  private beginString(i: number): void {
    const top = this.stack[this.stack.length - 1];
    this.inString = true;
    this.escaped = false;
    this.stringIsEntry = top === undefined || top.spread;
    if (this.stringIsEntry) this.begin(i);
    this.keyText = top?.expectsKey ? '' : null;
    if (top !== undefined) top.expectsKey = false;
  }

  private endString(chunk: Buffer, start: number): number {
    for (let i = start; i < chunk.length; ) {
      if (this.escaped) {
        this.escaped = false;
        i++;
        continue;
      }
      const quote = nextOf(chunk, QUOTE, i);
      const backslash = chunk.subarray(0, quote).indexOf(BACKSLASH, i);
      if (backslash >= 0) {
        this.escaped = true;
        i = backslash + 1;
        continue;
      }
      this.addKey(chunk, start, quote);
      if (quote >= chunk.length) return quote;
      this.inString = false;
      if (this.keyText !== null) this.stack[this.stack.length - 1].key = this.keyText;
      if (this.stringIsEntry) this.emit(chunk, quote + 1);
      return quote + 1;
    }
    this.addKey(chunk, start, chunk.length);
    return chunk.length;
  }

  private addKey(chunk: Buffer, start: number, end: number): void {
    if (this.keyText !== null && this.keyText.length < MAX_KEY)
      this.keyText += chunk.toString('utf8', start, Math.min(end, start + MAX_KEY));
  }

  // ---- values ----

  private open(isObject: boolean, chunk: Buffer, i: number): void {
    const top = this.stack[this.stack.length - 1];
    const isElement = top === undefined || top.spread;
    const spread = !isObject && (top === undefined || (!isElement && this.shouldSpread(top)));
    let outer: Capture | null = null;
    if (spread) {
      this.spreadDepth++;
      this.keep(chunk, i + 1);
      outer = this.capture;
      this.capture = null;
    } else if (isElement) {
      this.begin(i);
    }
    this.stack.push({ isObject, spread, isEntry: isElement && !spread, outer, expectsKey: isObject, key: '' });
  }

  private shouldSpread(top: Frame): boolean {
    return top.isObject && (this.spreadDepth === 0 || SPREAD_KEYS.has(top.key));
  }

  private close(isObject: boolean, chunk: Buffer, i: number): number {
    const frame = this.stack.pop();
    if (frame === undefined || frame.isObject !== isObject) {
      if (frame !== undefined) this.stack.push(frame);
      return this.resync(i);
    }
    if (frame.isEntry) this.emit(chunk, i + 1);
    if (!frame.spread) return i + 1;
    this.spreadDepth--;
    this.capture = frame.outer;
    this.from = i;
    return i + 1;
  }

  // ---- entries ----

  private begin(i: number): void {
    this.capture = { line: this.line, parts: [], size: 0 };
    this.from = i;
  }

  /** Keeps what is captured of this chunk up to `end`. */
  private keep(chunk: Buffer, end: number): void {
    const { capture } = this;
    if (capture === null) return;
    capture.size += end - this.from;
    if (capture.size <= MAX_LINE_BYTES) capture.parts.push(Buffer.from(chunk.subarray(this.from, end)));
    else capture.parts.length = 0;
    this.from = end;
  }

  private emit(chunk: Buffer, end: number): void {
    this.keep(chunk, end);
    const { capture } = this;
    this.capture = null;
    if (capture === null) return;
    if (capture.size > MAX_LINE_BYTES)
      this.handler.damage(`this entry is longer than ${MAX_LINE_BYTES} bytes: it is lost`, capture.line);
    else this.handler.entry(Buffer.concat(capture.parts).toString('utf8'), capture.line);
  }
}

function nextOf(chunk: Buffer, byte: number, from: number): number {
  const at = chunk.indexOf(byte, from);
  return at < 0 ? chunk.length : at;
}

/** Whether a text begins with a JSON document of entries, and not with one object a line. Lines of other text may stand above. */
export function looksLikeDocument(sample: string): boolean {
  const start = /^[ \t\r]*(?:\[\s*(?:[{["]|$)|\{\s*(?:"|$))/m.exec(sample);
  if (start === null || /goroutine \d+ \[|WARNING: DATA RACE|profile: total/.test(sample.slice(0, start.index))) return false;
  if (sample.slice(0, start.index).split('\n').length > MAX_LINES_ABOVE) return false;
  const rest = sample.slice(start.index);
  const lf = rest.indexOf('\n');
  if (lf < 0 && sample.length < FULL_SAMPLE) return isDocument(parse(rest));
  if (lf < 0) return /^\s*(?:\[\s*[{["]|\{\s*"[^"\\]{0,64}"\s*:\s*[{[])/.test(rest) || /^\s*\{"\w+"\s*:\s*\[/.test(rest);
  const line = rest.slice(0, lf).trim();
  const value = parse(line);
  if (value !== undefined) return isDocument(value);
  if (!BEGINNING.test(rest)) return false;
  const [second = ''] = rest.slice(lf + 1).split('\n', 1);
  return line.startsWith('[') || !/^\s*\{/.test(second) || parse(second) === undefined;
}

/** What a document of several lines begins with. */
const BEGINNING = /^\s*(?:\[\s*)?(?:\{\s*(?:"[^"\n]{0,64}"\s*:|\})|\[|"|\]|$)/;
const MAX_LINES_ABOVE = 20;
/** Characters from which on the sample is not all of the input. */
const FULL_SAMPLE = 60_000;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a whole value holds entries: an array, or an object with an array of objects or arrays beside no text of its own. */
function isDocument(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value === null || typeof value !== 'object') return false;
  if (MESSAGES.some((key) => typeof (value as Record<string, unknown>)[key] === 'string')) return false;
  return Object.values(value).some(
    (inner) => (Array.isArray(inner) && inner.some((one) => one !== null && typeof one === 'object')) || isDocumentWithin(inner),
  );
}

const MESSAGES = ['message', 'msg', 'log', 'text', 'textPayload', '@message', 'MESSAGE', 'Output', 'line'];

function isDocumentWithin(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && isDocument(value);
}

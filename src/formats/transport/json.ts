/**
 * Lines that are JSON objects: `go test -json`, the log files of container engines, structured loggers, exports of
 * log stores. What they carry is text, or a part of a line of it.
 */

import { readEvent, type TestEvent } from '../gotest/events.ts';
import { findAnchor } from './anchors.ts';
import { splitLines } from './escapes.ts';
import { isBareContinuation } from './prefix.ts';

/** Text out of a JSON line. `stream` tells which of the interleaved texts it goes on with. */
export interface CarriedText {
  readonly stream: string;
  readonly text: string;
  /** Whether `text` may stop within a line (test2json, docker): line ends are part of it. */
  readonly partial: boolean;
  /** The event of `go test -json` that it came in; null outside. */
  readonly test: TestEvent | null;
}

export type CarriedLine =
  | { readonly kind: 'text'; readonly carried: CarriedText }
  /** A whole traceback in one string. */
  | { readonly kind: 'traceback'; readonly lines: readonly string[] }
  /** An event that carries no text, of a test or another program's. */
  | { readonly kind: 'event'; readonly event: TestEvent };

/** Keys of a log record's message, the likely ones first. */
const MESSAGE_KEYS = [
  'message',
  'msg',
  'MESSAGE',
  'Message',
  'log',
  'text',
  'textPayload',
  '@message',
  'body',
  'line',
  'Line',
  '_raw',
  'stringValue',
  'LogEntry',
  'LogMessage',
  'output',
  'content',
];
/** Keys that stand for a message where none of the others is there. */
const LESSER_KEYS = ['event', 'original', 'raw', 'value', 'data'];
/** Objects that say something of the entry, and are not it. */
const ASIDE_KEYS = new Set([
  'labels',
  'resource',
  'kubernetes',
  'stream',
  'tags',
  'operation',
  'sourceLocation',
  'httpRequest',
  'metadata',
]);
/** Keys whose values tell writers of one log apart. */
const WRITER_KEYS = [
  'stream',
  'container',
  'container_id',
  'container_name',
  'pod',
  'pod_name',
  'host',
  'hostname',
  'service',
  'pid',
  '_HOSTNAME',
  '_PID',
  'SYSLOG_IDENTIFIER',
  'logStream',
];
/** Characters of what may stand before an object. */
const MAX_LEAD = 512;
/** How deep objects are searched for texts: lines of JSON, entries of documents. */
const MAX_DEPTH = 3;
const MAX_ENTRY_DEPTH = 12;

/**
 * What a line that is a JSON object carries; null for any other line, and for objects without text. Behind other text
 * (a log prefix) only objects count that cannot be anything else.
 */
export function readJsonLine(text: string): CarriedLine | null {
  const open = text.indexOf('{"');
  if (open < 0 || open > MAX_LEAD) return null;
  const object = parseObject(text.slice(open));
  if (object === null) return null;
  const certain = readTestEvent(object) ?? readDockerLine(object) ?? readTraceback(object, MAX_DEPTH);
  return certain ?? (/^[\s[]*$/.test(text.slice(0, open)) ? readMessage(object) : null);
}

/**
 * What an entry of a document carries. Besides objects: a text; a time and a text (Loki); a list of fields with names and
 * values (CloudWatch Logs Insights).
 */
export function readEntry(value: unknown): CarriedLine | null {
  const object = entryObject(value);
  if (object === null) return null;
  return readTestEvent(object) ?? readDockerLine(object) ?? readTraceback(object, MAX_ENTRY_DEPTH) ?? readMessage(object);
}

function entryObject(value: unknown): Record<string, unknown> | null {
  if (typeof value === 'string') return { message: value };
  if (!Array.isArray(value)) return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : null;
  if (value.every((one) => typeof one?.field === 'string'))
    return Object.fromEntries(value.map((one: { field: string; value: unknown }) => [one.field, one.value]));
  const texts = value.filter((one): one is string => typeof one === 'string');
  if (isTraceback(texts)) return { message: texts.join('\n') };
  return texts.length === 0
    ? null
    : { time: texts.length > 1 ? texts[0] : null, message: texts.length > 1 ? longestText(texts.slice(1)) : texts[0] };
}

/** Whether texts are the lines of one text (a column of a table, as Grafana has them) and not the fields of a row. */
function isTraceback(texts: readonly string[]): boolean {
  return texts.some((text, i) => findAnchor(text) === 0 && i + 1 < texts.length && isBareContinuation(texts[i + 1]));
}

/** Which of a row's texts is the message cannot be told but by the others being short. */
function longestText(texts: readonly string[]): string {
  return (
    texts.find((text) => findAnchor(text) >= 0) ?? texts.reduce((most, text) => (text.length > most.length ? text : most), '')
  );
}

const TIME_KEYS = [
  'timestamp',
  '@timestamp',
  'time',
  'ts',
  'eventTime',
  'timeUnixNano',
  'Time',
  'Date',
  'date',
  '_time',
  'TimeGenerated',
  'receiveTimestamp',
  'ingestionTime',
];

/** When an entry was written, in any unit that grows with time; null where it does not tell. */
export function timeOfEntry(value: unknown): number | null {
  const object = entryObject(value);
  if (object === null) return null;
  for (const record of [object, object._source, object.attributes, object.fields, object.result, object.content]) {
    if (record === null || typeof record !== 'object') continue;
    for (const key of TIME_KEYS) {
      const time = parseTime((record as Record<string, unknown>)[key]);
      if (time !== null) return time;
    }
  }
  return null;
}

/** A time as a number or a date. */
export function parseTime(value: unknown): number | null {
  const single = Array.isArray(value) ? value[0] : value;
  if (typeof single === 'number') return single;
  if (typeof single !== 'string' || single === '') return null;
  const number = Number(single);
  if (Number.isFinite(number)) return number;
  // Fractions are compared as well: Date.parse takes three digits of them.
  const fraction = /:\d\d[.,](\d+)/.exec(single)?.[1];
  const date = Date.parse(fraction === undefined ? single : single.replace(/(:\d\d)[.,]\d+/, '$1'));
  return Number.isNaN(date) ? null : date + (fraction === undefined ? 0 : Number(`0.${fraction}`) * 1000);
}

function parseObject(text: string): Record<string, unknown> | null {
  const trimmed = text.trimEnd().replace(/\}[,\]]$/, '}');
  if (trimmed.charCodeAt(trimmed.length - 1) !== 0x7d) return null;
  try {
    return JSON.parse(trimmed) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/** cmd/test2json: `{"Action":"output","Package":"p","Test":"TestX","Output":"=== RUN   TestX\n"}`. */
function readTestEvent(object: Record<string, unknown>): CarriedLine | null {
  const event = readEvent(object);
  if (event === null) return null;
  const { output } = event;
  if (output === null || event.action === 'build-output') return { kind: 'event', event };
  const stream = `test ${JSON.stringify([event.package, event.test])}`;
  return { kind: 'text', carried: { stream, text: output, partial: true, test: event } };
}

/** Docker's json-file: `{"log":"goroutine 1 [running]:\n","stream":"stderr","time":"…"}`. */
function readDockerLine(object: Record<string, unknown>): CarriedLine | null {
  if (typeof object.log !== 'string' || typeof object.stream !== 'string') return null;
  const stream = `log ${writerOf(object)}`;
  return { kind: 'text', carried: { stream, text: object.log, partial: true, test: null } };
}

/** A string of several lines with an anchor in it, or a crash's reason, wherever it stands. */
function readTraceback(object: Record<string, unknown>, depth: number): CarriedLine | null {
  for (const text of textsIn(object, depth)) {
    if (text.trimEnd().includes('\n') && (findAnchor(text) >= 0 || /^(?:panic|fatal error): /.test(text)))
      return { kind: 'traceback', lines: splitLines(text) };
  }
  return null;
}

function* textsIn(value: unknown, depth: number): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (isTexts(value)) yield value.join('\n');
  else if (value !== null && typeof value === 'object' && depth > 0) {
    for (const inner of Object.values(value)) yield* textsIn(inner, depth - 1);
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 1 && value.every((one) => typeof one === 'string');
}

/** The likeliest text of a record: the nearest object that has one, the likeliest key of it. */
function readMessage(object: Record<string, unknown>): CarriedLine | null {
  const levels = levelsOf(object);
  for (const keys of [MESSAGE_KEYS, LESSER_KEYS]) {
    for (const record of levels) {
      for (const key of keys) {
        const text = messageText(record[key]);
        if (text === null) continue;
        const stream = `message ${key} ${writerOf(object)}`;
        return { kind: 'text', carried: { stream, text: text.replace(/\r?\n$/, ''), partial: false, test: null } };
      }
    }
  }
  return null;
}

/** An object and those within it, the outer ones first. */
function levelsOf(object: Record<string, unknown>): Record<string, unknown>[] {
  const levels = [object];
  for (let from = 0, depth = 0; depth < MAX_DEPTH && from < levels.length; depth++) {
    const end = levels.length;
    for (; from < end && levels.length < MAX_LEVELS; from++) {
      for (const [key, inner] of Object.entries(levels[from])) {
        if (inner !== null && typeof inner === 'object' && !Array.isArray(inner) && !ASIDE_KEYS.has(key))
          levels.push(inner as Record<string, unknown>);
      }
    }
  }
  return levels;
}

/** Objects of one record that are looked at. */
const MAX_LEVELS = 64;

/** journalctl -o json writes messages that are not UTF-8 or hold control characters as arrays of bytes. */
function messageText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.length === 1 && typeof value[0] === 'string') return value[0];
  const isBytes = Array.isArray(value) && value.length > 0 && value.every((byte) => Number.isInteger(byte));
  return isBytes ? Buffer.from(value as number[]).toString('utf8') : null;
}

function writerOf(object: Record<string, unknown>): string {
  const named = WRITER_KEYS.map((key) => object[key]).map((value) =>
    typeof value === 'string' || typeof value === 'number' ? value : null,
  );
  return JSON.stringify([...named, podOf(object.kubernetes)]);
}

/** What Fluent Bit and Vector add. */
function podOf(kubernetes: unknown): unknown {
  if (kubernetes === null || typeof kubernetes !== 'object') return null;
  const { pod_name: pod, container_name: container } = kubernetes as Record<string, unknown>;
  return [typeof pod === 'string' ? pod : null, typeof container === 'string' ? container : null];
}

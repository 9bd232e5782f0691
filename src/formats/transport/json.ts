/**
 * Lines that are JSON objects: `go test -json`, the log files of container engines, structured loggers, exports of
 * log stores. What they carry is text, or a part of a line of it.
 */

import { readEvent, type TestEvent } from '../gotest/events.ts';
import { findAnchor } from './anchors.ts';
import { splitLines } from './escapes.ts';

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
const MESSAGE_KEYS = ['message', 'msg', 'MESSAGE', 'log', 'text', 'textPayload', '@message', 'body', 'line', 'event'];
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
/** How deep objects are searched for texts. */
const MAX_DEPTH = 3;

/**
 * What a line that is a JSON object carries; null for any other line, and for objects without text. Behind other text
 * (a log prefix) only objects count that cannot be anything else.
 */
export function readJsonLine(text: string): CarriedLine | null {
  const open = text.indexOf('{"');
  if (open < 0 || open > MAX_LEAD) return null;
  const object = parseObject(text.slice(open));
  if (object === null) return null;
  const certain = readTestEvent(object) ?? readDockerLine(object) ?? readTraceback(object);
  return certain ?? (/^[\s[]*$/.test(text.slice(0, open)) ? readMessage(object) : null);
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
function readTraceback(object: Record<string, unknown>): CarriedLine | null {
  for (const text of textsIn(object, MAX_DEPTH)) {
    if (text.includes('\n') && (findAnchor(text) >= 0 || /^(?:panic|fatal error): /.test(text)))
      return { kind: 'traceback', lines: splitLines(text) };
  }
  return null;
}

function* textsIn(value: unknown, depth: number): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (value !== null && typeof value === 'object' && depth > 0) {
    for (const inner of Object.values(value)) yield* textsIn(inner, depth - 1);
  }
}

function readMessage(object: Record<string, unknown>): CarriedLine | null {
  for (const record of [object, object.jsonPayload, object._source, object.record, object.fields]) {
    if (record === null || typeof record !== 'object') continue;
    for (const key of MESSAGE_KEYS) {
      const text = messageText((record as Record<string, unknown>)[key]);
      if (text === null) continue;
      const stream = `message ${key} ${writerOf(object)}`;
      return { kind: 'text', carried: { stream, text: text.replace(/\r?\n$/, ''), partial: false, test: null } };
    }
  }
  return null;
}

/** journalctl -o json writes messages that are not UTF-8 or hold control characters as arrays of bytes. */
function messageText(value: unknown): string | null {
  if (typeof value === 'string') return value;
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

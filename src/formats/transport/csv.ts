/**
 * Tables of comma-separated values, as log stores export them (CloudWatch Logs Insights, Grafana, Kibana, Datadog): which
 * column holds the messages, and their texts. Quotes within quotes are doubled, and a quoted field may hold line ends
 * (RFC 4180).
 *
 *     @timestamp,@message
 *     2026-11-01 12:00:00.000,goroutine 34 [running]:
 *     2026-11-01 12:00:00.001,"main.f(0xc000, {0x1, 0x3})"
 */

import { findAnchor } from './anchors.ts';
import { parseTime } from './json.ts';

/** Names of columns that hold messages, the likely ones first. */
const MESSAGE_COLUMN =
  /^(?:@?message|msg|log|line|log ?message|logentry|text(?:payload)?|body|_raw|content|output|event|(?:json_?payload|log|_source|fields|attributes)[._]message|event[._]original)$/i;
const TIME_COLUMN = /^(?:@?timestamp(?: \[utc\])?|time|date|_time|ts|tsns|timegenerated|event ?time|receivetimestamp)$/i;
/** Names of columns that tell writers apart. */
const WRITER_COLUMN = /^(?:@?log_?stream(?:name)?|container(?:_?name|_id)?|pod(?:_?name)?|host(?:name)?|instance|service)$/i;
const DELIMITERS = [',', ';', '\t'];
/** Characters of a record that goes on over several lines. */
const MAX_RECORD = 4 << 20;

export interface CsvShape {
  readonly delimiter: string;
  readonly fields: number;
  /** Columns of messages: the first that is not empty counts. */
  readonly messages: readonly number[];
  readonly times: readonly number[];
  readonly writers: readonly number[];
  readonly hasHeader: boolean;
}

/** The shape of a table that a text begins with; null for what is none, or has no messages. */
export function csvShapeOf(sample: string): CsvShape | null {
  if (/^\s*[{[]/.test(sample)) return null;
  const records = firstRecords(sample);
  for (const delimiter of DELIMITERS) {
    const rows = records.slice(0, SAMPLED).map((record) => splitRecord(record, delimiter));
    const fields = rows[0]?.length ?? 0;
    const whole = rows.filter((row) => row.length === fields).length;
    if (fields < 2 || rows.length < 2 || whole * 10 < rows.length * 9) continue;
    const named = shapeByNames(rows[0], delimiter);
    if (named !== null) return named;
    const message = columnOfAnchors(records, delimiter);
    if (message >= 0) return { delimiter, fields, messages: [message], times: [], writers: [], hasHeader: false };
  }
  return null;
}

const SAMPLED = 40;

function shapeByNames(names: readonly string[], delimiter: string): CsvShape | null {
  const of = (pattern: RegExp) => names.flatMap((name, i) => (pattern.test(name.trim()) ? [i] : []));
  const messages = of(MESSAGE_COLUMN);
  if (messages.length === 0) return null;
  return { delimiter, fields: names.length, messages, times: of(TIME_COLUMN), writers: of(WRITER_COLUMN), hasHeader: true };
}

/** The column of a table without known names in which a dump begins, where some of its fields are quoted. */
function columnOfAnchors(records: readonly string[], delimiter: string): number {
  if (!records.some((record) => record.includes('"'))) return -1;
  for (const record of records) {
    const column = splitRecord(record, delimiter).findIndex((field) => findAnchor(field) === 0);
    if (column > 0) return column;
  }
  return -1;
}

function firstRecords(sample: string): string[] {
  const joiner = new RecordJoiner();
  const records: string[] = [];
  for (const line of sample.split(/\r?\n/)) {
    const record = joiner.take(line, 1);
    if (record !== null && record.text !== '') records.push(record.text);
  }
  return records;
}

/** The fields of a record. */
export function splitRecord(record: string, delimiter: string): string[] {
  const fields: string[] = [];
  for (let at = 0; at <= record.length; ) {
    if (record[at] === '"') {
      const end = closingQuote(record, at);
      fields.push(record.slice(at + 1, end).replaceAll('""', '"'));
      const next = record.indexOf(delimiter, end);
      at = next < 0 ? record.length + 1 : next + 1;
    } else {
      const next = record.indexOf(delimiter, at);
      fields.push(record.slice(at, next < 0 ? record.length : next));
      at = next < 0 ? record.length + 1 : next + 1;
    }
  }
  return fields;
}

function closingQuote(text: string, open: number): number {
  for (let i = text.indexOf('"', open + 1); i >= 0; i = text.indexOf('"', i + 2)) if (text[i + 1] !== '"') return i;
  return text.length;
}

interface CsvRecord {
  readonly text: string;
  readonly line: number;
}

/** Lines → records: a field that is open at the end of a line goes on in the next. */
export class RecordJoiner {
  private open: { text: string; readonly line: number } | null = null;

  /** The record that ends with this line; null where it goes on. */
  take(text: string, line: number): CsvRecord | null {
    const { open } = this;
    const quotes = countQuotes(text);
    if (open === null) {
      if (quotes % 2 === 0) return { text, line };
      this.open = { text, line };
      return null;
    }
    open.text += `\n${text}`;
    if (quotes % 2 === 0 && open.text.length < MAX_RECORD) return null;
    this.open = null;
    return open;
  }

  /** What is left open at the end. */
  finish(): CsvRecord | null {
    const { open } = this;
    this.open = null;
    return open;
  }
}

function countQuotes(text: string): number {
  let count = 0;
  for (let i = text.indexOf('"'); i >= 0; i = text.indexOf('"', i + 1)) count++;
  return count;
}

export interface CsvMessage {
  readonly text: string;
  readonly writer: string;
  readonly time: number | null;
}

/** The message of a record; null where it has another number of fields. */
export function messageOf(record: string, shape: CsvShape): CsvMessage | null {
  const fields = splitRecord(record, shape.delimiter);
  if (fields.length !== shape.fields) return null;
  const text = shape.messages.map((i) => fields[i]).find((field) => field !== '') ?? '';
  const time = shape.times.map((i) => parseTime(fields[i])).find((one) => one !== null) ?? null;
  return { text, writer: shape.writers.map((i) => fields[i]).join('\u0000'), time };
}

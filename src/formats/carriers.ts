/**
 * What carries lines of text as a whole, told by its first bytes: one JSON document of entries, a table of comma-separated
 * values, XML, YAML; and texts that begin with their newest line, which are turned round.
 */

import type { Problem } from '../base/errors.ts';
import { MAX_HELD_CHARACTERS } from '../base/limits.ts';
import { LineReader, textOf } from '../base/lines.ts';
import type { TextReader } from './textreader.ts';
import { type CsvShape, csvShapeOf, messageOf, RecordJoiner } from './transport/csv.ts';
import { JsonEntryScanner, looksLikeDocument } from './transport/entries.ts';
import { type CarriedLine, readEntry, timeOfEntry } from './transport/json.ts';
import { isDescending, type LineOrder, orderOf } from './transport/order.ts';
import { looksLikeXml, XmlTexts } from './transport/xml.ts';
import { looksLikeYaml, YamlMessages } from './transport/yaml.ts';

/** Takes the decoded bytes of an input. */
export interface Carrier {
  /** What it is, for an input in which nothing is found: `a JSON document of 12 entries`. */
  describe(): string;
  push(chunk: Uint8Array): void;
  finish(): void;
}

type Report = (problem: Problem) => void;

/** The carrier that a text begins with; null where it is read as it is. */
export function findCarrier(head: Buffer, reader: TextReader, report: Report): Carrier | null {
  const sample = head.toString('utf8');
  if (looksLikeDocument(sample)) return makeDocument(reader, report);
  if (looksLikeXml(sample)) return makeXml(reader);
  if (looksLikeYaml(sample)) return makeYaml(reader, report);
  const shape = csvShapeOf(sample);
  if (shape !== null) return makeTable(shape, reader, report);
  return orderOf(sample.split(/\r?\n/)) === 'reversed' ? makeReversed(reader, report) : null;
}

/** A line, or what an entry carries. */
type Item =
  | { readonly line: number; readonly text: string }
  | { readonly line: number; readonly carried: CarriedLine; readonly time: number | null };

function takeItem(reader: TextReader, item: Item): void {
  if ('text' in item) reader.takeText(item.text, item.line);
  else reader.takeEntry(item.carried, item.line);
}

function makeDocument(reader: TextReader, report: Report): Carrier {
  const items = new OrderedItems((item) => takeItem(reader, item), report);
  let entries = 0;
  const scanner = new JsonEntryScanner({
    entry: (text, line) => {
      entries++;
      const value = parseEntry(text);
      const carried = value === undefined ? null : readEntry(value);
      if (value === undefined) report({ severity: 'error', message: 'this entry is no JSON: it is lost', line });
      if (carried !== null) items.add({ line, carried, time: timeOfEntry(value) });
    },
    plain: (text, line) => items.add({ line, text }),
    damage: (message, line) => report({ severity: 'error', message, line }),
  });
  return {
    describe: () => `a JSON document of ${entries} entries`,
    push: (chunk) => scanner.push(chunk),
    finish: () => {
      scanner.finish();
      items.finish();
    },
  };
}

function parseEntry(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function makeTable(shape: CsvShape, reader: TextReader, report: Report): Carrier {
  const items = new OrderedItems((item) => takeItem(reader, item), report);
  const joiner = new RecordJoiner();
  let records = 0;
  let isHeader = shape.hasHeader;
  const take = (record: { readonly text: string; readonly line: number } | null): void => {
    if (record === null) return;
    const message = messageOf(record.text, shape);
    if (message === null) items.add(record);
    else if (isHeader) isHeader = false;
    else {
      records++;
      const carried = { stream: `column ${message.writer}`, text: message.text, partial: false, test: null };
      items.add({ line: record.line, carried: { kind: 'text', carried }, time: message.time });
    }
  };
  const lines = new LineReader({ line: (line) => take(joiner.take(textOf(line), line.number)) });
  return {
    describe: () => `a table of ${records} rows of comma-separated values`,
    push: (chunk) => lines.push(chunk),
    finish: () => {
      lines.finish();
      take(joiner.finish());
      items.finish();
    },
  };
}

function makeXml(reader: TextReader): Carrier {
  const xml = new XmlTexts();
  const lines = new LineReader({
    line: (line) => {
      for (const text of xml.take(textOf(line))) reader.takeText(text, line.number);
    },
  });
  return { describe: () => 'XML', push: (chunk) => lines.push(chunk), finish: () => lines.finish() };
}

function makeYaml(reader: TextReader, report: Report): Carrier {
  const items = new OrderedItems((item) => takeItem(reader, item), report);
  const yaml = new YamlMessages(({ text, line, time }) => {
    items.add({ line, carried: readEntry(text) as CarriedLine, time });
  });
  const lines = new LineReader({ line: (line) => yaml.line(textOf(line), line.number) });
  return {
    describe: () => 'YAML',
    push: (chunk) => lines.push(chunk),
    finish: () => {
      lines.finish();
      yaml.finish();
      items.finish();
    },
  };
}

function makeReversed(reader: TextReader, report: Report): Carrier {
  const items = new OrderedItems((item) => takeItem(reader, item), report, 'reversed');
  const lines = new LineReader({ line: (line) => items.add({ line: line.number, text: textOf(line) }) });
  return {
    describe: () => 'text',
    push: (chunk) => lines.push(chunk),
    finish: () => {
      lines.finish();
      items.finish();
    },
  };
}

/** Items that are held until it shows in which order they are. */
const WINDOW = 4000;

/** Hands items on in the order of time: those of a text that begins with the newest are held until its end. */
class OrderedItems {
  private readonly take: (item: Item) => void;
  private readonly report: Report;
  private order: LineOrder | null;
  private held: Item[] = [];
  private characters = 0;

  constructor(take: (item: Item) => void, report: Report, order: LineOrder | null = null) {
    this.take = take;
    this.report = report;
    this.order = order;
  }

  add(item: Item): void {
    if (this.order === 'forward') {
      this.take(item);
      return;
    }
    this.held.push(item);
    this.characters += textOfItem(item).length;
    if (this.order === null && (this.held.length >= WINDOW || this.characters > MAX_HELD_CHARACTERS / 16)) this.decide();
    if (this.characters > MAX_HELD_CHARACTERS) this.giveUp();
  }

  finish(): void {
    if (this.order === null) this.decide();
    const { held } = this;
    this.held = [];
    if (held.length === 0) return;
    const message = 'the newest line comes first: read from the last to the first';
    this.report({ severity: 'info', message, line: held[0].line });
    for (let i = held.length - 1; i >= 0; i--) this.take(held[i]);
  }

  private decide(): void {
    const told = orderOf(this.held.map(textOfItem));
    const times = () => isDescending(this.held.map((item) => ('time' in item ? item.time : null)));
    this.order = told ?? (times() ? 'reversed' : 'forward');
    if (this.order === 'forward') this.release();
  }

  private giveUp(): void {
    const message = `the newest line comes first, and more than ${MAX_HELD_CHARACTERS} characters are too many to turn round: export with the oldest first`;
    this.report({ severity: 'error', message, line: this.held[0].line });
    this.order = 'forward';
    this.release();
  }

  private release(): void {
    const { held } = this;
    this.held = [];
    this.characters = 0;
    for (const item of held) this.take(item);
  }
}

/** The single line of an item; several lines are in an order of their own. */
function textOfItem(item: Item): string {
  if ('text' in item) return item.text;
  const { carried } = item;
  if (carried.kind !== 'text') return '';
  const text = carried.carried.text.trimEnd();
  return text.includes('\n') ? '' : text;
}

/**
 * The binary form of a trace → its text form, as `go tool trace -d=wire` prints it, batch by batch. The form is told in
 * read.ts.
 */

import type { ItemSink, TraceItem } from '../batches.ts';
import { ByteCursor, TraceError } from '../bytes.ts';
import { Ev, MAX_TRACE_FRAMES } from '../spec.ts';
import { isPlain, quoteGo } from './quote.ts';
import { FRAME_NAMES, type TextSpec, textSpecsById } from './specs.ts';

/** Text is handed on in pieces of about this size. */
const PIECE_BYTES = 1 << 16;
const LF = 0x0a;
const SPACE = 0x20;
const ZERO = 0x30;
const DATA = Buffer.from('\n\tdata=', 'latin1');
const FRAME_BEGIN = Buffer.from('\n\t', 'latin1');

export class TraceTextWriter implements ItemSink {
  private readonly text: TextBuilder;
  private specs: readonly (TextSpec | undefined)[] = [];

  /** `write` is given the text in pieces, each its own. */
  constructor(write: (piece: Uint8Array) => void) {
    this.text = new TextBuilder(write);
  }

  begin(version: number): void {
    this.specs = textSpecsById(version);
    this.text.string(`Trace Go1.${version}\n`);
  }

  /** Writes an item, all of it or nothing. @throws TraceError for one that is broken */
  item(item: TraceItem): void {
    const before = this.text.length;
    try {
      if (item.type === Ev.ExperimentalBatch) this.writeExperiment(item);
      else this.writeItem(item);
    } catch (error) {
      this.text.cut(before);
      throw error;
    }
    this.text.flush(PIECE_BYTES);
  }

  finish(): void {
    this.text.flush(0);
  }

  private spec(type: number, offset: number): TextSpec {
    const spec = this.specs[type];
    if (spec === undefined) throw new TraceError(`event ${type}, which traces of this version do not have`, offset);
    return spec;
  }

  private writeItem({ type, head, payload, headOffset, payloadOffset }: TraceItem): void {
    const { names, name } = this.spec(type, headOffset);
    this.text.string(name);
    this.writeNumbers(names, new ByteCursor(head, headOffset));
    this.text.byte(LF);
    const cursor = new ByteCursor(payload, payloadOffset);
    while (!cursor.done) this.writeEvent(cursor);
  }

  private writeExperiment({ head, payload, headOffset }: TraceItem): void {
    const cursor = new ByteCursor(head, headOffset);
    const { name, names } = this.spec(Ev.ExperimentalBatch, cursor.base);
    this.text.string(`${name} exp=${cursor.byte()}`);
    this.writeNumbers(names.slice(1), cursor);
    this.writeData(payload);
    this.text.byte(LF);
  }

  private writeEvent(cursor: ByteCursor): void {
    const at = cursor.base + cursor.pos;
    const { name, names, tail } = this.spec(cursor.byte(), at);
    this.text.string(name);
    const last = this.writeNumbers(names, cursor);
    if (tail === 'frames') this.writeFrames(Number(last), cursor, at);
    else if (tail === 'data') this.writeData(cursor.take(cursor.varint()));
    this.text.byte(LF);
  }

  /** Gives the last number. */
  private writeNumbers(names: readonly Buffer[], cursor: ByteCursor): number | bigint {
    let value: number | bigint = 0;
    for (const name of names) {
      this.text.byte(SPACE);
      this.text.bytes(name);
      value = exactVarint(cursor);
      this.text.number(value);
    }
    return value;
  }

  private writeFrames(count: number, cursor: ByteCursor, at: number): void {
    if (count > MAX_TRACE_FRAMES) throw new TraceError(`a stack of ${count} frames; at most ${MAX_TRACE_FRAMES} are allowed`, at);
    for (let i = 0; i < count; i++) {
      for (let field = 0; field < FRAME_NAMES.length; field++) {
        if (field === 0) this.text.bytes(FRAME_BEGIN);
        else this.text.byte(SPACE);
        this.text.bytes(FRAME_NAMES[field]);
        this.text.number(exactVarint(cursor));
      }
    }
  }

  private writeData(bytes: Uint8Array): void {
    this.text.bytes(DATA);
    this.text.string(isPlain(bytes) ? `"${Buffer.from(bytes).toString('latin1')}"` : quoteGo(bytes));
  }
}

/** A number, as a bigint where a double would not be exact. */
function exactVarint(cursor: ByteCursor): number | bigint {
  const from = cursor.pos;
  const value = cursor.varint();
  if (value <= Number.MAX_SAFE_INTEGER) return value;
  let exact = 0n;
  for (let i = cursor.pos - 1; i >= from; i--) exact = (exact << 7n) | BigInt(cursor.buf[i] & 0x7f);
  return BigInt.asUintN(64, exact);
}

/** Text on its way out, as bytes. */
class TextBuilder {
  private readonly write: (piece: Uint8Array) => void;
  private buf: Buffer = Buffer.allocUnsafe(2 * PIECE_BYTES);
  length = 0;

  constructor(write: (piece: Uint8Array) => void) {
    this.write = write;
  }

  byte(byte: number): void {
    this.reserve(1);
    this.buf[this.length++] = byte;
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    // Names are so short that a loop is faster than any call.
    for (let i = 0; i < bytes.length; i++) this.buf[this.length++] = bytes[i];
  }

  string(text: string): void {
    this.reserve(3 * text.length);
    this.length += this.buf.write(text, this.length);
  }

  number(value: number | bigint): void {
    if (typeof value === 'bigint' || value >= 2 ** 31) {
      this.string(String(value));
      return;
    }
    this.reserve(10);
    let digits = 1;
    for (let limit = 10; value >= limit; limit *= 10) digits++;
    let rest = value;
    for (let at = this.length + digits - 1; at >= this.length; at--) {
      const left = (rest / 10) | 0;
      this.buf[at] = ZERO + rest - left * 10;
      rest = left;
    }
    this.length += digits;
  }

  /** Takes back what was written since. */
  cut(length: number): void {
    this.length = length;
  }

  /** Hands on what is there, if it is more than `bytes`. */
  flush(bytes: number): void {
    if (this.length <= bytes) return;
    this.write(Uint8Array.from(this.buf.subarray(0, this.length)));
    this.length = 0;
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buf.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.buf.length, this.length + bytes));
    this.buf.copy(larger, 0, 0, this.length);
    this.buf = larger;
  }
}

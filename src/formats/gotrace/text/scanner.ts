/** The words, numbers and quoted texts of one line of the text form. */

import { HASH, hasAt, isBlank, isDigit } from '../../../base/bytes.ts';
import { InputError, makeExcerpt } from '../../../base/errors.ts';
import type { Line } from '../../../base/lines.ts';
import { unquoteGo } from './quote.ts';

const EQUALS = 0x3d;
const MAX_UINT64 = (1n << 64n) - 1n;
/** Digits of a number that is exact as a double, and of any that is looked at. */
const EXACT_DIGITS = 15;
const MAX_DIGITS = 100;
/** Bytes of a line that are shown, or compared as a whole. */
const MAX_SHOWN = 1 << 12;

/** A number of a trace, a bigint where a double would not be exact. */
export type Uint64 = number | bigint;

export class LineScanner {
  private buf: Buffer = Buffer.alloc(0);
  private start = 0;
  private pos = 0;
  private end = 0;
  /** Of the line, from 1 on. */
  number = 0;

  /** Begins a line. Its bytes are looked at until the next one begins. */
  begin({ buf, start, end, number }: Line): void {
    this.buf = buf;
    this.start = this.pos = start;
    this.end = end;
    this.number = number;
  }

  /** The line, as much of it as anybody looks at. */
  get text(): string {
    return this.buf.toString('utf8', this.start, Math.min(this.end, this.start + MAX_SHOWN));
  }

  /** Whether nothing but a comment is left of the line. */
  skipBlanks(): boolean {
    while (this.pos < this.end && isBlank(this.buf[this.pos])) this.pos++;
    return this.pos === this.end || this.buf[this.pos] === HASH;
  }

  takeWord(): string {
    const from = this.pos;
    while (this.pos < this.end && !isBlank(this.buf[this.pos]) && this.buf[this.pos] !== HASH) this.pos++;
    return this.buf.toString('latin1', from, this.pos);
  }

  /** The number behind ` NAME=`. */
  takeArgument(name: Buffer): Uint64 {
    this.skipBlanks();
    const { buf, end } = this;
    const from = this.pos + name.length;
    if (!hasAt(buf, this.pos, end, name)) throw this.broken(`${name}NUMBER is expected${this.foundText()}`);
    let value = 0;
    let at = from;
    for (; at < end && isDigit(buf[at]); at++) value = value * 10 + (buf[at] - 0x30);
    if (at === from || (at < end && !isBlank(buf[at]) && buf[at] !== HASH))
      throw this.broken(`a decimal number is expected behind ${name}${this.foundText()}`);
    this.pos = at;
    if (at - from <= EXACT_DIGITS) return value;
    const exact = BigInt(buf.toString('latin1', from, Math.min(at, from + MAX_DIGITS)));
    if (exact > MAX_UINT64 || at - from > MAX_DIGITS) throw this.broken(`a number behind ${name} that 64 bits do not hold`);
    return exact <= Number.MAX_SAFE_INTEGER ? Number(exact) : exact;
  }

  private foundText(): string {
    const found = this.skipBlanks() ? 'the end of the line' : makeExcerpt(this.takeWord());
    return `; found ${found}`;
  }

  checkEnd(): void {
    if (!this.skipBlanks()) throw this.broken(`the end of the line is expected${this.foundText()}`);
  }

  takeData(): Uint8Array {
    const { buf } = this;
    let { pos, end } = this;
    while (end > pos && isBlank(buf[end - 1])) end--;
    const equals = buf.indexOf(EQUALS, pos);
    if (equals < 0 || equals > end || buf.toString('latin1', pos, equals).trim() !== 'data')
      throw this.broken(`data="…" is expected${this.foundText()}`);
    for (pos = equals + 1; pos < end && isBlank(buf[pos]); ) pos++;
    const data = unquoteGo(buf, pos, end);
    if (data === null) throw this.broken('a text in quotes, as Go has it, is expected behind data=');
    return data;
  }

  /** What is wrong with the line. */
  broken(message: string): InputError {
    const excerpt = makeExcerpt(this.text.trim());
    return new InputError(message, { line: Math.max(1, this.number), ...(excerpt === '' ? {} : { excerpt }) });
  }
}

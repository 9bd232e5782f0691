/** Lines out of chunks: nothing is copied but the line that a chunk's border cuts. */

import { CR, LF } from './bytes.ts';
import { HISTORY_BYTES, MAX_LINE_BYTES } from './limits.ts';

/** One line, in [start, end) without its line end. The object is used again for the next line. */
export interface Line {
  buf: Buffer;
  start: number;
  end: number;
  /** 1-based. */
  number: number;
  /** True for the last line of an input that ends without a line end. */
  unended: boolean;
  /** True for a line longer than the bound, of which only the beginning is here. */
  cut: boolean;
}

export function makeLine(buf: Buffer, start: number, end: number, number: number): Line {
  return { buf, start, end, number, unended: false, cut: false };
}

export function textOf(line: Line): string {
  return line.buf.toString('utf8', line.start, line.end);
}

/** Who takes the lines. */
export interface LineHandler {
  line(line: Line): void;
  /**
   * Takes whole lines off [start, end) in a faster way where it can, `number` being the first one's number.
   * Returns how many lines it took and sets `bulkEnd` behind them.
   */
  bulk?(buf: Buffer, start: number, end: number, number: number): number;
  bulkEnd?: number;
}

export class LineReader {
  private readonly handler: LineHandler;
  private buf: Buffer = Buffer.allocUnsafe(1 << 18);
  /** Where the kept history begins, where the next line begins, how far it is known to hold no line end, the end. */
  private kept = 0;
  private pos = 0;
  private scanned = 0;
  private end = 0;
  private skipping = false;
  private readonly current: Line;

  constructor(handler: LineHandler) {
    this.handler = handler;
    this.current = makeLine(this.buf, 0, 0, 0);
  }

  push(chunk: Uint8Array): void {
    this.makeRoom(chunk.length);
    this.buf.set(chunk, this.end);
    this.end += chunk.length;
    this.takeLines();
  }

  /** Hands over the last line, if the input did not end with a line end. */
  finish(): void {
    if (this.pos < this.end && !this.skipping) {
      this.current.unended = true;
      this.emit(this.end, false);
      this.pos = this.end;
    }
  }

  /** The lines before the current one that are still in memory, the oldest first. */
  history(): Line[] {
    const lines: Line[] = [];
    let end = this.current.start - 1;
    for (let number = this.current.number - 1; end > this.kept; number--) {
      const start = this.buf.lastIndexOf(LF, end - 1) + 1;
      if (start < this.kept || (start === this.kept && this.kept > 0)) break;
      lines.push(makeLine(this.buf, start, dropReturn(this.buf, start, end), number));
      end = start - 1;
    }
    return lines.reverse();
  }

  private makeRoom(bytes: number): void {
    if (this.end + bytes <= this.buf.length) return;
    const from = Math.max(this.kept, this.pos - HISTORY_BYTES);
    const needed = this.end - from + bytes;
    const target = needed > this.buf.length ? Buffer.allocUnsafe(Math.max(needed, this.buf.length * 2)) : this.buf;
    this.buf.copy(target, 0, from, this.end);
    this.buf = target;
    this.kept = 0;
    this.pos -= from;
    this.scanned -= from;
    this.end -= from;
  }

  private takeLines(): void {
    const { handler } = this;
    while (this.pos < this.end) {
      // Without a line end there is nothing to take in bulk either: an endless line is looked at once.
      const lf = this.findLineEnd();
      if (lf < 0) {
        if (this.end - this.pos > MAX_LINE_BYTES) this.cutLine();
        return;
      }
      if (handler.bulk !== undefined && !this.skipping && this.takeBulk(handler)) continue;
      if (this.skipping) this.skipping = false;
      else this.emit(lf, false);
      this.pos = this.scanned = lf + 1;
    }
  }

  private takeBulk(handler: LineHandler): boolean {
    const taken = handler.bulk?.(this.buf, this.pos, this.end, this.current.number + 1) ?? 0;
    if (taken === 0) return false;
    this.current.number += taken;
    this.pos = this.scanned = handler.bulkEnd as number;
    return true;
  }

  private findLineEnd(): number {
    const from = Math.max(this.pos, this.scanned);
    const lf = from < this.end ? this.buf.subarray(0, this.end).indexOf(LF, from) : -1;
    if (lf < 0) this.scanned = this.end;
    return lf;
  }

  /** Hands over the beginning of a line that is too long and skips what is left of it. */
  private cutLine(): void {
    if (!this.skipping) this.emit(this.pos + MAX_LINE_BYTES, true);
    this.skipping = true;
    this.pos = this.scanned = this.end;
  }

  private emit(end: number, cut: boolean): void {
    const line = this.current;
    line.buf = this.buf;
    line.start = this.pos;
    line.end = cut ? end : dropReturn(this.buf, this.pos, end);
    line.number++;
    line.cut = cut;
    this.handler.line(line);
  }
}

function dropReturn(buf: Uint8Array, start: number, end: number): number {
  return end > start && buf[end - 1] === CR ? end - 1 : end;
}

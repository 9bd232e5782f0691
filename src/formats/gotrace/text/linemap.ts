/**
 * Which line of a text an event of the binary form came from. Two bytes an event, kept for the last two generations: a
 * trace is checked when its generation ends, which is known from the next one.
 */

import { ByteCursor } from '../bytes.ts';
import { ByteBuilder } from '../encode.ts';

/** Steps between marks; who looks a line up walks from the mark before it. */
const STRIDE = 1024;

interface Mark {
  readonly offset: number;
  readonly line: number;
  /** Where the steps behind it begin. */
  readonly at: number;
}

class Section {
  readonly steps = new ByteBuilder();
  readonly marks: Mark[] = [];
  private count = 0;
  private offset = 0;
  private line = 0;

  add(offset: number, line: number): void {
    if (this.count++ % STRIDE === 0) {
      this.marks.push({ offset, line, at: this.steps.length });
    } else {
      this.steps.varint(offset - this.offset);
      this.steps.varint(line - this.line);
    }
    this.offset = offset;
    this.line = line;
  }

  /** The line of the last event that begins at or before `offset`; null where all are behind it. */
  find(offset: number): number | null {
    const mark = this.marks.findLast((one) => one.offset <= offset);
    if (mark === undefined) return null;
    const next = this.marks[this.marks.indexOf(mark) + 1];
    const cursor = new ByteCursor(this.steps.view(), 0, mark.at, next?.at ?? this.steps.length);
    let { offset: at, line } = mark;
    while (!cursor.done) {
      at += cursor.varint();
      if (at > offset) break;
      line += cursor.varint();
    }
    return line;
  }
}

export class LineMap {
  private before = new Section();
  private current = new Section();

  /** A generation begins. */
  turn(): void {
    this.before = this.current;
    this.current = new Section();
  }

  /** What begins at `offset` of the binary form stands in `line`. Both must grow. */
  add(offset: number, line: number): void {
    this.current.add(offset, line);
  }

  /** The line of what stands at `offset`; null where it is not kept any more. */
  find(offset: number): number | null {
    return this.current.find(offset) ?? this.before.find(offset);
  }
}

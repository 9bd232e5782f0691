/**
 * Columns of numbers as bytes, as they lie in a report: whole numbers in groups of seven bits, the lowest first and the
 * eighth bit set in all but the last byte; others as 64-bit floats. Read in the browser, so nothing of Node is used.
 */

/** How a column is written: `u` whole numbers from 0, `f` any number, `b` bytes as they are. */
export type Codec = 'u' | 'f' | 'b';

/** Where a column lies, and how it is written. */
export type ColumnRef = readonly [codec: Codec, offset: number, length: number];

const FLOAT_BYTES = 8;
const LONGEST = 8;

/** Bytes that grow, and the columns in them. */
export class ColumnWriter {
  private bytes = new Uint8Array(1 << 12);
  private length = 0;

  /** Whole numbers from 0 to 2^53 - 1 take one to eight bytes each; if any is not, all are written as floats. */
  numbers(values: ArrayLike<number>): ColumnRef {
    for (let i = 0; i < values.length; i++) {
      if (!Number.isSafeInteger(values[i]) || values[i] < 0) return this.floats(values);
    }
    const offset = this.length;
    this.reserve(values.length * LONGEST);
    for (let i = 0; i < values.length; i++) {
      let rest = values[i];
      for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.bytes[this.length++] = (rest % 0x80) | 0x80;
      this.bytes[this.length++] = rest;
    }
    return ['u', offset, values.length];
  }

  bytesOf(values: Uint8Array): ColumnRef {
    const offset = this.length;
    this.reserve(values.length);
    this.bytes.set(values, offset);
    this.length += values.length;
    return ['b', offset, values.length];
  }

  private floats(values: ArrayLike<number>): ColumnRef {
    const offset = this.length;
    this.reserve(values.length * FLOAT_BYTES);
    const view = new DataView(this.bytes.buffer);
    for (let i = 0; i < values.length; i++) view.setFloat64(offset + i * FLOAT_BYTES, values[i], true);
    this.length += values.length * FLOAT_BYTES;
    return ['f', offset, values.length];
  }

  finish(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const wider = new Uint8Array(Math.max(this.length + more, this.bytes.length * 2));
    wider.set(this.bytes.subarray(0, this.length));
    this.bytes = wider;
  }
}

/** The bytes of a column that was written as such. */
export function readBytes(bytes: Uint8Array, [, offset, length]: ColumnRef): Uint8Array {
  return bytes.subarray(offset, offset + length);
}

/** The numbers of a column. */
export function readColumn(bytes: Uint8Array, [codec, offset, length]: ColumnRef): Float64Array {
  const values = new Float64Array(length);
  if (codec === 'f') {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    for (let i = 0; i < length; i++) values[i] = view.getFloat64(offset + i * FLOAT_BYTES, true);
    return values;
  }
  let at = offset;
  for (let i = 0; i < length; i++) {
    let value = 0;
    let scale = 1;
    for (; bytes[at] >= 0x80; scale *= 0x80) value += (bytes[at++] & 0x7f) * scale;
    values[i] = value + bytes[at++] * scale;
  }
  return values;
}

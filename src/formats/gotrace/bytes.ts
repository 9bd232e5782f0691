/** Varints out of a batch's bytes: unsigned, 7 bits a byte, the lowest first, at most ten bytes. */

/** Where a trace is broken: a position within it, and what was expected there. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Values from here on mean "none" (all 64 bits set) wherever ids may be none. */
export const NONE_FROM = 2 ** 63;
const MAX_VARINT_BYTES = 10;

export class ByteCursor {
  readonly buf: Uint8Array;
  pos: number;
  readonly end: number;
  /** Offset of the first byte in the whole trace, for messages. */
  readonly base: number;

  constructor(buf: Uint8Array, base: number, pos = 0, end: number = buf.length) {
    this.buf = buf;
    this.base = base;
    this.pos = pos;
    this.end = end;
  }

  get done(): boolean {
    return this.pos >= this.end;
  }

  byte(): number {
    if (this.pos >= this.end) throw this.short();
    return this.buf[this.pos++];
  }

  /** A number; beyond 2^53 not exact, which only addresses and "none" are. */
  varint(): number {
    const { buf, end } = this;
    // Most numbers are one byte.
    if (this.pos < end && buf[this.pos] < 0x80) return buf[this.pos++];
    let value = 0;
    let scale = 1;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      if (this.pos >= end) throw this.short();
      const byte = buf[this.pos++];
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new TraceError('a number of more than ten bytes', this.base + this.pos);
  }

  take(length: number): Uint8Array {
    if (length > this.end - this.pos) throw this.short();
    this.pos += length;
    return this.buf.subarray(this.pos - length, this.pos);
  }

  private short(): TraceError {
    return new TraceError('a batch ends within an event', this.base + this.pos);
  }
}

/** Bytes of a trace on their way out: headers and varints, the inverse of bytes.ts. */

const FIRST_CAPACITY = 1 << 10;
/** Below this, a number's groups of seven bits can be taken off with integer operations. */
const INT_LIMIT = 2 ** 31;
/** All 64 bits set: no M, no P. */
const NONE = (1n << 64n) - 1n;

/** The 16 bytes that begin a trace of format `go 1.N`. */
export function encodeHeader(version: number): Uint8Array {
  return Buffer.from(`go 1.${version} trace`.padEnd(16, '\0'), 'latin1');
}

export class ByteBuilder {
  private buf = new Uint8Array(FIRST_CAPACITY);
  length = 0;

  byte(value: number): void {
    this.reserve(1);
    this.buf[this.length++] = value;
  }

  /** An unsigned number in its shortest form; a number must be whole and below 2^53, a bigint below 2^64. */
  varint(value: number | bigint): void {
    this.reserve(10);
    if (typeof value === 'bigint') {
      this.bigVarint(value);
      return;
    }
    let rest = value;
    for (; rest >= INT_LIMIT; rest = Math.floor(rest / 128)) this.buf[this.length++] = (rest % 128) | 0x80;
    for (; rest >= 0x80; rest >>>= 7) this.buf[this.length++] = (rest & 0x7f) | 0x80;
    this.buf[this.length++] = rest;
  }

  /** A number, where -1 is "none". */
  varintOrNone(value: number): void {
    this.varint(value === -1 ? NONE : value);
  }

  private bigVarint(value: bigint): void {
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) this.buf[this.length++] = Number(rest & 0x7fn) | 0x80;
    this.buf[this.length++] = Number(rest);
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buf.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** What was built so far: valid until more is added. */
  view(): Uint8Array {
    return this.buf.subarray(0, this.length);
  }

  /** Starts anew; what {@link view} gave is overwritten. */
  clear(): void {
    this.length = 0;
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buf.length) return;
    const larger = new Uint8Array(Math.max(this.buf.length * 2, this.length + bytes));
    larger.set(this.view());
    this.buf = larger;
  }
}

/** Decompresses gzip members (RFC 1952): header, deflate data, checksum and length, each checked. */

import type zlib from 'node:zlib';
import { CUT_OFF, DamageError, type Inflated, Inflater } from './inflater.ts';
import type { Member, Members } from './members.ts';

const MAGIC = [0x1f, 0x8b];
const DEFLATE = 8;
const FIXED_BYTES = 10;
const TRAILER_BYTES = 8;
/** A header with a longer name, comment or extra field is no header. */
const MAX_HEADER_BYTES = 1 << 17;

const FLAG = { headerChecksum: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;

export function openGzip(from: typeof zlib): Members {
  return {
    name: 'gzip',
    magicBytes: MAGIC.length,
    startsWith: (bytes) => MAGIC.every((byte, i) => bytes[i] === byte),
    isPadding: (byte) => byte === 0,
    open: (fine) => new GzipMember(from, fine),
  };
}

/** How many bytes a header takes; null where more bytes are needed to tell. @throws DamageError for no header */
export function gzipHeaderLength(bytes: Uint8Array): number | null {
  if (bytes.length < FIXED_BYTES) return null;
  if (bytes[2] !== DEFLATE) throw new DamageError(`unknown method ${bytes[2]}, expected ${DEFLATE} (deflate)`);
  const flags = bytes[3];
  if ((flags & FLAG.reserved) !== 0) throw new DamageError('unknown flags in the header');
  let at = FIXED_BYTES;
  if (flags & FLAG.extra) {
    if (bytes.length < at + 2) return null;
    at += 2 + bytes[at] + 256 * bytes[at + 1];
  }
  for (const flag of [FLAG.name, FLAG.comment]) {
    if (!(flags & flag)) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) return null;
    at = end + 1;
  }
  if (flags & FLAG.headerChecksum) at += 2;
  return at <= bytes.length ? at : null;
}

const NOTHING: readonly Uint8Array[] = [];

class GzipMember implements Member {
  private readonly from: typeof zlib;
  private readonly inflater: Inflater;
  private at: 'header' | 'data' | 'trailer' = 'header';
  /** Bytes of a header or trailer that has come in part. */
  private pending: Uint8Array = new Uint8Array(0);
  private checksum = 0;
  private length = 0;

  constructor(from: typeof zlib, fine: boolean) {
    this.from = from;
    this.inflater = new Inflater(from.createInflateRaw(fine ? { chunkSize: from.constants.Z_MIN_CHUNK } : {}));
  }

  async push(bytes: Uint8Array): Promise<Inflated> {
    if (this.at === 'header') return { output: NOTHING, used: this.readHeader(bytes), ended: false };
    if (this.at === 'trailer') return this.readTrailer(bytes);
    const { output, used, ended } = await this.inflater.push(bytes);
    this.count(output);
    if (ended) this.at = 'trailer';
    return { output, used, ended: false };
  }

  /** A member that ends is known by its trailer: one that is told its end has lost some of it. */
  async finish(): Promise<Inflated> {
    throw new DamageError(CUT_OFF, this.at === 'data' ? await this.inflater.salvage() : NOTHING);
  }

  close(): void {
    this.inflater.close();
  }

  private readHeader(bytes: Uint8Array): number {
    const before = this.pending.length;
    const all = Buffer.concat([this.pending, bytes]);
    const length = gzipHeaderLength(all);
    if (length === null && all.length > MAX_HEADER_BYTES) throw new DamageError('no end of the header');
    this.pending = length === null ? all : new Uint8Array(0);
    if (length !== null) this.at = 'data';
    return length === null ? bytes.length : length - before;
  }

  private count(output: readonly Uint8Array[]): void {
    for (const piece of output) {
      this.checksum = this.from.crc32(piece, this.checksum);
      this.length = (this.length + piece.length) >>> 0;
    }
  }

  private readTrailer(bytes: Uint8Array): Inflated {
    const missing = TRAILER_BYTES - this.pending.length;
    this.pending = Buffer.concat([this.pending, bytes.subarray(0, missing)]);
    if (this.pending.length < TRAILER_BYTES) return { output: NOTHING, used: bytes.length, ended: false };
    const trailer = new DataView(this.pending.buffer, this.pending.byteOffset, TRAILER_BYTES);
    if (trailer.getUint32(0, true) !== this.checksum) throw new DamageError('its checksum does not fit what was read');
    if (trailer.getUint32(4, true) !== this.length) throw new DamageError('its length does not fit what was read');
    return { output: NOTHING, used: missing, ended: true };
  }
}

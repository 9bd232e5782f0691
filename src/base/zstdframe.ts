/** Finds where a Zstandard frame ends (RFC 8878, 3.1): a decoder does not say, for it goes on with the next one. */

const MAGIC_BYTES = 4;
const SKIPPABLE_HEADER_BYTES = 8;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
const RUN_LENGTH = 1;

export function isZstdFrame(bytes: Uint8Array): boolean {
  return bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd;
}

/** A frame of other programs' data, which a decoder passes over. */
export function isSkippableFrame(bytes: Uint8Array): boolean {
  return (bytes[0] & 0xf0) === 0x50 && bytes[1] === 0x2a && bytes[2] === 0x4d && bytes[3] === 0x18;
}

/** Follows one frame, from header to header. */
export class ZstdFrameEnd {
  /** Header bytes that are still to come, and those that have. */
  private wanted = MAGIC_BYTES + 1;
  private header: number[] = [];
  /** Bytes to pass over before the next header. */
  private skip = 0;
  private next: (header: readonly number[]) => void = (header) => this.readFrameHeader(header);
  private hasChecksum = false;
  private isDone = false;

  /** How many of the bytes belong to the frame, and whether it ends there. */
  push(bytes: Uint8Array): { length: number; ended: boolean } {
    let at = 0;
    while (at < bytes.length && !(this.isDone && this.skip === 0)) {
      if (this.skip > 0) {
        const passed = Math.min(this.skip, bytes.length - at);
        this.skip -= passed;
        at += passed;
      } else {
        this.header.push(bytes[at++]);
        if (this.header.length === this.wanted) this.next(this.header);
      }
    }
    return { length: at, ended: this.isDone && this.skip === 0 };
  }

  private readFrameHeader(header: readonly number[]): void {
    if (isSkippableFrame(Uint8Array.from(header))) {
      this.wanted = SKIPPABLE_HEADER_BYTES;
      this.next = ([, , , , a, b, c, d]) => this.end(a + 256 * b + 65536 * c + 16777216 * d);
      return;
    }
    const descriptor = header[MAGIC_BYTES];
    const isSingle = (descriptor & 0x20) !== 0;
    const sizeFlag = descriptor >> 6;
    this.hasChecksum = (descriptor & 4) !== 0;
    const size = sizeFlag === 0 && isSingle ? 1 : CONTENT_SIZE_BYTES[sizeFlag];
    this.expectBlock((isSingle ? 0 : 1) + DICTIONARY_ID_BYTES[descriptor & 3] + size);
  }

  private expectBlock(skip: number): void {
    this.skip = skip;
    this.header = [];
    this.wanted = BLOCK_HEADER_BYTES;
    this.next = (header) => this.readBlockHeader(header);
  }

  private readBlockHeader([a, b, c]: readonly number[]): void {
    const isLast = (a & 1) !== 0;
    const size = ((a >> 1) & 3) === RUN_LENGTH ? 1 : (a + 256 * b + 65536 * c) >> 3;
    if (isLast) this.end(size + (this.hasChecksum ? CHECKSUM_BYTES : 0));
    else this.expectBlock(size);
  }

  private end(skip: number): void {
    this.skip = skip;
    this.isDone = true;
  }
}

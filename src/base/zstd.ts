/** Decompresses Zstandard frames (RFC 8878) where Node can: from 22.15 and 23.8 on. */

import type zlib from 'node:zlib';
import { CUT_OFF, DamageError, type Inflated, Inflater } from './inflater.ts';
import type { Member, Members } from './members.ts';

type ZstdOptions = { chunkSize?: number };
type CreateZstd = (options: ZstdOptions) => zlib.InflateRaw;

/** Null where this Node has no Zstandard. */
export function openZstd(from: typeof zlib): Members | null {
  const create = (from as unknown as { createZstdDecompress?: CreateZstd }).createZstdDecompress;
  if (create === undefined) return null;
  const finest = from.constants.Z_MIN_CHUNK;
  return {
    name: 'zstd',
    magicBytes: 4,
    startsWith: (bytes) => isFrame(bytes) || isSkippable(bytes),
    isPadding: () => false,
    open: (fine) => new ZstdFrame(new Inflater(create(fine ? { chunkSize: finest } : {}))),
  };
}

function isFrame(bytes: Uint8Array): boolean {
  return bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd;
}

/** A frame of other programs' data, which a decoder passes over. */
function isSkippable(bytes: Uint8Array): boolean {
  return (bytes[0] & 0xf0) === 0x50 && bytes[1] === 0x2a && bytes[2] === 0x4d && bytes[3] === 0x18;
}

class ZstdFrame implements Member {
  private readonly inflater: Inflater;

  constructor(inflater: Inflater) {
    this.inflater = inflater;
  }

  push(bytes: Uint8Array): Promise<Inflated> {
    return this.inflater.push(bytes);
  }

  async finish(): Promise<Inflated> {
    try {
      return { ...(await this.inflater.finish()), ended: true };
    } catch (error) {
      throw error instanceof DamageError ? new DamageError(CUT_OFF, error.output) : error;
    }
  }

  close(): void {
    this.inflater.close();
  }
}

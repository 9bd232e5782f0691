/** Decompresses Zstandard frames (RFC 8878) where Node can: from 22.15 and 23.8 on. */

import type zlib from 'node:zlib';
import { CUT_OFF, DamageError, type Inflated, Inflater } from './inflater.ts';
import type { Member, Members } from './members.ts';
import { isSkippableFrame, isZstdFrame, ZstdFrameEnd } from './zstdframe.ts';

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
    startsWith: (bytes) => isZstdFrame(bytes) || isSkippableFrame(bytes),
    isPadding: () => false,
    open: (fine) => new ZstdFrame(new Inflater(create(fine ? { chunkSize: finest } : {}))),
  };
}

class ZstdFrame implements Member {
  private readonly inflater: Inflater;
  private readonly end = new ZstdFrameEnd();

  constructor(inflater: Inflater) {
    this.inflater = inflater;
  }

  async push(bytes: Uint8Array): Promise<Inflated> {
    const { length, ended } = this.end.push(bytes);
    const { output } = await this.inflater.push(bytes.subarray(0, length));
    return { output, used: length, ended };
  }

  async finish(): Promise<Inflated> {
    throw new DamageError(CUT_OFF, await this.inflater.salvage());
  }

  close(): void {
    this.inflater.close();
  }
}

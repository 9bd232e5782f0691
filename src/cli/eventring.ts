/**
 * A ring of blocks of events in shared memory, between the thread that reads a trace and the one that analyses it. The
 * writer waits while all blocks are full, so the faster of the two never gets ahead by more than the ring.
 */

/** All blocks together stay in a processor's cache. */
const BLOCKS = 8;
const WORDS_PER_BLOCK = 1 << 16;

/** States of a block. `end` stands where the next one would be. */
export const BLOCK = { free: 0, full: 1, end: 2 } as const;

/** A wake-up that got lost must not stop everything. */
const LOOK_AGAIN_MS = 200;

/** Atomics.waitAsync, which Node 20 has and the library types of ES2023 do not. */
const { waitAsync } = Atomics as unknown as {
  waitAsync(
    array: Int32Array,
    index: number,
    value: number,
    timeout: number,
  ): { readonly async: boolean; readonly value: Promise<string> | string };
};

/** By block: state, integers in it, messages that must be read before it. */
const FIELDS = 3;
const HEADER_BYTES = Math.ceil((BLOCKS * FIELDS * Int32Array.BYTES_PER_ELEMENT) / 8) * 8;

export class EventRing {
  readonly buffer: SharedArrayBuffer;
  readonly size = BLOCKS;
  readonly header: Int32Array;
  readonly blocks: readonly Int32Array[];

  /** A new one, or the other side's. */
  constructor(buffer?: SharedArrayBuffer) {
    const blockBytes = WORDS_PER_BLOCK * Int32Array.BYTES_PER_ELEMENT;
    this.buffer = buffer ?? new SharedArrayBuffer(HEADER_BYTES + BLOCKS * blockBytes);
    this.header = new Int32Array(this.buffer, 0, BLOCKS * FIELDS);
    this.blocks = Array.from(
      { length: BLOCKS },
      (_, i) => new Int32Array(this.buffer, HEADER_BYTES + i * blockBytes, WORDS_PER_BLOCK),
    );
  }

  stateOf(block: number): number {
    return Atomics.load(this.header, block * FIELDS);
  }

  setState(block: number, state: number): void {
    Atomics.store(this.header, block * FIELDS, state);
    Atomics.notify(this.header, block * FIELDS);
  }

  /**
   * Blocks this thread until a block is free. Where it is not, half of the ring is waited for: blocks become free one
   * after the other, and to be woken for each of them would cost more than to fill it.
   */
  waitForRoom(block: number): void {
    if (this.stateOf(block) !== BLOCK.full) return;
    const last = (block + BLOCKS / 2) % BLOCKS;
    while (this.stateOf(last) === BLOCK.full) Atomics.wait(this.header, last * FIELDS, BLOCK.full);
  }

  /** Resolves once a block is not free, so that this thread can do other things meanwhile. */
  async waitForBlock(block: number): Promise<void> {
    while (this.stateOf(block) === BLOCK.free) {
      const waiting = waitAsync(this.header, block * FIELDS, BLOCK.free, LOOK_AGAIN_MS);
      if (waiting.async) await waiting.value;
    }
  }

  lengthOf(block: number): number {
    return this.header[block * FIELDS + 1];
  }

  messagesBefore(block: number): number {
    return this.header[block * FIELDS + 2];
  }

  /** Says what is in a block, before its state says that it is full. */
  describe(block: number, length: number, messages: number): void {
    this.header[block * FIELDS + 1] = length;
    this.header[block * FIELDS + 2] = messages;
  }
}

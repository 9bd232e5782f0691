/**
 * A ring of blocks of events in shared memory, between the thread that reads a trace and the one that analyses it. The
 * writer waits while all blocks are full, so the faster of the two never gets ahead by more than the ring.
 */

import { EventBlock } from '../model/eventcolumns.ts';

const BLOCKS = 6;
const EVENTS_PER_BLOCK = 1 << 14;

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

/** By block: state, events in it, messages that must be read before it. */
const FIELDS = 3;
const HEADER_BYTES = Math.ceil((BLOCKS * FIELDS * Int32Array.BYTES_PER_ELEMENT) / 8) * 8;

export class EventRing {
  readonly buffer: SharedArrayBuffer;
  readonly size = BLOCKS;
  readonly capacity = EVENTS_PER_BLOCK;
  readonly header: Int32Array;
  readonly blocks: readonly EventBlock[];

  /** A new one, or the other side's. */
  constructor(buffer?: SharedArrayBuffer) {
    const blockBytes = EventBlock.bytes(EVENTS_PER_BLOCK);
    this.buffer = buffer ?? new SharedArrayBuffer(HEADER_BYTES + BLOCKS * blockBytes);
    this.header = new Int32Array(this.buffer, 0, BLOCKS * FIELDS);
    this.blocks = Array.from(
      { length: BLOCKS },
      (_, i) => new EventBlock(this.buffer, HEADER_BYTES + i * blockBytes, EVENTS_PER_BLOCK),
    );
  }

  stateOf(block: number): number {
    return Atomics.load(this.header, block * FIELDS);
  }

  setState(block: number, state: number): void {
    Atomics.store(this.header, block * FIELDS, state);
    Atomics.notify(this.header, block * FIELDS);
  }

  /** Blocks this thread until the state is another than `state`. */
  waitWhile(block: number, state: number): void {
    while (this.stateOf(block) === state) Atomics.wait(this.header, block * FIELDS, state);
  }

  /** Resolves once a block is not free, so that this thread can do other things meanwhile. */
  async waitForBlock(block: number): Promise<void> {
    while (this.stateOf(block) === BLOCK.free) {
      const waiting = waitAsync(this.header, block * FIELDS, BLOCK.free, LOOK_AGAIN_MS);
      if (waiting.async) await waiting.value;
    }
  }

  eventsIn(block: number): number {
    return this.header[block * FIELDS + 1];
  }

  messagesBefore(block: number): number {
    return this.header[block * FIELDS + 2];
  }

  /** Says what is in a block, before its state says that it is full. */
  describe(block: number, events: number, messages: number): void {
    this.header[block * FIELDS + 1] = events;
    this.header[block * FIELDS + 2] = messages;
  }
}

/** Gives equal byte strings equal small integers: ids from 0, in the order of first sight. */

import { Int32Column } from './columns.ts';
import { InputError } from './errors.ts';
import { MAX_DISTINCT, MAX_NAME_BYTES } from './limits.ts';
import { INITIAL_SLOTS, SALT } from './pairs.ts';

/** Small, for there may be tables for thousands of inputs; it doubles as it fills. */
const FIRST_ARENA_BYTES = 1 << 12;

const ENCODER = new TextEncoder();
/** A byte order mark within a name is a part of it. */
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

let viewed: Uint8Array = new Uint8Array(0);
let lastView = new DataView(viewed.buffer);

/** A view of the same bytes, to read four at a time; that of the last buffer is kept at hand. */
export function viewOf(buf: Uint8Array): DataView {
  if (buf !== viewed) {
    viewed = buf;
    lastView = new DataView(buf.buffer, buf.byteOffset, buf.byteLength);
  }
  return lastView;
}

/** A 32-bit hash of [start, end), four bytes a step. */
export function hashBytes(buf: Uint8Array, start: number, end: number): number {
  const view = viewOf(buf);
  let h = SALT ^ (end - start);
  let i = start;
  for (const last = end - 4; i <= last; i += 4) {
    h = Math.imul(h ^ view.getInt32(i, true), 0x9e3779b1);
    h ^= h >>> 15;
  }
  for (; i < end; i++) h = Math.imul(h ^ buf[i], 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Whether [start, end) of `b` equals what `a` holds from `from` on. */
function sameBytes(a: DataView, from: number, b: DataView, start: number, end: number): boolean {
  const shift = from - start;
  let i = start;
  for (const last = end - 4; i <= last; i += 4) {
    if (a.getInt32(i + shift, true) !== b.getInt32(i, true)) return false;
  }
  for (; i < end; i++) {
    if (a.getInt8(i + shift) !== b.getInt8(i)) return false;
  }
  return true;
}

/** Byte strings → ids. */
export class ByteInterner {
  private slots = new Int32Array(INITIAL_SLOTS);
  private mask = INITIAL_SLOTS - 1;
  private arena = new Uint8Array(FIRST_ARENA_BYTES);
  private arenaView = new DataView(this.arena.buffer, this.arena.byteOffset, this.arena.byteLength);
  private used = 0;
  private readonly ends = new Int32Column();
  private readonly hashes = new Int32Column();
  private readonly texts: (string | undefined)[] = [];

  get size(): number {
    return this.ends.length;
  }

  /** The id of the bytes in [start, end). */
  intern(buf: Uint8Array, start: number, end: number): number {
    const hash = hashBytes(buf, start, end);
    const { slots, mask } = this;
    const hashes = this.hashes.data;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = slots[slot] - 1;
      if (id < 0) return this.add(buf, start, end, hash, slot);
      if (hashes[id] === hash && this.equals(id, buf, start, end)) return id;
    }
  }

  internText(text: string): number {
    const bytes = ENCODER.encode(text);
    return this.intern(bytes, 0, bytes.length);
  }

  /** The text of an id; an invalid UTF-8 byte shows as U+FFFD. */
  text(id: number): string {
    const known = this.texts[id];
    if (known !== undefined) return known;
    const text = DECODER.decode(this.arena.subarray(this.start(id), this.ends.data[id]));
    this.texts[id] = text;
    return text;
  }

  private start(id: number): number {
    return id === 0 ? 0 : this.ends.data[id - 1];
  }

  /** Where the bytes of `id` end if they stand at `at`, or -1. */
  matchAt(id: number, buf: Uint8Array, at: number, end: number): number {
    const from = id === 0 ? 0 : this.ends.data[id - 1];
    const stop = at + this.ends.data[id] - from;
    return stop <= end && sameBytes(this.arenaView, from, viewOf(buf), at, stop) ? stop : -1;
  }

  private equals(id: number, buf: Uint8Array, start: number, end: number): boolean {
    const from = id === 0 ? 0 : this.ends.data[id - 1];
    return this.ends.data[id] - from === end - start && sameBytes(this.arenaView, from, viewOf(buf), start, end);
  }

  private add(buf: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const id = this.size;
    const needed = this.used + end - start;
    if (id >= MAX_DISTINCT || needed > MAX_NAME_BYTES) {
      throw new InputError(`too many different names: more than ${MAX_DISTINCT} of them, or ${MAX_NAME_BYTES} bytes`);
    }
    if (needed > this.arena.length) {
      const wider = new Uint8Array(Math.max(needed, this.arena.length * 2));
      wider.set(this.arena.subarray(0, this.used));
      this.arena = wider;
      this.arenaView = new DataView(wider.buffer, wider.byteOffset, wider.byteLength);
    }
    for (let i = start, at = this.used; i < end; i++, at++) this.arena[at] = buf[i];
    this.used = needed;
    this.ends.push(needed);
    this.hashes.push(hash);
    this.slots[slot] = id + 1;
    if (this.size * 2 > this.slots.length) this.rehash();
    return id;
  }

  private rehash(): void {
    const length = this.slots.length * 4;
    const mask = length - 1;
    const slots = new Int32Array(length);
    const hashes = this.hashes.data;
    for (let id = 0; id < this.size; id++) {
      let slot = hashes[id] & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.slots = slots;
    this.mask = mask;
  }
}

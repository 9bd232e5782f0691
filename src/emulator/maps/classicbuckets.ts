/**
 * The memory of a classic map: arrays of buckets of 8 slots with chains of overflow buckets behind them, and the header that
 * points to them (runtime/map.go: bmap, mapextra, hmap).
 */

import { Int32Column } from '../../base/columns.ts';
import { type Prices, pricesOf } from './costs.ts';
import { hashHigh, hashLow } from './hash.ts';
import { functionsOf, type Layout, layoutOf, SLOTS, usableSize } from './layout.ts';
import type { MapSpec, MapWorld } from './map.ts';
import type { Cells, GrowthRecord, Running } from './stepping.ts';
import type { Guarded } from './writing.ts';

/** Marks in the place of a tophash. Everything from {@link MIN_TOP} on is a key's. */
export const EMPTY_REST = 0;
export const EMPTY_ONE = 1;
export const EVACUATED_X = 2;
export const EVACUATED_EMPTY = 4;
export const MIN_TOP = 5;

/** Bits of the header's flags. */
export const ITERATOR = 1;
export const OLD_ITERATOR = 2;
export const WRITING = 4;
export const SAME_SIZE = 8;

export const HEADER_SIZE = 48;
const NONE = -1;

/** An array of buckets. Overflow buckets, taken from its spare ones or allocated apart, are numbered behind. */
export class Buckets implements Cells {
  tops: Uint8Array;
  keys: Float64Array;
  elems: Float64Array;
  /** The overflow bucket behind each bucket, or -1. */
  next: Int32Array;
  readonly log2: number;
  /** Bytes of the array itself. */
  readonly bytes: number;
  private readonly layout: Layout;
  private readonly world: MapWorld;
  private readonly address: number;
  /** Buckets of the array: 2^log2, and spare ones. */
  private readonly arrayCount: number;
  private count: number;
  private spare: number;
  private readonly apart = new Int32Column(8);

  constructor(world: MapWorld, layout: Layout, log2: number) {
    this.world = world;
    this.layout = layout;
    this.log2 = log2;
    this.arrayCount = arrayBuckets(world, layout, log2);
    this.bytes = this.arrayCount * layout.bucketSize;
    this.address = world.addresses.allocate(this.bytes);
    this.count = this.arrayCount;
    this.spare = this.arrayCount > 1 << log2 ? 1 << log2 : NONE;
    this.tops = new Uint8Array(this.count * SLOTS);
    this.keys = new Float64Array(this.count * SLOTS);
    this.elems = new Float64Array(this.count * SLOTS);
    this.next = new Int32Array(this.count).fill(NONE);
  }

  /** Bytes with those of overflow buckets that were allocated apart. */
  get liveBytes(): number {
    return this.bytes + (this.count - this.arrayCount) * this.layout.bucketSize;
  }

  get hasSpare(): boolean {
    return this.spare !== NONE;
  }

  /** One more bucket behind `tail`: a spare one, or, without one, a new one. */
  chain(tail: number): number {
    const taken = this.spare === NONE ? this.addBucket() : this.takeSpare();
    this.next[tail] = taken;
    return taken;
  }

  isEvacuated(bucket: number): boolean {
    const mark = this.tops[bucket * SLOTS];
    return mark >= EVACUATED_X && mark < MIN_TOP;
  }

  addressOf(slot: number): number {
    const { bucketSize, keySize, elemSize } = this.layout;
    const bucket = Math.floor(slot / SLOTS);
    const base =
      bucket < this.arrayCount
        ? this.address + bucket * bucketSize
        : this.address + this.apart.data[bucket - this.arrayCount] * ADDRESS_UNIT;
    return base + SLOTS + SLOTS * keySize + (slot % SLOTS) * elemSize;
  }

  /** Empties a slot of the chain of `first`; if nothing is behind it, all empty slots before it are the chain's end too. */
  empty(slot: number, first: number, keepsKey: boolean): void {
    const { tops, next } = this;
    this.elems[slot] = 0;
    if (!keepsKey) this.keys[slot] = 0;
    tops[slot] = EMPTY_ONE;
    let bucket = Math.floor(slot / SLOTS);
    const isLast = slot % SLOTS === SLOTS - 1;
    const behind = isLast ? (next[bucket] < 0 ? EMPTY_REST : tops[next[bucket] * SLOTS]) : tops[slot + 1];
    if (behind !== EMPTY_REST) return;
    for (let at = slot; tops[at] === EMPTY_ONE; ) {
      tops[at] = EMPTY_REST;
      if (at % SLOTS > 0) at--;
      else if (bucket === first) return;
      else {
        bucket = this.before(first, bucket);
        at = bucket * SLOTS + SLOTS - 1;
      }
    }
  }

  /** The bucket before another one in the chain of `first`. */
  private before(first: number, bucket: number): number {
    let at = first;
    while (this.next[at] !== bucket && this.next[at] >= 0) at = this.next[at];
    return at;
  }

  /** Forgets all entries and chains; the array stays. */
  wipe(): void {
    this.tops.fill(EMPTY_REST);
    this.keys.fill(0);
    this.elems.fill(0);
    this.next.fill(NONE);
    this.spare = this.arrayCount > 1 << this.log2 ? 1 << this.log2 : NONE;
  }

  private takeSpare(): number {
    const taken = this.spare;
    this.spare = taken + 1 < this.arrayCount ? taken + 1 : NONE;
    return taken;
  }

  private addBucket(): number {
    const taken = this.count++;
    if (this.count > this.next.length) this.widen();
    this.apart.push((this.world.addresses.allocate(this.layout.bucketSize) - this.address) / ADDRESS_UNIT);
    return taken;
  }

  private widen(): void {
    const buckets = Math.ceil(this.next.length * 1.5) + 1;
    this.tops = widened(this.tops, new Uint8Array(buckets * SLOTS));
    this.keys = widened(this.keys, new Float64Array(buckets * SLOTS));
    this.elems = widened(this.elems, new Float64Array(buckets * SLOTS));
    const next = new Int32Array(buckets).fill(NONE);
    next.set(this.next);
    this.next = next;
  }
}

/** Addresses of buckets that are allocated apart are kept as distances in units of the allocator's alignment. */
const ADDRESS_UNIT = 16;

function widened<T extends Uint8Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** From 16 buckets on, a sixteenth more are allocated as spare ones, and what the size class leaves (makeBucketArray). */
function arrayBuckets(world: MapWorld, layout: Layout, log2: number): number {
  const base = 2 ** log2;
  if (log2 < 4) return base;
  const bytes = (base + 2 ** (log2 - 4)) * layout.bucketSize;
  return Math.floor(usableSize(bytes, layout.pointers, world.release) / layout.bucketSize);
}

/** The header: what all goroutines that use the map share. */
export class ClassicHeader implements Guarded {
  readonly writingBit = WRITING;
  prices: Prices;
  private pricedAt = 0;
  readonly world: MapWorld;
  readonly layout: Layout;
  /** Whether lookups compare keys alone, without the tophash first: those of 4 and 8 bytes. */
  readonly plainKeys: boolean;
  readonly address: number;
  count = 0;
  flags = 0;
  log2 = 0;
  overflowCount = 0;
  seed: number;
  buckets: Buckets | null = null;
  old: Buckets | null = null;
  /** The first old bucket that may still be full. */
  evacuated = 0;
  bytes = 0;
  readonly growths: GrowthRecord[] = [];
  /** The growth under way, or the last one. */
  growth: GrowthRecord | null = null;

  constructor(world: MapWorld, spec: MapSpec) {
    this.world = world;
    this.layout = layoutOf(spec);
    this.plainKeys = functionsOf(spec) === 'fast32' || functionsOf(spec) === 'fast64';
    this.address = world.addresses.allocate(HEADER_SIZE);
    this.seed = world.random.uint32();
    this.prices = pricesOf(world.costs, false, 0);
    while (isOverLoad(this.layout.hint, this.log2)) this.log2++;
    if (this.log2 > 0) this.buckets = this.makeBuckets(this.log2);
  }

  makeBuckets(log2: number): Buckets {
    return new Buckets(this.world, this.layout, log2);
  }

  low(key: number): number {
    return hashLow(key, this.seed);
  }

  /** The byte kept of a hash, out of the way of the marks. */
  top(key: number): number {
    const top = hashHigh(key, this.seed) >>> 24;
    return top < MIN_TOP ? top + MIN_TOP : top;
  }

  bucketOf(hash: number, log2: number): number {
    return hash & (2 ** log2 - 1);
  }

  /** Prices follow the map's size; they are looked at once per doubling. */
  price(): void {
    if (this.count < this.pricedAt * 2 && this.count * 2 >= this.pricedAt) return;
    this.pricedAt = Math.max(1, this.count);
    this.prices = pricesOf(this.world.costs, false, this.count);
  }

  /** Log2 of the old array's buckets. */
  get oldLog2(): number {
    return this.flags & SAME_SIZE ? this.log2 : this.log2 - 1;
  }

  get mustGrow(): boolean {
    return this.old === null && (isOverLoad(this.count + 1, this.log2) || this.hasTooManyOverflows);
  }

  get hasTooManyOverflows(): boolean {
    return this.overflowCount >= 2 ** Math.min(this.log2, 15);
  }

  /** mapaccessK in one go: where a key is now, as an iterator asks for it. */
  lookUp(op: Running, key: number): boolean {
    const hash = this.low(key);
    const top = this.top(key);
    let array = this.buckets;
    let at = this.bucketOf(hash, this.log2);
    const oldBucket = this.old === null ? NONE : this.bucketOf(hash, this.oldLog2);
    if (this.old !== null && !this.old.isEvacuated(oldBucket)) {
      array = this.old;
      at = oldBucket;
    }
    for (; array !== null && at >= 0; at = array.next[at]) {
      for (let slot = at * SLOTS, end = slot + SLOTS; slot < end; slot++) {
        if (array.tops[slot] !== top || array.keys[slot] !== key) continue;
        op.cells = array;
        op.slot = slot;
        return true;
      }
    }
    return false;
  }

  /** Counts an overflow bucket; in large maps only one in so many, by chance, so that 16 bits hold it. */
  countOverflow(): void {
    if (this.log2 < 16 || this.world.random.below(2 ** (this.log2 - 15)) === 0) this.overflowCount++;
  }
}

/** More than 8 entries, and more than 6.5 a bucket. */
export function isOverLoad(count: number, log2: number): boolean {
  return count > SLOTS && count > 13 * Math.floor(2 ** log2 / 2);
}

/**
 * The memory of a Swiss map: groups of 8 slots with a control byte each, tables of up to 1,024 slots, and the header with
 * the directory of tables (internal/runtime/maps: group.go, table.go, map.go).
 */

import { type Prices, pricesOf } from './costs.ts';
import { hashHigh, hashLow } from './hash.ts';
import { type Layout, layoutOf, SLOTS } from './layout.ts';
import type { MapSpec, MapWorld } from './map.ts';
import type { Cells, GrowthRecord } from './stepping.ts';
import type { Guarded } from './writing.ts';

/** Control bytes: full ones hold the hash's low 7 bits. */
export const EMPTY = 0x80;
export const DELETED = 0xfe;
export const H2_MASK = 0x7f;
const H2_BITS = 7;

export const MAX_TABLE = 1024;
const WRITING = 1;
export const HEADER_SIZE = 48;

/** Slots that may be filled before a table of this size grows: seven eighths, or all but one of a single group. */
export function maxLoad(capacity: number): number {
  return capacity <= SLOTS ? capacity - 1 : (capacity * 7) / 8;
}

/** Groups in an array: a table, or the only group of a small map. */
export class Table implements Cells {
  readonly ctrls: Uint8Array;
  readonly keys: Float64Array;
  readonly elems: Float64Array;
  readonly capacity: number;
  /** The number of groups less one. */
  readonly groupMask: number;
  used = 0;
  /** Slots that may still be filled; tombstones count as filled. */
  growthLeft: number;
  /** Bits of the hash that all its keys share. */
  depth: number;
  /** The first of its places in the directory; -1 once it was replaced. */
  index: number;
  private readonly layout: Layout;
  private readonly address: number;

  constructor(map: SwissHeader, capacity: number, place: { index: number; depth: number }) {
    this.capacity = capacity;
    this.groupMask = capacity / SLOTS - 1;
    this.growthLeft = maxLoad(capacity);
    this.index = place.index;
    this.depth = place.depth;
    this.layout = map.layout;
    this.address = map.world.addresses.allocate(this.bytes);
    this.ctrls = new Uint8Array(capacity).fill(EMPTY);
    this.keys = new Float64Array(capacity);
    this.elems = new Float64Array(capacity);
  }

  get bytes(): number {
    return (this.capacity / SLOTS) * this.layout.groupSize;
  }

  get tombstones(): number {
    return maxLoad(this.capacity) - this.used - this.growthLeft;
  }

  addressOf(slot: number): number {
    const { groupSize, slotSize, elemOffset } = this.layout;
    return this.address + Math.floor(slot / SLOTS) * groupSize + SLOTS + (slot % SLOTS) * slotSize + elemOffset;
  }

  /** The slot of a key in a group, or -1. */
  find(group: number, h2: number, key: number): number {
    const { ctrls, keys } = this;
    for (let slot = group * SLOTS, end = slot + SLOTS; slot < end; slot++) {
      if (ctrls[slot] === h2 && keys[slot] === key) return slot;
    }
    return -1;
  }

  /** The first slot of a group that is empty or has a tombstone, or -1. */
  firstFree(group: number): number {
    const { ctrls } = this;
    for (let slot = group * SLOTS, end = slot + SLOTS; slot < end; slot++) if (ctrls[slot] >= EMPTY) return slot;
    return -1;
  }

  hasEmpty(group: number): boolean {
    const { ctrls } = this;
    for (let slot = group * SLOTS, end = slot + SLOTS; slot < end; slot++) if (ctrls[slot] === EMPTY) return true;
    return false;
  }

  /** The next group of a probe: steps grow by one, so that all groups are met. */
  nextGroup(group: number, step: number): number {
    return (group + step) & this.groupMask;
  }

  /** Puts in an entry that is not there, in a table that nobody else knows yet; false where it has no room. */
  put(hash: number, key: number, elem: number): boolean {
    if (this.growthLeft === 0) return false;
    let group = firstGroup(this, hash);
    let slot = this.firstFree(group);
    for (let step = 1; slot < 0; step++) {
      group = this.nextGroup(group, step);
      slot = this.firstFree(group);
    }
    this.keys[slot] = key;
    this.elems[slot] = elem;
    this.growthLeft--;
    this.used++;
    this.ctrls[slot] = hash & H2_MASK;
    return true;
  }

  wipe(): void {
    this.ctrls.fill(EMPTY);
    this.keys.fill(0);
    this.elems.fill(0);
    this.used = 0;
    this.growthLeft = maxLoad(this.capacity);
  }
}

/** The group at which the probe for a hash begins. */
export function firstGroup(table: Table, hash: number): number {
  return (hash >>> H2_BITS) & table.groupMask;
}

/** What all goroutines that use the map share. */
export class SwissHeader implements Guarded {
  readonly writingBit = WRITING;
  readonly world: MapWorld;
  readonly layout: Layout;
  readonly address: number;
  flags = 0;
  prices: Prices;
  used = 0;
  seed: number;
  /** The only group of a small map; the directory is empty then. */
  small: Table | null = null;
  directory: Table[] = [];
  depth = 0;
  tombstonePossible = false;
  bytes = 0;
  readonly growths: GrowthRecord[] = [];
  private pricedAt = 0;

  constructor(world: MapWorld, spec: MapSpec) {
    this.world = world;
    this.layout = layoutOf(spec);
    this.address = world.addresses.allocate(HEADER_SIZE);
    this.seed = world.random.uint32();
    this.prices = pricesOf(world.costs, true, 0);
    if (this.layout.hint > SLOTS) this.makeTables(this.layout.hint);
  }

  low(key: number): number {
    return hashLow(key, this.seed);
  }

  /** The place in the directory that a key belongs to: the hash's upper bits. */
  directoryIndex(key: number): number {
    return this.depth === 0 ? 0 : hashHigh(key, this.seed) >>> (32 - this.depth);
  }

  /** Whether the bit behind the first `depth - 1` bits of a key's hash is set. */
  isUpper(key: number, depth: number): boolean {
    return (hashHigh(key, this.seed) & (1 << (32 - depth))) !== 0;
  }

  /** Puts a table at all its places in the directory. */
  install(table: Table): void {
    if (table.index < 0) return;
    const places = 2 ** (this.depth - table.depth);
    for (let i = 0; i < places; i++) this.directory[table.index + i] = table;
  }

  /** Twice the directory: every table at twice as many places. */
  doubleDirectory(): void {
    const doubled: Table[] = [];
    for (const [at, table] of this.directory.entries()) {
      doubled.push(table, table);
      if (table.index === at) table.index = 2 * at;
    }
    this.directory = doubled;
    this.depth++;
  }

  /** Every table once, in the order of the directory. */
  tables(): Table[] {
    return this.directory.filter((table, at) => table !== this.directory[at - 1]);
  }

  price(): void {
    if (this.used < this.pricedAt * 2 && this.used * 2 >= this.pricedAt) return;
    this.pricedAt = Math.max(1, this.used);
    this.prices = pricesOf(this.world.costs, true, this.used);
  }

  /** The tables of `make(map[K]V, hint)`. */
  private makeTables(hint: number): void {
    const slots = Math.floor((hint * SLOTS) / 7);
    const count = powerOfTwo(Math.ceil(slots / MAX_TABLE));
    this.depth = Math.log2(count);
    const capacity = powerOfTwo(Math.max(SLOTS, Math.floor(slots / count)));
    for (let index = 0; index < count; index++) this.directory.push(new Table(this, capacity, { index, depth: this.depth }));
  }
}

/** The least power of two that is not below. */
function powerOfTwo(at: number): number {
  return 2 ** Math.ceil(Math.log2(at));
}

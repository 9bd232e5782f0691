/**
 * Shadow memory: for every 8 bytes of memory that were touched, the last accesses that may still matter, at most four
 * as in ThreadSanitizer. With more than four (five goroutines that read, say) one is forgotten, each cell in
 * turn, and a race with it goes unseen. Granules are bounded too: beyond the bound new addresses are not watched.
 */

/** Bytes of memory in a granule. */
const GRANULE = 8;
export const CELLS = 4;
const INITIAL_GRANULES = 256;
const LARGE_TABLE = 1 << 13;
export const MAX_GRANULES = 1 << 20;
/** No goroutine. */
export const NOBODY = -1;

/** Bits of a cell's flags: the bytes touched, and how. */
export const BYTES = 0xff;
export const WRITES = 0x100;
export const ATOMIC = 0x200;

export class ShadowMemory {
  /** By cell, four to a granule: who, its clock, how, and with which site. */
  goroutines = new Int32Array(INITIAL_GRANULES * CELLS).fill(NOBODY);
  clocks = new Int32Array(INITIAL_GRANULES * CELLS);
  flags = new Int32Array(INITIAL_GRANULES * CELLS);
  sites = new Int32Array(INITIAL_GRANULES * CELLS);
  /** By granule: whether a race was found there, after which it is no longer looked at. */
  silenced = new Uint8Array(INITIAL_GRANULES);
  /** By granule: one more than the number of its sync object, for atomics; 0 without one. */
  syncs = new Int32Array(INITIAL_GRANULES);
  /** Accesses that were not watched because of the bound. */
  unwatched = 0;
  private readonly maxGranules: number;
  private count = 0;
  private addresses = new Float64Array(INITIAL_GRANULES);
  private table = new Int32Array(INITIAL_GRANULES * 2);

  constructor(maxGranules: number) {
    this.maxGranules = maxGranules;
  }

  /** The granule of an address, or -1 beyond the bound. */
  granuleOf(address: number): number {
    const number = Math.floor(address / GRANULE);
    const mask = this.table.length - 1;
    let at = hash(number) & mask;
    for (; this.table[at] !== 0; at = (at + 1) & mask) {
      const granule = this.table[at] - 1;
      if (this.addresses[granule] === number) return granule;
    }
    if (this.count >= this.maxGranules) {
      this.unwatched++;
      return -1;
    }
    const granule = this.count++;
    if (granule === this.addresses.length) this.widen();
    this.addresses[granule] = number;
    this.table[at] = this.count;
    if (this.count * 2 > this.table.length) this.rehash(this.table.length * 2);
    return granule;
  }

  /** Forgets all accesses, at a cost by the number of granules that were touched. */
  clear(): void {
    const cells = this.count * CELLS;
    this.goroutines.fill(NOBODY, 0, cells);
    this.silenced.fill(0, 0, this.count);
    this.syncs.fill(0, 0, this.count);
    // A table that a large run left behind would cost every small one after it.
    if (this.table.length > LARGE_TABLE && this.count * 8 < this.table.length) this.table = new Int32Array(INITIAL_GRANULES * 2);
    else this.table.fill(0);
    this.count = 0;
    this.unwatched = 0;
  }

  private widen(): void {
    const granules = this.addresses.length * 2;
    this.goroutines = widened(this.goroutines, new Int32Array(granules * CELLS).fill(NOBODY));
    this.clocks = widened(this.clocks, new Int32Array(granules * CELLS));
    this.flags = widened(this.flags, new Int32Array(granules * CELLS));
    this.sites = widened(this.sites, new Int32Array(granules * CELLS));
    this.silenced = widened(this.silenced, new Uint8Array(granules));
    this.syncs = widened(this.syncs, new Int32Array(granules));
    this.addresses = widened(this.addresses, new Float64Array(granules));
  }

  private rehash(length: number): void {
    const table = new Int32Array(length);
    const mask = length - 1;
    for (let granule = 0; granule < this.count; granule++) {
      let at = hash(this.addresses[granule]) & mask;
      while (table[at] !== 0) at = (at + 1) & mask;
      table[at] = granule + 1;
    }
    this.table = table;
  }
}

function widened<T extends Int32Array | Uint8Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function hash(number: number): number {
  const h = Math.imul((number | 0) ^ Math.floor(number / 0x1_0000_0000), 0x9e3779b1);
  return h ^ (h >>> 15);
}

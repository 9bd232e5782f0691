/**
 * A happens-before race detector in the manner of ThreadSanitizer, as Go's race builds carry it: vector clocks for
 * goroutines and sync objects, epochs for accesses. Two accesses of one address by two goroutines, one of them a write and
 * not both atomic, race if nothing orders the first before the second, whatever the schedule was like. There are no false
 * alarms; races are missed where accesses were forgotten (see shadow.ts).
 *
 * Goroutines are any small whole numbers. The first {@link MAX_SLOTS} have a slot of their own in all clocks; later ones get
 * those of goroutines that have ended, or share one if there is none. A race between two that share a slot may go unseen, and
 * what one of them knows can pass for the other's knowledge; an alarm stays true.
 */

import { Int32Column } from '../../base/columns.ts';
import type { AccessKind } from '../../model/snapshot.ts';
import { VectorClock } from './clocks.ts';
import { ATOMIC, BYTES, CELLS, MAX_GRANULES, NOBODY, ShadowMemory, WRITES } from './shadow.ts';

/** As many as ThreadSanitizer has: they bound the width of clocks, whatever the number of goroutines. */
export const MAX_SLOTS = 256;

/** The clock of a goroutine whose slot another one has got. */
const FORGOTTEN = new VectorClock();

/** One side of a race. */
export interface RaceSide {
  readonly goroutine: number;
  readonly kind: AccessKind;
  readonly atomic: boolean;
  /** What the caller gave with the access, for the stack. */
  readonly site: number;
}

export interface Race {
  readonly address: number;
  /** The access that showed the race, and the one before. */
  readonly current: RaceSide;
  readonly previous: RaceSide;
}

/** What is known of a goroutine besides its clock. */
export interface GoroutineOrigin {
  readonly parent: number;
  /** What the caller gave with the go statement; -1 of the first goroutine. */
  readonly site: number;
  readonly finished: boolean;
}

export class RaceDetector {
  private readonly shadow: ShadowMemory;
  /** By goroutine: its slot + 1 (0: unknown), who made it, and where. */
  private readonly slots = new Int32Column();
  private readonly parents = new Int32Column();
  private readonly sites = new Int32Column();
  private readonly finished = new Int32Column();
  /** By goroutine. */
  private readonly clocks: VectorClock[] = [];
  /** By slot: the last moment that a goroutine in it has reached. */
  private readonly reached = new Int32Array(MAX_SLOTS);
  private slotCount = 0;
  private shared = 0;
  private readonly ended: number[] = [];
  private readonly syncs: VectorClock[] = [];
  private syncCount = 0;
  private readonly reported = new Set<string>();
  private victim = 0;
  /** Races found, those that were shown already included. */
  found = 0;

  /** @param options.maxGranules pieces of 8 bytes that are watched; accesses to further ones are not */
  constructor(options: { readonly maxGranules?: number } = {}) {
    this.shadow = new ShadowMemory(options.maxGranules ?? MAX_GRANULES);
  }

  /** Accesses that were not watched, because too many addresses were touched (see shadow.ts). */
  get unwatched(): number {
    return this.shadow.unwatched;
  }

  /** The first goroutine. All others come by {@link fork}. */
  start(goroutine: number): void {
    this.begin(goroutine, NOBODY, -1);
  }

  /** A go statement: what the parent did so far happened before all that the child does. */
  fork(parent: number, child: number, site = -1): void {
    this.begin(child, parent, site);
    this.clocks[child].join(this.clocks[parent]);
    this.tick(child);
    this.tick(parent);
  }

  /** A goroutine's end, which orders nothing. */
  finish(goroutine: number): void {
    this.finished.data[goroutine] = 1;
    this.ended.push(goroutine);
  }

  /** Waits for a goroutine's end itself. No construct of Go does that; a model of another one may. */
  join(waiter: number, ended: number): void {
    this.clocks[waiter].join(this.clocks[ended]);
  }

  originOf(goroutine: number): GoroutineOrigin {
    return {
      parent: this.parents.data[goroutine],
      site: this.sites.data[goroutine],
      finished: this.finished.data[goroutine] === 1,
    };
  }

  /** The number of a new sync object; of several, the first. They are all forgotten by {@link reset}. */
  newSyncs(count = 1): number {
    const first = this.syncCount;
    this.syncCount += count;
    while (this.syncs.length < this.syncCount) this.syncs.push(new VectorClock());
    return first;
  }

  /** What was released there happened before all that the goroutine does from now on. */
  acquire(sync: number, goroutine: number): void {
    this.clocks[goroutine].join(this.syncs[sync]);
  }

  /** The goroutine's past takes the place of what was released there before. */
  release(sync: number, goroutine: number): void {
    this.syncs[sync].assign(this.clocks[goroutine]);
    this.tick(goroutine);
  }

  /** The goroutine's past joins what was released there before. */
  releaseMerge(sync: number, goroutine: number): void {
    this.syncs[sync].join(this.clocks[goroutine]);
    this.tick(goroutine);
  }

  /** Acquires what was there, and leaves the goroutine's past as it was before that: the slot of a buffered channel. */
  releaseAcquire(sync: number, goroutine: number): void {
    this.clocks[goroutine].exchange(this.syncs[sync]);
    this.tick(goroutine);
  }

  /**
   * An access of up to 8 bytes that lie in one granule. Gives the race that it shows, if it was not shown before: neither at
   * this address, nor by these two sites.
   */
  access(goroutine: number, address: number, kind: AccessKind, site: number, size = 8): Race | null {
    return this.touch(goroutine, address, site, bytesOf(address, size) | (kind === 'write' ? WRITES : 0));
  }

  /** sync/atomic: a load acquires, a store releases, everything else does both, all at the address. */
  atomic(goroutine: number, address: number, operation: 'load' | 'store' | 'update', site: number, size = 8): Race | null {
    const granule = this.shadow.granuleOf(address);
    if (granule < 0) return null;
    if (this.shadow.syncs[granule] === 0) this.shadow.syncs[granule] = this.newSyncs() + 1;
    const sync = this.shadow.syncs[granule] - 1;
    if (operation === 'load') this.acquire(sync, goroutine);
    const flags = bytesOf(address, size) | ATOMIC | (operation === 'load' ? 0 : WRITES);
    const race = this.touch(goroutine, address, site, flags);
    if (operation === 'store') this.release(sync, goroutine);
    if (operation !== 'update') return race;
    this.acquire(sync, goroutine);
    this.releaseMerge(sync, goroutine);
    return race;
  }

  /** Forgets everything, but keeps its memory for the next run. */
  reset(): void {
    this.shadow.clear();
    for (const clock of this.clocks) clock?.clear();
    this.reached.fill(0, 0, this.slotCount);
    for (let sync = 0; sync < this.syncCount; sync++) this.syncs[sync].clear();
    this.slots.data.fill(0, 0, this.slots.length);
    this.finished.data.fill(0, 0, this.finished.length);
    this.slotCount = 0;
    this.shared = 0;
    this.syncCount = 0;
    this.ended.length = 0;
    this.reported.clear();
    this.victim = 0;
    this.found = 0;
  }

  private touch(goroutine: number, address: number, site: number, flags: number): Race | null {
    const { shadow } = this;
    const granule = shadow.granuleOf(address);
    if (granule < 0 || shadow.silenced[granule] !== 0) return null;
    const clock = this.clocks[goroutine];
    const now = clock.get(this.slotOf(goroutine));
    const first = granule * CELLS;
    let place = -1;
    for (let cell = first; cell < first + CELLS; cell++) {
      const other = shadow.goroutines[cell];
      if (other === NOBODY) {
        if (place < 0) place = cell;
        break;
      }
      const before = shadow.flags[cell];
      // The goroutine did this before and has released nothing since: whoever races with it races with that.
      if (other === goroutine && shadow.clocks[cell] === now && covers(before, flags)) return null;
      if ((before & flags & BYTES) === 0) continue;
      const isOrdered = other === goroutine || clock.get(this.slotOf(other)) >= shadow.clocks[cell];
      if (!isOrdered && conflict(before, flags)) return this.race(granule, cell, { address, goroutine, site, flags });
      if (!isOrdered || !covers(flags, before)) continue;
      // Whatever races with the earlier access races with this one too: its cell is free. A second one is given up.
      if (place < 0) place = cell;
      else this.dropCell(first, cell--);
    }
    if (place < 0) place = first + (this.victim++ % CELLS);
    shadow.goroutines[place] = goroutine;
    shadow.clocks[place] = now;
    shadow.flags[place] = flags;
    shadow.sites[place] = site;
    return null;
  }

  /** Closes the gap that a cell leaves: full cells come first. */
  private dropCell(first: number, cell: number): void {
    const { goroutines, clocks, flags, sites } = this.shadow;
    const last = first + CELLS - 1;
    for (let at = cell; at < last; at++) {
      goroutines[at] = goroutines[at + 1];
      clocks[at] = clocks[at + 1];
      flags[at] = flags[at + 1];
      sites[at] = sites[at + 1];
    }
    goroutines[last] = NOBODY;
  }

  private race(
    granule: number,
    cell: number,
    now: { address: number; goroutine: number; site: number; flags: number },
  ): Race | null {
    const { shadow } = this;
    shadow.silenced[granule] = 1;
    this.found++;
    const site = shadow.sites[cell];
    const pair = `${Math.min(site, now.site)} ${Math.max(site, now.site)}`;
    if (this.reported.has(pair)) return null;
    this.reported.add(pair);
    return {
      address: now.address,
      current: side(now.goroutine, now.flags, now.site),
      previous: side(shadow.goroutines[cell], shadow.flags[cell], site),
    };
  }

  private begin(goroutine: number, parent: number, site: number): void {
    const clock = this.clocks[goroutine];
    if (clock === undefined || clock === FORGOTTEN) this.clocks[goroutine] = new VectorClock();
    put(this.slots, goroutine, this.takeSlot(goroutine) + 1);
    put(this.parents, goroutine, parent);
    put(this.sites, goroutine, site);
    put(this.finished, goroutine, 0);
    this.tick(goroutine);
  }

  /** A slot for a new goroutine: a fresh one, that of one that has ended, or one to share. */
  private takeSlot(goroutine: number): number {
    if (this.slotCount < MAX_SLOTS) return this.slotCount++;
    const ended = this.ended.shift();
    if (ended === undefined) return this.shared++ % MAX_SLOTS;
    this.clocks[ended].clear();
    this.clocks[goroutine] = this.clocks[ended];
    this.clocks[ended] = FORGOTTEN;
    return this.slotOf(ended);
  }

  private slotOf(goroutine: number): number {
    return this.slots.data[goroutine] - 1;
  }

  /** Begins a new moment of a goroutine, later than all in its slot. */
  private tick(goroutine: number): void {
    const slot = this.slotOf(goroutine);
    this.clocks[goroutine].set(slot, ++this.reached[slot]);
  }
}

function put(column: Int32Column, index: number, value: number): void {
  while (column.length <= index) column.push(0);
  column.data[index] = value;
}

/** The bytes of a granule that an access touches, as bits. */
function bytesOf(address: number, size: number): number {
  const from = address % 8;
  return (((1 << size) - 1) << from) & BYTES;
}

/** One of them writes, and not both are atomic. */
function conflict(a: number, b: number): boolean {
  return ((a | b) & WRITES) !== 0 && (a & b & ATOMIC) === 0;
}

/** Whether everything that conflicts with an access conflicts with a later one too. */
function covers(later: number, earlier: number): boolean {
  if ((earlier & BYTES & ~later) !== 0) return false;
  if ((earlier & WRITES) !== 0 && (later & WRITES) === 0) return false;
  return (earlier & ATOMIC) !== 0 || (later & ATOMIC) === 0;
}

function side(goroutine: number, flags: number, site: number): RaceSide {
  return { goroutine, kind: (flags & WRITES) !== 0 ? 'write' : 'read', atomic: (flags & ATOMIC) !== 0, site };
}

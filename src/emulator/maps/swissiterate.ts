/** `for range` over a Swiss map (mapIterStart, mapIterNext): tables and slots in order from random ones on. */

import type { Operation } from '../steps.ts';
import type { ReadSites } from './frames.ts';
import type { KeyTable } from './keys.ts';
import { SLOTS } from './layout.ts';
import { MAP_FAULTS, type MapIteration, type MapKey } from './map.ts';
import { Running, type Steps } from './stepping.ts';
import type { SwissSites } from './swisssites.ts';
import { EMPTY, firstGroup, H2_MASK, type SwissHeader, type Table } from './swisstable.ts';

export interface SwissParts {
  readonly map: SwissHeader;
  readonly keys: KeyTable;
  readonly sites: SwissSites;
}

export class SwissIteration implements MapIteration {
  done = false;
  key: MapKey = 0;
  value = 0;
  private readonly parts: SwissParts;
  private started = false;
  /** The group of a map that was small at the start, whatever became of it. */
  private small: Table | null = null;
  private entryOffset = 0;
  private directoryOffset = 0;
  /** The directory's depth when its places were last counted. */
  private depth = 0;
  private place = 0;
  private table: Table | null = null;
  private entry = 0;

  constructor(parts: SwissParts) {
    this.parts = parts;
  }

  advance(): Operation {
    const op = new Running();
    if (this.started) return op.start(this.advancing(op, this.parts.sites.iterNext));
    this.started = true;
    return op.start(this.starting(op));
  }

  private *starting(op: Running): Steps {
    const { map, sites } = this.parts;
    op.enter(map.prices.check, sites.iterStart.entry, 'read', map.address);
    const isEmpty = map.used === 0;
    yield;
    if (isEmpty) {
      this.done = true;
      return;
    }
    this.small = map.small;
    this.entryOffset = map.world.random.uint32();
    this.directoryOffset = map.world.random.uint32();
    this.depth = map.depth;
    op.at(map.prices.iterate, sites.iterStart.body);
    yield;
    yield* this.advancing(op, sites.iterFirst);
  }

  private *advancing(op: Running, sites: ReadSites): Steps {
    const { map } = this.parts;
    op.enter(map.prices.check, sites.entry, 'read', map.address);
    const isWritten = (map.flags & map.writingBit) !== 0;
    yield;
    if (isWritten) {
      op.fail(MAP_FAULTS.iterationAndWrite, sites.check);
      yield;
    }
    for (let found = false; !found; ) {
      found = this.small === null ? this.nextInTables(op) : this.nextInGroup(op, this.small, map.directory.length > 0);
      this.done = !found && (this.small === null ? this.place >= map.directory.length : this.entry >= SLOTS);
      op.at(map.prices.iterate, sites.probe);
      yield;
      if (this.done) return;
    }
    op.touch(map.prices.flag, 'read');
    this.value = op.cells?.elems[op.slot] ?? 0;
    yield;
  }

  /** Looks through the rest of one group; then the next group, or table, is in turn. */
  private nextInTables(op: Running): boolean {
    const { map } = this.parts;
    this.followDirectory();
    if (this.table === null) this.enterTable();
    const { table } = this;
    if (table === null) return false;
    if (this.nextInGroup(op, table, table.index < 0)) return true;
    if (this.entry < table.capacity) return false;
    this.place += 2 ** Math.max(0, map.depth - table.depth);
    this.table = null;
    this.entry = 0;
    return false;
  }

  /** Looks from the entry in turn to the end of its group. */
  private nextInGroup(op: Running, table: Table, isReplaced: boolean): boolean {
    const mask = table.capacity - 1;
    for (; this.entry <= mask; ) {
      const slot = (this.entry + this.entryOffset) & mask;
      this.entry++;
      if (table.ctrls[slot] < EMPTY && this.take(op, table, slot, isReplaced)) return true;
      if (slot % SLOTS === SLOTS - 1) return false;
    }
    return false;
  }

  /** The entry of a slot; one of a table that was replaced is looked up in the map as it is now, and may be gone. */
  private take(op: Running, table: Table, slot: number, isReplaced: boolean): boolean {
    const key = table.keys[slot];
    this.key = this.parts.keys.keyOf(key);
    op.cells = table;
    op.slot = slot;
    return !isReplaced || this.lookUp(op, key);
  }

  private lookUp(op: Running, key: number): boolean {
    const { map } = this.parts;
    const table = map.small ?? map.directory[map.directoryIndex(key)];
    const hash = map.low(key);
    let group = firstGroup(table, hash);
    for (let step = 1; step <= table.groupMask + 1; step++) {
      const slot = table.find(group, hash & H2_MASK, key);
      if (slot >= 0) {
        op.cells = table;
        op.slot = slot;
        return true;
      }
      if (table.hasEmpty(group)) return false;
      group = table.nextGroup(group, step);
    }
    return false;
  }

  /** The directory doubled since: places are counted in the new one. */
  private followDirectory(): void {
    const { map } = this.parts;
    const doublings = map.depth - this.depth;
    if (doublings <= 0) return;
    this.place *= 2 ** doublings;
    this.directoryOffset = (this.directoryOffset * 2 ** doublings) % 0x1_0000_0000;
    this.depth = map.depth;
  }

  private enterTable(): void {
    const { map } = this.parts;
    if (this.place >= map.directory.length) return;
    const at = (this.place + this.directoryOffset) % map.directory.length;
    const table = map.directory[at];
    // Landed in the midst of a table's places: from now on, begin at its first.
    if (table.index !== at && table.index >= 0)
      this.directoryOffset = (this.directoryOffset - (at - table.index) + 0x1_0000_0000) % 0x1_0000_0000;
    this.table = table;
  }
}

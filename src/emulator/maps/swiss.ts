/** The Swiss map (Go 1.24 and later): groups with control bytes, tables that grow at once, a directory of tables. */

import type { ReadSites } from './frames.ts';
import { functionsOf, SLOTS } from './layout.ts';
import { MAP_FAULTS, type MapIteration, type MapKey, type MapSpec, type MapWorld } from './map.ts';
import { OperatedMap } from './operated.ts';
import { allocate, type Running, type Steps } from './stepping.ts';
import { growToSmall, growToTable, makeTable, prune, rehash } from './swissgrow.ts';
import { SwissIteration } from './swissiterate.ts';
import { SWISS_SITES, type SwissSites } from './swisssites.ts';
import { DELETED, EMPTY, firstGroup, H2_MASK, HEADER_SIZE, SwissHeader, type Table } from './swisstable.ts';
import { beginWrite, endWrite, loadElement, setFlag, storeElement } from './writing.ts';

/** What counters of 16 bits hold: racing writers can take them below zero. */
const COUNTER = 0xffff;

export class SwissMap extends OperatedMap<SwissHeader, SwissSites> {
  /** Since 1.25 tombstones are removed before a table grows, except in the function for generic keys. */
  private readonly prunes: boolean;
  /** Since 1.27 a full small map is searched for the key before it becomes a table. */
  private readonly searchesFullSmall: boolean;

  constructor(spec: MapSpec, world: MapWorld) {
    const map = new SwissHeader(world, spec);
    const { pointers } = map.layout;
    super(spec, world, map, SWISS_SITES.get(world.sites, { release: world.release, keys: functionsOf(spec), pointers }));
    this.prunes = world.release >= 25 && functionsOf(spec) !== 'generic';
    this.searchesFullSmall = world.release >= 27;
  }

  get entryCount(): number {
    return this.map.used;
  }

  get slots(): number {
    return this.map.small?.capacity ?? this.map.tables().reduce((sum, table) => sum + table.capacity, 0);
  }

  protected get tableBytes(): number {
    const { small, directory } = this.map;
    const tables = small === null ? this.map.tables() : [small];
    return tables.reduce((sum, { bytes }) => sum + bytes, HEADER_SIZE + directory.length * 8);
  }

  /** The tables' slots and entries in the order of the directory; empty for a small map. */
  get tables(): readonly { readonly slots: number; readonly used: number }[] {
    return this.map.tables().map(({ capacity: slots, used }) => ({ slots, used }));
  }

  iterate(): MapIteration {
    return new SwissIteration({ map: this.map, keys: this.keys, sites: this.sites });
  }

  entries(): [MapKey, number][] {
    const found: [MapKey, number][] = [];
    for (const table of this.map.small === null ? this.map.tables() : [this.map.small]) {
      for (let slot = 0; slot < table.capacity; slot++) {
        if (table.ctrls[slot] < EMPTY) found.push([this.keys.keyOf(table.keys[slot]), table.elems[slot]]);
      }
    }
    return found;
  }

  protected *making(op: Running): Steps {
    const { map } = this;
    const { world } = map;
    const { make: sites } = this.sites;
    yield* allocate(op, { world, bytes: HEADER_SIZE, pointers: true, sites: sites.header, growth: null });
    if (map.directory.length === 0) return;
    yield* allocate(op, { world, bytes: map.directory.length * 8, pointers: true, sites: sites.directory, growth: null });
    for (const table of map.tables()) {
      map.bytes += table.bytes;
      yield* makeTable(op, map, { table, sites: sites.table, growth: null });
    }
  }

  /** mapassign up to the pointer that it returns, then the program's own load and store. */
  protected *assigning(op: Running, key: number, loads: boolean, change: (old: number) => number): Steps {
    const { map } = this;
    const sites = this.sites.assign;
    map.price();
    yield* beginWrite(op, map, sites);
    const hash = map.low(key);
    op.at(map.prices.hash, sites.hash);
    yield;
    yield* setFlag(op, map, sites.flag);
    if (map.small === null && map.directory.length === 0) yield* growToSmall(op, map, sites);
    if (map.small !== null) yield* this.putSmall(op, map.small, hash, key);
    while (op.cells === null) yield* this.putInTable(op, hash, key);
    yield* endWrite(op, map, sites);
    yield* storeElement(op, map.prices, loads, change);
  }

  /** Puts the key into the only group, if it has room; else makes a table of it, and leaves the key to that. */
  private *putSmall(op: Running, small: Table, hash: number, key: number): Steps {
    const { map } = this;
    const { assign: sites } = this.sites;
    if (map.used >= SLOTS && !this.searchesFullSmall) {
      yield* growToTable(op, map, sites);
      return;
    }
    const slot = small.find(0, hash & H2_MASK, key);
    const free = small.firstFree(0);
    op.at(map.prices.probe, sites.small.probe);
    yield;
    if (slot >= 0) {
      op.found = true;
      take(op, small, slot);
    } else if (free >= 0) {
      yield* this.fill(op, small, free, { hash, key, site: sites.small.store });
    } else if (!this.searchesFullSmall) {
      op.fail(MAP_FAULTS.noEmptySlot, sites.small.fault);
      yield;
    } else {
      yield* growToTable(op, map, sites);
      const [table] = map.directory;
      const place = table.firstFree(firstGroup(table, hash));
      const other = table.firstFree(table.nextGroup(firstGroup(table, hash), 1));
      yield* this.fill(op, table, place >= 0 ? place : other, { hash, key, site: sites.unchecked });
    }
  }

  /** One try: finds the key, or fills a slot, or makes the table grow and leaves `op.cells` null for the next one. */
  private *putInTable(op: Running, hash: number, key: number): Steps {
    const { map } = this;
    const { assign: sites } = this.sites;
    const table = map.directory[map.directoryIndex(key)];
    let tombstone = -1;
    let group = firstGroup(table, hash);
    for (let step = 1; ; step++) {
      const slot = table.find(group, hash & H2_MASK, key);
      const free = table.firstFree(group);
      op.at(map.prices.probe, sites.probe);
      yield;
      if (slot >= 0) {
        op.found = true;
        take(op, table, slot);
        return;
      }
      if (free >= 0 && table.ctrls[free] !== DELETED) {
        yield* this.fillOrGrow(op, table, { free, tombstone, hash, key });
        return;
      }
      if (free >= 0 && tombstone < 0) tombstone = free;
      group = table.nextGroup(group, step);
    }
  }

  private *fillOrGrow(op: Running, table: Table, what: { free: number; tombstone: number; hash: number; key: number }): Steps {
    const { map } = this;
    const { assign: sites } = this.sites;
    const { free, tombstone, hash, key } = what;
    // A tombstone counts as filled already: filling it leaves as much room as before.
    if (tombstone >= 0) table.growthLeft++;
    else if (table.growthLeft === 0 && this.prunes) yield* prune(op, map, table, { site: sites.prune, prices: map.prices });
    if (table.growthLeft > 0) yield* this.fill(op, table, tombstone >= 0 ? tombstone : free, { hash, key, site: sites.store });
    else yield* rehash(op, map, table, sites);
  }

  /** The key, then the control byte and the counts. */
  private *fill(op: Running, table: Table, slot: number, what: { hash: number; key: number; site: number }): Steps {
    const { map } = this;
    if (this.isApart) yield* this.allocateEntry(op, what.site);
    table.keys[slot] = what.key;
    op.at(map.prices.storeKey, what.site);
    yield;
    table.ctrls[slot] = what.hash & H2_MASK;
    table.growthLeft = (table.growthLeft - 1) & COUNTER;
    table.used++;
    map.used++;
    op.at(map.prices.storeMark, what.site);
    yield;
    take(op, table, slot);
  }

  protected *reading(op: Running, key: number, sites: ReadSites): Steps {
    const { map } = this;
    const { prices } = map;
    op.enter(prices.check, sites.entry, 'read', map.address);
    const isEmpty = map.used === 0;
    const isWritten = (map.flags & map.writingBit) !== 0;
    yield;
    if (isEmpty) return;
    if (isWritten) {
      op.fail(MAP_FAULTS.readAndWrite, sites.check);
      yield;
    }
    const hash = map.low(key);
    const table = map.small ?? map.directory[map.directoryIndex(key)];
    op.at(prices.select, sites.probe);
    yield;
    op.slot = yield* this.search(op, table, hash, { key, cost: prices.look, site: sites.probe });
    if (op.slot < 0) return;
    op.found = true;
    op.cells = table;
    yield* loadElement(op, prices);
  }

  /** Probes for a key, a step per group; gives its slot, or -1 behind a group with an empty slot. */
  private *search(
    op: Running,
    table: Table,
    hash: number,
    what: { key: number; cost: number; site: number },
  ): Generator<void, number, void> {
    const isSmall = table === this.map.small;
    let group = firstGroup(table, hash);
    for (let step = 1; ; step++) {
      const slot = table.find(group, hash & H2_MASK, what.key);
      const isLast = slot >= 0 || isSmall || table.hasEmpty(group);
      op.at(what.cost, what.site);
      yield;
      if (isLast) return slot;
      group = table.nextGroup(group, step);
    }
  }

  protected *removing(op: Running, key: number): Steps {
    const { map } = this;
    const sites = this.sites.remove;
    map.price();
    const isEmpty = map.used === 0;
    yield* beginWrite(op, map, sites, isEmpty);
    if (isEmpty) return;
    const hash = map.low(key);
    op.at(map.prices.hash, sites.hash);
    yield;
    yield* setFlag(op, map, sites.flag);
    const isSmall = map.small !== null;
    const table = map.small ?? map.directory[map.directoryIndex(key)];
    const site = isSmall ? sites.smallProbe : sites.probe;
    const slot = yield* this.search(op, table, hash, { key, cost: map.prices.probe, site });
    if (slot >= 0) {
      op.found = true;
      this.empty(table, slot, isSmall);
      op.at(map.prices.storeMark + map.prices.storeValue, isSmall ? sites.smallStore : sites.store);
      yield;
    }
    if (map.used === 0) map.seed = map.world.random.uint32();
    yield* endWrite(op, map, sites);
  }

  /** Empties a slot; in a group without an empty one a tombstone is left, so that probes go on. */
  private empty(table: Table, slot: number, isSmall: boolean): void {
    const { map } = this;
    table.used--;
    map.used--;
    table.elems[slot] = 0;
    if (isSmall || table.hasEmpty(Math.floor(slot / SLOTS))) {
      table.ctrls[slot] = EMPTY;
      table.growthLeft++;
      return;
    }
    table.ctrls[slot] = DELETED;
    map.tombstonePossible = true;
  }

  protected *clearing(op: Running): Steps {
    const { map } = this;
    const { clear: sites } = this.sites;
    const isClear = map.used === 0 && !(map.tombstonePossible && map.world.release >= 25);
    yield* beginWrite(op, map, sites, isClear);
    if (isClear) return;
    yield* setFlag(op, map, sites.flag);
    for (const table of map.small === null ? map.tables() : [map.small]) {
      table.wipe();
      op.at(
        map.prices.check + Math.round(table.bytes * map.world.costs.zeroByte),
        map.small === null ? sites.store : sites.small,
      );
      yield;
    }
    map.used = 0;
    map.tombstonePossible = false;
    map.seed = map.world.random.uint32();
    yield* endWrite(op, map, sites);
  }
}

function take(op: Running, table: Table, slot: number): void {
  op.cells = table;
  op.slot = slot;
}

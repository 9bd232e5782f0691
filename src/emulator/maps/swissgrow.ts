/** Growth of Swiss maps: a table at once into one of twice the size, or into two; and the removal of tombstones before it. */

import type { Prices } from './costs.ts';
import { checkSlots, SLOTS } from './layout.ts';
import { MAP_FAULTS } from './map.ts';
import { allocate, GrowthRecord, type Running, type Steps } from './stepping.ts';
import type { SwissSites, TableSites } from './swisssites.ts';
import { EMPTY, firstGroup, MAX_TABLE, type SwissHeader, Table } from './swisstable.ts';

type AssignSites = SwissSites['assign'];
/** Bytes of a place in the directory. */
const POINTER = 8;

function beginGrowth(map: SwissHeader, kind: GrowthRecord['kind'], from: number, to: number): GrowthRecord {
  const growth = new GrowthRecord(kind, { count: map.used, from, to, beganAt: map.world.now() });
  map.growths.push(growth);
  return growth;
}

function endGrowth(map: SwissHeader, growth: GrowthRecord): void {
  growth.endedAt = map.world.now();
  map.bytes += growth.bytes;
}

/** growToSmall: the first group. */
export function* growToSmall(op: Running, map: SwissHeader, sites: AssignSites): Steps {
  const growth = beginGrowth(map, 'first', 0, SLOTS);
  const { world, layout } = map;
  yield* allocate(op, { world, bytes: layout.groupSize, pointers: layout.pointers, sites: sites.small.first, growth });
  map.small = new Table(map, SLOTS, { index: -1, depth: 0 });
  endGrowth(map, growth);
}

/** growToTable: the entries of the small map into a table of two groups. */
export function* growToTable(op: Running, map: SwissHeader, sites: AssignSites): Steps {
  const growth = beginGrowth(map, 'to table', SLOTS, 2 * SLOTS);
  const table = new Table(map, 2 * SLOTS, { index: 0, depth: 0 });
  yield* makeTable(op, map, { table, sites: sites.toTable, growth, mark: 'grow begin' });
  if (map.small !== null) yield* moveEntries(op, map, { from: map.small, sites: sites.toTable, growth, into: () => table });
  const { world } = map;
  yield* allocate(op, { world, bytes: POINTER, pointers: true, sites: sites.toTable.directory, growth, mark: 'grow end' });
  map.directory = [table];
  map.small = null;
  map.depth = 0;
  endGrowth(map, growth);
}

/** rehash: a full table grows to twice its size, or, at the most that a table may have, splits. */
export function* rehash(op: Running, map: SwissHeader, table: Table, sites: AssignSites): Steps {
  if (table.capacity * 2 <= MAX_TABLE) yield* grow(op, map, table, sites.grow);
  else yield* split(op, map, table, sites.split);
}

function* grow(op: Running, map: SwissHeader, table: Table, sites: AssignSites['grow']): Steps {
  const growth = beginGrowth(map, 'grow', table.capacity, table.capacity * 2);
  const bigger = new Table(map, table.capacity * 2, { index: table.index, depth: table.depth });
  yield* makeTable(op, map, { table: bigger, sites, growth, mark: 'grow begin' });
  yield* moveEntries(op, map, { from: table, sites, growth, into: () => bigger });
  map.install(bigger);
  table.index = -1;
  growth.at(op, map.prices.check, sites.install).mark = 'grow end';
  endGrowth(map, growth);
  yield;
}

function* split(op: Running, map: SwissHeader, table: Table, sites: AssignSites['split']): Steps {
  if (table.depth === map.depth) checkSlots(map.directory.length * 2 * MAX_TABLE);
  const growth = beginGrowth(map, 'split', table.capacity, table.capacity * 2);
  const depth = table.depth + 1;
  const left = new Table(map, MAX_TABLE, { index: -1, depth });
  const right = new Table(map, MAX_TABLE, { index: -1, depth });
  yield* makeTable(op, map, { table: left, sites, growth, mark: 'grow begin' });
  yield* makeTable(op, map, { table: right, sites: { ...sites, groups: sites.right }, growth });
  yield* moveEntries(op, map, { from: table, sites, growth, into: (key) => (map.isUpper(key, depth) ? right : left) });

  if (table.depth === map.depth) {
    const bytes = map.directory.length * 2 * POINTER;
    yield* allocate(op, { world: map.world, bytes, pointers: true, sites: sites.directory, growth });
    map.doubleDirectory();
    growth.directory = true;
  }
  left.index = table.index;
  map.install(left);
  if (table.index >= 0) right.index = left.index + 2 ** (map.depth - depth);
  map.install(right);
  table.index = -1;
  growth.at(op, map.prices.check, sites.install).mark = 'grow end';
  endGrowth(map, growth);
  yield;
}

interface Making {
  readonly table: Table;
  readonly sites: TableSites;
  readonly growth: GrowthRecord | null;
  readonly mark?: string | undefined;
}

/** newTable: the groups, then their control bytes, one word a group. The table's own few bytes are not counted. */
export function* makeTable(op: Running, map: SwissHeader, what: Making): Steps {
  const { table, sites, growth, mark } = what;
  const { world, layout, prices } = map;
  yield* allocate(op, { world, bytes: table.bytes, pointers: layout.pointers, sites: sites.groups, growth, mark });
  const cost = (table.groupMask + 1) * prices.flag;
  if (growth === null) op.at(cost, sites.ctrls);
  else growth.at(op, cost, sites.ctrls);
  yield;
}

interface Moving {
  readonly from: Table;
  readonly sites: TableSites;
  readonly growth: GrowthRecord;
  into(key: number): Table;
}

/** Puts all entries of a table into others: a step per group, each with the prologues of uncheckedPutSlot. */
function* moveEntries(op: Running, map: SwissHeader, what: Moving): Steps {
  const { from, sites, growth, into } = what;
  const { prices } = map;
  for (let group = 0; group <= from.groupMask; group++) {
    let moved = 0;
    for (let slot = group * SLOTS, end = slot + SLOTS; slot < end; slot++) {
      if (from.ctrls[slot] >= EMPTY) continue;
      const key = from.keys[slot];
      if (!into(key).put(map.low(key), key, from.elems[slot])) {
        op.fail(MAP_FAULTS.noRoom, sites.move);
        yield;
      }
      moved++;
    }
    growth.moved += moved;
    growth.at(op, prices.check + moved * prices.move, sites.move).prologue = true;
    yield;
  }
}

/**
 * pruneTombstones (since Go 1.25, not for generic keys): where a tenth of a table is tombstones, those that no probe needs
 * become empty, if they are a tenth again.
 */
export function* prune(op: Running, map: SwissHeader, table: Table, what: { site: number; prices: Prices }): Steps {
  const { site, prices } = what;
  if (table.tombstones * 10 < table.capacity) return;
  const needed = new Uint8Array(table.groupMask + 1);
  for (let group = 0; group <= table.groupMask; group++) {
    const looked = markNeeded(map, table, group, needed);
    op.at(prices.check + looked * prices.hash, site).prologue = true;
    yield;
  }
  let free = 0;
  for (let slot = 0; slot < table.capacity; slot++) {
    if (needed[Math.floor(slot / SLOTS)] === 0 && table.ctrls[slot] >= EMPTY) free++;
  }
  op.at((table.groupMask + 1) * prices.flag, site);
  yield;
  if (free * 10 < table.capacity) return;
  for (let slot = 0; slot < table.capacity; slot++) {
    if (needed[Math.floor(slot / SLOTS)] !== 0 || table.ctrls[slot] < EMPTY) continue;
    table.ctrls[slot] = EMPTY;
    table.growthLeft++;
  }
  op.at((table.groupMask + 1) * prices.flag, site);
  yield;
}

/** Marks the groups that probes pass before they come to this group's keys, and itself if it ends probes anyway. */
function markNeeded(map: SwissHeader, table: Table, group: number, needed: Uint8Array): number {
  let looked = 0;
  for (let slot = group * SLOTS, end = slot + SLOTS; slot < end; slot++) {
    if (table.ctrls[slot] >= EMPTY) continue;
    looked++;
    let passed = firstGroup(table, map.low(table.keys[slot]));
    for (let step = 1; passed !== group && step <= table.groupMask + 1; step++) {
      if (table.firstFree(passed) >= 0) needed[passed] = 1;
      passed = table.nextGroup(passed, step);
    }
  }
  if (table.hasEmpty(group)) needed[group] = 1;
  return looked;
}

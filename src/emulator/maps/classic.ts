/** The classic map (Go 1.19 to 1.23, and by experiment to 1.25): buckets, overflow chains, incremental growth. */

import {
  type Buckets,
  ClassicHeader,
  EMPTY_ONE,
  EMPTY_REST,
  HEADER_SIZE,
  MIN_TOP,
  SAME_SIZE,
  WRITING,
} from './classicbuckets.ts';
import { chainOverflow, growBuckets, growWork } from './classicgrow.ts';
import { ClassicIteration } from './classiciterate.ts';
import { CLASSIC_SITES, type ClassicSites } from './classicsites.ts';
import type { ReadSites } from './frames.ts';
import { functionsOf, SLOTS } from './layout.ts';
import { MAP_FAULTS, type MapIteration, type MapKey, type MapSpec, type MapWorld } from './map.ts';
import { OperatedMap } from './operated.ts';
import { allocate, GrowthRecord, type Running, type Steps } from './stepping.ts';
import { beginWrite, endWrite, loadElement, setFlag, storeElement } from './writing.ts';

export class ClassicMap extends OperatedMap<ClassicHeader, ClassicSites> {
  constructor(spec: MapSpec, world: MapWorld) {
    const map = new ClassicHeader(world, spec);
    const { pointers } = map.layout;
    super(spec, world, map, CLASSIC_SITES.get(world.sites, { release: world.release, keys: functionsOf(spec), pointers }));
  }

  get entryCount(): number {
    return this.map.count;
  }

  get slots(): number {
    return this.map.buckets === null ? 0 : SLOTS * 2 ** this.map.log2;
  }

  protected get tableBytes(): number {
    const { buckets, old } = this.map;
    return HEADER_SIZE + (buckets?.liveBytes ?? 0) + (old?.liveBytes ?? 0);
  }

  iterate(): MapIteration {
    return new ClassicIteration({ map: this.map, keys: this.keys, sites: this.sites });
  }

  entries(): [MapKey, number][] {
    const { old, buckets } = this.map;
    return [old, buckets].flatMap((array) => (array === null ? [] : this.entriesOf(array)));
  }

  private entriesOf(array: Buckets): [MapKey, number][] {
    const found: [MapKey, number][] = [];
    for (let slot = 0; slot < array.tops.length; slot++) {
      if (array.tops[slot] >= MIN_TOP) found.push([this.keys.keyOf(array.keys[slot]), array.elems[slot]]);
    }
    return found;
  }

  protected *making(op: Running): Steps {
    const { world, layout, buckets } = this.map;
    yield* allocate(op, { world, bytes: HEADER_SIZE, pointers: true, sites: this.sites.make.header, growth: null });
    if (buckets === null) return;
    this.map.bytes += buckets.bytes;
    const { bytes } = buckets;
    yield* allocate(op, { world, bytes, pointers: layout.pointers, sites: this.sites.make.buckets, growth: null });
  }

  /** mapassign up to the pointer that it returns, then the program's own load and store. */
  protected *assigning(op: Running, key: number, loads: boolean, change: (old: number) => number): Steps {
    const { map } = this;
    const sites = this.sites.assign;
    map.price();
    yield* beginWrite(op, map, sites);
    const hash = map.low(key);
    const top = map.top(key);
    op.at(map.prices.hash, sites.hash);
    yield;
    yield* setFlag(op, map, sites.flag);
    if (map.buckets === null) yield* this.makeFirst(op);
    yield* this.findPlace(op, key, hash, top);
    if (!op.found) yield* this.fill(op, key, top);
    yield* endWrite(op, map, sites);
    yield* storeElement(op, map.prices, loads, change);
  }

  private *makeFirst(op: Running): Steps {
    const { map } = this;
    const { world, layout } = map;
    const growth = new GrowthRecord('first', { count: map.count, from: 0, to: SLOTS, beganAt: world.now() });
    const fresh = map.makeBuckets(0);
    map.growths.push(growth);
    yield* allocate(op, { world, bytes: layout.bucketSize, pointers: layout.pointers, sites: this.sites.assign.first, growth });
    growth.endedAt = world.now();
    map.bytes += growth.bytes;
    map.buckets = fresh;
  }

  /** Finds the key, or where it is to go, growing before if it must: then everything is looked for again. */
  private *findPlace(op: Running, key: number, hash: number, top: number): Steps {
    const { map } = this;
    const { prices } = map;
    for (;;) {
      const bucket = map.bucketOf(hash, map.log2);
      if (map.old !== null) yield* growWork(op, map, { bucket, sites: this.sites.assignWork, prices });
      const buckets = map.buckets!;
      op.cells = buckets;
      op.slot = -1;
      let tail = bucket;
      for (op.place = bucket; op.place >= 0; ) {
        tail = op.place;
        this.scan(op, buckets, key, top);
        op.at(prices.probe, this.sites.assign.probe);
        yield;
      }
      if (op.found) return;
      if (!map.mustGrow) {
        op.place = tail;
        return;
      }
      yield* growBuckets(op, map, this.sites.assign, prices);
    }
  }

  /** Looks through one bucket of a chain: the key, the first empty slot, and whether the chain goes on. */
  private scan(op: Running, buckets: Buckets, key: number, top: number): void {
    const { plainKeys } = this.map;
    const { tops, keys } = buckets;
    const first = op.place * SLOTS;
    op.place = buckets.next[op.place];
    for (let slot = first; slot < first + SLOTS; slot++) {
      const mark = tops[slot];
      if (mark <= EMPTY_ONE) {
        if (op.slot < 0) op.slot = slot;
        if (mark !== EMPTY_REST) continue;
        op.place = -1;
        return;
      }
      // Keys of 4 and 8 bytes are compared wherever a slot is not empty, evacuated ones too.
      if (keys[slot] !== key || (!plainKeys && mark !== top)) continue;
      op.slot = slot;
      op.found = true;
      op.place = -1;
      return;
    }
  }

  /** Puts the key into the empty slot, or into a new overflow bucket. Fast variants write the tophash first. */
  private *fill(op: Running, key: number, top: number): Steps {
    const { map } = this;
    const { prices } = map;
    const { store, overflow } = this.sites.assign;
    const buckets = op.cells as Buckets;
    if (op.slot < 0) {
      const added = yield* chainOverflow(op, map, { buckets, tail: op.place, sites: overflow, growth: null });
      op.slot = added * SLOTS;
    }
    if (this.isApart) yield* this.allocateEntry(op, store);
    const markFirst = functionsOf(this.spec) !== 'generic';
    if (markFirst) buckets.tops[op.slot] = top;
    else buckets.keys[op.slot] = key;
    op.at(markFirst ? prices.storeMark : prices.storeKey, store);
    yield;
    buckets.tops[op.slot] = top;
    buckets.keys[op.slot] = key;
    map.count++;
    op.at(markFirst ? prices.storeKey : prices.storeMark, store);
    yield;
  }

  protected *reading(op: Running, key: number, sites: ReadSites): Steps {
    const { map } = this;
    const { prices } = map;
    op.enter(prices.check, sites.entry, 'read', map.address);
    const isEmpty = map.count === 0;
    const isWritten = (map.flags & WRITING) !== 0;
    yield;
    if (isEmpty) return;
    if (isWritten) {
      op.fail(MAP_FAULTS.readAndWrite, sites.check);
      yield;
    }
    const buckets = this.chooseArray(op, map.low(key));
    const top = map.top(key);
    op.at(prices.select, sites.probe);
    yield;
    while (op.place >= 0 && buckets !== null) {
      this.scan(op, buckets, key, top);
      op.at(prices.look, sites.probe);
      yield;
    }
    if (!op.found) return;
    op.cells = buckets;
    yield* loadElement(op, prices);
  }

  /** The array that a read looks into: the old one for buckets that are not yet evacuated. */
  private chooseArray(op: Running, hash: number): Buckets | null {
    const { map } = this;
    op.place = map.bucketOf(hash, map.log2);
    if (map.old === null || map.buckets === null) return map.buckets;
    const oldBucket = map.bucketOf(hash, map.flags & SAME_SIZE ? map.log2 : map.log2 - 1);
    if (map.old.isEvacuated(oldBucket)) return map.buckets;
    op.place = oldBucket;
    return map.old;
  }

  protected *removing(op: Running, key: number): Steps {
    const { map } = this;
    const { prices } = map;
    const sites = this.sites.remove;
    map.price();
    const isEmpty = map.count === 0;
    yield* beginWrite(op, map, sites, isEmpty);
    if (isEmpty) return;
    const hash = map.low(key);
    const top = map.top(key);
    op.at(prices.hash, sites.hash);
    yield;
    yield* setFlag(op, map, sites.flag);
    const bucket = map.bucketOf(hash, map.log2);
    if (map.old !== null) yield* growWork(op, map, { bucket, sites: this.sites.removeWork, prices });
    const buckets = map.buckets!;
    op.cells = buckets;
    for (op.place = bucket; op.place >= 0; ) {
      op.slot = -1;
      this.scan(op, buckets, key, top);
      op.at(prices.probe, sites.probe);
      yield;
    }
    if (op.found) {
      buckets.empty(op.slot, bucket, map.plainKeys);
      map.count--;
      if (map.count === 0) map.seed = map.world.random.uint32();
      op.at(prices.storeMark + prices.storeValue, sites.store);
      yield;
    }
    yield* endWrite(op, map, sites);
  }

  protected *clearing(op: Running): Steps {
    const { map } = this;
    const { prices } = map;
    const { clear: sites } = this.sites;
    const isEmpty = map.count === 0;
    yield* beginWrite(op, map, sites, isEmpty);
    if (isEmpty) return;
    yield* setFlag(op, map, sites.flag);
    op.at(prices.check + Math.round((map.buckets?.bytes ?? 0) * map.world.costs.zeroByte), sites.store);
    map.buckets?.wipe();
    map.old = null;
    if (map.growth !== null) map.growth.endedAt ??= map.world.now();
    map.flags &= ~SAME_SIZE;
    map.evacuated = 0;
    map.overflowCount = 0;
    map.count = 0;
    map.seed = map.world.random.uint32();
    yield;
    yield* endWrite(op, map, sites);
  }
}

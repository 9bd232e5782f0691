/** `for range` over a classic map (mapiterinit, mapiternext): buckets from a random one on, slots from a random one on. */

import type { Operation } from '../steps.ts';
import {
  type Buckets,
  type ClassicHeader,
  EMPTY_ONE,
  EVACUATED_EMPTY,
  EVACUATED_X,
  ITERATOR,
  OLD_ITERATOR,
  SAME_SIZE,
  WRITING,
} from './classicbuckets.ts';
import type { ClassicSites } from './classicsites.ts';
import type { ReadSites } from './frames.ts';
import type { KeyTable } from './keys.ts';
import { SLOTS } from './layout.ts';
import { MAP_FAULTS, type MapIteration, type MapKey } from './map.ts';
import { Running, type Steps } from './stepping.ts';

export interface ClassicParts {
  readonly map: ClassicHeader;
  readonly keys: KeyTable;
  readonly sites: ClassicSites;
}

const NO_CHECK = -1;
const EVACUATED_Y = EVACUATED_X + 1;

export class ClassicIteration implements MapIteration {
  done = false;
  key: MapKey = 0;
  value = 0;
  private readonly parts: ClassicParts;
  private started = false;
  /** The map as it was at the start: its buckets and their log2. */
  private buckets: Buckets | null = null;
  private log2 = 0;
  private startBucket = 0;
  private offset = 0;
  private wrapped = false;
  /** The bucket to come, and the one in work: in which array, and where in it. */
  private bucket = 0;
  private array: Buckets | null = null;
  private at = -1;
  private slot = 0;
  /** Where only half of an old bucket's entries belong to the bucket in turn: that bucket. */
  private checkBucket = NO_CHECK;

  constructor(parts: ClassicParts) {
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
    const { prices } = map;
    op.enter(prices.check, sites.iterStart.entry, 'read', map.address);
    const isEmpty = map.count === 0;
    yield;
    if (isEmpty) {
      this.done = true;
      return;
    }
    this.log2 = map.log2;
    this.buckets = map.buckets;
    const random = map.world.random.uint32();
    this.startBucket = random & (2 ** map.log2 - 1);
    this.offset = map.world.random.uint32() % SLOTS;
    this.bucket = this.startBucket;
    map.flags |= ITERATOR | OLD_ITERATOR;
    op.at(prices.iterate, sites.iterStart.body);
    yield;
    yield* this.advancing(op, sites.iterStart.next);
  }

  private *advancing(op: Running, sites: ReadSites): Steps {
    const { map } = this.parts;
    const { prices } = map;
    op.enter(prices.check, sites.entry, 'read', map.address);
    const isWritten = (map.flags & WRITING) !== 0;
    yield;
    if (isWritten) {
      op.fail(MAP_FAULTS.iterationAndWrite, sites.check);
      yield;
    }
    for (;;) {
      if (this.at < 0 && !this.enterBucket()) {
        this.done = true;
        op.at(prices.check, sites.probe);
        yield;
        return;
      }
      const found = this.findEntry(op);
      op.at(prices.iterate, sites.probe);
      yield;
      if (found) break;
    }
    op.touch(prices.flag, 'read');
    this.value = op.cells?.elems[op.slot] ?? 0;
    yield;
  }

  /** Goes on to the next bucket: that of the array, or the old one that is still to be split into it. */
  private enterBucket(): boolean {
    const { map } = this.parts;
    if (this.buckets === null || (this.wrapped && this.bucket === this.startBucket)) return false;
    this.array = this.buckets;
    this.at = this.bucket;
    this.checkBucket = NO_CHECK;
    if (map.old !== null && this.log2 === map.log2) {
      const oldBucket = this.bucket & (2 ** map.oldLog2 - 1);
      if (!map.old.isEvacuated(oldBucket)) {
        this.array = map.old;
        this.at = oldBucket;
        this.checkBucket = this.bucket;
      }
    }
    this.slot = 0;
    this.bucket++;
    if (this.bucket === 2 ** this.log2) {
      this.bucket = 0;
      this.wrapped = true;
    }
    return true;
  }

  /** Looks through the rest of one bucket of a chain for an entry. */
  private findEntry(op: Running): boolean {
    const array = this.array!;
    for (; this.slot < SLOTS; this.slot++) {
      const slot = this.at * SLOTS + ((this.slot + this.offset) % SLOTS);
      if (!this.isDue(array, slot)) continue;
      if (!this.take(op, array, slot)) continue;
      this.slot++;
      return true;
    }
    this.at = array.next[this.at];
    this.slot = 0;
    return false;
  }

  private isDue(array: Buckets, slot: number): boolean {
    const { map } = this.parts;
    const mark = array.tops[slot];
    if (mark <= EMPTY_ONE || mark === EVACUATED_EMPTY) return false;
    if (this.checkBucket === NO_CHECK || map.flags & SAME_SIZE) return true;
    return map.bucketOf(map.low(array.keys[slot]), this.log2) === this.checkBucket;
  }

  /** The entry of a slot; one that has moved since is looked up in the map as it is now, and may be gone. */
  private take(op: Running, array: Buckets, slot: number): boolean {
    const { map, keys } = this.parts;
    const mark = array.tops[slot];
    const key = array.keys[slot];
    this.key = keys.keyOf(key);
    op.cells = array;
    op.slot = slot;
    if (mark !== EVACUATED_X && mark !== EVACUATED_Y) return true;
    return map.lookUp(op, key);
  }
}

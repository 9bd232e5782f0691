/** Growth of classic maps: a new array at once, the entries with the writes that follow, two old buckets each. */

import {
  type Buckets,
  type ClassicHeader,
  EMPTY_ONE,
  EVACUATED_EMPTY,
  EVACUATED_X,
  ITERATOR,
  isOverLoad,
  MIN_TOP,
  OLD_ITERATOR,
  SAME_SIZE,
} from './classicbuckets.ts';
import type { ClassicSites, EvacuateSites, GrowWorkSites } from './classicsites.ts';
import type { Prices } from './costs.ts';
import type { AllocationSites } from './frames.ts';
import { checkSlots, SLOTS } from './layout.ts';
import { MAP_FAULTS } from './map.ts';
import { allocate, GrowthRecord, type Running, type Steps } from './stepping.ts';

/** Old buckets that are looked over at most when the cursor moves on. */
const MAX_SKIPPED = 1024;

/** hashGrow: allocates twice the buckets, or, for the sake of overflow buckets alone, as many. Nothing moves yet. */
export function* growBuckets(op: Running, map: ClassicHeader, sites: ClassicSites['assign'], prices: Prices): Steps {
  const bigger = isOverLoad(map.count + 1, map.log2) ? 1 : 0;
  if (bigger === 0) map.flags |= SAME_SIZE;
  const from = SLOTS * 2 ** map.log2;
  const to = from << bigger;
  checkSlots(to);
  const growth = new GrowthRecord(bigger ? 'double' : 'same size', { count: map.count, from, to, beganAt: map.world.now() });
  map.growths.push(growth);
  const { world, layout } = map;
  const old = map.buckets;
  const fresh = map.makeBuckets(map.log2 + bigger);
  const { bytes } = fresh;
  yield* allocate(op, { world, bytes, pointers: layout.pointers, sites: sites.grow, growth, mark: 'grow begin' });

  const flags = map.flags & ~(ITERATOR | OLD_ITERATOR);
  map.log2 += bigger;
  map.flags = map.flags & ITERATOR ? flags | OLD_ITERATOR : flags;
  map.old = old;
  map.buckets = fresh;
  map.evacuated = 0;
  map.overflowCount = 0;
  map.bytes += growth.bytes;
  map.growth = growth;
  growth.at(op, prices.check, sites.hashGrow).mark = 'grow end';
  yield;
}

/** growWork: evacuates the old bucket that is about to be used, and one more. */
export function* growWork(
  op: Running,
  map: ClassicHeader,
  what: { bucket: number; sites: GrowWorkSites; prices: Prices },
): Steps {
  const { bucket, sites, prices } = what;
  const { growth } = map;
  if (growth === null) return;
  growth.operations++;
  yield* evacuate(op, map, { bucket: bucket & (2 ** map.oldLog2 - 1), sites: sites.used, prices, growth });
  if (map.old !== null) yield* evacuate(op, map, { bucket: map.evacuated, sites: sites.next, prices, growth });
}

interface Evacuation {
  readonly bucket: number;
  readonly sites: EvacuateSites;
  readonly prices: Prices;
  readonly growth: GrowthRecord;
}

/** Where entries go: the bucket at the same place, or the one as many buckets further as there were. */
interface Destination {
  bucket: number;
  used: number;
}

function* evacuate(op: Running, map: ClassicHeader, what: Evacuation): Steps {
  const { bucket, sites, prices, growth } = what;
  const { old, buckets } = map;
  if (old === null || buckets === null) return;
  const half = 2 ** map.oldLog2;
  const moves = !old.isEvacuated(bucket);
  if (moves) {
    const both: Destination[] = [
      { bucket, used: 0 },
      { bucket: bucket + half, used: 0 },
    ];
    const begin = growth.at(op, prices.check, sites.move);
    begin.prologue = true;
    begin.mark = 'evacuate begin';
    yield;
    for (let at = bucket; at >= 0; at = old.next[at]) {
      const moved = yield* moveBucket(op, map, { ...what, old, buckets, at, half, both });
      growth.moved += moved;
      growth.at(op, prices.check + moved * prices.move, sites.move);
      yield;
    }
  }
  const skipped = bucket === map.evacuated ? advance(map, old, half) : 0;
  if (skipped === 0 && !moves) return;
  if (map.old === null) growth.endedAt = map.world.now();
  growth.at(op, skipped + prices.check, sites.advance).mark = moves ? 'evacuate end' : null;
  yield;
}

interface Move extends Evacuation {
  readonly old: Buckets;
  readonly buckets: Buckets;
  readonly at: number;
  readonly half: number;
  readonly both: readonly Destination[];
}

/** Moves the entries of one bucket of a chain; gives their number. Only an overflow bucket that is allocated is a step. */
function* moveBucket(op: Running, map: ClassicHeader, what: Move): Generator<void, number, void> {
  const { old, buckets, both, half } = what;
  let moved = 0;
  for (let slot = what.at * SLOTS, end = slot + SLOTS; slot < end; slot++) {
    const top = old.tops[slot];
    if (top <= EMPTY_ONE) {
      old.tops[slot] = EVACUATED_EMPTY;
      continue;
    }
    if (top < MIN_TOP) {
      op.fail(MAP_FAULTS.badState, what.sites.move);
      yield;
    }
    const upper = !(map.flags & SAME_SIZE) && (map.low(old.keys[slot]) & half) !== 0 ? 1 : 0;
    old.tops[slot] = EVACUATED_X + upper;
    const target = both[upper];
    if (target.used === SLOTS) {
      target.bucket = yield* chainOverflow(op, map, {
        buckets,
        tail: target.bucket,
        sites: what.sites.overflow,
        growth: what.growth,
      });
      target.used = 0;
    }
    const into = target.bucket * SLOTS + target.used++;
    buckets.tops[into] = top;
    buckets.keys[into] = old.keys[slot];
    buckets.elems[into] = old.elems[slot];
    moved++;
  }
  return moved;
}

interface Overflowing {
  readonly buckets: Buckets;
  readonly tail: number;
  readonly sites: AllocationSites;
  readonly growth: GrowthRecord | null;
}

/** newoverflow: one more bucket at the end of a chain; gives its number. */
export function* chainOverflow(op: Running, map: ClassicHeader, what: Overflowing): Generator<void, number, void> {
  const { buckets, tail, sites, growth } = what;
  if (!buckets.hasSpare) {
    const { world, layout } = map;
    map.bytes += layout.bucketSize;
    yield* allocate(op, { world, bytes: layout.bucketSize, pointers: layout.pointers, sites, growth });
  }
  map.countOverflow();
  return buckets.chain(tail);
}

/** Moves the cursor over old buckets that are done, and ends the growth behind the last; gives how many it passed. */
function advance(map: ClassicHeader, old: Buckets, count: number): number {
  const from = map.evacuated;
  map.evacuated++;
  const stop = Math.min(map.evacuated + MAX_SKIPPED, count);
  while (map.evacuated !== stop && map.evacuated < count && old.isEvacuated(map.evacuated)) map.evacuated++;
  const passed = map.evacuated - from;
  if (map.evacuated === count) {
    map.old = null;
    map.flags &= ~SAME_SIZE;
  }
  return passed;
}

/** The detector beside a slow one that keeps every access and follows every edge. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { MAX_SLOTS, RaceDetector } from '../../../src/emulator/races/detector.ts';

interface AccessAction {
  readonly kind: 'read' | 'write' | 'load' | 'store' | 'update';
  readonly who: number;
  readonly address: number;
}
interface SyncAction {
  readonly kind: 'acquire' | 'release' | 'merge' | 'exchange';
  readonly who: number;
  readonly sync: number;
}
type Action = AccessAction | SyncAction;

const BASE = 0xc000000000;
const ACCESSES = ['read', 'write', 'load', 'store', 'update'] as const;
const SYNCS = ['acquire', 'release', 'merge', 'exchange'] as const;

function makeActions(random: Random, goroutines: number, count: number): Action[] {
  return Array.from({ length: count }, (): Action => {
    const who = random.below(goroutines);
    if (random.below(100) < 45) return { kind: SYNCS[random.below(4)], who, sync: random.below(3) };
    const plain = random.below(100) < 80;
    return { kind: ACCESSES[plain ? random.below(2) : 2 + random.below(3)], who, address: BASE + 8 * random.below(4) };
  });
}

/** By address, whether two accesses conflict and neither knows of the other: sets of all that happened before. */
function racyAddresses(actions: readonly Action[], goroutines: number): Set<number> {
  const known = Array.from({ length: goroutines }, () => new Set<number>());
  const syncs = new Map<number, Set<number>>();
  const syncOf = (number: number) => syncs.get(number) ?? new Set<number>();
  const accesses: { at: number; address: number; writes: boolean; atomic: boolean; who: number }[] = [];
  const racy = new Set<number>();
  for (const [at, action] of actions.entries()) {
    const mine = known[action.who];
    if ('sync' in action) {
      const there = syncOf(action.sync);
      const before = new Set(mine);
      if (action.kind === 'acquire' || action.kind === 'exchange') for (const one of there) mine.add(one);
      if (action.kind === 'release' || action.kind === 'exchange') syncs.set(action.sync, before);
      if (action.kind === 'merge') syncs.set(action.sync, new Set([...there, ...mine]));
      continue;
    }
    const { kind, address, who } = action;
    const atomic = kind !== 'read' && kind !== 'write';
    const writes = kind !== 'read' && kind !== 'load';
    const sync = -address;
    if (kind === 'load') for (const one of syncOf(sync)) mine.add(one);
    for (const other of accesses) {
      if (other.address !== address || other.who === who || mine.has(other.at)) continue;
      if ((writes || other.writes) && !(atomic && other.atomic)) racy.add(address);
    }
    accesses.push({ at, address, writes, atomic, who });
    mine.add(at);
    if (kind === 'update') for (const one of syncOf(sync)) mine.add(one);
    if (kind === 'store') syncs.set(sync, new Set(mine));
    if (kind === 'update') syncs.set(sync, new Set([...syncOf(sync), ...mine]));
  }
  return racy;
}

function synchronise(detector: RaceDetector, { kind, sync, who }: SyncAction): void {
  if (kind === 'acquire') detector.acquire(sync, who);
  else if (kind === 'release') detector.release(sync, who);
  else if (kind === 'merge') detector.releaseMerge(sync, who);
  else detector.releaseAcquire(sync, who);
}

/** By address, whether the detector found a race there. Sites differ, so that none is taken for a known pair. */
function foundAddresses(detector: RaceDetector, actions: readonly Action[], goroutines: number): Set<number> {
  const main = goroutines;
  detector.reset();
  detector.start(main);
  for (let goroutine = 0; goroutine < goroutines; goroutine++) detector.fork(main, goroutine);
  detector.newSyncs(3);
  const found = new Set<number>();
  for (const [site, action] of actions.entries()) {
    if ('sync' in action) {
      synchronise(detector, action);
      continue;
    }
    const { kind, who, address } = action;
    const race =
      kind === 'read' || kind === 'write' ? detector.access(who, address, kind, site) : detector.atomic(who, address, kind, site);
    if (race !== null) found.add(race.address);
  }
  return found;
}

function sorted(set: Set<number>): number[] {
  return [...set].sort((a, b) => a - b);
}

describe('the detector', () => {
  it('finds a race at exactly the addresses that have one, among up to three goroutines', () => {
    const detector = new RaceDetector();
    let racy = 0;
    let clean = 0;
    for (let seed = 0; seed < 3000; seed++) {
      const random = new Random(seed, 'races');
      const goroutines = 2 + random.below(2);
      const actions = makeActions(random, goroutines, 4 + random.below(30));
      const expected = sorted(racyAddresses(actions, goroutines));
      const found = sorted(foundAddresses(detector, actions, goroutines));
      if (JSON.stringify(found) !== JSON.stringify(expected)) {
        throw new Error(
          `seed ${seed}: found ${found}, there are ${expected}\n${actions.map((one) => JSON.stringify(one)).join('\n')}`,
        );
      }
      if (expected.length > 0) racy++;
      else clean++;
    }
    expect(racy).toBeGreaterThan(300);
    expect(clean).toBeGreaterThan(300);
  });

  it('never reports what is ordered, among many goroutines, and misses little', () => {
    const detector = new RaceDetector();
    let there = 0;
    let seen = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const random = new Random(seed, 'many');
      const actions = makeActions(random, 10, 60);
      const expected = racyAddresses(actions, 10);
      const found = foundAddresses(detector, actions, 10);
      expect(sorted(found).filter((address) => !expected.has(address))).toEqual([]);
      there += expected.size;
      seen += found.size;
    }
    expect(seen / there).toBeGreaterThan(0.98);
  });

  it('gives goroutines that come late the slots of those that ended, without a false alarm', () => {
    const detector = new RaceDetector();
    detector.start(0);
    for (let goroutine = 1; goroutine < MAX_SLOTS + 500; goroutine++) {
      detector.fork(0, goroutine);
      expect(detector.access(goroutine, BASE + goroutine * 8, 'write', goroutine)).toBeNull();
      detector.join(0, goroutine);
      detector.finish(goroutine);
      // Main has seen the end, so that nothing is left to race.
      expect(detector.access(0, BASE + goroutine * 8, 'write', 0)).toBeNull();
    }
  });

  it('lets goroutines share slots when too many are alive, without a false alarm, and finds races still', () => {
    const detector = new RaceDetector();
    const count = 5 * MAX_SLOTS;
    detector.start(0);
    const group = detector.newSyncs();
    for (let goroutine = 1; goroutine <= count; goroutine++) detector.fork(0, goroutine);
    for (let goroutine = 1; goroutine <= count; goroutine++) {
      expect(detector.access(goroutine, BASE + goroutine * 8, 'write', goroutine)).toBeNull();
      detector.releaseMerge(group, goroutine);
    }
    detector.acquire(group, 0);
    for (let goroutine = 1; goroutine <= count; goroutine++) {
      expect(detector.access(0, BASE + goroutine * 8, 'write', 0)).toBeNull();
    }
    for (let goroutine = 1; goroutine < count; goroutine += 2) {
      detector.access(goroutine, BASE - goroutine * 8, 'write', goroutine);
      detector.access(goroutine + 1, BASE - goroutine * 8, 'write', goroutine + 1);
    }
    expect(detector.found).toBe(count / 2);
  });

  it('watches a bounded number of addresses', () => {
    const detector = new RaceDetector({ maxGranules: 100 });
    detector.start(0);
    detector.fork(0, 1);
    for (let i = 0; i < 110; i++) detector.access(0, BASE + i * 8, 'write', 1);
    expect(detector.access(1, BASE, 'write', 2)).not.toBeNull();
    expect(detector.access(1, BASE + 109 * 8, 'write', 3)).toBeNull();
    expect(detector.unwatched).toBe(11);
  });
});

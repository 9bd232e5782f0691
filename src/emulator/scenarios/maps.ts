/** Programs in which maps grow, with and without the locks they need. */

import type { EmulatedMap, MapSpec } from '../maps/map.ts';
import type { Go, Program } from '../program.ts';
import type { Values } from './scenario.ts';
import { choice, num, type Scenario, whole, word } from './scenario.ts';

const KIND = choice('whose map: that of the release, classic (to Go 1.25), swiss (since 1.24)', ['release', 'classic', 'swiss']);
const WRITERS = whole('goroutines that write', 4, 1, 1000);
const WRITES = whole('writes of each', 20_000, 1, 10_000_000);
const WORK = whole('nanoseconds of other work between two operations', 40, 0, 1_000_000_000);

function specOf(values: Values): Partial<MapSpec> {
  const kind = word(values, 'map');
  return kind === 'classic' || kind === 'swiss' ? { kind } : {};
}

/** Starts `count` goroutines and waits for them. */
export function* together(go: Go, count: number, name: string, body: (go: Go, index: number) => Program): Program {
  go.line(14);
  const group = go.waitGroup();
  yield* go.add(group, count);
  for (let i = 0; i < count; i++) {
    go.line(16);
    yield* go.spawn(name, (own) => within(own, group, () => body(own, i)), 24);
  }
  go.line(20);
  yield* go.wait(group);
}

function* within(go: Go, group: Parameters<Go['done']>[0], body: () => Program): Program {
  yield* body();
  go.line(33);
  yield* go.done(group);
}

/** Fills a map with keys of its own. */
function* fill(go: Go, map: EmulatedMap, count: number, what: { from: number; work: number }): Program {
  for (let i = 0; i < count; i++) {
    go.line(41);
    yield* go.work(what.work);
    go.line(42);
    yield* go.put(map, what.from + i, i);
  }
}

function* growth(go: Go, values: Values): Program {
  const [writers, writes, work] = [num(values, 'writers'), num(values, 'writes'), num(values, 'work')];
  const mode = word(values, 'mode');
  const shards = mode === 'sharded' ? writers : 1;
  const maps = Array.from({ length: shards }, () => go.map(specOf(values)));
  const mutex = go.mutex();
  const count = mode === 'single' ? 1 : writers;
  yield* together(go, count, 'main.writer', (own, index) =>
    own.call('main.fill', 40, () => {
      const map = maps[index % shards];
      const from = index * writes;
      return mode === 'locked' ? fillLocked(own, map, writes, { from, work, mutex }) : fill(own, map, writes, { from, work });
    }),
  );
}

function* fillLocked(
  go: Go,
  map: EmulatedMap,
  count: number,
  what: { from: number; work: number; mutex: Parameters<Go['lock']>[0] },
): Program {
  for (let i = 0; i < count; i++) {
    go.line(46);
    yield* go.work(what.work);
    go.line(47);
    yield* go.lock(what.mutex);
    go.line(48);
    yield* go.put(map, what.from + i, i);
    go.line(49);
    yield* go.unlock(what.mutex);
  }
}

const GROWTH_PARAMETERS = {
  mode: choice('sharded: a map for each writer; locked: one map and a mutex; single: one writer', [
    'sharded',
    'locked',
    'single',
  ]),
  map: KIND,
  writers: WRITERS,
  writes: WRITES,
  work: WORK,
};

/** Writers of keys of their own, in one map, without a lock. */
function* race(go: Go, values: Values): Program {
  const map = go.map(specOf(values));
  const writes = num(values, 'writes');
  yield* together(go, num(values, 'writers'), 'main.writer', (own, index) =>
    fill(own, map, writes, { from: index * writes, work: num(values, 'work') }),
  );
  // The count would be short if inserts had been lost.
  go.check(map.len === writes * num(values, 'writers'), `${map.len} entries of ${writes * num(values, 'writers')}`);
}

function* readers(go: Go, values: Values): Program {
  const map = go.map(specOf(values));
  const [writes, work] = [num(values, 'writes'), num(values, 'work')];
  yield* fill(go, map, num(values, 'before'), { from: 1_000_000, work: 0 });
  yield* together(go, num(values, 'readers') + 1, 'main.worker', function* (own, index) {
    if (index === 0) yield* fill(own, map, writes, { from: 0, work });
    else yield* readAll(own, map, writes, work);
  });
}

function* readAll(go: Go, map: EmulatedMap, count: number, work: number): Program {
  for (let i = 0; i < count; i++) {
    go.line(55);
    yield* go.work(work);
    go.line(56);
    yield* go.get(map, i);
  }
}

function* iterate(go: Go, values: Values): Program {
  const map = go.map(specOf(values));
  const before = num(values, 'before');
  yield* fill(go, map, before, { from: 0, work: 0 });
  yield* together(go, 2, 'main.worker', function* (own, index) {
    if (index === 0) {
      yield* fill(own, map, num(values, 'writes'), { from: before, work: num(values, 'work') });
      return;
    }
    for (let round = 0; round < num(values, 'rounds'); round++) {
      own.line(61);
      const entries = own.range(map);
      while (yield* own.next(entries)) yield* own.work(num(values, 'work'));
    }
  });
}

function* withMutex(go: Go, values: Values): Program {
  const map = go.map(specOf(values));
  const mutex = go.mutex();
  const writes = num(values, 'writes');
  yield* together(go, num(values, 'writers'), 'main.writer', (own, index) =>
    fillLocked(own, map, writes, { from: index * writes, work: num(values, 'work'), mutex }),
  );
  go.check(map.len === writes * num(values, 'writers'), `${map.len} entries of ${writes * num(values, 'writers')}`);
}

function* withRWMutex(go: Go, values: Values): Program {
  const map = go.map(specOf(values));
  const lock = go.rwmutex();
  const [writes, work, reads] = [num(values, 'writes'), num(values, 'work'), num(values, 'readsPerWrite')];
  yield* together(go, num(values, 'writers'), 'main.worker', function* (own, index) {
    for (let i = 0; i < writes; i++) {
      for (let read = 0; read < reads; read++) {
        own.line(66);
        yield* own.readLock(lock);
        yield* own.get(map, i);
        yield* own.readUnlock(lock);
        yield* own.work(work);
      }
      own.line(72);
      yield* own.writeLock(lock);
      yield* own.put(map, index * writes + i, i);
      yield* own.writeUnlock(lock);
    }
  });
}

/** As sync.Map did before Go 1.24: reads of a copy that nobody writes, writes to another one under a lock. */
function* syncMap(go: Go, values: Values): Program {
  const mutex = go.mutex();
  const current = go.variable(0);
  const misses = go.variable(0);
  const copies: EmulatedMap[] = [go.map(specOf(values))];
  let dirty = go.map(specOf(values));
  const promoteAfter = num(values, 'misses');
  yield* together(go, num(values, 'writers'), 'main.worker', function* (own, index) {
    for (let i = 0; i < num(values, 'writes'); i++) {
      const key = (index + i * 7) % num(values, 'keys');
      own.line(78);
      const copy = copies[yield* own.atomicLoad(current)];
      yield* own.work(num(values, 'work'));
      if (yield* own.has(copy, key)) continue;
      own.line(82);
      yield* own.lock(mutex);
      yield* own.put(dirty, key, i);
      if ((yield* own.atomic(misses, (old) => old + 1)) % promoteAfter === 0) {
        copies.push(dirty);
        const next = own.map({ ...specOf(values), hint: dirty.len });
        for (const [old, value] of dirty.entries()) yield* own.put(next, old, value);
        dirty = next;
        yield* own.atomic(current, () => copies.length - 1);
      }
      yield* own.unlock(mutex);
    }
  });
}

/** The same number of writes, evenly or all at once: when growth sets in, and for how long each P is held. */
function* bursts(go: Go, values: Values): Program {
  const [writes, burst, gap] = [num(values, 'writes'), num(values, 'burst'), num(values, 'gap')];
  const steady = word(values, 'pattern') === 'uniform';
  yield* together(go, num(values, 'writers'), 'main.writer', function* (own, index) {
    const map = own.map(specOf(values));
    for (let i = 0; i < writes; i++) {
      own.line(90);
      yield* own.put(map, index * writes + i, i);
      if (steady) yield* own.work(Math.round(gap / burst));
      else if (i % burst === burst - 1) yield* own.sleep(gap);
    }
  });
}

export const MAP_SCENARIOS: readonly Scenario[] = [
  {
    name: 'map-growth',
    summary: 'maps that grow while 4 goroutines fill them: how long each P is held by growth',
    parameters: GROWTH_PARAMETERS,
    small: { writers: 2, writes: 20, work: 5 },
    main: growth,
  },
  {
    name: 'bursts',
    summary: 'the same writes evenly or in bursts: when growth sets in, how often, and how long it holds a P',
    parameters: {
      pattern: choice('how writes come', ['bursty', 'uniform']),
      map: KIND,
      writers: WRITERS,
      writes: WRITES,
      burst: whole('writes of a burst', 2000, 1, 1_000_000),
      gap: whole('nanoseconds between two bursts', 1_000_000, 1, 1_000_000_000),
    },
    small: { writers: 2, writes: 20, burst: 10, gap: 1000 },
    main: bursts,
  },
  {
    name: 'map-race',
    summary: 'writers in one map without a lock: concurrent map writes',
    parameters: {
      map: KIND,
      writers: whole('goroutines that write', 2, 2, 100),
      writes: whole('writes of each', 1000, 1, 1_000_000),
      work: WORK,
    },
    small: { writers: 2, writes: 3, work: 5 },
    main: race,
  },
  {
    name: 'map-read-write',
    summary: 'a writer and readers of one map without a lock: concurrent map read and map write',
    parameters: {
      map: KIND,
      readers: whole('goroutines that read', 1, 1, 100),
      before: whole('entries that are there before', 20, 0, 1_000_000),
      writes: whole('writes, and reads of each reader', 1000, 1, 1_000_000),
      work: WORK,
    },
    small: { readers: 1, before: 2, writes: 3, work: 5 },
    main: readers,
  },
  {
    name: 'map-iterate',
    summary: 'a writer, and one who ranges over the map: concurrent map iteration and map write',
    parameters: {
      map: KIND,
      before: whole('entries that are there before', 100, 0, 1_000_000),
      writes: whole('writes', 1000, 1, 1_000_000),
      rounds: whole('times that it is ranged over', 10, 1, 10_000),
      work: WORK,
    },
    small: { before: 3, writes: 3, rounds: 1, work: 5 },
    main: iterate,
  },
  {
    name: 'map-mutex',
    summary: 'map-race made right by a sync.Mutex',
    parameters: { map: KIND, writers: WRITERS, writes: whole('writes of each', 2000, 1, 1_000_000), work: WORK },
    small: { writers: 2, writes: 2, work: 5 },
    main: withMutex,
  },
  {
    name: 'map-rwmutex',
    summary: 'readers and writers of one map under a sync.RWMutex',
    parameters: {
      map: KIND,
      writers: WRITERS,
      writes: whole('writes of each', 500, 1, 1_000_000),
      readsPerWrite: whole('reads before each write', 9, 0, 1000),
      work: WORK,
    },
    small: { writers: 2, writes: 1, readsPerWrite: 1, work: 5 },
    main: withRWMutex,
  },
  {
    name: 'sync-map-like',
    summary: 'a read-only copy and a dirty map under a lock, as sync.Map was before Go 1.24',
    parameters: {
      map: KIND,
      writers: WRITERS,
      writes: whole('operations of each', 2000, 1, 1_000_000),
      keys: whole('different keys', 300, 1, 1_000_000),
      misses: whole('misses after which the dirty map becomes the copy', 50, 1, 1_000_000),
      work: WORK,
    },
    small: { writers: 2, writes: 3, keys: 3, misses: 2, work: 5 },
    main: syncMap,
  },
];

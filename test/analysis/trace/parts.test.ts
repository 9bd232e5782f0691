/** What the analysis of traces is made of. */

import { describe, expect, it } from 'vitest';
import { DurationCounter } from '../../../src/analysis/trace/durations.ts';
import { StackKinds } from '../../../src/analysis/trace/kinds.ts';
import { Lanes } from '../../../src/analysis/trace/lanes.ts';
import { GoroutineMeter, type MeterOptions } from '../../../src/analysis/trace/meter.ts';
import { SpanLog } from '../../../src/analysis/trace/spanlog.ts';
import type { SpanTotals } from '../../../src/analysis/trace/spantotals.ts';
import { GoTrack, ProcTrack } from '../../../src/analysis/trace/tracks.ts';
import { TopK } from '../../../src/base/topk.ts';
import { GO, moveCode } from '../../../src/model/moves.ts';
import { NO_STACK, StackTable } from '../../../src/model/stacks.ts';
import { type GoroutineGroup, HOTSPOT_KINDS } from '../../../src/model/traceanalysis.ts';
import { makeRandom } from '../../support/generate.ts';

describe('durations', () => {
  const random = makeRandom(7);
  const values = Array.from({ length: 5000 }, () => random(1000) * 2 ** random(30));

  function nearest(q: number): number {
    const sorted = values.slice().sort((a, b) => a - b);
    return sorted[Math.ceil(q * sorted.length) - 1];
  }

  it('are exact while they are few', () => {
    const counter = new DurationCounter({ exact: 5000, bits: 4 });
    for (const value of values) counter.add(value);
    const total = values.reduce((sum, value) => sum + value, 0);
    expect(counter.summarize()).toEqual({
      count: 5000,
      totalNs: total,
      p50Ns: nearest(0.5),
      p90Ns: nearest(0.9),
      p99Ns: nearest(0.99),
      maxNs: Math.max(...values),
    });
  });

  it('are within a bucket of it when they are many, also merged', () => {
    for (const bits of [4, 7, 11]) {
      const all = new DurationCounter({ exact: 100, bits });
      const half = new DurationCounter({ exact: 100, bits });
      const few = new DurationCounter({ exact: 100, bits });
      values.forEach((value, i) => {
        (i < 50 ? few : i % 2 === 0 ? all : half).add(value);
      });
      all.merge(half);
      all.merge(few);
      const { p50Ns, p99Ns, maxNs, count } = all.summarize();
      expect(count).toBe(5000);
      expect(maxNs).toBe(Math.max(...values));
      for (const [found, wanted] of [
        [p50Ns, nearest(0.5)],
        [p99Ns, nearest(0.99)],
      ]) {
        expect(found).toBeLessThanOrEqual(wanted);
        expect(found).toBeGreaterThan(wanted * (1 - 2 ** -bits) - 1);
      }
    }
  });

  it('of nothing are nothing', () => {
    expect(new DurationCounter({ exact: 1, bits: 4 }).summarize()).toEqual({
      count: 0,
      totalNs: 0,
      p50Ns: 0,
      p90Ns: 0,
      p99Ns: 0,
      maxNs: 0,
    });
  });
});

describe('the greatest k', () => {
  it('are kept, greatest first', () => {
    const random = makeRandom(3);
    const keys = Array.from({ length: 1000 }, () => random(1_000_000));
    const top = new TopK<number>(10);
    for (const key of keys) top.add(key, key);
    expect(top.list()).toEqual(
      keys
        .slice()
        .sort((a, b) => b - a)
        .slice(0, 10),
    );
    const none = new TopK<number>(0);
    none.add(1, 1);
    expect(none.list()).toEqual([]);
  });
});

describe('lanes', () => {
  it('keep all time while their slices widen', () => {
    const lanes = new Lanes(16, 2, 100);
    let time = 100;
    const random = makeRandom(11);
    const totals = [0, 0];
    for (let i = 0; i < 500; i++) {
      const length = 1 + random(5000);
      lanes.add(0, i % 2, time, time + length);
      totals[i % 2] += length;
      time += length;
    }
    const data = lanes.lanes[0] as Float64Array;
    const sums = [0, 0];
    data.forEach((ns, i) => {
      sums[i % 2] += ns;
    });
    expect(sums).toEqual(totals);
    for (let slice = 0; slice + 1 < Math.floor((time - 100) / lanes.width); slice++) {
      expect(data[2 * slice] + data[2 * slice + 1]).toBe(lanes.width);
    }
  });

  it('give shares of equal parts', () => {
    const lanes = new Lanes(1024, 1);
    lanes.add(0, 0, 0, 6400);
    lanes.add(0, 0, 9600, 12_800);
    expect(lanes.sharesOf(0, 0, 12_800, 4)).toEqual([1, 1, 0, 1].map((share) => expect.closeTo(share, 6)));
    expect(lanes.sharesOf(5, 0, 1000, 3)).toEqual([0, 0, 0]);
  });
});

describe('the meter of goroutines', () => {
  const START = moveCode(GO.runnable, GO.running);
  const BLOCK = moveCode(GO.running, GO.waiting);
  const WAKE = moveCode(GO.waiting, GO.runnable);
  const END = moveCode(GO.running, GO.none);
  /** Stack 1 is of main.a, 2 of main.b. */
  const tables = {
    clock: null,
    stackOf: (id: number, stacks: StackTable) =>
      stacks.internStack([stacks.frameOf(id === 1 ? 'main.a' : 'main.b', 'main.go', id)]),
  };
  /** Each goroutine is made, waits 5, runs 10, waits 20, waits 5, runs 1, ends; its function is seen where it blocks. */
  function run(options: MeterOptions) {
    const meter = new GoroutineMeter(new StackTable(), options);
    meter.generation(tables);
    for (const g of [1, 2]) {
      meter.move(moveCode(GO.none, GO.runnable), 0, 0, g, '', 0, 0);
      meter.move(START, 5, 0, g, '', 0, 0);
      meter.move(BLOCK, 10, 0, g, 'chan receive', g, g);
      meter.move(WAKE, 20, 0, g, '', 0, 0);
      meter.move(START, 5, 0, g, '', 0, 0);
      meter.move(END, 1, 0, g, '', 0, 0);
    }
    return meter.finish();
  }
  const told = (groups: readonly GoroutineGroup[]) =>
    groups.map(({ entry, count, runningNs, runnableNs, waitingNs }) => [entry, count, runningNs, runnableNs, waitingNs]);

  it('counts by entry function, also what went before it was known', () => {
    const all = run({});
    const each = [1, 11, 10, { 'chan receive': 20 }];
    expect(told(all)).toEqual([
      ['main.a', ...each],
      ['main.b', ...each],
    ]);
  });

  it('leaves nothing of one that is not wanted to the next', () => {
    const one = run({ entry: /b$/ });
    expect(told(one)).toEqual([['main.b', 1, 11, 10, { 'chan receive': 20 }]]);
    expect(told(run({ goroutine: 1 }))).toEqual([['main.a', 1, 11, 10, { 'chan receive': 20 }]]);
  });

  it('counts what lies in the window; what that cuts has no length', () => {
    const groups = run({ from: 2, to: 20 });
    expect(groups).toMatchObject([{ entry: 'main.a', runningNs: 10, runnableNs: 3, waitingNs: { 'chan receive': 5 } }, {}]);
    expect(groups[0]).toMatchObject({ running: { count: 1, maxNs: 10 }, runnable: { count: 0 }, waiting: { count: 0 } });
  });
});

describe('the log of spans', () => {
  const nobody = { settle: () => {}, openSince: () => Number.POSITIVE_INFINITY };
  const listed = ({ count, goroutines, entries, procs, ns }: SpanTotals) =>
    Array.from({ length: count }, (_, row) => [goroutines[row], entries[row], procs[row], ns[row]]);

  it('adds up what overlaps, cut to what was asked for', () => {
    const clock = { now: 0 };
    const log = new SpanLog(clock, nobody);
    const add = (id: number, proc: number, heldSince: number, end: number) => {
      clock.now = end;
      log.addHold(Object.assign(new ProcTrack(proc), { heldSince }), Object.assign(new GoTrack(id, id, id), { entryId: id }));
    };
    add(1, 0, 0, 10);
    add(2, 1, 5, 20);
    add(3, 0, 12, 25);
    add(3, 1, 25, 27);
    add(3, 0, 27, 30);
    add(4, 0, 30, 40);
    expect(listed(log.within(10, 30))).toEqual([
      [2, 2, 1, 10],
      [3, 3, 0, 16],
      [3, 3, 1, 2],
    ]);
    expect(listed(log.within(12, 28))).toEqual([
      [2, 2, 1, 8],
      [3, 3, 0, 14],
      [3, 3, 1, 2],
    ]);
    expect(log.within(10, 30).greatest(2)).toEqual([1, 0]);
  });

  it('tells goroutines apart that had the same slot, and very many', () => {
    const clock = { now: 0 };
    const log = new SpanLog(clock, nobody);
    for (let id = 0; id < 5000; id++) {
      clock.now = 10 * (id + 1);
      log.addWait(Object.assign(new GoTrack(id, id % 7, id), { since: 10 * id }));
    }
    const all = log.within(0, 50_000);
    expect(all.count).toBe(5000);
    expect(new Set(all.goroutines.subarray(0, 5000)).size).toBe(5000);
    expect(all.ns.subarray(0, 5000).every((ns) => ns === 10)).toBe(true);
  });

  it('holds the latest ones', () => {
    const clock = { now: 0 };
    const log = new SpanLog(clock, nobody);
    const go = new GoTrack(1, 1, 1);
    for (let i = 0; i < 300_000; i++) {
      go.since = i;
      clock.now = i + 1;
      log.addWait(go);
    }
    expect(listed(log.within(299_000, 300_000))).toEqual([[1, -1, -1, 1000]]);
    expect(log.within(0, 10).count).toBe(0);
  });

  it('keeps what is open, up to a limit that is told', () => {
    const clock = { now: 0 };
    let settled = 0;
    const log = new SpanLog(clock, { settle: () => settled++, openSince: () => 500_000 }, 1 << 19);
    for (let i = 0; i < 1_500_000; i++) {
      const go = new GoTrack(i, 0, i);
      go.since = i;
      clock.now = i + 1;
      log.addWait(go);
      if (i === 900_000) {
        expect(log.isWholeSince(500_000)).toBe(true);
        expect(log.within(500_000, 900_000).count).toBe(400_000);
      }
    }
    expect(settled).toBeGreaterThan(3);
    expect(log.isWholeSince(500_000)).toBe(false);
    expect(log.isWholeSince(1_400_000)).toBe(true);
  });
});

describe('the kind of a stack', () => {
  const CASES: readonly (readonly [string, readonly string[]])[] = [
    [
      'map growth',
      ['runtime.memmove', 'runtime.evacuate_fast64', 'runtime.growWork_fast64', 'runtime.mapassign_fast64', 'main.put'],
    ],
    ['map growth', ['runtime.mallocgc', 'runtime.makeBucketArray', 'runtime.hashGrow', 'runtime.mapassign', 'main.put']],
    ['map growth', ['internal/runtime/maps.(*table).rehash', 'runtime.mapassign_fast64', 'main.put']],
    [
      'map growth',
      ['runtime.memclrNoHeapPointers', 'internal/runtime/maps.newTable', 'internal/runtime/maps.(*table).split', 'main.put'],
    ],
    ['map growth', ['internal/runtime/maps.(*Map).growToTable', 'runtime.mapassign_faststr', 'main.put']],
    ['map operation', ['runtime.mapassign_faststr', 'main.put']],
    // Asked of a map that may be growing.
    ['map operation', ['runtime.evacuated', 'runtime.mapaccess1_fast64', 'main.get']],
    ['map operation', ['runtime.mapIterNext', 'main.walk']],
    ['map operation', ['runtime.futex', 'sync.(*Mutex).Lock', 'sync.(*Map).Load', 'main.get']],
    ['map operation', ['runtime.mallocgc', 'internal/sync.(*HashTrieMap[...]).Swap', 'sync.(*Map).Store', 'main.put']],
    ['map growth', ['internal/sync.(*HashTrieMap[...]).expand', 'internal/sync.(*HashTrieMap[...]).Swap', 'main.put']],
    // What sync.Map calls back is the program's.
    ['user code', ['main.visit', 'sync.(*Map).Range', 'main.all']],
    ['allocation', ['runtime.mallocgc', 'main.visit', 'sync.(*Map).Range', 'main.all']],
    ['map operation', ['internal/runtime/maps.(*Iter).Next', 'main.walk']],
    ['map operation', ['runtime.memclrNoHeapPointers', 'runtime.mallocgc', 'runtime.makemap', 'main.make']],
    ['GC assist', ['runtime.gcDrainN', 'runtime.gcAssistAlloc1', 'runtime.gcAssistAlloc', 'runtime.mallocgc', 'main.make']],
    ['GC worker', ['runtime.scanobject', 'runtime.gcDrain', 'runtime.gcBgMarkWorker.func2', 'runtime.gcBgMarkWorker']],
    ['memmove/memclr', ['runtime.memmove', 'runtime.growslice', 'main.grow']],
    ['allocation', ['runtime.(*mheap).alloc', 'runtime.mallocgc', 'runtime.makeslice', 'main.make']],
    ['syscall', ['internal/runtime/syscall.Syscall6', 'syscall.RawSyscall6', 'syscall.Syscall', 'os.(*File).Write']],
    ['user code', ['main.evacuate', 'main.mapassign']],
    ['user code', ['example.com/runtime.growWork', 'main.main']],
  ];
  for (const [kind, names] of CASES) {
    it(`${names[0]} under ${names[1]} is ${kind}`, () => {
      const stacks = new StackTable();
      const stack = stacks.internStack(names.map((name) => stacks.frameOf(name)));
      expect(HOTSPOT_KINDS[new StackKinds(stacks).kindOf(stack)]).toBe(kind);
    });
  }

  it('of no stack is user code', () => {
    expect(HOTSPOT_KINDS[new StackKinds(new StackTable()).kindOf(NO_STACK)]).toBe('user code');
  });

  it("names the map's function that was called from outside, what it does, and whether the map grew", () => {
    const stacks = new StackTable();
    const kinds = new StackKinds(stacks);
    const stack = (names: string[]) => stacks.internStack(names.map((name) => stacks.frameOf(name)));
    const growing = ['runtime.evacuate_fast64', 'runtime.growWork_fast64', 'runtime.mapassign_fast64', 'main.f'];
    expect(kinds.mapWorkOf(stack(growing))).toEqual({ operation: 'write', function: 'runtime.mapassign_fast64', grows: true });
    expect(kinds.mapWorkOf(stack(['runtime.chansend', 'main.f']))).toBe(null);
  });
});

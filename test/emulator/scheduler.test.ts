/** What the scheduler is known to do: orders, queues, slices, and sums that must hold. */

import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../src/emulator/scenarios/index.ts';
import { MODES } from '../../src/emulator/sched/records.ts';
import type { Scheduler } from '../../src/emulator/sched/scheduler.ts';
import { TaskState } from '../../src/emulator/task.ts';
import { firstRuns, rowsOf, run, runScenario } from '../support/emulated.ts';

describe('goroutines on one P', () => {
  it('run in the order k, 1, 2, …, k−1 after they were made in a loop', () => {
    const one = run(
      function* (go) {
        const group = go.waitGroup();
        yield* go.add(group, 5);
        for (let i = 0; i < 5; i++) yield* go.spawn(`main.worker${i + 1}`, (own) => own.done(group));
        yield* go.wait(group);
      },
      { procs: 1 },
    );
    const names = new Map(one.machine.tasks.map((task) => [task.id, task.name]));
    const order = firstRuns(one)
      .map((id) => names.get(id) as string)
      .filter((name) => name !== 'main.main');
    expect(order).toEqual([5, 1, 2, 3, 4].map((n) => `main.worker${n}`));
  });

  it('have ids that follow those of the runtime', () => {
    const one = run(
      function* (go) {
        for (let i = 0; i < 3; i++) yield* go.spawn('main.f', (own) => own.work(1));
        yield* go.sleep(1000);
      },
      { procs: 1 },
    );
    const made = rowsOf(one, 'goCreate').map(({ a }) => a);
    expect(made).toEqual([6, 7, 8]);
  });

  it('share a time slice through runnext, so that a pair that wakes itself is preempted as one', () => {
    const one = runScenario('ping-pong', ['rounds=200000', 'hogs=1'], { procs: 1 });
    const hog = one.machine.tasks.find((task) => task.name === 'main.hog');
    const starts = rowsOf(one, 'goStart').filter(({ a }) => a === hog?.id);
    // It waits for the pair's slice each time; without inheritance it would run at every hand-over.
    expect(starts.length).toBeGreaterThan(2);
    expect(starts.length).toBeLessThan(30);
    const [first, second] = starts;
    expect(second.time - first.time).toBeGreaterThan(10_000_000);
  });
});

describe('queues', () => {
  it('overflow: half of a full ring and the new goroutine go to the global queue', () => {
    const lengths: number[] = [];
    run(
      function* (go) {
        for (let i = 0; i < 300; i++) yield* go.spawn('main.f', (own) => own.work(1000));
        yield* go.sleep(10_000_000);
      },
      {
        procs: 1,
        tracePeriod: 100,
        onTrace: ({ state }) => {
          lengths.push(state.global.length);
        },
      },
    );
    // The 258th goroutine finds 256 in the ring and one in runnext.
    expect(Math.max(...lengths)).toBe(129);
  });

  it.each(SCENARIOS.map(({ name }) => name))('never hold a goroutine twice, or one that does not wait to run: %s', (name) => {
    let looked = 0;
    const wrong: string[] = [];
    const look = ({ state }: Scheduler): void => {
      looked++;
      const queued = [...state.global.list(), ...state.procs.flatMap(({ queue }) => queue.list())];
      const running = state.procs.map(({ task }) => task).filter((task) => task !== null);
      const all = new Set([...queued, ...running]);
      if (all.size !== queued.length + running.length) wrong.push(`somebody twice at ${state.now}`);
      if (queued.some((task) => task.state !== TaskState.runnable)) wrong.push(`somebody who does not wait at ${state.now}`);
    };
    const short: Record<string, string[]> = {
      'map-growth': ['writes=2000'],
      bursts: ['writes=3000'],
      'ping-pong': ['rounds=500'],
    };
    runScenario(name, short[name] ?? [], { procs: 3, tracePeriod: 5_000, onTrace: look, log: false });
    expect(wrong).toEqual([]);
    expect(looked).toBeGreaterThan(0);
  });

  it.each([1, 2, 4])('give one of %i Ps its share of the global queue at once', (procs) => {
    // 129 overflow into the global queue while all other Ps are busy; main's P comes to it when its own queue is empty.
    const taken: [number, number][] = [];
    let before = 0;
    run(
      function* (go) {
        for (let i = 1; i < procs; i++) yield* go.spawn('main.hog', (own) => own.work(9_000_000));
        yield* go.work(1_000_000);
        for (let i = 0; i < 258; i++) yield* go.spawn('main.f', (own) => own.work(10_000));
        yield* go.sleep(20_000_000);
      },
      {
        procs,
        tracePeriod: 1000,
        onTrace: ({ state }) => {
          if (before - state.global.length > 1) taken.push([before, before - state.global.length]);
          before = state.global.length;
        },
      },
    );
    const [length, share] = taken[0];
    expect(length).toBeGreaterThan(100);
    expect(share).toBe(Math.min(length, Math.floor(length / procs) + 1, 128));
  });

  it('are all emptied, whoever takes from them', () => {
    const one = runScenario('spawn-storm', ['goroutines=2000', 'work=5000'], { procs: 4 });
    const ids = firstRuns(one);
    expect(new Set(ids).size).toBe(ids.length);
    // All of them, and main once it is woken.
    expect(ids.length).toBe(2001);
  });
});

describe('stealing', () => {
  it('takes half of a queue, rounded up, and runs the last of it', () => {
    // P 0 makes 8 goroutines and computes on; the first thief finds 7 in its ring and one in runnext.
    const one = run(
      function* (go) {
        for (let i = 0; i < 8; i++) yield* go.spawn(`main.w${i}`, (own) => own.work(50_000_000));
        yield* go.work(2_000_000);
      },
      { procs: 2 },
    );
    const [first] = rowsOf(one, 'goStart').filter(({ m }) => m !== 0);
    const name = one.machine.tasks.find((task) => task.id === first.a)?.name;
    // w0 to w6 are in the ring: four are taken, and the fourth runs.
    expect(name).toBe('main.w3');
  });

  it('leaves runnext alone for 3 µs', () => {
    const one = run(
      function* (go) {
        yield* go.spawn('main.only', (own) => own.work(1000));
        yield* go.work(10_000_000);
      },
      { procs: 2 },
    );
    const [made] = rowsOf(one, 'goCreate');
    const [ran] = rowsOf(one, 'goStart');
    const [started] = rowsOf(one, 'procStart');
    expect(ran.a).toBe(made.a);
    expect(ran.time - started.time).toBeGreaterThanOrEqual(3000);
    expect(ran.time).toBeLessThan(100_000);
  });
});

describe('time slices', () => {
  it('end between 10 and 20 ms after they began, when somebody waits', () => {
    const one = run(
      function* (go) {
        for (let i = 0; i < 3; i++) yield* go.spawn('main.hog', (own) => own.work(100_000_000));
        yield* go.work(100_000_000);
      },
      { procs: 1 },
    );
    const stops = rowsOf(one, 'goStop').filter(({ text }) => text === 'preempted');
    const starts = rowsOf(one, 'goStart');
    expect(stops.length).toBeGreaterThan(10);
    for (const stop of stops.slice(2)) {
      const start = starts.filter(({ time }) => time < stop.time).at(-1);
      const slice = stop.time - (start?.time ?? 0);
      expect(slice).toBeGreaterThan(9_900_000);
      expect(slice).toBeLessThan(21_500_000);
    }
  });

  it('lose nothing of the work that was cut short', () => {
    const one = run(
      function* (go) {
        const group = go.waitGroup();
        yield* go.add(group, 2);
        for (let i = 0; i < 2; i++) {
          yield* go.spawn('main.hog', function* (own) {
            yield* own.work(40_000_000);
            yield* own.done(group);
          });
        }
        yield* go.wait(group);
      },
      { procs: 1 },
    );
    expect(one.scheduler.now).toBeGreaterThanOrEqual(80_000_000);
    expect(one.scheduler.now).toBeLessThan(80_100_000);
  });
});

describe('system calls', () => {
  it('give their P away when it is needed, and end on another or in the queue', () => {
    const one = runScenario('syscall-hog', [], { procs: 2 });
    expect(rowsOf(one, 'procSteal').length).toBeGreaterThan(0);
    const begun = rowsOf(one, 'syscallBegin').length;
    expect(rowsOf(one, 'syscallEnd').length + rowsOf(one, 'syscallEndBlocked').length).toBe(begun);
    expect(begun).toBe(4 * 50);
  });

  it('keep their P where they are short', () => {
    const one = run(
      function* (go) {
        for (let i = 0; i < 10; i++) yield* go.syscall(500);
      },
      { procs: 2 },
    );
    expect(rowsOf(one, 'procSteal')).toEqual([]);
    expect(rowsOf(one, 'syscallEnd').length).toBe(10);
  });
});

describe('Ps', () => {
  const runs = SCENARIOS.flatMap(({ name }) => [1, 2, 4].map((procs) => [name, procs] as const));
  it.each(runs)('are in one state at any time: %s on %i', (name, procs) => {
    const short: Record<string, string[]> = {
      'map-growth': ['writes=2000'],
      bursts: ['writes=3000'],
      'ping-pong': ['rounds=500'],
    };
    const { scheduler } = runScenario(name, short[name] ?? [], { procs });
    for (const proc of scheduler.state.procs) {
      expect(MODES.reduce((sum, _, mode) => sum + proc.modeNs[mode], 0)).toBe(scheduler.now);
      for (const ns of proc.modeNs) expect(ns).toBeGreaterThanOrEqual(0);
    }
  });

  it('are woken by Gosched since Go 1.22', () => {
    const yielding = function* (go: Parameters<Parameters<typeof run>[0]>[0]) {
      for (let i = 0; i < 20; i++) {
        yield* go.work(20_000);
        yield* go.gosched();
      }
    };
    expect(rowsOf(run(yielding, { procs: 2, release: 21 }), 'procStart').length).toBe(0);
    expect(rowsOf(run(yielding, { procs: 2, release: 22 }), 'procStart').length).toBeGreaterThan(0);
  });

  it('do not stay idle while goroutines wait to run, but for the time that it takes to wake a thread', () => {
    let idle = 0;
    let looks = 0;
    runScenario('spawn-storm', ['goroutines=1000', 'work=20000'], {
      procs: 4,
      tracePeriod: 10_000,
      onTrace: ({ state }) => {
        looks++;
        const waiting = state.global.length + state.procs.reduce((sum, { queue }) => sum + queue.length, 0);
        if (waiting > 4 && state.idleProcs.length > 0 && state.spinning === 0) idle++;
      },
    });
    expect(looks).toBeGreaterThan(100);
    expect(idle).toBe(0);
  });

  it('come and go with GOMAXPROCS', () => {
    const one = run(
      function* (go) {
        yield* go.setMaxProcs(4);
        for (let i = 0; i < 6; i++) yield* go.spawn('main.f', (own) => own.work(3_000_000));
        yield* go.work(1_000_000);
        yield* go.setMaxProcs(1);
        yield* go.work(1_000_000);
        yield* go.setMaxProcs(3);
        yield* go.sleep(20_000_000);
      },
      { procs: 2 },
    );
    expect(rowsOf(one, 'procsChange').map(({ a }) => a)).toEqual([2, 4, 1, 3]);
    expect(one.scheduler.state.ending).toBe('returned');
  });

  it('of a locked goroutine go to its own thread', () => {
    const one = run(
      function* (go) {
        yield* go.spawn('main.locked', function* (own) {
          yield* own.lockOSThread();
          for (let i = 0; i < 5; i++) {
            yield* own.gosched();
            yield* own.work(10_000);
          }
        });
        for (let i = 0; i < 20; i++) {
          yield* go.work(20_000);
          yield* go.gosched();
        }
      },
      { procs: 1 },
    );
    const locked = one.machine.tasks.find((task) => task.name === 'main.locked');
    const threads = rowsOf(one, 'goStart')
      .filter(({ a }) => a === locked?.id)
      .map(({ m }) => m);
    expect(threads.length).toBeGreaterThan(3);
    expect(new Set(threads.slice(1)).size).toBe(1);
  });
});

describe('timers and the network', () => {
  it('wake goroutines in the order of their times, none before it', () => {
    const woken: [number, number][] = [];
    run(
      function* (go) {
        for (const ms of [5, 1, 3]) {
          yield* go.spawn('main.sleeper', function* (own) {
            yield* own.sleep(ms * 1_000_000);
            woken.push([ms, own.now]);
          });
        }
        yield* go.sleep(10_000_000);
      },
      { procs: 2 },
    );
    expect(woken.map(([ms]) => ms)).toEqual([1, 3, 5]);
    for (const [ms, now] of woken) {
      expect(now).toBeGreaterThanOrEqual(ms * 1_000_000);
      // Each wait of the poller is late by some 70 µs, and it waits a millisecond or more at a time.
      expect(now).toBeLessThan(ms * 1_000_000 + ms * 80_000);
    }
  });

  it.each([
    // What Go 1.26 on Linux takes, in the median of 150 sleeps.
    [1_000, 1_073_750],
    [100_000, 1_074_662],
    [500_000, 1_073_810],
    [1_500_000, 2_144_697],
    [2_000_000, 2_146_149],
  ])('wake an idle P in whole milliseconds, as real Go does: a sleep of %i ns', (ns, real) => {
    for (const procs of [1, 2]) {
      const { scheduler } = run((go) => go.sleep(ns), { procs });
      expect(Math.abs(scheduler.now - real)).toBeLessThan(real * 0.03);
    }
  });

  it('are exact where the P has work meanwhile', () => {
    let woken = 0;
    run(
      function* (go) {
        yield* go.spawn('main.sleeper', function* (own) {
          yield* own.sleep(300_000);
          woken = own.now;
        });
        for (let i = 0; i < 500; i++) {
          yield* go.work(1000);
          yield* go.gosched();
        }
      },
      { procs: 1 },
    );
    expect(woken).toBeGreaterThanOrEqual(300_000);
    expect(woken).toBeLessThan(303_000);
  });

  it('are not waited for where the time is over before the goroutine parks', () => {
    expect(run((go) => go.sleep(1), { procs: 1 }).scheduler.now).toBeLessThan(1000);
  });

  it('answer although all Ps compute', () => {
    const one = run(
      function* (go) {
        for (let i = 0; i < 4; i++) yield* go.spawn('main.hog', (own) => own.work(60_000_000));
        yield* go.network(1_000_000);
      },
      { procs: 2 },
    );
    expect(one.scheduler.state.ending).toBe('returned');
    expect(one.scheduler.now).toBeLessThan(60_000_000);
  });
});

describe('limits', () => {
  it('hold for goroutines too', () => {
    const storm = function* (go: Parameters<Parameters<typeof run>[0]>[0]) {
      for (;;) yield* go.spawn('main.f', (own) => own.block());
    };
    expect(() => run(storm, { log: false })).toThrow(/more than 250000 goroutines/);
  });

  it('end what never ends', () => {
    const forever = function* (go: Parameters<Parameters<typeof run>[0]>[0]) {
      for (;;) yield* go.work(1000);
    };
    expect(run(forever, { maxTime: 1_000_000 }).scheduler.state.ending).toBe('time limit');
    expect(run(forever, { maxEvents: 1000 }).scheduler.state.ending).toBe('event limit');
  });
});

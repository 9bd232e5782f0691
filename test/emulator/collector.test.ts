/** The collector: its pace, its share of the Ps, its stops. */

import { describe, expect, it } from 'vitest';
import { heapGoal, heapTrigger, shareWorkers } from '../../src/emulator/sched/pacer.ts';
import { ModeId } from '../../src/emulator/sched/records.ts';
import { rowsOf, run, runScenario } from '../support/emulated.ts';

const MIB = 1024 * 1024;

describe('the pacer', () => {
  it('gives a quarter of the Ps to marking', () => {
    expect([1, 2, 3, 4, 5, 6, 8, 16].map((procs) => shareWorkers(procs))).toEqual([
      { dedicated: 0, fractional: 0.25 },
      { dedicated: 0, fractional: 0.25 },
      { dedicated: 0, fractional: 0.25 },
      { dedicated: 1, fractional: 0 },
      { dedicated: 1, fractional: 0 },
      { dedicated: 1, fractional: expect.closeTo(1 / 12) },
      { dedicated: 2, fractional: 0 },
      { dedicated: 4, fractional: 0 },
    ]);
  });

  it('lets the heap double, but never below 4 MiB', () => {
    expect(heapGoal(MIB, 0, 100)).toBe(4 * MIB);
    expect(heapGoal(10 * MIB, 0, 100)).toBe(20 * MIB);
    expect(heapGoal(10 * MIB, 2 * MIB, 50)).toBe(16 * MIB);
    expect(heapGoal(10 * MIB, 0, -1)).toBe(Number.POSITIVE_INFINITY);
  });

  it('begins between 70 and 95 % of the way', () => {
    expect(heapTrigger(10 * MIB, 20 * MIB, 100 * MIB)).toBe(17 * MIB);
    expect(heapTrigger(10 * MIB, 20 * MIB, 0)).toBe(19.5 * MIB);
    expect(heapTrigger(10 * MIB, 20 * MIB, 2 * MIB)).toBe(18 * MIB);
  });
});

describe('a cycle', () => {
  const one = runScenario('gc-assist', ['goroutines=16', 'rounds=300'], { procs: 4 });
  const rows = rowsOf(one);

  it('has two stops of the world, and its end within the second', () => {
    const kinds = rows
      .filter(({ kind }) => ['gcBegin', 'gcEnd', 'stwBegin', 'stwEnd'].includes(kind))
      .map(({ kind, text }) => `${kind} ${text}`);
    expect(kinds.length).toBeGreaterThan(12);
    expect(kinds.slice(0, 6)).toEqual([
      'gcBegin ',
      'stwBegin GC sweep termination',
      'stwEnd ',
      'stwBegin GC mark termination',
      'gcEnd ',
      'stwEnd ',
    ]);
  });

  it('lets nobody run while the world is stopped', () => {
    let stopped = false;
    const wrong: string[] = [];
    let running = 0;
    for (const { kind, time } of rows) {
      if (kind === 'stwBegin') stopped = true;
      else if (kind === 'stwEnd') stopped = false;
      // Those that have not noticed yet come to rest; nobody begins once all have.
      else if (kind === 'goStart' && stopped) running++;
      else if (kind === 'goCreate' && stopped) wrong.push(`created at ${time}`);
    }
    expect(wrong).toEqual([]);
    // A switch that was under way is ended at once.
    expect(running).toBeLessThan(rows.filter(({ kind }) => kind === 'stwBegin').length);
  });

  it('marks with one dedicated worker on four Ps', () => {
    const labels = rows.filter(({ kind }) => kind === 'goLabel').map(({ text }) => text);
    expect(labels).toContain('GC (dedicated)');
    const { cycles } = one.scheduler.collector;
    expect(cycles.length).toBeGreaterThan(3);
  });

  it('makes those help who allocate', () => {
    expect(rows.filter(({ kind }) => kind === 'assistBegin').length).toBeGreaterThan(0);
    expect(rows.filter(({ kind }) => kind === 'assistBegin').length).toBe(rows.filter(({ kind }) => kind === 'assistEnd').length);
  });

  it('creates its workers in the first cycle, and keeps them', () => {
    const workers = one.machine.tasks.filter((task) => task.name === 'runtime.gcBgMarkWorker');
    expect(workers.length).toBe(4);
  });
});

describe('workers', () => {
  it.each([4, 8])('take a quarter of %i Ps while all are busy', (procs) => {
    const { scheduler } = run(
      function* (go) {
        yield* go.allocate(64 * MIB, true);
        for (let i = 0; i < procs * 3; i++) yield* go.spawn('main.hog', (own) => own.work(400_000_000));
        yield* go.work(2_000_000);
        yield* go.collect();
        yield* go.collect();
      },
      { procs, maxTime: 2_000_000_000 },
    );
    const { cycles } = scheduler.collector;
    expect(cycles.length).toBeGreaterThanOrEqual(2);
    const { began, ended, workerNs } = cycles[1];
    const share = workerNs / ((ended - began) * procs);
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.27);
  });

  it.each([1, 2])('take a quarter of %i Ps by turns', (procs) => {
    const { scheduler } = run(
      function* (go) {
        yield* go.allocate(32 * MIB, true);
        for (let i = 0; i < procs * 3; i++) {
          yield* go.spawn('main.hog', function* (own) {
            for (let k = 0; k < 5000; k++) {
              yield* own.work(100_000);
              yield* own.gosched();
            }
          });
        }
        yield* go.work(2_000_000);
        yield* go.collect();
        yield* go.collect();
      },
      { procs, maxTime: 3_000_000_000 },
    );
    const { began, ended, workerNs } = scheduler.collector.cycles[1];
    const share = workerNs / ((ended - began) * procs);
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.3);
  });

  it('of idle Ps mark too', () => {
    const { scheduler } = run(
      function* (go) {
        yield* go.allocate(64 * MIB, true);
        yield* go.collect();
      },
      { procs: 4 },
    );
    const marking = scheduler.state.procs.filter(({ modeNs }) => modeNs[ModeId.mark] > 1_000_000);
    expect(marking.length).toBeGreaterThan(2);
  });

  it('never come with GOGC=off', () => {
    expect(runScenario('gc-assist', [], { gogc: -1 }).scheduler.collector.cycles).toEqual([]);
  });
});

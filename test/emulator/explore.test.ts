/** Exploration: what is counted, what is guaranteed, what is replayed. */

import { describe, expect, it } from 'vitest';
import { DEFAULT_COSTS } from '../../src/emulator/costs.ts';
import { type ExploreRequest, Explorer, exploreProcs } from '../../src/emulator/explore/explore.ts';
import { checkFit, parseToken, writeToken } from '../../src/emulator/explore/replay.ts';
import { findWitness, replayToken } from '../../src/emulator/explore/witness.ts';
import type { Go, Program } from '../../src/emulator/program.ts';
import { SCENARIOS } from '../../src/emulator/scenarios/index.ts';
import { parseValues, type Scenario } from '../../src/emulator/scenarios/scenario.ts';
import type { StrategyName } from '../../src/model/exploration.ts';

const BASE: Omit<ExploreRequest, 'main' | 'strategy'> = {
  release: 26,
  costs: DEFAULT_COSTS,
  seed: 1,
  schedules: 300,
  depth: 2,
  maxSteps: 10_000,
  jitter: 0.05,
};

function requestOf(name: string, strategy: StrategyName, rest: Partial<ExploreRequest> = {}): ExploreRequest {
  const scenario = SCENARIOS.find((one) => one.name === name) as Scenario;
  const values = parseValues(scenario, [], strategy === 'faithful' ? {} : scenario.small);
  return { ...BASE, strategy, main: (go) => scenario.main(go, values), ...rest };
}

const programOf = (main: (go: Go) => Program, strategy: StrategyName, rest: Partial<ExploreRequest> = {}): ExploreRequest => ({
  ...BASE,
  main,
  strategy,
  ...rest,
});

function rowOf(request: ExploreRequest, procs: number) {
  return exploreProcs(new Explorer(request), procs).row;
}

describe('the timed scheduler over seeds', () => {
  it('crashes on four Ps and not on one; the detector reports on both', () => {
    const request = requestOf('map-race', 'faithful', { schedules: 20 });
    expect(rowOf(request, 1)).toMatchObject({ schedules: 20, crashed: 0, raced: 20 });
    expect(rowOf(request, 4)).toMatchObject({ schedules: 20, crashed: 20, raced: 20 });
  });

  it('loses updates on four Ps and not on one', () => {
    const request = requestOf('lost-update', 'faithful', { schedules: 10 });
    expect(rowOf(request, 1)).toMatchObject({ wrong: 0, raced: 10, crashed: 0 });
    expect(rowOf(request, 4)).toMatchObject({ wrong: 10, raced: 10, crashed: 0 });
  });

  it('finds nothing wrong with programs that are right', () => {
    for (const name of ['map-mutex', 'sync-map-like']) {
      expect(rowOf(requestOf(name, 'faithful', { schedules: 5 }), 4)).toMatchObject({ crashed: 0, wrong: 0, raced: 0 });
    }
  });
});

describe('every strategy', () => {
  const strategies: StrategyName[] = ['random', 'pct', 'pos', 'exhaustive'];
  it.each(strategies)('finds the lost update: %s', (strategy) => {
    expect(rowOf(requestOf('lost-update', strategy), 2).wrong).toBeGreaterThan(0);
  });

  it.each(strategies)('finds nothing where a lock is: %s', (strategy) => {
    expect(rowOf(requestOf('map-mutex', strategy), 2)).toMatchObject({ crashed: 0, wrong: 0, raced: 0, deadlocked: 0 });
  });

  it.each(strategies)('finds the deadlock: %s', (strategy) => {
    expect(rowOf(requestOf('deadlock', strategy), 2).deadlocked).toBeGreaterThan(0);
  });

  it.each(strategies)('is the same again with the same seed: %s', (strategy) => {
    const request = requestOf('map-race', strategy, { schedules: 100 });
    expect(rowOf(request, 2)).toEqual(rowOf(request, 2));
  });
});

describe('a program that does not end', () => {
  it.each(['random', 'exhaustive', 'faithful'] as const)('is given up after a few schedules: %s', (strategy) => {
    const endless = function* (go: Go): Program {
      const variable = go.variable(0);
      for (;;) yield* go.load(variable);
    };
    expect(rowOf(programOf(endless, strategy, { maxSteps: 200 }), 1)).toMatchObject(
      strategy === 'exhaustive' ? { schedules: 1, cut: 1 } : { schedules: 3, cut: 3 },
    );
  });
});

describe('PCT', () => {
  it.each(['lost-update', 'map-race', 'deadlock', 'torn-slot'])(
    'finds faults of depth 2 at least as often as its bound: %s',
    (name) => {
      const row = rowOf(requestOf(name, 'pct', { schedules: 3000 }), 2);
      const rate = (row.crashed + row.wrong + row.deadlocked) / row.schedules;
      expect(row.bound).toBeGreaterThan(0);
      expect(rate).toBeGreaterThan(row.bound ?? 1);
    },
  );
});

describe('PCT', () => {
  it('lets others go first where a goroutine yields, so that waiting in a loop ends', () => {
    const spinning = function* (go: Go): Program {
      const flag = go.variable(0);
      yield* go.spawn('main.set', function* (own) {
        yield* own.atomic(flag, () => 1);
      });
      while ((yield* go.atomicLoad(flag)) === 0) yield* go.gosched();
    };
    const row = rowOf(programOf(spinning, 'pct', { maxSteps: 500 }), 1);
    expect(row).toMatchObject({ cut: 0, crashed: 0, raced: 0, deadlocked: 0 });
  });
});

describe('all schedules', () => {
  /** Two goroutines of n steps each have C(2n, n) interleavings. */
  const steps = (n: number) =>
    function* (go: Go): Program {
      const variable = go.variable(0);
      for (let i = 0; i < 2; i++) {
        yield* go.spawn('main.w', function* (own) {
          for (let k = 0; k < n; k++) yield* own.load(variable);
          yield* own.block();
        });
      }
      yield* go.block();
    };

  it('are as many as there are', () => {
    // Each goroutine has n loads and the step that blocks; main's two steps of making them come first or between.
    const count = (n: number): number => {
      const row = rowOf(programOf(steps(n), 'exhaustive', { depth: 100, schedules: 100_000 }), 2);
      expect(row.complete).toBe(true);
      return row.schedules;
    };
    expect(count(1)).toBeLessThan(count(2));
    // With no preemption at all there are only the orders in which goroutines begin.
    const none = rowOf(programOf(steps(2), 'exhaustive', { depth: 0, schedules: 100_000 }), 2);
    expect(none.complete).toBe(true);
    expect(none.schedules).toBe(2);
  });

  it('with few preemptions are told apart by their bound', () => {
    const counts = [0, 1, 2, 3].map(
      (depth) => rowOf(programOf(steps(3), 'exhaustive', { depth, schedules: 100_000 }), 2).schedules,
    );
    for (let i = 1; i < counts.length; i++) expect(counts[i]).toBeGreaterThan(counts[i - 1]);
  });

  it('prove that a locked counter loses nothing', () => {
    const locked = function* (go: Go): Program {
      const [counter, mutex, group] = [go.variable(0), go.mutex(), go.waitGroup()];
      yield* go.add(group, 2);
      for (let i = 0; i < 2; i++) {
        yield* go.spawn('main.w', function* (own) {
          yield* own.lock(mutex);
          yield* own.store(counter, (yield* own.load(counter)) + 1);
          yield* own.unlock(mutex);
          yield* own.done(group);
        });
      }
      yield* go.wait(group);
      go.check((yield* go.load(counter)) === 2, 'lost');
    };
    const row = rowOf(programOf(locked, 'exhaustive', { depth: 3, schedules: 200_000 }), 2);
    expect(row).toMatchObject({ complete: true, wrong: 0, crashed: 0, raced: 0, deadlocked: 0 });
    expect(row.schedules).toBeGreaterThan(10);
  });
});

describe('GOMAXPROCS', () => {
  it('bounds how many can be stopped inside the runtime', () => {
    // The write to a map with room has no point at which one P could be taken away.
    const preallocated = function* (go: Go): Program {
      const [map, group] = [go.map({ hint: 8 }), go.waitGroup()];
      yield* go.put(map, 0, 0);
      yield* go.add(group, 2);
      for (let i = 1; i <= 2; i++) {
        yield* go.spawn('main.w', function* (own) {
          yield* own.put(map, i, i);
          yield* own.done(group);
        });
      }
      yield* go.wait(group);
    };
    const request = programOf(preallocated, 'exhaustive', { depth: 3, schedules: 200_000 });
    expect(rowOf(request, 1)).toMatchObject({ complete: true, crashed: 0 });
    expect(rowOf(request, 2).crashed).toBeGreaterThan(0);
    expect(rowOf(request, 1).raced).toBe(rowOf(request, 1).schedules);
  });
});

describe('a witness', () => {
  const request = requestOf('map-race', 'random');
  const explorer = new Explorer(request);
  const { worst } = exploreProcs(explorer, 2);
  const witness = findWitness(explorer, worst as NonNullable<typeof worst>, 2);

  it('has the fewest preemptions', () => {
    expect(witness).toMatchObject({
      kind: 'crash',
      outcome: 'fatal error: concurrent map writes',
      preemptions: 1,
      minimal: true,
    });
    expect(rowOf({ ...request, strategy: 'exhaustive', depth: 0, schedules: 10_000 }, 2).crashed).toBe(0);
  });

  it('is replayed by its token', () => {
    const token = parseToken(witness.token as string);
    const { outcome, diverged, steps } = replayToken(explorer, token);
    expect(diverged).toBeNull();
    expect(outcome.message).toBe(witness.outcome);
    expect(steps).toEqual(witness.steps);
  });

  it('that is of another program is found out', () => {
    const token = parseToken(witness.token as string);
    const other = new Explorer(requestOf('deadlock', 'random'));
    expect(replayToken(other, token).diverged).toMatchObject({ choice: expect.any(Number), why: expect.any(String) });
  });

  it('is a word that can be read back, and no other word', () => {
    const token = { procs: 4, seed: 123456, recording: { enabled: [2, 2, 3, 300], chosen: [1, 1, 2, 299] } };
    const program = { name: 'p', release: 26, parameters: { n: 3, mode: 'fast' } } as const;
    const text = writeToken(token, program);
    expect(parseToken(text)).toMatchObject(token);
    for (const wrong of [
      '',
      'gf1',
      'gf1.2.1',
      'gf2.1.1.AA',
      'gf1.1.1.$',
      'gf1.1.1.gA',
      'gf1.1.1._____w',
      'gf1.x.1.',
      'gf1.1.zzzzzzzzzzz.',
    ]) {
      expect(() => parseToken(wrong), wrong).toThrow(/not a schedule/);
    }
    // No part of a token is one, and no token with a letter changed.
    for (let end = 0; end < text.length; end++) expect(() => parseToken(text.slice(0, end))).toThrow(/not all of one/);
    for (let at = 0; at < text.length; at++) {
      const other = `${text.slice(0, at)}${text[at] === '7' ? '8' : '7'}${text.slice(at + 1)}`;
      expect(() => parseToken(other), other).toThrow(/not a schedule/);
    }
  });

  it('is bound to its program, release and parameters, and says which of them differs', () => {
    const program = { name: 'p', release: 26, parameters: { n: 3, mode: 'fast' } } as const;
    const token = parseToken(writeToken({ procs: 2, seed: 1, recording: { enabled: [2], chosen: [1] } }, program));
    expect(() => checkFit(token, { ...program, parameters: { mode: 'fast', n: 3 } })).not.toThrow();
    expect(() => checkFit(token, { ...program, name: 'q' })).toThrow('another program than q');
    expect(() => checkFit(token, { ...program, release: 23 })).toThrow('Go 1.26, not 1.23');
    expect(() => checkFit(token, { ...program, parameters: { n: 4, mode: 'fast' } })).toThrow(
      'other parameters than n=4 mode=fast',
    );
    // Of an earlier version: only the replay itself can tell.
    expect(() => checkFit(parseToken('gf1.2.1.AQIB'), program)).not.toThrow();
  });
});

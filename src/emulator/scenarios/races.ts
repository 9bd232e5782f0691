/** Programs that are wrong by their schedule: what one P hides and what no P hides. */

import type { Go, Program } from '../program.ts';
import { together } from './maps.ts';
import { choice, num, type Scenario, type Values, whole, word } from './scenario.ts';

function* lostUpdate(go: Go, values: Values): Program {
  const counter = go.variable(0);
  const mutex = go.mutex();
  const [goroutines, rounds, work] = [num(values, 'goroutines'), num(values, 'rounds'), num(values, 'work')];
  const locked = word(values, 'lock') === 'mutex';
  yield* together(go, goroutines, 'main.count', function* (own) {
    for (let i = 0; i < rounds; i++) {
      if (locked) yield* own.lock(mutex);
      own.line(27);
      const old = yield* own.load(counter);
      yield* own.work(work);
      yield* own.store(counter, old + 1);
      if (locked) yield* own.unlock(mutex);
    }
  });
  const total = yield* go.load(counter);
  go.check(total === goroutines * rounds, `the counter is ${total} instead of ${goroutines * rounds}`);
}

/** An interface value is two words, a type and a pointer: who reads between them gets one of each. */
function* tornSlot(go: Go, values: Values): Program {
  const type = go.variable(0);
  const data = go.variable(0);
  const [rounds, work, gap] = [num(values, 'rounds'), num(values, 'work'), num(values, 'gap')];
  yield* together(go, 2, 'main.worker', function* (own, index) {
    for (let i = 1; i <= rounds; i++) {
      if (index === 0) {
        own.line(28);
        yield* own.store(type, i % 2);
        if (gap > 0) yield* own.work(gap);
        yield* own.store(data, i % 2);
        yield* own.work(work);
        continue;
      }
      own.line(36);
      const seenType = yield* own.load(type);
      const seenData = yield* own.load(data);
      // Another length than the writer's: else both would go in step, and never meet within a pair of stores.
      yield* own.work(work + Math.ceil(work / 7));
      own.check(seenType === seenData, `a value of type ${seenType} with the data of type ${seenData}`);
    }
  });
}

function* groupMisuse(go: Go, values: Values): Program {
  const group = go.waitGroup();
  const finished = go.variable(0);
  const goroutines = num(values, 'goroutines');
  for (let i = 0; i < goroutines; i++) {
    go.line(15);
    yield* go.spawn(
      'main.worker',
      function* (own) {
        // Add belongs in front of the go statement: here Wait may come first.
        own.line(25);
        yield* own.add(group, 1);
        yield* own.work(num(values, 'work'));
        yield* own.atomic(finished, (old) => old + 1);
        own.line(28);
        yield* own.done(group);
      },
      24,
    );
  }
  go.line(19);
  yield* go.wait(group);
  go.check(finished.value === goroutines, `Wait returned after ${finished.value} of ${goroutines}`);
}

/** All goroutines wait at a channel that is then closed, so that they go off together. */
function* pressure(go: Go, values: Values): Program {
  const gate = go.channel(0);
  const group = go.waitGroup();
  const map = go.map();
  const [goroutines, rounds] = [num(values, 'goroutines'), num(values, 'rounds')];
  yield* go.add(group, goroutines);
  for (let index = 0; index < goroutines; index++) {
    go.line(17);
    yield* go.spawn(
      'main.contender',
      function* (own) {
        own.line(27);
        yield* own.receive(gate);
        for (let i = 0; i < rounds; i++) {
          own.line(29);
          yield* own.put(map, index * rounds + i, i);
        }
        yield* own.done(group);
      },
      26,
    );
  }
  // Time for all of them to get there.
  yield* go.sleep(num(values, 'settle'));
  go.line(21);
  yield* go.close(gate);
  yield* go.wait(group);
  go.check(map.len === goroutines * rounds, `${map.len} entries of ${goroutines * rounds}`);
}

export const RACE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'lost-update',
    summary: 'goroutines that count in one variable, with or without a mutex',
    parameters: {
      goroutines: whole('goroutines that count', 4, 2, 1000),
      rounds: whole('increments of each', 1000, 1, 1_000_000),
      work: whole('nanoseconds between load and store', 3, 0, 1_000_000),
      lock: choice('what guards the counter', ['none', 'mutex']),
    },
    small: { goroutines: 2, rounds: 2, work: 0 },
    main: lostUpdate,
  },
  {
    name: 'torn-slot',
    summary: 'a value of two words that is read half-written',
    parameters: {
      rounds: whole('stores, and loads', 1000, 1, 1_000_000),
      work: whole('nanoseconds between two of them', 20, 0, 1_000_000),
      gap: whole('nanoseconds between the two stores of one value', 3, 0, 1_000_000),
    },
    small: { rounds: 2, work: 0, gap: 0 },
    main: tornSlot,
  },
  {
    name: 'waitgroup-misuse',
    summary: 'Add inside the goroutine: Wait may return before it',
    parameters: {
      goroutines: whole('goroutines that are waited for', 8, 1, 1000),
      work: whole('nanoseconds of work of each', 5000, 0, 1_000_000_000),
    },
    small: { goroutines: 2, work: 5 },
    main: groupMisuse,
  },
  {
    name: 'barrier',
    summary: 'pressure test: goroutines held at a channel and released together into one map',
    parameters: {
      goroutines: whole('goroutines that are released', 8, 2, 1000),
      rounds: whole('writes of each', 10, 1, 100_000),
      settle: whole('nanoseconds before the release', 1_000_000, 0, 1_000_000_000),
    },
    small: { goroutines: 2, rounds: 2, settle: 100_000 },
    main: pressure,
  },
];

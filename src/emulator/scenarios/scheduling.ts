/** Programs that show the scheduler itself: queues, slices, system calls, locks, the collector. */

import type { Go, Program } from '../program.ts';
import { together } from './maps.ts';
import { choice, num, type Scenario, type Values, whole, word } from './scenario.ts';

/** More goroutines than a local queue holds: half of it overflows into the global one, and idle Ps steal. */
function* spawnStorm(go: Go, values: Values): Program {
  yield* together(go, num(values, 'goroutines'), 'main.task', (own) => own.work(num(values, 'work')));
}

/** Two goroutines that wake each other share one time slice through runnext; a hog waits. */
function* pingPong(go: Go, values: Values): Program {
  const ping = go.channel(0);
  const pong = go.channel(0);
  const rounds = num(values, 'rounds');
  if (num(values, 'hogs') > 0) {
    for (let i = 0; i < num(values, 'hogs'); i++) yield* go.spawn('main.hog', (own) => own.work(1_000_000_000), 40);
  }
  yield* go.spawn(
    'main.pong',
    function* (own) {
      for (let i = 0; i < rounds; i++) {
        own.line(27);
        yield* own.receive(ping);
        own.line(28);
        yield* own.send(pong, i);
      }
    },
    25,
  );
  for (let i = 0; i < rounds; i++) {
    go.line(16);
    yield* go.send(ping, i);
    go.line(17);
    yield* go.receive(pong);
  }
}

/** Long system calls: sysmon takes their Ps for those who can use them. */
function* syscallHog(go: Go, values: Values): Program {
  const [callers, workers] = [num(values, 'callers'), num(values, 'workers')];
  yield* together(go, callers + workers, 'main.worker', function* (own, index) {
    for (let i = 0; i < num(values, 'rounds'); i++) {
      if (index < callers) {
        own.line(28);
        yield* own.syscall(num(values, 'call'));
        yield* own.work(2000);
      } else {
        own.line(33);
        yield* own.work(num(values, 'work'));
      }
    }
  });
}

/** Allocation faster than the collector marks: goroutines have to help. */
function* gcAssist(go: Go, values: Values): Program {
  go.line(12);
  yield* go.allocate(num(values, 'live') * 1024, true);
  yield* together(go, num(values, 'goroutines'), 'main.allocate', function* (own) {
    for (let i = 0; i < num(values, 'rounds'); i++) {
      own.line(27);
      yield* own.allocate(num(values, 'bytes'));
      yield* own.work(num(values, 'work'));
    }
  });
}

/** Two goroutines take two mutexes in opposite order. */
function* deadlock(go: Go, values: Values): Program {
  const [first, second] = [go.mutex(), go.mutex()];
  yield* together(go, 2, 'main.transfer', function* (own, index) {
    const [one, other] = index === 0 ? [first, second] : [second, first];
    own.line(27);
    yield* own.lock(one);
    yield* own.work(num(values, 'work'));
    own.line(29);
    yield* own.lock(other);
    yield* own.unlock(other);
    yield* own.unlock(one);
  });
}

/** One goroutine takes a mutex again and again: the other one waits until it starves, and is then handed it. */
function* starvingMutex(go: Go, values: Values): Program {
  const mutex = go.mutex();
  const end = num(values, 'time');
  yield* together(go, num(values, 'greedy') + 1, 'main.worker', function* (own, index) {
    while (own.now < end) {
      own.line(27);
      yield* own.lock(mutex);
      yield* own.work(index === 0 ? 1000 : num(values, 'hold'));
      own.line(30);
      yield* own.unlock(mutex);
      if (index === 0) yield* own.sleep(num(values, 'pause'));
    }
  });
}

/** Requests that come over the network, wait for a lock, and work. */
function* server(go: Go, values: Values): Program {
  const jobs = go.channel<number>(num(values, 'queue'));
  const mutex = go.mutex();
  const shared = word(values, 'state') === 'shared';
  for (let i = 0; i < num(values, 'clients'); i++) {
    yield* go.spawn(
      'main.client',
      function* (own) {
        for (let request = 0; request < num(values, 'requests'); request++) {
          own.line(38);
          yield* own.network(num(values, 'think'));
          own.line(39);
          yield* own.send(jobs, request);
        }
      },
      36,
    );
  }
  const total = num(values, 'clients') * num(values, 'requests');
  const done = go.variable(0);
  yield* together(go, num(values, 'workers'), 'main.worker', function* (own) {
    for (;;) {
      own.line(46);
      const { ok } = yield* own.receive(jobs);
      if (!ok) return;
      if (shared) yield* own.lock(mutex);
      yield* own.work(num(values, 'work'));
      if (shared) yield* own.unlock(mutex);
      if ((yield* own.atomic(done, (old) => old + 1)) === total) yield* own.close(jobs);
    }
  });
}

export const SCHEDULING_SCENARIOS: readonly Scenario[] = [
  {
    name: 'spawn-storm',
    summary: 'more goroutines than a local queue holds: overflow, global batches, stealing',
    parameters: {
      goroutines: whole('goroutines', 1000, 1, 100_000),
      work: whole('nanoseconds of work of each', 20_000, 0, 1_000_000_000),
    },
    small: { goroutines: 3, work: 5 },
    main: spawnStorm,
  },
  {
    name: 'ping-pong',
    summary: 'two goroutines that wake each other share one time slice; hogs beside them wait',
    parameters: {
      rounds: whole('times to and fro', 20_000, 1, 10_000_000),
      hogs: whole('goroutines that only compute', 0, 0, 100),
    },
    small: { rounds: 3, hogs: 0 },
    main: pingPong,
  },
  {
    name: 'syscall-hog',
    summary: 'long system calls: sysmon takes their Ps back for those who compute',
    parameters: {
      callers: whole('goroutines in system calls', 4, 1, 1000),
      workers: whole('goroutines that compute', 4, 0, 1000),
      rounds: whole('rounds of each', 50, 1, 100_000),
      call: whole('nanoseconds of a system call', 500_000, 0, 1_000_000_000),
      work: whole('nanoseconds of work', 200_000, 0, 1_000_000_000),
    },
    small: { callers: 1, workers: 1, rounds: 2, call: 100, work: 5 },
    main: syscallHog,
  },
  {
    name: 'gc-assist',
    summary: 'allocation faster than the collector marks: workers, assists, two stops of the world',
    parameters: {
      goroutines: whole('goroutines that allocate', 8, 1, 1000),
      rounds: whole('allocations of each', 500, 1, 1_000_000),
      bytes: whole('bytes of each', 16_384, 1, 1 << 30),
      live: whole('KiB that stay reachable', 4096, 0, 1 << 20),
      work: whole('nanoseconds of work between two', 2000, 0, 1_000_000_000),
    },
    small: { goroutines: 2, rounds: 2, work: 5 },
    main: gcAssist,
  },
  {
    name: 'deadlock',
    summary: 'two mutexes taken in opposite order: all goroutines are asleep',
    parameters: { work: whole('nanoseconds between the two locks', 50_000, 0, 1_000_000_000) },
    small: { work: 5 },
    main: deadlock,
  },
  {
    name: 'starving-mutex',
    summary: 'a mutex that one goroutine takes again and again: starvation mode after a millisecond',
    parameters: {
      greedy: whole('goroutines that do not pause', 1, 1, 100),
      hold: whole('nanoseconds that these hold it', 100_000, 1, 1_000_000_000),
      pause: whole('nanoseconds that the other one sleeps', 100_000, 1, 1_000_000_000),
      time: whole('nanoseconds of all', 50_000_000, 1, 10_000_000_000),
    },
    small: { greedy: 1, hold: 10, pause: 10, time: 300 },
    main: starvingMutex,
  },
  {
    name: 'server',
    summary: 'clients on the network, a queue, workers with or without a common lock',
    parameters: {
      clients: whole('clients', 20, 1, 1000),
      requests: whole('requests of each', 50, 1, 100_000),
      workers: whole('workers', 8, 1, 1000),
      queue: whole('places in the queue', 16, 0, 10_000),
      think: whole('nanoseconds until a client asks again', 200_000, 0, 1_000_000_000),
      work: whole('nanoseconds of a request', 30_000, 0, 1_000_000_000),
      state: choice('what requests share', ['none', 'shared']),
    },
    small: { clients: 1, requests: 2, workers: 2, queue: 1, think: 10, work: 5 },
    main: server,
  },
];

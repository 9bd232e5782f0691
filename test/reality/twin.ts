/** What yard.go does, as a program of the emulator. */

import type { Go, Program } from 'goflame';

const WORKERS = 4;
const WRITES = 60_000;

export function* yard(go: Go): Program {
  const mutex = go.mutex();
  const group = go.waitGroup();
  const channel = go.channel<number>(4);
  yield* go.spawn('main.reader', function* () {
    while ((yield* go.receive(channel)).ok) yield* go.work(5000);
  });
  yield* go.add(group, WORKERS);
  for (let id = 0; id < WORKERS; id++) {
    yield* go.spawn('main.worker', function* () {
      const map = go.map();
      for (let k = 0; k < WRITES; k++) {
        yield* go.put(map, k * 7 + id, k);
        if (k % 100 === 0) {
          yield* go.lock(mutex);
          yield* go.work(500);
          yield* go.unlock(mutex);
          yield* go.allocate(16 << 10);
        }
        if (k % 1000 === 0) yield* go.send(channel, k);
        if (k % 5000 === 0) yield* go.syscall(200_000);
      }
      yield* go.done(group);
    });
  }
  yield* go.wait(group);
  yield* go.close(channel);
  yield* go.sleep(2_000_000);
}

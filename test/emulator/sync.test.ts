/** Channels, locks and groups behave as Go's. */

import { describe, expect, it } from 'vitest';
import type { Go, Program } from '../../src/emulator/program.ts';
import { run } from '../support/emulated.ts';

/** What a program noted, on so many Ps. */
function notes(main: (go: Go, note: (text: string) => void) => Program, procs = 1): string[] {
  const list: string[] = [];
  run((go) => main(go, (text) => void list.push(text)), { procs });
  return list;
}

function faultOf(main: (go: Go) => Program): string | null {
  const { machine, scheduler } = run(main, { procs: 2 });
  if (scheduler.state.ending === 'deadlock') return 'deadlock';
  return machine.fault === null ? null : `${machine.fault.kind}: ${machine.fault.message}`;
}

describe('channels', () => {
  it('hand values over in the order of the waiters', () => {
    const order = notes(function* (go, note) {
      const ch = go.channel<number>();
      for (let i = 0; i < 3; i++) {
        yield* go.spawn(`main.r${i}`, function* (own) {
          const { value } = yield* own.receive(ch);
          note(`r${i} ${value}`);
        });
        yield* go.gosched();
      }
      for (let i = 0; i < 3; i++) yield* go.send(ch, i);
      yield* go.sleep(1000);
    });
    expect(order.sort()).toEqual(['r0 0', 'r1 1', 'r2 2']);
  });

  it('keep the order of what is sent', () => {
    const order = notes(function* (go, note) {
      const ch = go.channel<number>(2);
      yield* go.spawn('main.send', function* (own) {
        for (let i = 0; i < 6; i++) yield* own.send(ch, i);
        yield* own.close(ch);
      });
      for (;;) {
        const { value, ok } = yield* go.receive(ch);
        if (!ok) break;
        note(String(value));
      }
    }, 4);
    expect(order).toEqual(['0', '1', '2', '3', '4', '5']);
  });

  it('wake all receivers when closed: on one P the first, then the others from the last on', () => {
    const order = notes(function* (go, note) {
      const ch = go.channel<number>();
      for (let i = 1; i <= 4; i++) {
        yield* go.spawn(`main.r${i}`, function* (own) {
          const { ok } = yield* own.receive(ch);
          note(`${i} ${ok}`);
        });
        yield* go.gosched();
      }
      yield* go.close(ch);
      yield* go.sleep(1000);
    });
    expect(order).toEqual(['1 false', '4 false', '3 false', '2 false']);
  });

  it('panic where Go does', () => {
    expect(
      faultOf(function* (go) {
        const ch = go.channel();
        yield* go.close(ch);
        yield* go.close(ch);
      }),
    ).toBe('panic: close of closed channel');
    expect(
      faultOf(function* (go) {
        const ch = go.channel();
        yield* go.close(ch);
        yield* go.send(ch, 1);
      }),
    ).toBe('panic: send on closed channel');
    expect(
      faultOf(function* (go) {
        const ch = go.channel();
        yield* go.spawn('main.s', (own) => own.send(ch, 1));
        yield* go.sleep(10_000);
        yield* go.close(ch);
        yield* go.sleep(10_000);
      }),
    ).toBe('panic: send on closed channel');
    expect(faultOf((go) => go.close(null))).toBe('panic: close of nil channel');
    expect(faultOf((go) => go.send(null, 1))).toBe('deadlock');
  });

  it('are selected among those that are ready', () => {
    const order = notes(function* (go, note) {
      const [a, b] = [go.channel<number>(1), go.channel<number>(1)];
      yield* go.send(b, 7);
      const first = yield* go.select([go.receiving(a), go.receiving(b)]);
      note(`${first.index} ${first.value} ${first.ok}`);
      note(String((yield* go.select([go.receiving(a)], true)).index));
      yield* go.spawn('main.later', function* (own) {
        yield* own.send(a, 9);
      });
      const second = yield* go.select([go.receiving(b), go.receiving(a)]);
      note(`${second.index} ${second.value}`);
    });
    expect(order).toEqual(['1 7 true', '-1', '1 9']);
  });

  it('are selected fairly', () => {
    const counts = [0, 0];
    run(function* (go) {
      const [a, b] = [go.channel<number>(1), go.channel<number>(1)];
      for (let i = 0; i < 400; i++) {
        if (a.length === 0) yield* go.send(a, 1);
        if (b.length === 0) yield* go.send(b, 1);
        counts[(yield* go.select([go.receiving(a), go.receiving(b)])).index]++;
      }
    });
    expect(counts[0]).toBeGreaterThan(150);
    expect(counts[1]).toBeGreaterThan(150);
  });
});

describe('locks', () => {
  it('let one in at a time', () => {
    let inside = 0;
    let most = 0;
    run(
      function* (go) {
        const [mutex, group] = [go.mutex(), go.waitGroup()];
        yield* go.add(group, 8);
        for (let i = 0; i < 8; i++) {
          yield* go.spawn('main.w', function* (own) {
            for (let k = 0; k < 50; k++) {
              yield* own.lock(mutex);
              most = Math.max(most, ++inside);
              yield* own.work(3000);
              inside--;
              yield* own.unlock(mutex);
            }
            yield* own.done(group);
          });
        }
        yield* go.wait(group);
      },
      { procs: 4 },
    );
    expect(most).toBe(1);
  });

  it('are handed to who has waited for more than a millisecond', () => {
    const waits: number[] = [];
    run(
      function* (go) {
        const mutex = go.mutex();
        yield* go.spawn('main.greedy', function* (own) {
          while (own.now < 40_000_000) {
            yield* own.lock(mutex);
            yield* own.work(100_000);
            yield* own.unlock(mutex);
          }
        });
        for (let i = 0; i < 5; i++) {
          yield* go.work(500_000);
          const before = go.now;
          yield* go.lock(mutex);
          waits.push(go.now - before);
          yield* go.unlock(mutex);
        }
      },
      { procs: 2 },
    );
    // Without starvation mode the greedy one would win until the end.
    expect(waits.length).toBe(5);
    expect(Math.max(...waits)).toBeLessThan(3_000_000);
  });

  it('for reading let readers in together, and nobody beside a writer', () => {
    let [readers, writers, together] = [0, 0, 0];
    run(
      function* (go) {
        const [lock, group] = [go.rwmutex(), go.waitGroup()];
        yield* go.add(group, 6);
        for (let i = 0; i < 6; i++) {
          yield* go.spawn('main.w', function* (own) {
            for (let k = 0; k < 30; k++) {
              if (i === 0) {
                yield* own.writeLock(lock);
                expect([readers, writers++]).toEqual([0, 0]);
                yield* own.work(2000);
                writers--;
                yield* own.writeUnlock(lock);
              } else {
                yield* own.readLock(lock);
                expect(writers).toBe(0);
                together = Math.max(together, ++readers);
                yield* own.work(5000);
                readers--;
                yield* own.readUnlock(lock);
              }
            }
            yield* own.done(group);
          });
        }
        yield* go.wait(group);
      },
      { procs: 4 },
    );
    expect(together).toBeGreaterThan(1);
  });

  it('deadlock where a reader reads again while a writer waits', () => {
    expect(
      faultOf(function* (go) {
        const lock = go.rwmutex();
        yield* go.readLock(lock);
        yield* go.spawn('main.writer', (own) => own.writeLock(lock));
        yield* go.sleep(1_000_000);
        yield* go.readLock(lock);
      }),
    ).toBe('deadlock');
  });

  it('throw where Go does', () => {
    expect(faultOf((go) => go.unlock(go.mutex()))).toBe('fatal error: sync: unlock of unlocked mutex');
    expect(faultOf((go) => go.writeUnlock(go.rwmutex()))).toBe('fatal error: sync: Unlock of unlocked RWMutex');
    expect(faultOf((go) => go.readUnlock(go.rwmutex()))).toBe('fatal error: sync: RUnlock of unlocked RWMutex');
    expect(faultOf((go) => go.done(go.waitGroup()))).toBe('panic: sync: negative WaitGroup counter');
  });
});

describe('conditions, groups and once', () => {
  it('signal the longest waiter, broadcast all', () => {
    const order = notes(function* (go, note) {
      const mutex = go.mutex();
      const cond = go.cond(mutex);
      for (let i = 0; i < 4; i++) {
        yield* go.spawn(`main.w${i}`, function* (own) {
          yield* own.lock(mutex);
          yield* own.condWait(cond);
          note(String(i));
          yield* own.unlock(mutex);
        });
        yield* go.sleep(10_000);
      }
      yield* go.signal(cond);
      yield* go.sleep(10_000);
      yield* go.signal(cond);
      yield* go.sleep(10_000);
      note('all');
      yield* go.broadcast(cond);
      yield* go.sleep(100_000);
    });
    expect(order.slice(0, 3)).toEqual(['0', '1', 'all']);
    expect(order.slice(3).sort()).toEqual(['2', '3']);
  });

  it('run what is to be done once, once, and let others wait for it', () => {
    const order = notes(function* (go, note) {
      const once = go.once();
      for (let i = 0; i < 3; i++) {
        yield* go.spawn(`main.w${i}`, function* (own) {
          yield* own.do(once, function* (inner) {
            yield* inner.work(50_000);
            note('done');
          });
          note('after');
        });
      }
      yield* go.sleep(1_000_000);
    }, 4);
    expect(order).toEqual(['done', 'after', 'after', 'after']);
  });

  it('report a deadlock when all sleep', () => {
    expect(
      faultOf(function* (go) {
        const group = go.waitGroup();
        yield* go.add(group, 1);
        yield* go.wait(group);
      }),
    ).toBe('deadlock');
    expect(faultOf((go) => go.block())).toBe('deadlock');
  });
});

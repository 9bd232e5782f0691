/** Small programs with a known answer: what Go's constructs order, and what they do not. */

import { beforeEach, describe, expect, it } from 'vitest';
import { type Race, RaceDetector } from '../../../src/emulator/races/detector.ts';
import { SyncEdges } from './edges.ts';

const MAIN = 0;
const A = 1;
const B = 2;
const C = 3;
const X = 0xc000010000;
const Y = 0xc000010008;
const CHANNEL = 0xc000020000;
const GROUP = 0xc000030000;

let detector: RaceDetector;
let edges: SyncEdges;
let site = 0;

beforeEach(() => {
  detector = new RaceDetector();
  edges = new SyncEdges(detector);
  site = 0;
  detector.start(MAIN);
  for (const goroutine of [A, B, C]) detector.fork(MAIN, goroutine, 1000 + goroutine);
});

function write(goroutine: number, address = X): Race | null {
  return detector.access(goroutine, address, 'write', site++);
}

function read(goroutine: number, address = X): Race | null {
  return detector.access(goroutine, address, 'read', site++);
}

describe('plain accesses', () => {
  it('race if one of them writes', () => {
    expect(write(A)).toBeNull();
    expect(read(B)).toMatchObject({
      address: X,
      current: { goroutine: B, kind: 'read' },
      previous: { goroutine: A, kind: 'write', site: 0 },
    });
  });

  it('do not race if both read, however many', () => {
    expect([A, B, C, MAIN, A, B].map((goroutine) => read(goroutine))).toEqual(Array(6).fill(null));
  });

  it('find the write that comes after reads', () => {
    read(A);
    expect(write(B)).toMatchObject({ current: { kind: 'write' }, previous: { goroutine: A, kind: 'read' } });
  });

  it('of one goroutine never race', () => {
    expect([write(A), read(A), write(A)]).toEqual([null, null, null]);
  });

  it('of different addresses, and of different bytes, do not race', () => {
    write(A, X);
    expect(write(B, Y)).toBeNull();
    const other = Y + 8;
    detector.access(A, other, 'write', site++, 4);
    expect(detector.access(C, other + 4, 'write', site++, 4)).toBeNull();
    expect(detector.access(C, other + 3, 'write', site++, 1)).not.toBeNull();
  });
});

describe('go statements', () => {
  it('order what the parent did before', () => {
    write(MAIN);
    detector.fork(MAIN, 9);
    expect(read(9)).toBeNull();
  });

  it('do not order what the parent does after', () => {
    detector.fork(MAIN, 9);
    write(MAIN);
    expect(read(9)).not.toBeNull();
  });

  it('are no order to goroutines made before', () => {
    write(MAIN);
    expect(read(A)).not.toBeNull();
  });

  it('and ends of goroutines order nothing', () => {
    write(A);
    detector.finish(A);
    expect(read(MAIN)).not.toBeNull();
    detector.join(MAIN, A);
    expect(read(MAIN, Y)).toBeNull();
  });
});

describe('channels without a buffer', () => {
  it('pass a message: what came before the send is seen after the receive', () => {
    const channel = edges.makeChannel(CHANNEL, 0);
    write(A);
    edges.meet(channel, A, B);
    expect(read(B)).toBeNull();
  });

  it('order the receive before the end of the send as well', () => {
    const channel = edges.makeChannel(CHANNEL, 0);
    write(B);
    edges.meet(channel, A, B);
    expect(read(A)).toBeNull();
  });

  it('do not order what comes after on both sides, nor third parties', () => {
    const channel = edges.makeChannel(CHANNEL, 0);
    edges.meet(channel, A, B);
    write(A);
    expect(read(B)).not.toBeNull();
    write(C, Y);
    expect(read(B, Y)).not.toBeNull();
  });
});

describe('channels with a buffer', () => {
  it('order the k-th send before the k-th receive', () => {
    const channel = edges.makeChannel(CHANNEL, 2);
    write(A);
    edges.pass(channel, A, 0);
    edges.pass(channel, B, 0);
    expect(read(B)).toBeNull();
  });

  it('do not order the receive before a send that had room', () => {
    const channel = edges.makeChannel(CHANNEL, 2);
    edges.pass(channel, A, 0);
    write(B);
    edges.pass(channel, B, 0);
    edges.pass(channel, A, 1);
    expect(read(A)).not.toBeNull();
  });

  it('order the k-th receive before the send that comes a capacity later', () => {
    const channel = edges.makeChannel(CHANNEL, 2);
    edges.pass(channel, A, 0);
    edges.pass(channel, A, 1);
    write(B);
    edges.pass(channel, B, 0);
    edges.pass(channel, A, 2);
    expect(read(A)).toBeNull();
  });

  it('as semaphores: a buffer of one is a lock', () => {
    const channel = edges.makeChannel(CHANNEL, 1);
    edges.pass(channel, A, 0);
    write(A);
    edges.pass(channel, A, 0);
    edges.pass(channel, B, 1);
    expect(write(B)).toBeNull();
  });

  it('do not order two senders', () => {
    const channel = edges.makeChannel(CHANNEL, 2);
    write(A);
    edges.pass(channel, A, 0);
    edges.pass(channel, B, 1);
    expect(write(B)).not.toBeNull();
  });

  it('give a value to a receiver that waited', () => {
    const channel = edges.makeChannel(CHANNEL, 3);
    write(A);
    edges.passOn(channel, A, B, 0);
    expect(read(B)).toBeNull();
  });
});

describe('closing a channel', () => {
  it('orders what came before it for all who see it closed', () => {
    const channel = edges.makeChannel(CHANNEL, 0);
    write(A);
    expect(edges.close(channel, A, site++)).toBeNull();
    edges.receiveClosed(channel, B);
    edges.receiveClosed(channel, C);
    expect([read(B), read(C)]).toEqual([null, null]);
  });

  it('races with a send that nothing orders before it', () => {
    const channel = edges.makeChannel(CHANNEL, 1);
    expect(edges.sendBegins(channel, A, site++)).toBeNull();
    expect(edges.close(channel, B, site++)).toMatchObject({
      address: CHANNEL,
      current: { kind: 'write' },
      previous: { kind: 'read' },
    });
  });
});

describe('locks', () => {
  it('a mutex orders one critical section before the next', () => {
    const mutex = edges.makeOne();
    for (const goroutine of [A, B, C, A]) {
      edges.lock(mutex, goroutine);
      expect(write(goroutine)).toBeNull();
      edges.unlock(mutex, goroutine);
    }
  });

  it('two mutexes order nothing between them', () => {
    const [one, other] = [edges.makeOne(), edges.makeOne()];
    edges.lock(one, A);
    write(A);
    edges.unlock(one, A);
    edges.lock(other, B);
    expect(write(B)).not.toBeNull();
  });

  it('what stands before a lock is ordered only by chance: the schedule that hides it is one that orders it', () => {
    const mutex = edges.makeOne();
    write(A);
    edges.lock(mutex, A);
    edges.unlock(mutex, A);
    edges.lock(mutex, B);
    edges.unlock(mutex, B);
    expect(write(B)).toBeNull();
  });

  it('readers of an RWMutex may read beside each other, and a writer comes after them', () => {
    const mutex = edges.makeRWMutex();
    edges.writeLock(mutex, MAIN);
    write(MAIN);
    edges.writeUnlock(mutex, MAIN);
    edges.readLock(mutex, A);
    edges.readLock(mutex, B);
    expect([read(A), read(B)]).toEqual([null, null]);
    edges.readUnlock(mutex, A);
    edges.readUnlock(mutex, B);
    edges.writeLock(mutex, C);
    expect(write(C)).toBeNull();
  });

  it('a reader that writes is found', () => {
    const mutex = edges.makeRWMutex();
    edges.readLock(mutex, A);
    write(A);
    edges.readUnlock(mutex, A);
    edges.readLock(mutex, B);
    expect(write(B)).not.toBeNull();
  });
});

describe('a WaitGroup', () => {
  it('orders all that was done before Wait returns', () => {
    const group = edges.makeWaitGroup(GROUP);
    for (const [goroutine, address] of [
      [A, X],
      [B, Y],
    ]) {
      write(goroutine, address);
      edges.done(group, goroutine);
    }
    expect(edges.waitFirst(group, MAIN, site++)).toBeNull();
    edges.waited(group, MAIN);
    expect([read(MAIN, X), read(MAIN, Y)]).toEqual([null, null]);
  });

  it('does not order the workers to each other', () => {
    const group = edges.makeWaitGroup(GROUP);
    write(A);
    edges.done(group, A);
    expect(write(B)).not.toBeNull();
  });

  it('shows an Add that nothing orders before Wait', () => {
    const group = edges.makeWaitGroup(GROUP);
    edges.addFirst(group, A, site++);
    expect(edges.waitFirst(group, MAIN, site++)).toMatchObject({ address: GROUP, previous: { goroutine: A } });
  });
});

describe('Once', () => {
  it('orders what the once function did before every Do returns', () => {
    const once = edges.makeOne();
    write(A);
    edges.onceDone(once, A);
    edges.onceSeen(once, B);
    expect(read(B)).toBeNull();
  });
});

describe('atomics', () => {
  it('publish: a store before a load that comes after it', () => {
    write(A);
    detector.atomic(A, Y, 'store', site++);
    detector.atomic(B, Y, 'load', site++);
    expect(read(B)).toBeNull();
  });

  it('do not race with each other, but with plain accesses', () => {
    expect(detector.atomic(A, X, 'update', site++)).toBeNull();
    expect(detector.atomic(B, X, 'update', site++)).toBeNull();
    expect(detector.atomic(C, X, 'load', site++)).toBeNull();
    expect(read(MAIN)).toMatchObject({ current: { atomic: false }, previous: { atomic: true, kind: 'write' } });
  });

  it('order additions of a counter one after the other', () => {
    write(A);
    detector.atomic(A, Y, 'update', site++);
    detector.atomic(B, Y, 'update', site++);
    detector.atomic(C, Y, 'load', site++);
    expect(read(C)).toBeNull();
  });

  it('a plain write beside an atomic load is found either way', () => {
    detector.atomic(A, X, 'load', site++);
    expect(write(B)).toMatchObject({ previous: { atomic: true, kind: 'read' } });
  });
});

describe('reports', () => {
  it('name a pair of sites once, in either order, and an address once', () => {
    detector.access(A, X, 'write', 7);
    expect(detector.access(B, X, 'write', 8)).not.toBeNull();
    expect(detector.access(C, X, 'write', 9)).toBeNull();
    detector.access(A, Y, 'write', 8);
    expect(detector.access(B, Y, 'write', 7)).toBeNull();
    expect(detector.found).toBe(2);
  });

  it('tell where goroutines were made, and whether they still run', () => {
    detector.finish(A);
    expect(detector.originOf(A)).toEqual({ parent: MAIN, site: 1000 + A, finished: true });
    expect(detector.originOf(B)).toEqual({ parent: MAIN, site: 1000 + B, finished: false });
    expect(detector.originOf(MAIN)).toEqual({ parent: -1, site: -1, finished: false });
  });

  it('start anew after a reset', () => {
    write(A);
    expect(read(B)).not.toBeNull();
    detector.reset();
    detector.start(MAIN);
    detector.fork(MAIN, A);
    detector.fork(MAIN, B);
    expect(read(B)).toBeNull();
    expect(write(A)).toMatchObject({ previous: { goroutine: B, kind: 'read' } });
    expect(detector.found).toBe(1);
  });
});

/**
 * What Go's constructs tell the detector in race builds, one call each (runtime/chan.go; sync/mutex.go, rwmutex.go, waitgroup.go,
 * once.go), for tests of the detector alone. The emulator's own constructs are asked in real.test.ts.
 */

import type { Race, RaceDetector } from '../../../src/emulator/races/detector.ts';

export interface ChannelClocks {
  readonly address: number;
  /** One sync object per place in the buffer; one for a channel without a buffer. */
  readonly places: number;
  readonly capacity: number;
  readonly closed: number;
}

export interface RWMutexClocks {
  readonly readers: number;
  readonly writers: number;
}

export interface WaitGroupClocks {
  readonly address: number;
  readonly sync: number;
}

export class SyncEdges {
  private readonly detector: RaceDetector;

  constructor(detector: RaceDetector) {
    this.detector = detector;
  }

  /** For a Mutex, a Once, or anything else with one sync object. */
  makeOne(): number {
    return this.detector.newSyncs();
  }

  /** `address` is the channel's own: sending reads it, closing writes it, so that a send beside a close is a race. */
  makeChannel(address: number, capacity: number): ChannelClocks {
    const places = this.detector.newSyncs(Math.max(1, capacity));
    return { address, places, capacity, closed: this.detector.newSyncs() };
  }

  makeRWMutex(): RWMutexClocks {
    const readers = this.detector.newSyncs(2);
    return { readers, writers: readers + 1 };
  }

  makeWaitGroup(address: number): WaitGroupClocks {
    return { address, sync: this.detector.newSyncs() };
  }

  /** When a goroutine begins to send, whether it will wait or not. */
  sendBegins(channel: ChannelClocks, goroutine: number, site: number): Race | null {
    return this.detector.access(goroutine, channel.address, 'read', site);
  }

  /** A goroutine meets another one that waited at a channel without buffer: both know each other's past. */
  meet(channel: ChannelClocks, arrived: number, waiting: number): void {
    const { detector } = this;
    detector.release(channel.places, arrived);
    detector.acquire(channel.places, waiting);
    detector.release(channel.places, waiting);
    detector.acquire(channel.places, arrived);
  }

  /**
   * A value goes into, or comes out of, a place of the buffer: the k-th send is ordered before the k-th receive, and that
   * before the send that comes `capacity` later. `index` counts the sends, or the receives, from 0.
   */
  pass(channel: ChannelClocks, goroutine: number, index: number): void {
    this.detector.releaseAcquire(channel.places + (index % channel.capacity), goroutine);
  }

  /**
   * A goroutine meets another one that waited at a channel with a buffer: a receiver at an empty one, a sender at a full one.
   * `index` is that of the receive; both go over its place.
   */
  passOn(channel: ChannelClocks, arrived: number, waiting: number, index: number): void {
    this.pass(channel, arrived, index);
    this.pass(channel, waiting, index);
  }

  close(channel: ChannelClocks, goroutine: number, site: number): Race | null {
    const race = this.detector.access(goroutine, channel.address, 'write', site);
    this.detector.release(channel.closed, goroutine);
    return race;
  }

  /** A receive, or a select, that returns because the channel is closed. */
  receiveClosed(channel: ChannelClocks, goroutine: number): void {
    this.detector.acquire(channel.closed, goroutine);
  }

  lock(mutex: number, goroutine: number): void {
    this.detector.acquire(mutex, goroutine);
  }

  unlock(mutex: number, goroutine: number): void {
    this.detector.release(mutex, goroutine);
  }

  readLock(mutex: RWMutexClocks, goroutine: number): void {
    this.detector.acquire(mutex.readers, goroutine);
  }

  readUnlock(mutex: RWMutexClocks, goroutine: number): void {
    this.detector.releaseMerge(mutex.writers, goroutine);
  }

  writeLock(mutex: RWMutexClocks, goroutine: number): void {
    this.detector.acquire(mutex.readers, goroutine);
    this.detector.acquire(mutex.writers, goroutine);
  }

  writeUnlock(mutex: RWMutexClocks, goroutine: number): void {
    this.detector.release(mutex.readers, goroutine);
  }

  /** `wg.Add(n)` of a counter that was 0 is to be ordered before Wait: it reads what the first Wait writes. */
  addFirst(group: WaitGroupClocks, goroutine: number, site: number): Race | null {
    return this.detector.access(goroutine, group.address, 'read', site);
  }

  /** `wg.Done()`, or Add of less than nothing. */
  done(group: WaitGroupClocks, goroutine: number): void {
    this.detector.releaseMerge(group.sync, goroutine);
  }

  /** The first Wait at a counter that is not 0, when it begins to wait. */
  waitFirst(group: WaitGroupClocks, goroutine: number, site: number): Race | null {
    return this.detector.access(goroutine, group.address, 'write', site);
  }

  /** Wait returns. */
  waited(group: WaitGroupClocks, goroutine: number): void {
    this.detector.acquire(group.sync, goroutine);
  }

  /** The function of `once.Do(f)` has returned. */
  onceDone(once: number, goroutine: number): void {
    this.detector.release(once, goroutine);
  }

  /** A Do that finds it done, or waited for it. */
  onceSeen(once: number, goroutine: number): void {
    this.detector.acquire(once, goroutine);
  }
}

/** Tells the race detector what goroutines do, and keeps the races that it shows. */

import type { RaceReport } from '../model/snapshot.ts';
import { NO_STACK } from '../model/stacks.ts';
import type { Watcher } from './host.ts';
import { type Race, RaceDetector } from './races/detector.ts';
import { raceReportOf } from './races/report.ts';
import type { StackBook } from './stackbook.ts';
import type { Task } from './task.ts';
import type { GoRelease } from './version.ts';

/** Reports that are kept with their stacks; the rest are counted. */
const MAX_KEPT = 1000;

export class RaceWatcher implements Watcher {
  private readonly detector: RaceDetector;
  /** Null where only the number of races is asked for. */
  private readonly book: StackBook | null;
  private readonly syncs = new Map<number, number>();
  readonly races: Race[] = [];

  constructor(book: StackBook | null, detector = new RaceDetector()) {
    this.book = book;
    this.detector = detector;
    detector.start(0);
  }

  /** Races found, those that look like one before included. */
  get found(): number {
    return this.detector.found;
  }

  forked(child: Task, parent: Task): void {
    this.detector.fork(parent.index, child.index, child.createdBy?.stack ?? NO_STACK);
  }

  ended(task: Task): void {
    this.detector.finish(task.index);
  }

  acquire(task: Task, address: number): void {
    this.detector.acquire(this.syncOf(address), task.index);
  }

  release(task: Task, address: number): void {
    this.detector.release(this.syncOf(address), task.index);
  }

  releaseMerge(task: Task, address: number): void {
    this.detector.releaseMerge(this.syncOf(address), task.index);
  }

  exchange(task: Task, address: number): void {
    this.detector.releaseAcquire(this.syncOf(address), task.index);
  }

  access(task: Task, address: number, write: boolean): void {
    const site = this.book === null ? NO_STACK : this.book.stackOf(task);
    this.keep(this.detector.access(task.index, address, write ? 'write' : 'read', site));
  }

  atomic(task: Task, address: number, operation: 'load' | 'update'): void {
    const site = this.book === null ? NO_STACK : this.book.stackOf(task);
    this.keep(this.detector.atomic(task.index, address, operation, site));
  }

  private keep(race: Race | null): void {
    if (race !== null && this.races.length < MAX_KEPT) this.races.push(race);
  }

  private syncOf(address: number): number {
    let sync = this.syncs.get(address);
    if (sync === undefined) {
      sync = this.detector.newSyncs();
      this.syncs.set(address, sync);
    }
    return sync;
  }

  /** The races in the words of Go's reports. `tasks` are all goroutines, by index. */
  reports(tasks: readonly Task[], release: GoRelease): RaceReport[] {
    const order = new Map<number, number>();
    for (const task of tasks) if (!task.system) order.set(task.index, order.size - 1);
    const names = {
      release,
      main: 0,
      stackOf: (site: number) => site,
      orderOf: (goroutine: number) => order.get(goroutine) ?? 0,
    };
    return this.races.map((race) => raceReportOf(race, this.detector, names));
  }
}

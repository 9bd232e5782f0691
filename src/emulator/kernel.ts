/** What the steps of operations need: the part of the machine that they are told of. */

import type { Activity } from './activity.ts';
import type { Costs } from './costs.ts';
import type { Host, Watcher } from './host.ts';
import type { VerdictNumber } from './ops.ts';
import type { RuntimeSites } from './runtimesites.ts';
import type { StackBook } from './stackbook.ts';
import type { Creation, Program, Task } from './task.ts';
import type { WaitKind } from './waits.ts';

export interface Kernel {
  readonly costs: Costs;
  readonly sites: RuntimeSites;
  readonly book: StackBook;
  readonly host: Host;
  readonly watcher: Watcher | null;
  readonly activity: Activity;
  exitCode: number;
  /** A goroutine that is in no queue yet. */
  addTask(name: string, createdBy: Creation | null): Task;
  /** Gives a goroutine its code, which begins at `line` of `file`. */
  load(task: Task, body: () => Program, file: string, line: number): void;
  /** The first step of an operation: time passes, then phase 1 does it. */
  begin(task: Task, cost: number, site: number): VerdictNumber;
  /** Ends an operation. */
  done(task: Task, result: unknown): VerdictNumber;
  park(task: Task, wait: WaitKind): VerdictNumber;
  /** A panic that nothing recovers; `place` names the frames that a dump shows on top. */
  panic(task: Task, message: string, place?: string): VerdictNumber;
  /** What the runtime throws: nothing can recover it. */
  throwFatal(task: Task, message: string, place?: string): VerdictNumber;
  /** The numbers below `count` in random order. */
  shuffled(count: number): number[];
  /** A figure that varies a little around `ns`. */
  vary(ns: number): number;
}

/** What operations need of the scheduler that runs them, and of whoever watches memory accesses. */

import type { Task } from './task.ts';

export interface Host {
  /** Nanoseconds since the program began. */
  readonly now: number;
  /** Makes a waiting goroutine runnable; `waker` is the one that runs, or null. */
  ready(task: Task, waker: Task | null): void;
  /** A new goroutine, runnable. */
  created(task: Task, creator: Task): void;
  /** Makes a goroutine that has just parked runnable after `ns`: by a timer, or by the network poller. */
  wakeAfter(task: Task, ns: number, by: 'timer' | 'network'): void;
  /** The program marks a place in its trace: a region begins or ends, or something is logged. */
  annotate(task: Task, what: 'region begin' | 'region end' | 'log', text: string): void;
  /** Whether it is worth to spin for a lock instead of waiting. */
  canSpin(task: Task): boolean;
}

/** The race detector, as far as operations tell it what orders them. Addresses name synchronisation objects. */
export interface Watcher {
  forked(child: Task, parent: Task): void;
  ended(task: Task): void;
  /** What was released at `address` happened before what `task` does from now on. */
  acquire(task: Task, address: number): void;
  /** What `task` did happened before whoever acquires at `address` later; earlier releases there count no more. */
  release(task: Task, address: number): void;
  /** The same, and earlier releases count on. */
  releaseMerge(task: Task, address: number): void;
  /** Acquires what was released there, and leaves the task's past as it was before: a place in a channel's buffer. */
  exchange(task: Task, address: number): void;
  access(task: Task, address: number, write: boolean): void;
  atomic(task: Task, address: number, operation: 'load' | 'update'): void;
}

/** The queues of runnable goroutines: a P's ring of 256 with its `runnext`, and the global one. */

import type { Task } from './task.ts';

export const RING_LENGTH = 256;

/** A P's local queue. `runnext` runs before it and inherits the time slice of the one that put it there. */
export class LocalQueue {
  private readonly ring: (Task | null)[] = [];
  private head = 0;
  length = 0;
  runnext: Task | null = null;

  get isEmpty(): boolean {
    return this.length === 0 && this.runnext === null;
  }

  /** Adds a goroutine at the tail; false where the ring is full. */
  push(task: Task): boolean {
    if (this.length === RING_LENGTH) return false;
    this.ring[(this.head + this.length++) % RING_LENGTH] = task;
    return true;
  }

  shift(): Task | null {
    if (this.length === 0) return null;
    const task = this.ring[this.head];
    this.ring[this.head] = null;
    this.head = (this.head + 1) % RING_LENGTH;
    this.length--;
    return task;
  }

  /** What waits here, `runnext` first. */
  list(): Task[] {
    const tasks: Task[] = this.runnext === null ? [] : [this.runnext];
    for (let i = 0; i < this.length; i++) tasks.push(this.ring[(this.head + i) % RING_LENGTH] as Task);
    return tasks;
  }
}

/** First in, first out, without a bound. */
export class GlobalQueue {
  private tasks: Task[] = [];
  private head = 0;

  get length(): number {
    return this.tasks.length - this.head;
  }

  push(task: Task): void {
    this.tasks.push(task);
  }

  shift(): Task | null {
    if (this.length === 0) return null;
    const task = this.tasks[this.head++];
    if (this.head > 1024 && this.head * 2 > this.tasks.length) {
      this.tasks = this.tasks.slice(this.head);
      this.head = 0;
    }
    return task;
  }

  list(): readonly Task[] {
    return this.tasks.slice(this.head);
  }
}

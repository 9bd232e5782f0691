/**
 * Tells schedules apart: a number of 53 bits by the order in which goroutines did what others can see. It changes where one
 * goroutine goes on after another, by how far the first one had come; not by how long anything took.
 */

import type { Task } from './task.ts';

export class ScheduleHash {
  private low = 0x811c9dc5;
  private high = 0x9747b28c;
  /** Who did something that others can see, last. */
  last: Task | null = null;

  /** Another goroutine goes on. */
  turn(task: Task): void {
    if (this.last !== null) this.mix(this.last);
    this.last = task;
  }

  private mix({ index, operations, microSteps }: Task): void {
    const word = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(operations, 0x85ebca77) ^ Math.imul(microSteps, 0xc2b2ae3d);
    const low = Math.imul(this.low ^ word, 0x85ebca6b);
    this.low = low ^ (low >>> 13);
    const high = Math.imul(this.high ^ word, 0xc2b2ae35);
    this.high = Math.imul(high ^ (high >>> 16), 0x27d4eb2f) ^ low;
  }

  /** The number of the schedule, once it is over. */
  finish(): number {
    if (this.last !== null) this.mix(this.last);
    this.last = null;
    return (this.high >>> 0) * 0x20_0000 + (this.low >>> 11);
  }
}

/** A P's timers: which goroutine wakes when. Equal times fire in the order in which they were set. */

import type { Task } from '../task.ts';

interface Timer {
  readonly when: number;
  readonly sequence: number;
  readonly task: Task;
}

export class TimerHeap {
  private readonly timers: Timer[] = [];
  private sequence = 0;

  get length(): number {
    return this.timers.length;
  }

  /** When the first one fires; Infinity without any. */
  get first(): number {
    return this.timers.length === 0 ? Number.POSITIVE_INFINITY : this.timers[0].when;
  }

  push(when: number, task: Task): void {
    const { timers } = this;
    const timer = { when, sequence: this.sequence++, task };
    let at = timers.length;
    timers.push(timer);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(timers[parent], timer)) break;
      timers[at] = timers[parent];
      at = parent;
    }
    timers[at] = timer;
  }

  /** Takes the first one away. */
  shift(): Task {
    const { timers } = this;
    const { task } = timers[0];
    const last = timers.pop() as Timer;
    const { length } = timers;
    if (length === 0) return task;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && isBefore(timers[child + 1], timers[child])) child++;
      if (isBefore(last, timers[child])) break;
      timers[at] = timers[child];
      at = child;
    }
    timers[at] = last;
    return task;
  }

  /** Moves all timers over, as when a P goes away. */
  moveTo(other: TimerHeap): void {
    while (this.timers.length > 0) {
      const when = this.first;
      other.push(when, this.shift());
    }
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.when < b.when || (a.when === b.when && a.sequence < b.sequence);
}

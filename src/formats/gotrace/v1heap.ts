/** The Ps of an old trace by their next event: the earliest first, the one that was there first where times are the same. */

import type { Float64Column, Int32Column } from '../../base/columns.ts';

/** Events of one P, and how far they were taken. */
export interface Queue {
  readonly events: Int32Column;
  at: number;
  /** Ticks of the next event. */
  time: number;
  readonly index: number;
}

export class QueueHeap {
  private readonly ticks: Float64Column;
  private readonly queues: Queue[] = [];

  constructor(ticks: Float64Column, columns: readonly Int32Column[]) {
    this.ticks = ticks;
    columns.forEach((events, index) => {
      if (events.length > 0) this.add({ events, at: 0, time: ticks.data[events.data[0]], index });
    });
  }

  /** The queue with the earliest event; null when there is none. */
  get first(): Queue | null {
    return this.queues.length === 0 ? null : this.queues[0];
  }

  add(queue: Queue): void {
    const { queues } = this;
    queues.push(queue);
    for (let at = queues.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!isBefore(queues[at], queues[parent])) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  /** The first queue's event was taken. */
  advanceFirst(): void {
    const [queue] = this.queues;
    queue.at++;
    if (queue.at >= queue.events.length) {
      this.removeFirst();
      return;
    }
    queue.time = this.ticks.data[queue.events.data[queue.at]];
    this.fall();
  }

  removeFirst(): void {
    const last = this.queues.pop() as Queue;
    if (this.queues.length === 0) return;
    this.queues[0] = last;
    this.fall();
  }

  private fall(): void {
    const { queues } = this;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const right = left + 1;
      let least = at;
      if (left < queues.length && isBefore(queues[left], queues[least])) least = left;
      if (right < queues.length && isBefore(queues[right], queues[least])) least = right;
      if (least === at) return;
      this.swap(at, least);
      at = least;
    }
  }

  private swap(a: number, b: number): void {
    const { queues } = this;
    const moved = queues[a];
    queues[a] = queues[b];
    queues[b] = moved;
  }
}

function isBefore(a: Queue, b: Queue): boolean {
  return a.time < b.time || (a.time === b.time && a.index < b.index);
}

/**
 * All schedules with at most so many preemptions, one after the other, those with fewer first among equals: depth first, by
 * running the program again up to the last choice that can be made otherwise (iterative context bounding, PLDI 2007).
 */

import type { Task } from '../task.ts';
import type { Strategy } from './walker.ts';

interface Choice {
  /** Goroutines in the order in which they are tried: the one that ran goes on first. */
  readonly order: readonly number[];
  at: number;
  /** Whether all but the first of them are preemptions, and how many there were before. */
  readonly preempts: boolean;
  readonly before: number;
}

export class Bounded implements Strategy {
  private readonly bound: number;
  private readonly path: Choice[] = [];
  private depth = 0;
  private used = 0;
  private done = false;

  constructor(bound: number) {
    this.bound = bound;
  }

  /** Whether all schedules within the bound have been run. */
  get isOver(): boolean {
    return this.done;
  }

  begin(run: number): void {
    this.depth = 0;
    this.used = 0;
    if (run > 0) this.turn();
  }

  /** Makes the last choice that can be made otherwise the next way. Called between two schedules. */
  private turn(): void {
    while (this.path.length > 0) {
      const choice = this.path[this.path.length - 1];
      const allowed = !choice.preempts || choice.before < this.bound;
      if (allowed && choice.at + 1 < choice.order.length) {
        choice.at++;
        return;
      }
      this.path.pop();
    }
    this.done = true;
  }

  /** Whether another schedule is left behind the one that has just been run. */
  get hasNext(): boolean {
    return this.path.some(({ at, order, preempts, before }) => at + 1 < order.length && (!preempts || before < this.bound));
  }

  created(): void {}

  choose(enabled: readonly Task[], last: Task | null): number {
    let choice = this.path[this.depth];
    if (choice === undefined) {
      const goesOn = last !== null && enabled.includes(last);
      const others = enabled.filter((task) => task !== last).map((task) => task.index);
      others.sort((a, b) => a - b);
      const order = goesOn ? [(last as Task).index, ...others] : others;
      choice = { order, at: 0, preempts: goesOn, before: this.used };
      this.path.push(choice);
    }
    this.depth++;
    if (choice.preempts && choice.at > 0) this.used++;
    const wanted = choice.order[choice.at];
    return Math.max(
      0,
      enabled.findIndex((task) => task.index === wanted),
    );
  }

  stepped(): void {}

  yielded(): void {}
}

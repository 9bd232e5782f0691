/**
 * All schedules with at most so many preemptions, one after the other, those with fewer first among equals: depth first, by
 * running the program again up to the last choice that can be made otherwise (iterative context bounding, PLDI 2007).
 * Who looks twice in vain for what others are to do lets those go first who could have gone on meanwhile: CHESS's fair
 * schedules (PLDI 2008), which end where the program does.
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

/** What has been since a goroutine looked in vain: who could go on then, who made a step, and whom it lets go first. */
interface Looker {
  readonly beside: ReadonlySet<number>;
  readonly stepped: Set<number>;
  readonly waitsFor: Set<number>;
}

export class Bounded implements Strategy {
  private readonly bound: number;
  private readonly path: Choice[] = [];
  private depth = 0;
  private used = 0;
  private done = false;
  /** Of goroutines that look in vain, by index. */
  private readonly lookers = new Map<number, Looker>();
  private looked: Task | null = null;
  private isCutShort = false;

  constructor(bound: number) {
    this.bound = bound;
  }

  /** Whether all schedules within the bound have been run. */
  get isOver(): boolean {
    return this.done;
  }

  /** Whether schedules were left out that are no repetition: of a goroutine that ran for very long beside others. */
  get isPartial(): boolean {
    return this.isCutShort;
  }

  begin(run: number): void {
    this.depth = 0;
    this.used = 0;
    this.lookers.clear();
    this.looked = null;
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
      const yields = this.looked !== null;
      if (this.looked !== null) this.letPass(this.looked, enabled);
      const ready = this.inFront(enabled);
      const goesOn = last !== null && ready.includes(last);
      const others = ready.filter((task) => task !== last).map((task) => task.index);
      others.sort((a, b) => a - b);
      const order = goesOn ? [(last as Task).index, ...others] : others;
      choice = { order, at: 0, preempts: goesOn && !yields, before: this.used };
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

  /** Who has looked in vain twice lets those go first who could have gone on all the time between. */
  private letPass(task: Task, enabled: readonly Task[]): void {
    const now = enabled.filter((other) => other !== task).map(({ index }) => index);
    const before = this.lookers.get(task.index);
    const passedOver = before === undefined ? [] : now.filter((index) => before.beside.has(index) && !before.stepped.has(index));
    this.lookers.set(task.index, { beside: new Set(now), stepped: new Set(), waitsFor: new Set(passedOver) });
    this.looked = null;
  }

  /** Those who are not to let others go first. */
  private inFront(enabled: readonly Task[]): readonly Task[] {
    const { lookers } = this;
    if (lookers.size === 0) return enabled;
    const front = enabled.filter(({ index }) => {
      const waitsFor = lookers.get(index)?.waitsFor;
      return waitsFor === undefined || waitsFor.size === 0 || !enabled.some((task) => waitsFor.has(task.index));
    });
    return front.length === 0 ? enabled : front;
  }

  stepped(task: Task): void {
    // Where nobody else could go on, there was no choice, and nobody was passed over.
    this.looked = null;
    if (this.lookers.size === 0) return;
    for (const { stepped, waitsFor } of this.lookers.values()) {
      stepped.add(task.index);
      waitsFor.delete(task.index);
    }
  }

  yielded(task: Task, fair: boolean): void {
    if (!fair) this.isCutShort = true;
    this.looked = task;
  }

  finish(): void {}
}

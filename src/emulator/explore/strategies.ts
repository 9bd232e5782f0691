/** How schedules are chosen at random: uniformly, by priorities with few changes (PCT), by priorities of operations (POS). */

import { Random } from '../../base/random.ts';
import type { Task } from '../task.ts';
import { isWrite, type Strategy } from './walker.ts';

/** Each of the enabled ones with the same chance. */
export class RandomWalk implements Strategy {
  private readonly seed: number;
  private random: Random;

  constructor(seed: number) {
    this.seed = seed;
    this.random = new Random(seed, 'walk');
  }

  begin(run: number): void {
    this.random = new Random(this.seed + run, 'walk');
  }

  created(): void {}

  choose(enabled: readonly Task[]): number {
    return this.random.below(enabled.length);
  }

  stepped(): void {}

  yielded(): void {}

  finish(): void {}
}

/**
 * Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010): every goroutine has a random priority, the highest one
 * runs, and at d−1 random steps the one that runs falls below all others. Finds a fault of depth d with a probability of at
 * least 1/(n·k^(d−1)), for n goroutines and k steps with a choice.
 */
export class Pct implements Strategy {
  private readonly seed: number;
  private readonly depth: number;
  private random: Random;
  private readonly priorities: number[] = [];
  private changes: number[] = [];
  private step = 0;
  private lowest = 0;
  /** Choices of the longest schedule so far that was not cut off: where the changes may lie. */
  private longest = 0;
  private most = 1;

  constructor(seed: number, depth: number) {
    this.seed = seed;
    this.depth = depth;
    this.random = new Random(seed, 'pct');
  }

  /** The bound of the paper for what was seen so far. */
  get bound(): number {
    return 1 / (this.most * Math.max(1, this.longest) ** (this.depth - 1));
  }

  begin(run: number): void {
    this.random = new Random(this.seed + run, 'pct');
    this.priorities.length = 0;
    this.step = 0;
    this.lowest = 0;
    // The first schedule only shows how long they are.
    this.changes = Array.from({ length: this.depth - 1 }, () => 1 + this.random.below(Math.max(1, this.longest)));
  }

  created(task: Task): void {
    this.priorities[task.index] = 1 + this.random.fraction();
    this.most = Math.max(this.most, task.index + 1);
  }

  choose(enabled: readonly Task[]): number {
    this.step++;
    let at = this.highest(enabled);
    if (this.changes.includes(this.step)) {
      this.priorities[enabled[at].index] = --this.lowest;
      at = this.highest(enabled);
    }
    return at;
  }

  private highest(enabled: readonly Task[]): number {
    let best = 0;
    for (let i = 1; i < enabled.length; i++) {
      if (this.priorities[enabled[i].index] > this.priorities[enabled[best].index]) best = i;
    }
    return best;
  }

  stepped(): void {}

  yielded(task: Task): void {
    this.priorities[task.index] = --this.lowest;
  }

  /** One that was cut off says nothing of how long schedules are. */
  finish(cut: boolean): void {
    if (!cut) this.longest = Math.max(this.longest, this.step);
  }
}

/**
 * Partial order sampling (Yuan et al., CAV 2018): every operation that is about to happen has a random priority, the highest
 * one happens, and those that conflict with it draw anew.
 */
export class Pos implements Strategy {
  private readonly seed: number;
  private random: Random;
  private readonly priorities: number[] = [];
  private enabled: readonly Task[] = [];

  constructor(seed: number) {
    this.seed = seed;
    this.random = new Random(seed, 'pos');
  }

  begin(run: number): void {
    this.random = new Random(this.seed + run, 'pos');
    this.priorities.length = 0;
    this.enabled = [];
  }

  created(task: Task): void {
    this.priorities[task.index] = this.random.fraction();
  }

  choose(enabled: readonly Task[]): number {
    this.enabled = enabled;
    let best = 0;
    for (let i = 1; i < enabled.length; i++) {
      if (this.priorities[enabled[i].index] > this.priorities[enabled[best].index]) best = i;
    }
    return best;
  }

  stepped(task: Task, object: unknown, writes: boolean): void {
    this.priorities[task.index] = this.random.fraction();
    if (object === null) return;
    for (const other of this.enabled) {
      const conflicts = other !== task && other.object === object && (writes || isWrite(other));
      if (conflicts) this.priorities[other.index] = this.random.fraction();
    }
  }

  yielded(): void {}

  finish(): void {}
}

/**
 * Runs a program under a schedule that somebody else chooses, step by step and without time: one step is one effect on what
 * goroutines share. GOMAXPROCS still counts: a goroutine that is stopped inside the runtime, where nothing can preempt it,
 * keeps its P, so that at most as many as there are Ps can be there at once.
 */

import type { Host } from '../host.ts';
import type { Machine } from '../machine.ts';
import { Op, STARTING, Verdict } from '../ops.ts';
import { type Program, type Task, TaskState } from '../task.ts';

/** Who chooses. */
export interface Strategy {
  /** A new schedule begins. */
  begin(run: number): void;
  /** A goroutine was made, or is the first one. */
  created(task: Task): void;
  /** Which of the enabled ones (at least two) makes the next step: its place in the list. */
  choose(enabled: readonly Task[], last: Task | null): number;
  /** A step was made by `task` on `object` (null: on nothing that is shared), and wrote it or not. */
  stepped(task: Task, object: unknown, writes: boolean): void;
  /** It asked for others to run, or looked in vain for something that others are to do (`fair` then), or ran for very long. */
  yielded(task: Task, fair: boolean): void;
  /** The schedule is over; `cut`: before its end. */
  finish(cut: boolean): void;
}

/** What came of one schedule. */
export interface WalkResult {
  readonly ending: 'returned' | 'fault' | 'deadlock' | 'limit';
  /** Steps, those among which there was a choice, and those at which a goroutine was left that could have gone on. */
  readonly steps: number;
  readonly choices: number;
  readonly preemptions: number;
  readonly tasks: number;
}

/** A choice as it is recorded: how many could go on, and which goroutine did. */
export interface Recording {
  readonly enabled: number[];
  readonly chosen: number[];
}

/** What a step did, for people. */
export type StepListener = (task: Task, machine: Machine, preempted: boolean) => void;

/** Nanoseconds by which time goes on with each step, for sleeps and `go.now`. */
const STEP_NS = 10;
/** A goroutine that has only read for so many steps polls for what others are to do. */
const PATIENCE = 100;
/** One that others wait beside for so many steps lets them go first, whatever it does. */
const LONG_RUN = 1000;
/** After so many looks in vain a timer fires, although goroutines could go on: on a machine they poll for milliseconds. */
const POLLS_A_TIMER = 100;

export class Walker implements Host {
  now = 0;
  private readonly machine: Machine;
  private readonly strategy: Strategy;
  private readonly maxSteps: number;
  private procs: number;
  private readonly alive: Task[] = [];
  /** Goroutines stopped inside the runtime. */
  private readonly inside = new Set<Task>();
  private sleepers: { readonly task: Task; readonly when: number }[] = [];
  /** Of the one that made the last step: steps in a row beside others, and how many of these only read. */
  private inRow = 0;
  private readsInRow = 0;
  private polls = 0;
  /** Whether the last step was a look in vain, so that it is no preemption if another goes on. */
  private hasYielded = false;
  readonly recording: Recording = { enabled: [], chosen: [] };
  onStep: StepListener | null = null;

  constructor(machine: Machine, strategy: Strategy, options: { procs: number; maxSteps: number }) {
    this.machine = machine;
    this.strategy = strategy;
    this.procs = options.procs;
    this.maxSteps = options.maxSteps;
    machine.host = this;
  }

  // ---- what operations need ----

  ready(task: Task): void {
    task.state = TaskState.runnable;
    task.wait = null;
    this.alive.push(task);
  }

  created(task: Task): void {
    this.alive.push(task);
    this.strategy.created(task);
    this.approach(task);
  }

  wakeAfter(task: Task, ns: number): void {
    this.sleepers.push({ task, when: this.now + ns });
  }

  annotate(): void {}

  canSpin(): boolean {
    return false;
  }

  // ---- the walk ----

  run(main: () => Program, index: number): WalkResult {
    this.strategy.begin(index);
    const result = this.walk(main);
    this.strategy.finish(result.ending === 'limit');
    return result;
  }

  private walk(main: () => Program): WalkResult {
    const { machine, strategy } = this;
    const first = machine.addTask('main.main', null);
    machine.load(first, main, 'main.go', 1);
    let steps = 0;
    let choices = 0;
    let preemptions = 0;
    let last: Task | null = null;
    let ending: WalkResult['ending'] | null = null;
    this.alive.push(first);
    strategy.created(first);
    if (this.approach(first)) ending = 'returned';
    while (ending === null) {
      const enabled = this.enabled();
      if (enabled.length === 0) {
        if (this.wakeSleepers()) continue;
        ending = 'deadlock';
        break;
      }
      if (steps++ >= this.maxSteps) {
        ending = 'limit';
        break;
      }
      let task: Task = enabled[0];
      if (enabled.length > 1) {
        choices++;
        task = enabled[strategy.choose(enabled, last)];
        this.recording.enabled.push(enabled.length);
        this.recording.chosen.push(task.index);
      }
      const preempted = last !== null && task !== last && !this.hasYielded && enabled.includes(last);
      if (preempted) preemptions++;
      if (task !== last || enabled.length === 1) this.inRow = this.readsInRow = 0;
      last = task;
      this.now += STEP_NS;
      ending = this.step(task, preempted);
    }
    return { ending, steps, choices, preemptions, tasks: machine.tasks.length };
  }

  /** Those who can make a step: all, or only those inside the runtime if they hold all Ps. */
  private enabled(): readonly Task[] {
    const { inside, alive } = this;
    return inside.size < this.procs ? alive : alive.filter((task) => inside.has(task));
  }

  /** Makes the next effect of a goroutine happen; how the program ended by it, or null. */
  private step(task: Task, preempted: boolean): WalkResult['ending'] | null {
    const { machine } = this;
    const { object } = task;
    const writes = isWrite(task);
    const { op } = task;
    machine.current = task;
    const verdict = machine.step(task);
    this.onStep?.(task, machine, preempted);
    this.strategy.stepped(task, op === Op.none ? null : object, writes);
    this.beFair(task, op, verdict === Verdict.yield, writes);
    switch (verdict) {
      case Verdict.fault:
        return 'fault';
      case Verdict.end:
        return 'returned';
      case Verdict.exit:
        this.leave(task, TaskState.dead);
        machine.watcher?.ended(task);
        return null;
      case Verdict.park:
        this.leave(task, TaskState.waiting);
        return null;
      case Verdict.maxProcs:
        this.procs = task.amount;
        break;
      default:
    }
    if (task.op !== Op.none && !task.preemptible) {
      this.inside.add(task);
      return null;
    }
    this.inside.delete(task);
    return this.approach(task) ? 'returned' : null;
  }

  /** Lets others go first where a goroutine waits for what they are to do without parking. */
  private beFair(task: Task, op: number, yields: boolean, writes: boolean): void {
    this.inRow++;
    this.readsInRow = writes || op === Op.map ? 0 : this.readsInRow + 1;
    const looksInVain = yields || isVain(task, op) || this.readsInRow >= PATIENCE;
    this.hasYielded = looksInVain || this.inRow >= LONG_RUN;
    if (!this.hasYielded) return;
    this.inRow = this.readsInRow = 0;
    this.strategy.yielded(task, looksInVain);
    if (++this.polls % POLLS_A_TIMER === 0) this.wakeSleepers();
  }

  /** Brings a goroutine to right before its next effect; true where that ends the program. */
  private approach(task: Task): boolean {
    const { machine } = this;
    for (;;) {
      if (task.op === Op.map || (task.op !== Op.none && task.phase > 0 && task.op !== Op.work)) return false;
      const isInvisible = task.op === Op.none || task.op === Op.work || STARTING[task.op] === 1;
      if (!isInvisible) return false;
      const verdict = machine.step(task);
      if (verdict === Verdict.end) return true;
      if (verdict === Verdict.exit) {
        this.leave(task, TaskState.dead);
        machine.watcher?.ended(task);
        return false;
      }
    }
  }

  private leave(task: Task, state: Task['state']): void {
    task.state = state;
    task.waitSince = this.now;
    this.inside.delete(task);
    this.alive.splice(this.alive.indexOf(task), 1);
  }

  /** Nobody else can go on: time jumps to the first one who sleeps. */
  private wakeSleepers(): boolean {
    const { sleepers } = this;
    if (sleepers.length === 0) return false;
    const first = sleepers.reduce((a, b) => (b.when < a.when ? b : a));
    this.sleepers = sleepers.filter((sleeper) => sleeper !== first);
    this.now = Math.max(this.now, first.when);
    this.ready(first.task);
    return true;
  }
}

/** Whether the operation that a goroutine is about to do, or in, changes its object. */
export function isWrite(task: Task): boolean {
  switch (task.op) {
    case Op.map:
    case Op.access:
      return task.amount === 1;
    case Op.atomic:
      return task.amount !== 1;
    case Op.mapLen:
      return false;
    default:
      return true;
  }
}

/** Whether an operation is over that found nothing to do: a select that took its default, a TryLock that failed. */
function isVain({ op, result }: Task, was: number): boolean {
  if (op !== Op.none) return false;
  if (was === Op.select) return (result as { index: number }).index === -1;
  return was === Op.tryLock && result === false;
}

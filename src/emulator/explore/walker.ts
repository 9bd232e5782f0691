/**
 * Runs a program under a schedule that somebody else chooses, step by step and without time: one step is one effect on what
 * goroutines share. GOMAXPROCS still counts: a goroutine that is stopped inside the runtime, where nothing can preempt it,
 * keeps its P, so that at most as many as there are Ps can be there at once.
 */

import type { Host } from '../host.ts';
import type { Machine } from '../machine.ts';
import { Op, Verdict } from '../ops.ts';
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
  /** It asked for others to run. */
  yielded(task: Task): void;
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
    const { machine, strategy } = this;
    strategy.begin(index);
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
      const preempted = last !== null && task !== last && enabled.includes(last);
      if (preempted) preemptions++;
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
      case Verdict.yield:
        this.strategy.yielded(task);
        break;
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

/** Operations whose first step is nothing but time. */
const STARTING = new Uint8Array(64);
for (const op of [
  Op.spawn,
  Op.send,
  Op.receive,
  Op.close,
  Op.select,
  Op.lock,
  Op.tryLock,
  Op.unlock,
  Op.readLock,
  Op.readUnlock,
  Op.writeLock,
  Op.writeUnlock,
  Op.groupAdd,
  Op.groupWait,
  Op.condWait,
  Op.condSignal,
  Op.condBroadcast,
  Op.once,
  Op.sleep,
  Op.network,
  Op.syscall,
  Op.annotate,
]) {
  STARTING[op] = 1;
}

/** Whether the operation that a goroutine is about to do, or in, changes its object. */
function isWrite(task: Task): boolean {
  return task.op !== Op.map && task.op !== Op.access ? true : task.amount === 1;
}

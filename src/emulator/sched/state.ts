/** What the parts of the scheduler share: Ps, Ms, queues, the clock, and each other. */

import type { Random } from '../../base/random.ts';
import { LogKind } from '../../model/schedlog.ts';
import type { Machine } from '../machine.ts';
import type { EventQueue } from '../queue.ts';
import type { GlobalQueue } from '../runqueue.ts';
import type { Task } from '../task.ts';
import type { Recorder } from './recorder.ts';
import { ModeId, type Proc, ProcState, Thread } from './records.ts';
import type { Spread } from './spread.ts';

/** Events: what happens to whom (the argument: an index of a P, an M or a goroutine). */
export const Event = {
  /** P: its goroutine's step is over. */
  step: 0,
  /** P: the goroutine it picked begins. */
  start: 1,
  /** M: it is awake, with a P, and looks for work. */
  find: 2,
  /** M: one round of stealing is over. */
  steal: 3,
  /** M: it has waited long enough to take another P's runnext. */
  stealNext: 4,
  /** Goroutine: its system call is over. */
  syscallEnd: 5,
  sysmon: 6,
  /** M: its wait in the poller is over. */
  poll: 7,
  /** Goroutine: the network has an answer. */
  network: 8,
  /** The stopped world: what it was stopped for is done. */
  world: 9,
} as const;

/** How a run ended. */
export type Ending = 'returned' | 'exited' | 'fault' | 'deadlock' | 'time limit' | 'event limit';

/** Finds work for Ps and Ms. */
export interface Dispatcher {
  /** Makes a goroutine runnable: on the current P if there is one, else globally. */
  ready(task: Task, waker: Task | null): void;
  putLocal(proc: Proc, task: Task, next: boolean): void;
  /** The P has no goroutine: find it one. `extra` is time that passes before. */
  schedule(proc: Proc, extra?: number): void;
  start(proc: Proc): void;
  find(thread: Thread): void;
  steal(thread: Thread): void;
  stealNext(thread: Thread): void;
  /** Starts an M for a P, or for an idle P. */
  startThread(proc: Proc | null, spinning: boolean): void;
  wake(): void;
  handOff(proc: Proc): void;
  /** Takes an idle P for a thread that has none; null without an idle one. */
  takeIdle(): Proc | null;
  putIdle(proc: Proc): void;
  /** Binds a P that was idle to a running thread. */
  acquire(thread: Thread, proc: Proc): void;
  /** The thread has no P any more and waits. */
  stopThread(thread: Thread): void;
}

export interface Runner {
  run(proc: Proc): void;
  /** Asks the goroutine on a P to stop at its next safe point. */
  preempt(proc: Proc): void;
  stepEnd(proc: Proc): void;
}

export interface Waits {
  /** Fires the timers of `owner` that are due, on behalf of `proc`. */
  runTimers(owner: Proc, proc: Proc): void;
  /** Goroutines whose network answers are there; takes them away. */
  takeNetwork(): Task[];
  inject(tasks: readonly Task[], proc: Proc | null, thread: Thread): void;
  poll(thread: Thread): boolean;
  pollEnd(thread: Thread, token: number): void;
  network(task: Task): void;
  readonly lastPoll: number;
}

export interface World {
  /** Whether somebody wants all Ps to stop. */
  readonly stopping: boolean;
  /** Stops all other Ps, lets `cost` pass, does the work, and lets them go on. The goroutine stays on its P. */
  stop(request: { proc: Proc; task: Task; reason: string; cost: number; work: () => void }): void;
  /** A P has noticed and stops. */
  stopped(proc: Proc): void;
  done(): void;
}

export interface Collector {
  readonly marking: boolean;
  /** Bytes were allocated by the running goroutine: it may have to help, or to begin a cycle, before it goes on. */
  allocated(proc: Proc, task: Task, bytes: number): void;
  /** A mark worker for this P, or null. */
  pickWorker(proc: Proc): Task | null;
  pickIdleWorker(proc: Proc): Task | null;
  collect(task: Task): void;
  /** Lets a goroutine that is about to park wait for the end of the running cycle; false where none runs. */
  waitForEnd(task: Task): boolean;
  /** Bytes that are in use, as the heap's metrics tell. */
  readonly heapLive: number;
}

export interface Syscalls {
  enter(proc: Proc, task: Task): void;
  exit(task: Task): void;
  /** Takes the P away from a system call, on behalf of the thread `by`. */
  retake(proc: Proc, by: number): void;
}

/** What a goroutine does on the runtime's behalf, before it goes on with its own: marking, assisting. */
export interface Detour {
  step(proc: Proc, task: Task): number;
}

export class SchedState {
  now = 0;
  /** Steps and other events so far. */
  events = 0;
  ending: Ending | null = null;
  readonly machine: Machine;
  readonly queue: EventQueue;
  readonly recorder: Recorder;
  /** All Ps that ever were; those below `procCount` live. */
  readonly procs: Proc[] = [];
  procCount = 0;
  readonly threads: Thread[] = [];
  readonly global: GlobalQueue;
  /** Last in, first out. */
  readonly idleProcs: Proc[] = [];
  readonly idleThreads: Thread[] = [];
  spinning = 0;
  /** The P whose event is handled, so that what becomes runnable goes to it. */
  currentProc: Proc | null = null;
  currentThread = -1;
  /** The thread that waits in the network poller. */
  poller: Thread | null = null;
  readonly detours = new Map<Task, Detour>();
  readonly stealOrder: Random;
  readonly latency: Random;
  /** How times differ on a real machine; null where they do not. */
  readonly spread: Spread | null;
  lastGoId = 0;

  dispatcher!: Dispatcher;
  runner!: Runner;
  waits!: Waits;
  world!: World;
  collector!: Collector;
  syscalls!: Syscalls;
  /** Changes GOMAXPROCS while the world is stopped by the P `own`. */
  resize!: (count: number, own: Proc) => void;
  /** Wakes sysmon from the deep sleep in which it is while all Ps are idle. */
  wakeMonitor!: () => void;

  constructor(parts: {
    machine: Machine;
    queue: EventQueue;
    recorder: Recorder;
    global: GlobalQueue;
    stealOrder: Random;
    latency: Random;
    spread: Spread | null;
  }) {
    this.machine = parts.machine;
    this.queue = parts.queue;
    this.recorder = parts.recorder;
    this.global = parts.global;
    this.stealOrder = parts.stealOrder;
    this.latency = parts.latency;
    this.spread = parts.spread;
  }

  addThread(): Thread {
    const thread = new Thread(this.threads.length);
    this.threads.push(thread);
    return thread;
  }

  /** Gives a goroutine the next id of the P's block. */
  numberTask(task: Task, proc: Proc): void {
    if (proc.nextGoId === proc.lastGoId) {
      proc.nextGoId = this.lastGoId + 1;
      this.lastGoId += 16;
      proc.lastGoId = this.lastGoId + 1;
    }
    task.id = proc.nextGoId++;
  }

  /** Until a thread that is woken runs: it varies by half of itself, or as on a real machine. */
  varied(ns: number): number {
    if (this.spread !== null) return this.spread.wakeUp(ns);
    return ns === 0 ? 0 : Math.round(ns * (0.75 + 0.5 * this.latency.fraction()));
  }

  /** What a part of the scheduler takes on its CPU. */
  taken(ns: number): number {
    return this.spread === null ? ns : this.spread.step(ns, false);
  }

  /** Binds a thread and a P, and tells so. */
  bind(thread: Thread, proc: Proc): void {
    proc.thread = thread;
    thread.proc = proc;
    thread.state = 'running';
    proc.state = ProcState.running;
    this.recorder.switchMode(proc, ModeId.scheduling, this.now);
    this.recorder.plain(LogKind.procStart, this.now, thread.id, proc.id);
  }

  /** Parts a thread from its P, and tells so. */
  unbind(proc: Proc): Thread {
    const thread = proc.thread as Thread;
    this.recorder.plain(LogKind.procStop, this.now, thread.id, proc.id);
    thread.proc = null;
    proc.thread = null;
    return thread;
  }
}

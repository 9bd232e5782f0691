/**
 * The garbage collector as the scheduler sees it: a heap that grows to its trigger, two stops of the world, and between
 * them marking by dedicated, fractional and idle-time workers, helped by those who allocate; then sweeping.
 */

import { LogKind } from '../../model/schedlog.ts';
import { Op } from '../ops.ts';
import { type Task, TaskState } from '../task.ts';
import { Assist, CycleStart, type MarkingHost, MarkWorker, Sweeper } from './marking.ts';
import { heapGoal, heapTrigger, shareWorkers } from './pacer.ts';
import type { Proc, WorkerKind } from './records.ts';
import type { Collector, SchedState } from './state.ts';

/** Allocations of a P are counted when it takes a new span. */
const SPAN_BYTES = 8192;
const STACK_BYTES = 2048;
/** Globals and what the runtime itself keeps. */
const BASE_BYTES = 256 * 1024;

export interface Cycle {
  readonly began: number;
  ended: number;
  readonly heapAtStart: number;
  live: number;
  workerNs: number;
  assistNs: number;
}

export class HeapCollector implements Collector, MarkingHost {
  readonly s: SchedState;
  private readonly gogc: number;
  private phase: 'off' | 'starting' | 'marking' | 'ending' = 'off';
  heapLive = BASE_BYTES;
  private kept = 0;
  private goal: number;
  private trigger: number;
  /** Bytes still to be scanned, and those that somebody scans just now. */
  remaining = 0;
  inFlight = 0;
  /** What background workers scanned and nobody used to pay its debt. */
  credit = 0;
  private assistRatio = 1;
  private readonly assistQueue: Task[] = [];
  private readonly cycleWaiters: Task[] = [];
  private readonly pool: MarkWorker[] = [];
  private workers = 0;
  private dedicatedNeeded = 0;
  private dedicated = 0;
  fractionalShare = 0;
  private idleWorkers = 0;
  markBegan = 0;
  private allocatedInMark = 0;
  private readonly sweeper: Sweeper;
  private readonly sweepTask: Task;
  readonly cycles: Cycle[] = [];

  constructor(state: SchedState, sweepTask: Task, gogc: number) {
    this.s = state;
    this.gogc = gogc;
    this.goal = heapGoal(0, 0, gogc);
    this.trigger = heapTrigger(0, this.goal, 0);
    this.sweepTask = sweepTask;
    this.sweeper = new Sweeper(state);
    state.detours.set(sweepTask, this.sweeper);
  }

  get marking(): boolean {
    return this.phase === 'marking' && this.remaining > 0;
  }

  get cycle(): Cycle {
    return this.cycles[this.cycles.length - 1];
  }

  // ---- allocation ----

  allocated(proc: Proc, task: Task, bytes: number): void {
    const { s } = this;
    this.heapLive += bytes;
    proc.allocated += bytes;
    if (task.op === Op.allocate && task.value === true) this.kept += bytes;
    const refill = proc.allocated >= SPAN_BYTES;
    if (refill) {
      proc.allocated = 0;
      s.recorder.plain(LogKind.heapAlloc, s.now, s.currentThread, this.heapLive);
    }
    if (this.phase === 'marking') {
      this.allocatedInMark += bytes;
      task.assistCredit -= bytes * this.assistRatio;
      if (task.assistCredit < 0 && !s.detours.has(task)) s.detours.set(task, new Assist(this));
    } else if (this.phase === 'off' && refill && this.heapLive >= this.trigger && !s.detours.has(task)) {
      this.phase = 'starting';
      s.detours.set(task, new CycleStart(this, s.machine.sites.gcStart, false));
    }
  }

  collect(task: Task): void {
    if (this.phase === 'off') {
      this.phase = 'starting';
      this.s.detours.set(task, new CycleStart(this, this.s.machine.sites.collect, true));
    } else {
      this.s.detours.set(task, new CycleStart(this, this.s.machine.sites.collect, true, true));
    }
  }

  // ---- a cycle ----

  /** Makes the next worker, which tells `starter` when it has begun; false where each P has one. */
  addWorker(starter: Task, proc: Proc): boolean {
    const { s } = this;
    if (this.workers >= s.procCount) return false;
    this.workers++;
    const creation = {
      function: 'runtime.gcBgMarkStartWorkers',
      file: 'runtime/mgc.go',
      line: 1423,
      goroutine: starter.id,
      stack: -1,
    };
    const task = s.machine.addTask('runtime.gcBgMarkWorker', creation, true);
    task.calls.push({ function: task.name, file: 'runtime/mgc.go', line: 1512, caller: -1 });
    s.numberTask(task, proc);
    s.detours.set(task, new MarkWorker(this, task, starter));
    s.recorder.about(LogKind.goCreate, s.now, s.currentThread, task, starter);
    task.readySince = s.now;
    s.dispatcher.putLocal(proc, task, true);
    s.dispatcher.wake();
    return true;
  }

  beginMark(): void {
    const { s } = this;
    this.phase = 'marking';
    this.remaining = this.scannable();
    this.inFlight = 0;
    this.credit = 0;
    this.allocatedInMark = 0;
    const { dedicated, fractional } = shareWorkers(s.procCount);
    this.dedicatedNeeded = dedicated;
    this.dedicated = dedicated;
    this.fractionalShare = fractional;
    this.idleWorkers = 0;
    this.markBegan = s.now;
    this.assistRatio = this.remaining / Math.max(MIN_RUNWAY, this.goal - this.heapLive);
    for (const proc of s.procs) proc.fractionalNs = 0;
    for (const task of s.machine.tasks) task.assistCredit = 0;
    this.cycles.push({ began: s.now, ended: s.now, heapAtStart: this.heapLive, live: 0, workerNs: 0, assistNs: 0 });
  }

  /** Whether all is marked and nobody is at it any more: then the caller ends the cycle, once. */
  get isMarked(): boolean {
    if (this.phase !== 'marking' || this.remaining > 0 || this.inFlight > 0) return false;
    this.phase = 'ending';
    return true;
  }

  endMark(): void {
    const { s } = this;
    this.phase = 'off';
    const swept = this.heapLive;
    const live = this.reachable();
    this.heapLive = Math.min(swept, live + this.allocatedInMark);
    this.goal = heapGoal(this.heapLive, this.roots(), this.gogc);
    // What is allocated while the next cycle marks, if all goes as in this one.
    this.trigger = heapTrigger(this.heapLive, this.goal, 3 * this.allocatedInMark);
    this.cycle.ended = s.now;
    this.cycle.live = this.heapLive;
    s.recorder.plain(LogKind.gcEnd, s.now, s.currentThread);
    s.recorder.plain(LogKind.heapAlloc, s.now, s.currentThread, this.heapLive);
    if (this.goal < Number.POSITIVE_INFINITY) s.recorder.plain(LogKind.heapGoal, s.now, s.currentThread, this.goal);
    for (const task of [...this.assistQueue.splice(0), ...this.cycleWaiters.splice(0)]) s.dispatcher.ready(task, null);
    this.sweeper.begin(swept, swept - this.heapLive);
    if (this.sweepTask.state === TaskState.waiting) s.dispatcher.ready(this.sweepTask, null);
  }

  /** Bytes that a mark would reach: what programs keep, their maps, and the base. */
  private reachable(): number {
    let bytes = BASE_BYTES + this.kept;
    for (const { liveBytes } of this.s.machine.maps) bytes += liveBytes;
    return Math.min(bytes, Math.max(BASE_BYTES, this.heapLive));
  }

  /** Of these, what holds pointers: only that is scanned. */
  private scannable(): number {
    let bytes = BASE_BYTES + this.kept + this.roots();
    for (const { liveBytes, hasPointers } of this.s.machine.maps) if (hasPointers) bytes += liveBytes;
    return bytes;
  }

  private roots(): number {
    let alive = 0;
    for (const task of this.s.machine.tasks) if (task.state !== TaskState.dead) alive++;
    return alive * STACK_BYTES;
  }

  /** Tells the goal, at the beginning of a trace. */
  showGoal(): void {
    const { s } = this;
    if (this.goal < Number.POSITIVE_INFINITY) s.recorder.plain(LogKind.heapGoal, s.now, s.currentThread, this.goal);
  }

  // ---- workers ----

  pickWorker(proc: Proc): Task | null {
    if (!this.marking || this.pool.length === 0) return null;
    if (this.dedicatedNeeded > 0) {
      this.dedicatedNeeded--;
      return this.give(proc, 'dedicated');
    }
    if (this.fractionalShare === 0) return null;
    const elapsed = this.s.now - this.markBegan;
    if (elapsed > 0 && proc.fractionalNs / elapsed > this.fractionalShare) return null;
    return this.give(proc, 'fractional');
  }

  pickIdleWorker(proc: Proc): Task | null {
    if (!this.marking || this.pool.length === 0 || this.idleWorkers >= this.s.procCount - this.dedicated) return null;
    this.idleWorkers++;
    return this.give(proc, 'idle');
  }

  private give(proc: Proc, kind: WorkerKind): Task {
    const { s } = this;
    const worker = this.pool.pop() as MarkWorker;
    worker.kind = kind;
    proc.workerKind = kind;
    proc.inherits = false;
    worker.task.state = TaskState.runnable;
    worker.task.wait = null;
    s.recorder.about(LogKind.goUnblock, s.now, s.currentThread, worker.task, null);
    return worker.task;
  }

  takeBack(worker: MarkWorker): void {
    if (worker.kind === 'dedicated' && this.phase === 'marking') this.dedicatedNeeded++;
    if (worker.kind === 'idle') this.idleWorkers--;
    worker.kind = null;
    this.pool.push(worker);
  }

  /** Takes bytes to scan. */
  take(most: number): number {
    const bytes = Math.min(most, this.remaining);
    this.remaining -= bytes;
    this.inFlight += bytes;
    return bytes;
  }

  /** Bytes were scanned in the background: those who wait for help go on. */
  scanned(bytes: number): void {
    this.inFlight -= bytes;
    let left = bytes;
    while (this.assistQueue.length > 0 && left > 0) {
      const [task] = this.assistQueue;
      const paid = Math.min(left, -task.assistCredit);
      task.assistCredit += paid;
      left -= paid;
      if (task.assistCredit < 0) break;
      this.assistQueue.shift();
      this.s.dispatcher.ready(task, null);
    }
    this.credit += left;
  }

  waitForHelp(task: Task): void {
    this.assistQueue.push(task);
  }

  waitForEnd(task: Task): boolean {
    if (this.phase === 'off') return false;
    this.cycleWaiters.push(task);
    return true;
  }

  get isMarkPhase(): boolean {
    return this.phase === 'marking';
  }
}

/** The heap may be past its goal already: assists then pay as if this much were left. */
const MIN_RUNWAY = 256 * 1024;

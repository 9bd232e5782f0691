/** What goroutines do for the collector: beginning a cycle, marking in the background, assisting, sweeping. */

import { LogKind } from '../../model/schedlog.ts';
import { Verdict, type VerdictNumber } from '../ops.ts';
import type { Task } from '../task.ts';
import { ModeId, type Proc, type WorkerKind } from './records.ts';
import type { Detour, SchedState } from './state.ts';

/** Bytes that are scanned between two looks at what else there is to do. */
const CHUNKS: Record<WorkerKind, number> = { dedicated: 128 * 1024, fractional: 32 * 1024, idle: 32 * 1024 };
/** An assist does at least so much, to be rid of it for a while. */
const MIN_ASSIST = 64 * 1024;
const SWEEP_CHUNK = 1024 * 1024;

/** What the detours need of the collector. */
export interface MarkingHost {
  readonly s: SchedState;
  readonly isMarkPhase: boolean;
  readonly isMarked: boolean;
  readonly remaining: number;
  readonly inFlight: number;
  readonly markBegan: number;
  readonly fractionalShare: number;
  credit: number;
  readonly cycle: { workerNs: number; assistNs: number };
  addWorker(starter: Task, proc: Proc): boolean;
  beginMark(): void;
  endMark(): void;
  take(most: number): number;
  scanned(bytes: number): void;
  takeBack(worker: MarkWorker): void;
  waitForHelp(task: Task): void;
  waitForEnd(task: Task): boolean;
}

function endCycle(host: MarkingHost, proc: Proc, task: Task): VerdictNumber {
  const { s } = host;
  task.site = s.machine.sites.markDone;
  s.world.stop({
    proc,
    task,
    reason: 'GC mark termination',
    cost: s.machine.costs.markTermination,
    work: () => host.endMark(),
  });
  return Verdict.hold;
}

/** The goroutine whose allocation reached the trigger, or that called `runtime.GC`. */
export class CycleStart implements Detour {
  private readonly host: MarkingHost;
  private readonly site: number;
  /** Whether it waits for the end of the cycle, and whether it begins one at all. */
  private readonly waits: boolean;
  private phase: 'workers' | 'begin' | 'wait' | 'done';

  constructor(host: MarkingHost, site: number, waits: boolean, joins = false) {
    this.host = host;
    this.site = site;
    this.waits = waits;
    this.phase = joins ? 'wait' : 'workers';
  }

  step(proc: Proc, task: Task): VerdictNumber {
    const { s } = this.host;
    task.cost = 0;
    task.site = this.site;
    task.preemptible = false;
    if (this.phase === 'workers') {
      if (this.host.addWorker(task, proc)) {
        task.wait = 'gc worker start';
        task.site = s.machine.waitSites['gc worker start'];
        return Verdict.park;
      }
      this.phase = 'begin';
    }
    if (this.phase === 'begin') {
      // GOMAXPROCS is being changed: behind that.
      if (s.world.stopping) return Verdict.yield;
      this.phase = this.waits ? 'wait' : 'done';
      s.recorder.text(LogKind.gcBegin, s.now, s.currentThread, '', task);
      const { sweepTermination } = s.machine.costs;
      s.world.stop({ proc, task, reason: 'GC sweep termination', cost: sweepTermination, work: () => this.host.beginMark() });
      return Verdict.hold;
    }
    if (this.phase === 'wait') {
      this.phase = 'done';
      if (this.host.waitForEnd(task)) {
        task.wait = 'gc cycle';
        task.site = s.machine.waitSites['gc cycle'];
        return Verdict.park;
      }
    }
    s.detours.delete(task);
    return Verdict.run;
  }
}

/** A goroutine of the runtime that marks while it is asked to, and waits between. */
export class MarkWorker implements Detour {
  private readonly host: MarkingHost;
  readonly task: Task;
  private starter: Task | null;
  kind: WorkerKind | null = null;
  private chunk = 0;
  private chunkBegan = 0;

  constructor(host: MarkingHost, task: Task, starter: Task) {
    this.host = host;
    this.task = task;
    this.starter = starter;
  }

  step(proc: Proc, task: Task): VerdictNumber {
    const { host } = this;
    const { s } = host;
    task.cost = 0;
    task.site = s.machine.sites.mark;
    task.preemptible = false;
    if (this.starter !== null) {
      s.dispatcher.ready(this.starter, task);
      this.starter = null;
      return this.rest(proc, task);
    }
    this.endChunk(proc);
    if (host.isMarked) return endCycle(host, proc, task);
    if (this.shouldRest(proc, task)) return this.rest(proc, task);
    this.chunk = host.take(CHUNKS[this.kind as WorkerKind]);
    this.chunkBegan = s.now;
    task.cost = Math.max(1, Math.round(this.chunk * s.machine.costs.markByte));
    if (proc.mode !== ModeId.mark) s.recorder.switchMode(proc, ModeId.mark, s.now);
    return Verdict.run;
  }

  private endChunk(proc: Proc): void {
    if (this.chunk === 0) return;
    const { host } = this;
    const elapsed = host.s.now - this.chunkBegan;
    if (this.kind === 'fractional') proc.fractionalNs += elapsed;
    host.cycle.workerNs += elapsed;
    const bytes = this.chunk;
    this.chunk = 0;
    host.scanned(bytes);
  }

  private shouldRest(proc: Proc, task: Task): boolean {
    const { host } = this;
    const { s } = host;
    if (!host.isMarkPhase || host.remaining === 0 || s.world.stopping || this.kind === null) return true;
    const asked = task.preempt;
    task.preempt = false;
    switch (this.kind) {
      case 'dedicated':
        // It goes on, and lets others run what waits for its P.
        if (asked) for (const waiting of drain(proc)) s.global.push(waiting);
        return false;
      case 'fractional':
        return asked || proc.fractionalNs > host.fractionalShare * (s.now - host.markBegan);
      case 'idle':
        return asked || !proc.queue.isEmpty || s.global.length > 0;
    }
  }

  private rest(proc: Proc, task: Task): VerdictNumber {
    this.host.takeBack(this);
    proc.workerKind = null;
    task.preempt = false;
    task.wait = 'gc worker';
    return Verdict.park;
  }
}

function drain(proc: Proc): Task[] {
  const tasks: Task[] = [];
  for (let task = proc.queue.shift(); task !== null; task = proc.queue.shift()) tasks.push(task);
  if (proc.queue.runnext !== null) tasks.push(proc.queue.runnext);
  proc.queue.runnext = null;
  return tasks;
}

/** A goroutine that allocates faster than the workers mark does its part of it. */
export class Assist implements Detour {
  private readonly host: MarkingHost;
  private chunk = 0;
  private chunkBegan = 0;
  private shown = false;

  constructor(host: MarkingHost) {
    this.host = host;
  }

  step(proc: Proc, task: Task): VerdictNumber {
    const { host } = this;
    const { s } = host;
    task.cost = 0;
    task.site = s.machine.sites.assist;
    task.preemptible = false;
    this.endChunk(task);
    if (host.isMarked) return endCycle(host, proc, task);
    if (host.isMarkPhase && task.assistCredit < 0) this.borrow(task);
    if (!host.isMarkPhase || task.assistCredit >= 0) return this.finish(proc, task);
    if (!this.shown) {
      this.shown = true;
      s.recorder.text(LogKind.assistBegin, s.now, s.currentThread, '', task);
    }
    if (host.remaining === 0) {
      host.waitForHelp(task);
      task.wait = 'assist';
      task.site = s.machine.waitSites.assist;
      return Verdict.park;
    }
    this.chunk = host.take(Math.max(MIN_ASSIST, Math.ceil(-task.assistCredit)));
    this.chunkBegan = s.now;
    task.cost = Math.max(1, Math.round(this.chunk * s.machine.costs.markByte));
    s.recorder.switchMode(proc, ModeId.assist, s.now);
    return Verdict.run;
  }

  private borrow(task: Task): void {
    const taken = Math.min(this.host.credit, Math.max(MIN_ASSIST, -task.assistCredit));
    this.host.credit -= taken;
    task.assistCredit += taken;
  }

  private endChunk(task: Task): void {
    if (this.chunk === 0) return;
    const bytes = this.chunk;
    this.chunk = 0;
    this.host.cycle.assistNs += this.host.s.now - this.chunkBegan;
    task.assistCredit += bytes;
    this.host.scanned(bytes);
    // What it scanned pays its own debt, and nobody else's.
    this.host.credit = Math.max(0, this.host.credit - bytes);
  }

  private finish(proc: Proc, task: Task): VerdictNumber {
    const { s } = this.host;
    if (this.shown) s.recorder.plain(LogKind.assistEnd, s.now, s.currentThread);
    s.recorder.switchMode(proc, s.recorder.userMode(task), s.now);
    s.detours.delete(task);
    task.preemptible = true;
    return Verdict.run;
  }
}

/** runtime.bgsweep: frees what the last cycle did not reach. */
export class Sweeper implements Detour {
  private readonly s: SchedState;
  private left = 0;
  private reclaimable = 0;
  private chunk = 0;

  constructor(state: SchedState) {
    this.s = state;
  }

  begin(bytes: number, reclaimable: number): void {
    this.left = bytes;
    this.reclaimable = reclaimable / Math.max(1, bytes);
  }

  step(proc: Proc, task: Task): VerdictNumber {
    const { s } = this;
    task.cost = 0;
    task.site = s.machine.sites.sweep;
    task.preemptible = false;
    if (this.chunk > 0) {
      s.recorder.plain(LogKind.sweepEnd, s.now, s.currentThread, this.chunk, Math.floor(this.chunk * this.reclaimable));
      this.chunk = 0;
      if (task.preempt || !proc.queue.isEmpty) {
        task.preempt = false;
        return Verdict.yield;
      }
    }
    if (this.left === 0) {
      task.wait = 'bgsweep';
      task.preempt = false;
      return Verdict.park;
    }
    this.chunk = Math.min(this.left, SWEEP_CHUNK);
    this.left -= this.chunk;
    s.recorder.text(LogKind.sweepBegin, s.now, s.currentThread, '', task);
    task.cost = Math.max(1, Math.round(this.chunk * s.machine.costs.sweepByte));
    if (proc.mode !== ModeId.sweep) s.recorder.switchMode(proc, ModeId.sweep, s.now);
    return Verdict.run;
  }
}

/** Runs the goroutine on a P, step by step, until it stops or until something else is due. */

import { LogKind } from '../../model/schedlog.ts';
import { Op, Verdict, type VerdictNumber } from '../ops.ts';
import { NO_SITE } from '../sites.ts';
import { type Task, TaskState } from '../task.ts';
import { WAITS } from '../waits.ts';
import type { Proc, Thread } from './records.ts';
import { Event, type Runner, type SchedState } from './state.ts';

export interface Limits {
  readonly maxTime: number;
  readonly maxEvents: number;
}

/** User regions by the word of a step's mark, which says `WORD begin` and `WORD end`. */
const REGIONS: Readonly<Record<string, string>> = { grow: 'map growth', evacuate: 'map evacuation' };

export class StepRunner implements Runner {
  private readonly s: SchedState;
  private readonly limits: Limits;

  constructor(state: SchedState, limits: Limits) {
    this.s = state;
    this.limits = limits;
  }

  run(proc: Proc): void {
    const { s } = this;
    const { machine, queue } = s;
    const task = proc.task as Task;
    s.currentProc = proc;
    s.currentThread = (proc.thread as Thread).id;
    for (;;) {
      if (task.preempt && task.preemptible) {
        this.preempted(proc, task);
        return;
      }
      if (++s.events >= this.limits.maxEvents) {
        s.ending = 'event limit';
        return;
      }
      const detour = s.detours.size === 0 ? undefined : s.detours.get(task);
      const verdict = detour === undefined ? machine.step(task) : (detour.step(proc, task) as VerdictNumber);
      if (task.allocates > 0 || task.mark !== null) this.notice(proc, task);
      if (verdict !== Verdict.run) {
        if (!this.take(proc, task, verdict)) return;
        continue;
      }
      if (task.cost === 0) continue;
      if (s.spread !== null) task.cost = s.spread.step(task.cost, task.interruptible);
      const end = s.now + task.cost;
      if (end >= queue.first) {
        queue.push(end, Event.step, proc.id, proc.token);
        return;
      }
      proc.stepBegan = s.now;
      s.now = end;
      s.recorder.spend(proc, task, end);
      proc.stepBegan = end;
    }
  }

  stepEnd(proc: Proc): void {
    const { s } = this;
    const task = proc.task as Task;
    s.recorder.spend(proc, task, s.now);
    proc.stepBegan = s.now;
    this.run(proc);
  }

  /** What a step allocated, and the growth that it began or ended. */
  private notice(proc: Proc, task: Task): void {
    const { s } = this;
    const { allocates, mark } = task;
    task.allocates = 0;
    task.mark = null;
    if (mark !== null) this.showGrowth(proc, task, mark);
    if (allocates > 0) s.collector.allocated(proc, task, allocates);
  }

  private showGrowth(proc: Proc, task: Task, mark: string): void {
    const { s } = this;
    const [word, edge] = mark.split(' ');
    const begins = edge === 'begin';
    task.growing = Math.max(0, task.growing + (begins ? 1 : -1));
    s.recorder.switchMode(proc, s.recorder.userMode(task), s.now);
    s.recorder.text(begins ? LogKind.regionBegin : LogKind.regionEnd, s.now, s.currentThread, REGIONS[word] ?? word, task);
  }

  // ---- preemption ----

  preempt(proc: Proc): void {
    const { s } = this;
    const { task } = proc;
    if (task === null || task.state !== TaskState.running) return;
    task.preempt = true;
    if (!task.interruptible || proc.stepBegan + task.cost <= s.now) return;
    // Plain user code is cut short: the rest is done when it runs again.
    const at = Math.min(proc.stepBegan + task.cost, s.now + s.machine.costs.asyncPreempt);
    task.workLeft += proc.stepBegan + task.cost - at;
    task.cost = at - proc.stepBegan;
    s.queue.push(at, Event.step, proc.id, ++proc.token);
  }

  private preempted(proc: Proc, task: Task): void {
    task.preempt = false;
    task.preemptions++;
    this.requeue(proc, task, 'preempted');
  }

  private requeue(proc: Proc, task: Task, why: string): void {
    const { s } = this;
    s.recorder.text(LogKind.goStop, s.now, s.currentThread, why, task);
    task.state = TaskState.runnable;
    task.readySince = s.now;
    s.global.push(task);
    if (s.machine.release >= 22) s.dispatcher.wake();
    s.dispatcher.schedule(proc);
  }

  // ---- verdicts ----

  /** Does what a step asks for; true where the goroutine goes on at once. */
  private take(proc: Proc, task: Task, verdict: VerdictNumber): boolean {
    const { s } = this;
    switch (verdict) {
      case Verdict.park:
        this.park(proc, task);
        return false;
      case Verdict.yield:
        task.site = s.machine.sites.gosched;
        this.requeue(proc, task, 'runtime.Gosched');
        return false;
      case Verdict.handoff:
        s.recorder.text(LogKind.goStop, s.now, s.currentThread, 'preempted', task);
        task.state = TaskState.runnable;
        task.readySince = s.now;
        s.dispatcher.putLocal(proc, task, false);
        s.dispatcher.schedule(proc);
        return false;
      case Verdict.syscall:
        s.syscalls.enter(proc, task);
        return false;
      case Verdict.exit:
        this.exit(proc, task);
        return false;
      case Verdict.collect:
        s.collector.collect(task);
        return true;
      case Verdict.hold:
        return false;
      case Verdict.maxProcs:
        return this.changeProcs(proc, task);
      default:
        s.ending = verdict === Verdict.fault ? 'fault' : task.op === 0 ? 'returned' : 'exited';
        return false;
    }
  }

  private park(proc: Proc, task: Task): void {
    const { s } = this;
    task.state = TaskState.waiting;
    task.waitSince = s.now;
    task.preemptible = true;
    if (task.wait !== null) s.recorder.text(LogKind.goBlock, s.now, s.currentThread, WAITS[task.wait].trace, task);
    s.dispatcher.schedule(proc);
  }

  private exit(proc: Proc, task: Task): void {
    const { s } = this;
    task.state = TaskState.dead;
    task.site = NO_SITE;
    s.machine.watcher?.ended(task);
    s.recorder.plain(LogKind.goDestroy, s.now, s.currentThread);
    s.dispatcher.schedule(proc, s.machine.costs.goExit);
  }

  private changeProcs(proc: Proc, task: Task): boolean {
    const { s } = this;
    const count = task.amount;
    if (count === s.procCount) return true;
    if (s.world.stopping || s.collector.waitForEnd(task)) {
      // Somebody else stops the world, or a cycle runs: it is tried again behind that.
      task.op = Op.maxProcs;
      task.wait = 'gc cycle';
      if (s.world.stopping) this.requeue(proc, task, 'runtime.Gosched');
      else this.park(proc, task);
      return false;
    }
    s.world.stop({ proc, task, reason: 'GOMAXPROCS', cost: 0, work: () => s.resize(count, proc) });
    return false;
  }
}

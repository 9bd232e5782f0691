/** Stopping the world: all Ps but one come to rest, work is done, and they go on. */

import { LogKind } from '../../model/schedlog.ts';
import type { Task } from '../task.ts';
import { ModeId, type Proc, ProcState } from './records.ts';
import { Event, type SchedState, type World } from './state.ts';

interface StopRequest {
  readonly proc: Proc;
  readonly task: Task;
  readonly reason: string;
  readonly cost: number;
  readonly work: () => void;
}

export class StoppedWorld implements World {
  private readonly s: SchedState;
  private request: StopRequest | null = null;
  private waiting = 0;
  /** How often it was stopped by reason, and for how long. */
  readonly stops: { reason: string; began: number; ended: number }[] = [];

  constructor(state: SchedState) {
    this.s = state;
  }

  get stopping(): boolean {
    return this.request !== null;
  }

  stop(request: StopRequest): void {
    const { s } = this;
    const { proc, task, reason } = request;
    this.request = request;
    s.recorder.text(LogKind.stwBegin, s.now, s.currentThread, reason, task);
    this.stops.push({ reason, began: s.now, ended: s.now });
    this.rest(proc);
    this.waiting = 0;
    for (const other of s.procs.slice(0, s.procCount)) if (other !== proc) this.ask(other);
    s.idleProcs.length = 0;
    if (this.waiting === 0) this.begin();
  }

  private ask(proc: Proc): void {
    const { s } = this;
    if (proc.state === ProcState.idle) {
      this.rest(proc);
    } else if (proc.state === ProcState.syscall) {
      s.syscalls.retake(proc, s.currentThread);
      this.rest(proc);
    } else {
      this.waiting++;
      s.runner.preempt(proc);
    }
  }

  private rest(proc: Proc): void {
    proc.state = ProcState.stopped;
    this.s.recorder.switchMode(proc, ModeId.stopped, this.s.now);
  }

  stopped(proc: Proc): void {
    const { s } = this;
    if (proc.thread !== null) {
      const thread = s.unbind(proc);
      if (thread.spinning) s.spinning--;
      thread.spinning = false;
      if (thread.lockedTask === null) s.dispatcher.stopThread(thread);
      else thread.state = 'locked';
    }
    this.rest(proc);
    if (--this.waiting === 0) this.begin();
  }

  /** All are at rest: the work takes its time. */
  private begin(): void {
    const { s } = this;
    const { cost, proc } = this.request as StopRequest;
    const { stopWorld, stopWorldPerP } = s.machine.costs;
    s.queue.push(s.now + s.varied(stopWorld) + stopWorldPerP * (s.procCount - 1) + cost, Event.world, proc.id);
  }

  done(): void {
    const { s } = this;
    const { proc, task, work } = this.request as StopRequest;
    s.currentProc = proc;
    s.currentThread = proc.thread?.id ?? 0;
    work();
    this.request = null;
    this.stops[this.stops.length - 1].ended = s.now;
    this.start(task);
  }

  /** Ps with work of their own get threads; the others are idle, and one of them is woken. */
  private start(task: Task): void {
    const { s } = this;
    const own = s.currentProc as Proc;
    const withWork: Proc[] = [];
    for (let i = s.procCount - 1; i >= 0; i--) {
      const proc = s.procs[i];
      if (proc === own) continue;
      if (proc.queue.isEmpty) s.dispatcher.putIdle(proc);
      else withWork.push(proc);
    }
    own.state = ProcState.running;
    own.stepBegan = s.now;
    s.recorder.plain(LogKind.stwEnd, s.now, s.currentThread);
    s.recorder.switchMode(own, s.recorder.userMode(task), s.now);
    for (const proc of withWork.reverse()) {
      s.recorder.switchMode(proc, ModeId.idle, s.now);
      s.dispatcher.startThread(proc, false);
    }
    s.dispatcher.wake();
    s.wakeMonitor();
    if (s.ending === null) s.runner.run(own);
  }
}

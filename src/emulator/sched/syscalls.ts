/** System calls: the P stays with the call for a while, and whoever needs it may take it away. */

import { LogKind } from '../../model/schedlog.ts';
import { type Task, TaskState } from '../task.ts';
import { ModeId, type Proc, ProcState, type Thread } from './records.ts';
import { Event, type SchedState, type Syscalls } from './state.ts';

export class SystemCalls implements Syscalls {
  private readonly s: SchedState;
  /** The thread that each goroutine in a call is on. */
  private readonly threads = new Map<Task, Thread>();

  constructor(state: SchedState) {
    this.s = state;
  }

  enter(proc: Proc, task: Task): void {
    const { s } = this;
    const thread = proc.thread as Thread;
    s.recorder.text(LogKind.syscallBegin, s.now, thread.id, '', task);
    task.state = TaskState.syscall;
    proc.state = ProcState.syscall;
    thread.state = 'syscall';
    this.threads.set(task, thread);
    s.recorder.switchMode(proc, ModeId.syscall, s.now);
    s.queue.push(s.now + task.amount, Event.syscallEnd, task.index);
    proc.token++;
  }

  retake(proc: Proc, by: number): void {
    const { s } = this;
    const thread = proc.thread as Thread;
    s.recorder.plain(LogKind.procSteal, s.now, by, proc.id, thread.id);
    proc.syscalltick++;
    proc.thread = null;
    proc.task = null;
    thread.proc = null;
  }

  exit(task: Task): void {
    const { s } = this;
    const thread = this.threads.get(task) as Thread;
    this.threads.delete(task);
    thread.state = 'running';
    s.currentThread = thread.id;
    const { proc } = thread;
    if (proc === null) {
      this.exitWithout(thread, task);
      return;
    }
    s.currentProc = proc;
    proc.syscalltick++;
    proc.state = ProcState.running;
    proc.stepBegan = s.now;
    task.state = TaskState.running;
    s.recorder.plain(LogKind.syscallEnd, s.now, thread.id);
    s.recorder.switchMode(proc, s.recorder.userMode(task), s.now);
    if (s.world.stopping) task.preempt = true;
    s.runner.run(proc);
  }

  /** The P is gone: another one that is idle, or the queue. */
  private exitWithout(thread: Thread, task: Task): void {
    const { s } = this;
    s.currentProc = null;
    const proc = s.dispatcher.takeIdle();
    if (proc !== null) {
      s.bind(thread, proc);
      s.wakeMonitor();
    }
    s.recorder.plain(LogKind.syscallEndBlocked, s.now, thread.id);
    task.state = TaskState.runnable;
    task.readySince = s.now;
    if (proc !== null) {
      proc.inherits = false;
      proc.picked = task;
      s.queue.push(s.now + s.machine.costs.syscall, Event.start, proc.id, ++proc.token);
      return;
    }
    s.global.push(task);
    if (thread.lockedTask !== null) thread.state = 'locked';
    else s.dispatcher.stopThread(thread);
  }
}

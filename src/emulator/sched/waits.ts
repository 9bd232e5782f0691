/** Timers and the network: who fires them, who waits for them. */

import { LogKind } from '../../model/schedlog.ts';
import { type Task, TaskState } from '../task.ts';
import type { Proc, Thread } from './records.ts';
import { Event, type SchedState, type Waits } from './state.ts';

/** The poller's time-outs are in milliseconds. */
const POLL_UNIT = 1_000_000;

export class TimersAndNetwork implements Waits {
  private readonly s: SchedState;
  private answered: Task[] = [];
  /** Goroutines that wait for the network. */
  private waiting = 0;
  /** When the thread in the poller is to wake by itself. */
  private deadline = Number.POSITIVE_INFINITY;
  lastPoll = 0;

  constructor(state: SchedState) {
    this.s = state;
  }

  wakeAfter(task: Task, ns: number, by: 'timer' | 'network'): void {
    const { s } = this;
    if (by === 'network') {
      this.waiting++;
      s.queue.push(s.now + ns, Event.network, task.index);
      return;
    }
    const when = s.now + ns;
    (s.currentProc as Proc).timers.push(when, task);
    if (s.poller !== null && when < this.deadline) this.setTimeout(s.poller, when);
  }

  runTimers(owner: Proc, proc: Proc): void {
    const { s } = this;
    while (owner.timers.first <= s.now) {
      const task = owner.timers.shift();
      task.state = TaskState.runnable;
      task.wait = null;
      task.readySince = s.now;
      s.recorder.about(LogKind.goUnblock, s.now, s.currentThread, task, null);
      s.dispatcher.putLocal(proc, task, true);
    }
  }

  // ---- the network ----

  network(task: Task): void {
    const { s } = this;
    this.waiting--;
    this.answered.push(task);
    if (s.poller !== null) this.setDeadline(s.poller, s.now);
  }

  takeNetwork(): Task[] {
    this.lastPoll = this.s.now;
    const tasks = this.answered;
    if (tasks.length > 0) this.answered = [];
    this.s.machine.activity.networkAnswers += tasks.length;
    return tasks;
  }

  inject(tasks: readonly Task[], proc: Proc | null, thread: Thread): void {
    const { s } = this;
    const idle = s.idleProcs.length;
    tasks.forEach((task, i) => {
      task.state = TaskState.runnable;
      task.wait = null;
      task.readySince = s.now;
      s.recorder.about(LogKind.goUnblock, s.now, thread.id, task, null);
      if (proc === null || i < idle) s.global.push(task);
      else s.dispatcher.putLocal(proc, task, false);
    });
    for (let i = Math.min(idle, tasks.length); i > 0; i--) s.dispatcher.startThread(null, false);
    if (tasks.length > 0 && s.machine.release >= 23) s.dispatcher.wake();
  }

  // ---- the poller ----

  /** Lets a thread without work wait for timers and the network, if nobody does and there is something to wait for. */
  poll(thread: Thread): boolean {
    const { s } = this;
    if (s.poller !== null) return false;
    let first = Number.POSITIVE_INFINITY;
    for (const proc of s.procs) first = Math.min(first, proc.timers.first);
    if (first === Number.POSITIVE_INFINITY && this.waiting === 0 && this.answered.length === 0) return false;
    s.poller = thread;
    thread.state = 'polling';
    thread.task = null;
    this.deadline = Number.POSITIVE_INFINITY;
    if (this.answered.length > 0) this.setDeadline(thread, s.now);
    else if (first < Number.POSITIVE_INFINITY) this.setTimeout(thread, Math.max(first, s.now));
    return true;
  }

  /**
   * Waits for a timer as runtime/netpoll_epoll.go does: for whole milliseconds, one at least, and what is left in another
   * wait. The kernel wakes it late by its timers' slack.
   */
  private setTimeout(thread: Thread, when: number): void {
    const { s } = this;
    const whole = Math.max(1, Math.floor((when - s.now) / POLL_UNIT)) * POLL_UNIT;
    const { timerSlack, wakeThread } = s.machine.costs;
    this.deadline = when;
    s.queue.push(s.now + whole + s.varied(timerSlack + wakeThread), Event.poll, thread.id, ++thread.token);
  }

  /** Somebody wakes the thread in the poller. */
  private setDeadline(thread: Thread, when: number): void {
    const { s } = this;
    this.deadline = when;
    s.queue.push(when + s.varied(s.machine.costs.wakeThread), Event.poll, thread.id, ++thread.token);
  }

  pollEnd(thread: Thread, token: number): void {
    const { s } = this;
    if (s.poller !== thread || token !== thread.token) return;
    s.poller = null;
    thread.state = 'running';
    s.currentThread = thread.id;
    s.currentProc = null;
    const tasks = this.takeNetwork();
    const proc = s.dispatcher.takeIdle();
    if (proc === null) {
      this.inject(tasks, null, thread);
      if (!this.poll(thread)) s.dispatcher.stopThread(thread);
      return;
    }
    s.wakeMonitor();
    if (tasks.length === 0) {
      thread.spinning = true;
      s.spinning++;
      s.dispatcher.acquire(thread, proc);
      return;
    }
    s.bind(thread, proc);
    s.currentProc = proc;
    // The first one runs here: it is what the P finds in its own queue.
    this.inject(tasks.slice(1), proc, thread);
    const [first] = tasks;
    s.dispatcher.ready(first, null);
    s.dispatcher.schedule(proc);
  }
}

/**
 * sysmon, the thread without a P: it sleeps 20 µs, after 50 rounds without a P to take back twice as long each time, up to
 * 10 ms. It preempts goroutines that it has seen running for 10 ms, takes Ps from long system calls, polls the network
 * when nobody has, and begins a collection when there was none for two minutes.
 */

import { Random } from '../../base/random.ts';
import { TaskState } from '../task.ts';
import { type Proc, ProcState } from './records.ts';
import { Event, type SchedState } from './state.ts';

const MIN_SLEEP = 20_000;
const MAX_SLEEP = 10_000_000;
const IDLE_ROUNDS = 50;
const SLICE = 10_000_000;
const POLL_PERIOD = 10_000_000;
/** sysmon's place in the list of threads. */
export const MONITOR_THREAD = 1;

export class Monitor {
  private readonly s: SchedState;
  private sleep = MIN_SLEEP;
  private idleRounds = 0;
  /** Whether it waits for somebody to get to work. */
  private asleep = false;
  private readonly jitter: Random;
  rounds = 0;
  retaken = 0;

  constructor(state: SchedState, seed: number) {
    this.s = state;
    this.jitter = new Random(seed, 'sysmon');
  }

  begin(): void {
    this.plan();
  }

  private plan(): void {
    // The kernel's timers are not exact: a sleep takes somewhat longer.
    this.s.queue.push(this.s.now + this.sleep + this.jitter.below(Math.max(1, this.sleep >> 5)), Event.sysmon, 0);
  }

  wake(): void {
    if (!this.asleep) return;
    this.asleep = false;
    this.sleep = MIN_SLEEP;
    this.idleRounds = 0;
    this.plan();
  }

  tick(): void {
    const { s } = this;
    this.rounds++;
    if (s.idleProcs.length === s.procCount) {
      this.asleep = true;
      return;
    }
    s.currentProc = null;
    s.currentThread = MONITOR_THREAD;
    if (s.waits.lastPoll + POLL_PERIOD < s.now && s.poller === null) {
      s.waits.inject(s.waits.takeNetwork(), null, s.threads[MONITOR_THREAD]);
    }
    let retaken = 0;
    for (const proc of s.procs.slice(0, s.procCount)) retaken += this.look(proc);
    this.idleRounds = retaken > 0 ? 0 : this.idleRounds + 1;
    if (this.idleRounds === 0) this.sleep = MIN_SLEEP;
    else if (this.idleRounds > IDLE_ROUNDS) this.sleep = Math.min(MAX_SLEEP, this.sleep * 2);
    this.plan();
  }

  /** Looks at a P; 1 where it was taken from a system call. */
  private look(proc: Proc): number {
    const { s } = this;
    if (proc.state === ProcState.running && proc.task?.state === TaskState.running) {
      if (proc.seenTick !== proc.schedtick) {
        proc.seenTick = proc.schedtick;
        proc.seenWhen = s.now;
      } else if (proc.seenWhen + SLICE <= s.now) {
        s.runner.preempt(proc);
      }
      return 0;
    }
    return proc.state === ProcState.syscall && this.lookAtCall(proc) ? 1 : 0;
  }

  private lookAtCall(proc: Proc): boolean {
    const { s } = this;
    if (proc.seenSyscallTick !== proc.syscalltick) {
      proc.seenSyscallTick = proc.syscalltick;
      proc.seenSyscallWhen = s.now;
      return false;
    }
    const othersFree = s.spinning + s.idleProcs.length > 0;
    if (proc.queue.isEmpty && othersFree && proc.seenSyscallWhen + SLICE > s.now) return false;
    s.syscalls.retake(proc, MONITOR_THREAD);
    s.dispatcher.handOff(proc);
    this.retaken++;
    s.machine.activity.retakes++;
    return true;
  }
}

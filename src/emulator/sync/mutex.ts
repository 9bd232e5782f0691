/**
 * sync.Mutex: in normal mode a woken waiter competes with whoever comes along; one that has waited for more than a
 * millisecond starves, and then the lock is handed to the first waiter and nobody else.
 */

import type { Kernel } from '../kernel.ts';
import { Op, Verdict, type VerdictNumber } from '../ops.ts';
import type { Task } from '../task.ts';

const STARVING_AFTER = 1_000_000;
const MAX_SPINS = 4;

interface LockWaiter {
  readonly task: Task;
  /** When its wait began, over all its attempts. */
  readonly since: number;
}

export class Mutex {
  readonly address: number;
  locked = false;
  starving = false;
  /** Whether a woken waiter is about to compete. */
  woken = false;
  readonly waiters: LockWaiter[] = [];
  /** Who holds it: for the summary, and for nothing else; any goroutine may unlock. */
  holder: Task | null = null;

  constructor(address: number) {
    this.address = address;
  }
}

function take(kernel: Kernel, task: Task, mutex: Mutex): void {
  mutex.locked = true;
  countWait(kernel, task);
  mutex.holder = task;
  kernel.watcher?.acquire(task, mutex.address);
}

function countWait({ activity, host }: Kernel, { attempt }: Task): void {
  if (attempt.since >= 0) activity.longestLockNs = Math.max(activity.longestLockNs, host.now - attempt.since);
}

/** One step towards a lock; phase 1 tries, 2 has been woken. True when the lock is held; else the verdict is set. */
export function lockMutex(kernel: Kernel, task: Task, mutex: Mutex, wait: 'mutex' | 'rwmutex inner'): VerdictNumber | true {
  const { attempt } = task;
  if (task.phase === 2) {
    const starved = attempt.since >= 0 && kernel.host.now - attempt.since > STARVING_AFTER;
    if (mutex.starving) {
      // Handed over: it is locked already, and nobody else could take it.
      if (!starved || mutex.waiters.length === 0) mutex.starving = false;
      mutex.holder = task;
      countWait(kernel, task);
      kernel.watcher?.acquire(task, mutex.address);
      return true;
    }
    attempt.woken = true;
    attempt.spins = 0;
    attempt.awoke = starved;
    task.phase = 1;
  }
  if (!mutex.locked && !mutex.starving) {
    if (attempt.woken) mutex.woken = false;
    take(kernel, task, mutex);
    return true;
  }
  if (!mutex.starving && attempt.spins < MAX_SPINS && kernel.host.canSpin(task)) {
    attempt.spins++;
    task.cost = kernel.costs.spin;
    task.site = kernel.sites.lockSlow;
    return Verdict.run;
  }
  return waitForLock(kernel, task, mutex, wait);
}

function waitForLock(kernel: Kernel, task: Task, mutex: Mutex, wait: 'mutex' | 'rwmutex inner'): VerdictNumber {
  const { attempt } = task;
  if (attempt.awoke && mutex.locked && !mutex.starving) {
    mutex.starving = true;
    kernel.activity.starvations++;
  }
  kernel.activity.lockWaits++;
  if (attempt.woken) mutex.woken = false;
  const again = attempt.since >= 0;
  if (!again) attempt.since = kernel.host.now;
  const waiter = { task, since: attempt.since };
  if (again) mutex.waiters.unshift(waiter);
  else mutex.waiters.push(waiter);
  task.phase = 2;
  return kernel.park(task, wait);
}

/** Forgets the attempts of a lock that is held now. */
export function settle(task: Task): void {
  const { attempt } = task;
  attempt.spins = 0;
  attempt.since = -1;
  attempt.awoke = false;
  attempt.woken = false;
}

/** Unlocks; true where the P is to be handed to the waiter. The mutex must be locked. */
export function unlockMutex(kernel: Kernel, task: Task, mutex: Mutex): boolean {
  kernel.watcher?.release(task, mutex.address);
  mutex.holder = null;
  if (mutex.starving) {
    const next = mutex.waiters.shift();
    if (next === undefined) {
      mutex.starving = false;
      mutex.locked = false;
      return false;
    }
    kernel.activity.lockHandOffs++;
    kernel.host.ready(next.task, task);
    return true;
  }
  mutex.locked = false;
  if (mutex.waiters.length > 0 && !mutex.woken) {
    mutex.woken = true;
    kernel.host.ready((mutex.waiters.shift() as LockWaiter).task, task);
  }
  return false;
}

function lockStep(kernel: Kernel, task: Task): VerdictNumber {
  if (task.phase === 0) return kernel.begin(task, kernel.costs.lock, kernel.sites.lock);
  const verdict = lockMutex(kernel, task, task.object as Mutex, 'mutex');
  if (verdict !== true) return verdict;
  settle(task);
  return kernel.done(task, undefined);
}

function unlockStep(kernel: Kernel, task: Task): VerdictNumber {
  const mutex = task.object as Mutex;
  if (task.phase === 0) return kernel.begin(task, kernel.costs.lock, kernel.sites.unlock);
  if (!mutex.locked) return kernel.throwFatal(task, 'sync: unlock of unlocked mutex', 'unlock');
  const handoff = unlockMutex(kernel, task, mutex);
  kernel.done(task, undefined);
  return handoff ? Verdict.handoff : Verdict.run;
}

function tryLockStep(kernel: Kernel, task: Task): VerdictNumber {
  const mutex = task.object as Mutex;
  if (task.phase === 0) return kernel.begin(task, kernel.costs.lock, kernel.sites.lock);
  const free = !mutex.locked && !mutex.starving;
  if (free) take(kernel, task, mutex);
  return kernel.done(task, free);
}

export const MUTEX_STEPS = { [Op.lock]: lockStep, [Op.unlock]: unlockStep, [Op.tryLock]: tryLockStep };

/** sync.WaitGroup, sync.Cond, sync.Once. */

import type { Kernel } from '../kernel.ts';
import { Op, type VerdictNumber } from '../ops.ts';
import type { Task } from '../task.ts';
import { lockMutex, type Mutex, settle, unlockMutex } from './mutex.ts';

export class WaitGroup {
  readonly address: number;
  count = 0;
  readonly waiters: Task[] = [];

  constructor(address: number) {
    this.address = address;
  }
}

export class Cond {
  readonly address: number;
  readonly mutex: Mutex;
  /** In the order of their tickets. */
  readonly waiters: Task[] = [];

  constructor(address: number, mutex: Mutex) {
    this.address = address;
    this.mutex = mutex;
  }
}

export class Once {
  readonly address: number;
  readonly mutex: Mutex;
  done = false;

  constructor(address: number, mutex: Mutex) {
    this.address = address;
    this.mutex = mutex;
  }
}

/** Operand: the group; `amount`: what is added, -1 for Done. */
function groupAddStep(kernel: Kernel, task: Task): VerdictNumber {
  const group = task.object as WaitGroup;
  if (task.phase === 0) return kernel.begin(task, kernel.costs.atomicOp, kernel.sites.groupAdd);
  if (task.amount < 0) kernel.watcher?.releaseMerge(task, group.address);
  // The first Add is to be ordered before Wait: the detector is told of a read here and of a write there.
  if (task.amount > 0 && group.count === 0) kernel.watcher?.access(task, group.address + 8, false);
  group.count += task.amount;
  if (group.count < 0) return kernel.panic(task, 'sync: negative WaitGroup counter', 'groupAdd');
  if (group.count === 0) for (const waiter of group.waiters.splice(0)) kernel.host.ready(waiter, task);
  return kernel.done(task, undefined);
}

function groupWaitStep(kernel: Kernel, task: Task): VerdictNumber {
  const group = task.object as WaitGroup;
  if (task.phase === 0) return kernel.begin(task, kernel.costs.atomicOp, kernel.sites.groupWait);
  if (task.phase === 1 && group.count > 0) {
    if (group.waiters.length === 0) kernel.watcher?.access(task, group.address + 8, true);
    group.waiters.push(task);
    task.phase = 2;
    return kernel.park(task, 'wait group');
  }
  kernel.watcher?.acquire(task, group.address);
  return kernel.done(task, undefined);
}

/** Phases: 1 unlocks and waits, 4 has been signalled and wants the lock again, then those of the mutex. */
function condWaitStep(kernel: Kernel, task: Task): VerdictNumber {
  const cond = task.object as Cond;
  if (task.phase === 0) return kernel.begin(task, kernel.costs.lock, kernel.sites.condWait);
  if (task.phase === 1 && task.amount === 0) {
    if (!cond.mutex.locked) return kernel.throwFatal(task, 'sync: unlock of unlocked mutex', 'unlock');
    cond.waiters.push(task);
    unlockMutex(kernel, task, cond.mutex);
    task.amount = 1;
    return kernel.park(task, 'cond');
  }
  if (task.amount === 1) {
    task.amount = 2;
    kernel.watcher?.acquire(task, cond.address);
  }
  const verdict = lockMutex(kernel, task, cond.mutex, 'mutex');
  if (verdict !== true) return verdict;
  settle(task);
  return kernel.done(task, undefined);
}

/** `all`: Broadcast. */
function condWake(kernel: Kernel, task: Task, all: boolean): VerdictNumber {
  const cond = task.object as Cond;
  if (task.phase === 0) return kernel.begin(task, kernel.costs.atomicOp, kernel.sites.condSignal);
  kernel.watcher?.releaseMerge(task, cond.address);
  for (const waiter of cond.waiters.splice(0, all ? cond.waiters.length : 1)) kernel.host.ready(waiter, task);
  return kernel.done(task, undefined);
}

/** Result: whether the caller is to run the function; `finishOnce` ends it. Others wait for its end. */
function onceStep(kernel: Kernel, task: Task): VerdictNumber {
  const once = task.object as Once;
  if (task.phase === 0) return kernel.begin(task, kernel.costs.atomicOp, kernel.sites.once);
  if (once.done) {
    kernel.watcher?.acquire(task, once.address);
    if (task.phase === 1) return kernel.done(task, false);
  }
  const verdict = lockMutex(kernel, task, once.mutex, 'mutex');
  if (verdict !== true) return verdict;
  settle(task);
  if (!once.done) return kernel.done(task, true);
  unlockMutex(kernel, task, once.mutex);
  return kernel.done(task, false);
}

export const GROUP_STEPS = {
  [Op.groupAdd]: groupAddStep,
  [Op.groupWait]: groupWaitStep,
  [Op.condWait]: condWaitStep,
  [Op.condSignal]: (kernel: Kernel, task: Task): VerdictNumber => condWake(kernel, task, false),
  [Op.condBroadcast]: (kernel: Kernel, task: Task): VerdictNumber => condWake(kernel, task, true),
  [Op.once]: onceStep,
};

/** sync.RWMutex: a writer that waits holds new readers back; on unlocking, the readers go first. */

import type { Kernel } from '../kernel.ts';
import { Op, Verdict, type VerdictNumber } from '../ops.ts';
import type { Task } from '../task.ts';
import { lockMutex, Mutex, settle, unlockMutex } from './mutex.ts';

export class RWMutex {
  readonly address: number;
  /** Held by the writer, from before it waits for the readers until it unlocks. */
  readonly inner: Mutex;
  readers = 0;
  /** A writer has announced itself. */
  pending = false;
  writing = false;
  /** Readers that the writer waits for. */
  leaving = 0;
  writer: Task | null = null;
  readonly waitingReaders: Task[] = [];

  constructor(address: number) {
    this.address = address;
    this.inner = new Mutex(address + 24);
  }
}

function readLockStep(kernel: Kernel, task: Task): VerdictNumber {
  const lock = task.object as RWMutex;
  if (task.phase === 0) return kernel.begin(task, kernel.costs.lock, kernel.sites.readLock);
  if (task.phase === 1) {
    if (lock.pending) {
      lock.waitingReaders.push(task);
      task.phase = 2;
      return kernel.park(task, 'rwmutex read');
    }
    lock.readers++;
  }
  kernel.watcher?.acquire(task, lock.address);
  return kernel.done(task, undefined);
}

function readUnlockStep(kernel: Kernel, task: Task): VerdictNumber {
  const lock = task.object as RWMutex;
  if (task.phase === 0) return kernel.begin(task, kernel.costs.lock, kernel.sites.readUnlock);
  if (lock.readers === 0) return kernel.throwFatal(task, 'sync: RUnlock of unlocked RWMutex', 'runlock');
  kernel.watcher?.releaseMerge(task, lock.address + 8);
  lock.readers--;
  if (lock.pending && lock.leaving > 0 && --lock.leaving === 0 && lock.writer !== null) kernel.host.ready(lock.writer, task);
  return kernel.done(task, undefined);
}

/** Phases: 1 and 2 are those of the mutex inside, 3 waits for the readers. */
function writeLockStep(kernel: Kernel, task: Task): VerdictNumber {
  const lock = task.object as RWMutex;
  if (task.phase === 0) return kernel.begin(task, kernel.costs.lock * 2, kernel.sites.writeLock);
  if (task.phase < 3) {
    const verdict = lockMutex(kernel, task, lock.inner, 'rwmutex inner');
    if (verdict !== true) return verdict;
    settle(task);
    lock.pending = true;
    if (lock.readers > 0) {
      lock.leaving = lock.readers;
      lock.writer = task;
      task.phase = 3;
      return kernel.park(task, 'rwmutex write');
    }
  }
  lock.writer = null;
  lock.writing = true;
  kernel.watcher?.acquire(task, lock.address);
  kernel.watcher?.acquire(task, lock.address + 8);
  return kernel.done(task, undefined);
}

function writeUnlockStep(kernel: Kernel, task: Task): VerdictNumber {
  const lock = task.object as RWMutex;
  if (task.phase === 0) return kernel.begin(task, kernel.costs.lock * 2, kernel.sites.writeUnlock);
  if (!lock.writing) return kernel.throwFatal(task, 'sync: Unlock of unlocked RWMutex', 'rwunlock');
  lock.writing = false;
  lock.pending = false;
  kernel.watcher?.release(task, lock.address);
  for (const reader of lock.waitingReaders.splice(0)) {
    lock.readers++;
    kernel.host.ready(reader, task);
  }
  const handoff = unlockMutex(kernel, task, lock.inner);
  kernel.done(task, undefined);
  return handoff ? Verdict.handoff : Verdict.run;
}

export const RWMUTEX_STEPS = {
  [Op.readLock]: readLockStep,
  [Op.readUnlock]: readUnlockStep,
  [Op.writeLock]: writeLockStep,
  [Op.writeUnlock]: writeUnlockStep,
};

/** The operations of programs, and what a step of one says to the scheduler. */

export const Op = {
  none: 0,
  work: 1,
  spawn: 2,
  send: 3,
  receive: 4,
  close: 5,
  select: 6,
  lock: 7,
  unlock: 8,
  readLock: 9,
  readUnlock: 10,
  writeLock: 11,
  writeUnlock: 12,
  groupAdd: 13,
  groupWait: 14,
  condWait: 15,
  condSignal: 16,
  condBroadcast: 17,
  sleep: 18,
  syscall: 19,
  network: 20,
  gosched: 21,
  allocate: 22,
  access: 23,
  atomic: 24,
  map: 25,
  once: 26,
  collect: 27,
  lockThread: 28,
  unlockThread: 29,
  maxProcs: 30,
  block: 31,
  panic: 32,
  exit: 33,
  tryLock: 34,
  annotate: 35,
  mapLen: 36,
} as const;
export type OpNumber = (typeof Op)[keyof typeof Op];

/** Operations whose first step is nothing but time. */
export const STARTING = new Uint8Array(64);
for (const op of [
  Op.spawn,
  Op.send,
  Op.receive,
  Op.close,
  Op.select,
  Op.lock,
  Op.tryLock,
  Op.unlock,
  Op.readLock,
  Op.readUnlock,
  Op.writeLock,
  Op.writeUnlock,
  Op.groupAdd,
  Op.groupWait,
  Op.condWait,
  Op.condSignal,
  Op.condBroadcast,
  Op.once,
  Op.sleep,
  Op.network,
  Op.syscall,
  Op.annotate,
]) {
  STARTING[op] = 1;
}

/** What becomes of a goroutine after a step. Where nothing else is said, it runs on after the step's cost. */
export const Verdict = {
  run: 0,
  /** It waits: `task.wait` tells for what. */
  park: 1,
  /** `runtime.Gosched`: to the global queue. */
  yield: 2,
  /** It hands the P to the goroutine that it has just made ready. */
  handoff: 3,
  /** In a system call of `task.amount` nanoseconds. */
  syscall: 4,
  /** Its function returned. */
  exit: 5,
  /** The program dies: `machine.fault` tells of what. */
  fault: 6,
  /** The program ends: `main` returned, or `os.Exit`. */
  end: 7,
  /** `runtime.GC()`. */
  collect: 8,
  /** `runtime.GOMAXPROCS(task.amount)`. */
  maxProcs: 9,
  /** It stays on its P, which goes on when the world does. */
  hold: 10,
} as const;
export type VerdictNumber = (typeof Verdict)[keyof typeof Verdict];

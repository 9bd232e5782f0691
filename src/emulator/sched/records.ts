/** Ps and Ms: what the scheduler knows of each. */

import { PROC_MODES, type ProcMode } from '../../model/emulation.ts';
import { LocalQueue } from '../runqueue.ts';
import type { Task } from '../task.ts';
import { TimerHeap } from './timerheap.ts';

/** The runtime's own numbers. */
export const ProcState = { idle: 0, running: 1, syscall: 2, stopped: 3, dead: 4 } as const;
export type ProcStateNumber = (typeof ProcState)[keyof typeof ProcState];

/** What a P's time goes to: exactly one at any moment. */
export const MODES = PROC_MODES;
type Mode = ProcMode;
export const ModeId = Object.fromEntries(MODES.map((mode, id) => [mode, id])) as Record<Mode, number>;

export type WorkerKind = 'dedicated' | 'fractional' | 'idle';

export class Proc {
  readonly id: number;
  state: ProcStateNumber = ProcState.idle;
  thread: Thread | null = null;
  /** The goroutine that runs on it, or is in a system call that it waits for. */
  task: Task | null = null;
  /** Chosen to run once the switch is over. */
  picked: Task | null = null;
  /** Whether `picked` goes on with the time slice of the one before. */
  inherits = false;
  readonly queue = new LocalQueue();
  readonly timers = new TimerHeap();
  schedtick = 0;
  syscalltick = 0;
  /** What sysmon saw when it looked last. */
  seenTick = -1;
  seenWhen = 0;
  seenSyscallTick = -1;
  seenSyscallWhen = 0;
  /** Of the event that is to come for this P; one with another number is stale. */
  token = 0;
  /** When the running step began; samples of the CPU that are due are taken at its end. */
  stepBegan = 0;
  cpu = 0;
  /** Ids for new goroutines, taken from the common counter 16 at a time. */
  nextGoId = 0;
  lastGoId = 0;
  /** What the mark worker on it is, and for how long fractional ones ran in this cycle. */
  workerKind: WorkerKind | null = null;
  fractionalNs = 0;
  /** Bytes allocated since the heap's size was last told. */
  allocated = 0;
  mode = ModeId.idle;
  modeSince = 0;
  readonly modeNs = new Float64Array(MODES.length);

  constructor(id: number) {
    this.id = id;
  }
}

/** What an M does. */
export type ThreadState = 'running' | 'starting' | 'idle' | 'polling' | 'syscall' | 'locked';

export class Thread {
  readonly id: number;
  state: ThreadState = 'idle';
  proc: Proc | null = null;
  /** The goroutine in a system call on it. */
  task: Task | null = null;
  spinning = false;
  /** The goroutine that is locked to it. */
  lockedTask: Task | null = null;
  /** Of its search: the round, and the P that it waits to steal from with what it saw there. */
  round = 0;
  victim: Proc | null = null;
  seenNext: Task | null = null;
  /** When its wait in the poller ends; and the number of that wait. */
  token = 0;

  constructor(id: number) {
    this.id = id;
  }
}

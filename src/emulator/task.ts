/** A goroutine as the emulator holds it: what it runs, what it is in the middle of, where it stands. */

import { NO_STACK, type StackId } from '../model/stacks.ts';
import { NO_SITE } from './sites.ts';
import type { Operation } from './steps.ts';
import type { WaitKind } from './waits.ts';

/** The runtime's own numbers. */
export const TaskState = { runnable: 1, running: 2, syscall: 3, waiting: 4, dead: 6 } as const;
export type TaskStateNumber = (typeof TaskState)[keyof typeof TaskState];

/** A goroutine's code: it yields whenever it has told its next operation, and is given that one's result. */
export type Program<Result = void> = Generator<undefined, Result, unknown>;

/** One call on a goroutine's own stack. */
export interface Call {
  readonly function: string;
  readonly file: string;
  line: number;
  /** The stack below this call. */
  readonly caller: StackId;
}

/** The `go` statement that made a goroutine. */
export interface Creation {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly goroutine: number;
  readonly stack: StackId;
}

export class Task {
  /** Dense, in the order of creation, from 0: the index of all tables of tasks. */
  readonly index: number;
  /** The goroutine's id as Go shows it. */
  id: number;
  /** The function it begins with. */
  readonly name: string;
  readonly createdBy: Creation | null;
  /** Whether it belongs to the runtime: hidden in dumps, and not counted when all others sleep. */
  readonly system: boolean;
  program: Program | null;
  state: TaskStateNumber = TaskState.runnable;

  // ---- the operation it is in ----
  /** A number of `ops.ts`; 0 between two operations. */
  op = 0;
  phase = 0;
  /** Operands: what they mean is told where the operation is. */
  object: unknown = null;
  value: unknown = null;
  amount = 0;
  /** What the operation gives to the program. */
  result: unknown = undefined;

  // ---- the step it has just begun ----
  cost = 0;
  site = NO_SITE;
  /** Whether a preemption may take effect while the step runs. */
  preemptible = true;
  /** Whether it may be cut short at any moment: plain user code. */
  interruptible = false;
  /** Nanoseconds of user code that are left of the operation `work`. */
  workLeft = 0;

  // ---- where it stands ----
  readonly calls: Call[] = [];
  private ownStack: StackId | null = null;

  // ---- waiting ----
  wait: WaitKind | null = null;
  waitSince = 0;
  /** Why a wait ended: a value, a case's index, a hand-off; read by the operation that waited. */
  woken: unknown = undefined;
  wokenCase = -1;

  /** What a lock's operation remembers between its steps: how often it span, since when it wants the lock, whether it
   * starved when it was woken, whether it was woken at all. */
  readonly attempt = { spins: 0, since: -1, awoke: false, woken: false };
  /** The running operation of a map. */
  running: Operation | null = null;
  /** What the step allocated, and the growth phase it begins or ends; taken by the scheduler. */
  allocates = 0;
  mark: string | null = null;

  // ---- scheduling ----
  preempt = false;
  /** When it became runnable. */
  readySince = 0;
  /** The thread it is locked to, or -1; -2 asks for the one it runs on. */
  lockedThread = -1;
  /** Bytes it may allocate before it has to help the collector. */
  assistCredit = 0;
  /** Operations begun so far, and steps of the running one that others can see: how far it has come. */
  operations = 0;
  microSteps = 0;
  /** Operations at which a preemption took effect, and times it ran: for the summary. */
  preemptions = 0;
  /** Depth of growth phases it is in. */
  growing = 0;

  constructor(index: number, name: string, program: Program | null, createdBy: Creation | null, system = false) {
    this.index = index;
    this.id = index + 1;
    this.name = name;
    this.program = program;
    this.createdBy = createdBy;
    this.system = system;
  }

  get currentCall(): Call {
    return this.calls[this.calls.length - 1];
  }

  /** The stack of its own calls, without what the runtime puts on top; interned by `book`. */
  stackOf(book: { readonly stack: (call: Call) => StackId }): StackId {
    if (this.calls.length === 0) return NO_STACK;
    this.ownStack ??= book.stack(this.currentCall);
    return this.ownStack;
  }

  moved(): void {
    this.ownStack = null;
  }
}

/**
 * What the methods of `Go` give: an operation, or a body with operations in it, that happens when it is delegated to with
 * `yield*`. One that is made and never run would be a lie in silence, so that the machine counts them; where one is left at
 * the end, the run is done again with the place of each kept, to say which it was.
 */

import { UsageError } from '../base/errors.ts';
import { checkOperand } from './operands.ts';
import { Op, type OpNumber } from './ops.ts';
import type { Operation } from './steps.ts';
import type { Program, Task } from './task.ts';

/** What requests need of the machine. */
export interface Requested {
  readonly current: Task;
  readonly ledger: Ledger;
}

/** Made: not begun. Adopted: a goroutine has it as its code, and will begin it. */
const State = { made: 0, adopted: 1, begun: 2, over: 3 } as const;
type StateNumber = (typeof State)[keyof typeof State];

/** Requests that are made and not run before the program is stopped: a loop without `yield*` makes them for ever. */
const MAX_WAITING = 10_000;

/** A request and where the program made it. */
interface Place {
  readonly method: string;
  readonly at: string;
}

/** Requests that are made and not begun. */
export class Ledger {
  waiting = 0;
  /** Where each was made; null where only their number is kept. */
  private readonly places: Map<object, Place> | null;

  constructor(keepsPlaces: boolean) {
    this.places = keepsPlaces ? new Map() : null;
  }

  get keepsPlaces(): boolean {
    return this.places !== null;
  }

  /** `method` is the one of `Go` that the program called. */
  made(request: object, name: string, method: () => unknown): void {
    if (++this.waiting > MAX_WAITING) throw new UnrunError(this.describe(null));
    this.places?.set(request, { method: `go.${name}`, at: placeOfCall(method) });
  }

  /** The one that was made first and is not begun, in words: what to write instead. */
  describe(yielded: object | null): string {
    const place = yielded === null ? this.places?.values().next().value : this.places?.get(yielded);
    const what = place === undefined ? 'an operation' : `${place.method}${place.at === '' ? '' : ` at ${place.at}`}`;
    const call = place === undefined ? 'go.…(…)' : `${place.method}(…)`;
    return yielded === null
      ? `${what} is made and never run: write yield* ${call}`
      : `${what} is yielded instead of delegated to: write yield* ${call}, not yield ${call}`;
  }

  begun(request: object): void {
    this.waiting--;
    this.places?.delete(request);
  }
}

/** An operation that the program made and did not run as it is to be. */
export class UnrunError extends Error {
  override readonly name = 'UnrunError';
}

/** `FILE:LINE` of the program's code that called `method`; empty where that is not known. */
function placeOfCall(method: () => unknown): string {
  const holder: { stack?: string } = {};
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 1;
  Error.captureStackTrace(holder, method);
  const { stack = '' } = holder;
  Error.stackTraceLimit = stackTraceLimit;
  return /([^\\/()\s]+:\d+):\d+\)?\s*$/.exec(stack)?.[1] ?? '';
}

/** The folder of the emulator's own code, as stacks show it. */
const OWN_FOLDER = /^.*[\\/]/.exec(placeOfFile(new Error().stack ?? ''))?.[0] ?? '';

function placeOfFile(line: string): string {
  return /\(?((?:file:\/\/|\/|[A-Za-z]:)[^()\n]*?):\d+:\d+\)?/.exec(line)?.[1] ?? '';
}

/** ` at FILE:LINE` of the first frame that is not the emulator's own; empty without one. */
export function placeInProgram(error: Error): string {
  for (const line of (error.stack ?? '').split('\n')) {
    const file = placeOfFile(line);
    if (file === '' || file.startsWith(OWN_FOLDER) || !line.trimStart().startsWith('at ')) continue;
    return ` at ${/([^\\/()\s]+:\d+):\d+\)?\s*$/.exec(line)?.[1] ?? ''}`;
  }
  return '';
}

/** One operation. It is its own iterator, and the result of each of its steps: programs make millions. */
export class Request {
  done = false;
  value: unknown = undefined;
  private state: StateNumber = State.made;
  private readonly machine: Requested;
  private readonly op: OpNumber;
  private readonly object: unknown;
  private readonly operand: unknown;
  amount = 0;
  /** Makes the program's result of what the machine gives. */
  convert: ((result: unknown) => unknown) | null = null;

  /** `operand` of an operation on a map makes what runs. */
  constructor(machine: Requested, op: OpNumber, object: unknown, operand: unknown) {
    this.machine = machine;
    this.op = op;
    this.object = object;
    this.operand = operand;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(result: unknown): this {
    if (this.state === State.begun) {
      this.state = State.over;
      this.done = true;
      this.value = this.convert === null ? result : this.convert(result);
      return this;
    }
    this.state = beginning(this, this.state, this.machine.ledger);
    const { op, object, machine } = this;
    checkOperand(op, object);
    const { current } = machine;
    current.op = op;
    current.object = object;
    current.amount = this.amount;
    if (op === Op.map) current.running = (this.operand as () => Operation)();
    else current.value = this.operand;
    return this;
  }

  adopt(): void {
    if (this.state === State.made) this.state = adopting(this, this.machine.ledger);
  }
}

/** Some operations one after the other, made when the first is to begin. */
export class Sequence {
  private state: StateNumber = State.made;
  private readonly machine: Requested;
  private readonly make: () => Program<unknown>;
  private inner: Program<unknown> | null = null;

  constructor(machine: Requested, make: () => Program<unknown>) {
    this.machine = machine;
    this.make = make;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(result: unknown): IteratorResult<undefined, unknown> {
    if (this.inner === null) {
      this.state = beginning(this, this.state, this.machine.ledger);
      this.inner = this.make();
    }
    return this.inner.next(result);
  }

  adopt(): void {
    if (this.state === State.made) this.state = adopting(this, this.machine.ledger);
  }
}

function beginning(request: object, state: StateNumber, ledger: Ledger): StateNumber {
  if (state === State.over) throw new UsageError('an operation is run a second time: make it anew');
  if (state === State.made) ledger.begun(request);
  return State.begun;
}

function adopting(request: object, ledger: Ledger): StateNumber {
  ledger.begun(request);
  return State.adopted;
}

/** Whether a value is what a method of `Go` gives. */
export function isRequest(value: unknown): value is Request | Sequence {
  return value instanceof Request || value instanceof Sequence;
}

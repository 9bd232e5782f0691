/** Channels and select: waiters in the order of their coming, values handed over directly, as in runtime/chan.go. */

import type { Kernel } from '../kernel.ts';
import { Op, Verdict, type VerdictNumber } from '../ops.ts';
import type { Task } from '../task.ts';

interface Waiter {
  readonly task: Task;
  readonly value: unknown;
  readonly caseIndex: number;
  /** The wait it belongs to: a select waits at several channels, and the first to answer ends all of it. */
  readonly wait: { over: boolean };
}

export class Channel<Value = unknown> {
  readonly capacity: number;
  readonly address: number;
  readonly buffer: Value[] = [];
  readonly receivers: Waiter[] = [];
  readonly senders: Waiter[] = [];
  closed = false;
  /** Values that went in and out so far: the slot of the buffer that comes next. */
  sent = 0;
  received = 0;

  constructor(capacity: number, address: number) {
    this.capacity = capacity;
    this.address = address;
  }

  get length(): number {
    return this.buffer.length;
  }
}

/** What a receive gives: the value, and whether it was sent (false: the channel is closed and empty). */
export interface Received<Value> {
  readonly value: Value | undefined;
  readonly ok: boolean;
}

/** One case of a select. */
export interface SelectCase {
  readonly channel: Channel | null;
  readonly send: boolean;
  readonly value: unknown;
}

const CLOSED: Received<never> = { value: undefined, ok: false };
/** A waiting sender finds this where the channel was closed under it. */
const PANIC = Symbol('closed');
const DONE = Symbol('sent');

function takeWaiter(queue: Waiter[]): Waiter | null {
  for (let waiter = queue.shift(); waiter !== undefined; waiter = queue.shift()) {
    if (!waiter.wait.over) {
      waiter.wait.over = true;
      return waiter;
    }
  }
  return null;
}

function wake(kernel: Kernel, waiter: Waiter, woken: unknown, waker: Task): void {
  waiter.task.woken = woken;
  waiter.task.wokenCase = waiter.caseIndex;
  kernel.host.ready(waiter.task, waker);
}

/** Both sides of a hand-over without buffer know of each other's past. */
function meet(kernel: Kernel, sender: Task, receiver: Task, channel: Channel): void {
  const { watcher } = kernel;
  if (watcher === null) return;
  watcher.release(sender, channel.address + 16);
  watcher.acquire(receiver, channel.address + 16);
  watcher.release(receiver, channel.address + 16);
  watcher.acquire(sender, channel.address + 16);
}

/** A slot of the buffer orders its users, in both directions. */
function useSlot(kernel: Kernel, task: Task, channel: Channel, count: number): void {
  const { watcher } = kernel;
  if (watcher === null) return;
  watcher.exchange(task, channel.address + 96 + 8 * (count % channel.capacity));
}

/** Sends if it can be done at once. */
function trySend(kernel: Kernel, task: Task, channel: Channel, value: unknown): boolean {
  const receiver = takeWaiter(channel.receivers);
  if (receiver !== null) {
    if (channel.capacity === 0) meet(kernel, task, receiver.task, channel);
    else {
      useSlot(kernel, task, channel, channel.sent++);
      useSlot(kernel, receiver.task, channel, channel.received++);
    }
    task.cost = kernel.costs.chanWake;
    wake(kernel, receiver, { value, ok: true }, task);
    return true;
  }
  if (channel.buffer.length >= channel.capacity) return false;
  useSlot(kernel, task, channel, channel.sent++);
  channel.buffer.push(value);
  return true;
}

/** Receives if it can be done at once; null if not. */
function tryReceive(kernel: Kernel, task: Task, channel: Channel): Received<unknown> | null {
  if (channel.buffer.length > 0) {
    const value = channel.buffer.shift();
    useSlot(kernel, task, channel, channel.received++);
    const sender = takeWaiter(channel.senders);
    if (sender !== null) {
      channel.buffer.push(sender.value);
      useSlot(kernel, sender.task, channel, channel.sent++);
      task.cost = kernel.costs.chanWake;
      wake(kernel, sender, DONE, task);
    }
    return { value, ok: true };
  }
  const sender = takeWaiter(channel.senders);
  if (sender !== null) {
    meet(kernel, sender.task, task, channel);
    task.cost = kernel.costs.chanWake;
    wake(kernel, sender, DONE, task);
    return { value: sender.value, ok: true };
  }
  if (!channel.closed) return null;
  kernel.watcher?.acquire(task, channel.address + 8);
  return CLOSED;
}

/** Operand: the channel (null: a nil channel); `value`: what is sent. */
export function sendStep(kernel: Kernel, task: Task): VerdictNumber {
  const channel = task.object as Channel | null;
  if (task.phase === 0) return kernel.begin(task, kernel.costs.chanOp, kernel.sites.chanSend);
  if (channel === null) return kernel.park(task, 'chan send (nil chan)');
  if (task.phase === 2) {
    if (task.woken === PANIC) return kernel.panic(task, 'send on closed channel');
    return kernel.done(task, undefined);
  }
  kernel.watcher?.access(task, channel.address, false);
  if (channel.closed) return kernel.panic(task, 'send on closed channel');
  if (trySend(kernel, task, channel, task.value)) return kernel.done(task, undefined);
  channel.senders.push({ task, value: task.value, caseIndex: -1, wait: { over: false } });
  task.phase = 2;
  return kernel.park(task, 'chan send');
}

/** Operand: the channel. Result: {@link Received}. */
export function receiveStep(kernel: Kernel, task: Task): VerdictNumber {
  const channel = task.object as Channel | null;
  if (task.phase === 0) return kernel.begin(task, kernel.costs.chanOp, kernel.sites.chanReceive);
  if (channel === null) return kernel.park(task, 'chan receive (nil chan)');
  if (task.phase === 2) return kernel.done(task, endReceive(kernel, task, channel));
  const received = tryReceive(kernel, task, channel);
  if (received !== null) return kernel.done(task, received);
  channel.receivers.push({ task, value: undefined, caseIndex: -1, wait: { over: false } });
  task.phase = 2;
  return kernel.park(task, 'chan receive');
}

function endReceive(kernel: Kernel, task: Task, channel: Channel): unknown {
  if (task.woken === CLOSED) kernel.watcher?.acquire(task, channel.address + 8);
  return task.woken;
}

/** Wakes all: receivers with nothing, senders into a panic; the last one to wait runs second, the one before third, … */
export function closeStep(kernel: Kernel, task: Task): VerdictNumber {
  const channel = task.object as Channel | null;
  if (task.phase === 0) return kernel.begin(task, kernel.costs.chanOp, kernel.sites.chanClose);
  if (channel === null) return kernel.panic(task, 'close of nil channel');
  if (channel.closed) return kernel.panic(task, 'close of closed channel');
  channel.closed = true;
  // A send beside a close is a race: one of them came first by chance.
  kernel.watcher?.access(task, channel.address, true);
  kernel.watcher?.release(task, channel.address + 8);
  const woken: [Waiter, unknown][] = [];
  for (let w = takeWaiter(channel.receivers); w !== null; w = takeWaiter(channel.receivers)) woken.push([w, CLOSED]);
  for (let w = takeWaiter(channel.senders); w !== null; w = takeWaiter(channel.senders)) woken.push([w, PANIC]);
  // They were put on a stack, and are taken off its top.
  for (const [waiter, what] of woken.reverse()) wake(kernel, waiter, what, task);
  return kernel.done(task, undefined);
}

/** Operand: the cases; `amount`: 1 where there is a default. Result: the case's index and what it received; -1 for the default. */
export function selectStep(kernel: Kernel, task: Task): VerdictNumber {
  const cases = task.object as readonly SelectCase[];
  if (task.phase === 0) return kernel.begin(task, kernel.costs.chanOp + 10 * cases.length, kernel.sites.select);
  if (task.phase === 2) return endSelect(kernel, task, cases);
  if (cases.length === 0 && task.amount === 0) return kernel.park(task, 'select (no cases)');
  for (const index of kernel.shuffled(cases.length)) {
    const { channel, send, value } = cases[index];
    if (channel === null) continue;
    if (send) {
      if (channel.closed) return kernel.panic(task, 'send on closed channel');
      if (trySend(kernel, task, channel, value)) return kernel.done(task, { index, value: undefined, ok: false });
    } else {
      const received = tryReceive(kernel, task, channel);
      if (received !== null) return kernel.done(task, { index, ...received });
    }
  }
  if (task.amount === 1) return kernel.done(task, { index: -1, value: undefined, ok: false });
  const wait = { over: false };
  cases.forEach(({ channel, send, value }, caseIndex) => {
    (send ? channel?.senders : channel?.receivers)?.push({ task, value, caseIndex, wait });
  });
  task.phase = 2;
  return kernel.park(task, 'select');
}

function endSelect(kernel: Kernel, task: Task, cases: readonly SelectCase[]): VerdictNumber {
  const { woken, wokenCase: index } = task;
  if (woken === PANIC) return kernel.panic(task, 'send on closed channel');
  const channel = cases[index].channel as Channel;
  if (woken === DONE) return kernel.done(task, { index, value: undefined, ok: false });
  return kernel.done(task, { index, ...(endReceive(kernel, task, channel) as Received<unknown>) });
}

export const CHANNEL_STEPS = {
  [Op.send]: sendStep,
  [Op.receive]: receiveStep,
  [Op.close]: closeStep,
  [Op.select]: selectStep,
  [Op.block]: (kernel: Kernel, task: Task): VerdictNumber => kernel.park(task, 'select (no cases)'),
  [Op.gosched]: (kernel: Kernel, task: Task): VerdictNumber => {
    kernel.done(task, undefined);
    return Verdict.yield;
  },
};

/** Operations that need no waiting queue of their own: work, go statements, memory, maps, sleep, system calls. */

import type { Kernel } from './kernel.ts';
import type { EmulatedMap } from './maps/map.ts';
import { Op, Verdict, type VerdictNumber } from './ops.ts';
import { NO_SITE } from './sites.ts';
import type { Operation } from './steps.ts';
import type { Creation, Program, Task } from './task.ts';

/** A variable in memory that goroutines may share. */
export class Variable<Value = number> {
  readonly address: number;
  value: Value;

  constructor(value: Value, address: number) {
    this.value = value;
    this.address = address;
  }
}

export interface SpawnRequest {
  readonly name: string;
  readonly body: () => Program;
}

/** `amount`: nanoseconds of user code, which may be cut short at any moment. */
function workStep(kernel: Kernel, task: Task): VerdictNumber {
  task.preemptible = true;
  if (task.phase === 0) {
    task.workLeft = kernel.vary(task.amount);
    task.phase = 1;
  }
  if (task.workLeft === 0) return kernel.done(task, undefined);
  task.interruptible = true;
  task.cost = task.workLeft;
  task.workLeft = 0;
  return Verdict.run;
}

function creationOf(kernel: Kernel, task: Task): Creation {
  const { function: name, file, line } = task.currentCall;
  return { function: name, file, line, goroutine: task.id, stack: task.stackOf(kernel.book) };
}

/** Result: the new goroutine. */
function spawnStep(kernel: Kernel, task: Task): VerdictNumber {
  if (task.phase === 0) return kernel.begin(task, kernel.costs.goCreate, kernel.sites.spawn);
  const { name, body } = task.object as SpawnRequest;
  const child = kernel.addTask(name, creationOf(kernel, task));
  kernel.load(child, body, task.currentCall.file, task.amount);
  kernel.watcher?.forked(child, task);
  kernel.host.created(child, task);
  return kernel.done(task, child.index);
}

/** `amount`: 1 for a store of `value`; 0 for a load, whose result is what is there. */
function accessStep(kernel: Kernel, task: Task): VerdictNumber {
  const variable = task.object as Variable<unknown>;
  const write = task.amount === 1;
  task.preemptible = true;
  task.cost = kernel.costs.memoryAccess;
  kernel.watcher?.access(task, variable.address, write);
  const result = variable.value;
  if (write) variable.value = task.value;
  return kernel.done(task, result);
}

/** An atomic change by the function `value`; `amount`: 1 for a mere load. Result: the new value. */
function atomicStep(kernel: Kernel, task: Task): VerdictNumber {
  const variable = task.object as Variable<unknown>;
  task.cost = kernel.costs.atomicOp;
  task.preemptible = true;
  task.site = kernel.sites.atomic;
  kernel.watcher?.atomic(task, variable.address, task.amount === 1 ? 'load' : 'update');
  variable.value = (task.value as (old: unknown) => unknown)(variable.value);
  return kernel.done(task, variable.value);
}

/** One micro-step of a map's operation. Result: the operation, which has the value. */
function mapStep(kernel: Kernel, task: Task): VerdictNumber {
  const step = (task.running as Operation).next();
  if (step === null) {
    const { running } = task;
    task.running = null;
    task.preemptible = true;
    return kernel.done(task, running);
  }
  task.cost = step.cost;
  task.site = step.site;
  task.preemptible = step.prologue || step.site === NO_SITE;
  task.allocates = step.allocates;
  task.mark = step.mark;
  if (step.access !== 'none') kernel.watcher?.access(task, step.address, step.access === 'write');
  return step.fault === null ? Verdict.run : kernel.throwFatal(task, step.fault, 'map');
}

/** `len(m)`: a load of the map's header, which the detector knows by the map's address. */
function mapLenStep(kernel: Kernel, task: Task): VerdictNumber {
  const map = task.object as EmulatedMap;
  task.preemptible = true;
  task.cost = kernel.costs.memoryAccess;
  kernel.watcher?.access(task, map.address, false);
  return kernel.done(task, map.entryCount);
}

/** `amount`: bytes; `value`: whether they stay reachable. */
function allocateStep(kernel: Kernel, task: Task): VerdictNumber {
  if (task.phase === 1) return kernel.done(task, undefined);
  task.phase = 1;
  task.allocates = task.amount;
  task.site = kernel.sites.allocate;
  task.preemptible = true;
  const { allocLarge, allocSmall, zeroByte } = kernel.costs;
  task.cost = Math.round((task.amount > 32768 ? allocLarge : allocSmall) + task.amount * zeroByte);
  return Verdict.run;
}

function sleepStep(kernel: Kernel, task: Task): VerdictNumber {
  if (task.phase === 0) return kernel.begin(task, kernel.costs.timerFire, kernel.sites.sleep);
  if (task.phase === 2) return kernel.done(task, undefined);
  task.phase = 2;
  // It is to wake so long after the call, and not after the first step of it.
  kernel.host.wakeAfter(task, Math.max(0, task.amount - kernel.costs.timerFire), 'timer');
  return kernel.park(task, 'sleep');
}

function networkStep(kernel: Kernel, task: Task): VerdictNumber {
  if (task.phase === 0) return kernel.begin(task, kernel.costs.syscall, kernel.sites.network);
  if (task.phase === 2) return kernel.done(task, undefined);
  task.phase = 2;
  kernel.host.wakeAfter(task, kernel.vary(task.amount), 'network');
  return kernel.park(task, 'network');
}

/** `amount`: nanoseconds in the kernel. */
function syscallStep(kernel: Kernel, task: Task): VerdictNumber {
  task.site = kernel.sites.syscall;
  if (task.phase === 0) return kernel.begin(task, kernel.costs.syscall, kernel.sites.syscall);
  task.amount = kernel.vary(task.amount);
  kernel.done(task, undefined);
  return Verdict.syscall;
}

/** Operand: what to mark; `value`: its name or text. Takes no time. */
function annotateStep(kernel: Kernel, task: Task): VerdictNumber {
  kernel.host.annotate(task, task.object as 'region begin' | 'region end' | 'log', task.value as string);
  task.preemptible = true;
  return kernel.done(task, undefined);
}

function collectStep(kernel: Kernel, task: Task): VerdictNumber {
  if (task.phase === 2) return kernel.done(task, undefined);
  task.phase = 2;
  task.site = kernel.sites.collect;
  return Verdict.collect;
}

function maxProcsStep(kernel: Kernel, task: Task): VerdictNumber {
  kernel.done(task, undefined);
  task.site = kernel.sites.maxProcs;
  return Verdict.maxProcs;
}

function lockThreadStep(kernel: Kernel, task: Task): VerdictNumber {
  task.lockedThread = task.op === Op.lockThread ? -2 : -1;
  return kernel.done(task, undefined);
}

export const BASIC_STEPS = {
  [Op.work]: workStep,
  [Op.spawn]: spawnStep,
  [Op.access]: accessStep,
  [Op.atomic]: atomicStep,
  [Op.map]: mapStep,
  [Op.mapLen]: mapLenStep,
  [Op.allocate]: allocateStep,
  [Op.sleep]: sleepStep,
  [Op.network]: networkStep,
  [Op.syscall]: syscallStep,
  [Op.collect]: collectStep,
  [Op.maxProcs]: maxProcsStep,
  [Op.lockThread]: lockThreadStep,
  [Op.unlockThread]: lockThreadStep,
  [Op.annotate]: annotateStep,
  [Op.panic]: (kernel: Kernel, task: Task): VerdictNumber => kernel.panic(task, task.value as string),
  [Op.exit]: (kernel: Kernel, task: Task): VerdictNumber => {
    kernel.exitCode = task.amount;
    return Verdict.end;
  },
};

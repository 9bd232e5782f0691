/**
 * Makes the scheduler's state fit an event of a trace that is cut: what its thread wrote has happened, so whatever else
 * it needs has happened too, in events that are lost. Nothing is told of these; only the event itself is.
 */

import { NOBODY } from '../../model/trace.ts';
import { orNone } from './generation.ts';
import { Ev, GoStatus, ProcStatus } from './spec.ts';
import { type Goroutine, Proc, type SchedulerState, type WireEvent } from './state.ts';

/** Number and goroutine or P of events that count on: which argument is which. */
const NUMBERED: Readonly<Record<number, 'proc' | 'goroutine'>> = {
  [Ev.ProcStart]: 'proc',
  [Ev.ProcSteal]: 'proc',
  [Ev.GoStart]: 'goroutine',
  [Ev.GoUnblock]: 'goroutine',
  [Ev.GoSwitch]: 'goroutine',
  [Ev.GoSwitchDestroy]: 'goroutine',
};

/** What a goroutine was before an event of another one's thread. */
const STATUS_BEFORE: Readonly<Record<number, number>> = {
  [Ev.GoStart]: GoStatus.runnable,
  [Ev.GoUnblock]: GoStatus.waiting,
  [Ev.GoSwitch]: GoStatus.waiting,
  [Ev.GoSwitchDestroy]: GoStatus.waiting,
};

/** Whether an event would fail halfway: one that says who is where, against what is known. */
export function isOver(state: SchedulerState, { type, args }: WireEvent): boolean {
  if (type === Ev.ProcSteal) {
    const proc = state.procs.get(args[0]);
    return proc?.status === ProcStatus.syscall && state.threads.get(orNone(args[2]))?.proc !== proc;
  }
  if (type === Ev.ProcStatus && args[1] === ProcStatus.abandoned) return state.procs.get(args[0]) !== undefined;
  if ((type !== Ev.GoStatus && type !== Ev.GoStatusStack) || args[2] !== GoStatus.syscall) return false;
  const held = state.threads.get(orNone(args[1]))?.goroutine ?? null;
  return orNone(args[1]) === NOBODY || (held !== null && held.id !== args[0]);
}

/** False where the event is of the past: later ones of the same P or goroutine were seen. */
export function fitState(state: SchedulerState, event: WireEvent): boolean {
  state.cursor = event;
  state.thread = event.thread;
  const { type, args } = event;
  const kind = NUMBERED[type];
  if (kind === 'proc') return fitNumberedProc(state, event);
  if (kind === 'goroutine') return fitNumberedGoroutine(state, event);
  if (type === Ev.GoStatus || type === Ev.GoStatusStack) return fitStatus(state, args);
  if (type === Ev.ProcStatus) return !state.procs.has(args[0]);
  return fitOwn(state, event);
}

function fitNumberedProc(state: SchedulerState, { type, args, thread }: WireEvent): boolean {
  const [id, seq] = args;
  let proc = state.procs.get(id);
  if (proc === undefined) {
    proc = new Proc(id, ProcStatus.idle, state.current.number);
    state.procs.set(id, proc);
  } else if (proc.seq >= seq) return false;
  for (const other of state.threads.values()) if (other.proc === proc) other.proc = null;
  proc.seq = seq - 1;
  if (type === Ev.ProcStart) {
    proc.status = ProcStatus.idle;
    loseProc(thread);
    return true;
  }
  proc.status = ProcStatus.syscall;
  const victim = state.threadOf(orNone(args[2]));
  if (victim.proc !== proc) loseProc(victim);
  victim.proc = proc;
  return true;
}

/** A thread whose P was taken without a word that is left. */
function loseProc(thread: WireEvent['thread']): void {
  if (thread.proc !== null) thread.proc.status = ProcStatus.idle;
  thread.proc = null;
}

function fitNumberedGoroutine(state: SchedulerState, { type, args, thread }: WireEvent): boolean {
  const [id, seq] = args;
  const before = STATUS_BEFORE[type];
  const goroutine = state.goroutines.get(id) ?? state.newGoroutine(id, before);
  if (goroutine.seq >= seq) return false;
  leaveThreads(state, goroutine);
  goroutine.seq = seq - 1;
  goroutine.status = before;
  if (type === Ev.GoStart) thread.goroutine = null;
  return thread.proc !== null || type === Ev.GoUnblock;
}

function leaveThreads(state: SchedulerState, goroutine: Goroutine): void {
  if (goroutine.status !== GoStatus.running && goroutine.status !== GoStatus.syscall) return;
  for (const thread of state.threads.values()) if (thread.goroutine === goroutine) thread.goroutine = null;
}

function fitStatus(state: SchedulerState, args: Float64Array): boolean {
  const [id, m, status] = args;
  if (state.goroutines.has(id)) return false;
  if (status !== GoStatus.syscall) return true;
  if (orNone(m) === NOBODY) return false;
  state.threadOf(orNone(m)).goroutine = null;
  return true;
}

/** Events of what the thread itself holds. */
function fitOwn(state: SchedulerState, { type, args, thread }: WireEvent): boolean {
  const { proc, goroutine } = thread;
  if (type === Ev.GoCreateSyscall) {
    thread.goroutine = null;
    return !state.goroutines.has(args[0]);
  }
  if (type === Ev.GoSyscallEndBlocked) loseProc(thread);
  if (goroutine !== null) goroutine.status = statusBefore(type);
  if (proc !== null && type === Ev.GoSyscallBegin) proc.seq = args[0] - 1;
  if (proc !== null && type === Ev.GoSyscallEnd) proc.status = ProcStatus.syscall;
  return true;
}

function statusBefore(type: number): number {
  const inCall = type === Ev.GoSyscallEnd || type === Ev.GoSyscallEndBlocked || type === Ev.GoDestroySyscall;
  return inCall ? GoStatus.syscall : GoStatus.running;
}

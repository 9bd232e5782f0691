/** What the events of Ps, goroutines and system calls need and do. */

import { GO, GO_WORDS } from '../../model/moves.ts';
import { NOBODY, type ProcState } from '../../model/trace.ts';
import { orNone } from './generation.ts';
import { Ev, GoStatus, ProcStatus } from './spec.ts';
import { type Args, type Goroutine, type Handler, Proc, type SchedulerState } from './state.ts';

// ---- Ps ----

function procStatus(state: SchedulerState, args: Args): boolean {
  const id = args[0];
  const wanted = args[1];
  if (wanted < 1 || wanted > 4) throw state.broken(`P ${id} in the unknown status ${wanted}`);
  const known = state.procs.get(id);
  const shown: ProcState = wanted === ProcStatus.running || wanted === ProcStatus.syscall ? 'Running' : 'Idle';
  if (known === undefined) return newProc(state, id, wanted, shown);
  known.seq = 0;
  known.generation = state.current.number;
  if (known.status === ProcStatus.syscall && wanted === ProcStatus.abandoned) {
    state.sendProcOfHolder(known, 'Running', 'Running');
    return true;
  }
  if (known.status !== wanted) throw state.broken(`P ${id} has the status ${known.status}, not ${wanted}`);
  state.sendProc(known, shown, shown);
  if (shown === 'Running') state.thread.proc = known;
  return true;
}

function newProc(state: SchedulerState, id: number, status: number, shown: ProcState): true {
  const proc = new Proc(id, status, state.current.number);
  state.procs.set(id, proc);
  state.sendProc(proc, state.isFirst ? 'Undetermined' : 'NotExist', shown);
  if (shown === 'Running') state.thread.proc = proc;
  return true;
}

function procStart(state: SchedulerState, args: Args): boolean {
  const id = args[0];
  const seq = args[1];
  const proc = state.procs.get(id);
  if (proc === undefined || proc.status !== ProcStatus.idle || !state.follows(proc, seq) || state.thread.proc !== null)
    return false;
  proc.seq = seq;
  state.need('-', '~');
  state.sendProc(proc, 'Idle', 'Running');
  proc.status = ProcStatus.running;
  state.thread.proc = proc;
  return true;
}

function procStop(state: SchedulerState): boolean {
  state.need('+', '~');
  const proc = state.thread.proc as Proc;
  if (proc.status !== ProcStatus.running && proc.status !== ProcStatus.syscall)
    throw state.broken(`P ${proc.id} stops, but was not running`);
  state.sendProc(proc, 'Running', 'Idle');
  proc.status = ProcStatus.idle;
  state.thread.proc = null;
  return true;
}

function procSteal(state: SchedulerState, args: Args): boolean {
  const id = args[0];
  const seq = args[1];
  const from = args[2];
  const proc = state.procs.get(id);
  if (proc === undefined || !state.follows(proc, seq)) return false;
  if (proc.status !== ProcStatus.syscall && proc.status !== ProcStatus.abandoned) return false;
  state.need('~', '~');
  const abandoned = proc.status === ProcStatus.abandoned;
  proc.seq = seq;
  state.sendProc(proc, abandoned ? 'Idle' : 'Running', 'Idle');
  proc.status = ProcStatus.idle;
  if (abandoned) return true;
  const victim = state.threads.get(orNone(from));
  if (victim?.proc !== proc) throw state.broken(`P ${id} is stolen from thread ${orNone(from)}, which does not hold it`);
  victim.proc = null;
  return true;
}

// ---- goroutines ----

function goStatus(state: SchedulerState, args: Args): boolean {
  const id = args[0];
  const m = args[1];
  const wanted = args[2];
  const stack = args[3];
  if (wanted < 1 || wanted > 4) throw state.broken(`goroutine ${id} in the unknown status ${wanted}`);
  let goroutine = state.goroutines.get(id);
  if (goroutine === undefined) {
    if (!state.isFirst) throw state.broken(`goroutine ${id} is first seen by its status, after the first generation`);
    goroutine = state.newGoroutine(id, wanted);
    state.sendStatus(goroutine, 'Undetermined', GO_WORDS[wanted], statusStack(state, stack), orNone(m));
  } else {
    if (goroutine.status !== wanted) throw state.broken(`goroutine ${id} has the status ${goroutine.status}, not ${wanted}`);
    goroutine.seq = 0;
    goroutine.generation = state.current.number;
    state.sendStatus(goroutine, GO_WORDS[wanted], GO_WORDS[wanted], statusStack(state, stack), orNone(m));
  }
  if (wanted === GoStatus.running) state.thread.goroutine = goroutine;
  else if (wanted === GoStatus.syscall) bindSyscall(state, goroutine, orNone(m));
  return true;
}

function statusStack(state: SchedulerState, stack: number): number {
  return state.cursor?.type === Ev.GoStatusStack ? stack : 0;
}

/** A goroutine in a system call is its thread's, whoever tells of it. */
function bindSyscall(state: SchedulerState, goroutine: Goroutine, m: number): void {
  if (m === NOBODY) throw state.broken(`goroutine ${goroutine.id} is in a system call of no thread`);
  const thread = state.threadOf(m);
  const { goroutine: held } = thread;
  // Its own thread must have told of it; another one may have been silent so far.
  const mayBind = thread === state.thread ? state.isFirst : held === null;
  if (held !== goroutine && !mayBind) throw state.broken(`goroutine ${goroutine.id} is not on thread ${m}`);
  thread.goroutine = goroutine;
}

function goCreate(state: SchedulerState, args: Args): boolean {
  const id = args[0];
  const newStack = args[1];
  const stack = args[2];
  return create(state, id, GoStatus.runnable, newStack, stack);
}

function goCreateBlocked(state: SchedulerState, args: Args): boolean {
  const id = args[0];
  const newStack = args[1];
  const stack = args[2];
  return create(state, id, GoStatus.waiting, newStack, stack);
}

function create(state: SchedulerState, id: number, status: number, newStack: number, stack: number): true {
  state.need('+', '~');
  state.checkUnused(id);
  const by = state.thread.goroutine;
  if (by !== null && by.status !== GoStatus.running) throw state.broken(`goroutine ${by.id} makes another one, but does not run`);
  state.sendGo(state.newGoroutine(id, status), GO.none, status, stack, newStack);
  return true;
}

function goCreateSyscall(state: SchedulerState, args: Args): boolean {
  const id = args[0];
  state.need('~', '-');
  state.checkUnused(id);
  const goroutine = state.newGoroutine(id, GoStatus.syscall);
  state.sendGo(goroutine, GO.none, GO.syscall);
  state.thread.goroutine = goroutine;
  return true;
}

function goStart(state: SchedulerState, args: Args): boolean {
  const id = args[0];
  const seq = args[1];
  const goroutine = state.goroutines.get(id);
  if (goroutine === undefined || goroutine.status !== GoStatus.runnable || !state.follows(goroutine, seq)) return false;
  state.need('+', '-');
  goroutine.seq = seq;
  state.sendGo(goroutine, GO.runnable, GO.running);
  goroutine.status = GoStatus.running;
  state.thread.goroutine = goroutine;
  return true;
}

function goStop(state: SchedulerState, args: Args): boolean {
  const reason = args[0];
  const stack = args[1];
  return leave(state, GO.runnable, state.text(reason), stack);
}

function goBlock(state: SchedulerState, args: Args): boolean {
  const reason = args[0];
  const stack = args[1];
  return leave(state, GO.waiting, state.text(reason), stack);
}

function leave(state: SchedulerState, status: number, reason: string, stack: number): true {
  const goroutine = state.runningGoroutine();
  state.sendLeave(goroutine, status, reason, stack);
  goroutine.status = status;
  state.thread.goroutine = null;
  return true;
}

function goDestroy(state: SchedulerState): boolean {
  const goroutine = state.runningGoroutine();
  state.sendGo(goroutine, GO.running, GO.none);
  state.remove(goroutine);
  state.thread.goroutine = null;
  return true;
}

function goUnblock(state: SchedulerState, args: Args): boolean {
  const id = args[0];
  const seq = args[1];
  const stack = args[2];
  const goroutine = state.goroutines.get(id);
  if (goroutine === undefined || goroutine.status !== GoStatus.waiting || !state.follows(goroutine, seq)) return false;
  goroutine.seq = seq;
  state.sendGo(goroutine, GO.waiting, GO.runnable, stack);
  goroutine.status = GoStatus.runnable;
  return true;
}

/** A coroutine hands its thread over: three transitions out of one event. */
function goSwitch(state: SchedulerState, args: Args): boolean {
  const id = args[0];
  const seq = args[1];
  const current = state.runningGoroutine();
  const next = state.goroutines.get(id);
  if (next === undefined || next.status !== GoStatus.waiting || !state.follows(next, seq)) return false;
  const ends = state.cursor?.type === Ev.GoSwitchDestroy;
  next.seq = seq;
  state.sendGo(next, GO.waiting, GO.runnable);
  state.sendGo(current, GO.running, ends ? GO.none : GO.waiting);
  if (ends) state.remove(current);
  else current.status = GoStatus.waiting;
  state.thread.goroutine = null;
  state.sendGo(next, GO.runnable, GO.running);
  next.status = GoStatus.running;
  state.thread.goroutine = next;
  return true;
}

// ---- system calls ----

function goSyscallBegin(state: SchedulerState, args: Args): boolean {
  const seq = args[0];
  const stack = args[1];
  const goroutine = state.runningGoroutine();
  const proc = state.thread.proc as Proc;
  if (!state.follows(proc, seq))
    throw state.broken(`a system call with number ${seq} of P ${proc.id}; ${proc.seq + 1} is expected`);
  proc.seq = seq;
  state.sendGo(goroutine, GO.running, GO.syscall, stack, stack);
  goroutine.status = GoStatus.syscall;
  proc.status = ProcStatus.syscall;
  return true;
}

function goSyscallEnd(state: SchedulerState): boolean {
  state.need('+', '+');
  const goroutine = state.syscallGoroutine();
  const proc = state.thread.proc as Proc;
  if (proc.status !== ProcStatus.syscall) throw state.broken(`P ${proc.id} ends a system call that it is not in`);
  state.sendGo(goroutine, GO.syscall, GO.running);
  goroutine.status = GoStatus.running;
  proc.status = ProcStatus.running;
  return true;
}

function goSyscallEndBlocked(state: SchedulerState): boolean {
  if (state.thread.proc?.status === ProcStatus.syscall) return false;
  state.need('~', '+');
  const goroutine = state.syscallGoroutine();
  state.sendGo(goroutine, GO.syscall, GO.runnable);
  goroutine.status = GoStatus.runnable;
  state.thread.goroutine = null;
  return true;
}

function goDestroySyscall(state: SchedulerState): boolean {
  state.need('~', '+');
  const goroutine = state.syscallGoroutine();
  const { proc } = state.thread;
  if (proc !== null) {
    if (proc.status !== ProcStatus.syscall) throw state.broken(`P ${proc.id} is in no system call`);
    state.sendProc(proc, 'Running', 'Idle');
    proc.status = ProcStatus.abandoned;
  }
  state.sendGo(goroutine, GO.syscall, GO.none);
  state.remove(goroutine);
  state.thread.proc = state.thread.goroutine = null;
  return true;
}

/** By event. */
export const PROC_HANDLERS: Readonly<Record<number, Handler>> = {
  [Ev.ProcStart]: procStart,
  [Ev.ProcStop]: procStop,
  [Ev.ProcSteal]: procSteal,
  [Ev.ProcStatus]: procStatus,
  [Ev.GoCreate]: goCreate,
  [Ev.GoCreateSyscall]: goCreateSyscall,
  [Ev.GoStart]: goStart,
  [Ev.GoDestroy]: goDestroy,
  [Ev.GoDestroySyscall]: goDestroySyscall,
  [Ev.GoStop]: goStop,
  [Ev.GoBlock]: goBlock,
  [Ev.GoUnblock]: goUnblock,
  [Ev.GoSyscallBegin]: goSyscallBegin,
  [Ev.GoSyscallEnd]: goSyscallEnd,
  [Ev.GoSyscallEndBlocked]: goSyscallEndBlocked,
  [Ev.GoStatus]: goStatus,
  [Ev.GoSwitch]: goSwitch,
  [Ev.GoSwitchDestroy]: goSwitch,
  [Ev.GoCreateBlocked]: goCreateBlocked,
  [Ev.GoStatusStack]: goStatus,
};

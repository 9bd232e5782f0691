/** The goroutines of a run at its end, as a dump of the release shows them. */

import type { SchedSample } from '../model/evidence.ts';
import type { Crash, Goroutine } from '../model/snapshot.ts';
import type { CallFrame, StackId } from '../model/stacks.ts';
import type { Run } from './emulate.ts';
import type { Fault, Machine } from './machine.ts';
import type { Scheduler } from './sched/scheduler.ts';
import { NO_SITE } from './sites.ts';
import { type Task, TaskState } from './task.ts';
import type { GoRelease } from './version.ts';
import { dumpReason, WAITS } from './waits.ts';

const MINUTE = 60_000_000_000;
const DEADLOCK = 'all goroutines are asleep - deadlock!';

export interface DeathNote {
  readonly crash: Crash | null;
  readonly goroutines: readonly Goroutine[];
}

/** Why the run died (null: it did not), and all goroutines of the program, the one at fault first. */
export function snapshotOf({ machine, scheduler, release }: Run): DeathNote {
  const { ending, now } = scheduler.state;
  const fault = ending === 'fault' ? machine.fault : null;
  const crash = fault !== null ? crashOf(fault) : ending === 'deadlock' ? makeCrash('fatal error', DEADLOCK) : null;
  const tasks = machine.tasks.filter((task) => !task.system && task.state !== TaskState.dead);
  if (fault !== null) tasks.sort((a, b) => Number(b === fault.task) - Number(a === fault.task));
  return { crash, goroutines: tasks.map((task) => goroutineOf(task, { machine, release, now, fault })) };
}

function crashOf({ kind, message }: Fault): Crash {
  return makeCrash(kind, message);
}

function makeCrash(kind: Fault['kind'], message: string): Crash {
  return {
    kind,
    message,
    chain: kind === 'panic' ? [{ kind, message, recovered: false, repanicked: false }] : [],
    lines: [`${kind}: ${message}`],
    line: 1,
  };
}

interface Moment {
  readonly machine: Machine;
  readonly release: GoRelease;
  readonly now: number;
  readonly fault: Fault | null;
}

function goroutineOf(task: Task, moment: Moment): Goroutine {
  const { machine, now, fault } = moment;
  const failing = fault?.task === task;
  // Freezing the others stops most of them; one inside the runtime goes on on its thread.
  const elsewhere = !failing && fault !== null && task.state === TaskState.running && !task.preemptible;
  const waits = task.state === TaskState.waiting || task.state === TaskState.syscall;
  return {
    id: task.id,
    state: elsewhere || failing ? 'running' : stateOf(task, moment),
    flags: [],
    waitMinutes: waits ? Math.floor((now - task.waitSince) / MINUTE) : 0,
    lockedToThread: task.lockedThread >= 0,
    bubble: null,
    labels: {},
    extra: [],
    stackAvailable: !elsewhere,
    stack: stackOf(task, moment),
    args: null,
    createdBy:
      task.createdBy === null
        ? null
        : { frame: machine.book.table.leafOf(task.createdBy.stack), goroutine: task.createdBy.goroutine },
    ancestors: [],
    line: 1,
    truncated: false,
  };
}

function stateOf(task: Task, { release, fault }: Moment): string {
  switch (task.state) {
    case TaskState.waiting:
      return task.wait === null ? 'waiting' : dumpReason(task.wait, release);
    case TaskState.syscall:
      return 'syscall';
    case TaskState.running:
      return fault === null ? 'running' : 'runnable';
    default:
      return 'runnable';
  }
}

/** Its own calls under the frames that a dump shows of the runtime and of `sync`. */
function stackOf(task: Task, moment: Moment): StackId {
  const { machine, release, fault } = moment;
  const { table } = machine.book;
  let stack = task.stackOf(machine.book);
  const top = topOf(task, release, fault, machine);
  for (let i = top.length - 1; i >= 0; i--) {
    stack = table.internCall(stack, table.frameOf(top[i].function, top[i].file, top[i].line));
  }
  return stack;
}

function topOf(task: Task, release: GoRelease, fault: Fault | null, machine: Machine): readonly CallFrame[] {
  if (fault?.task === task) return [...faultFrames(fault.place, release), ...shown(machine.siteTable.framesOf(fault.site))];
  if (task.state === TaskState.waiting && task.wait !== null) return WAITS[task.wait].frames(release);
  if (task.state === TaskState.dead || task.site === NO_SITE) return [];
  return shown(machine.siteTable.framesOf(task.site));
}

/** Frames of package runtime are hidden, unless they are exported. */
function shown(frames: readonly CallFrame[]): CallFrame[] {
  return frames.filter((frame) => !/^runtime\.(?:[a-z_]|\()/.test(frame.function));
}

const frame = (name: string, file: string, line: number): CallFrame => ({ function: name, file, line });

/** What stands above `sync`'s own function where it throws. */
function faultFrames(place: string, release: GoRelease): CallFrame[] {
  const isInternal = release >= 24;
  if (place === 'unlock') {
    const home = isInternal ? 'internal/sync' : 'sync';
    return [
      frame(`${home}.fatal`, 'runtime/panic.go', isInternal ? 1181 : 1007),
      frame(`${home}.(*Mutex).unlockSlow`, `${home}/mutex.go`, isInternal ? 204 : 229),
      ...(isInternal ? [frame('internal/sync.(*Mutex).Unlock', 'internal/sync/mutex.go', 198)] : []),
    ];
  }
  if (place === 'rwunlock' || place === 'runlock') return [frame('sync.fatal', 'runtime/panic.go', isInternal ? 1181 : 1007)];
  return [];
}

/** What GODEBUG=schedtrace would print now. */
export function schedSampleOf(scheduler: Scheduler): SchedSample {
  const { state } = scheduler;
  const live = state.procs.slice(0, state.procCount);
  return {
    line: 1,
    ms: Math.floor(state.now / 1_000_000),
    gomaxprocs: state.procCount,
    idleprocs: state.idleProcs.length,
    threads: state.threads.length,
    spinningthreads: state.spinning,
    needspinning: 0,
    idlethreads: state.idleThreads.length,
    runqueue: state.global.length,
    // Without runnext, as the runtime counts them.
    local: live.map(({ queue }) => queue.length),
    schedticks: live.map((proc) => proc.schedtick),
    detail: null,
  };
}

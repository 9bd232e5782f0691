/**
 * The order of a trace of Go 1.7 to 1.21: each P's events are in its own order; between Ps, the sequence numbers of
 * goroutines decide which may go, and the earliest of those goes. Then system calls get the time at which they really
 * ended, which had been taken before their event was written.
 */

import type { Int32Column } from '../../base/columns.ts';
import { TraceError } from './bytes.ts';
import type { V1File } from './v1file.ts';
import { BLOCK_REASONS, V1 } from './v1spec.ts';

const STATUS = { dead: 0, runnable: 1, running: 2, waiting: 3 } as const;

interface GoState {
  seq: number;
  status: number;
}

/** What an event needs of a goroutine, and makes of it. A sequence number of null fits any. */
interface Step {
  readonly goroutine: number;
  readonly seq: number | null;
  readonly from: number;
  readonly to: number;
  /** What the number becomes; null where it stays, 'next' where it grows by one. */
  readonly next: number | 'next' | null;
}

/** Key under which the garbage collector's own number is kept. */
const COLLECTOR = -1;

/** Indexes of all events in order; the ticks of system calls' ends are corrected in the file. @throws TraceError */
export function orderV1(file: V1File): Int32Array {
  const { order, ranks } = mergeProcs(file);
  const { ticks } = file;
  for (let i = 1; i < order.length; i++) {
    if (ticks.data[order[i]] < ticks.data[order[i - 1]]) {
      throw new TraceError('the clocks of its Ps disagree with the order of its events', 0);
    }
  }
  correctExits(file, order);
  return order.sort((a, b) => ticks.data[a] - ticks.data[b] || ranks[a] - ranks[b]);
}

interface Queue {
  readonly events: Int32Column;
  at: number;
}

/** Events in the order of their needs, and the place of each in it. */
function mergeProcs(file: V1File): { order: Int32Array; ranks: Int32Array } {
  const queues: Queue[] = [...file.byProc.values(), file.samples]
    .filter(({ length }) => length > 0)
    .map((events) => ({ events, at: 0 }));
  sortSamples(file);
  const goroutines = new Map<number, GoState>();
  const order = new Int32Array(file.count);
  const ranks = new Int32Array(file.count);
  for (let count = 0; queues.length > 0; count++) {
    const queue = earliestReady(file, queues, goroutines);
    if (queue === null) throw new TraceError('no order of the events of its Ps', 0);
    const event = queue.events.data[queue.at];
    apply(stepOf(file, event), goroutines);
    ranks[event] = count;
    order[count] = event;
    if (++queue.at === queue.events.length) queues.splice(queues.indexOf(queue), 1);
  }
  return { order, ranks };
}

/** Samples were written when the profile was drained, not when they were taken. */
function sortSamples({ samples, ticks }: V1File): void {
  samples.data.subarray(0, samples.length).sort((a, b) => ticks.data[a] - ticks.data[b] || a - b);
}

function earliestReady(file: V1File, queues: readonly Queue[], goroutines: Map<number, GoState>): Queue | null {
  let best: Queue | null = null;
  let bestTicks = Number.POSITIVE_INFINITY;
  for (const queue of queues) {
    const event = queue.events.data[queue.at];
    const ticks = file.ticks.data[event];
    if (ticks >= bestTicks || !isReady(stepOf(file, event), goroutines)) continue;
    best = queue;
    bestTicks = ticks;
  }
  return best;
}

const UNKNOWN: GoState = { seq: 0, status: STATUS.dead };

function isReady(step: Step | null, goroutines: ReadonlyMap<number, GoState>): boolean {
  if (step === null) return true;
  const state = goroutines.get(step.goroutine) ?? UNKNOWN;
  return (step.seq === null || step.seq === state.seq) && step.from === state.status;
}

function apply(step: Step | null, goroutines: Map<number, GoState>): void {
  if (step === null) return;
  const seq = goroutines.get(step.goroutine)?.seq ?? 0;
  goroutines.set(step.goroutine, { status: step.to, seq: step.next === null ? seq : step.next === 'next' ? seq + 1 : step.next });
}

/** Null for events without needs. */
function stepOf(file: V1File, event: number): Step | null {
  const type = file.types.data[event];
  const own = file.goroutines.data[event];
  const first = file.args[0].data[event];
  const seq = file.args[1].data[event];
  const { dead, runnable, running, waiting } = STATUS;
  if (type === V1.GoCreate) return { goroutine: first, seq: 0, from: dead, to: runnable, next: 1 };
  if (type === V1.GoWaiting || type === V1.GoInSyscall) return { goroutine: own, seq: 1, from: runnable, to: waiting, next: 2 };
  if (type === V1.GoStart || type === V1.GoStartLabel) return { goroutine: own, seq, from: runnable, to: running, next: seq + 1 };
  if (type === V1.GoStartLocal) return { goroutine: own, seq: null, from: runnable, to: running, next: 'next' };
  if (type === V1.GoSysBlock || (BLOCK_REASONS.has(type) && type !== V1.GoStop))
    return { goroutine: own, seq: null, from: running, to: waiting, next: null };
  if (type === V1.GoSched || type === V1.GoPreempt) return { goroutine: own, seq: null, from: running, to: runnable, next: null };
  if (type === V1.GoUnblock || type === V1.GoSysExit)
    return { goroutine: first, seq, from: waiting, to: runnable, next: seq + 1 };
  if (type === V1.GoUnblockLocal || type === V1.GoSysExitLocal)
    return { goroutine: first, seq: null, from: waiting, to: runnable, next: 'next' };
  if (type === V1.GCStart) return { goroutine: COLLECTOR, seq: first, from: dead, to: dead, next: first + 1 };
  return null;
}

/** Gives the ends of system calls their own time. */
function correctExits({ types, goroutines, ticks, args }: V1File, order: Int32Array): void {
  const blocked = new Map<number, number>();
  for (const event of order) {
    const type = types.data[event];
    if (type === V1.GoSysBlock || type === V1.GoInSyscall) blocked.set(goroutines.data[event], ticks.data[event]);
    if (type !== V1.GoSysExit && type !== V1.GoSysExitLocal) continue;
    const real = args[type === V1.GoSysExit ? 2 : 1].data[event];
    if (real === 0) continue;
    const goroutine = args[0].data[event];
    if (real < (blocked.get(goroutine) ?? Number.POSITIVE_INFINITY))
      throw new TraceError('a system call ends before it began', 0);
    ticks.data[event] = real;
  }
}

/**
 * A trace's events → spans: what every goroutine and every P did, from when to when.
 *
 * A goroutine's time between two transitions belongs to the state that the later one leaves. What the first status of a
 * goroutine or P says holds back to the trace's start (the head), what was last said holds to its end (the tail).
 * A P belongs to the goroutine that runs on it, also through a system call, until the P is stopped or stolen.
 */

import { IdMap } from '../../base/idmap.ts';
import { PS, type PState } from '../../model/pstates.ts';
import { NO_STACK, type StackId, type StackTable } from '../../model/stacks.ts';
import { type GoState, NOBODY, RANGE, type TraceEvent, type TraceSink, type TraceTables } from '../../model/trace.ts';
import { RunnableQueue } from './runnable.ts';
import { GoTrack, GS, type GState, ProcTrack, ROLE } from './tracks.ts';
import type { Window } from './window.ts';

/** Whether a span lies within the trace, or is open at one of its ends. */
export const EDGE = { none: 0, head: 1, tail: 2 } as const;

/** Where a stack of a running goroutine was seen. */
export const SOURCE = {
  sample: 0,
  preempted: 1,
  assist: 2,
  sweep: 3,
  stw: 4,
  syscall: 5,
  block: 6,
  heap: 7,
  resumed: 8,
} as const;
export const SOURCE_NAMES = [
  'CPU sample',
  'preemption',
  'assist',
  'sweep',
  'stop-the-world',
  'system call',
  'block',
  'large allocation',
  'resumption',
] as const;

/**
 * Who is told of spans. Called when one ends and before the track tells of the next one: `go.reason`, `go.beginStack` and
 * `go.ownStack` are still those of the span.
 */
export interface SpanObserver {
  /** A goroutine was in a state in [from, to). `edge` says whether the span is open at an end of the trace. */
  goSpan(go: GoTrack, state: GState, from: number, to: number, edge: number): void;
  /** A P was in a state in [from, to). */
  procSpan(proc: ProcTrack, state: PState, from: number, to: number): void;
  /** A goroutine has got a P, or leaves it: since `proc.heldSince`. */
  holdBegins(proc: ProcTrack, go: GoTrack, time: number): void;
  holdEnds(proc: ProcTrack, go: GoTrack, time: number): void;
  /** A stack of a goroutine was seen while it ran. `proc` is null for a sample that fits nowhere. */
  stackSeen(go: GoTrack | null, proc: ProcTrack | null, stack: StackId, source: number, time: number): void;
  /** A goroutine has ended, or the trace has. */
  goEnds(go: GoTrack, time: number, edge: number): void;
  /** Any other event: metrics, ranges, tasks, regions, logs, of a goroutine where it has one. A region that ends is still open. */
  other(event: TraceEvent, stack: StackId, go: GoTrack | undefined): void;
}

const STATE_CODES: Partial<Record<GoState, GState>> = {
  Runnable: GS.runnable,
  Running: GS.running,
  Syscall: GS.syscall,
  Waiting: GS.waiting,
};

/** P ids above are damage: nothing runs on so many. */
const MAX_PROC_ID = 1 << 16;

export class SchedulerView implements TraceSink {
  readonly stacks: StackTable;
  readonly procs: (ProcTrack | undefined)[] = [];
  readonly goroutines = new IdMap<GoTrack>();
  readonly runnable: RunnableQueue;
  /** Time of the event that is being looked at. */
  now = 0;
  /** What the goroutine whose span has just ended becomes; null at the end of the trace. */
  moving: TraceEvent['to'] = null;
  /** Whether the trace has ended: what is told now was open then. */
  ended = false;
  /** Stack of the event that ends the present span, and where the goroutine itself was then; of no stack at the end of the trace. */
  endStack: StackId = NO_STACK;
  endOwnStack: StackId = NO_STACK;
  /** Names of tasks that have begun, by id (the first 2^18 of them). */
  readonly taskNames = new Map<number, string>();
  private slotCount = 0;
  private readonly freeSlots: number[] = [];
  private readonly observer: SpanObserver;
  private tables: TraceTables = { clock: null, stackOf: () => NO_STACK };
  private readonly entries = new Map<StackId, string>();
  /** Entry functions by the order of their first sight, and their index. */
  readonly entryNames: string[] = [];
  private readonly entryIds = new Map<string, number>();

  constructor(stacks: StackTable, observer: SpanObserver, window: Window) {
    this.stacks = stacks;
    this.observer = observer;
    this.runnable = new RunnableQueue(window);
  }

  generation(tables: TraceTables): void {
    this.tables = tables;
  }

  event(event: TraceEvent): void {
    this.now = event.time;
    switch (event.kind) {
      case 'StateTransition':
        if (event.resource === 'proc') this.moveProc(event);
        else this.moveGoroutine(event);
        return;
      case 'StackSample':
        this.takeSample(event);
        return;
      case 'RangeBegin':
      case 'RangeActive':
      case 'RangeEnd':
        this.takeRange(event);
        break;
      case 'Label':
        this.takeLabel(event);
        break;
      default:
        break;
    }
    this.tell(event);
  }

  private tell(event: TraceEvent): void {
    const go = event.g === NOBODY ? undefined : this.goroutines.get(event.g);
    if (event.kind === 'RegionBegin') openRegion(go, event);
    else if (event.kind === 'TaskBegin' && this.taskNames.size < MAX_TASKS) this.taskNames.set(event.subject, event.name);
    this.observer.other(event, event.stack === 0 ? NO_STACK : this.stackOf(event.stack), go);
    if (event.kind === 'RegionEnd' && event.value !== 0) go?.regions?.pop();
  }

  /** Ends the trace: hands out what is still open. */
  finish(): void {
    const end = this.now;
    this.runnable.advance(end);
    this.moving = null;
    this.ended = true;
    this.endStack = this.endOwnStack = NO_STACK;
    for (const go of this.goroutines.values()) {
      this.observer.goSpan(go, go.state, go.since, end, EDGE.tail);
      this.observer.goEnds(go, end, EDGE.tail);
    }
    for (const proc of this.procs) {
      if (proc === undefined) continue;
      if (proc.go !== null) this.observer.holdEnds(proc, proc.go, end);
      this.observer.procSpan(proc, proc.state, proc.since, end);
    }
  }

  // ---- goroutines ----

  private moveGoroutine(event: TraceEvent): void {
    const { from, to, time } = event;
    if (from === to) return;
    this.moving = to;
    const go = this.goroutineOf(event);
    const own = event.subjectStack === 0 ? NO_STACK : this.stackOf(event.subjectStack);
    if (go.entryId < 0 && own !== NO_STACK) this.nameEntry(go, own);
    if (from !== 'NotExist' && from !== 'Undetermined') this.endSpan(go, event, own);
    if (to === 'NotExist') {
      this.release(go, time);
      this.observer.goEnds(go, time, EDGE.none);
      this.goroutines.delete(go.id);
      this.freeSlots.push(go.slot);
      return;
    }
    if (own !== NO_STACK) go.ownStack = own;
    this.beginSpan(go, event);
    // What its first status says held before.
    if (from === 'Undetermined') this.observer.goSpan(go, go.state, 0, time, EDGE.head);
  }

  /** The track of a transition's goroutine; a new one where it comes into being, or was never heard of. */
  private goroutineOf(event: TraceEvent): GoTrack {
    const { subject, from } = event;
    // Who leaves its P is the one that holds it: most events need no look-up.
    if (event.p >= 0 && (from === 'Running' || from === 'Syscall')) {
      const holder = this.procs[event.p]?.go;
      if (holder !== null && holder !== undefined && holder.id === subject) return holder;
    }
    const known = this.goroutines.get(subject);
    if (known !== undefined && from !== 'NotExist') return known;
    const go = new GoTrack(subject, this.freeSlots.pop() ?? this.slotCount++);
    go.since = event.time;
    this.goroutines.set(subject, go);
    return go;
  }

  private endSpan(go: GoTrack, event: TraceEvent, own: StackId): void {
    const state = STATE_CODES[event.from as GoState] as GState;
    this.endOwnStack = own;
    this.endStack = event.stack === 0 ? NO_STACK : this.stackOf(event.stack);
    if (state === GS.running) go.preempted = event.name === 'preempted' && event.to === 'Runnable';
    if (state === GS.running && own !== NO_STACK) {
      this.observer.stackSeen(go, go.proc, own, leaveSource(event), event.time);
      // The span that ends is told where it ended.
      go.ownStack = own;
    }
    if (go.state === GS.runnable) this.runnable.remove(go, event.time);
    this.observer.goSpan(go, state, go.since, event.time, EDGE.none);
  }

  private beginSpan(go: GoTrack, event: TraceEvent): void {
    const state = STATE_CODES[event.to as GoState] as GState;
    const head = event.from === 'Undetermined';
    go.state = state;
    go.since = event.time;
    go.seenBegin = !head;
    go.reason = state === GS.waiting && !head ? event.name : '';
    go.beginStack = event.stack === 0 ? NO_STACK : this.stackOf(event.stack);
    if (event.from === 'NotExist' && state === GS.syscall) go.reusable = true;
    if (state === GS.running) {
      if (go.firstRunning < 0) go.firstRunning = event.time;
      this.hold(go, event.p, event.time, head);
    } else if (state === GS.syscall) {
      this.enterSyscall(go, event, head);
    } else {
      this.release(go, event.time);
      if (state === GS.runnable) this.runnable.add(go, event.time);
    }
  }

  /** The P stays with a goroutine in a system call until it is stopped or stolen. */
  private enterSyscall(go: GoTrack, event: TraceEvent, head: boolean): void {
    const isOwn = event.from === 'NotExist' || (head && event.value === event.m);
    if (go.proc !== null) this.refresh(go.proc, event.time);
    else if (isOwn && event.p >= 0) this.hold(go, event.p, event.time, head);
  }

  private hold(go: GoTrack, procId: number, time: number, head: boolean): void {
    const proc = this.procOf(procId);
    if (proc === null) return;
    if (proc.go === go) {
      this.refresh(proc, time);
      return;
    }
    if (proc.go !== null) this.release(proc.go, time);
    if (go.proc !== null) this.release(go, time);
    const since = head && proc.fresh ? 0 : time;
    proc.running = true;
    proc.go = go;
    proc.heldSince = since;
    go.proc = proc;
    if (since === 0) proc.state = proc.stateNow();
    else this.refresh(proc, time);
    proc.fresh = false;
    this.observer.holdBegins(proc, go, since);
  }

  private release(go: GoTrack, time: number): void {
    const { proc } = go;
    if (proc === null) return;
    this.observer.holdEnds(proc, go, time);
    proc.go = null;
    go.proc = null;
    this.refresh(proc, time);
  }

  private nameEntry(go: GoTrack, stack: StackId): void {
    let name = this.entries.get(stack);
    if (name === undefined) {
      name = rootFunction(this.stacks, stack);
      this.entries.set(stack, name);
    }
    let id = this.entryIds.get(name);
    if (id === undefined) {
      id = this.entryNames.length;
      this.entryNames.push(name);
      this.entryIds.set(name, id);
    }
    go.entry = name;
    go.entryId = id;
    if (name === 'runtime.gcBgMarkWorker') go.role = ROLE.gcWorker;
    else if (name === 'runtime.bgsweep') go.role = ROLE.sweeper;
  }

  // ---- Ps ----

  private procOf(id: number): ProcTrack | null {
    if (id < 0 || id > MAX_PROC_ID) return null;
    let proc = this.procs[id];
    if (proc === undefined) {
      proc = new ProcTrack(id);
      this.procs[id] = proc;
    }
    return proc;
  }

  private moveProc(event: TraceEvent): void {
    const { from, to, time } = event;
    if (from === to) return;
    const proc = this.procOf(event.subject);
    if (proc === null) return;
    if (from === 'NotExist') proc.since = time;
    if (from === 'NotExist' || from === 'Undetermined') {
      proc.running = to === 'Running';
      proc.state = proc.stateNow();
      proc.fresh = from === 'Undetermined';
      return;
    }
    proc.running = to === 'Running';
    if (to === 'Idle' && proc.go !== null) this.release(proc.go, time);
    this.refresh(proc, time);
    // A thread that changes its P takes its goroutine along (GOMAXPROCS shrinks).
    const carried = to === 'Running' && event.g !== NOBODY ? this.goroutines.get(event.g) : undefined;
    if (carried !== undefined && carried.state === GS.running) this.hold(carried, proc.id, time, false);
  }

  /** Looks what a P does now; a change ends the span before. */
  private refresh(proc: ProcTrack, time: number): void {
    const state = proc.stateNow();
    proc.fresh = false;
    if (state === proc.state) return;
    this.observer.procSpan(proc, proc.state, proc.since, time);
    proc.state = state;
    proc.since = time;
  }

  // ---- ranges, labels, samples ----

  private takeRange(event: TraceEvent): void {
    const { name, subject, time } = event;
    const on = event.kind !== 'RangeEnd';
    if (name === RANGE.sweep) this.setSweeping(event, on);
    else if (name === RANGE.assist || name.startsWith(RANGE.stwPrefix)) {
      const go = this.goroutines.get(subject);
      if (go !== undefined && name === RANGE.assist) go.assisting = on;
      else if (go !== undefined) go.stopping = on;
      const proc = go?.proc ?? this.procOf(event.p);
      if (go === undefined && proc !== null) proc.stopping = on;
      if (proc !== null) this.refresh(proc, time);
    }
    if (event.stack !== 0 && on) this.seeRange(event);
  }

  private setSweeping(event: TraceEvent, on: boolean): void {
    const proc = this.procOf(event.subject);
    if (proc === null) return;
    proc.sweeping = on;
    this.refresh(proc, event.time);
  }

  private seeRange(event: TraceEvent): void {
    const go = event.g === NOBODY ? undefined : this.goroutines.get(event.g);
    if (go === undefined) return;
    const source = event.name === RANGE.sweep ? SOURCE.sweep : event.name === RANGE.assist ? SOURCE.assist : SOURCE.stw;
    this.observer.stackSeen(go, go.proc, this.stackOf(event.stack), source, event.time);
  }

  private takeLabel({ g, name, time }: TraceEvent): void {
    const go = this.goroutines.get(g);
    const mode = WORKER_MODES[name];
    if (go === undefined || mode === undefined) return;
    go.role = ROLE.gcWorker;
    go.mode = mode;
    const { proc } = go;
    if (proc === null) return;
    // The label follows the start of the worker: it holds from there.
    if (proc.since === go.since) proc.state = proc.stateNow();
    else this.refresh(proc, time);
  }

  private takeSample(event: TraceEvent): void {
    const go = event.g === NOBODY ? undefined : this.goroutines.get(event.g);
    // Samples are not ordered with the events: whom the P belongs to now is a better answer than a goroutine that has left.
    const proc = go?.proc ?? null;
    this.observer.stackSeen(go ?? null, proc, this.stackOf(event.stack), SOURCE.sample, event.time);
  }

  private stackOf(id: number): StackId {
    return this.tables.stackOf(id, this.stacks);
  }
}

/** Regions that one goroutine may have open at a time; those nested deeper are not followed. */
const MAX_REGIONS = 1 << 12;
/** Tasks whose names are known at a time. */
const MAX_TASKS = 1 << 18;

function openRegion(go: GoTrack | undefined, { subject, name, time }: TraceEvent): void {
  if (go === undefined) return;
  go.regions ??= [];
  if (go.regions.length < MAX_REGIONS) go.regions.push({ task: subject, name, since: time });
}

const WORKER_MODES: Readonly<Record<string, PState | undefined>> = {
  'GC (dedicated)': PS.gcDedicated,
  'GC (fractional)': PS.gcFractional,
  'GC (idle)': PS.gcIdle,
};

function leaveSource({ to, name }: TraceEvent): number {
  if (to === 'Syscall') return SOURCE.syscall;
  return name === 'preempted' ? SOURCE.preempted : SOURCE.block;
}

function rootFunction(stacks: StackTable, stack: StackId): string {
  let node = stack;
  for (let caller = stacks.callerOf(node); caller !== NO_STACK; caller = stacks.callerOf(node)) node = caller;
  return stacks.functionName(stacks.functionIdOf(stacks.leafOf(node)));
}

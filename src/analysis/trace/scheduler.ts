/**
 * A trace's events → spans: what every goroutine and every P did, from when to when.
 *
 * A goroutine's time between two transitions belongs to the state that the later one leaves. What the first status of a
 * goroutine or P says holds back to the trace's start (the head), what was last said holds to its end (the tail).
 * A P belongs to the goroutine that runs on it, also through a system call, until the P is stopped or stolen.
 */

import { DOUBLE } from '../../base/doubles.ts';
import { IdMap } from '../../base/idmap.ts';
import { GO, goNumber, type MoveCode, type MoveSink, moveCode, moveFrom, moveTo } from '../../model/moves.ts';
import { PS, type PState } from '../../model/pstates.ts';
import { NO_STACK, type StackId, type StackTable } from '../../model/stacks.ts';
import { NOBODY, RANGE, type TraceEvent, type TraceSink, type TraceTables } from '../../model/trace.ts';
import { EntryNames } from './entries.ts';
import { type Clocked, EDGE, SOURCE, type SpanObserver } from './observer.ts';
import { RunnableQueue } from './runnable.ts';
import { GenerationStacks } from './stackids.ts';
import { GoTrack, GS, ProcTrack, ROLE } from './tracks.ts';
import type { Window } from './window.ts';

const STARTS = moveCode(GO.runnable, GO.running);
const BLOCKS = moveCode(GO.running, GO.waiting);
const WAKES = moveCode(GO.waiting, GO.runnable);

/** P ids above are damage: nothing runs on so many. */
const MAX_PROC_ID = 1 << 16;

export class SchedulerView implements TraceSink, MoveSink, Clocked {
  readonly stacks: StackTable;
  readonly procs: (ProcTrack | undefined)[] = [];
  readonly goroutines = new IdMap<GoTrack>();
  readonly runnable: RunnableQueue;
  /** Time of the event that is being looked at. */
  now = DOUBLE;
  /** What the goroutine whose span has just ended becomes, of {@link GO}; -1 at the end of the trace. */
  moving = -1;
  /** Whether the trace has ended: what is told now was open then. */
  ended = false;
  /** Of the transition that is being looked at: the P of its thread, reason, stacks by the generation's ids. */
  private p: number = NOBODY;
  private reason = '';
  private stackId = 0;
  private ownStackId = 0;
  /** Names of tasks that have begun, by id (the first 2^18 of them). */
  readonly taskNames = new Map<number, string>();
  private slotCount = 0;
  private goroutineCount = 0;
  private readonly freeSlots: number[] = [];
  private readonly observer: SpanObserver;
  private readonly stackIds: GenerationStacks;
  readonly entries: EntryNames;

  constructor(stacks: StackTable, observer: SpanObserver, window: Window) {
    this.now = 0;
    this.stacks = stacks;
    this.stackIds = new GenerationStacks(stacks);
    this.observer = observer;
    this.runnable = new RunnableQueue(this, window);
    this.entries = new EntryNames(stacks);
  }

  generation(tables: TraceTables): void {
    this.stackIds.begin(tables);
  }

  /** Stack of the event that ends the present span; of no stack at the end of the trace. */
  get endStack(): StackId {
    return this.stackIds.of(this.stackId);
  }

  /** Where the goroutine itself was when the present span ended. */
  get endOwnStack(): StackId {
    return this.stackIds.of(this.ownStackId);
  }

  move(code: MoveCode, elapsed: number, p: number, goroutine: number, reason: string, stack: number, ownStack: number): void {
    this.now += elapsed;
    this.p = p;
    this.reason = reason;
    this.stackId = stack;
    this.ownStackId = ownStack;
    if (
      code === STARTS ? this.start(goroutine) : code === BLOCKS ? this.block(goroutine) : code === WAKES && this.wake(goroutine)
    )
      return;
    this.moveGoroutine(moveFrom(code), moveTo(code), goroutine, false);
  }

  event(event: TraceEvent): void {
    this.now = event.time;
    switch (event.kind) {
      case 'StateTransition':
        if (event.resource === 'proc') this.moveProc(event);
        else this.takeTransition(event);
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
    const isRegion = event.kind === 'RegionBegin' || event.kind === 'RegionEnd';
    if (isRegion && go?.state === GS.running) this.observer.regionsChange(go, this.stackIds.of(event.stack));
    if (event.kind === 'RegionBegin') openRegion(go, event);
    else if (event.kind === 'TaskBegin' && this.taskNames.size < MAX_TASKS) this.taskNames.set(event.subject, event.name);
    this.observer.other(event, this.stackIds.of(event.stack), go);
    if (event.kind === 'RegionEnd') closeRegions(go, event.value);
  }

  /** Ends the trace: hands out what is still open. */
  finish(): void {
    this.moving = -1;
    this.ended = true;
    this.stackId = this.ownStackId = 0;
    for (const go of this.goroutines.values()) {
      this.observer.goSpan(go, go.state, EDGE.tail);
      this.observer.goEnds(go);
    }
    for (const proc of this.procs) {
      if (proc === undefined) continue;
      if (proc.go !== null) this.observer.holdEnds(proc, proc.go);
      this.observer.procSpan(proc, proc.state);
    }
  }

  // ---- the moves that nearly all are ----
  // What moveGoroutine does, where nothing is unusual; false, and nothing done, where something is.

  /** From runnable to running. */
  private start(id: number): boolean {
    const go = this.goroutines.get(id);
    const proc = this.procs[this.p];
    if (go === undefined || proc === undefined || go.state !== GS.runnable || go.proc !== null || proc.go !== null) return false;
    if (this.ownStackId !== 0 || this.stackId !== 0) return false;
    this.moving = GO.running;
    this.runnable.remove(go);
    this.observer.goSpan(go, GS.runnable, EDGE.none);
    go.state = GS.running;
    go.since = this.now;
    go.seenBegin = true;
    go.beginStack = NO_STACK;
    if (go.firstRunning < 0) go.firstRunning = this.now;
    proc.running = true;
    proc.go = go;
    proc.heldSince = this.now;
    go.proc = proc;
    this.refresh(proc);
    this.observer.holdBegins(proc, go);
    return true;
  }

  /** From running to waiting. */
  private block(id: number): boolean {
    const proc = this.procs[this.p];
    const go = proc?.go ?? null;
    if (proc === undefined || go === null || go.id !== id || go.entryId < 0 || go.state !== GS.running) return false;
    if (this.ownStackId === 0 || this.stackId !== this.ownStackId || this.reason === 'preempted') return false;
    const stack = this.stackIds.of(this.stackId);
    if (stack === NO_STACK) return false;
    this.moving = GO.waiting;
    go.preempted = false;
    this.observer.stackSeen(go, proc, stack, SOURCE.block);
    go.ownStack = stack;
    this.observer.goSpan(go, GS.running, EDGE.none);
    go.state = GS.waiting;
    go.since = this.now;
    go.seenBegin = true;
    go.reason = this.reason;
    go.beginStack = stack;
    this.observer.holdEnds(proc, go);
    proc.go = null;
    go.proc = null;
    this.refresh(proc);
    return true;
  }

  /** From waiting to runnable. */
  private wake(id: number): boolean {
    const go = this.goroutines.get(id);
    if (go === undefined || go.state !== GS.waiting || go.proc !== null || this.ownStackId !== 0) return false;
    this.moving = GO.runnable;
    this.observer.goSpan(go, GS.waiting, EDGE.none);
    go.state = GS.runnable;
    go.since = this.now;
    go.seenBegin = true;
    go.reason = '';
    go.beginStack = this.stackIds.of(this.stackId);
    this.runnable.add(go);
    return true;
  }

  // ---- goroutines ----

  private takeTransition({ from, to, p, name, stack, subject, subjectStack, value, m }: TraceEvent): void {
    if (from === to) return;
    this.p = p;
    this.reason = name;
    this.stackId = stack;
    this.ownStackId = subjectStack;
    this.moveGoroutine(goNumber(from), goNumber(to), subject, value === m);
  }

  /** `from` is -1 for what a first status tells; `tellsOwn`: whether that is of a goroutine of the thread that tells it. */
  private moveGoroutine(from: number, to: number, id: number, tellsOwn: boolean): void {
    this.moving = to;
    const go = this.goroutineOf(id, from);
    const own = this.stackIds.of(this.ownStackId);
    if (go.entryId < 0 && own !== NO_STACK) this.nameEntry(go, own);
    if (from > GO.none) this.endSpan(go, from, to, own);
    if (to === GO.none) {
      this.release(go);
      this.observer.goEnds(go);
      this.goroutines.delete(go.id);
      this.freeSlots.push(go.slot);
      return;
    }
    if (own !== NO_STACK) go.ownStack = own;
    this.beginSpan(go, from, to, tellsOwn);
    if (from < 0) this.tellHead(go);
  }

  /** What a goroutine's first status says held before. */
  private tellHead(go: GoTrack): void {
    const { since } = go;
    go.since = 0;
    this.observer.goSpan(go, go.state, EDGE.head);
    go.since = since;
  }

  /** The track of a transition's goroutine; a new one where it comes into being, or was never heard of. */
  private goroutineOf(id: number, from: number): GoTrack {
    // Who leaves its P is the one that holds it: most events need no look-up.
    if (this.p >= 0 && (from === GO.running || from === GO.syscall)) {
      const holder = this.procs[this.p]?.go;
      if (holder !== null && holder !== undefined && holder.id === id) return holder;
    }
    const known = this.goroutines.get(id);
    if (known !== undefined && from !== GO.none) return known;
    const go = new GoTrack(id, this.freeSlots.pop() ?? this.slotCount++, this.goroutineCount++);
    go.since = this.now;
    this.goroutines.set(id, go);
    return go;
  }

  private endSpan(go: GoTrack, from: number, to: number, own: StackId): void {
    if (from === GO.running) {
      const preempted = this.reason === 'preempted';
      go.preempted = preempted && to === GO.runnable;
      if (own !== NO_STACK) {
        const source = to === GO.syscall ? SOURCE.syscall : preempted ? SOURCE.preempted : SOURCE.block;
        this.observer.stackSeen(go, go.proc, own, source);
        // The span that ends is told where it ended.
        go.ownStack = own;
      }
    }
    if (go.state === GS.runnable) this.runnable.remove(go);
    this.observer.goSpan(go, from - 1, EDGE.none);
  }

  private beginSpan(go: GoTrack, from: number, to: number, tellsOwn: boolean): void {
    const head = from < 0;
    go.state = to - 1;
    go.since = this.now;
    go.seenBegin = !head;
    go.reason = to === GO.waiting && !head ? this.reason : '';
    go.beginStack = this.stackIds.of(this.stackId);
    if (to === GO.running) {
      if (go.firstRunning < 0) go.firstRunning = this.now;
      this.hold(go, this.p, head);
    } else if (to === GO.syscall) {
      if (from === GO.none) go.reusable = true;
      this.enterSyscall(go, from === GO.none || (head && tellsOwn), head);
    } else {
      this.release(go);
      if (to === GO.runnable) this.runnable.add(go);
    }
  }

  /** The P stays with a goroutine in a system call until it is stopped or stolen. */
  private enterSyscall(go: GoTrack, isOwn: boolean, head: boolean): void {
    if (go.proc !== null) this.refresh(go.proc);
    else if (isOwn && this.p >= 0) this.hold(go, this.p, head);
  }

  private hold(go: GoTrack, procId: number, head: boolean): void {
    const proc = this.procOf(procId);
    if (proc === null) return;
    if (proc.go === go) {
      this.refresh(proc);
      return;
    }
    if (proc.go !== null) this.release(proc.go);
    if (go.proc !== null) this.release(go);
    const fromStart = head && proc.fresh;
    proc.running = true;
    proc.go = go;
    proc.heldSince = fromStart ? 0 : this.now;
    go.proc = proc;
    if (fromStart) proc.state = proc.stateNow();
    else this.refresh(proc);
    proc.fresh = false;
    this.observer.holdBegins(proc, go);
  }

  private release(go: GoTrack): void {
    const { proc } = go;
    if (proc === null) return;
    this.observer.holdEnds(proc, go);
    proc.go = null;
    go.proc = null;
    this.refresh(proc);
  }

  private nameEntry(go: GoTrack, stack: StackId): void {
    go.entryId = this.entries.of(stack);
    if (go.entryId < 0) return;
    go.entry = this.entries.names[go.entryId];
    if (go.entry === 'runtime.gcBgMarkWorker') go.role = ROLE.gcWorker;
    else if (go.entry === 'runtime.bgsweep') go.role = ROLE.sweeper;
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
    const { from, to } = event;
    if (from === to) return;
    const proc = this.procOf(event.subject);
    if (proc === null) return;
    if (from === 'NotExist') proc.since = this.now;
    if (from === 'NotExist' || from === 'Undetermined') {
      proc.running = to === 'Running';
      proc.state = proc.stateNow();
      proc.fresh = from === 'Undetermined';
      return;
    }
    proc.running = to === 'Running';
    if (to === 'Idle' && proc.go !== null) this.release(proc.go);
    this.refresh(proc);
    // A thread that changes its P takes its goroutine along (GOMAXPROCS shrinks).
    const carried = to === 'Running' && event.g !== NOBODY ? this.goroutines.get(event.g) : undefined;
    if (carried !== undefined && carried.state === GS.running) this.hold(carried, proc.id, false);
  }

  /** Looks what a P does now; a change ends the span before. */
  private refresh(proc: ProcTrack): void {
    const state = proc.stateNow();
    proc.fresh = false;
    if (state === proc.state) return;
    this.observer.procSpan(proc, proc.state);
    proc.state = state;
    proc.since = this.now;
  }

  // ---- ranges, labels, samples ----

  private takeRange(event: TraceEvent): void {
    const { name, subject } = event;
    const on = event.kind !== 'RangeEnd';
    if (name === RANGE.sweep) this.setSweeping(event, on);
    else if (name === RANGE.assist || name.startsWith(RANGE.stwPrefix)) {
      const go = this.goroutines.get(subject);
      if (go !== undefined && name === RANGE.assist) go.assisting = on;
      else if (go !== undefined) go.stopping = on;
      const proc = go?.proc ?? this.procOf(event.p);
      if (go === undefined && proc !== null) proc.stopping = on;
      if (proc !== null) this.refresh(proc);
    }
    if (event.stack !== 0 && on) this.seeRange(event);
  }

  private setSweeping(event: TraceEvent, on: boolean): void {
    const proc = this.procOf(event.subject);
    if (proc === null) return;
    proc.sweeping = on;
    this.refresh(proc);
  }

  private seeRange(event: TraceEvent): void {
    const go = event.g === NOBODY ? undefined : this.goroutines.get(event.g);
    if (go === undefined) return;
    const source = event.name === RANGE.sweep ? SOURCE.sweep : event.name === RANGE.assist ? SOURCE.assist : SOURCE.stw;
    this.observer.stackSeen(go, go.proc, this.stackIds.of(event.stack), source);
  }

  private takeLabel({ g, name }: TraceEvent): void {
    const go = this.goroutines.get(g);
    const mode = WORKER_MODES[name];
    if (go === undefined || mode === undefined) return;
    go.role = ROLE.gcWorker;
    go.mode = mode;
    const { proc } = go;
    if (proc === null) return;
    // The label follows the start of the worker: it holds from there.
    if (proc.since === go.since) proc.state = proc.stateNow();
    else this.refresh(proc);
  }

  private takeSample(event: TraceEvent): void {
    const go = event.g === NOBODY ? undefined : this.goroutines.get(event.g);
    // Samples are not ordered with the events: whom the P belongs to now is a better answer than a goroutine that has left.
    const proc = go?.proc ?? null;
    this.observer.stackSeen(go ?? null, proc, this.stackIds.of(event.stack), SOURCE.sample);
  }
}

/** Regions that one goroutine may have open at a time; those nested deeper are not followed. */
const MAX_REGIONS = 1 << 12;
/** Tasks whose names are known at a time. */
const MAX_TASKS = 1 << 18;

function openRegion(go: GoTrack | undefined, { subject, name, time, value }: TraceEvent): void {
  if (go === undefined) return;
  closeRegions(go, value);
  go.regions ??= [];
  if (go.regions.length < MAX_REGIONS) go.regions.push({ task: subject, name, since: time });
}

/** Takes away as many of the innermost regions. */
function closeRegions(go: GoTrack | undefined, count: number): void {
  for (let left = count; left > 0 && go?.regions?.pop() !== undefined; left--);
}

const WORKER_MODES: Readonly<Record<string, PState | undefined>> = {
  'GC (dedicated)': PS.gcDedicated,
  'GC (fractional)': PS.gcFractional,
  'GC (idle)': PS.gcIdle,
};

/**
 * The scheduler as a trace tells of it: threads (M), Ps and goroutines, and what the events need of them. Hands out the
 * events that the handlers of procs.ts and ranges.ts make.
 */

import { asInteger, DOUBLE } from '../../base/doubles.ts';
import { IdMap } from '../../base/idmap.ts';
import { GO, GO_WORDS, type GoState, type MoveSink, moveCode } from '../../model/moves.ts';
import { blankEvent, NOBODY, type ProcState, type TraceEvent, type TraceEventKind } from '../../model/trace.ts';
import { TraceError } from './bytes.ts';
import type { CpuSample, Generation } from './generation.ts';
import { GoStatus, TIMED_EVENTS } from './spec.ts';

/** The event that is being applied, as a thread wrote it. */
export interface WireEvent {
  readonly m: number;
  /** What the thread holds. */
  readonly thread: Thread;
  readonly type: number;
  /** Nanoseconds since the trace's base. */
  readonly time: number;
  readonly offset: number;
  readonly args: Float64Array;
}

/** What sequence numbers are counted of. */
class Sequenced {
  readonly id: number;
  status: number;
  /** Sequence number of its last event, and the generation that it counts in. */
  seq = DOUBLE;
  generation: number;

  constructor(id: number, status: number, generation: number) {
    this.seq = 0;
    this.id = asInteger(id);
    this.status = asInteger(status);
    this.generation = generation;
  }
}

export class Proc extends Sequenced {
  sweeping = false;
}

export class Goroutine extends Sequenced {
  assisting = false;
  /** The reason of the stop-the-world it has begun; null without one. */
  stopping: string | null = null;
  /** Open regions, `task name`, the innermost last; '' for one whose end was left out. */
  readonly regions: string[] = [];
}

export interface Thread {
  proc: Proc | null;
  goroutine: Goroutine | null;
}

/** Needs of an event: the thread's P and goroutine must be there (`+`), must not (`-`), may be (`~`). */
type Need = '+' | '-' | '~';

type Details = Partial<TraceEvent>;

/** Who is given the events; with `move`, transitions of goroutines as numbers. */
export interface EventSink extends Partial<MoveSink> {
  event(event: TraceEvent): void;
}

/** Takes the error of an event that is left out. @throws TraceError where nothing is to be left out */
export type LeaveOut = (error: TraceError, state: SchedulerState) => void;

function throwAgain(error: TraceError): never {
  throw error;
}

export class SchedulerState {
  private readonly sink: EventSink;
  readonly leaveOut: LeaveOut;
  /** The same, if it takes moves. */
  private readonly mover: MoveSink | null;
  readonly procs = new IdMap<Proc>();
  readonly goroutines = new IdMap<Goroutine>();
  readonly threads = new Map<number, Thread>();
  readonly tasks = new Map<number, string>();
  gc: 'unknown' | 'off' | 'on' = 'unknown';
  gcSeq = DOUBLE;
  private generation: Generation | null = null;
  private firstGeneration = -1;
  /** Of the event handed out last; -1 before the first one. */
  lastTime = DOUBLE;
  cursor: WireEvent | null = null;
  thread: Thread = { proc: null, goroutine: null };
  private readonly event = blankEvent();

  /** `sink` is given one object again and again; `leaveOut` is told of each annotation that does not fit. */
  constructor(sink: EventSink, leaveOut: LeaveOut = throwAgain) {
    this.leaveOut = leaveOut;
    this.gcSeq = 0;
    this.lastTime = -1;
    this.sink = sink;
    this.mover = sink.move === undefined ? null : (sink as MoveSink);
  }

  /** Begins a generation: sequence numbers count from 0 again. */
  begin(generation: Generation): void {
    this.generation = generation;
    if (this.firstGeneration < 0) this.firstGeneration = generation.number;
  }

  /** The reader's own event at the begin of each generation and at the end of the trace. */
  sync(time: number | null): void {
    this.thread = { proc: null, goroutine: null };
    this.reset('Sync', time ?? this.lastTime + 1, NOBODY);
    this.sink.event(this.event);
  }

  sample({ m, p, g, stack }: CpuSample, time: number): void {
    this.reset('StackSample', time, m);
    this.event.p = p;
    this.event.g = g;
    this.event.stack = stack;
    this.sink.event(this.event);
  }

  // ---- threads, Ps, goroutines ----

  get current(): Generation {
    return this.generation as Generation;
  }

  get isFirst(): boolean {
    return this.current.number === this.firstGeneration;
  }

  threadOf(m: number): Thread {
    let thread = this.threads.get(m);
    if (thread === undefined) {
      thread = { proc: null, goroutine: null };
      this.threads.set(m, thread);
    }
    return thread;
  }

  follows(resource: { seq: number; generation: number }, seq: number): boolean {
    return resource.generation === this.current.number && seq === resource.seq + 1;
  }

  newGoroutine(id: number, status: number): Goroutine {
    const goroutine = new Goroutine(id, status, this.current.number);
    this.goroutines.set(id, goroutine);
    return goroutine;
  }

  checkUnused(id: number): void {
    if (this.goroutines.has(id)) throw this.broken(`goroutine ${id} is made, but is there already`);
  }

  remove(goroutine: Goroutine): void {
    this.goroutines.delete(goroutine.id);
  }

  runningGoroutine(): Goroutine {
    this.need('+', '+');
    const goroutine = this.thread.goroutine as Goroutine;
    if (goroutine.status !== GoStatus.running) throw this.broken(`goroutine ${goroutine.id} does not run`);
    return goroutine;
  }

  syscallGoroutine(): Goroutine {
    const goroutine = this.thread.goroutine as Goroutine;
    if (goroutine.status !== GoStatus.syscall) throw this.broken(`goroutine ${goroutine.id} is in no system call`);
    return goroutine;
  }

  need(proc: Need, goroutine: Need): void {
    const m = (this.cursor as WireEvent).m;
    if (m === NOBODY) throw this.broken('an event that a thread must write is written by none');
    if (proc !== '~' && (this.thread.proc !== null) !== (proc === '+'))
      throw this.broken(`thread ${m} has ${proc === '+' ? 'no' : 'a'} P`);
    if (goroutine !== '~' && (this.thread.goroutine !== null) !== (goroutine === '+')) {
      throw this.broken(`thread ${m} has ${goroutine === '+' ? 'no' : 'a'} goroutine`);
    }
  }

  text(id: number): string {
    return this.current.string(id, (this.cursor as WireEvent).offset);
  }

  broken(message: string): TraceError {
    const { type, offset } = this.cursor as WireEvent;
    return new TraceError(`${TIMED_EVENTS[type]?.name ?? type}: ${message}`, offset);
  }

  // ---- out ----

  /** Empties the event; its time is later than that of the event before. */
  private reset(kind: TraceEventKind, time: number, m: number): void {
    const { event, thread } = this;
    this.lastTime = Math.max(time, this.lastTime + 1);
    event.kind = kind;
    event.time = this.lastTime;
    event.m = m;
    event.p = thread.proc?.id ?? NOBODY;
    event.g = thread.goroutine?.id ?? NOBODY;
    event.resource = event.from = event.to = null;
    event.subject = event.value = event.reclaimed = event.stack = event.subjectStack = 0;
    event.name = event.text = '';
  }

  /** Nothing has changed where it throws. */
  send(kind: TraceEventKind, details: Details): void {
    const { time, m } = this.cursor as WireEvent;
    this.checkStack(details.stack ?? 0);
    this.reset(kind, time, m);
    Object.assign(this.event, details);
    this.sink.event(this.event);
  }

  /** @throws TraceError for a stack that the generation has not */
  checkStack(stack: number): void {
    if (stack !== 0) this.current.checkStack(stack, (this.cursor as WireEvent).offset);
  }

  /** Hands the event out; its stacks must be in the generation's table. */
  private deliver(): void {
    const { event } = this;
    this.checkStacks(event.stack, event.subjectStack);
    this.sink.event(event);
  }

  /** `subject`: the goroutine or P whose range it is, {@link NOBODY} for one of all. */
  sendRange(kind: TraceEventKind, name: string, subject: number, stack = 0): void {
    this.send(kind, { name, subject, stack });
  }

  sendProc(proc: Proc, from: ProcState, to: ProcState): void {
    this.transition('proc', proc.id, from, to);
    this.deliver();
  }

  /** The same as an event of the thread that holds the P, whoever wrote it. */
  sendProcOfHolder(proc: Proc, from: ProcState, to: ProcState): void {
    const holder = [...this.threads].find(([, thread]) => thread.proc === proc);
    if (holder === undefined) throw this.broken(`P ${proc.id} is in a system call of no thread`);
    const event = this.transition('proc', proc.id, from, to);
    event.m = holder[0];
    event.p = proc.id;
    event.g = holder[1].goroutine?.id ?? NOBODY;
    this.deliver();
  }

  /** `stack`: where the thread was; `ownStack`: where the goroutine was, or begins. States are those of {@link GO}. */
  sendGo(goroutine: Goroutine, from: number, to: number, stack = 0, ownStack = 0): void {
    this.move(goroutine, from, to, '', stack, ownStack);
  }

  /** A goroutine leaves its thread, for a reason. */
  sendLeave(goroutine: Goroutine, to: number, reason: string, stack: number): void {
    this.move(goroutine, GO.running, to, reason, stack, stack);
  }

  /** Nothing more is known of a P and of the goroutine on it, for a reason. */
  sendCut(proc: Proc, goroutine: Goroutine | null, reason: string): void {
    if (goroutine !== null) this.move(goroutine, goroutine.status, GO.none, reason, 0, 0);
    this.transition('proc', proc.id, 'Running', 'Idle').name = reason;
    this.deliver();
  }

  /** A goroutine is said to be in a state, on thread `m` where it is in a system call. */
  sendStatus(goroutine: Goroutine, from: GoState, to: GoState, stack: number, m: number): void {
    const event = this.transition('goroutine', goroutine.id, from, to);
    event.subjectStack = stack;
    event.value = m;
    this.deliver();
  }

  private move(goroutine: Goroutine, from: number, to: number, reason: string, stack: number, ownStack: number): void {
    const { mover } = this;
    if (mover === null) {
      const event = this.transition('goroutine', goroutine.id, GO_WORDS[from], GO_WORDS[to]);
      event.name = reason;
      event.stack = stack;
      event.subjectStack = ownStack;
      this.deliver();
      return;
    }
    const { lastTime } = this;
    const { time } = this.cursor as WireEvent;
    this.lastTime = time > lastTime ? time : lastTime + 1;
    this.checkStacks(stack, ownStack);
    const p = this.thread.proc?.id ?? NOBODY;
    mover.move(moveCode(from, to), this.lastTime - lastTime, p, goroutine.id, reason, stack, ownStack);
  }

  private checkStacks(stack: number, ownStack: number): void {
    if (stack !== 0) this.current.checkStack(stack, (this.cursor as WireEvent).offset);
    if (ownStack !== 0 && ownStack !== stack) this.current.checkStack(ownStack, (this.cursor as WireEvent).offset);
  }

  private transition(resource: 'proc' | 'goroutine', id: number, from: GoState | ProcState, to: GoState | ProcState): TraceEvent {
    const { time, m } = this.cursor as WireEvent;
    this.reset('StateTransition', time, m);
    const { event } = this;
    event.resource = resource;
    event.subject = id;
    event.from = from;
    event.to = to;
    return event;
  }
}

/** Arguments behind an event's time. */
export type Args = Float64Array;

/** Applies an event; false if it has to wait for another thread's. @throws TraceError where nothing could make it right */
export type Handler = (state: SchedulerState, args: Args) => boolean;

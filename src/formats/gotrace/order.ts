/**
 * Events of all threads in one order, as the scheduler did them.
 *
 * Each thread's events are in the order it wrote them; between threads, clocks may disagree, and sequence numbers of
 * goroutines and Ps decide. So there is a cursor for each thread; the one with the earliest event goes first, unless
 * its event has to wait for another thread's (a goroutine starts before the event that made it runnable was seen): then
 * the next one that can go does. A trace in which none can go is broken. What each event needs and does is in
 * transitions.ts.
 */

import { DOUBLE } from '../../base/doubles.ts';
import { ByteCursor, TraceError } from './bytes.ts';
import type { Batch, CpuSample, Generation } from './generation.ts';
import { ARG_COUNTS, FIRST_VERSIONS, MAX_ARGS, TIMED_EVENTS } from './spec.ts';
import type { SchedulerState, Thread } from './state.ts';
import { applyEvent, leaveOut, weightOf } from './transitions.ts';

const NS_PER_SECOND = 1e9;

/** The next event of one thread. */
export class ThreadCursor {
  readonly m: number;
  readonly thread: Thread;
  type = 0;
  /** Nanoseconds since the trace's base. */
  time = DOUBLE;
  offset = 0;
  readonly args = new Float64Array(MAX_ARGS);
  private readonly batches: readonly Batch[];
  private readonly clock: Clock;
  private readonly version: number;
  private index = -1;
  private bytes: ByteCursor | null = null;
  private batchTime = DOUBLE;

  constructor(m: number, batches: readonly Batch[], thread: Thread, clock: Clock, version: number) {
    this.time = this.batchTime = 0;
    this.m = m;
    this.thread = thread;
    this.batches = batches;
    this.clock = clock;
    this.version = version;
  }

  /** Reads the next event; false when there is none. */
  advance(): boolean {
    while (this.bytes === null || this.bytes.done) {
      if (++this.index >= this.batches.length) return false;
      const { payload, offset, time } = this.batches[this.index];
      this.bytes = new ByteCursor(payload, offset);
      this.batchTime = this.clock.at(time);
    }
    const { bytes } = this;
    this.offset = bytes.base + bytes.pos;
    this.type = bytes.byte();
    const count = ARG_COUNTS[this.type];
    if (count < 0 || FIRST_VERSIONS[this.type] > this.version) {
      throw new TraceError(`event ${this.type}, which traces of go 1.${this.version} do not have`, this.offset);
    }
    this.batchTime += this.clock.span(bytes.varint());
    this.time = this.batchTime;
    for (let i = 0; i < count; i++) this.args[i] = bytes.varint();
    return true;
  }
}

/** A moment in the clock of the generation that it belongs to. */
export interface ClockBase {
  readonly time: number;
  readonly frequency: number;
}

/** Clock units → nanoseconds since the trace's base. */
export class Clock {
  private readonly nsPerUnit: number;
  private readonly base: number;
  /** Of the base, where it was told by a clock of another frequency. */
  private readonly shift: number;

  constructor(frequency: number, base: ClockBase) {
    // As Go computes it, so that times are the same to the last nanosecond.
    this.nsPerUnit = 1 / (frequency / NS_PER_SECOND);
    this.base = base.time;
    const isSame = frequency === base.frequency;
    this.shift = isSame ? 0 : this.span(base.time) - Math.trunc(base.time * (1 / (base.frequency / NS_PER_SECOND)));
  }

  at(time: number): number {
    return Math.trunc((time - this.base) * this.nsPerUnit) + this.shift;
  }

  span(units: number): number {
    return Math.trunc(units * this.nsPerUnit);
  }
}

/** Hands a generation's events to `state` in order. @throws TraceError where there is no order. */
export function orderGeneration(generation: Generation, clock: Clock, version: number, state: SchedulerState): void {
  const frontier = new Frontier();
  for (const [m, batches] of generation.byThread) {
    const cursor = new ThreadCursor(m, batches, state.threadOf(m), clock, version);
    if (cursor.advance()) frontier.insert(cursor);
  }
  const { cursors } = frontier;
  const samples = generation.samples.map((sample) => ({ sample, time: clock.at(sample.time) })).sort((a, b) => a.time - b.time);
  let nextSample = 0;
  while (cursors.length > 0) {
    while (nextSample < samples.length && samples[nextSample].time < cursors[0].time) emitSample(samples[nextSample++], state);
    const ready = firstReady(frontier, state);
    const at = ready >= 0 ? ready : leaveOneOut(cursors, state);
    if (cursors[at].advance()) frontier.update(at);
    else frontier.remove(at);
  }
  while (nextSample < samples.length) emitSample(samples[nextSample++], state);
}

/** The position of the first cursor whose event could be applied, which then is; -1 if all have to wait. */
function firstReady(frontier: Frontier, state: SchedulerState): number {
  const { cursors } = frontier;
  if (applyEvent(state, cursors[0])) return 0;
  frontier.sort();
  for (let i = 1; i < cursors.length; i++) if (applyEvent(state, cursors[i])) return i;
  return -1;
}

/** Of events that all wait, leaves the earliest out that may be. @throws TraceError where none may */
function leaveOneOut(cursors: readonly ThreadCursor[], state: SchedulerState): number {
  const at = cursors.findIndex(({ type }) => weightOf(type) !== 'states');
  if (at < 0) throw noOrder(cursors[0]);
  leaveOut(state, cursors[at], noOrder(cursors[at]));
  return at;
}

/**
 * The threads' cursors as a binary heap, earliest first. Which of two events of the same time goes first is nobody's
 * truth, but it decides which of them is told one nanosecond later: a heap that moves as Go's does gives Go's times.
 */
export class Frontier {
  readonly cursors: ThreadCursor[] = [];

  insert(cursor: ThreadCursor): void {
    this.cursors.push(cursor);
    this.rise(this.cursors.length - 1);
  }

  /** The cursor at `at` has another time. */
  update(at: number): void {
    if (this.rise(at) === at) this.fall(at);
  }

  remove(at: number): void {
    const last = this.cursors.pop() as ThreadCursor;
    if (at === this.cursors.length) return;
    this.cursors[at] = last;
    this.update(at);
  }

  /** All in order, which is a heap too. */
  sort(): void {
    this.cursors.sort((a, b) => a.time - b.time);
  }

  private rise(from: number): number {
    const { cursors } = this;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (cursors[parent].time <= cursors[at].time) break;
      this.swap(at, parent);
      at = parent;
    }
    return at;
  }

  private fall(from: number): void {
    const { cursors } = this;
    for (let at = from; ; ) {
      const left = 2 * at + 1;
      const right = left + 1;
      let least = at;
      if (left < cursors.length && cursors[left].time < cursors[least].time) least = left;
      if (right < cursors.length && cursors[right].time < cursors[least].time) least = right;
      if (least === at) return;
      this.swap(at, least);
      at = least;
    }
  }

  private swap(a: number, b: number): void {
    const { cursors } = this;
    const moved = cursors[a];
    cursors[a] = cursors[b];
    cursors[b] = moved;
  }
}

export function emitSample({ sample, time }: { sample: CpuSample; time: number }, state: SchedulerState): void {
  state.sample(sample, time);
}

function noOrder({ m, type, offset }: ThreadCursor): TraceError {
  const name = TIMED_EVENTS[type]?.name ?? String(type);
  return new TraceError(`no order of the threads' events: thread ${m} waits with ${name}, and all others wait too`, offset);
}

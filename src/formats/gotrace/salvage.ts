/**
 * What can be saved of a trace whose only generation is cut off: of a program that died, say. Batches that are whole, and
 * the one that is cut up to there, hold each thread's events in its own order. Those of other threads that they wait for
 * may be lost, so they go by time, each as soon as it can, and at last even if nothing fits (fit.ts). An event is never
 * made up: only where a thread's events end within a hold of a P, the hold ends.
 */

import { ByteCursor, TraceError } from './bytes.ts';
import { fitState, isOver } from './fit.ts';
import { type Batch, type Generation, orNone } from './generation.ts';
import { type Clock, emitSample, Frontier, ThreadCursor } from './order.ts';
import { ARG_COUNTS, Ev, EXPERIMENTS_SINCE, FIRST_VERSIONS, MAX_BATCH_BYTES, ProcStatus } from './spec.ts';
import { SchedulerState } from './state.ts';
import { applyEvent } from './transitions.ts';

/** Of clocks that count nanoseconds in steps of 64, which all but Windows have. */
export const USUAL_FREQUENCY = 15_625_000;
/** How much later than an event that waits others are looked at, in nanoseconds: clocks of threads disagree by less. */
const WINDOW_NS = 100_000;
/** Looks at threads whose events might go before one that waits; then it goes at once. */
const MAX_LOOKS = 3e7;
/** The same for making the state fit, which looks at all threads too; then what does not fit is dropped. */
const MAX_FITS = 3e8;
/** The reason of a hold that ends with what is known of its thread. */
export const CUT_REASON = 'the events of its thread end here';

export interface CutBatch {
  readonly number: number;
  readonly batch: Batch;
  readonly experimental: boolean;
}

/** The batch that the end cuts, with as much of it as holds whole events; null where not even its header is whole. */
export function readCutBatch(pending: Uint8Array, offset: number, version: number): CutBatch | null {
  const [type] = pending;
  const experimental = type === Ev.ExperimentalBatch && version >= EXPERIMENTS_SINCE;
  if (type !== Ev.EventBatch && !experimental) return null;
  const cursor = new ByteCursor(pending, offset, experimental ? 2 : 1);
  try {
    const [number, m, time, size] = [cursor.varint(), orNone(cursor.varint()), cursor.varint(), cursor.varint()];
    if (number < 1 || size > MAX_BATCH_BYTES) return null;
    const payload = pending.subarray(cursor.pos, cursor.pos + size);
    const whole = payload.subarray(0, wholeLength(payload, version));
    return { number, experimental, batch: { m, time, payload: whole, offset: offset + cursor.pos } };
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    return null;
  }
}

/** How much of a payload is whole events; all of it for a table, which is read as far as it goes. */
function wholeLength(payload: Uint8Array, version: number): number {
  const cursor = new ByteCursor(payload, 0);
  for (let end = 0; ; end = cursor.pos) {
    if (cursor.done) return end;
    const count = ARG_COUNTS[payload[cursor.pos]];
    if (count < 0 || FIRST_VERSIONS[payload[cursor.pos]] > version) return end === 0 ? payload.length : end;
    cursor.byte();
    try {
      for (let i = 0; i <= count; i++) cursor.varint();
    } catch (error) {
      if (!(error instanceof TraceError)) throw error;
      return end;
    }
  }
}

/** Whether the events of all threads fit each other, as those of a whole generation do. */
export function fitTogether(generation: Generation, clock: Clock, version: number): boolean {
  const state = new SchedulerState({ event: () => {} });
  state.begin(generation);
  try {
    new CutOrder(generation, { clock, version, patient: true }, state).run();
    return true;
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    return false;
  }
}

interface CutOptions {
  readonly clock: Clock;
  readonly version: number;
  /** Whether events wait for those of other threads, however late: they must fit together. */
  readonly patient: boolean;
}

/** Hands out the events of a generation that is cut, in an order that is each thread's own. */
export class CutOrder {
  private readonly generation: Generation;
  private readonly options: CutOptions;
  private readonly state: SchedulerState;
  private readonly frontier = new Frontier();
  private looks = 0;
  private fits = 0;
  /** Events that fit nothing, whatever was made to fit. */
  dropped = 0;

  constructor(generation: Generation, options: CutOptions, state: SchedulerState) {
    this.generation = generation;
    this.options = options;
    this.state = state;
  }

  run(): void {
    const { generation, state, frontier } = this;
    const { clock, version } = this.options;
    for (const [m, batches] of generation.byThread) {
      const cursor = new ThreadCursor(m, batches, state.threadOf(m), clock, version);
      if (this.advance(cursor)) frontier.insert(cursor);
    }
    const { cursors } = frontier;
    const samples = generation.samples.map((sample) => ({ sample, time: clock.at(sample.time) })).sort((a, b) => a.time - b.time);
    let next = 0;
    while (cursors.length > 0) {
      while (next < samples.length && samples[next].time < cursors[0].time) emitSample(samples[next++], state);
      this.step();
    }
    while (next < samples.length) emitSample(samples[next++], state);
  }

  private step(): void {
    const { cursors } = this.frontier;
    let at = this.firstReady();
    if (at < 0) {
      if (this.options.patient) throw new TraceError('the events of its threads do not fit together', cursors[0].offset);
      at = 0;
      this.force(cursors[0]);
    }
    const cursor = cursors[at];
    if (this.advance(cursor)) {
      this.frontier.update(at);
      return;
    }
    this.frontier.remove(at);
    if (!this.generation.hasTables) this.endThread(cursor);
  }

  /** Reads a thread's next event; what is damaged ends it. */
  private advance(cursor: ThreadCursor): boolean {
    try {
      return cursor.advance();
    } catch (error) {
      if (!(error instanceof TraceError) || this.options.patient) throw error;
      return false;
    }
  }

  /** The position of the first cursor whose event could be applied, which then is; -1 where none is near. */
  private firstReady(): number {
    const { cursors } = this.frontier;
    if (this.tryApply(cursors[0])) return 0;
    if (!this.options.patient && this.looks > MAX_LOOKS) return -1;
    this.frontier.sort();
    this.looks += cursors.length;
    const limit = this.options.patient ? Number.POSITIVE_INFINITY : cursors[0].time + WINDOW_NS;
    for (let i = 1; i < cursors.length && cursors[i].time <= limit; i++) {
      if (this.tryApply(cursors[i])) return i;
    }
    return -1;
  }

  private tryApply(cursor: ThreadCursor): boolean {
    if (this.options.patient) return applyEvent(this.state, cursor);
    if (isOver(this.state, cursor)) return false;
    try {
      return applyEvent(this.state, cursor);
    } catch (error) {
      if (!(error instanceof TraceError)) throw error;
      return false;
    }
  }

  /** Makes the state fit an event, which then is applied, or else dropped. */
  private force(cursor: ThreadCursor): void {
    this.fits += this.state.threads.size;
    if (this.fits < MAX_FITS && fitState(this.state, cursor) && this.tryApply(cursor)) return;
    this.dropped++;
  }

  /** A thread's last event was seen: what it holds is unknown from then on. */
  private endThread(cursor: ThreadCursor): void {
    const { state } = this;
    const { thread } = cursor;
    const { proc, goroutine } = thread;
    state.cursor = cursor;
    state.thread = thread;
    if (proc === null || proc.status === ProcStatus.idle) return;
    state.sendCut(proc, goroutine, CUT_REASON);
    if (goroutine !== null) state.remove(goroutine);
    proc.status = ProcStatus.idle;
    thread.proc = thread.goroutine = null;
  }
}

/**
 * Execution traces as `runtime/trace`, `go test -trace`, `/debug/pprof/trace` and the flight recorder write them:
 *
 *     go 1.26 trace\0\0\0                       16 bytes
 *     01 gen m time size payload…               batches: the events of one thread, or a table
 *     34                                        since go 1.26: the end of a generation
 *
 * Defined by src/internal/trace/tracev2 of Go. One generation is held at a time: memory is bounded by the largest one.
 * Traces of Go 1.5 to 1.21 have another form, see v1file.ts: those are held as a whole.
 */

import type { Problem } from '../../base/errors.ts';
import { InputError } from '../../base/errors.ts';
import { ByteCursor, TraceError } from './bytes.ts';
import { doubtClock, SILENCE_NS } from './clockdoubt.ts';
import { endedWithin, nothingWritten, savedText } from './died.ts';
import { type Batch, Generation, orNone } from './generation.ts';
import { LeftOut } from './leftout.ts';
import { Clock, type ClockBase, orderGeneration } from './order.ts';
import { CutOrder, fitTogether, readCutBatch, USUAL_FREQUENCY } from './salvage.ts';
import { END_SINCE, Ev, MAX_BATCH_BYTES, MAX_GENERATION_BYTES, V2_VERSIONS } from './spec.ts';
import type { PackableTables } from './stacks.ts';
import { type EventSink, SchedulerState } from './state.ts';
import { readV1 } from './v1read.ts';
import { V1_VERSIONS } from './v1spec.ts';

const KNOWN_VERSIONS: readonly number[] = [...V1_VERSIONS, ...V2_VERSIONS];
const HEADER_BYTES = 16;
const HEADER = /^go 1\.(\d{1,2}) trace\0+$/;
/** Longest batch header: type, experiment, four numbers. */
const MAX_BATCH_HEADER = 2 + 4 * 10;

/** Whether bytes begin with the header of an execution trace. */
export function looksLikeTrace(head: Uint8Array): boolean {
  return head.length >= HEADER_BYTES && HEADER.test(Buffer.from(head.subarray(0, HEADER_BYTES)).toString('latin1'));
}

/** Who takes a trace, with tables that can be sent to another thread. */
export interface TraceReaderSink extends EventSink {
  generation(tables: PackableTables): void;
}

/** Where a batch's payload lies in what is pending. */
interface BatchHeader {
  readonly number: number;
  readonly m: number;
  readonly time: number;
  readonly start: number;
  readonly end: number;
}

/** Why reading stopped before the end. */
interface Failure {
  readonly message: string;
  readonly offset: number;
  /** From here on the trace is lost. */
  readonly lostFrom: number;
}

export class TraceReader {
  private readonly sink: TraceReaderSink;
  private readonly report: (problem: Problem) => void;
  private readonly tellsBytes: boolean;
  private readonly state: SchedulerState;
  private readonly leftOut: LeftOut;
  /** What was received and not taken yet, and where in the trace it begins. */
  private pending: Buffer = Buffer.alloc(0);
  /** Of a trace of Go 1.21 and before, which can be read only as a whole: all that was received. */
  private readonly whole: Uint8Array[] = [];
  private offset = 0;
  private versionNumber = 0;
  private generation: Generation | null = null;
  private base: ClockBase | null = null;
  private failure: Failure | null = null;
  /** The generation that was begun last, and the latest time of any batch in it and behind it. */
  private latest: Generation | null = null;
  private latestTime = 0;
  /** After a failure: whether batches can still be told from each other, to know how much time is lost. */
  private skimming = true;
  /** Whether an event of this trace was handed out. */
  private delivered = 0;
  private saves = true;
  /** Generations that were whole. */
  generations = 0;
  truncated = false;
  /** Whether nothing is known of the order between threads. */
  unordered = false;

  /** `tellsBytes`: whether bytes of the trace are what its user has, and not lines of text that were made into them. */
  constructor(sink: TraceReaderSink, report: (problem: Problem) => void, tellsBytes = true) {
    this.tellsBytes = tellsBytes;
    this.sink = sink;
    this.report = report;
    this.leftOut = new LeftOut(report);
    this.state = new SchedulerState(sink, (error, state) => this.leftOut.add(error, state));
  }

  /** Whether reading stopped before the end. */
  get failed(): boolean {
    return this.failure !== null;
  }

  /** Of the header, `1.26`. */
  get version(): string {
    return `1.${this.versionNumber}`;
  }

  /** Takes bytes; `isOwn` says that the chunk is not written to any more, so that it can stay where it is. */
  push(chunk: Uint8Array, isOwn = false): void {
    if (this.failure !== null) {
      this.skim(chunk);
      return;
    }
    if (this.isV1) {
      this.whole.push(Uint8Array.from(chunk));
      return;
    }
    const own = isOwn ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.from(chunk);
    const before = this.pending.length;
    // What is left over of the chunk before is put together with as much of this one as its batch may need.
    const joined = before === 0 ? 0 : Math.min(own.length, MAX_BATCH_HEADER + MAX_BATCH_BYTES);
    if (joined === 0) this.pending = own;
    else {
      this.pending = Buffer.concat([this.pending, own.subarray(0, joined)]);
      this.attempt(() => this.takeAll());
      if (this.failure !== null || this.isV1) {
        this.push(own.subarray(joined), true);
        return;
      }
      const used = before + joined - this.pending.length;
      if (used < before) return;
      this.pending = own.subarray(used - before);
    }
    this.attempt(() => this.takeAll());
  }

  /**
   * Ends the trace; `saves`: what an only generation holds that is cut is handed out.
   * @throws InputError when it is nothing to read
   */
  finish(saves = true): void {
    this.saves = saves;
    if (this.versionNumber === 0 && this.failure === null)
      throw new InputError('the trace ends within its header', { offset: 0 });
    if (this.failure === null) this.attempt(() => (this.isV1 ? this.takeV1() : this.takeEnd()));
    this.leftOut.finish();
    if (this.failure !== null) this.reportFailure(this.failure);
    if (this.delivered > 0) this.state.sync(null);
  }

  private get isV1(): boolean {
    return (V1_VERSIONS as readonly number[]).includes(this.versionNumber);
  }

  /** Reads a trace of Go 1.21 and before, now that all of it is there. */
  private takeV1(): void {
    const bytes = Buffer.concat(this.whole);
    this.whole.length = 0;
    if (readV1(bytes, this.versionNumber, HEADER_BYTES, { sink: this.sink, report: this.report })) this.truncated = true;
    this.generations = 1;
  }

  // ---- the file ----

  private takeAll(): void {
    if (this.versionNumber === 0 && !this.takeHeader()) return;
    while (this.pending.length > 0 && this.takeItem());
  }

  private takeHeader(): boolean {
    if (this.pending.length < HEADER_BYTES) return false;
    const number = Number(HEADER.exec(this.pending.toString('latin1', 0, HEADER_BYTES))?.[1]);
    if (!KNOWN_VERSIONS.includes(number)) {
      const known = KNOWN_VERSIONS.map((version) => `1.${version}`).join(', ');
      throw new InputError(`an execution trace of format go 1.${number}; this version reads ${known}`, { offset: 0 });
    }
    this.versionNumber = number;
    this.skip(HEADER_BYTES);
    if (!this.isV1) return true;
    this.whole.push(this.pending);
    return false;
  }

  /** Takes a batch, or the end of a generation; false until more has come. */
  private takeItem(): boolean {
    const type = this.pending[0];
    if (type === Ev.EndOfGeneration && this.versionNumber >= 26) {
      this.skip(1);
      this.closeGeneration();
      return true;
    }
    if (type !== Ev.EventBatch && (type !== Ev.ExperimentalBatch || this.versionNumber < 23)) {
      throw new TraceError(`byte ${type} where a batch is expected`, this.offset);
    }
    return this.takeBatch(type === Ev.ExperimentalBatch);
  }

  private takeBatch(experimental: boolean): boolean {
    const header = this.readHeader(experimental);
    if (header === null) return false;
    const { number, m, time, start, end } = header;
    // Nothing writes to what is pending: the batch can stay where it is.
    const payload = this.pending.subarray(start, end);
    this.place({ m, time, payload, offset: this.offset + start }, number, experimental);
    this.skip(end);
    return true;
  }

  /** The header of the batch that is pending; null until all of the batch has come. */
  private readHeader(experimental: boolean): BatchHeader | null {
    const cursor = new ByteCursor(this.pending, this.offset, experimental ? 2 : 1);
    if (this.pending.length < MAX_BATCH_HEADER && !hasNumbers(this.pending, cursor.pos, 4)) return null;
    const [number, m, time, size] = [cursor.varint(), orNone(cursor.varint()), cursor.varint(), cursor.varint()];
    if (size > MAX_BATCH_BYTES)
      throw new TraceError(`a batch of ${size} bytes; at most ${MAX_BATCH_BYTES} are allowed`, this.offset);
    const end = cursor.pos + size;
    return this.pending.length < end ? null : { number, m, time, start: cursor.pos, end };
  }

  private skip(bytes: number): void {
    this.pending = this.pending.subarray(bytes);
    this.offset += bytes;
  }

  // ---- generations ----

  private place(batch: Batch, number: number, experimental: boolean): void {
    if (number < 1) throw new TraceError('generation 0', batch.offset);
    if (this.generation !== null && this.generation.number !== number) {
      const next = this.versionNumber < 26 && number === this.generation.number + 1;
      if (!next)
        throw new TraceError(`a batch of generation ${number} within generation ${this.generation.number}`, batch.offset);
      this.closeGeneration();
    }
    this.generation ??= this.beginGeneration(number, batch.offset);
    if (batch.time > this.latestTime) this.latestTime = batch.time;
    this.generation.add(batch, experimental);
    if (this.generation.bytes > MAX_GENERATION_BYTES)
      throw new TraceError(`a generation of more than ${MAX_GENERATION_BYTES} bytes`, batch.offset);
  }

  private beginGeneration(number: number, offset: number): Generation {
    this.latest = new Generation(number, offset, this.versionNumber);
    return this.latest;
  }

  private closeGeneration(): void {
    const { generation } = this;
    // Go's own reader takes no offence at the end of an empty one.
    if (generation === null) return;
    this.generation = null;
    generation.validate();
    this.base ??= { time: generation.firstTime, frequency: generation.frequency };
    const clock = new Clock(generation.frequency, this.base);
    generation.setClock((time) => clock.at(time));
    this.sink.generation(generation);
    this.state.begin(generation);
    const since = Math.max(this.state.lastTime, 0);
    this.state.sync(clock.at(generation.firstTime));
    this.delivered++;
    try {
      orderGeneration(generation, clock, this.versionNumber, this.state);
    } finally {
      this.doubt(generation, clock, since);
    }
    this.generations++;
  }

  /** Tells of a clock that jumps within a generation, or before it. */
  private doubt(generation: Generation, clock: Clock, since: number): void {
    if (this.state.lastTime - since > SILENCE_NS) this.report(doubtClock(generation, clock, this.versionNumber, since));
  }

  /** What is left at the end: whole before go 1.26, if it has all that a generation needs. */
  private takeEnd(): void {
    const left = this.pending.length;
    const { generation } = this;
    if (generation === null && left === 0) return;
    if (generation !== null && left === 0 && this.versionNumber < 26 && generation.isComplete) {
      this.closeGeneration();
      return;
    }
    if (generation !== null && left === 0 && this.generations > 0 && generation.byThread.size === 0) {
      this.takeEmptyEnd(generation);
      return;
    }
    this.truncated = true;
    const end = this.offset + left;
    if (this.generations === 0 && this.saves && this.saveOnly()) return;
    if (this.generations === 0 && generation !== null) {
      this.report({ severity: 'error', message: nothingWritten(generation.number), offset: end });
      return;
    }
    const lost = left + (generation === null ? 0 : this.offset - generation.offset);
    const what = generation === null ? 'a batch' : `generation ${generation.number}`;
    const message = `the trace ends within ${what}${this.tellsBytes ? `: its last ${this.lossText(lost)} are lost` : ''}`;
    this.report({ severity: 'error', message, offset: end });
  }

  /** Hands out what an only generation holds that is cut; false where it holds no event. */
  private saveOnly(): boolean {
    const end = this.offset + this.pending.length;
    const cut = readCutBatch(this.pending, this.offset, this.versionNumber);
    const number = this.generation?.number ?? cut?.number ?? 1;
    const generation = this.generation ?? this.beginGeneration(number, this.offset);
    generation.addCut(cut?.number === number ? cut.batch : null, cut?.experimental ?? false);
    if (generation.byThread.size === 0) return false;
    const frequency = generation.frequency || USUAL_FREQUENCY;
    this.base = { time: generation.firstTime, frequency };
    const clock = new Clock(frequency, this.base);
    const patient = fitTogether(generation, clock, this.versionNumber);
    generation.setClock((time) => clock.at(time));
    this.sink.generation(generation);
    this.state.begin(generation);
    this.state.sync(clock.at(generation.firstTime));
    this.delivered++;
    this.leftOut.mute();
    const order = new CutOrder(generation, { clock, version: this.versionNumber, patient }, this.state);
    order.run();
    this.doubt(generation, clock, 0);
    this.unordered = !patient;
    const message = savedText({
      number,
      patient,
      tables: generation.hasTables,
      frequency: generation.frequency,
      dropped: order.dropped,
    });
    this.report({ severity: 'error', message, offset: end });
    return true;
  }

  /** The last generation was only begun: the program ended. Go's own reader takes no offence, and before go 1.26 counts it. */
  private takeEmptyEnd(generation: Generation): void {
    if (this.versionNumber < END_SINCE && generation.frequency > 0) this.closeGeneration();
    this.report({ severity: 'info', message: endedWithin(this.state.lastTime), offset: this.offset });
  }

  // ---- damage ----

  /** Runs a step; where the trace is broken, what was read before stays and the rest is not read. */
  private attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof TraceError)) throw error;
      this.truncated = true;
      const { latest } = this;
      const where = latest === null ? '' : ` in generation ${latest.number}`;
      const lostFrom = Math.min(error.offset, latest?.offset ?? error.offset);
      this.failure = { message: `the trace is broken${where}: ${error.message}`, offset: error.offset, lostFrom };
      this.skim(new Uint8Array(0));
    }
  }

  /** Goes over what follows a failure, from batch to batch as long as there are batches. */
  private skim(chunk: Uint8Array): void {
    this.pending = Buffer.concat([this.pending, chunk]);
    try {
      while (this.skimming && this.pending.length > 0 && this.skimItem());
    } catch (error) {
      if (!(error instanceof TraceError)) throw error;
      this.skimming = false;
    }
    if (!this.skimming) this.skip(this.pending.length);
  }

  private skimItem(): boolean {
    const [type] = this.pending;
    if (type === Ev.EndOfGeneration) {
      this.skip(1);
      return true;
    }
    this.skimming = !this.isV1 && (type === Ev.EventBatch || type === Ev.ExperimentalBatch);
    const header = this.skimming ? this.readHeader(type === Ev.ExperimentalBatch) : null;
    if (header === null) return false;
    if (header.time > this.latestTime) this.latestTime = header.time;
    this.skip(header.end);
    return true;
  }

  private reportFailure({ message, offset, lostFrom }: Failure): void {
    const end = this.isV1
      ? this.whole.reduce((sum, { length }) => sum + length, HEADER_BYTES)
      : this.offset + this.pending.length;
    const lost = this.tellsBytes
      ? `${this.lossText(Math.max(0, end - lostFrom))} from byte ${lostFrom} on are not read`
      : 'what follows is not read';
    this.report({ severity: 'error', message: `${message}; ${lost}`, offset });
  }

  /** `12,345 bytes, about 0.3 s,` and without the time where nothing tells it. */
  private lossText(bytes: number): string {
    const frequency = this.latest?.frequency || this.base?.frequency || 0;
    if (frequency === 0 || this.latest === null) return `${bytes} bytes`;
    const base = this.base ?? { time: this.latest.firstTime, frequency };
    const ns = new Clock(frequency, base).at(this.latestTime) - Math.max(0, this.state.lastTime);
    return ns > 0 && Number.isFinite(ns) ? `${bytes} bytes, about ${(ns / 1e9).toPrecision(3)} s,` : `${bytes} bytes`;
  }
}

/** Whether `count` whole varints stand at `at`. */
function hasNumbers(buf: Uint8Array, at: number, count: number): boolean {
  let left = count;
  for (let i = at; i < buf.length && left > 0; i++) if (buf[i] < 0x80) left--;
  return left === 0;
}

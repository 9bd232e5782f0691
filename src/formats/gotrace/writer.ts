/**
 * Execution traces are written here: what somebody knows of threads, Ps and goroutines becomes the bytes that
 * `runtime/trace` of Go 1.22 and later would have left, which `go tool trace` and our own reader open.
 *
 *     const writer = new TraceWriter((chunk) => file.push(chunk), { version: 22 });
 *     writer.beginGeneration({ time: 0 });
 *     const stack = writer.stack([{ function: 'main.main', file: 'main.go', line: 3 }]);
 *     writer.event(1, 10, Ev.ProcStatus, 0, ProcStatus.running);
 *     writer.event(1, 11, Ev.GoStatus, 1, 1, GoStatus.running);
 *     writer.event(1, 12, Ev.GoBlock, writer.string('sleep'), stack);
 *     writer.finish();
 *
 * Events of one thread are written in its order; those of different threads may be given in any. Whether they make
 * sense together is not checked: a reader will tell. A request that no trace can hold is a UsageError.
 */

import { UsageError } from '../../base/errors.ts';
import { ByteBuilder, encodeHeader } from './encode.ts';
import {
  END_SINCE,
  Ev,
  type EventSpec,
  EXPERIMENTS_SINCE,
  MAX_BATCH_BYTES,
  SYNC_SINCE,
  TIMED_EVENTS,
  type TraceVersion,
  V2_VERSIONS,
} from './spec.ts';
import { type FrameSpec, Table, TextTables } from './tablewriter.ts';

export type { FrameSpec };

/** Units of the clock per second where nothing else is asked for: times are nanoseconds. */
const NS_FREQUENCY = 1_000_000_000;
const NOBODY = -1;

export interface TraceWriterOptions {
  /** Of the format, the N of `go 1.N`: 22 is opened by every `go tool trace` since Go 1.22. */
  readonly version: TraceVersion;
  /** Units of the clock per second; a thousand million by default. */
  readonly frequency?: number;
}

/** The clocks at one moment; taken together, they tell the time of day of every event. */
export interface ClockReading {
  /** The trace's own clock, in its units. */
  readonly time: number;
  /** The monotonic clock, in nanoseconds. */
  readonly mono: number;
  /** Unix time. */
  readonly seconds: number;
  readonly nanoseconds: number;
}

export interface GenerationOptions {
  /** When it begins, in clock units: the time of its tables, and of the reader's first event unless one is earlier. */
  readonly time: number;
  /** Counted up from 1 by default. */
  readonly number?: number;
  /** Must be given since format 1.25; before, traces have no place for it and it is left out. */
  readonly clock?: ClockReading;
}

export interface SampleSpec {
  readonly time: number;
  /** Thread, P and goroutine, -1 for none. */
  readonly m: number;
  readonly p: number;
  readonly g: number;
  readonly stack: number;
}

type ArgKind = 'stack' | 'string' | 'thread' | 'number';

/** What the arguments of each timed event are, by its id. */
const ARG_KINDS: readonly (readonly ArgKind[])[] = TIMED_EVENTS.map((spec) => spec?.args.map(kindOf) ?? []);

function kindOf(name: string): ArgKind {
  if (name.endsWith('stack')) return 'stack';
  if (name.endsWith('string')) return 'string';
  return name === 'm' ? 'thread' : 'number';
}

/** What a thread has written since its last whole batch. */
interface OpenBatch {
  readonly m: number;
  readonly payload: ByteBuilder;
  /** Of the batch, and of the last event. */
  time: number;
  last: number;
}

export class TraceWriter {
  private readonly write: (chunk: Uint8Array) => void;
  private readonly version: TraceVersion;
  private readonly frequency: number;
  private number = 0;
  /** When the open generation began; null between generations. */
  private time: number | null = null;
  private readonly batches = new Map<number, OpenBatch>();
  private readonly samples = new Table(Ev.CpuSamples);
  private readonly tables = new TextTables();
  private readonly out = new ByteBuilder();
  private readonly scratch = new ByteBuilder();

  /** `write` is given the trace in pieces, each its own. */
  constructor(write: (chunk: Uint8Array) => void, options: TraceWriterOptions) {
    const { version, frequency = NS_FREQUENCY } = options;
    if (!V2_VERSIONS.includes(version)) throw new UsageError(`go 1.${version} is none of ${V2_VERSIONS.join(', ')}`);
    this.write = write;
    this.version = version;
    this.frequency = checkNumber(frequency, 'a frequency');
    if (frequency === 0) throw new UsageError('a frequency of 0');
    write(encodeHeader(version));
  }

  // ---- generations ----

  /** Begins a generation, and ends the one before. Tables and sequence numbers start anew. */
  beginGeneration({ time, number = this.number + 1, clock }: GenerationOptions): void {
    if (this.time !== null) this.endGeneration();
    if (number < 1 || (this.number > 0 && number !== this.number + 1)) {
      throw new UsageError(`generation ${number} after ${this.number}: they count up from 1 or later, one by one`);
    }
    this.number = checkNumber(number, 'a generation');
    this.time = checkNumber(time, 'a time');
    this.writeClock(time, clock);
  }

  /** Writes what is open: events, samples, tables. */
  endGeneration(): void {
    const time = this.requireGeneration();
    for (const batch of this.batches.values()) this.flush(batch);
    for (const table of [this.samples, this.tables.stacks, this.tables.strings]) {
      for (const payload of table.take()) this.writeBatch(NOBODY, time, payload);
    }
    if (this.version >= END_SINCE) this.write(Uint8Array.of(Ev.EndOfGeneration));
    this.time = null;
  }

  /** Ends the trace. */
  finish(): void {
    if (this.number === 0) throw new UsageError('a trace without a generation');
    if (this.time !== null) this.endGeneration();
  }

  private writeClock(time: number, clock: ClockReading | undefined): void {
    const payload = this.scratch;
    payload.clear();
    if (this.version >= SYNC_SINCE) payload.byte(Ev.Sync);
    payload.byte(Ev.Frequency);
    payload.varint(this.frequency);
    if (this.version >= SYNC_SINCE) {
      if (clock === undefined) throw new UsageError(`a generation of go 1.${this.version} needs a reading of the clocks`);
      if (clock.time < time) throw new UsageError('the clocks were read before the generation began');
      payload.byte(Ev.ClockSnapshot);
      payload.varint(checkNumber(clock.time - time, 'a clock'));
      for (const value of [clock.mono, clock.seconds, clock.nanoseconds]) payload.varint(checkNumber(value, 'a clock'));
    }
    this.writeBatch(NOBODY, time, payload.view());
  }

  // ---- tables ----

  /** The id of a text in this generation. More than 1024 bytes are cut. */
  string(text: string): number {
    this.requireGeneration();
    return this.tables.string(text);
  }

  /** The id of a stack in this generation, leaf first. Frames outside of the first 128 are left out. */
  stack(frames: readonly FrameSpec[]): number {
    this.requireGeneration();
    for (const { line, pc = 0 } of frames) {
      checkNumber(line, 'a line');
      checkNumber(pc, 'a program counter');
    }
    return this.tables.stack(frames);
  }

  // ---- events ----

  /**
   * Writes an event of thread `m` (-1: on behalf of nobody) at `time`, in clock units. `args` are those that spec.ts
   * names for its type; ids of strings and stacks are those that this generation gave out.
   */
  event(m: number, time: number, type: number, ...args: readonly number[]): void {
    const spec = this.specOf(type);
    if (args.length !== spec.args.length)
      throw new UsageError(`${spec.name} with ${args.length} arguments; it has ${spec.args.length}: ${spec.args.join(' ')}`);
    const batch = this.batchOf(m, checkNumber(time, 'a time'));
    this.encode(spec, time - batch.last, args);
    if (batch.payload.length + this.scratch.length > MAX_BATCH_BYTES) {
      this.flush(batch);
      batch.time = time;
      this.encode(spec, 0, args);
    }
    batch.payload.bytes(this.scratch.view());
    batch.last = time;
  }

  /** Writes a CPU sample. */
  sample({ time, m, p, g, stack }: SampleSpec): void {
    this.requireGeneration();
    const { scratch } = this;
    scratch.clear();
    scratch.byte(Ev.CpuSample);
    scratch.varint(checkNumber(time, 'a time'));
    scratch.varintOrNone(checkId(m, 'm'));
    scratch.varintOrNone(checkId(p, 'p'));
    scratch.varint(checkNumber(g === NOBODY ? 0 : g, 'g'));
    scratch.varint(this.checkStack(stack));
    this.samples.add(scratch.view());
  }

  /** Passes a batch of an experiment through (1 is AllocFree). */
  experiment(kind: number, m: number, time: number, data: Uint8Array): void {
    this.requireGeneration();
    if (this.version < EXPERIMENTS_SINCE) throw new UsageError(`go 1.${this.version} has no experiments`);
    if (!(kind >= 0 && kind < 256)) throw new UsageError(`experiment ${kind}: it must fit in a byte`);
    if (data.length > MAX_BATCH_BYTES) throw new UsageError(`a batch of ${data.length} bytes; at most ${MAX_BATCH_BYTES}`);
    this.writeBatch(m, checkNumber(time, 'a time'), data, kind);
  }

  private specOf(type: number): EventSpec {
    const spec = TIMED_EVENTS[type];
    if (spec === undefined) throw new UsageError(`${type} is no timed event`);
    if (spec.since > this.version) throw new UsageError(`go 1.${this.version} has no ${spec.name}: it came with 1.${spec.since}`);
    return spec;
  }

  private encode({ id, args: names }: EventSpec, dt: number, args: readonly number[]): void {
    const { scratch } = this;
    const kinds = ARG_KINDS[id];
    scratch.clear();
    scratch.byte(id);
    scratch.varint(dt);
    for (let i = 0; i < args.length; i++) {
      const kind = kinds[i];
      if (kind === 'stack') scratch.varint(this.checkStack(args[i]));
      else if (kind === 'string') scratch.varint(this.checkString(args[i]));
      else if (kind === 'thread') scratch.varintOrNone(checkId(args[i], names[i]));
      else scratch.varint(checkNumber(args[i], names[i]));
    }
  }

  private checkStack(id: number): number {
    if (this.tables.stacks.has(id)) return id;
    throw new UsageError(`stack ${id} is not of this generation`);
  }

  private checkString(id: number): number {
    if (this.tables.strings.has(id)) return id;
    throw new UsageError(`string ${id} is not of this generation`);
  }

  // ---- batches ----

  private batchOf(m: number, time: number): OpenBatch {
    this.requireGeneration();
    let batch = this.batches.get(m);
    if (batch === undefined) {
      batch = { m: checkId(m, 'm'), payload: new ByteBuilder(), time, last: time };
      this.batches.set(m, batch);
    }
    if (time < batch.last) throw new UsageError(`thread ${m} at time ${time}, which was at ${batch.last} already`);
    if (batch.payload.length === 0) batch.time = batch.last = time;
    return batch;
  }

  private flush(batch: OpenBatch): void {
    if (batch.payload.length > 0) this.writeBatch(batch.m, batch.time, batch.payload.view());
    batch.payload.clear();
  }

  private writeBatch(m: number, time: number, payload: Uint8Array, experiment: number | null = null): void {
    const { out } = this;
    out.clear();
    out.byte(experiment === null ? Ev.EventBatch : Ev.ExperimentalBatch);
    if (experiment !== null) out.byte(experiment);
    out.varint(this.number);
    out.varintOrNone(m);
    out.varint(time);
    out.varint(payload.length);
    out.bytes(payload);
    this.write(out.view().slice());
  }

  private requireGeneration(): number {
    if (this.time === null) throw new UsageError('no generation is open');
    return this.time;
  }
}

function checkNumber(value: number, what: string): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new UsageError(`${what} of ${value}; a whole number from 0 on is expected`);
}

function checkId(value: number, what: string): number {
  return value === NOBODY ? value : checkNumber(value, what);
}

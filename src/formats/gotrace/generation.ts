/**
 * One generation of a trace: its batches by thread, its tables of strings and stacks, its clock, its CPU samples. Tables
 * may stand behind the events that use them, so a generation is held as a whole.
 */

import type { StackId, StackTable } from '../../model/stacks.ts';
import type { ClockSnapshot } from '../../model/trace.ts';
import { ByteCursor, NONE_FROM, TraceError } from './bytes.ts';
import { Ev, MAX_STRING_BYTES, MAX_TRACE_FRAMES, SYNC_SINCE } from './spec.ts';
import { type PackableTables, TraceStacks } from './stacks.ts';

/** Events of one thread that were written together. */
export interface Batch {
  /** The thread; -1 for batches written on behalf of nobody. */
  readonly m: number;
  /** In clock units. */
  readonly time: number;
  readonly payload: Uint8Array;
  /** Where the payload stands in the trace. */
  readonly offset: number;
}

export interface CpuSample {
  readonly time: number;
  readonly m: number;
  readonly p: number;
  readonly g: number;
  readonly stack: number;
}

/** The clocks at one moment: the trace's own in its units, the monotonic one in nanoseconds, Unix time. */
interface ClockReading {
  readonly time: number;
  readonly mono: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

const SMALL_IDS = 1 << 12;
const UTF8 = new TextDecoder();

export class Generation implements PackableTables {
  readonly number: number;
  readonly offset: number;
  /** Earliest time of any batch. */
  firstTime = Number.POSITIVE_INFINITY;
  /** Clock units per second; 0 until its batch was read. */
  frequency = 0;
  bytes = 0;
  /** Whether a table of strings was read, even an empty one: it is the last thing that is written. */
  private hasStrings = false;
  /** Batches of timed events by thread, each in the order of the file. */
  readonly byThread = new Map<number, Batch[]>();
  readonly samples: CpuSample[] = [];
  clock: ClockSnapshot | null = null;
  /** What the clocks said, in the trace's own units. */
  private reading: ClockReading | null = null;
  private readonly strings = new Map<number, string>([[0, '']]);
  /** The same by small ids, which reasons and kinds have: they are asked for with every event. */
  private readonly smallStrings: (string | undefined)[] = [''];
  readonly stacks = new TraceStacks((id) => this.strings.get(id));

  private readonly hasSync: boolean;
  /** Whether a table was begun: the runtime writes them behind all events. */
  hasTables = false;
  /** Whether tables are not whole: what they have not is unknown, and not wrong. */
  private isCut = false;

  /** `version`: of the format. */
  constructor(number: number, offset: number, version: number) {
    this.number = number;
    this.offset = offset;
    this.hasSync = version >= SYNC_SINCE;
  }

  /** The text of an id. @throws TraceError for one that the table has not */
  string(id: number, offset: number): string {
    const text = id < SMALL_IDS ? this.smallStrings[id] : this.strings.get(id);
    if (text === undefined && this.isCut) return '';
    if (text === undefined) throw new TraceError(`string ${id} is not in the table of generation ${this.number}`, offset);
    return text;
  }

  /** @throws TraceError for a stack that the table has not */
  checkStack(id: number, offset: number): void {
    if (!this.stacks.has(id) && !this.isCut)
      throw new TraceError(`stack ${id} is not in the table of generation ${this.number}`, offset);
  }

  stackOf(id: number, stacks: StackTable): StackId {
    return this.stacks.stackOf(id, stacks);
  }

  /** `main.work main.go:12`: the innermost frame of a stack outside the runtime; '' without any. */
  placeOf(id: number): string {
    return this.stacks.placeOf(id);
  }

  /** Takes a batch in: tables are read now, events later. */
  add(batch: Batch, experimental: boolean): void {
    this.bytes += batch.payload.length;
    if (batch.time < this.firstTime) this.firstTime = batch.time;
    if (experimental || batch.payload.length === 0) return;
    const cursor = new ByteCursor(batch.payload, batch.offset);
    const [type] = batch.payload;
    if (type === Ev.Strings || type === Ev.Stacks || type === Ev.CpuSamples) this.hasTables = true;
    if (type === Ev.Strings) this.readStrings(cursor);
    else if (type === Ev.Stacks) this.readStacks(cursor);
    else if (type === Ev.CpuSamples) this.readSamples(cursor);
    else if (type === Ev.Frequency && !this.hasSync) this.readFrequency(cursor);
    else if (type === Ev.Sync && this.hasSync) this.readSync(cursor, batch.time);
    else this.addEvents(batch);
  }

  private addEvents(batch: Batch): void {
    const known = this.byThread.get(batch.m);
    if (known === undefined) this.byThread.set(batch.m, [batch]);
    else known.push(batch);
  }

  /** Whether it has what every whole generation has. */
  get isComplete(): boolean {
    return this.hasStrings;
  }

  /** Takes in the batch that the end of the trace cuts, and goes without what is missing. */
  addCut(batch: Batch | null, experimental: boolean): void {
    this.isCut = true;
    try {
      if (batch !== null) this.add(batch, experimental);
    } catch (error) {
      // A table is read as far as it goes.
      if (!(error instanceof TraceError)) throw error;
    }
  }

  /** Checks what can be checked only once all is there. */
  validate(): void {
    if (this.frequency === 0) throw new TraceError(`generation ${this.number} has no frequency`, this.offset);
    if (this.hasSync && this.reading === null)
      throw new TraceError(`generation ${this.number} has no reading of the clocks`, this.offset);
    for (const id of this.stacks.stringIds()) this.string(id, this.offset);
    for (const { stack } of this.samples) this.checkStack(stack, this.offset);
  }

  /** Sets {@link clock}; `toNs` makes nanoseconds since the trace's first event of the trace's own units. */
  setClock(toNs: (time: number) => number): void {
    if (this.reading === null) return;
    const { time, mono, seconds, nanoseconds } = this.reading;
    this.clock = { time: toNs(time), monoNs: mono, wallNs: BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds) };
  }

  private readStrings(cursor: ByteCursor): void {
    cursor.byte();
    this.hasStrings = true;
    while (!cursor.done) {
      const at = expectType(cursor, Ev.String, 'a string');
      const id = cursor.varint();
      const length = cursor.varint();
      if (length > MAX_STRING_BYTES)
        throw new TraceError(`a string of ${length} bytes; at most ${MAX_STRING_BYTES} are allowed`, at);
      if (id === 0 || this.strings.has(id)) throw new TraceError(`string ${id} stands twice in a generation`, at);
      const text = UTF8.decode(cursor.take(length));
      this.strings.set(id, text);
      if (id < SMALL_IDS) this.smallStrings[id] = text;
    }
  }

  private readStacks(cursor: ByteCursor): void {
    cursor.byte();
    while (!cursor.done) {
      const at = expectType(cursor, Ev.Stack, 'a stack');
      const id = cursor.varint();
      const count = cursor.varint();
      if (count > MAX_TRACE_FRAMES)
        throw new TraceError(`a stack of ${count} frames; at most ${MAX_TRACE_FRAMES} are allowed`, at);
      if (id === 0 || this.stacks.has(id)) throw new TraceError(`stack ${id} stands twice in a generation`, at);
      const frames = new Float64Array(3 * count);
      for (let i = 0; i < frames.length; ) {
        cursor.varint();
        for (let field = 0; field < 3; field++) frames[i++] = cursor.varint();
      }
      this.stacks.set(id, frames);
    }
  }

  private readSamples(cursor: ByteCursor): void {
    cursor.byte();
    while (!cursor.done) {
      expectType(cursor, Ev.CpuSample, 'a CPU sample');
      const time = cursor.varint();
      const [m, p, g] = [orNone(cursor.varint()), orNone(cursor.varint()), cursor.varint()];
      this.samples.push({ time, m, p, g: g === 0 ? -1 : g, stack: cursor.varint() });
    }
  }

  private readFrequency(cursor: ByteCursor): void {
    const at = cursor.base + cursor.pos;
    cursor.byte();
    this.setFrequency(cursor.varint(), at);
    if (!cursor.done) throw new TraceError('something stands behind the frequency in its batch', cursor.base + cursor.pos);
  }

  private readSync(cursor: ByteCursor, time: number): void {
    cursor.byte();
    while (!cursor.done) {
      const at = cursor.base + cursor.pos;
      const type = cursor.byte();
      if (type === Ev.Frequency) this.setFrequency(cursor.varint(), at);
      else if (type === Ev.ClockSnapshot) this.setReading(cursor, time, at);
      else throw new TraceError(`event ${type} in a sync batch; a frequency or a clock snapshot is expected`, at);
    }
  }

  private setReading(cursor: ByteCursor, batchTime: number, at: number): void {
    if (this.reading !== null) throw new TraceError('a second reading of the clocks in one generation', at);
    const time = batchTime + cursor.varint();
    this.reading = { time, mono: cursor.varint(), seconds: cursor.varint(), nanoseconds: cursor.varint() };
  }

  private setFrequency(value: number, at: number): void {
    if (this.frequency !== 0) throw new TraceError('a second frequency in one generation', at);
    if (value === 0) throw new TraceError('a frequency of 0', at);
    this.frequency = value;
  }
}

function expectType(cursor: ByteCursor, type: number, what: string): number {
  const at = cursor.base + cursor.pos;
  const found = cursor.byte();
  if (found !== type) throw new TraceError(`event ${found} where ${what} is expected`, at);
  return at;
}

/** All ones mean none. */
export function orNone(value: number): number {
  return value >= NONE_FROM ? -1 : value;
}

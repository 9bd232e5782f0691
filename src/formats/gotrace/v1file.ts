/**
 * A whole trace of Go 1.5 to 1.21: clock, strings and stacks stand at its end, so nothing can be told before all of it is
 * there. Each event is a byte of type and number of arguments, then numbers:
 *
 *     type | n << 6, dt, n numbers          n < 3
 *     type | 3 << 6, bytes, dt, numbers     any number of them, in so many bytes
 *
 * A Batch event says which P the events behind it are of. In traces of Go 1.5 and 1.6 a difference of sequence numbers
 * stands before each dt. Of an event, only what orders it is kept in columns; its numbers are read again when asked for.
 */

import { Float64Column, Int32Column, Uint8Column } from '../../base/columns.ts';
import type { StackId, StackTable } from '../../model/stacks.ts';
import { ByteCursor, TraceError } from './bytes.ts';
import { orNone } from './generation.ts';
import { type PackableTables, TraceStacks } from './stacks.ts';
import { MAX_V1_FRAMES, MAX_V1_STRING_BYTES, NAMES_SINCE, V1, type V1Event, v1Events } from './v1spec.ts';

const PREFIXED = 3;
const UTF8 = new TextDecoder();
const MAX_PROCS = 1 << 16;
/** Ids of the stacks that are made of where goroutines begin, in traces that tell only that; behind all others. */
const START_STACKS = 2 ** 40;

export class V1File implements PackableTables {
  /** These traces do not tell the wall clock. */
  readonly clock = null;
  readonly version: number;
  /** By event: type, clock ticks, P (-1 for none), goroutine (0 for none), where its arguments stand. */
  readonly types = new Uint8Column();
  readonly ticks = new Float64Column();
  readonly procs = new Int32Column();
  readonly goroutines = new Float64Column();
  private readonly offsets = new Int32Column();
  /** Before go 1.7: numbers that order the events of all Ps. */
  readonly seqs = new Float64Column();
  /** Events by P, in the order of its batches; CPU samples apart. */
  readonly byProc = new Map<number, Int32Column>();
  readonly samples = new Int32Column();
  readonly strings = new Map<number, string>([[0, '']]);
  readonly stacks = new TraceStacks((id) => this.nameOf(id));
  /** Messages of logs, by event. */
  readonly messages = new Map<number, string>();
  /** Ticks per second; 0 until it was read. */
  frequency = 0;
  /** Where reading stopped, and why, if not at the end. */
  damage: TraceError | null = null;
  private readonly buf: Uint8Array;
  private readonly events: readonly (V1Event | undefined)[];
  private readonly lastGoroutines = new Map<number, number>();
  private proc = -1;
  private ownEvents: Int32Column | null = null;
  private goroutine = 0;
  private time = 0;
  private seq = 0;
  private readonly numbers: number[] = [];

  constructor(bytes: Uint8Array, version: number, offset: number) {
    this.version = version;
    this.buf = bytes;
    this.events = v1Events(version);
    const cursor = new ByteCursor(bytes, offset);
    try {
      while (!cursor.done) this.readEvent(cursor);
    } catch (error) {
      if (!(error instanceof TraceError)) throw error;
      this.damage = error;
    }
  }

  get count(): number {
    return this.types.length;
  }

  stackOf(id: number, stacks: StackTable): StackId {
    return this.stacks.stackOf(id, stacks);
  }

  // ---- numbers of an event ----

  /** An argument of an event, 0 where its version has none. */
  arg(event: number, index: number): number {
    const spec = this.events[this.types.data[event]] as V1Event;
    return index < spec.args ? this.numberAt(event, index) : 0;
  }

  /** The stack of an event, 0 for none. */
  stackIdOf(event: number): number {
    const spec = this.events[this.types.data[event]] as V1Event;
    return spec.stack ? this.numberAt(event, spec.args) : 0;
  }

  /** Where the goroutine begins that an event makes, as a stack. */
  startStackOf(event: number): number {
    const id = this.arg(event, 1);
    return this.hasNames ? id : START_STACKS + id;
  }

  /** Where the numbers of an event stand. */
  offsetOf(event: number): number {
    return this.offsets.data[event];
  }

  nameOfEvent(event: number): string {
    return (this.events[this.types.data[event]] as V1Event).name;
  }

  private numberAt(event: number, index: number): number {
    const { buf } = this;
    let at = this.offsets.data[event];
    for (let left = index; left > 0; left--) while (buf[at++] >= 0x80);
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = buf[at++];
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  private get hasNames(): boolean {
    return this.version >= NAMES_SINCE;
  }

  /** Before go 1.7 functions are known by their program counter only. */
  private nameOf(id: number): string | undefined {
    return this.hasNames || id === 0 ? this.strings.get(id) : `0x${id.toString(16)}`;
  }

  // ---- reading ----

  private readEvent(cursor: ByteCursor): void {
    const at = cursor.base + cursor.pos;
    const head = cursor.byte();
    const spec = this.events[head & 0x3f];
    if (spec === undefined) throw new TraceError(`event ${head & 0x3f}, which traces of go 1.${this.version} do not have`, at);
    if (spec.timed) this.readTimed(cursor, spec, head >> 6);
    else if (spec.id === V1.String) this.readString(cursor, at);
    else this.readUntimed(cursor, spec, head >> 6);
    if (spec.id === V1.UserLog) this.messages.set(this.count - 1, UTF8.decode(cursor.take(this.textLength(cursor, at))));
  }

  private readTimed(cursor: ByteCursor, spec: V1Event, count: number): void {
    const at = cursor.base + cursor.pos - 1;
    const end = count === PREFIXED ? this.takeEnd(cursor) : -1;
    if (!this.hasNames) this.seq += cursor.varint();
    const dt = cursor.varint();
    const offset = cursor.pos;
    const numbers = spec.args + (spec.stack ? 1 : 0);
    const first = numbers > 0 ? cursor.varint() : 0;
    for (let i = 1; i < numbers; i++) cursor.varint();
    if (end < 0 ? count !== numbers : cursor.pos !== end)
      throw new TraceError(`${spec.name} with another number of arguments than the ${numbers} that it has`, at);
    this.offsets.push(offset);
    if (spec.id === V1.CPUSample) this.addSample(first, offset);
    else this.addEvent(spec, dt, first);
  }

  /** Where an event ends that says how long it is. */
  private takeEnd(cursor: ByteCursor): number {
    const length = cursor.varint();
    const end = cursor.pos + length;
    if (end > cursor.end) throw new TraceError('the trace ends within an event', cursor.base + cursor.pos);
    return end;
  }

  private readUntimed(cursor: ByteCursor, spec: V1Event, count: number): void {
    const at = cursor.base + cursor.pos - 1;
    const { numbers } = this;
    numbers.length = 0;
    if (count < PREFIXED) {
      const inline = count + (this.hasNames ? 1 : 2);
      for (let i = 0; i < inline; i++) numbers.push(cursor.varint());
    } else {
      const end = this.takeEnd(cursor);
      while (cursor.pos < end) numbers.push(cursor.varint());
      if (cursor.pos !== end) throw new TraceError('an event is longer than it says', cursor.base + cursor.pos);
    }
    if (spec.id === V1.Stack) this.addStack(at);
    else if (numbers.length !== spec.args)
      throw new TraceError(`${spec.name} with ${numbers.length} numbers; ${spec.args} are expected`, at);
    else if (spec.id === V1.Frequency) this.frequency = numbers[0];
    else if (spec.id === V1.Batch) this.beginBatch(at);
  }

  private textLength(cursor: ByteCursor, at: number): number {
    const length = cursor.varint();
    if (length > MAX_V1_STRING_BYTES)
      throw new TraceError(`a string of ${length} bytes; at most ${MAX_V1_STRING_BYTES} are allowed`, at);
    return length;
  }

  private readString(cursor: ByteCursor, at: number): void {
    const id = cursor.varint();
    const length = this.textLength(cursor, at);
    if (id === 0 || this.strings.has(id)) throw new TraceError(`string ${id} stands twice`, at);
    this.strings.set(id, UTF8.decode(cursor.take(length)));
  }

  private addStack(at: number): void {
    const { numbers } = this;
    const [id, count] = numbers;
    const size = this.hasNames ? 4 : 1;
    if (numbers.length < 2 || count > MAX_V1_FRAMES || numbers.length !== 2 + size * count) {
      throw new TraceError(`a stack of ${numbers.length} numbers, which no number of frames has`, at);
    }
    const frames = new Float64Array(3 * count);
    for (let i = 0; i < count; i++) {
      if (this.hasNames) frames.set(numbers.slice(4 * i + 3, 4 * i + 6), 3 * i);
      else frames[3 * i] = numbers[2 + i];
    }
    if (id !== 0 && count > 0) this.stacks.set(id, frames);
  }

  private beginBatch(at: number): void {
    const { numbers } = this;
    const proc = orNone(numbers[0]);
    if (proc >= MAX_PROCS) throw new TraceError(`a batch of P ${proc}`, at);
    this.lastGoroutines.set(this.proc, this.goroutine);
    this.proc = proc;
    this.ownEvents = null;
    this.goroutine = this.lastGoroutines.get(proc) ?? 0;
    this.time = numbers[numbers.length - 1];
    if (!this.hasNames) this.seq = numbers[1];
  }

  private addSample(ticks: number, offset: number): void {
    const cursor = new ByteCursor(this.buf, 0, offset);
    cursor.varint();
    this.samples.push(this.count);
    this.push(V1.CPUSample, ticks, orNone(cursor.varint()), cursor.varint());
  }

  private addEvent(spec: V1Event, dt: number, first: number): void {
    this.time += dt;
    const role = ROLES[spec.id];
    if (role === ROLE.starts) this.goroutine = first;
    this.ownEvents ??= this.eventsOf(this.proc);
    this.ownEvents.push(this.count);
    if (!this.hasNames) this.addNumbered(spec, first);
    this.push(spec.id, this.time, this.proc, role === ROLE.foreign ? first : this.goroutine);
    if (role === ROLE.leaves) this.goroutine = 0;
  }

  /** Of an event before go 1.7: its number, and the stack where a new goroutine begins. */
  private addNumbered(spec: V1Event, first: number): void {
    this.seqs.push(this.seq);
    if (spec.id !== V1.GoCreate) return;
    const cursor = new ByteCursor(this.buf, 0, this.offsets.data[this.count]);
    if (cursor.varint() !== first) return;
    const pc = cursor.varint();
    if (pc !== 0) this.stacks.set(START_STACKS + pc, Float64Array.of(pc, 0, 0));
  }

  private push(type: number, ticks: number, proc: number, goroutine: number): void {
    this.types.push(type);
    this.ticks.push(ticks);
    this.procs.push(proc);
    this.goroutines.push(goroutine);
  }

  private eventsOf(proc: number): Int32Column {
    let events = this.byProc.get(proc);
    if (events === undefined) {
      events = new Int32Column();
      this.byProc.set(proc, events);
    }
    return events;
  }
}

/** What an event says of the goroutine of its P: it begins to run one, leaves it, or tells of another one. */
const ROLE = { none: 0, starts: 1, leaves: 2, foreign: 3 } as const;
const ROLES = new Uint8Array(64);
for (const name of ['Start', 'StartLocal', 'StartLabel']) ROLES[V1[`Go${name}`]] = ROLE.starts;
for (const name of ['SysExit', 'Waiting', 'InSyscall']) ROLES[V1[`Go${name}`]] = ROLE.foreign;
for (const name of ['End', 'Stop', 'Sched', 'Preempt', 'Sleep', 'SysBlock']) ROLES[V1[`Go${name}`]] = ROLE.leaves;
for (const name of ['', 'Send', 'Recv', 'Select', 'Sync', 'Cond', 'Net', 'GC']) ROLES[V1[`GoBlock${name}`]] = ROLE.leaves;

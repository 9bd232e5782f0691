/**
 * A whole trace of Go 1.7 to 1.21 in columns: clock, strings and stacks stand at its end, so nothing can be told before
 * all of it is there. Each event is a byte of type and number of arguments, then numbers:
 *
 *     type | n << 6, dt, n numbers          n < 3
 *     type | 3 << 6, bytes, dt, numbers     any number of them, in so many bytes
 *
 * A Batch event says which P the events behind it are of.
 */

import { Float64Column, Int32Column } from '../../base/columns.ts';
import type { StackId, StackTable } from '../../model/stacks.ts';
import { ByteCursor, TraceError } from './bytes.ts';
import { orNone } from './generation.ts';
import { type PackableTables, TraceStacks } from './stacks.ts';
import { MAX_V1_FRAMES, MAX_V1_STRING_BYTES, V1, type V1Event, v1Events } from './v1spec.ts';

const PREFIXED = 3;
const UTF8 = new TextDecoder();
const MAX_PROCS = 1 << 16;

export class V1File implements PackableTables {
  /** These traces do not tell the wall clock. */
  readonly clock = null;
  readonly version: number;
  /** By event: type, clock ticks, P (-1 for none), goroutine (0 for none), four arguments, stack. */
  readonly types = new Int32Column();
  readonly ticks = new Float64Column();
  readonly procs = new Int32Column();
  readonly goroutines = new Float64Column();
  readonly args: readonly Float64Column[] = [new Float64Column(), new Float64Column(), new Float64Column()];
  readonly stackIds = new Int32Column();
  /** Events by P, in the order of its batches; CPU samples apart. */
  readonly byProc = new Map<number, Int32Column>();
  readonly samples = new Int32Column();
  readonly strings = new Map<number, string>([[0, '']]);
  readonly stacks = new TraceStacks((id) => this.strings.get(id));
  /** Messages of logs, by event. */
  readonly messages = new Map<number, string>();
  /** Ticks per second; 0 until it was read. */
  frequency = 0;
  /** Where reading stopped, and why, if not at the end. */
  damage: TraceError | null = null;
  private readonly events: readonly (V1Event | undefined)[];
  private readonly lastGoroutines = new Map<number, number>();
  private proc = -1;
  private goroutine = 0;
  private time = 0;
  private readonly numbers: number[] = [];

  constructor(bytes: Uint8Array, version: number, offset: number) {
    this.version = version;
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

  private readEvent(cursor: ByteCursor): void {
    const at = cursor.base + cursor.pos;
    const head = cursor.byte();
    const spec = this.events[head & 0x3f];
    if (spec === undefined) throw new TraceError(`event ${head & 0x3f}, which traces of go 1.${this.version} do not have`, at);
    if (spec.id === V1.String) return void this.readString(cursor, at);
    this.readNumbers(cursor, spec.id === V1.Batch ? 1 : head >> 6);
    if (spec.id === V1.Stack) this.addStack(at);
    else this.take(spec, at);
    if (spec.id === V1.UserLog) this.messages.set(this.count - 1, UTF8.decode(cursor.take(this.textLength(cursor, at))));
  }

  private readNumbers(cursor: ByteCursor, count: number): void {
    const { numbers } = this;
    numbers.length = 0;
    if (count < PREFIXED) {
      for (let i = 0; i <= count; i++) numbers.push(cursor.varint());
      return;
    }
    const length = cursor.varint();
    const end = cursor.pos + length;
    if (end > cursor.end) throw new TraceError('the trace ends within an event', cursor.base + cursor.pos);
    while (cursor.pos < end) numbers.push(cursor.varint());
    if (cursor.pos !== end) throw new TraceError('an event is longer than it says', cursor.base + cursor.pos);
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
    if (numbers.length < 2 || count > MAX_V1_FRAMES || numbers.length !== 2 + 4 * count) {
      throw new TraceError(`a stack of ${numbers.length} numbers, which no number of frames has`, at);
    }
    const frames = new Float64Array(3 * count);
    for (let i = 0; i < count; i++) frames.set(numbers.slice(4 * i + 3, 4 * i + 6), 3 * i);
    if (id !== 0 && count > 0) this.stacks.set(id, frames);
  }

  private take(spec: V1Event, at: number): void {
    const { numbers } = this;
    const expected = spec.args + (spec.timed ? 1 : 0) + (spec.stack ? 1 : 0);
    if (numbers.length !== expected)
      throw new TraceError(`${spec.name} with ${numbers.length} numbers; ${expected} are expected`, at);
    if (spec.id === V1.Batch) this.beginBatch(orNone(numbers[0]), numbers[1], at);
    else if (spec.id === V1.Frequency) this.frequency = numbers[0];
    else if (spec.id === V1.CPUSample) this.addSample();
    else if (spec.timed) this.addEvent(spec);
  }

  private beginBatch(proc: number, ticks: number, at: number): void {
    if (proc >= MAX_PROCS) throw new TraceError(`a batch of P ${proc}`, at);
    this.lastGoroutines.set(this.proc, this.goroutine);
    this.proc = proc;
    this.goroutine = this.lastGoroutines.get(proc) ?? 0;
    this.time = ticks;
  }

  private addSample(): void {
    const [, ticks, proc, goroutine, stack] = this.numbers;
    this.samples.push(this.count);
    this.push(V1.CPUSample, ticks, orNone(proc), goroutine);
    for (const column of this.args) column.push(0);
    this.stackIds.push(stack);
  }

  private addEvent(spec: V1Event): void {
    const { numbers } = this;
    this.time += numbers[0];
    const isStart = spec.id === V1.GoStart || spec.id === V1.GoStartLocal || spec.id === V1.GoStartLabel;
    const isForeign = spec.id === V1.GoSysExit || spec.id === V1.GoWaiting || spec.id === V1.GoInSyscall;
    if (isStart) this.goroutine = numbers[1];
    this.indexOf(this.proc).push(this.count);
    this.push(spec.id, this.time, this.proc, isForeign ? numbers[1] : this.goroutine);
    for (let i = 0; i < this.args.length; i++) this.args[i].push(i < spec.args ? numbers[i + 1] : 0);
    this.stackIds.push(spec.stack ? numbers[numbers.length - 1] : 0);
    if (LEAVING.has(spec.id)) this.goroutine = 0;
  }

  private push(type: number, ticks: number, proc: number, goroutine: number): void {
    this.types.push(type);
    this.ticks.push(ticks);
    this.procs.push(proc);
    this.goroutines.push(goroutine);
  }

  private indexOf(proc: number): Int32Column {
    let events = this.byProc.get(proc);
    if (events === undefined) {
      events = new Int32Column();
      this.byProc.set(proc, events);
    }
    return events;
  }
}

/** Events after which the P has no goroutine. */
const LEAVING = new Set(
  [
    'End',
    'Stop',
    'Sched',
    'Preempt',
    'Sleep',
    'Block',
    'BlockSend',
    'BlockRecv',
    'BlockSelect',
    'BlockSync',
    'BlockCond',
    'BlockNet',
    'SysBlock',
    'BlockGC',
  ].map((name) => V1[`Go${name}`]),
);

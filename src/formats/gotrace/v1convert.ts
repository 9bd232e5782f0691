/**
 * Events of Go 1.5 to 1.21 in the words of later traces, after the mapping of src/internal/trace/tracev1.go: the whole
 * file is one generation, states are those that the later events have, and a system call that did not block lasts 1 ns.
 */

import type { GoState } from '../../model/moves.ts';
import { blankEvent, METRIC, NOBODY, type ProcState, RANGE, type TraceEvent, type TraceEventKind } from '../../model/trace.ts';
import type { V1File } from './v1file.ts';
import { orderV1, type V1Report } from './v1order.ts';
import { BLOCK_REASONS, stwKind, V1 } from './v1spec.ts';

const NS_PER_SECOND = 1e9;

/** Hands out the events of a file, whose frequency is known; `report` is told of what contradicts itself. */
export function convertV1(file: V1File, emit: (event: TraceEvent) => void, report: V1Report): void {
  new Converter(file, emit).run(orderV1(file, report));
}

class Converter {
  private readonly file: V1File;
  private readonly emit: (event: TraceEvent) => void;
  private readonly threads = new Map<number, number>();
  private readonly seenProcs = new Set<number>();
  /** Goroutines that were there before the trace and of which nothing else was told so far. */
  private readonly created = new Set<number>();
  private readonly tasks = new Map<number, string>();
  private readonly openRegions = new Map<number, number>();
  /** System calls that blocked. */
  private blocking: ReadonlySet<number> = new Set();
  private initialising = true;
  private stwKind = '';
  private lastTime = -1;
  private event = -1;
  private readonly out = blankEvent();

  constructor(file: V1File, emit: (event: TraceEvent) => void) {
    this.file = file;
    this.emit = emit;
  }

  run(order: Int32Array): void {
    const { ticks, frequency } = this.file;
    this.send('Sync', 0);
    const base = order.length === 0 ? 0 : ticks.data[order[0]];
    this.blocking = this.findBlocking(order);
    for (const event of order) {
      this.event = event;
      // The reader's own first event is one nanosecond before the trace's.
      const time = Math.trunc((ticks.data[event] - base) * (NS_PER_SECOND / frequency)) + 1;
      this.convert(this.file.types.data[event], time);
    }
    this.event = -1;
    this.send('Sync', this.lastTime + 1);
  }

  /** The system calls that blocked: the next event of their goroutine says so. */
  private findBlocking(order: Int32Array): Set<number> {
    const { types, goroutines } = this.file;
    const open = new Map<number, number>();
    const blocking = new Set<number>();
    for (const event of order) {
      const goroutine = goroutines.data[event];
      const call = open.get(goroutine);
      if (call !== undefined) {
        open.delete(goroutine);
        if (types.data[event] === V1.GoSysBlock) blocking.add(call);
      }
      if (types.data[event] === V1.GoSysCall) open.set(goroutine, event);
    }
    return blocking;
  }

  private convert(type: number, time: number): void {
    if (type === V1.GoSysBlock || type === V1.FutileWakeup) return;
    const reason = BLOCK_REASONS.get(type);
    if (reason !== undefined) this.sendGo(time, this.own, 'Running', 'Waiting', reason);
    else if (type === V1.GoSysCall) this.sendCall(time, this.blocking.has(this.event));
    else if (!this.convertProc(type, time) && !this.convertGoroutine(type, time) && !this.convertRange(type, time))
      this.convertUser(type, time);
  }

  // ---- Ps, goroutines ----

  private convertProc(type: number, time: number): boolean {
    if (type !== V1.ProcStart && type !== V1.ProcStop) return false;
    const proc = this.file.procs.data[this.event];
    const starts = type === V1.ProcStart;
    if (starts) this.threads.set(proc, this.arg(0));
    const known = this.seenProcs.has(proc);
    this.seenProcs.add(proc);
    const to: ProcState = starts ? 'Running' : 'Idle';
    this.prepare('StateTransition', time);
    Object.assign(this.out, {
      resource: 'proc',
      subject: proc,
      from: known ? (starts ? 'Idle' : 'Running') : 'Undetermined',
      to,
    });
    this.deliver();
    if (!starts) this.threads.delete(proc);
    return true;
  }

  private convertGoroutine(type: number, time: number): boolean {
    if (type === V1.GoCreate) this.create(time);
    else if (type === V1.GoStart || type === V1.GoStartLocal || type === V1.GoStartLabel) this.start(type, time);
    else if (type === V1.GoEnd) this.sendGo(time, this.own, 'Running', 'NotExist');
    else if (type === V1.GoSched) this.sendGo(time, this.own, 'Running', 'Runnable', 'runtime.Gosched');
    else if (type === V1.GoPreempt) this.sendGo(time, this.own, 'Running', 'Runnable', 'preempted');
    else if (type === V1.GoUnblock || type === V1.GoUnblockLocal) this.sendGo(time, this.arg(0), 'Waiting', 'Runnable');
    else if (type === V1.GoSysExit || type === V1.GoSysExitLocal) this.sendGo(time, this.arg(0), 'Syscall', 'Runnable');
    else if (type === V1.GoWaiting) this.status(time, 'Waiting');
    else if (type === V1.GoInSyscall) this.status(time, 'Syscall');
    else return false;
    return true;
  }

  private create(time: number): void {
    if (this.initialising) this.created.add(this.arg(0));
    else this.sendGo(time, this.arg(0), 'NotExist', 'Runnable', '', this.file.startStackOf(this.event));
  }

  private start(type: number, time: number): void {
    const goroutine = this.arg(0);
    if (this.initialising && type !== V1.GoStartLabel) {
      this.status(time, 'Running');
      return;
    }
    this.sendGo(time, goroutine, 'Runnable', 'Running');
    if (type === V1.GoStartLabel) this.send('Label', time, this.text(this.arg(2)));
  }

  private status(time: number, to: GoState): void {
    this.created.delete(this.arg(0));
    this.sendGo(time, this.arg(0), 'Undetermined', to);
  }

  private sendCall(time: number, blocking: boolean): void {
    this.sendGo(time, this.own, 'Running', 'Syscall');
    if (!blocking) this.sendGo(time + 1, this.own, 'Syscall', 'Running');
  }

  // ---- ranges, metrics ----

  private convertRange(type: number, time: number): boolean {
    if (type === V1.STWStart) this.stwKind = stwKind(this.file.version, this.arg(0));
    const range = this.rangeOf(type);
    if (range !== null) {
      this.sendRange(range.begins ? 'RangeBegin' : 'RangeEnd', time, range.name);
      return true;
    }
    if (type === V1.Gomaxprocs && this.initialising) this.endInitialising(time);
    else if (type === V1.Gomaxprocs) this.send('Metric', time, METRIC.gomaxprocs, this.arg(0));
    else if (type === V1.HeapAlloc) this.send('Metric', time, METRIC.heap, this.arg(0));
    else if (type === V1.HeapGoal) this.send('Metric', time, METRIC.goal, this.arg(0));
    else return false;
    return true;
  }

  private rangeOf(type: number): { name: string; begins: boolean } | null {
    if (type === V1.STWStart || type === V1.STWDone)
      return { name: `${RANGE.stwPrefix}${this.stwKind})`, begins: type === V1.STWStart };
    if (type === V1.GCStart || type === V1.GCDone) return { name: RANGE.gcMark, begins: type === V1.GCStart };
    if (type === V1.GCSweepStart || type === V1.GCSweepDone) return { name: RANGE.sweep, begins: type === V1.GCSweepStart };
    if (type === V1.GCMarkAssistStart || type === V1.GCMarkAssistDone)
      return { name: RANGE.assist, begins: type === V1.GCMarkAssistStart };
    return null;
  }

  /** The first word on GOMAXPROCS ends the list of what was there before. */
  private endInitialising(time: number): void {
    this.initialising = false;
    for (const goroutine of [...this.created].sort((a, b) => a - b)) {
      this.prepare('StateTransition', time);
      Object.assign(this.out, {
        m: NOBODY,
        p: NOBODY,
        g: NOBODY,
        resource: 'goroutine',
        subject: goroutine,
        from: 'Undetermined',
        to: 'Runnable',
      });
      this.deliver();
    }
    this.created.clear();
  }

  // ---- tasks, regions, logs, samples ----

  private convertUser(type: number, time: number): void {
    if (type === V1.UserTaskCreate) {
      this.tasks.set(this.arg(0), this.text(this.arg(2)));
      this.sendUser('TaskBegin', time, this.text(this.arg(2)), this.arg(1));
    } else if (type === V1.UserTaskEnd) {
      this.sendUser('TaskEnd', time, this.tasks.get(this.arg(0)) ?? '', 0);
      this.tasks.delete(this.arg(0));
    } else if (type === V1.UserRegion) this.sendRegion(time);
    else if (type === V1.UserLog) this.sendUser('Log', time, this.text(this.arg(1)), 0, this.file.messages.get(this.event));
    else if (type === V1.CPUSample) this.send('StackSample', time);
  }

  /** `value` of an end tells whether its begin was seen. */
  private sendRegion(time: number): void {
    const open = this.openRegions.get(this.own) ?? 0;
    const begins = this.arg(1) === 0;
    this.openRegions.set(this.own, Math.max(0, open + (begins ? 1 : -1)));
    this.sendUser(begins ? 'RegionBegin' : 'RegionEnd', time, this.text(this.arg(2)), begins || open === 0 ? 0 : 1);
  }

  private sendUser(kind: TraceEventKind, time: number, name: string, value: number, text = ''): void {
    this.prepare(kind, time);
    Object.assign(this.out, { subject: this.arg(0), name, value, text });
    this.deliver();
  }

  // ---- out ----

  private get own(): number {
    return this.file.goroutines.data[this.event];
  }

  private arg(i: number): number {
    return this.file.arg(this.event, i);
  }

  private text(id: number): string {
    return this.file.strings.get(id) ?? '';
  }

  private sendGo(time: number, goroutine: number, from: GoState, to: GoState, name = '', newStack = 0): void {
    this.prepare('StateTransition', time);
    // Who stops running tells with the event's stack where it was.
    const { out } = this;
    out.subjectStack = from === 'Running' ? out.stack : newStack;
    out.resource = 'goroutine';
    out.subject = goroutine;
    out.from = from;
    out.to = to;
    out.name = name;
    this.deliver();
  }

  private sendRange(kind: TraceEventKind, time: number, name: string): void {
    this.prepare(kind, time);
    const { out } = this;
    out.name = name;
    out.subject = name === RANGE.gcMark ? NOBODY : name === RANGE.sweep ? out.p : out.g;
    if (kind === 'RangeEnd' && name === RANGE.sweep) {
      out.value = this.arg(0);
      out.reclaimed = this.arg(1);
    }
    this.deliver();
  }

  private send(kind: TraceEventKind, time: number, name = '', value = 0): void {
    this.prepare(kind, time);
    this.out.name = name;
    this.out.value = value;
    this.deliver();
  }

  private prepare(kind: TraceEventKind, time: number): void {
    const { file, event, out } = this;
    this.lastTime = Math.max(time, this.lastTime + 1);
    const proc = event < 0 ? NOBODY : file.procs.data[event];
    const goroutine = event < 0 ? 0 : file.goroutines.data[event];
    out.kind = kind;
    out.time = this.lastTime;
    out.p = proc;
    out.m = kind === 'StackSample' ? NOBODY : (this.threads.get(proc) ?? NOBODY);
    out.g = goroutine === 0 ? NOBODY : goroutine;
    out.resource = out.from = out.to = null;
    out.subject = out.value = out.reclaimed = out.subjectStack = 0;
    out.stack = event < 0 ? 0 : file.stackIdOf(event);
    out.name = out.text = '';
  }

  private deliver(): void {
    this.emit(this.out);
  }
}

/**
 * A scheduler's log as an execution trace: rows become events with the sequence numbers that keep those of different
 * threads in order, and each generation begins with the state of every P and goroutine.
 */

import { LogKind, type SchedLog } from '../../model/schedlog.ts';
import { isElided, NO_STACK, type StackId } from '../../model/stacks.ts';
import { Ev, GoStatus, ProcStatus, type TraceVersion } from './spec.ts';
import { type FrameSpec, TraceWriter } from './writer.ts';

/** Thread ids are those of an operating system: from here on. */
const FIRST_THREAD = 4001;
const NOBODY = -1;
/** A generation ends after so long, or so many rows, whichever comes first. */
const GENERATION_NS = 1_000_000_000;
const GENERATION_ROWS = 400_000;
/** Before the log's first row: time for the states that everything has then. */
export const LEAD_NS = 1000;
/** An arbitrary moment as the beginning of traces whose format tells the time of day. */
const EPOCH_SECONDS = 1_767_225_600;

export interface WriteLogOptions {
  /** Of the format: 22 is opened by all tools since Go 1.22. */
  readonly version: TraceVersion;
}

/** Writes a log; `write` is given the trace in pieces. */
export function writeLog(log: SchedLog, write: (chunk: Uint8Array) => void, options: WriteLogOptions): void {
  new LogWriter(log, write, options).run();
}

interface ProcRecord {
  status: number;
  sequence: number;
  thread: number;
}

interface GoRecord {
  status: number;
  sequence: number;
  thread: number;
}

interface ThreadRecord {
  proc: number;
  goroutine: number;
}

type RowHandler = (writer: LogWriter, row: number, m: number, time: number) => void;

class LogWriter {
  readonly log: SchedLog;
  private readonly writer: TraceWriter;

  private readonly procs = new Map<number, ProcRecord>();
  private readonly goroutines = new Map<number, GoRecord>();
  private readonly threads = new Map<number, ThreadRecord>();
  private readonly stackIds = new Map<StackId, number>();
  private readonly textIds = new Map<number, number>();
  private readonly samples: readonly number[];
  private nextSample = 0;
  /** Ranges that are open: no generation ends within one. */
  openRanges = 0;
  gcSequence = 0;
  private procCount = 0;

  constructor(log: SchedLog, write: (chunk: Uint8Array) => void, { version }: WriteLogOptions) {
    this.log = log;

    this.writer = new TraceWriter(write, { version });
    const { times } = log.samples;
    this.samples = Array.from({ length: times.length }, (_, i) => i).sort((a, b) => times.data[a] - times.data[b] || a - b);
  }

  run(): void {
    const { log } = this;
    for (const { id, state } of log.first) {
      const running = state === 'running';
      const thread = running ? log.firstThread : NOBODY;
      this.goroutines.set(id, { status: running ? GoStatus.running : GoStatus.waiting, sequence: 0, thread });
      if (running) this.threads.set(thread, { proc: 0, goroutine: id });
    }
    this.growProcs(log.procs);
    Object.assign(this.proc(0), { status: ProcStatus.running, thread: log.firstThread });
    let began = Number.NEGATIVE_INFINITY;
    let rows = GENERATION_ROWS;
    for (let row = 0; row < log.length; row++) {
      const time = log.times.data[row] + LEAD_NS;
      const due = rows >= GENERATION_ROWS || time - began >= GENERATION_NS;
      if (due && this.openRanges === 0 && (row === 0 || this.someoneRuns())) {
        this.beginGeneration(row === 0 ? 0 : time - 1);
        began = time;
        rows = 0;
      }
      rows++;
      HANDLERS[log.kinds.data[row]](this, row, log.threads.data[row], time);
    }
    this.addSamples(Number.POSITIVE_INFINITY);
    this.writer.finish();
  }

  // ---- generations ----

  private someoneRuns(): boolean {
    for (const { proc, goroutine } of this.threads.values()) if (proc >= 0 && goroutine >= 0) return true;
    return false;
  }

  private beginGeneration(time: number): void {
    this.addSamples(time);
    this.stackIds.clear();
    this.textIds.clear();
    const seconds = EPOCH_SECONDS + Math.floor(time / 1e9);
    this.writer.beginGeneration({ time, clock: { time, mono: time + 1, seconds, nanoseconds: time % 1e9 } });
    for (const [id, proc] of this.procs) {
      proc.sequence = 0;
      const m = proc.thread >= 0 ? proc.thread : this.someThread();
      this.event(m, time, Ev.ProcStatus, id, proc.status);
    }
    for (const [id, goroutine] of this.goroutines) {
      goroutine.sequence = 0;
      const { thread, status } = goroutine;
      this.event(thread, time, Ev.GoStatus, id, thread >= 0 ? FIRST_THREAD + thread : NOBODY, status);
    }
  }

  private someThread(): number {
    for (const [id, { proc }] of this.threads) if (proc >= 0) return id;
    return this.log.firstThread;
  }

  private addSamples(until: number): void {
    const { times, threads, procs, goroutines, stacks } = this.log.samples;
    for (; this.nextSample < this.samples.length; this.nextSample++) {
      const i = this.samples[this.nextSample];
      const time = times.data[i] + LEAD_NS;
      if (time >= until) return;
      const stack = this.stackOf(stacks.data[i]);
      const m = FIRST_THREAD + threads.data[i];
      this.writer.sample({ time, m, p: procs.data[i], g: goroutines.data[i], stack });
    }
  }

  // ---- tables ----

  stackOf(stack: StackId): number {
    if (stack === NO_STACK) return 0;
    let id = this.stackIds.get(stack);
    if (id === undefined) {
      id = this.writer.stack(this.framesOf(stack));
      this.stackIds.set(stack, id);
    }
    return id;
  }

  private framesOf(stack: StackId): FrameSpec[] {
    return this.log.stackTable.framesAt(stack).map((frame) => {
      if (isElided(frame)) return { function: '...', file: '', line: 0 };
      return { function: frame.function, file: frame.file ?? '', line: frame.line };
    });
  }

  textOf(row: number): number {
    const text = this.log.texts.data[row];
    if (text < 0) return 0;
    let id = this.textIds.get(text);
    if (id === undefined) {
      id = this.writer.string(this.log.strings[text]);
      this.textIds.set(text, id);
    }
    return id;
  }

  /** The two strings of a log. */
  wordsOf(row: number): [number, number] {
    const [category, ...message] = this.log.textOf(row).split('\n');
    return [this.writer.string(category), this.writer.string(message.join('\n'))];
  }

  // ---- state ----

  event(m: number, time: number, type: number, ...args: number[]): void {
    this.writer.event(m < 0 ? NOBODY : FIRST_THREAD + m, time, type, ...args);
  }

  thread(m: number): ThreadRecord {
    let thread = this.threads.get(m);
    if (thread === undefined) {
      thread = { proc: NOBODY, goroutine: NOBODY };
      this.threads.set(m, thread);
    }
    return thread;
  }

  proc(id: number): ProcRecord {
    return this.procs.get(id) as ProcRecord;
  }

  goroutine(id: number): GoRecord {
    return this.goroutines.get(id) as GoRecord;
  }

  /** The goroutine that runs on a thread, or is in a system call there. */
  current(m: number): GoRecord {
    return this.goroutine(this.thread(m).goroutine);
  }

  add(id: number): void {
    this.goroutines.set(id, { status: GoStatus.runnable, sequence: 0, thread: NOBODY });
  }

  /** The running goroutine of a thread stops. */
  leave(m: number, status: number | null): void {
    const thread = this.thread(m);
    if (status === null) this.goroutines.delete(thread.goroutine);
    else Object.assign(this.goroutine(thread.goroutine), { status, thread: NOBODY });
    thread.goroutine = NOBODY;
  }

  growProcs(count: number, m = NOBODY, time = 0): void {
    for (let id = this.procCount; id < count; id++) {
      if (this.procs.has(id)) continue;
      this.procs.set(id, { status: ProcStatus.idle, sequence: 0, thread: NOBODY });
      if (m !== NOBODY) this.event(m, time, Ev.ProcStatus, id, ProcStatus.idle);
    }
    this.procCount = Math.max(this.procCount, count);
  }
}

/** Rows of a stop: what state they leave the goroutine in. */
const stopping =
  (type: number, status: number): RowHandler =>
  (writer, row, m, time) => {
    writer.event(m, time, type, writer.textOf(row), writer.stackOf(writer.log.stacks.data[row]));
    writer.leave(m, status);
  };

/** A range that begins or ends: its arguments are made by `args`. */
const ranging =
  (type: number, step: 1 | -1, args: (writer: LogWriter, row: number) => number[]): RowHandler =>
  (writer, row, m, time) => {
    writer.event(m, time, type, ...args(writer, row));
    writer.openRanges += step;
  };

const stackArg = (writer: LogWriter, row: number): number => writer.stackOf(writer.log.stacks.data[row]);
const none = (): number[] => [];
const value =
  (type: number): RowHandler =>
  (writer, row, m, time) =>
    writer.event(m, time, type, Math.round(writer.log.a.data[row]));
const region =
  (type: number): RowHandler =>
  (writer, row, m, time) =>
    writer.event(m, time, type, 0, writer.textOf(row), stackArg(writer, row));

const HANDLERS: Record<number, RowHandler> = {
  [LogKind.procsChange]: (writer, row, m, time) => {
    const count = writer.log.a.data[row];
    writer.growProcs(count, m, time);
    writer.event(m, time, Ev.ProcsChange, count, stackArg(writer, row));
  },
  [LogKind.procStart]: (writer, row, m, time) => {
    const id = writer.log.a.data[row];
    const proc = writer.proc(id);
    writer.event(m, time, Ev.ProcStart, id, ++proc.sequence);
    proc.status = ProcStatus.running;
    proc.thread = m;
    writer.thread(m).proc = id;
  },
  [LogKind.procStop]: (writer, _row, m, time) => {
    const thread = writer.thread(m);
    writer.event(m, time, Ev.ProcStop);
    Object.assign(writer.proc(thread.proc), { status: ProcStatus.idle, thread: NOBODY });
    thread.proc = NOBODY;
  },
  [LogKind.procSteal]: (writer, row, m, time) => {
    const id = writer.log.a.data[row];
    const from = writer.log.b.data[row];
    const proc = writer.proc(id);
    writer.event(m, time, Ev.ProcSteal, id, ++proc.sequence, FIRST_THREAD + from);
    proc.status = ProcStatus.idle;
    proc.thread = NOBODY;
    writer.thread(from).proc = NOBODY;
  },
  [LogKind.goCreate]: (writer, row, m, time) => {
    const id = writer.log.a.data[row];
    writer.event(m, time, Ev.GoCreate, id, writer.stackOf(writer.log.b.data[row]), stackArg(writer, row));
    writer.add(id);
  },
  [LogKind.goStart]: (writer, row, m, time) => {
    const id = writer.log.a.data[row];
    const goroutine = writer.goroutine(id);
    writer.event(m, time, Ev.GoStart, id, ++goroutine.sequence);
    goroutine.status = GoStatus.running;
    goroutine.thread = m;
    writer.thread(m).goroutine = id;
  },
  [LogKind.goDestroy]: (writer, _row, m, time) => {
    writer.event(m, time, Ev.GoDestroy);
    writer.leave(m, null);
  },
  [LogKind.goStop]: stopping(Ev.GoStop, GoStatus.runnable),
  [LogKind.goBlock]: stopping(Ev.GoBlock, GoStatus.waiting),
  [LogKind.goUnblock]: (writer, row, m, time) => {
    const id = writer.log.a.data[row];
    const goroutine = writer.goroutine(id);
    writer.event(m, time, Ev.GoUnblock, id, ++goroutine.sequence, stackArg(writer, row));
    goroutine.status = GoStatus.runnable;
  },
  [LogKind.syscallBegin]: (writer, row, m, time) => {
    const proc = writer.proc(writer.thread(m).proc);
    writer.event(m, time, Ev.GoSyscallBegin, ++proc.sequence, stackArg(writer, row));
    proc.status = ProcStatus.syscall;
    writer.current(m).status = GoStatus.syscall;
  },
  [LogKind.syscallEnd]: (writer, _row, m, time) => {
    writer.event(m, time, Ev.GoSyscallEnd);
    writer.proc(writer.thread(m).proc).status = ProcStatus.running;
    writer.current(m).status = GoStatus.running;
  },
  [LogKind.syscallEndBlocked]: (writer, _row, m, time) => {
    writer.event(m, time, Ev.GoSyscallEndBlocked);
    writer.leave(m, GoStatus.runnable);
  },
  [LogKind.stwBegin]: ranging(Ev.StwBegin, 1, (writer, row) => [writer.textOf(row), stackArg(writer, row)]),
  [LogKind.stwEnd]: ranging(Ev.StwEnd, -1, none),
  [LogKind.gcBegin]: ranging(Ev.GcBegin, 1, (writer, row) => [++writer.gcSequence, stackArg(writer, row)]),
  [LogKind.gcEnd]: ranging(Ev.GcEnd, -1, (writer) => [++writer.gcSequence]),
  [LogKind.sweepBegin]: ranging(Ev.GcSweepBegin, 1, (writer, row) => [stackArg(writer, row)]),
  [LogKind.sweepEnd]: ranging(Ev.GcSweepEnd, -1, ({ log }, row) => [log.a.data[row], log.b.data[row]]),
  [LogKind.assistBegin]: ranging(Ev.GcMarkAssistBegin, 1, (writer, row) => [stackArg(writer, row)]),
  [LogKind.assistEnd]: ranging(Ev.GcMarkAssistEnd, -1, none),
  [LogKind.heapAlloc]: value(Ev.HeapAlloc),
  [LogKind.heapGoal]: value(Ev.HeapGoal),
  [LogKind.goLabel]: (writer, row, m, time) => writer.event(m, time, Ev.GoLabel, writer.textOf(row)),
  [LogKind.regionBegin]: region(Ev.UserRegionBegin),
  [LogKind.regionEnd]: region(Ev.UserRegionEnd),
  [LogKind.userLog]: (writer, row, m, time) => {
    const [category, message] = writer.wordsOf(row);
    writer.event(m, time, Ev.UserLog, 0, category, message, stackArg(writer, row));
  },
};

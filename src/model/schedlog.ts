/**
 * What a scheduler did, event by event, in the words of Go's execution traces: the emulator fills one, a writer turns it
 * into a trace. Columns, one row per event, in the one true order; times rise strictly.
 */

import { Float64Column, Int32Column } from '../base/columns.ts';
import { NO_STACK, type StackId, StackTable } from './stacks.ts';

/** What a row says. `a`, `b`, `text` and `stack` are the columns; `m` is the thread on which it happened, or none. */
export const LogKind = {
  /** `a`: GOMAXPROCS. */
  procsChange: 0,
  /** `a`: the P that the thread takes. */
  procStart: 1,
  /** The thread gives its P away. */
  procStop: 2,
  /** `a`: the P, in a system call; `b`: the thread it is taken from. */
  procSteal: 3,
  /** `a`: the new goroutine; `b`: the stack it begins with; `stack`: the creator's. */
  goCreate: 4,
  /** `a`: the goroutine. */
  goStart: 5,
  goDestroy: 6,
  /** `text`: why; `stack`. Still runnable. */
  goStop: 7,
  /** `text`: why; `stack`. */
  goBlock: 8,
  /** `a`: the goroutine; `stack`: of the one that wakes it. */
  goUnblock: 9,
  syscallBegin: 10,
  syscallEnd: 11,
  /** The P was lost. */
  syscallEndBlocked: 12,
  /** `text`: why. */
  stwBegin: 13,
  stwEnd: 14,
  gcBegin: 15,
  gcEnd: 16,
  sweepBegin: 17,
  /** `a`: bytes swept; `b`: bytes reclaimed. */
  sweepEnd: 18,
  assistBegin: 19,
  assistEnd: 20,
  /** `a`: bytes. */
  heapAlloc: 21,
  heapGoal: 22,
  /** `text`: what the running goroutine is. */
  goLabel: 23,
  /** `text`: the region's name. */
  regionBegin: 24,
  regionEnd: 25,
  /** `text`: category and message, parted by a line feed. */
  userLog: 26,
} as const;

export type LogKindNumber = (typeof LogKind)[keyof typeof LogKind];

/** No thread: what sysmon and the network poller do by themselves. */
export const NO_THREAD = -1;

/** A goroutine that was there before the first event. */
export interface FirstGoroutine {
  readonly id: number;
  readonly state: 'running' | 'waiting';
  readonly stack: StackId;
}

export class SchedLog {
  readonly times = new Float64Column(1024);
  readonly threads = new Int32Column(1024);
  readonly kinds = new Int32Column(1024);
  readonly a = new Float64Column(1024);
  readonly b = new Float64Column(1024);
  readonly stacks = new Int32Column(1024);
  readonly texts = new Int32Column(1024);
  readonly strings: string[] = [];
  private readonly textIds = new Map<string, number>();
  readonly stackTable: StackTable;
  /** CPU samples: no events of a thread; their times stand for themselves. */
  readonly samples = {
    times: new Float64Column(),
    threads: new Int32Column(),
    procs: new Int32Column(),
    goroutines: new Float64Column(),
    stacks: new Int32Column(),
  };
  /** The goroutines of the beginning: the first one runs, on P 0 of thread {@link firstThread}. */
  readonly first: FirstGoroutine[] = [];
  firstThread = 0;
  /** GOMAXPROCS at the beginning. */
  procs = 1;

  constructor(stackTable = new StackTable()) {
    this.stackTable = stackTable;
  }

  get length(): number {
    return this.times.length;
  }

  /** The id of a text, for {@link add}. */
  textId(text: string): number {
    const known = this.textIds.get(text);
    if (known !== undefined) return known;
    const id = this.strings.length;
    this.strings.push(text);
    this.textIds.set(text, id);
    return id;
  }

  /** Adds a row; where its time is not later than the last one's, it is one nanosecond after that. */
  add(kind: LogKindNumber, time: number, thread: number, a = 0, b = 0, stack: StackId = NO_STACK, text = -1): void {
    const { times } = this;
    const last = times.length === 0 ? -1 : times.data[times.length - 1];
    times.push(time > last ? time : last + 1);
    this.threads.push(thread);
    this.kinds.push(kind);
    this.a.push(a);
    this.b.push(b);
    this.stacks.push(stack);
    this.texts.push(text);
  }

  sample(time: number, thread: number, proc: number, goroutine: number, stack: StackId): void {
    const { samples } = this;
    samples.times.push(time);
    samples.threads.push(thread);
    samples.procs.push(proc);
    samples.goroutines.push(goroutine);
    samples.stacks.push(stack);
  }

  textOf(row: number): string {
    const id = this.texts.data[row];
    return id < 0 ? '' : this.strings[id];
  }
}

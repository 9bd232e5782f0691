/** What is kept of a run: the log of events, CPU samples, and what each P's time went to. */

import type { LogKindNumber, SchedLog } from '../../model/schedlog.ts';
import { NO_STACK } from '../../model/stacks.ts';
import { NO_SITE } from '../sites.ts';
import type { StackBook } from '../stackbook.ts';
import { type Task, TaskState } from '../task.ts';
import { ModeId, type Proc } from './records.ts';

export interface RecorderOptions {
  readonly log: SchedLog | null;
  readonly book: StackBook;
  /** Nanoseconds of CPU between two samples; 0 for none. */
  readonly samplePeriod: number;
}

/** Events and samples of a log: some 500 MB. */
const MAX_ROWS = 10_000_000;

export class Recorder {
  readonly log: SchedLog | null;
  private readonly book: StackBook;
  private readonly samplePeriod: number;

  constructor({ log, book, samplePeriod }: RecorderOptions) {
    this.log = log;
    this.book = book;
    this.samplePeriod = log === null ? 0 : samplePeriod;
  }

  /** Whether the log holds as much as can be kept in memory. */
  get isFull(): boolean {
    return this.log !== null && this.log.length + this.log.samples.times.length > MAX_ROWS;
  }

  /** Adds an event without a stack. */
  plain(kind: LogKindNumber, now: number, thread: number, a = 0, b = 0): void {
    this.log?.add(kind, now, thread, a, b);
  }

  /** Adds an event with a text, and the stack of `task` if one is named. */
  text(kind: LogKindNumber, now: number, thread: number, text: string, task: Task | null = null): void {
    if (this.log === null) return;
    this.log.add(kind, now, thread, 0, 0, task === null ? NO_STACK : this.book.stackOf(task), this.log.textId(text));
  }

  /** Adds an event about `subject`, with the stack of `task`. */
  about(kind: LogKindNumber, now: number, thread: number, subject: Task, task: Task | null): void {
    if (this.log === null) return;
    const stack = task === null ? NO_STACK : this.book.stackOf(task);
    const first = subject.createdBy === null ? NO_STACK : this.rootOf(subject);
    this.log.add(kind, now, thread, subject.id, first, stack);
  }

  private rootOf(task: Task): number {
    const call = task.calls[0];
    return call === undefined
      ? this.book.root(task.name, 'runtime/proc.go', 1)
      : this.book.root(call.function, call.file, call.line);
  }

  /** A step of `task` on `proc` is over at `now`: takes the samples that fell into it. */
  spend(proc: Proc, task: Task, now: number): void {
    const { samplePeriod } = this;
    const elapsed = now - proc.stepBegan;
    const before = proc.cpu;
    proc.cpu = before + elapsed;
    if (samplePeriod === 0) return;
    for (let due = Math.floor(before / samplePeriod + 1) * samplePeriod; due <= proc.cpu; due += samplePeriod) {
      this.sample(proc, task, proc.stepBegan + (due - before));
    }
  }

  private sample(proc: Proc, task: Task, time: number): void {
    if (task.state !== TaskState.running) return;
    const stack = this.book.stackOf(task, task.site ?? NO_SITE);
    this.log?.sample(time, proc.thread?.id ?? 0, proc.id, task.id, stack);
  }

  /** From now on the P's time goes to something else. */
  switchMode(proc: Proc, mode: number, now: number): void {
    proc.modeNs[proc.mode] += now - proc.modeSince;
    proc.mode = mode;
    proc.modeSince = now;
  }

  /** The mode of a P on which `task` runs the program's code. */
  userMode(task: Task): number {
    return task.growing > 0 ? ModeId.growing : ModeId.user;
  }
}

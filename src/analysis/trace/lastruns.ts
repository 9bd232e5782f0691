/** Where and when each goroutine of a trace ran last, and where it was made: for who knows it by its id alone. */

import type { LastRun } from '../../model/crashjoin.ts';
import { NO_STACK, type StackId, type StackTable } from '../../model/stacks.ts';
import type { TraceEvent, TraceSink, TraceTables } from '../../model/trace.ts';
import { GenerationStacks } from './stackids.ts';

/** Goroutines that are remembered; the first ones make room. */
const MAX_GOROUTINES = 1 << 20;

export class KnownGoroutine {
  /** Any stack of it: its outermost frame is where it began. */
  stack: StackId = NO_STACK;
  /** Where it was made. */
  creation: StackId = NO_STACK;
  proc = -1;
  since = 0;
  /** Negative while it runs. */
  until = 0;
  /** Whether it came to its end in the trace. */
  hasEnded = false;

  get last(): LastRun | null {
    if (this.proc < 0) return null;
    return { proc: this.proc, sinceNs: this.since, untilNs: this.until < 0 ? null : this.until };
  }
}

export class LastRuns implements TraceSink {
  readonly stacks: StackTable;
  private readonly known = new Map<number, KnownGoroutine>();
  private readonly stackIds: GenerationStacks;
  /** Of the last event. */
  endNs = 0;

  constructor(stacks: StackTable) {
    this.stacks = stacks;
    this.stackIds = new GenerationStacks(stacks);
  }

  get(id: number): KnownGoroutine | undefined {
    return this.known.get(id);
  }

  generation(tables: TraceTables): void {
    this.stackIds.begin(tables);
  }

  event(event: TraceEvent): void {
    this.endNs = event.time;
    if (event.resource !== 'goroutine' || event.from === event.to) return;
    const go = this.goroutineOf(event.subject);
    const { from, to, time } = event;
    if (go.stack === NO_STACK && event.subjectStack !== 0) go.stack = this.stackIds.of(event.subjectStack);
    if (from === 'NotExist' && event.stack !== 0) go.creation = this.stackIds.of(event.stack);
    if (to === 'NotExist') go.hasEnded = !isCut(event);
    if (to === 'Running' && from !== 'Syscall') {
      go.proc = event.p;
      go.since = time;
      go.until = -1;
    } else if (to === 'Running' && event.p !== go.proc) {
      go.proc = event.p;
      go.since = time;
    } else if (to !== 'Running' && to !== 'Syscall' && go.until < 0) {
      go.until = isCut(event) ? -1 : time;
    }
  }

  private goroutineOf(id: number): KnownGoroutine {
    let go = this.known.get(id);
    if (go === undefined) {
      if (this.known.size >= MAX_GOROUTINES) this.forgetEldest();
      go = new KnownGoroutine();
      this.known.set(id, go);
    }
    return go;
  }

  private forgetEldest(): void {
    for (const id of this.known.keys()) {
      this.known.delete(id);
      return;
    }
  }
}

/** Whether a goroutine does not end, but what is known of it. */
function isCut({ to, name }: TraceEvent): boolean {
  return to === 'NotExist' && name !== '';
}

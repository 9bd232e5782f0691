/** Where and when each goroutine of a trace ran last, and where it was made: for who knows it by its id alone. */

import type { LastRun } from '../../model/crashjoin.ts';
import { GO, goNumber, type MoveCode, type MoveSink, moveFrom, moveTo } from '../../model/moves.ts';
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

export class LastRuns implements TraceSink, MoveSink {
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
    const { from, to, subject, p, name, stack, subjectStack } = event;
    this.change(goNumber(from), goNumber(to), subject, p, name, stack, subjectStack);
  }

  move(code: MoveCode, elapsed: number, p: number, goroutine: number, reason: string, stack: number, ownStack: number): void {
    this.endNs += elapsed;
    this.change(moveFrom(code), moveTo(code), goroutine, p, reason, stack, ownStack);
  }

  /** `from` is negative for what a first status tells. */
  private change(from: number, to: number, id: number, p: number, reason: string, stack: number, ownStack: number): void {
    const go = this.goroutineOf(id);
    if (go.stack === NO_STACK && ownStack !== 0) go.stack = this.stackIds.of(ownStack);
    if (from === GO.none && stack !== 0) go.creation = this.stackIds.of(stack);
    // Only where what is known of it ends has the end of a goroutine a reason.
    const isCut = to === GO.none && reason !== '';
    if (to === GO.none) go.hasEnded = !isCut;
    if (to === GO.running && (from !== GO.syscall || p !== go.proc)) {
      go.proc = p;
      go.since = this.endNs;
      go.until = -1;
    } else if (to !== GO.running && to !== GO.syscall && go.until < 0 && !isCut) go.until = this.endNs;
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

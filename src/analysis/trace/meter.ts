/**
 * What the states of goroutines alone tell: the time of each group by state. It needs no P and no span of another
 * goroutine, so it can go along where a trace is read, in another thread than the rest of the analysis.
 */

import { DOUBLE } from '../../base/doubles.ts';
import { IdMap } from '../../base/idmap.ts';
import { GO, goNumber, type MoveCode, type MoveSink, moveFrom, moveTo } from '../../model/moves.ts';
import { NO_STACK, type StackTable } from '../../model/stacks.ts';
import type { TraceEvent, TraceSink, TraceTables } from '../../model/trace.ts';
import type { GoroutineGroup } from '../../model/traceanalysis.ts';
import { EntryNames } from './entries.ts';
import { type GoroutineChoice, GoroutineFilter } from './filter.ts';
import { GroupCounter } from './groups.ts';
import { GS, type GState } from './tracks.ts';
import { Window } from './window.ts';

export interface MeterOptions extends GoroutineChoice {
  /** Nanoseconds since the trace's first event: only what lies in [from, to) counts. */
  readonly from?: number;
  readonly to?: number;
}

/** One goroutine: the state it is in, and since when. */
class Metered {
  readonly id: number;
  /** No two have the same at a time. */
  readonly slot: number;
  entryId = -1;
  state: GState = GS.waiting;
  since = DOUBLE;
  /** Why it waits. */
  reason = '';

  constructor(id: number, slot: number, since: number) {
    this.id = id;
    this.slot = slot;
    this.since = since;
  }
}

export class GoroutineMeter implements TraceSink, MoveSink {
  private readonly stacks: StackTable;
  private readonly window: Window;
  private readonly entries: EntryNames;
  private readonly filter: GoroutineFilter;
  private readonly goroutines = new IdMap<Metered>();
  private readonly groups = new GroupCounter();
  private tables: TraceTables | null = null;
  private now = DOUBLE;
  private slotCount = 0;
  private readonly freeSlots: number[] = [];

  /** `stacks` is where the stacks of goroutines go whose entry functions are looked for. */
  constructor(stacks: StackTable, options: MeterOptions) {
    this.now = 0;
    this.stacks = stacks;
    this.window = new Window(options.from, options.to);
    this.entries = new EntryNames(stacks);
    this.filter = new GoroutineFilter(options, this.entries.names);
  }

  generation(tables: TraceTables): void {
    this.tables = tables;
  }

  event(event: TraceEvent): void {
    this.now = event.time;
    const { resource, from, to } = event;
    if (resource === 'goroutine' && from !== to)
      this.change(goNumber(from), goNumber(to), event.subject, event.name, event.subjectStack);
  }

  move(code: MoveCode, elapsed: number, _p: number, goroutine: number, reason: string, _stack: number, ownStack: number): void {
    this.now += elapsed;
    const from = moveFrom(code);
    const to = moveTo(code);
    const go = from === GO.none || to === GO.none ? undefined : this.goroutines.get(goroutine);
    // What change does, where nothing is unusual.
    if (go === undefined || go.entryId < 0 || !this.filter.all) this.change(from, to, goroutine, reason, ownStack);
    else {
      this.add(go, from - 1, go.since, true);
      go.state = to - 1;
      go.since = this.now;
      go.reason = to === GO.waiting ? reason : '';
    }
  }

  /** Ends the trace; gives plain data, which can be sent to another thread. */
  finish(): GoroutineGroup[] {
    for (const go of this.goroutines.values()) {
      if (!this.filter.wants(go)) continue;
      this.add(go, go.state, go.since, false);
      this.groups.addGoroutine(go);
      this.groups.end(go);
    }
    return this.groups.list(
      (id) => this.entries.names[id],
      (entry) => this.filter.wantsEntry(entry),
    );
  }

  /** `from` is -1 for what a first status tells: what it says held since the trace's start. */
  private change(from: number, to: number, id: number, reason: string, ownStack: number): void {
    const known = from === GO.none ? undefined : this.goroutines.get(id);
    const go = known ?? this.meet(id);
    if (go.entryId < 0 && ownStack !== 0) this.nameEntry(go, ownStack);
    if (from > GO.none && this.filter.wants(go)) this.add(go, from - 1, go.since, true);
    if (to === GO.none) {
      this.end(go);
      return;
    }
    go.state = to - 1;
    go.since = this.now;
    go.reason = to === GO.waiting && from >= 0 ? reason : '';
    if (from < 0 && this.filter.wants(go)) this.add(go, go.state, 0, false);
  }

  private meet(id: number): Metered {
    const go = new Metered(id, this.freeSlots.pop() ?? this.slotCount++, this.now);
    this.goroutines.set(id, go);
    return go;
  }

  /** Adds a state that has lasted since a time; `seen`: whether both its ends were. */
  private add(go: Metered, state: GState, since: number, seen: boolean): void {
    const { now } = this;
    const ns = this.window.overlap(since, now);
    // A span that is cut by an end of the trace or of the window has no length of its own.
    if (ns > 0) this.groups.addSpan(go, state, ns, seen && ns === now - since);
  }

  private end(go: Metered): void {
    if (this.filter.wants(go)) this.groups.addGoroutine(go);
    this.groups.end(go);
    this.goroutines.delete(go.id);
    this.freeSlots.push(go.slot);
  }

  private nameEntry(go: Metered, ownStack: number): void {
    const stack = this.tables?.stackOf(ownStack, this.stacks) ?? NO_STACK;
    if (stack !== NO_STACK) go.entryId = this.entries.of(stack);
  }
}

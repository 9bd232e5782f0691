/** Goroutines by entry function: how many, and what their time went into. */

import { DOUBLE } from '../../base/doubles.ts';
import type { GoroutineGroup } from '../../model/traceanalysis.ts';
import { DurationCounter } from './durations.ts';
import { GO_STATE_NAMES, GS, type GState } from './tracks.ts';

const STATES = GO_STATE_NAMES.length;
/** Groups beyond are counted together: an entry function for every goroutine is no grouping. */
const MAX_GROUPS = 5000;
const OTHERS = '(other entry functions)';
const DURATIONS = { exact: 4096, bits: 7 };
/** Reasons of one group beyond are counted together. */
const MAX_REASONS = 64;
const OTHER_REASONS = '(other reasons)';

/** What is asked of a goroutine. */
export interface Grouped {
  /** No two have the same at a time. */
  readonly slot: number;
  /** Of its entry function; -1 while it is not known. */
  readonly entryId: number;
  /** Why it waits. */
  readonly reason: string;
}

/** Time of one kind: whole spans, and what is in the window of those that its ends cut. */
class Share {
  readonly spans = new DurationCounter(DURATIONS);
  cutNs = DOUBLE;

  constructor() {
    this.cutNs = 0;
  }

  add(ns: number, whole: boolean): void {
    if (whole) this.spans.add(ns);
    else this.cutNs += ns;
  }

  merge(other: Share): void {
    this.spans.merge(other.spans);
    this.cutNs += other.cutNs;
  }

  get ns(): number {
    return this.spans.total + this.cutNs;
  }
}

/** What is added up of one group, or of one goroutine whose entry function is not known yet. */
class Tally {
  count = 0;
  /** By state. */
  readonly states = GO_STATE_NAMES.map(() => new Share());
  /** Of waiting by reason: few enough to look through, and mostly the same objects again. */
  readonly reasons: string[] = [];
  readonly waiting: Share[] = [];

  ofReason(reason: string): Share {
    const { reasons } = this;
    for (let at = 0; at < reasons.length; at++) if (reasons[at] === reason) return this.waiting[at];
    if (reasons.length >= MAX_REASONS && reason !== OTHER_REASONS) return this.ofReason(OTHER_REASONS);
    const share = new Share();
    reasons.push(reason);
    this.waiting.push(share);
    return share;
  }

  merge(other: Tally): void {
    this.count += other.count;
    this.states.forEach((share, state) => {
      share.merge(other.states[state]);
    });
    other.reasons.forEach((reason, i) => {
      this.ofReason(reason).merge(other.waiting[i]);
    });
  }
}

export class GroupCounter {
  private readonly byEntry: (Tally | undefined)[] = [];
  private readonly others = new Tally();
  private readonly unnamed = new Tally();
  /** By goroutine's slot, for those whose entry function is not known yet. */
  private readonly pending: (Tally | null)[] = [];
  /** By goroutine's slot and state: where its last whole span was counted, and for which reason it waited. */
  private readonly latest: (DurationCounter | null)[] = [];
  private readonly reasons: (string | null)[] = [];
  private groups = 0;

  /** Adds `ns` in a state; `whole`: whether that is all of a span. */
  addSpan(go: Grouped, state: GState, ns: number, whole: boolean): void {
    const { slot } = go;
    const counter = this.latest[slot * STATES + state] ?? null;
    if (counter !== null && whole && (state !== GS.waiting || this.reasons[slot] === go.reason)) counter.add(ns);
    else this.find(go, state).add(ns, whole);
  }

  private find(go: Grouped, state: GState): Share {
    const tally = this.tallyOf(go);
    const share = state === GS.waiting ? tally.ofReason(go.reason) : tally.states[state];
    if (go.entryId >= 0) {
      this.latest[go.slot * STATES + state] = share.spans;
      if (state === GS.waiting) this.reasons[go.slot] = go.reason;
    }
    return share;
  }

  addGoroutine(go: Grouped): void {
    this.tallyOf(go).count++;
  }

  /** The goroutine is gone: nothing will name it any more. */
  end(go: Grouped): void {
    if (go.slot >= this.pending.length) return;
    const tally = this.pending[go.slot];
    this.pending[go.slot] = null;
    for (let state = 0; state < STATES; state++) this.latest[go.slot * STATES + state] = null;
    if (tally !== null) (go.entryId < 0 ? this.unnamed : this.named(go.entryId)).merge(tally);
  }

  /** Most time running, then runnable first. `entryName` gives the name of an entry function. */
  list(entryName: (id: number) => string, wants: (entry: string) => boolean): GoroutineGroup[] {
    const groups = this.byEntry.flatMap((tally, id) => (tally === undefined ? [] : [describe(entryName(id), tally)]));
    if (this.unnamed.count > 0) groups.push(describe('', this.unnamed));
    if (this.others.count > 0) groups.push(describe(OTHERS, this.others));
    return groups
      .filter(({ entry }) => wants(entry))
      .sort(
        (a, b) => b.runningNs - a.runningNs || b.runnableNs - a.runnableNs || b.count - a.count || (a.entry < b.entry ? -1 : 1),
      );
  }

  private tallyOf(go: Grouped): Tally {
    const { slot } = go;
    while (this.pending.length <= slot) {
      this.pending.push(null);
      this.reasons.push(null);
      for (let state = 0; state < STATES; state++) this.latest.push(null);
    }
    if (go.entryId < 0) {
      const tally = this.pending[slot] ?? new Tally();
      this.pending[slot] = tally;
      return tally;
    }
    if (this.pending[slot] !== null) this.end(go);
    return this.named(go.entryId);
  }

  private named(entryId: number): Tally {
    const known = this.byEntry[entryId];
    if (known !== undefined) return known;
    if (this.groups >= MAX_GROUPS) return this.others;
    this.groups++;
    const tally = new Tally();
    this.byEntry[entryId] = tally;
    return tally;
  }
}

function describe(entry: string, { count, states, reasons, waiting }: Tally): GoroutineGroup {
  const all = new DurationCounter(DURATIONS);
  for (const { spans } of waiting) all.merge(spans);
  const order = reasons.map((_, i) => i).sort((a, b) => waiting[b].ns - waiting[a].ns || a - b);
  return {
    entry,
    count,
    runningNs: states[GS.running].ns,
    runnableNs: states[GS.runnable].ns,
    syscallNs: states[GS.syscall].ns,
    waitingNs: Object.fromEntries(order.map((i) => [reasons[i], waiting[i].ns])),
    running: states[GS.running].spans.summarize(),
    runnable: states[GS.runnable].spans.summarize(),
    syscall: states[GS.syscall].spans.summarize(),
    waiting: all.summarize(),
    waitingByReason: Object.fromEntries(order.map((i) => [reasons[i], waiting[i].spans.summarize()])),
  };
}

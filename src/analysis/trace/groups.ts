/** Goroutines by entry function: how many, and what their time went into. */

import { DOUBLE } from '../../base/doubles.ts';
import type { GoroutineGroup } from '../../model/traceanalysis.ts';
import { DurationCounter } from './durations.ts';
import { GO_STATE_NAMES, type GoTrack, GS, type GState } from './tracks.ts';

/** Groups beyond are counted together: an entry function for every goroutine is no grouping. */
const MAX_GROUPS = 5000;
const OTHERS = '(other entry functions)';
const DURATIONS = { exact: 4096, bits: 7 };
/** Reasons of one group beyond are counted together. */
const MAX_REASONS = 64;
const OTHER_REASONS = '(other reasons)';

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
  /** Who waits mostly waits for the same again. */
  private lastReason: string | null = null;
  private lastShare = new Share();

  ofReason(reason: string): Share {
    if (reason !== this.lastReason) {
      this.lastShare = this.findReason(reason);
      this.lastReason = reason;
    }
    return this.lastShare;
  }

  private findReason(reason: string): Share {
    const { reasons } = this;
    for (let at = 0; at < reasons.length; at++) if (reasons[at] === reason) return this.waiting[at];
    if (reasons.length >= MAX_REASONS && reason !== OTHER_REASONS) return this.findReason(OTHER_REASONS);
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
  /** By goroutine's slot: where its time goes, once its entry function is known, and until then. */
  private readonly known: (Tally | null)[] = [];
  private readonly pending: (Tally | null)[] = [];
  private groups = 0;

  /** Adds `ns` in a state; `whole`: whether that is all of a span. */
  addSpan(go: GoTrack, state: GState, ns: number, whole: boolean): void {
    const tally = this.known[go.slot] ?? this.tallyOf(go);
    (state === GS.waiting ? tally.ofReason(go.reason) : tally.states[state]).add(ns, whole);
  }

  addGoroutine(go: GoTrack): void {
    this.tallyOf(go).count++;
  }

  /** The goroutine is gone: nothing will name it any more. */
  end(go: GoTrack): void {
    if (go.slot >= this.known.length) return;
    const tally = this.pending[go.slot];
    this.known[go.slot] = this.pending[go.slot] = null;
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

  private tallyOf(go: GoTrack): Tally {
    for (let slot = this.known.length; slot <= go.slot; slot++) this.known[slot] = this.pending[slot] = null;
    if (go.entryId < 0) {
      this.pending[go.slot] ??= new Tally();
      return this.pending[go.slot] as Tally;
    }
    this.end(go);
    const tally = this.named(go.entryId);
    this.known[go.slot] = tally;
    return tally;
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

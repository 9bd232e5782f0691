/** Goroutines by entry function: how many, and what their time went into. */

import type { GoroutineGroup } from '../../model/traceanalysis.ts';
import { DurationCounter } from './durations.ts';
import { EDGE } from './scheduler.ts';
import { GO_STATE_NAMES, type GoTrack, GS, type GState } from './tracks.ts';
import type { Window } from './window.ts';

/** Groups beyond are counted together: an entry function for every goroutine is no grouping. */
const MAX_GROUPS = 5000;
const OTHERS = '(other entry functions)';
const DURATIONS = { exact: 4096, bits: 7 };
/** Reasons of one group beyond are counted together. */
const MAX_REASONS = 64;
const OTHER_REASONS = '(other reasons)';

/** What is added up of one group, or of one goroutine whose entry function is not known yet. */
class Tally {
  count = 0;
  readonly ns = new Float64Array(GO_STATE_NAMES.length);
  /** Reasons, and the time of each: few enough to look through, and mostly the same object again. */
  readonly reasons: string[] = [];
  readonly reasonNs: number[] = [];
  readonly spans = GO_STATE_NAMES.map(() => new DurationCounter(DURATIONS));

  addWaiting(reason: string, ns: number): void {
    const at = this.reasons.indexOf(reason);
    if (at >= 0) this.reasonNs[at] += ns;
    else if (this.reasons.length < MAX_REASONS || reason === OTHER_REASONS) {
      this.reasons.push(reason);
      this.reasonNs.push(ns);
    } else this.addWaiting(OTHER_REASONS, ns);
  }

  merge(other: Tally): void {
    this.count += other.count;
    for (let state = 0; state < this.ns.length; state++) {
      this.ns[state] += other.ns[state];
      this.spans[state].merge(other.spans[state]);
    }
    other.reasons.forEach((reason, i) => {
      this.addWaiting(reason, other.reasonNs[i]);
    });
  }
}

export class GroupCounter {
  private readonly window: Window;
  private readonly byEntry: (Tally | undefined)[] = [];
  private readonly others = new Tally();
  private readonly unnamed = new Tally();
  /** By goroutine's slot, for those of which no stack was seen so far. */
  private readonly pending: (Tally | null)[] = [];
  private groups = 0;

  constructor(window: Window) {
    this.window = window;
  }

  addSpan(go: GoTrack, state: GState, from: number, to: number, edge: number): void {
    const ns = this.window.overlap(from, to);
    if (ns === 0) return;
    const tally = this.tallyOf(go);
    tally.ns[state] += ns;
    if (state === GS.waiting) tally.addWaiting(go.reason, ns);
    // A span that is cut by an end of the trace or of the window has no length of its own.
    if (edge === EDGE.none && ns === to - from) tally.spans[state].add(ns);
  }

  addGoroutine(go: GoTrack): void {
    this.tallyOf(go).count++;
  }

  /** The goroutine is gone: nothing will name it any more. */
  end(go: GoTrack): void {
    const tally = this.pending[go.slot];
    if (tally === null || tally === undefined) return;
    this.pending[go.slot] = null;
    (go.entryId < 0 ? this.unnamed : this.named(go.entryId)).merge(tally);
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
    if (go.entryId >= 0) {
      const waiting = this.pending[go.slot];
      if (waiting !== null && waiting !== undefined) this.end(go);
      return this.named(go.entryId);
    }
    const known = this.pending[go.slot];
    if (known !== null && known !== undefined) return known;
    const tally = new Tally();
    while (this.pending.length <= go.slot) this.pending.push(null);
    this.pending[go.slot] = tally;
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

function describe(entry: string, { count, ns, reasons, reasonNs, spans }: Tally): GoroutineGroup {
  const [runnable, running, syscall, waited] = spans.map((counter) => counter.summarize());
  return {
    entry,
    count,
    runningNs: ns[GS.running],
    runnableNs: ns[GS.runnable],
    syscallNs: ns[GS.syscall],
    waitingNs: Object.fromEntries(
      reasons.map((reason, i): [string, number] => [reason, reasonNs[i]]).sort(([, a], [, b]) => b - a),
    ),
    running,
    runnable,
    syscall,
    waiting: waited,
  };
}

/**
 * The time of every P, by state. Busy time is measured; idle is what is left of the time for which GOMAXPROCS allowed
 * the P, so that the states of all Ps add up to GOMAXPROCS × time, also where GOMAXPROCS changes.
 */

import { DOUBLE } from '../../base/doubles.ts';
import { P_STATE_COUNT, PS, type PState } from '../../model/pstates.ts';
import type { ProcUsage } from '../../model/traceanalysis.ts';
import type { Window } from './window.ts';

/** More Ps than this are not listed one by one. */
const MAX_PROCS = 1 << 16;

export interface GomaxprocsChange {
  readonly timeNs: number;
  readonly value: number;
}

interface Change extends GomaxprocsChange {
  /** For how long somebody had waited for a P up to then. */
  readonly contended: number;
}

/** Changes that are listed; time is counted by all of them. */
const MAX_CHANGES = 10_000;

/** What is known of one P. */
export class ProcRow {
  readonly ns = new Float64Array(P_STATE_COUNT);
  /** Idle time seen in which somebody was waiting for a P. */
  idleContended = DOUBLE;
  /** Contended time up to when it became idle. */
  contendedAtIdle = DOUBLE;
  /** Since when it is not idle; NaN before it was heard of. */
  busySince = Number.NaN;

  constructor() {
    this.idleContended = this.contendedAtIdle = 0;
  }
}

export class ProcUsageCounter {
  private readonly window: Window;
  private readonly rows: (ProcRow | undefined)[] = [];
  private readonly changes: Change[] = [];
  private last: Change | null = null;
  /** By number of Ps: time, and contended time in it, for which GOMAXPROCS was that. */
  private readonly allowed = new Map<number, { ns: number; contended: number }>();

  constructor(window: Window) {
    this.window = window;
  }

  /** A P was in a state for so long. */
  addSpan(id: number, state: PState, ns: number): ProcRow {
    const row = this.rows[id] ?? this.row(id);
    if (state !== PS.idle) row.ns[state] += ns;
    return row;
  }

  /** `contended` is for how long somebody has waited for a P so far. */
  setGomaxprocs(value: number, time: number, contended: number): void {
    const { last } = this;
    if (!(value >= 1) || last?.value === value) return;
    if (last !== null) this.allow(last, time, contended);
    // The first word on it holds from the start.
    this.last = { timeNs: last === null ? 0 : time, value: Math.min(value, MAX_PROCS), contended: last === null ? 0 : contended };
    if (this.changes.length < MAX_CHANGES) this.changes.push(this.last);
  }

  /** GOMAXPROCS over time; as many as there are Ps where the trace does not tell. */
  gomaxprocs(): readonly GomaxprocsChange[] {
    if (this.changes.length === 0) return [{ timeNs: 0, value: Math.max(1, this.rows.length) }];
    return this.changes.map(({ timeNs, value }) => ({ timeNs, value }));
  }

  /**
   * All Ps that GOMAXPROCS allowed at some time of the window, by id. `end` is the trace's end, `contended` how long
   * somebody waited for a P up to then: a P of which the trace does not speak was idle meanwhile. To be asked once.
   */
  list(end: number, contended: number): Omit<ProcUsage, 'strip'>[] {
    this.allow(this.last ?? { timeNs: 0, value: Math.max(1, this.rows.length), contended: 0 }, end, contended);
    const values = [...this.allowed].sort(([a], [b]) => b - a);
    const usages: Omit<ProcUsage, 'strip'>[] = [];
    const sum = { ns: 0, contended: 0 };
    // From the highest P down: whatever allows a P allows those below it.
    for (let id = values[0][0] - 1, next = 0; id >= 0; id--) {
      for (; next < values.length && values[next][0] > id; next++) {
        sum.ns += values[next][1].ns;
        sum.contended += values[next][1].contended;
      }
      const row = this.rows[id];
      if (sum.ns === 0 && row === undefined) continue;
      usages.push(this.usageOf(id, sum.ns, row?.idleContended ?? sum.contended));
    }
    return usages.reverse();
  }

  private usageOf(id: number, allowed: number, idleContended: number): Omit<ProcUsage, 'strip'> {
    const ns = this.row(id).ns.slice();
    const busy = ns.reduce((sum, value) => sum + value, 0);
    ns[PS.idle] = Math.max(0, allowed - busy);
    return { id, ns, idleWhileRunnableNs: Math.min(idleContended, ns[PS.idle]) };
  }

  /** GOMAXPROCS was what `from` says until a time. */
  private allow(from: Change, until: number, contended: number): void {
    const known = this.allowed.get(from.value) ?? { ns: 0, contended: 0 };
    known.ns += this.window.overlap(from.timeNs, until);
    known.contended += contended - from.contended;
    this.allowed.set(from.value, known);
  }

  private row(id: number): ProcRow {
    // Without holes: whoever has been heard of is below the length.
    for (let next = this.rows.length; next <= id; next++) this.rows[next] = undefined;
    const row = this.rows[id] ?? new ProcRow();
    this.rows[id] = row;
    return row;
  }
}

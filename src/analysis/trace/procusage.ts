/**
 * The time of every P, by state. Busy time is measured; idle is what is left of the time for which GOMAXPROCS allowed
 * the P, so that the states of all Ps add up to GOMAXPROCS × time, also where GOMAXPROCS changes.
 */

import { P_STATE_COUNT, PS, type PState } from '../../model/pstates.ts';
import type { ProcUsage } from '../../model/traceanalysis.ts';
import type { Window } from './window.ts';

/** More Ps than this are not listed one by one. */
const MAX_PROCS = 1 << 16;

export interface GomaxprocsChange {
  readonly timeNs: number;
  readonly value: number;
}

interface Row {
  readonly ns: Float64Array;
  /** Idle time seen in which somebody was waiting for a P. */
  idleContended: number;
}

export class ProcUsageCounter {
  private readonly window: Window;
  private readonly rows: Row[] = [];
  private readonly changes: GomaxprocsChange[] = [];
  private highest = 0;

  constructor(window: Window) {
    this.window = window;
  }

  addSpan(id: number, state: PState, from: number, to: number): void {
    if (id >= this.highest) this.highest = id + 1;
    if (state !== PS.idle) this.row(id).ns[state] += this.window.overlap(from, to);
  }

  /** Idle time of a P in which somebody was waiting. */
  addIdleContended(id: number, ns: number): void {
    this.row(id).idleContended += ns;
  }

  setGomaxprocs(value: number, time: number): void {
    const known = this.changes.at(-1);
    if (!(value >= 1) || known?.value === value) return;
    // The first word on it holds from the start.
    this.changes.push({ timeNs: known === undefined ? 0 : time, value: Math.min(value, MAX_PROCS) });
  }

  /** GOMAXPROCS over time; as many as there are Ps where the trace does not tell. */
  gomaxprocs(): readonly GomaxprocsChange[] {
    return this.changes.length > 0 ? this.changes : [{ timeNs: 0, value: Math.max(1, this.highest) }];
  }

  /**
   * All Ps that GOMAXPROCS allowed at some time of the window, by id. `end` is the trace's end, `contended` how long
   * somebody waited for a P: all of it for Ps of which the trace does not speak.
   */
  list(end: number, contended: number): Omit<ProcUsage, 'strip'>[] {
    const changes = this.gomaxprocs();
    const most = changes.reduce((max, { value }) => Math.max(max, value), 0);
    const usages: Omit<ProcUsage, 'strip'>[] = [];
    for (let id = 0; id < most; id++) {
      const allowed = this.allowedNs(id, end);
      if (allowed === 0 && this.rows[id] === undefined) continue;
      const idleContended = this.rows[id]?.idleContended ?? contended;
      const { ns } = this.row(id);
      const busy = ns.reduce((sum, value) => sum + value, 0);
      const all = ns.slice();
      all[PS.idle] = Math.max(0, allowed - busy);
      usages.push({ id, ns: all, idleWhileRunnableNs: Math.min(idleContended, all[PS.idle]) });
    }
    return usages;
  }

  private allowedNs(id: number, end: number): number {
    const changes = this.gomaxprocs();
    return changes.reduce((sum, { timeNs, value }, i) => {
      const until = changes[i + 1]?.timeNs ?? end;
      return value > id ? sum + this.window.overlap(timeNs, until) : sum;
    }, 0);
  }

  private row(id: number): Row {
    let row = this.rows[id];
    if (row === undefined) {
      row = { ns: new Float64Array(P_STATE_COUNT), idleContended: 0 };
      this.rows[id] = row;
    }
    return row;
  }
}

/** Busy spans of Ps with who held them, as long as there are few: one too many, and none is kept. */

import { PS, type PState } from '../../model/pstates.ts';
import type { TimelineSpans } from '../../model/timeline.ts';
import type { GoTrack, ProcTrack } from './tracks.ts';

/** Who held a P last, from when to when. */
interface Holder {
  go: GoTrack;
  from: number;
  to: number;
}

export class SpanKeeper {
  private readonly most: number;
  private readonly holders: (Holder | undefined)[] = [];
  private count = 0;
  private isFull = false;
  private procs: Int32Array;
  private states: Uint8Array;
  private begins: Float64Array;
  private ends: Float64Array;
  private gos: (GoTrack | null)[] = [];

  constructor(most: number) {
    this.most = most;
    this.procs = new Int32Array(most);
    this.states = new Uint8Array(most);
    this.begins = new Float64Array(most);
    this.ends = new Float64Array(most);
  }

  holdBegins(proc: number, go: GoTrack, time: number): void {
    if (this.isFull) return;
    const holder = this.holders[proc];
    if (holder === undefined) this.holders[proc] = { go, from: time, to: Number.POSITIVE_INFINITY };
    else Object.assign(holder, { go, from: time, to: Number.POSITIVE_INFINITY });
  }

  holdEnds(proc: number, time: number): void {
    const holder = this.isFull ? undefined : this.holders[proc];
    if (holder !== undefined) holder.to = time;
  }

  /** A P was busy in [from, to). Spans of one P come in the order of time. */
  add(proc: ProcTrack, state: PState, from: number, to: number): void {
    if (this.isFull) return;
    if (this.count === this.most) {
      this.drop();
      return;
    }
    const at = this.count++;
    this.procs[at] = proc.id;
    this.states[at] = state;
    this.begins[at] = from;
    this.ends[at] = to;
    const holder = this.holders[proc.id];
    const isHeld = state !== PS.scheduler && holder !== undefined && from < holder.to && to > holder.from;
    this.gos.push(isHeld ? holder.go : null);
  }

  /** The spans of these Ps; null where there were too many. */
  take(ids: readonly number[]): TimelineSpans | null {
    if (this.isFull) return null;
    const place = new Map(ids.map((id, i) => [id, i]));
    const order: number[] = [];
    for (let i = 0; i < this.count; i++) if (place.has(this.procs[i])) order.push(i);
    const placeOf = (i: number) => place.get(this.procs[i]) as number;
    order.sort((a, b) => placeOf(a) - placeOf(b) || a - b);
    const entries: string[] = [];
    const known = new Map<string, number>();
    return {
      count: order.length,
      first: fillFirst(ids.length, order.map(placeOf)),
      state: Uint8Array.from(order, (i) => this.states[i]),
      startNs: Float64Array.from(order, (i) => this.begins[i]),
      endNs: Float64Array.from(order, (i) => this.ends[i]),
      goroutine: Float64Array.from(order, (i) => this.gos[i]?.id ?? -1),
      entry: Int32Array.from(order, (i) => indexOf(this.gos[i]?.entry ?? null, entries, known)),
      entries,
    };
  }

  private drop(): void {
    this.isFull = true;
    this.count = 0;
    this.procs = new Int32Array(0);
    this.states = new Uint8Array(0);
    this.begins = this.ends = new Float64Array(0);
    this.gos = [];
    this.holders.length = 0;
  }
}

/** Where each P's spans begin in a list that is sorted by P. */
function fillFirst(procs: number, places: readonly number[]): Int32Array {
  const first = new Int32Array(procs + 1);
  for (const place of places) first[place + 1]++;
  for (let p = 0; p < procs; p++) first[p + 1] += first[p];
  return first;
}

function indexOf(name: string | null, names: string[], known: Map<string, number>): number {
  if (name === null) return -1;
  let index = known.get(name);
  if (index === undefined) {
    index = names.push(name) - 1;
    known.set(name, index);
  }
  return index;
}

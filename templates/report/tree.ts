/**
 * Weighted stacks as the page draws them: columns by node, callers first, node 0 the root. What a node weighs after and
 * before is kept beside its width, which is the larger of both where two runs are compared.
 */

import type { FlameData } from '../../src/render/report/pagedata.ts';

export interface FlameTree {
  readonly count: number;
  readonly depths: Int32Array;
  /** Indexes into the page's texts; -1 for the root. */
  readonly texts: Int32Array;
  /** By node: the first node behind all that it calls. */
  readonly ends: Int32Array;
  /** Of the stacks that end in a node: its weight, and that of the run compared with. */
  readonly self: Float64Array;
  readonly before: Float64Array | null;
  /** With all that it calls: width, weight, weight of the run compared with. */
  readonly widths: Float64Array;
  readonly totals: Float64Array;
  readonly beforeTotals: Float64Array | null;
  /** By node: side of a race; class of state that most of it is in, -1 for none, -2 for several. */
  readonly sides: Uint8Array | null;
  readonly states: Int8Array | null;
}

/** What a tree is made of: what has to be known of each node, callers first. */
export interface TreeColumns {
  readonly count: number;
  readonly depths: Int32Array;
  readonly texts: Int32Array;
  readonly self: Float64Array;
  readonly before: Float64Array | null;
  readonly sides: Uint8Array | null;
  readonly byClass: Float64Array | null;
  readonly classCount: number;
}

/** A state's colour is shown where at least this share of the goroutines is in it. */
const DOMINANT = 0.75;
export const NO_STATE = -1;
export const MIXED_STATE = -2;

export function treeOf(data: FlameData): FlameTree {
  return growTree({ ...data, classCount: data.classes.length });
}

export function growTree(columns: TreeColumns): FlameTree {
  const { count, depths, texts, self, before, sides } = columns;
  const ends = endsOf(depths, count);
  const own = before === null ? self : Float64Array.from(self, (weight, node) => Math.max(weight, before[node]));
  const parents = parentsOf(depths, count);
  const totals = addUp(self, parents);
  texts[0] = -1;
  return {
    count,
    depths,
    texts,
    ends,
    self,
    before,
    widths: before === null ? totals : addUp(own, parents),
    totals,
    beforeTotals: before === null ? null : addUp(before, parents),
    sides,
    states: columns.byClass === null ? null : dominantStates(columns.byClass, columns.classCount, parents),
  };
}

/** By node: its caller; -1 for the root. */
export function parentsOf(depths: Int32Array, count: number): Int32Array {
  const parents = new Int32Array(count).fill(-1);
  const open: number[] = [];
  for (let node = 0; node < count; node++) {
    open[depths[node]] = node;
    if (node > 0) parents[node] = open[depths[node] - 1];
  }
  return parents;
}

function endsOf(depths: Int32Array, count: number): Int32Array {
  const ends = new Int32Array(count).fill(count);
  const open: number[] = [];
  let deepest = -1;
  for (let node = 0; node < count; node++) {
    for (; deepest >= depths[node]; deepest--) ends[open[deepest]] = node;
    deepest = depths[node];
    open[deepest] = node;
  }
  return ends;
}

function addUp(own: Float64Array, parents: Int32Array): Float64Array {
  const totals = own.slice();
  for (let node = own.length - 1; node > 0; node--) totals[parents[node]] += totals[node];
  return totals;
}

function dominantStates(byClass: Float64Array, classCount: number, parents: Int32Array): Int8Array {
  const sums = byClass.slice();
  const states = new Int8Array(parents.length).fill(NO_STATE);
  for (let node = parents.length - 1; node >= 0; node--) {
    let all = 0;
    for (let k = 0; k < classCount; k++) {
      const weight = sums[node * classCount + k];
      all += weight;
      if (node > 0) sums[parents[node] * classCount + k] += weight;
    }
    if (all > 0) states[node] = MIXED_STATE;
    for (let k = 0; k < classCount; k++) if (all > 0 && sums[node * classCount + k] >= all * DOMINANT) states[node] = k;
  }
  return states;
}

/** The callers of a node, the root first, without the node. */
export function callersOf({ depths }: FlameTree, node: number): number[] {
  const callers: number[] = [];
  for (let at = node - 1, depth = depths[node]; at >= 0 && depth > 0; at--) {
    if (depths[at] >= depth) continue;
    callers.push(at);
    depth = depths[at];
  }
  return callers.reverse();
}

/** How much of a compared pair a node gained. */
export function changeAt({ totals, beforeTotals }: FlameTree, node: number): number {
  return beforeTotals === null ? 0 : totals[node] - beforeTotals[node];
}

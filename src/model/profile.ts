/**
 * Weighted stacks: a tree that grows from the root, every node a frame's text under its caller's, with the weight of
 * the stacks that end there. Frames are kept as frames; no text is ever split or joined to find them.
 */

import { Float64Column } from '../base/columns.ts';
import { LatestPairs, TreeInterner } from '../base/pairs.ts';
import type { Ownership } from './names.ts';

/** Index of a node; nodes come after their parents. */
export type NodeId = number;
export const ROOT: NodeId = -1;

export interface Profile {
  /** What the weights count: `goroutines`, `samples`, `seconds`. */
  readonly unit: string;
  /** What was weighed, as it stands behind an amount: `waiting for a P`; empty where the unit says it. */
  readonly measure: string;
  /** Texts of frames; `labels` of the nodes are indexes into it. */
  readonly texts: readonly string[];
  /** Whose code each text is, by index; null where only the texts are known. */
  readonly owners: readonly Ownership[] | null;
  readonly nodeCount: number;
  /** By node: the caller's node, or {@link ROOT}. */
  readonly parents: Int32Array;
  /** By node: index of its text. */
  readonly labels: Int32Array;
  /** By node: weight of the stacks that end there. */
  readonly self: Float64Array;
  /** By node: the same of the run compared with; null when nothing is compared. */
  readonly before: Float64Array | null;
  /** By node: weights by class of goroutine state, `classes.length` numbers a node; null where there are no states. */
  readonly byClass: Float64Array | null;
  readonly classes: readonly string[];
  /** By node: which side of a race its stack is on; null outside races. */
  readonly sides: Uint8Array | null;
}

/** The sides of a race in {@link Profile.sides}; nodes above the sides have none. */
export const RaceSide = { none: 0, detecting: 1, previous: 2, creation: 3 } as const;

/** Builds a profile stack by stack. */
export class ProfileBuilder {
  private readonly texts: string[] = [];
  private readonly owners: Ownership[] = [];
  private readonly ids = new Map<string, number>();
  private readonly notes = new Map<string, number>();
  private readonly nodes: TreeInterner | LatestPairs;
  private readonly self = new Float64Column();
  private readonly before = new Float64Column();
  private readonly classes: readonly string[];
  private readonly byClass = new Map<number, number>();
  private readonly sides = new Map<NodeId, number>();
  private comparing = false;

  /** `ordered`: stacks come in the order of time, and only neighbours share their frames. */
  constructor(classes: readonly string[] = [], ordered = false) {
    this.classes = classes;
    this.nodes = ordered ? new LatestPairs() : new TreeInterner();
  }

  get isEmpty(): boolean {
    return this.nodes.size === 0;
  }

  /**
   * The id of a frame's text; the first owner told for a text stays. A note that reads as a function, as that of
   * `--group-by entry` does, is another text.
   */
  text(text: string, owner: Ownership): number {
    const ids = owner === 'note' ? this.notes : this.ids;
    let id = ids.get(text);
    if (id === undefined) {
      id = this.texts.length;
      this.texts.push(text);
      this.owners.push(owner);
      ids.set(text, id);
    }
    return id;
  }

  /** The node of a text under a caller. */
  child(parent: NodeId, textId: number): NodeId {
    const node = this.nodes.intern(parent, textId);
    if (node === this.self.length) {
      this.self.push(0);
      this.before.push(0);
    }
    return node;
  }

  add(node: NodeId, weight: number): void {
    this.self.data[node] += weight;
  }

  /** Adds weight of the run compared with. */
  addBefore(node: NodeId, weight: number): void {
    this.comparing = true;
    this.before.data[node] += weight;
  }

  /** Says that `weight` of a node belongs to a class of state. */
  classify(node: NodeId, classIndex: number, weight: number): void {
    const key = node * this.classes.length + classIndex;
    this.byClass.set(key, (this.byClass.get(key) ?? 0) + weight);
  }

  /** Puts a node on a side of a race; a node on both sides stands on none. */
  takeSide(node: NodeId, side: number): void {
    const taken = this.sides.get(node);
    this.sides.set(node, taken === undefined || taken === side ? side : RaceSide.none);
  }

  build(unit: string, measure = ''): Profile {
    const count = this.nodes.size;
    return {
      unit,
      measure,
      texts: this.texts,
      owners: this.owners,
      nodeCount: count,
      parents: this.nodes.first.data.subarray(0, count),
      labels: this.nodes.second.data.subarray(0, count),
      self: this.self.data.subarray(0, count),
      before: this.comparing ? this.before.data.subarray(0, count) : null,
      byClass: this.byClass.size > 0 ? this.classColumn(count) : null,
      classes: this.classes,
      sides: this.sides.size > 0 ? this.sideColumn(count) : null,
    };
  }

  private classColumn(count: number): Float64Array {
    const column = new Float64Array(count * this.classes.length);
    for (const [key, weight] of this.byClass) column[key] = weight;
    return column;
  }

  private sideColumn(count: number): Uint8Array {
    const column = new Uint8Array(count);
    for (const [node, side] of this.sides) column[node] = side;
    return column;
  }
}

/** The weight of each node with all that it calls, by node. */
export function totalWeights(profile: Profile, own: Float64Array = profile.self): Float64Array {
  const totals = own.slice();
  for (let node = profile.nodeCount - 1; node >= 0; node--) {
    const parent = profile.parents[node];
    if (parent !== ROOT) totals[parent] += totals[node];
  }
  return totals;
}

/** The weight of all stacks. */
export function totalWeight(profile: Profile): number {
  return profile.self.reduce((sum, weight) => sum + weight, 0);
}

/** Number of different stacks: nodes where at least one stack ends. */
export function countStacks(profile: Profile): number {
  let count = 0;
  for (let node = 0; node < profile.nodeCount; node++) {
    if (profile.self[node] > 0 || (profile.before !== null && profile.before[node] > 0)) count++;
  }
  return count;
}

/** The texts of a stack, root first. */
export function pathOf(profile: Profile, node: NodeId): string[] {
  const path: string[] = [];
  for (let at = node; at !== ROOT; at = profile.parents[at]) path.push(profile.texts[profile.labels[at]]);
  return path.reverse();
}

/** By node: the larger of its two weights in a comparison; its weight where nothing is compared. */
export function largerWeights({ self, before }: Profile): Float64Array {
  return before === null ? self : Float64Array.from(self, (weight, node) => Math.max(weight, before[node]));
}

/** In a comparison: how much the weight of each node, with all that it calls, has changed, by node. */
export function totalChanges({ self, before, nodeCount, parents }: Profile): Float64Array {
  const change = Float64Array.from(self, (weight, node) => weight - (before?.[node] ?? 0));
  for (let node = nodeCount - 1; node >= 0; node--) {
    if (parents[node] !== ROOT) change[parents[node]] += change[node];
  }
  return change;
}

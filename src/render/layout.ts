/**
 * Where each frame of a profile stands in a flame graph: a row (its depth) and a stretch of the weight axis, in the
 * profile's own unit; pixels come later. No recursion: stacks may be a million frames deep.
 */

import { Float64Column, Int32Column } from '../base/columns.ts';
import { type NodeId, type Profile, ROOT, totalWeights } from '../model/profile.ts';

/** Order of frames that share a caller. `input` is that of first sight. */
export type SiblingOrder = 'name' | 'width' | 'input';

export interface LayoutOptions {
  readonly order: SiblingOrder;
  /** Frames of less weight than this are not laid out, nor is anything they call. */
  readonly minWeight: number;
  /** What the root is to stand for; the sum of all stacks where that is more. */
  readonly total: number | null;
  /** By node: what the stacks that end there are wide; their weight where left out. */
  readonly own?: Float64Array;
}

/** Frames in the order callers first, then by row position; index 0 is the root frame, `all`. */
export interface FlameLayout {
  readonly count: number;
  /** By frame: its node in the profile; {@link ROOT} for the root frame. */
  readonly nodes: Int32Array;
  /** By frame: its row, 0 for the root frame. */
  readonly depths: Int32Array;
  /** By frame: where it begins on the weight axis. */
  readonly starts: Float64Array;
  /** By frame: its weight with all that it calls. */
  readonly weights: Float64Array;
  readonly total: number;
  readonly maxDepth: number;
  /** Frames of some weight that were too small to be laid out. */
  readonly tooSmall: number;
  /** By node: weight with all that it calls. */
  readonly totals: Float64Array;
}

export function layoutFlame(profile: Profile, options: LayoutOptions): FlameLayout {
  const totals = totalWeights(profile, options.own);
  const children = new ChildLists(profile, totals, options);
  const measured = children.sumOf(ROOT);
  const total = Math.max(measured, options.total ?? 0);
  const size = children.kept + 1;
  const nodes = new Int32Array(size);
  const depths = new Int32Array(size);
  const starts = new Float64Array(size);
  const weights = new Float64Array(size);
  nodes[0] = ROOT;
  weights[0] = total;
  let count = 1;
  let maxDepth = 0;

  const stack = new StepStack();
  stack.pushChildren(children, ROOT, 0, 0);
  while (stack.length > 0) {
    const at = --stack.length;
    const node = stack.nodes.data[at];
    const depth = stack.depths.data[at];
    const start = stack.starts.data[at];
    nodes[count] = node;
    depths[count] = depth;
    starts[count] = start;
    weights[count++] = totals[node];
    if (depth > maxDepth) maxDepth = depth;
    stack.pushChildren(children, node, depth, start);
  }
  const shown = { nodes: nodes.subarray(0, count), depths: depths.subarray(0, count), starts: starts.subarray(0, count) };
  return {
    ...shown,
    count,
    weights: weights.subarray(0, count),
    total,
    maxDepth,
    tooSmall: children.weighted - (count - 1),
    totals,
  };
}

/** Frames that are still to be laid out, the next one last. */
class StepStack {
  readonly nodes = new Int32Column();
  readonly depths = new Int32Column();
  readonly starts = new Float64Column();
  length = 0;

  /** Adds a node's children that are wide enough, the first one last. */
  pushChildren(children: ChildLists, parent: NodeId, depth: number, start: number): void {
    const { totals, minWeight } = children;
    const bottom = this.length;
    let at = start;
    for (let i = children.begin(parent); i < children.end(parent); i++) {
      const node = children.list[i];
      if (totals[node] >= minWeight) this.push(node, depth + 1, at);
      at += totals[node];
    }
    for (let a = bottom, b = this.length - 1; a < b; a++, b--) this.swap(a, b);
  }

  private swap(a: number, b: number): void {
    for (const { data } of [this.nodes, this.depths, this.starts]) [data[a], data[b]] = [data[b], data[a]];
  }

  private push(node: NodeId, depth: number, start: number): void {
    if (this.length === this.nodes.length) {
      this.nodes.push(node);
      this.depths.push(depth);
      this.starts.push(start);
    } else {
      this.nodes.data[this.length] = node;
      this.depths.data[this.length] = depth;
      this.starts.data[this.length] = start;
    }
    this.length++;
  }
}

/** The children of every node, in one array, in their order. */
class ChildLists {
  private readonly offsets: Int32Array;
  readonly list: Int32Array;
  readonly totals: Float64Array;
  readonly minWeight: number;
  /** Nodes of some weight, and of enough weight. */
  weighted = 0;
  kept = 0;

  constructor(profile: Profile, totals: Float64Array, { order, minWeight }: LayoutOptions) {
    const { nodeCount, parents } = profile;
    this.totals = totals;
    this.minWeight = minWeight;
    this.offsets = new Int32Array(nodeCount + 2);
    for (let node = 0; node < nodeCount; node++) {
      if (totals[node] <= 0) continue;
      this.offsets[parents[node] + 2]++;
      this.weighted++;
      if (totals[node] >= minWeight) this.kept++;
    }
    for (let i = 1; i < this.offsets.length; i++) this.offsets[i] += this.offsets[i - 1];
    const next = this.offsets.slice();
    this.list = new Int32Array(this.weighted);
    for (let node = 0; node < nodeCount; node++) {
      if (totals[node] > 0) this.list[next[parents[node] + 1]++] = node;
    }
    if (order !== 'input') this.sort(profile, order);
  }

  begin(parent: NodeId): number {
    return this.offsets[parent + 1];
  }

  end(parent: NodeId): number {
    return this.offsets[parent + 2];
  }

  sumOf(parent: NodeId): number {
    let sum = 0;
    for (let i = this.begin(parent); i < this.end(parent); i++) sum += this.totals[this.list[i]];
    return sum;
  }

  /** Sorts the children of every node that is wide enough to show them. */
  private sort({ labels, texts, nodeCount }: Profile, order: SiblingOrder): void {
    const { totals, list } = this;
    const ranks = rankTexts(texts);
    const byName = (a: NodeId, b: NodeId) => ranks[labels[a]] - ranks[labels[b]];
    const compare = order === 'name' ? byName : (a: NodeId, b: NodeId) => totals[b] - totals[a] || byName(a, b);
    for (let node = ROOT; node < nodeCount; node++) {
      const from = this.begin(node);
      const to = this.end(node);
      if (to - from < 2 || (node !== ROOT && totals[node] < this.minWeight)) continue;
      if (to - from > 2) list.subarray(from, to).sort(compare);
      else if (compare(list[from], list[from + 1]) > 0) [list[from], list[from + 1]] = [list[from + 1], list[from]];
    }
  }
}

/** The place of each text among all of them. */
export function rankTexts(texts: readonly string[]): Int32Array {
  const order = Array.from(texts, (_, id) => id).sort((a, b) => (texts[a] < texts[b] ? -1 : texts[a] > texts[b] ? 1 : a - b));
  const ranks = new Int32Array(texts.length);
  order.forEach((id, rank) => {
    ranks[id] = rank;
  });
  return ranks;
}

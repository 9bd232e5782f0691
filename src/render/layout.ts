/**
 * Where each frame of a profile stands in a flame graph: a row (its depth) and a stretch of the weight axis, in the
 * profile's own unit; pixels come later. No recursion: stacks may be a million frames deep.
 */

import { type NodeId, type Profile, ROOT, totalWeights } from '../model/profile.ts';

/** Order of frames that share a caller. `input` is that of first sight. */
export type SiblingOrder = 'name' | 'width' | 'input';

export interface LayoutOptions {
  readonly order: SiblingOrder;
  /** Frames of less weight than this are not laid out, nor is anything they call. */
  readonly minWeight: number;
  /** What the root is to stand for; the sum of all stacks where that is more. */
  readonly total: number | null;
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
  const totals = totalWeights(profile);
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

  const stack: Step[] = [{ node: ROOT, depth: 0, start: 0 }];
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    if (step.node !== ROOT) {
      nodes[count] = step.node;
      depths[count] = step.depth;
      starts[count] = step.start;
      weights[count++] = totals[step.node];
      if (step.depth > maxDepth) maxDepth = step.depth;
    }
    pushChildren(stack, children.sorted(step.node), step, totals, options.minWeight);
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

interface Step {
  readonly node: NodeId;
  readonly depth: number;
  readonly start: number;
}

/** Puts the children on the stack so that the first one comes off first. */
function pushChildren(
  stack: Step[],
  children: ArrayLike<NodeId>,
  { depth, start }: Step,
  totals: Float64Array,
  least: number,
): void {
  const from = stack.length;
  let at = start;
  for (let i = 0; i < children.length; i++) {
    const node = children[i];
    if (totals[node] >= least) stack.push({ node, depth: depth + 1, start: at });
    at += totals[node];
  }
  for (let a = from, b = stack.length - 1; a < b; a++, b--) [stack[a], stack[b]] = [stack[b], stack[a]];
}

/** The children of every node, in one array; sorted when asked for. */
class ChildLists {
  private readonly offsets: Int32Array;
  private readonly list: Int32Array;
  private readonly totals: Float64Array;
  private readonly ranks: Int32Array | null;
  private readonly order: SiblingOrder;
  private readonly labels: Int32Array;
  /** Nodes of some weight, and of enough weight. */
  weighted = 0;
  kept = 0;

  constructor(profile: Profile, totals: Float64Array, { order, minWeight }: LayoutOptions) {
    const { nodeCount, parents } = profile;
    this.totals = totals;
    this.order = order;
    this.labels = profile.labels;
    this.ranks = order === 'input' ? null : rankTexts(profile.texts);
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
  }

  sorted(parent: NodeId): Int32Array {
    const children = this.list.subarray(this.offsets[parent + 1], this.offsets[parent + 2]);
    const { ranks, labels, totals } = this;
    if (children.length < 2 || ranks === null) return children;
    const byName = (a: NodeId, b: NodeId) => ranks[labels[a]] - ranks[labels[b]];
    return children.sort(this.order === 'name' ? byName : (a, b) => totals[b] - totals[a] || byName(a, b));
  }

  sumOf(parent: NodeId): number {
    let sum = 0;
    for (const child of this.list.subarray(this.offsets[parent + 1], this.offsets[parent + 2])) sum += this.totals[child];
    return sum;
  }
}

/** The place of each text among all of them. */
function rankTexts(texts: readonly string[]): Int32Array {
  const order = Array.from(texts, (_, id) => id).sort((a, b) => (texts[a] < texts[b] ? -1 : texts[a] > texts[b] ? 1 : a - b));
  const ranks = new Int32Array(texts.length);
  order.forEach((id, rank) => {
    ranks[id] = rank;
  });
  return ranks;
}

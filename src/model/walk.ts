/** Ways through the tree of a profile: callers before callees, without recursion; and what functions weigh. */

import type { NodeId, Profile } from './profile.ts';

/** The first callee and the next sibling of every node, -1 for none; the roots begin at `first[0]`. */
export interface ChildLinks {
  /** By node + 1. */
  readonly first: Int32Array;
  /** By node. */
  readonly next: Int32Array;
}

type Tree = Pick<Profile, 'nodeCount' | 'parents' | 'labels'>;

export function linkChildren({ nodeCount, parents }: Pick<Profile, 'nodeCount' | 'parents'>): ChildLinks {
  const first = new Int32Array(nodeCount + 1).fill(-1);
  const next = new Int32Array(nodeCount).fill(-1);
  for (let node = nodeCount - 1; node >= 0; node--) {
    next[node] = first[parents[node] + 1];
    first[parents[node] + 1] = node;
  }
  return { first, next };
}

/** Enters every node before its callees and leaves it behind them. */
export function walkTree(tree: Tree, enter: (node: NodeId) => void, leave: (node: NodeId) => void = () => {}): void {
  const { parents } = tree;
  const { first, next } = linkChildren(tree);
  let node = first[0];
  while (node >= 0) {
    enter(node);
    if (first[node + 1] >= 0) {
      node = first[node + 1];
      continue;
    }
    for (;;) {
      leave(node);
      if (next[node] >= 0) break;
      node = parents[node];
      if (node < 0) return;
    }
    node = next[node];
  }
}

/** What the function of each text weighs, by the text's index. */
export interface TextWeights {
  /** In stacks that end in it. */
  readonly self: Float64Array;
  /** In stacks that hold it; a stack counts once, however often it does. */
  readonly total: Float64Array;
}

/** `totals` are those of `own`: by node, its weight with all that it calls. */
export function weighTexts(profile: Tree & Pick<Profile, 'texts'>, own: Float64Array, totals: Float64Array): TextWeights {
  const { labels, texts } = profile;
  const self = new Float64Array(texts.length);
  const total = new Float64Array(texts.length);
  const open = new Int32Array(texts.length);
  walkTree(
    profile,
    (node) => {
      const text = labels[node];
      self[text] += own[node];
      if (open[text]++ === 0) total[text] += totals[node];
    },
    (node) => {
      open[labels[node]]--;
    },
  );
  return { self, total };
}

/**
 * The stacks as somebody wants to see them: some frames hidden, recursion and chains of wrappers folded, from the
 * leaves up, or all around one function. Everything makes a new tree; the one that was read never changes.
 */

import { TreeInterner } from '../../src/base/pairs.ts';
import { linkChildren, walkTree } from '../../src/model/walk.ts';
import { type FlameTree, growTree, parentsOf, type TreeColumns } from './tree.ts';

export type SiblingOrder = 'name' | 'width' | 'time';

/** What can be asked for. */
export interface Arrangement {
  /** Callees from the root down; callers from the leaves up. */
  readonly direction: 'callees' | 'callers';
  readonly order: SiblingOrder;
  /** Texts whose frames are left out; what they call moves up. */
  readonly hidden: ReadonlySet<number>;
  /** Only stacks through this text, from it on; -1 for all. */
  readonly focus: number;
  readonly foldRecursion: boolean;
  readonly foldWrappers: boolean;
}

export interface Source {
  readonly columns: TreeColumns;
  /** By text: its place in the order of names. */
  readonly ranks: Int32Array;
  /** The stacks come in the order of time, siblings of one name are not yet one. */
  readonly ordered: boolean;
}

/** The tree of an arrangement. */
export function arrange(source: Source, wanted: Arrangement): FlameTree {
  if (isPlain(source, wanted)) return growTree(source.columns);
  const kept = select(source, wanted);
  const turned = wanted.direction === 'callers' ? turnRound(kept) : kept;
  return growTree(sortTree(turned, wanted.order, source.ranks));
}

/** All callers and all callees of a function: two trees whose root stands for it. */
export function arrangeAround(source: Source, wanted: Arrangement, text: number): { callers: FlameTree; callees: FlameTree } {
  const kept = select(source, { ...wanted, focus: -1 });
  const below = sortTree(cutToFocus(kept, text, true), wanted.order, source.ranks);
  const above = sortTree(callersOfText(kept, text), wanted.order, source.ranks);
  return { callers: growTree(above), callees: growTree(below) };
}

// ---- building ----

/** Columns that grow while stacks are put in anew. */
class TreeBuilder {
  private readonly nodes = new TreeInterner();
  private readonly from: TreeColumns;
  private readonly self: number[] = [0];
  private readonly before: number[] = [0];
  private readonly sides: number[] = [0];
  private readonly classes = new Map<number, number>();

  constructor(from: TreeColumns) {
    this.from = from;
  }

  /** The node of a text under a caller; 0 is the root. */
  child(parent: number, text: number): number {
    const node = this.nodes.intern(parent - 1, text) + 1;
    if (node === this.self.length) {
      this.self.push(0);
      this.before.push(0);
      this.sides.push(-1);
    }
    return node;
  }

  /** Adds what ends in a node of the tree that is read. */
  add(to: number, node: number): void {
    const { self, before, byClass, classCount } = this.from;
    this.self[to] += self[node];
    if (before !== null) this.before[to] += before[node];
    for (let k = 0; byClass !== null && k < classCount; k++) {
      const weight = byClass[node * classCount + k];
      if (weight !== 0) this.classes.set(to * classCount + k, (this.classes.get(to * classCount + k) ?? 0) + weight);
    }
  }

  /** Puts a node on a side of a race; a node on both stands on none. */
  takeSide(to: number, side: number): void {
    const taken = this.sides[to];
    this.sides[to] = taken === -1 || taken === side ? side : 0;
  }

  /** In the order of first sight, callers before callees but not yet sorted. */
  finish(): TreeColumns & { readonly parents: Int32Array } {
    const { from, self, sides } = this;
    const count = self.length;
    const parents = new Int32Array(count).fill(-1);
    const depths = new Int32Array(count);
    const texts = new Int32Array(count).fill(-1);
    for (let node = 1; node < count; node++) {
      parents[node] = this.nodes.first.data[node - 1] + 1;
      depths[node] = depths[parents[node]] + 1;
      texts[node] = this.nodes.second.data[node - 1];
    }
    let byClass: Float64Array | null = null;
    if (from.byClass !== null) {
      byClass = new Float64Array(count * from.classCount);
      for (const [cell, weight] of this.classes) byClass[cell] = weight;
    }
    return {
      count,
      parents,
      depths,
      texts,
      self: Float64Array.from(self),
      before: from.before === null ? null : Float64Array.from(this.before),
      sides: from.sides === null ? null : Uint8Array.from(sides, (side) => Math.max(0, side)),
      byClass,
      classCount: from.classCount,
    };
  }
}

type Unsorted = ReturnType<TreeBuilder['finish']>;

/** The tree without its root node, as the walks of a profile take it: every index is one less. */
function belowRoot({ count, parents, texts }: Unsorted): { nodeCount: number; parents: Int32Array; labels: Int32Array } {
  return { nodeCount: count - 1, parents: parents.subarray(1).map((parent) => parent - 1), labels: texts.subarray(1) };
}

function unsorted(columns: TreeColumns): Unsorted {
  return { ...columns, parents: parentsOf(columns.depths, columns.count) };
}

// ---- what is kept ----

/** Whether the stacks are wanted as they lie there. */
function isPlain({ ordered }: Source, { direction, order, hidden, focus, foldRecursion, foldWrappers }: Arrangement): boolean {
  const untouched = hidden.size === 0 && focus < 0 && !foldRecursion && !foldWrappers;
  return untouched && direction === 'callees' && order === (ordered ? 'time' : 'name');
}

function select({ columns, ordered }: Source, wanted: Arrangement): Unsorted {
  let kept: Unsorted = unsorted(columns);
  if (ordered && wanted.order !== 'time') kept = keepNodes(kept, () => true);
  if (wanted.focus >= 0) kept = cutToFocus(kept, wanted.focus, false);
  if (wanted.hidden.size > 0) kept = keepNodes(kept, (node) => !wanted.hidden.has(kept.texts[node]));
  if (wanted.foldRecursion) kept = foldRecursion(kept);
  if (wanted.foldWrappers) kept = keepNodes(kept, wrapperTest(kept));
  return kept;
}

/** Leaves nodes out; what they call moves up, and what weighs on them falls to their callers. */
function keepNodes(from: Unsorted, keeps: (node: number) => boolean): Unsorted {
  const builder = new TreeBuilder(from);
  const to = new Int32Array(from.count);
  for (let node = 1; node < from.count; node++) {
    const parent = to[from.parents[node]];
    to[node] = keeps(node) ? builder.child(parent, from.texts[node]) : parent;
    if (from.sides !== null && to[node] !== parent) builder.takeSide(to[node], from.sides[node]);
    builder.add(to[node], node);
  }
  return builder.finish();
}

/** A function that is on the stack already is the same frame: only the outermost of each stays. */
function foldRecursion(from: Unsorted): Unsorted {
  const builder = new TreeBuilder(from);
  const to = new Int32Array(from.count);
  const outermost = new Map<number, number>();
  walkTree(
    belowRoot(from),
    (below) => {
      const node = below + 1;
      const text = from.texts[node];
      const same = outermost.get(text);
      if (same === undefined) outermost.set(text, node);
      to[node] = same === undefined ? builder.child(to[from.parents[node]], text) : to[same];
      if (from.sides !== null) builder.takeSide(to[node], from.sides[node]);
      builder.add(to[node], node);
    },
    (below) => {
      const text = from.texts[below + 1];
      if (outermost.get(text) === below + 1) outermost.delete(text);
    },
  );
  return builder.finish();
}

/** The middle of a chain adds nothing: a frame that only calls one other and is the only one its caller calls. */
function wrapperTest({ parents, self, before, count }: Unsorted): (node: number) => boolean {
  const callees = new Int32Array(count);
  for (let node = 1; node < count; node++) callees[parents[node]]++;
  const passes = (node: number) => callees[node] === 1 && self[node] === 0 && (before === null || before[node] === 0);
  return (node) => !(passes(node) && parents[node] > 0 && passes(parents[node]));
}

/** Only what lies within the outermost frame of a text. `merged`: that frame becomes the root. */
function cutToFocus(from: Unsorted, text: number, merged: boolean): Unsorted {
  const builder = new TreeBuilder(from);
  const to = new Int32Array(from.count).fill(-1);
  for (let node = 1; node < from.count; node++) {
    const parent = to[from.parents[node]];
    if (parent >= 0) to[node] = builder.child(parent, from.texts[node]);
    else if (from.texts[node] === text) to[node] = merged ? 0 : builder.child(0, text);
    else continue;
    if (from.sides !== null && to[node] > 0) builder.takeSide(to[node], from.sides[node]);
    builder.add(to[node], node);
  }
  return builder.finish();
}

/** From the leaves up: each stack the other way round. */
function turnRound(from: Unsorted): Unsorted {
  const builder = new TreeBuilder(from);
  const { parents, texts, self, before, sides } = from;
  for (let node = 1; node < from.count; node++) {
    if (self[node] === 0 && (before === null || before[node] === 0)) continue;
    let to = 0;
    for (let at = node; at > 0; at = parents[at]) {
      to = builder.child(to, texts[at]);
      if (sides !== null) builder.takeSide(to, sides[at]);
    }
    builder.add(to, node);
  }
  return builder.finish();
}

/** The callers of a text's outermost frames, nearest first; what weighs on the frame weighs on the last caller. */
function callersOfText(from: Unsorted, text: number): Unsorted {
  const builder = new TreeBuilder(from);
  const { parents, texts } = from;
  const within = new Int32Array(from.count);
  for (let node = 1; node < from.count; node++) {
    const outer = within[parents[node]];
    if (outer === 0 && texts[node] !== text) continue;
    if (outer === 0) {
      let to = 0;
      for (let at = parents[node]; at > 0; at = parents[at]) to = builder.child(to, texts[at]);
      within[node] = to + 1;
    } else {
      within[node] = outer;
    }
    builder.add(within[node] - 1, node);
  }
  return builder.finish();
}

// ---- order ----

/** Callers first, siblings in their order. */
function sortTree(from: Unsorted, order: SiblingOrder, ranks: Int32Array): TreeColumns {
  const { count, texts } = from;
  const widths = order === 'width' ? widthsOf(from) : null;
  const byName = (a: number, b: number) => ranks[texts[b]] - ranks[texts[a]];
  // Those drawn last are pushed first.
  const compare = widths === null ? byName : (a: number, b: number) => widths[a] - widths[b] || byName(a, b);
  const { first, next } = linkChildren(belowRoot(from));
  const nodes = new Int32Array(count);
  const waiting: number[] = [0];
  for (let place = 0; waiting.length > 0; place++) {
    const node = waiting.pop() as number;
    nodes[place] = node;
    const children: number[] = [];
    for (let child = first[node]; child >= 0; child = next[child]) children.push(child + 1);
    if (order === 'time') children.reverse();
    else if (children.length > 1) children.sort(compare);
    for (const child of children) waiting.push(child);
  }
  return reorder(from, nodes);
}

function widthsOf({ self, before, parents }: Unsorted): Float64Array {
  const widths = Float64Array.from(self, (weight, node) => (before === null ? weight : Math.max(weight, before[node])));
  for (let node = widths.length - 1; node > 0; node--) widths[parents[node]] += widths[node];
  return widths;
}

function reorder(from: Unsorted, nodes: Int32Array): TreeColumns {
  const { byClass, classCount } = from;
  const cells = byClass === null ? null : new Float64Array(byClass.length);
  if (cells !== null && byClass !== null) {
    nodes.forEach((node, place) => {
      for (let k = 0; k < classCount; k++) cells[place * classCount + k] = byClass[node * classCount + k];
    });
  }
  const { before, sides } = from;
  return {
    count: from.count,
    depths: nodes.map((node) => from.depths[node]),
    texts: nodes.map((node) => from.texts[node]),
    self: Float64Array.from(nodes, (node) => from.self[node]),
    before: before === null ? null : Float64Array.from(nodes, (node) => before[node]),
    sides: sides === null ? null : Uint8Array.from(nodes, (node) => sides[node]),
    byClass: cells,
    classCount,
  };
}

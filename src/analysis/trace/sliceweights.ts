/**
 * Weights of stacks over slices of a trace whose length is not known beforehand: when time goes past the last slice, or
 * there are too many cells, neighbours are merged and every slice is twice as long.
 */

import { type NodeId, ROOT } from '../../model/profile.ts';
import type { StackId } from '../../model/stacks.ts';
import type { ProfileWindows } from '../../model/windows.ts';

const FIRST_WIDTH = 1024;
/** Between half of them and all are in use, as long as the cells allow it. */
const SLICES = 2048;
/** Pairs of a slice and a stack. */
const MAX_CELLS = 60_000;

export class SliceWeights {
  readonly from: number;
  width = FIRST_WIDTH;
  private slices: (Map<StackId, number> | undefined)[] = [];
  private cells = 0;
  private readonly maxCells: number;

  constructor(from: number, maxCells = MAX_CELLS) {
    this.from = from;
    this.maxCells = maxCells;
  }

  /** `weight` is spread evenly over [begin, end), both not before `from`; over one moment if they are the same. */
  add(stack: StackId, begin: number, end: number, weight: number): void {
    while (end - this.from > SLICES * this.width) this.widen();
    const { width } = this;
    const first = Math.min(SLICES - 1, Math.floor((begin - this.from) / width));
    const last = end > begin ? Math.ceil((end - this.from) / width) - 1 : first;
    let given = 0;
    for (let slice = first; slice <= last; slice++) {
      const upTo = slice === last ? weight : Math.round((weight * (this.from + (slice + 1) * width - begin)) / (end - begin));
      if (upTo > given) this.addTo(slice, stack, upTo - given);
      given = Math.max(given, upTo);
    }
    while (this.cells > this.maxCells && this.slices.length > 2) this.widen();
  }

  /** By slice: its stacks and their weights, in the order of first sight. */
  list(): readonly (ReadonlyMap<StackId, number> | undefined)[] {
    return this.slices;
  }

  private addTo(slice: number, stack: StackId, weight: number): void {
    let cells = this.slices[slice];
    if (cells === undefined) {
      cells = new Map();
      this.slices[slice] = cells;
    }
    const known = cells.get(stack);
    if (known === undefined) this.cells++;
    cells.set(stack, (known ?? 0) + weight);
  }

  private widen(): void {
    const old = this.slices;
    this.width *= 2;
    this.slices = [];
    this.cells = 0;
    old.forEach((cells, slice) => {
      for (const [stack, weight] of cells ?? []) this.addTo(slice >> 1, stack, weight);
    });
  }
}

/** The slices with the nodes of a profile in place of stacks; what has no node is left out. */
export function listWindows(slices: SliceWeights, nodeOf: ReadonlyMap<StackId, NodeId>): ProfileWindows {
  const all = slices.list();
  const first = new Int32Array(all.length + 1);
  const nodes: number[] = [];
  const weights: number[] = [];
  for (let slice = 0; slice < all.length; slice++) {
    const cells = new Map<NodeId, number>();
    for (const [stack, weight] of all[slice] ?? []) {
      const node = nodeOf.get(stack) ?? ROOT;
      if (node !== ROOT) cells.set(node, (cells.get(node) ?? 0) + weight);
    }
    for (const [node, weight] of [...cells].sort(([a], [b]) => a - b)) {
      nodes.push(node);
      weights.push(weight);
    }
    first[slice + 1] = nodes.length;
  }
  return {
    startNs: slices.from,
    sliceNs: slices.width,
    count: all.length,
    first,
    nodes: Int32Array.from(nodes),
    weights: Float64Array.from(weights),
  };
}

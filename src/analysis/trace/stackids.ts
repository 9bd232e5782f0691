/** Stacks by the ids of the present generation: each is looked for once, as millions of events name the same few. */

import { NO_STACK, type StackId, type StackTable } from '../../model/stacks.ts';
import type { TraceTables } from '../../model/trace.ts';

/** Traces number their stacks from 1 in each generation: this is what few of them go beyond. */
const SMALL_IDS = 1 << 14;
const UNRESOLVED = -2;

export class GenerationStacks {
  private readonly stacks: StackTable;
  private tables: TraceTables = { clock: null, stackOf: () => NO_STACK };
  /** By small ids. */
  private readonly resolved = new Int32Array(SMALL_IDS).fill(UNRESOLVED);

  constructor(stacks: StackTable) {
    this.stacks = stacks;
  }

  begin(tables: TraceTables): void {
    this.tables = tables;
    this.resolved.fill(UNRESOLVED);
  }

  /** The stack of an id; none for 0. */
  of(id: number): StackId {
    if (id === 0) return NO_STACK;
    if (id >= SMALL_IDS) return this.tables.stackOf(id, this.stacks);
    const known = this.resolved[id];
    if (known !== UNRESOLVED) return known;
    this.resolved[id] = this.tables.stackOf(id, this.stacks);
    return this.resolved[id];
  }
}

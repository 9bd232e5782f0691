/**
 * Functions that goroutines began with: the outermost frame of any stack of theirs that has a name there. A goroutine
 * that was preempted in assembly can have a stack of one frame at address 0, which has none.
 */

import { NO_STACK, type StackId, type StackTable } from '../../model/stacks.ts';

export class EntryNames {
  /** In the order of their first sight. */
  readonly names: string[] = [];
  private readonly stacks: StackTable;
  private readonly byStack = new Map<StackId, number>();
  private readonly byName = new Map<string, number>();

  constructor(stacks: StackTable) {
    this.stacks = stacks;
  }

  /** Index of a stack's outermost function in {@link names}; -1 where it has no name. */
  of(stack: StackId): number {
    const known = this.byStack.get(stack);
    if (known !== undefined) return known;
    const name = this.outermost(stack);
    const index = name === '' ? -1 : (this.byName.get(name) ?? this.names.push(name) - 1);
    if (index >= 0) this.byName.set(name, index);
    this.byStack.set(stack, index);
    return index;
  }

  private outermost(stack: StackId): string {
    const { stacks } = this;
    let node = stack;
    for (let caller = stacks.callerOf(node); caller !== NO_STACK; caller = stacks.callerOf(node)) node = caller;
    const id = stacks.functionIdOf(stacks.leafOf(node));
    return id < 0 ? '' : stacks.functionName(id);
  }
}

/** Outermost frames of stacks, which samples and events have differently. */

import { NO_STACK, type StackId, type StackTable } from '../../model/stacks.ts';

export class TopRoots {
  private readonly stacks: StackTable;
  private readonly roots = new Map<StackId, StackId>();
  private readonly plain = new Map<StackId, StackId>();

  constructor(stacks: StackTable) {
    this.stacks = stacks;
  }

  /** The stack of the outermost frame alone. */
  of(stack: StackId): StackId {
    if (stack === NO_STACK) return NO_STACK;
    let root = this.roots.get(stack);
    if (root === undefined) {
      root = stack;
      for (let caller = this.stacks.callerOf(root); caller !== NO_STACK; caller = this.stacks.callerOf(root)) root = caller;
      this.roots.set(stack, root);
    }
    return root;
  }

  /** Without runtime.goexit and runtime.main, which samples have at the root and events have not. */
  withoutExit(stack: StackId): StackId {
    let plain = this.plain.get(stack);
    if (plain === undefined) {
      const frames = this.stacks.framesOf(stack);
      while (frames.length > 1 && this.isExit(frames[frames.length - 1])) frames.pop();
      plain = this.stacks.internStack(frames);
      this.plain.set(stack, plain);
    }
    return plain;
  }

  /** Whether it is one frame without a name. */
  isNameless(stack: StackId): boolean {
    return stack !== NO_STACK && this.stacks.callerOf(stack) === NO_STACK && this.nameOf(this.stacks.leafOf(stack)) === '';
  }

  private isExit(frame: number): boolean {
    const name = this.nameOf(frame);
    return name === 'runtime.goexit' || name === 'runtime.main';
  }

  private nameOf(frame: number): string {
    const id = this.stacks.functionIdOf(frame);
    return id < 0 ? '?' : this.stacks.functionName(id);
  }
}

/** Which frame of a stack it is about: what the runtime does below it is how, not what. */

import { isRuntimeFunction, ownershipOf } from './names.ts';
import { type FrameId, isElided, NO_STACK, type StackId, type StackTable } from './stacks.ts';

/** The innermost frame outside the runtime and what it calls into: the statement that was reached; null if none. */
export function firstUserFrame(stacks: StackTable, stack: StackId): FrameId | null {
  for (let node = stack; node !== NO_STACK; node = stacks.callerOf(node)) {
    const frame = stacks.frame(stacks.leafOf(node));
    if (!isElided(frame) && !isPlumbing(frame.function)) return stacks.leafOf(node);
  }
  return null;
}

/** The innermost frame of the program's own code; of any outside the runtime where it has none; else the leaf. */
export function firstOwnFrame(stacks: StackTable, stack: StackId): FrameId | null {
  for (let node = stack; node !== NO_STACK; node = stacks.callerOf(node)) {
    const frame = stacks.frame(stacks.leafOf(node));
    if (!isElided(frame) && ownershipOf(frame.function, frame.file, { own: [] }) === 'own') return stacks.leafOf(node);
  }
  return firstUserFrame(stacks, stack) ?? (stack === NO_STACK ? null : stacks.leafOf(stack));
}

/** Functions that stand below the statement that a report is about. */
export function isPlumbing(name: string): boolean {
  return isRuntimeFunction(name) || /^(?:sync\/atomic|internal\/|reflect\.|\?\?$)/.test(name);
}

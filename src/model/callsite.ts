/** Which frame of a stack it is about: what the runtime does below it is how, not what. */

import { isRuntimeFunction, ownershipOf } from './names.ts';
import { type Frame, type FrameId, isElided, NO_STACK, type StackId, type StackTable } from './stacks.ts';

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

/** Helpers that hold a go statement for their callers: sync.(*WaitGroup).Go, time.AfterFunc. */
const HELPERS = /^(?:runtime|sync|time|internal\/[\w/]+|syscall)\./;

/**
 * The go statement that made a goroutine, of its creation's stack: the program's own where it stands below helpers,
 * else the first one outside the runtime. What package testing started, it started itself; null without frames.
 */
export function goStatementOf(stacks: StackTable, stack: StackId): FrameId | null {
  const ids = stacks.framesOf(stack);
  const frames = ids.map((id) => stacks.frame(id));
  const names = frames.map((frame) => (isElided(frame) ? '' : frame.function));
  const first = names.findIndex((name) => !isRuntimeFunction(name));
  const own = names.findIndex((name) => !HELPERS.test(name));
  const isTesting = own >= 0 && (names[own].startsWith('testing.') || isTestMain(frames[own]));
  return ids[isTesting || own < 0 ? first : own] ?? ids[0] ?? null;
}

/** The main function that `go test` writes. */
function isTestMain(frame: Frame): boolean {
  return !isElided(frame) && frame.function === 'main.main' && (frame.file ?? '').endsWith('_testmain.go');
}

/** Functions that stand below the statement that a report is about. */
export function isPlumbing(name: string): boolean {
  return isRuntimeFunction(name) || /^(?:sync\/atomic|internal\/|reflect\.|\?\?$)/.test(name);
}

/** Frames as text, for the writers of goroutine dumps and race reports. */

import { type CallFrame, placeOf } from '../../model/stacks.ts';

/**
 * ` +0x1c`: how far into its function a frame's code is. The model does not hold it, so it is made up, the same for
 * the same place; a function's first instruction, where the race detector places runtime functions, is 0.
 */
export function offsetText(frame: CallFrame, atEntry = false): string {
  return atEntry ? ' +0x0' : ` +0x${offsetOf(frame).toString(16)}`;
}

const OFFSET_SPAN = 0x300;

function offsetOf({ function: name, line }: CallFrame): number {
  let h = 0x811c9dc5 ^ line;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return 0x10 + ((h >>> 8) % OFFSET_SPAN);
}

/** `FILE:LINE`, as tools that found no debug information print it where there is none. */
export function placeText(frame: CallFrame): string {
  return placeOf(frame) ?? '??:0';
}

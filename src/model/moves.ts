/**
 * Transitions of goroutines as numbers. Nearly all events of a trace are such and tell little: whoever follows millions
 * of them takes numbers instead of an object with the fields of all kinds of events.
 */

/** States of goroutines, in the words of Go's own reader. */
export type GoState = 'Undetermined' | 'NotExist' | 'Runnable' | 'Running' | 'Syscall' | 'Waiting';

/** The same, numbered as traces number them; `none` before it is made and after its end. */
export const GO = { none: 0, runnable: 1, running: 2, syscall: 3, waiting: 4 } as const;
export const GO_WORDS: readonly GoState[] = ['NotExist', 'Runnable', 'Running', 'Syscall', 'Waiting'];

/** A pair of states, from the first one to the second, as one number of six bits. */
export type MoveCode = number;

const STATE_BITS = 3;

export function moveCode(from: number, to: number): MoveCode {
  return (from << STATE_BITS) | to;
}

export function moveFrom(code: MoveCode): number {
  return code >> STATE_BITS;
}

export function moveTo(code: MoveCode): number {
  return code & ((1 << STATE_BITS) - 1);
}

/** The number of a state; -1 for `Undetermined` and for what is no goroutine's. The words are constants: comparing is fast. */
export function goNumber(state: string | null): number {
  if (state === 'Running') return GO.running;
  if (state === 'Runnable') return GO.runnable;
  if (state === 'Waiting') return GO.waiting;
  if (state === 'Syscall') return GO.syscall;
  return state === 'NotExist' ? GO.none : -1;
}

export interface MoveSink {
  /**
   * A goroutine goes from one known state to another one. `elapsed`: nanoseconds since the event before, of any kind;
   * `p`: what the thread that tells it holds, -1 for none; `reason` of a stop or block; `stack` of the event and
   * `ownStack` of the goroutine, ids of the generation's table, 0 for none.
   */
  move(code: MoveCode, elapsed: number, p: number, goroutine: number, reason: string, stack: number, ownStack: number): void;
}

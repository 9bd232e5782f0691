/** Doubts a clock that jumps: events of a program come within seconds of each other, its own scheduler sees to that. */

import type { Problem } from '../../base/errors.ts';
import { TraceError } from './bytes.ts';
import type { Generation } from './generation.ts';
import { type Clock, ThreadCursor } from './order.ts';
import { TIMED_EVENTS } from './spec.ts';

/** Nanoseconds that no trace is silent for. */
export const SILENCE_NS = 24 * 3600 * 1e9;
const YEAR_NS = 365.25 * SILENCE_NS;

interface Jump {
  readonly ns: number;
  readonly offset: number;
  readonly what: string;
}

/** What is said of a jump. */
export function jumpText(ns: number, what: string): string {
  const size = ns < YEAR_NS ? `${(ns / SILENCE_NS).toFixed(1)} days` : `${Math.round(ns / YEAR_NS).toLocaleString('en')} years`;
  return `the clock jumps by ${size} at ${what}: times from there on, and all sums with them, are in doubt`;
}

/** The doubt about a generation whose last event is later than `since` by more than can be; `since`: when it began. */
export function doubtClock(generation: Generation, clock: Clock, version: number, since: number): Problem {
  const jump = firstJump(generation, clock, version, since) ?? {
    ns: SILENCE_NS,
    offset: generation.offset,
    what: `a CPU sample of generation ${generation.number}`,
  };
  return { severity: 'warning', message: jumpText(jump.ns, jump.what), offset: jump.offset };
}

/** The jump that stands first in the file. */
function firstJump(generation: Generation, clock: Clock, version: number, since: number): Jump | null {
  let first: Jump | null = null;
  for (const [m, batches] of generation.byThread) {
    const jump = jumpOf(new ThreadCursor(m, batches, { proc: null, goroutine: null }, clock, version), since);
    if (jump !== null && (first === null || jump.offset < first.offset)) first = jump;
  }
  return first;
}

function jumpOf(cursor: ThreadCursor, since: number): Jump | null {
  try {
    for (let last = since; cursor.advance(); last = cursor.time) {
      const ns = cursor.time - last;
      const what = `${TIMED_EVENTS[cursor.type]?.name} of thread ${cursor.m}`;
      if (ns > SILENCE_NS) return { ns, offset: cursor.offset, what };
    }
  } catch (error) {
    // What is damaged behind was told already.
    if (!(error instanceof TraceError)) throw error;
  }
  return null;
}

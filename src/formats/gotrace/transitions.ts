/**
 * What each event needs of the state of threads (M), Ps and goroutines, and what it does to it: one handler for each
 * event of the table in spec.ts. A handler gives false where its event has to wait for another thread's, and throws
 * where no event could make it right. After src/internal/trace/order.go.
 */

import { NOBODY } from '../../model/trace.ts';
import { TraceError } from './bytes.ts';
import { PROC_HANDLERS } from './procs.ts';
import { RANGE_HANDLERS } from './ranges.ts';
import { Ev, TIMED_EVENTS } from './spec.ts';
import type { Handler, SchedulerState, WireEvent } from './state.ts';

const HANDLERS: readonly (Handler | undefined)[] = Object.assign([] as (Handler | undefined)[], PROC_HANDLERS, RANGE_HANDLERS);

/** What depends on an event: `states` of Ps and goroutines; the `collector`'s numbers; nothing. */
export type Weight = 'states' | 'collector' | 'nothing';

/**
 * By event, what is lost without it. Ps and goroutines are moved by `states` alone (procs.ts): any other event that does
 * not fit can be left out, and all times of Ps and goroutines stay what they are. Go's own reader ends there.
 */
export function weightOf(type: number): Weight {
  if (PROC_HANDLERS[type] !== undefined) return 'states';
  return type === Ev.GcActive || type === Ev.GcBegin || type === Ev.GcEnd ? 'collector' : 'nothing';
}

const MOVES_STATES = Uint8Array.from({ length: 256 }, (_, type) => (weightOf(type) === 'states' ? 1 : 0));

/** Applies a thread's event and hands it out; false if it has to wait. */
export function applyEvent(state: SchedulerState, event: WireEvent): boolean {
  state.cursor = event;
  state.thread = event.thread;
  // What is written on behalf of nobody holds nothing from one event to the next.
  if (event.m === NOBODY) event.thread.proc = event.thread.goroutine = null;
  const handler = HANDLERS[event.type];
  if (MOVES_STATES[event.type] === 1) return (handler as Handler)(state, event.args);
  try {
    return (handler ?? experiment)(state, event.args);
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    leaveOut(state, event, error);
    return true;
  }
}

/** Leaves an event out. @throws the error, of one that may not */
export function leaveOut(state: SchedulerState, event: WireEvent, error: TraceError): void {
  const weight = weightOf(event.type);
  if (weight === 'states') throw error;
  state.cursor = event;
  state.thread = event.thread;
  state.leaveOut(error, state);
  if (weight !== 'collector') return;
  // Later events count on from its number.
  state.gcSeq = Math.max(state.gcSeq, event.args[0]);
  state.gc = event.type === Ev.GcEnd ? 'off' : 'on';
}

/** Experiments: counted, not interpreted. */
function experiment(state: SchedulerState): boolean {
  state.need('~', '~');
  state.send('Experimental', { name: TIMED_EVENTS[state.cursor?.type ?? 0]?.name ?? '' });
  return true;
}

/**
 * What each event needs of the state of threads (M), Ps and goroutines, and what it does to it: one handler for each
 * event of the table in spec.ts. A handler gives false where its event has to wait for another thread's, and throws
 * where no event could make it right. After src/internal/trace/order.go.
 */

import { NOBODY } from '../../model/trace.ts';
import { PROC_HANDLERS } from './procs.ts';
import { RANGE_HANDLERS } from './ranges.ts';
import { TIMED_EVENTS } from './spec.ts';
import type { Handler, SchedulerState, WireEvent } from './state.ts';

const HANDLERS: readonly (Handler | undefined)[] = Object.assign([] as (Handler | undefined)[], PROC_HANDLERS, RANGE_HANDLERS);

/** Applies a thread's event and hands it out; false if it has to wait. */
export function applyEvent(state: SchedulerState, event: WireEvent): boolean {
  state.cursor = event;
  state.thread = event.thread;
  // What is written on behalf of nobody holds nothing from one event to the next.
  if (event.m === NOBODY) event.thread.proc = event.thread.goroutine = null;
  const handler = HANDLERS[event.type];
  if (handler !== undefined) return handler(state, event.args);
  // Experiments: counted, not interpreted.
  state.need('~', '~');
  state.send('Experimental', { name: TIMED_EVENTS[event.type]?.name ?? '' });
  return true;
}

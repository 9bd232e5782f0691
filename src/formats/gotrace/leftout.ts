/** Tells which events of a trace were left out because they fit nothing: the first ones each, the rest as a number. */

import type { Problem } from '../../base/errors.ts';
import type { TraceError } from './bytes.ts';
import { TIMED_EVENTS } from './spec.ts';
import type { SchedulerState, WireEvent } from './state.ts';

/** Events that are told one by one. */
const TOLD = 20;

export class LeftOut {
  private readonly report: (problem: Problem) => void;
  private count = 0;
  private isMuted = false;

  constructor(report: (problem: Problem) => void) {
    this.report = report;
  }

  /** Tells nothing more: of a trace that is cut, what does not fit is no news. */
  mute(): void {
    this.isMuted = true;
  }

  add(error: TraceError, state: SchedulerState): void {
    if (this.isMuted || ++this.count > TOLD) return;
    const where = placeOf(state);
    const message = `${error.message}; this event is left out${where === '' ? '' : ` (${where})`}`;
    this.report({ severity: 'error', message, offset: error.offset });
  }

  /** Tells of those that were not told one by one. */
  finish(): void {
    if (this.count <= TOLD) return;
    const message = `${this.count - TOLD} more events that do not fit are left out`;
    this.report({ severity: 'error', message });
  }
}

/** `goroutine 7, task 3, main.work main.go:12`, as much of it as is known. */
function placeOf(state: SchedulerState): string {
  const { type, m, thread, args } = state.cursor as WireEvent;
  const names = TIMED_EVENTS[type]?.args ?? [];
  const argument = (name: string) => (names.includes(name) ? args[names.indexOf(name)] : 0);
  const goroutine = thread.goroutine?.id ?? argument('g');
  const places = [goroutine > 0 ? `goroutine ${goroutine}` : thread.proc === null ? `thread ${m}` : `P ${thread.proc.id}`];
  if (names.includes('task')) places.push(`task ${argument('task')}`);
  const line = state.current.placeOf(argument('stack'));
  if (line !== '') places.push(line);
  return places.join(', ');
}

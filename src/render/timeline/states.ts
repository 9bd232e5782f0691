/** What the states of a P look like: those that differ only for the collector share a colour. */

import { P_STATE_COUNT, P_STATE_LABELS, PS, type PState } from '../../model/pstates.ts';

/** Index into {@link SHOWN}. */
export type ShownState = number;

interface Look {
  readonly name: string;
  /** Class of its paths. */
  readonly className: string;
  readonly states: readonly PState[];
  /** By day and by night. */
  readonly color: string;
  readonly dark: string;
}

/**
 * From the bottom of a lane upwards. The colours differ in lightness as well as in hue, so that no colour vision and no
 * printer confuses two of them; a test holds them to that.
 */
export const SHOWN: readonly Look[] = [
  { name: 'user code', className: 'user', states: [PS.user], color: '#7db8e8', dark: '#5aa6e0' },
  { name: 'system call', className: 'syscall', states: [PS.syscall], color: '#7a4fa8', dark: '#8352bd' },
  {
    name: 'GC worker',
    className: 'gc',
    states: [PS.gcDedicated, PS.gcFractional, PS.gcIdle, PS.gcWorker],
    color: '#c99a5b',
    dark: '#c79c60',
  },
  { name: 'mark assist', className: 'assist', states: [PS.assist], color: '#c8501e', dark: '#c4491a' },
  { name: 'sweep', className: 'sweep', states: [PS.sweep], color: '#f0dc82', dark: '#efe08a' },
  { name: 'stop-the-world', className: 'stw', states: [PS.stw], color: '#7d0f33', dark: '#ff8fb0' },
  { name: 'scheduling', className: 'sched', states: [PS.scheduler], color: '#a7b0ba', dark: '#5f6873' },
];
export const SHOWN_COUNT = SHOWN.length;

/** Idle is what a lane shows where nothing is drawn on it. */
export const IDLE_LOOK = { name: 'idle', className: 'idle', color: '#f0f2f5', dark: '#22262e' } as const;

/** By P state: how it is shown; -1 for idle. */
export const SHOWN_OF: Int8Array = new Int8Array(P_STATE_COUNT).fill(-1);
SHOWN.forEach(({ states }, shown) => {
  for (const state of states) SHOWN_OF[state] = shown;
});

/** The state of a P in full, of its own kind of GC worker too. */
export function stateLabel(state: PState): string {
  return P_STATE_LABELS[state];
}

export const IDLE_STATE: PState = PS.idle;

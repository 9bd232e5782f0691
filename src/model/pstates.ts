/** What a P can be doing: every nanosecond of every P is in exactly one of these states. */

export const P_STATES = [
  'user',
  'gc-dedicated',
  'gc-fractional',
  'gc-idle',
  'gc-worker',
  'assist',
  'sweep',
  'syscall',
  'stw',
  'scheduler',
  'idle',
] as const;
export type PStateName = (typeof P_STATES)[number];

/** Index into {@link P_STATES}. */
export type PState = number;

export const PS = {
  user: 0,
  gcDedicated: 1,
  gcFractional: 2,
  gcIdle: 3,
  /** A GC worker of which the trace does not tell the mode. */
  gcWorker: 4,
  assist: 5,
  sweep: 6,
  syscall: 7,
  stw: 8,
  /** The P is running, but no goroutine is: the scheduler looks for one. */
  scheduler: 9,
  idle: 10,
} as const;

export const P_STATE_COUNT = P_STATES.length;

/** In words, for legends. */
export const P_STATE_LABELS: readonly string[] = [
  'user code',
  'GC worker, dedicated',
  'GC worker, fractional',
  'GC worker, idle time',
  'GC worker',
  'GC mark assist',
  'sweep',
  'system call',
  'stop-the-world',
  'scheduling',
  'idle',
];

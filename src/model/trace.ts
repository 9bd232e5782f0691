/** Execution traces: what one holds, and its events as they are handed out in order. */

/** What an event says, in the words of Go's own reader (golang.org/x/exp/trace). */
export type TraceEventKind =
  | 'Sync'
  | 'Metric'
  | 'Label'
  | 'StackSample'
  | 'RangeBegin'
  | 'RangeActive'
  | 'RangeEnd'
  | 'TaskBegin'
  | 'TaskEnd'
  | 'RegionBegin'
  | 'RegionEnd'
  | 'Log'
  | 'StateTransition'
  | 'Experimental';

/** States of goroutines and Ps. A P in a system call counts as running until it is stopped or stolen. */
export type GoState = 'Undetermined' | 'NotExist' | 'Runnable' | 'Running' | 'Syscall' | 'Waiting';
export type ProcState = 'Undetermined' | 'NotExist' | 'Running' | 'Idle';

/** No M, P or G. */
export const NOBODY = -1;

/**
 * One event. The object is used again for the next one: copy what is to be kept. `m`, `p`, `g` are the thread and what
 * it held before the event, {@link NOBODY} for none.
 */
export interface TraceEvent {
  kind: TraceEventKind;
  /** Nanoseconds since the trace's first event; strictly increasing. */
  time: number;
  m: number;
  p: number;
  g: number;
  /** Of a transition: whose it is. */
  resource: 'goroutine' | 'proc' | null;
  /** Of a transition: the goroutine's or P's id; of a task or region: the task's. */
  subject: number;
  from: GoState | ProcState | null;
  to: GoState | ProcState | null;
  /** Reason of a stop or block, name of a metric, range, task or region, text of a label, category of a log. */
  name: string;
  /** Value of a metric, parent of a task. */
  value: number;
  /** Id of the event's stack, and of the stack of the transition's goroutine, in the generation's table; 0 for none. */
  stack: number;
  subjectStack: number;
}

/** An execution trace as a part of an input: counts of what was read. */
export interface TracePart {
  readonly format: 'go-trace';
  readonly offset: number;
  /** Of the header, `1.26`: a version of the format, which Go 1.24 and 1.27 share with the release before. */
  version: string;
  events: number;
  /** By kind, names sorted. */
  eventsByKind: Record<string, number>;
  generations: number;
  /** From the first event to the last one. */
  durationNs: number;
  /** Different Ps, and goroutines: an id that is used again counts again. */
  procs: number;
  goroutines: number;
  cpuSamples: number;
  tasks: number;
  regions: number;
  logs: number;
  /** Whether the end is missing. */
  truncated: boolean;
}

/** Execution traces: what one holds, and its events as they are handed out in order. */

import { DOUBLE } from '../base/doubles.ts';
import type { GoState, MoveSink } from './moves.ts';
import type { StackId, StackTable } from './stacks.ts';

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

/** States of Ps. One in a system call counts as running until it is stopped or stolen. */
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
  /** Of a transition: the goroutine's or P's id; of a task, region or log: the task's; of a range: whose it is, -1 for all. */
  subject: number;
  from: GoState | ProcState | null;
  to: GoState | ProcState | null;
  /** Reason of a stop or block, name of a metric, range, task or region, text of a label, category of a log. */
  name: string;
  /** Message of a log. */
  text: string;
  /**
   * Value of a metric, parent of a task, bytes swept, thread of a goroutine's status; of a region's end how many of the
   * goroutine's open regions it ends, the outermost of them its own (0 where its begin was not seen); of a region's begin
   * how many have ended before it without an end of their own.
   */
  value: number;
  /** Bytes that a sweep reclaimed. */
  reclaimed: number;
  /** Id of the event's stack, and of the stack of the transition's goroutine, in the generation's table; 0 for none. */
  stack: number;
  subjectStack: number;
}

/** The event before the first one: all fields there, so that every event has one shape. */
export function blankEvent(): TraceEvent {
  const event: TraceEvent = {
    kind: 'Sync',
    time: DOUBLE,
    m: NOBODY,
    p: NOBODY,
    g: NOBODY,
    resource: null,
    subject: 0,
    from: null,
    to: null,
    name: '',
    text: '',
    value: DOUBLE,
    reclaimed: 0,
    stack: 0,
    subjectStack: 0,
  };
  event.time = event.value = 0;
  return event;
}

/** Names of the ranges and metrics that events carry, as Go's own reader has them. */
export const RANGE = {
  gcMark: 'GC concurrent mark phase',
  sweep: 'GC incremental sweep',
  assist: 'GC mark assist',
  stwPrefix: 'stop-the-world (',
} as const;
export const METRIC = {
  gomaxprocs: '/sched/gomaxprocs:threads',
  heap: '/memory/classes/heap/objects:bytes',
  goal: '/gc/heap/goal:bytes',
} as const;

/** One moment on three clocks. */
export interface ClockSnapshot {
  /** Nanoseconds since the trace's first event. */
  readonly time: number;
  /** Nanoseconds of the system's monotonic clock. */
  readonly monoNs: number;
  /** Nanoseconds since the Unix epoch, of the wall clock. */
  readonly wallNs: bigint;
}

/** What events of one generation refer to. */
export interface TraceTables {
  /** Both clocks at one moment of the generation; null before go 1.25, which does not tell. */
  readonly clock: ClockSnapshot | null;
  /** A stack of the generation's table, as one of `stacks`. The same table must be given every time. */
  stackOf(id: number, stacks: StackTable): StackId;
}

/**
 * Who takes a trace as it is read. One that has `move` is told there, and not by `event`, what goroutines do from one
 * known state to another; traces of Go 1.21 and before are told by events alone.
 */
export interface TraceSink extends Partial<MoveSink> {
  /** A generation begins: what its events refer to. */
  generation(tables: TraceTables): void;
  /** The next event; the object is used again for the one after. */
  event(event: TraceEvent): void;
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
  /** There where the trace is cut so that nothing is known of the order between its threads. */
  unordered?: true;
}

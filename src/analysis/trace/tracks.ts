/** Goroutines and Ps while a trace is followed: what each does now, and since when. */

import { DOUBLE } from '../../base/doubles.ts';
import { PS, type PState } from '../../model/pstates.ts';
import { NO_STACK, type StackId } from '../../model/stacks.ts';

/** States of goroutines that take time. */
export const GS = { runnable: 0, running: 1, syscall: 2, waiting: 3 } as const;
export const GO_STATE_NAMES = ['runnable', 'running', 'syscall', 'waiting'] as const;
export type GState = number;

/** What a goroutine is for the runtime. */
export const ROLE = { ordinary: 0, gcWorker: 1, sweeper: 2 } as const;

export class GoTrack {
  readonly id: number;
  /** Index for what is kept by goroutine: no two have the same at a time. */
  readonly slot: number;
  /** Which one it is of all that there were. */
  readonly serial: number;
  state: GState = GS.waiting;
  since = DOUBLE;
  /** Whether the beginning of the present span was seen; false if a status told of it. */
  seenBegin = false;
  /** Why it waits; empty where the trace does not say. */
  reason = '';
  /** Stack of the event that began the present span: for one that became runnable, the waker's or creator's. */
  beginStack: StackId = NO_STACK;
  /** Where it was itself when last seen; of a new goroutine its first function. */
  ownStack: StackId = NO_STACK;
  /** Whether it was stopped in the midst of its work when it ran last: then it goes on where it was. */
  preempted = false;
  /** The outermost function; null until a stack of it was seen. */
  entry: string | null = null;
  /** Index of the entry function in a table of names, -1 while it is not known. */
  entryId = -1;
  role: number = ROLE.ordinary;
  mode: PState = PS.gcWorker;
  proc: ProcTrack | null = null;
  assisting = false;
  stopping = false;
  /** Whether its id may be used again after it: the goroutine of a thread that C made. */
  reusable = false;
  /** Time of its first running; -Infinity before. */
  firstRunning = Number.NEGATIVE_INFINITY;
  /** Neighbours in the list of runnable goroutines, longest waiting first. */
  earlier: GoTrack | null = null;
  later: GoTrack | null = null;
  /** Open regions, innermost last; null without any. */
  regions: OpenRegion[] | null = null;

  constructor(id: number, slot: number, serial: number) {
    this.since = 0;
    this.id = id;
    this.slot = slot;
    this.serial = serial;
  }
}

export interface OpenRegion {
  readonly task: number;
  readonly name: string;
  readonly since: number;
}

export class ProcTrack {
  readonly id: number;
  /** Not idle. */
  running = false;
  go: GoTrack | null = null;
  /** Since when `go` holds it. */
  heldSince = DOUBLE;
  state: PState = PS.idle;
  since = DOUBLE;
  /** Nothing but its status was told so far: its state reaches back to the trace's start. */
  fresh = true;
  sweeping = false;
  /** A stop-the-world that no goroutine is told of. */
  stopping = false;

  constructor(id: number) {
    this.heldSince = this.since = 0;
    this.id = id;
  }

  /** What it does now. */
  stateNow(): PState {
    if (!this.running) return PS.idle;
    const { go } = this;
    if (go === null) return this.stopping ? PS.stw : PS.scheduler;
    if (go.state === GS.syscall) return PS.syscall;
    if (go.stopping || this.stopping) return PS.stw;
    if (this.sweeping) return PS.sweep;
    if (go.assisting) return PS.assist;
    if (go.role === ROLE.gcWorker) return go.mode;
    return go.role === ROLE.sweeper ? PS.sweep : PS.user;
  }
}

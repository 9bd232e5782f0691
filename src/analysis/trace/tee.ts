/** Two that are told of the same spans. */

import type { PState } from '../../model/pstates.ts';
import type { StackId } from '../../model/stacks.ts';
import type { TraceEvent } from '../../model/trace.ts';
import type { SchedulerView, SpanObserver } from './scheduler.ts';
import type { GoTrack, GState, ProcTrack } from './tracks.ts';

/** Who goes along with an analyzer: is told of its spans, and when an event is done with. */
export interface SpanCompanion extends SpanObserver {
  /** Called once, before the first event. */
  begin(view: SchedulerView): void;
  eventDone(): void;
}

export class SpanTee implements SpanObserver {
  private readonly first: SpanObserver;
  private readonly second: SpanObserver;

  constructor(first: SpanObserver, second: SpanObserver) {
    this.first = first;
    this.second = second;
  }

  goSpan(go: GoTrack, state: GState, from: number, to: number, edge: number): void {
    this.first.goSpan(go, state, from, to, edge);
    this.second.goSpan(go, state, from, to, edge);
  }

  procSpan(proc: ProcTrack, state: PState, from: number, to: number): void {
    this.first.procSpan(proc, state, from, to);
    this.second.procSpan(proc, state, from, to);
  }

  holdBegins(proc: ProcTrack, go: GoTrack, time: number): void {
    this.first.holdBegins(proc, go, time);
    this.second.holdBegins(proc, go, time);
  }

  holdEnds(proc: ProcTrack, go: GoTrack, time: number): void {
    this.first.holdEnds(proc, go, time);
    this.second.holdEnds(proc, go, time);
  }

  stackSeen(go: GoTrack | null, proc: ProcTrack | null, stack: StackId, source: number, time: number): void {
    this.first.stackSeen(go, proc, stack, source, time);
    this.second.stackSeen(go, proc, stack, source, time);
  }

  goEnds(go: GoTrack, time: number, edge: number): void {
    this.first.goEnds(go, time, edge);
    this.second.goEnds(go, time, edge);
  }

  other(event: TraceEvent, stack: StackId, go: GoTrack | undefined): void {
    this.first.other(event, stack, go);
    this.second.other(event, stack, go);
  }
}

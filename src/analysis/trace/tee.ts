/** Two that are told of the same spans. */

import type { PState } from '../../model/pstates.ts';
import type { StackId } from '../../model/stacks.ts';
import type { TraceEvent } from '../../model/trace.ts';
import type { SpanObserver } from './observer.ts';
import type { SchedulerView } from './scheduler.ts';
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

  goSpan(go: GoTrack, state: GState, edge: number): void {
    this.first.goSpan(go, state, edge);
    this.second.goSpan(go, state, edge);
  }

  procSpan(proc: ProcTrack, state: PState): void {
    this.first.procSpan(proc, state);
    this.second.procSpan(proc, state);
  }

  holdBegins(proc: ProcTrack, go: GoTrack): void {
    this.first.holdBegins(proc, go);
    this.second.holdBegins(proc, go);
  }

  holdEnds(proc: ProcTrack, go: GoTrack): void {
    this.first.holdEnds(proc, go);
    this.second.holdEnds(proc, go);
  }

  stackSeen(go: GoTrack | null, proc: ProcTrack | null, stack: StackId, source: number): void {
    this.first.stackSeen(go, proc, stack, source);
    this.second.stackSeen(go, proc, stack, source);
  }

  goEnds(go: GoTrack): void {
    this.first.goEnds(go);
    this.second.goEnds(go);
  }

  regionsChange(go: GoTrack, stack: StackId): void {
    this.first.regionsChange(go, stack);
    this.second.regionsChange(go, stack);
  }

  other(event: TraceEvent, stack: StackId, go: GoTrack | undefined): void {
    this.first.other(event, stack, go);
    this.second.other(event, stack, go);
  }
}

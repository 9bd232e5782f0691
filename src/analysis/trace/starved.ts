/** Who waited for a P during a hold: asked for the holds that are listed alone, when it is known which these are. */

import { NOBODY } from '../../model/trace.ts';
import type { OtherGoroutine } from '../../model/traceanalysis.ts';
import type { Clocked } from './observer.ts';
import type { RunnableQueue } from './runnable.ts';
import { type SpanAsker, SpanLog } from './spanlog.ts';
import type { GoTrack } from './tracks.ts';

/** Goroutines that are listed as starved by one hold. */
const STARVED_LISTED = 10;

export interface Starved {
  readonly starved: OtherGoroutine[];
  readonly starvedCount: number;
  /** Whether some are missing, as more goroutines waited than are remembered. */
  readonly starvedPartial: boolean;
}

export class StarvedFinder {
  private readonly waits: SpanLog;
  private readonly queue: RunnableQueue;
  private readonly entryName: (id: number) => string;

  constructor(parts: { clock: Clocked; queue: RunnableQueue; entryName: (id: number) => string; asker: SpanAsker }) {
    this.waits = new SpanLog(parts.clock, parts.asker);
    this.queue = parts.queue;
    this.entryName = parts.entryName;
  }

  /** A goroutine has waited for a P, up to now. */
  addWait(go: GoTrack): void {
    this.waits.addWait(go);
  }

  /** Who waited in [from, to), by goroutine, longest first; `to` is not after now. */
  within(from: number, to: number, holder: GoTrack): Starved {
    const waited = this.waits.within(from, to);
    for (let go = this.queue.first; go !== null && go.since < to; go = go.later) {
      waited.add(go, NOBODY, to - Math.max(from, go.since));
    }
    const own = waited.find(holder.serial, NOBODY);
    const starved = waited.greatest(STARVED_LISTED, own).map((row) => ({
      goroutine: waited.goroutines[row],
      entry: this.entryName(waited.entries[row]),
      ns: waited.ns[row],
    }));
    return {
      starved,
      starvedCount: waited.count - (own < 0 ? 0 : 1),
      starvedPartial: !this.waits.isWholeSince(from),
    };
  }
}

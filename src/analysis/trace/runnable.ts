/** Goroutines that wait for a P, longest waiting first, and how much waiting there was up to now. */

import { DOUBLE } from '../../base/doubles.ts';
import type { Clocked } from './observer.ts';
import type { GoTrack } from './tracks.ts';
import type { Window } from './window.ts';

export class RunnableQueue {
  first: GoTrack | null = null;
  private last: GoTrack | null = null;
  count = 0;
  /** Times at which waits ended less those at which waits began: `count` times now is missing to what was waited. */
  private balance = DOUBLE;
  private contendedBefore = DOUBLE;
  private contendedSince = DOUBLE;
  private readonly clock: Clocked;
  private readonly window: Window;

  /** Sums are those of the time in the window. */
  constructor(clock: Clocked, window: Window) {
    this.balance = this.contendedBefore = this.contendedSince = 0;
    this.clock = clock;
    this.window = window;
  }

  /** Nanoseconds that goroutines have waited for a P up to now, added up over all of them. */
  get waited(): number {
    return this.balance + this.count * this.window.clamp(this.clock.now);
  }

  /** Nanoseconds up to now in which at least one was waiting. */
  get contended(): number {
    return this.contendedBefore + (this.count > 0 ? this.window.clamp(this.clock.now) - this.contendedSince : 0);
  }

  add(go: GoTrack): void {
    const time = this.window.clamp(this.clock.now);
    this.balance -= time;
    if (this.count++ === 0) this.contendedSince = time;
    go.earlier = this.last;
    go.later = null;
    if (this.last === null) this.first = go;
    else this.last.later = go;
    this.last = go;
  }

  /** Takes out one that was added. */
  remove(go: GoTrack): void {
    const { earlier, later } = go;
    if (earlier === null && later === null && this.first !== go) return;
    const time = this.window.clamp(this.clock.now);
    this.balance += time;
    if (--this.count === 0) this.contendedBefore += time - this.contendedSince;
    if (earlier === null) this.first = later;
    else earlier.later = later;
    if (later === null) this.last = earlier;
    else later.earlier = earlier;
    go.earlier = go.later = null;
  }
}

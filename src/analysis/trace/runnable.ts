/** Goroutines that wait for a P, longest waiting first, and how much waiting there was up to now. */

import type { GoTrack } from './tracks.ts';
import type { Window } from './window.ts';

export class RunnableQueue {
  first: GoTrack | null = null;
  private last: GoTrack | null = null;
  count = 0;
  /** Nanoseconds that goroutines have waited for a P so far, added up over all of them. */
  waited = 0;
  /** Nanoseconds so far in which at least one was waiting. */
  contended = 0;
  private since = 0;
  private readonly window: Window;

  /** Sums are those of the time in the window. */
  constructor(window: Window) {
    this.window = window;
  }

  /** Brings the sums up to a time; one that is past changes nothing. */
  advance(time: number): void {
    if (time <= this.since) return;
    if (this.count > 0) {
      const elapsed = this.window.overlap(this.since, time);
      this.waited += this.count * elapsed;
      this.contended += elapsed;
    }
    this.since = time;
  }

  add(go: GoTrack, time: number): void {
    this.advance(time);
    this.count++;
    go.earlier = this.last;
    go.later = null;
    if (this.last === null) this.first = go;
    else this.last.later = go;
    this.last = go;
  }

  /** Takes out one that was added. */
  remove(go: GoTrack, time: number): void {
    if (go.earlier === null && go.later === null && this.first !== go) return;
    this.advance(time);
    this.count--;
    if (go.earlier === null) this.first = go.later;
    else go.earlier.later = go.later;
    if (go.later === null) this.last = go.earlier;
    else go.later.earlier = go.earlier;
    go.earlier = go.later = null;
  }
}

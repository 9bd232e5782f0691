/**
 * The time of holds, by kind. CPU samples look into a goroutine at even times: between two of them, what goroutines with one
 * entry function held is divided by what their samples say, which is a measurement. Stacks that are seen otherwise come
 * where a goroutine allocates, blocks or may be preempted, and say what a hold was, not for how long: without samples a
 * hold counts as a whole, which is an estimate.
 */

import type { Hold } from './holds.ts';
import { KIND_COUNT, type KindCode } from './kinds.ts';

/** Of goroutines with one entry function, from their first sample on. */
interface SampledTime {
  /** Up to the last sample: the time, and samples by kind. */
  ns: number;
  count: number;
  readonly samples: Float64Array;
  /** Since then, by what the holds were taken for. */
  readonly since: Float64Array;
}

export class KindTimes {
  /** By kind: time, and how much of it was measured; complete after {@link finish}. */
  readonly ns = new Float64Array(KIND_COUNT);
  readonly measured = new Float64Array(KIND_COUNT);
  /** CPU samples, whatever else tells the kind of their holds. */
  readonly samples = new Float64Array(KIND_COUNT);
  /** The most time within one hold, by its own samples; no more than all. */
  readonly longestPart = new Float64Array(KIND_COUNT);
  /** By entry function + 1, 0 where it is not known. */
  private readonly sampled: (SampledTime | undefined)[] = [];

  /** Adds a hold that was taken for `kind`; `told`: by the trace's own ranges. There are millions, and few have samples. */
  add(hold: Hold, kind: KindCode, told: boolean): void {
    const { held } = hold;
    if (hold.samples > 0) this.addSamples(hold, told);
    if (told) this.measured[kind] += held;
    else if (hold.samples > 0) return;
    if (held > this.longestPart[kind]) this.longestPart[kind] = held;
    const known = told || this.sampled.length === 0 ? undefined : this.sampled[entryOf(hold)];
    (known === undefined ? this.ns : known.since)[kind] += held;
  }

  finish(): void {
    for (const time of this.sampled) {
      if (time === undefined) continue;
      for (let kind = 0; kind < KIND_COUNT; kind++) {
        const ns = (time.ns * time.samples[kind]) / time.count;
        this.measured[kind] += ns;
        this.ns[kind] += ns + time.since[kind];
      }
    }
    this.sampled.length = 0;
    for (let kind = 0; kind < KIND_COUNT; kind++) this.longestPart[kind] = Math.min(this.longestPart[kind], this.ns[kind]);
  }

  private addSamples(hold: Hold, told: boolean): void {
    const { held, samples } = hold;
    const time = told ? null : this.timeOf(entryOf(hold));
    if (time !== null) {
      time.ns += held + time.since.reduce((sum, ns) => sum + ns, 0);
      time.since.fill(0);
      time.count += samples;
    }
    for (let kind = 0; kind < KIND_COUNT; kind++) {
      const count = hold.sampled[kind];
      this.samples[kind] += count;
      if (time === null) continue;
      time.samples[kind] += count;
      this.longestPart[kind] = Math.max(this.longestPart[kind], (held * count) / samples);
    }
  }

  private timeOf(entry: number): SampledTime {
    const known = this.sampled[entry];
    if (known !== undefined) return known;
    const time = { ns: 0, count: 0, samples: new Float64Array(KIND_COUNT), since: new Float64Array(KIND_COUNT) };
    this.sampled[entry] = time;
    return time;
  }
}

function entryOf({ go }: Hold): number {
  return (go?.entryId ?? -1) + 1;
}

/** When Ps exist: while GOMAXPROCS allows them, within a window that is cut into slices. */

import type { TraceAnalysis } from '../../model/traceanalysis.ts';

/** Times in which one P exists that are listed; later ones are told as one. The slices have all of them. */
const MAX_PRESENT = 1000;

/** A window as it is cut into slices. */
export interface SlicedWindow {
  readonly startNs: number;
  readonly endNs: number;
  readonly sliceNs: number;
  readonly count: number;
  readonly gomaxprocs: TraceAnalysis['gomaxprocs'];
}

export interface Presence {
  /** Times [from, to), in order. */
  readonly present: readonly (readonly [number, number])[];
  /** Nanoseconds of each slice. */
  readonly presentNs: Float64Array;
}

export function presenceOf(id: number, { startNs, endNs, sliceNs, count, gomaxprocs }: SlicedWindow): Presence {
  const presentNs = new Float64Array(count);
  const present: [number, number][] = [];
  gomaxprocs.forEach(({ timeNs, value }, i) => {
    const from = Math.max(startNs, timeNs);
    const to = Math.min(endNs, gomaxprocs[i + 1]?.timeNs ?? endNs);
    if (value <= id || to <= from) return;
    addToSlices(presentNs, from - startNs, to - startNs, sliceNs);
    const last = present.at(-1);
    if (last !== undefined && (last[1] === from || present.length === MAX_PRESENT)) last[1] = to;
    else present.push([from, to]);
  });
  return { present, presentNs };
}

/** Adds the nanoseconds of [from, to), both since the first slice's begin. */
function addToSlices(slices: Float64Array, from: number, to: number, width: number): void {
  const last = Math.min(slices.length - 1, Math.floor(to / width));
  for (let i = Math.floor(from / width); i <= last; i++) slices[i] += Math.min(to, (i + 1) * width) - Math.max(from, i * width);
}

/** Sentences about a timeline. */

import type { Timeline } from '../../model/timeline.ts';
import { formatNs } from './scale.ts';

/** `1.68 s · GOMAXPROCS 4 · 3 GC cycles, marking 12 % of the time · 14 pauses, longest 85 µs`. */
export function describeTrace(timeline: Timeline): string {
  const { startNs, endNs, gomaxprocs, gcCycles, stw, hiddenProcs, procs } = timeline;
  const ns = endNs - startNs;
  const values = [...new Set(gomaxprocs.map(({ value }) => value))];
  const shown = values.length > 4 ? `${Math.min(...values)} to ${Math.max(...values)}` : values.join(', ');
  const parts = [startNs > 0 ? `${formatNs(ns)} from ${formatNs(startNs)} on` : formatNs(ns), `GOMAXPROCS ${shown}`];
  if (gcCycles.length > 0) {
    const share = Math.round((timeline.gcMarkNs.reduce((sum, one) => sum + one, 0) / Math.max(1, ns)) * 100);
    parts.push(`${count(gcCycles.length, 'GC cycle')}, marking ${share} % of the time`);
  }
  const longest = stw.reduce((most, { durationNs }) => Math.max(most, durationNs), 0);
  if (stw.length > 0) parts.push(`${count(stw.length, 'pause')}, longest ${formatNs(longest)}`);
  if (hiddenProcs > 0) parts.push(`${hiddenProcs} more Ps than the ${procs.length} drawn`);
  return parts.join(' · ');
}

/** When the picture begins on the wall clock; null where the trace does not tell. */
export function describeWallClock({ clock, startNs }: Timeline): string | null {
  if (clock === null) return null;
  const ms = Number((clock.wallNs + BigInt(Math.round(startNs - clock.time))) / 1_000_000n);
  if (!(Math.abs(ms) <= 8.64e15)) return null;
  return `begins ${new Date(ms).toISOString().replace('T', ' ').replace('Z', ' UTC')}`;
}

/** How what is narrower than a pixel is shown. */
export function describeMerging({ spans, sliceCount, sliceNs, procs, endNs, startNs }: Timeline): string {
  if (spans !== null)
    return `All ${count(spans.count, 'span')} of the Ps, exact; where several share a pixel, the lane shows their shares of it.`;
  const part = formatNs(Math.min(sliceNs, endNs - startNs));
  return `Merged by share: ${count(sliceCount, 'slice')} of ${part} for each of ${count(procs.length, 'P')}; however short a span was, it counts with its share.`;
}

function count(value: number, unit: string): string {
  const text = String(value).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${text} ${value === 1 ? unit : `${unit}s`}`;
}

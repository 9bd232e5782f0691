/** Two execution traces side by side: the Ps' time, waits for a P, collection, what held the Ps, groups of goroutines. */

import type { Pair, TraceComparison, TraceGroupChange, TraceMetric } from '../model/comparison.ts';
import { P_STATE_LABELS, P_STATES } from '../model/pstates.ts';
import { HOTSPOT_KINDS, type TraceAnalysis } from '../model/traceanalysis.ts';
import { TRACE_METRICS } from './trace/failon.ts';

type Unit = TraceMetric['unit'];
type Measure = (analysis: TraceAnalysis) => number;

/** Hotspots of each side that are put beside each other. */
const MAX_HOTSPOTS = 20;

export function compareTraces(before: TraceAnalysis, after: TraceAnalysis): TraceComparison {
  const metrics: TraceMetric[] = [];
  for (const [section, name, unit, measure] of MEASURES) {
    const values = { before: measure(before), after: measure(after) };
    if (values.before !== 0 || values.after !== 0) metrics.push({ section, name, unit, values });
  }
  const named = TRACE_METRICS.map(({ name, about, of }) => ({ name, about, values: { before: of(before), after: of(after) } }));
  const top = ({ hotspots, stacks }: TraceAnalysis) => ({ hotspots: hotspots.slice(0, MAX_HOTSPOTS), stacks });
  return { metrics, groups: compareEntries(before, after), named, before: top(before), after: top(after) };
}

/** Section, name, unit, and how each number is had. */
const MEASURES: readonly (readonly [section: string, name: string, unit: Unit, measure: Measure])[] = [
  ['trace', 'length', 'ns', ({ startNs, endNs }) => endNs - startNs],
  ['trace', 'GOMAXPROCS', 'count', ({ gomaxprocs }) => Math.max(0, ...gomaxprocs.map(({ value }) => value))],
  ...P_STATES.map((_, state) => measureOf('time of the Ps', P_STATE_LABELS[state], 'share', (one) => stateShare(one, state))),
  ['time of the Ps', 'idle while goroutines waited', 'share', idleShare],
  ['wait for a P', 'number', 'count', ({ latency }) => latency.count],
  ['wait for a P', 'median', 'ns', ({ latency }) => latency.p50Ns],
  ['wait for a P', 'p90', 'ns', ({ latency }) => latency.p90Ns],
  ['wait for a P', 'p99', 'ns', ({ latency }) => latency.p99Ns],
  ['wait for a P', 'longest', 'ns', ({ latency }) => latency.maxNs],
  ['collection', 'cycles', 'count', ({ gc }) => gc.cycles.length],
  ['collection', 'marking', 'share', ({ gc, startNs, endNs }) => ratio(gc.markNs, endNs - startNs)],
  ['collection', 'mark assists', 'ns', ({ gc }) => gc.assists.totalNs],
  ['collection', 'stops of the world', 'count', ({ stwDurations }) => stwDurations.count],
  ['collection', 'stopped', 'ns', ({ stwDurations }) => stwDurations.totalNs],
  ['collection', 'longest stop', 'ns', ({ stwDurations }) => stwDurations.maxNs],
  ['collection', 'largest heap', 'bytes', ({ gc }) => gc.heapMaxBytes],
  ...HOTSPOT_KINDS.map((kind) =>
    measureOf('what held the Ps', kind, 'share', (one) => ratio(kindOf(one, kind)?.ns ?? 0, allTime(one))),
  ),
  ...HOTSPOT_KINDS.map((kind) => measureOf('longest holds of a P', kind, 'ns', (one) => kindOf(one, kind)?.longestNs ?? 0)),
];

function measureOf(section: string, name: string, unit: Unit, measure: Measure) {
  return [section, name, unit, measure] as const;
}

function kindOf({ kinds }: TraceAnalysis, wanted: string): TraceAnalysis['kinds'][number] | undefined {
  return kinds.find(({ kind }) => kind === wanted);
}

function allTime({ procs }: TraceAnalysis): number {
  return procs.reduce((sum, { ns }) => sum + ns.reduce((all, value) => all + value, 0), 0);
}

function stateShare(analysis: TraceAnalysis, state: number): number {
  const own = analysis.procs.reduce((sum, { ns }) => sum + ns[state], 0);
  return ratio(own, allTime(analysis));
}

function idleShare(analysis: TraceAnalysis): number {
  const idle = analysis.procs.reduce((sum, { idleWhileRunnableNs }) => sum + idleWhileRunnableNs, 0);
  return ratio(idle, allTime(analysis));
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** Goroutines by entry function, those whose running or waiting changed most first; unchanged ones are left out. */
function compareEntries(before: TraceAnalysis, after: TraceAnalysis): TraceGroupChange[] {
  const then = new Map(before.groups.map((group) => [group.entry, group]));
  const now = new Map(after.groups.map((group) => [group.entry, group]));
  const changes = [...new Set([...now.keys(), ...then.keys()])].map((entry) => {
    const pair = (of: 'count' | 'runningNs' | 'runnableNs'): Pair => ({
      before: then.get(entry)?.[of] ?? 0,
      after: now.get(entry)?.[of] ?? 0,
    });
    return { entry, count: pair('count'), runningNs: pair('runningNs'), runnableNs: pair('runnableNs') };
  });
  return changes.filter((one) => sizeOf(one) > 0 || sizeOfPair(one.count) > 0).sort((a, b) => sizeOf(b) - sizeOf(a));
}

function sizeOf({ runningNs, runnableNs }: TraceGroupChange): number {
  return sizeOfPair(runningNs) + sizeOfPair(runnableNs);
}

function sizeOfPair({ before, after }: Pair): number {
  return Math.abs(after - before);
}

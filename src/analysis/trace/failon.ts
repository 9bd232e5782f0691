/** Conditions on a trace for CI: `p99-latency>10ms,map-growth>5%`. */

import { UsageError } from '../../base/errors.ts';
import { P_STATE_COUNT, PS } from '../../model/pstates.ts';
import { addStates, type HotspotKind, type TraceAnalysis } from '../../model/traceanalysis.ts';

type Unit = 'duration' | 'share' | 'count';

export interface TraceMetric {
  readonly name: string;
  readonly unit: Unit;
  readonly about: string;
  /** Nanoseconds, a share from 0 to 1, or a number. */
  readonly of: (analysis: TraceAnalysis) => number;
}

/** What can be asked for. */
export const TRACE_METRICS: readonly TraceMetric[] = [
  { name: 'p50-latency', unit: 'duration', about: 'scheduler latency, median', of: ({ latency }) => latency.p50Ns },
  { name: 'p90-latency', unit: 'duration', about: 'scheduler latency, 90th percentile', of: ({ latency }) => latency.p90Ns },
  { name: 'p99-latency', unit: 'duration', about: 'scheduler latency, 99th percentile', of: ({ latency }) => latency.p99Ns },
  { name: 'max-latency', unit: 'duration', about: 'longest scheduler latency', of: ({ latency }) => latency.maxNs },
  { name: 'max-stw', unit: 'duration', about: 'longest stop-the-world', of: ({ stwDurations }) => stwDurations.maxNs },
  { name: 'total-stw', unit: 'duration', about: 'all stop-the-world pauses', of: ({ stwDurations }) => stwDurations.totalNs },
  { name: 'max-hold', unit: 'duration', about: 'longest hold of a P', of: longest },
  {
    name: 'max-map-growth',
    unit: 'duration',
    about: 'most time in which a map grew in one hold of a P',
    of: ({ kinds }) => kinds.find(({ kind }) => kind === 'map growth')?.longestPartNs ?? 0,
  },
  {
    name: 'map-growth',
    unit: 'share',
    about: 'P time in which maps were seen to grow',
    of: (analysis) => kindShare(analysis, 'map growth'),
  },
  {
    name: 'gc',
    unit: 'share',
    about: 'P time of GC workers and mark assists',
    of: (analysis) => stateShare(analysis, [PS.gcDedicated, PS.gcFractional, PS.gcIdle, PS.gcWorker, PS.assist]),
  },
  { name: 'idle', unit: 'share', about: 'P time idle', of: (analysis) => stateShare(analysis, [PS.idle]) },
  {
    name: 'idle-while-runnable',
    unit: 'share',
    about: 'P time idle although goroutines were runnable',
    of: (analysis) => analysis.procs.reduce((sum, proc) => sum + proc.idleWhileRunnableNs, 0) / totalNs(analysis),
  },
  { name: 'imbalance', unit: 'share', about: 'busiest P above the mean', of: ({ imbalance }) => imbalance },
  {
    name: 'goroutines',
    unit: 'count',
    about: 'goroutines',
    of: ({ groups }) => groups.reduce((sum, { count }) => sum + count, 0),
  },
];

export interface TraceCondition {
  /** As the user wrote it. */
  readonly text: string;
  readonly metric: TraceMetric;
  /** In the unit of the metric's number. */
  readonly limit: number;
}

const CONDITION = /^([\w-]+)\s*>\s*(\S+)$/;

/** @param parseDuration gives nanoseconds, null for what is no duration. @throws UsageError that names what is allowed */
export function parseTraceConditions(text: string, parseDuration: (text: string) => number | null): TraceCondition[] {
  return text.split(',').map((word) => {
    const [, name, value] = CONDITION.exec(word.trim()) ?? [];
    const metric = TRACE_METRICS.find((one) => one.name === name);
    if (metric === undefined) {
      throw new UsageError(
        `--fail-on does not know "${word.trim()}": use NAME>LIMIT with ${TRACE_METRICS.map((one) => one.name).join(', ')}`,
      );
    }
    const limit = parseLimit(value, metric.unit, parseDuration);
    if (limit === null) throw new UsageError(`--fail-on ${word.trim()}: ${EXPECTED[metric.unit]} is expected behind >`);
    return { text: word.trim(), metric, limit };
  });
}

const EXPECTED: Record<Unit, string> = { duration: 'a duration, as 10ms,', share: 'a share, as 5%,', count: 'a whole number' };

function parseLimit(text: string, unit: Unit, parseDuration: (text: string) => number | null): number | null {
  if (unit === 'duration') return parseDuration(text);
  const match = (unit === 'share' ? /^(\d+(?:\.\d+)?)%$/ : /^(\d+)$/).exec(text);
  return match === null ? null : Number(match[1]) / (unit === 'share' ? 100 : 1);
}

function kindShare(analysis: TraceAnalysis, kind: HotspotKind): number {
  return (analysis.kinds.find((one) => one.kind === kind)?.ns ?? 0) / totalNs(analysis);
}

function longest({ kinds }: TraceAnalysis): number {
  return kinds.reduce((max, { longestNs }) => Math.max(max, longestNs), 0);
}

function stateShare(analysis: TraceAnalysis, states: readonly number[]): number {
  return states.reduce((sum, state) => sum + addStates(analysis.procs, state), 0) / totalNs(analysis);
}

/** All P time; 1 where there is none, so that shares of it are 0. */
function totalNs({ procs }: TraceAnalysis): number {
  let total = 0;
  for (let state = 0; state < P_STATE_COUNT; state++) total += addStates(procs, state);
  return total === 0 ? 1 : total;
}

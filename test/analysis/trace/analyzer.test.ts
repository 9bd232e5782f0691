/** What is added up of traces, against Go's own tools; the law that the states of the Ps add up. */

import { describe, expect, it } from 'vitest';
import { P_STATE_COUNT, PS } from '../../../src/model/pstates.ts';
import type { TraceAnalysis } from '../../../src/model/traceanalysis.ts';
import { analyzeTrace, heldTrace, TRACES } from '../../support/traces.ts';

/** Goroutines on a P are in one of these. */
const GOROUTINE_STATES: readonly number[] = [
  PS.user,
  PS.gcDedicated,
  PS.gcFractional,
  PS.gcIdle,
  PS.gcWorker,
  PS.assist,
  PS.sweep,
  PS.stw,
];

interface Spans {
  readonly ns: number;
  readonly headNs: number;
  readonly tailNs: number;
}

function presence(spans: Spans | undefined): number {
  return spans === undefined ? 0 : spans.ns + spans.headNs + spans.tailNs;
}

/** GOMAXPROCS × time over the window. */
function allowedNs({ gomaxprocs, startNs, endNs }: TraceAnalysis): number {
  return gomaxprocs.reduce((sum, { timeNs, value }, i) => {
    const until = Math.min(endNs, gomaxprocs[i + 1]?.timeNs ?? endNs);
    return sum + value * Math.max(0, until - Math.max(startNs, timeNs));
  }, 0);
}

function totalNs({ procs }: TraceAnalysis): number {
  return procs.reduce((sum, { ns }) => sum + ns.reduce((all, value) => all + value, 0), 0);
}

/**
 * Which of two events of the same time is told one nanosecond later is drawn by lot in Go's reader of traces up to 1.21
 * (it walks a Go map of Ps): sums over many spans differ by as many nanoseconds from run to run.
 */
function rounded(ns: number, old: boolean): number {
  return old ? Math.round(ns / 1000) : ns;
}

describe('the analysis of a trace', () => {
  for (const { name, bytes, expect: wanted } of TRACES) {
    const analysis = analyzeTrace(bytes);
    const old = !/1\.2[2-9]/.test(wanted.header);
    const round = (ns: number) => rounded(ns, old);

    it(`${name}: the states of all Ps add up to GOMAXPROCS × time`, () => {
      expect(analysis.endNs).toBe(wanted.spanNs);
      expect(totalNs(analysis)).toBe(allowedNs(analysis));
      for (const { ns } of analysis.procs) {
        expect(ns).toHaveLength(P_STATE_COUNT);
        expect(Math.min(...ns)).toBeGreaterThanOrEqual(0);
      }
    });

    it(`${name}: Ps are idle, and run goroutines, for as long as Go's tool says`, () => {
      for (const { id, ns } of analysis.procs) {
        const known = wanted.procs[id];
        const running = GOROUTINE_STATES.reduce((sum, state) => sum + ns[state], 0);
        expect({ id, running: round(running) }).toEqual({ id, running: round(presence(known?.goroutineRunning)) });
        if (known !== undefined) expect({ id, idle: round(ns[PS.idle]) }).toEqual({ id, idle: round(presence(known.idle)) });
      }
    });

    it(`${name}: goroutines by entry function`, () => {
      const groups = Object.fromEntries(
        analysis.groups.map(({ entry, count, runningNs, runnableNs, syscallNs, waitingNs }) => [
          entry,
          {
            count,
            runningNs: round(runningNs),
            runnableNs: round(runnableNs),
            syscallNs: round(syscallNs),
            waitingNs: Object.fromEntries(Object.entries(waitingNs).map(([reason, ns]) => [reason, round(ns)])),
          },
        ]),
      );
      const known = Object.fromEntries(
        // biome-ignore lint/suspicious/noExplicitAny: JSON of the corpus
        Object.entries(wanted.goroutinesByEntry as Record<string, any>).map(([entry, group]) => [
          entry,
          {
            count: group.count,
            runningNs: round(presence(group.running)),
            runnableNs: round(presence(group.runnable)),
            syscallNs: round(presence(group.syscall)),
            waitingNs: Object.fromEntries(
              Object.entries((group.waitingByReason ?? {}) as Record<string, Spans>)
                .filter(([, spans]) => presence(spans) !== 0)
                .map(([reason, spans]) => [reason, round(presence(spans))]),
            ),
          },
        ]),
      );
      expect(groups).toEqual(known);
    });

    it(`${name}: scheduler latency`, () => {
      const { count, totalNs, p50, p90, p99, max } = wanted.schedLatency;
      const none = count === 0 ? { p50Ns: 0, p90Ns: 0, p99Ns: 0, maxNs: 0 } : { p50Ns: p50, p90Ns: p90, p99Ns: p99, maxNs: max };
      const { latency } = analysis;
      expect({ ...latency, totalNs: round(latency.totalNs) }).toEqual({ count, totalNs: round(totalNs), ...none });
    });
  }
});

describe('a trace in which GOMAXPROCS changes', () => {
  const bytes = heldTrace('procschange-1.26');

  it('has P states that add up to GOMAXPROCS × time, in all of it and in any part', () => {
    for (const window of [{}, { from: 3e6 }, { from: 7_654_321, to: 21e6 }, { to: 9e6 }]) {
      const analysis = analyzeTrace(bytes, window);
      expect(analysis.gomaxprocs.map(({ value }) => value)).toEqual([3, 6, 1, 2, 8, 3]);
      expect(totalNs(analysis)).toBe(allowedNs(analysis));
    }
  });

  it('counts no idle time of a P that GOMAXPROCS does not allow', () => {
    const { procs, gomaxprocs, endNs, contendedNs } = analyzeTrace(bytes);
    expect(procs.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    procs.forEach(({ id, ns, idleWhileRunnableNs }) => {
      const allowed = gomaxprocs.reduce((sum, { timeNs, value }, i) => {
        return value > id ? sum + (gomaxprocs[i + 1]?.timeNs ?? endNs) - timeNs : sum;
      }, 0);
      expect(ns.reduce((sum, value) => sum + value, 0)).toBe(allowed);
      expect(idleWhileRunnableNs).toBeLessThanOrEqual(Math.min(contendedNs, ns[PS.idle]));
    });
  });
});

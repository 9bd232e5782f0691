/** What traces of programs that use maps say of them: verdicts, operations, and shares against CPU profiles. */

import { describe, expect, it } from 'vitest';
import { parseTraceConditions } from '../../../src/analysis/trace/failon.ts';
import { parseDuration } from '../../../src/cli/traceoptions.ts';
import type { HotspotKind, KindUsage, TraceAnalysis } from '../../../src/model/traceanalysis.ts';
import { analyzeTrace, heldTrace } from '../../support/traces.ts';

function usage({ kinds }: TraceAnalysis, wanted: HotspotKind): Pick<KindUsage, 'ns' | 'holds' | 'samples'> {
  return kinds.find(({ kind }) => kind === wanted) ?? { ns: 0, holds: 0, samples: 0 };
}

function fails(analysis: TraceAnalysis, condition: string): boolean {
  const [{ metric, limit }] = parseTraceConditions(condition, parseDuration);
  return metric.of(analysis) > limit;
}

describe('a map of which no growth was seen', () => {
  it.each(['map-overwritten-not-grown', 'map-counted-not-grown'])('%s: is an operation, and fails no build', (name) => {
    const analysis = analyzeTrace(heldTrace(name), { top: 100 });
    expect(analysis.mapGrowth).toEqual([]);
    expect(usage(analysis, 'map growth').ns).toBe(0);
    expect(fails(analysis, 'map-growth>20%')).toBe(false);
    expect(fails(analysis, 'max-map-growth>1ns')).toBe(false);
    expect(usage(analysis, 'map operation').ns).toBeGreaterThan(40e6);
    expect(usage(analysis, 'allocation').ns).toBeGreaterThan(40e6);
    const ofMaps = analysis.hotspots.filter(({ mapFunction }) => mapFunction !== null);
    expect(ofMaps.length).toBeGreaterThan(10);
    for (const { mapFunction, mapOperation } of ofMaps) {
      expect(mapFunction).toBe('runtime.mapassign_fast64');
      expect(mapOperation).toBe('write');
    }
  });

  it('may have grown where large allocations are all there is beside writes, and only there', () => {
    const guessed = (name: string) =>
      analyzeTrace(heldTrace(name), { top: 1000 }).hotspots.filter(({ unseenGrowth }) => unseenGrowth > 0);
    // programs/planted.go: one map that grows from empty, and nothing else that allocates.
    const planted = guessed('planted-1.26');
    expect(planted.map(({ unseenGrowth }) => unseenGrowth)).toEqual([257, 37]);
    for (const one of planted) expect(one).toMatchObject({ kind: 'map operation', mapOperation: 'write' });
    for (const { shares, evidence } of guessed('map-int-cpu')) {
      expect(shares).toEqual([]);
      expect(evidence.map(({ kind }) => kind)).not.toContain('allocation');
    }
  });
});

describe('what was done to a map', () => {
  it('is iteration, in the loop and in the runtime that it calls', () => {
    const analysis = analyzeTrace(heldTrace('map-iterated'));
    expect(usage(analysis, 'map operation').ns).toBeGreaterThan(120e6);
    expect(usage(analysis, 'user code').ns).toBeLessThan(1e6);
    const [first] = analysis.hotspots;
    expect(first).toMatchObject({ kind: 'map operation', mapFunction: 'runtime.mapIterNext', mapOperation: 'iterate' });
    expect(first.mapOperations).toEqual([{ operation: 'iterate', count: 2 }]);
  });

  it('is writing and growth of a sync.Map', () => {
    const analysis = analyzeTrace(heldTrace('sync-map'));
    const writes = analysis.hotspots.filter(({ mapFunction }) => mapFunction !== null);
    expect(writes.length).toBeGreaterThan(2);
    for (const hotspot of writes) expect(hotspot).toMatchObject({ mapFunction: 'sync.(*Map).Store', mapOperation: 'write' });
    // By the profile 6 of 7 samples are in the map, two of them in expand.
    expect(usage(analysis, 'map operation').samples).toBe(4);
    expect(usage(analysis, 'map growth').samples).toBe(2);
    const ofMap = usage(analysis, 'map growth').ns + usage(analysis, 'map operation').ns;
    const all = ofMap + usage(analysis, 'allocation').ns + usage(analysis, 'user code').ns;
    expect(ofMap / all).toBeGreaterThan(0.8);
  });

  it('is told apart in a hold that iterates, writes and grows', () => {
    const [first] = analyzeTrace(heldTrace('map-clone-cpu')).hotspots;
    expect(first.mapOperations).toEqual([
      { operation: 'grow', count: 16 },
      { operation: 'write', count: 6 },
      { operation: 'iterate', count: 6 },
    ]);
  });
});

describe('time in growth, against the CPU profile of the same run', () => {
  it.each([
    // Share of the map's samples that are in rehash, grow or split; how far off time may be.
    ['map-int-cpu', 2 / 7, 0.06],
    ['map-clone-cpu', 4 / 11, 0.03],
    ['small-maps-cpu', 16 / 27, 0.03],
    ['sync-map', 2 / 6, 0.07],
  ])('%s: %f of the time in maps', (name, share, tolerance) => {
    const analysis = analyzeTrace(heldTrace(name));
    const growth = usage(analysis, 'map growth').ns;
    expect(Math.abs(growth / (growth + usage(analysis, 'map operation').ns) - share)).toBeLessThan(tolerance);
  });

  it('small-maps-cpu: 160 ms, as the profile says', () => {
    expect(Math.abs(usage(analyzeTrace(heldTrace('small-maps-cpu')), 'map growth').ns - 160e6)).toBeLessThan(16e6);
  });

  it('gives a hold the kind of most of its samples, with their shares', () => {
    const [first] = analyzeTrace(heldTrace('map-clone-cpu')).hotspots;
    expect(first.kind).toBe('map operation');
    expect(first.shares).toEqual([
      { kind: 'map operation', samples: 6 },
      { kind: 'map growth', samples: 4 },
    ]);
  });
});

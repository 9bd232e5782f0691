/** What traces of programs that use maps say of them: verdicts, operations, and shares against CPU profiles. */

import { describe, expect, it } from 'vitest';
import { parseTraceConditions } from '../../../src/analysis/trace/failon.ts';
import { parseDuration } from '../../../src/cli/traceoptions.ts';
import type { MapOperation } from '../../../src/model/mapfunctions.ts';
import type { HotspotKind, KindUsage, TraceAnalysis } from '../../../src/model/traceanalysis.ts';
import { analyzeTrace, heldTrace, plantedTraces } from '../../support/traces.ts';

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

describe('operations of programs that do one thing each (programs/mapops.go, Go 1.21, 1.23, 1.24, 1.27)', () => {
  const TRACES = plantedTraces('mapops').map(({ name, bytes }) => {
    const analysis = analyzeTrace(bytes, { top: 1000 });
    const hotspots = analysis.hotspots.filter(({ entry }) => entry.startsWith('main.main.func'));
    return { name, analysis, hotspots, held: hotspots.reduce((sum, { heldNs }) => sum + heldNs, 0) };
  });
  const shareOf = ({ analysis, held }: (typeof TRACES)[number], ...kinds: readonly HotspotKind[]) =>
    kinds.reduce((sum, kind) => sum + usage(analysis, kind).ns, 0) / held;
  const isOwn = ({ name }: (typeof TRACES)[number]) => /^(?:own|sync-visit)-/.test(name);
  /** `sync-range` is iterate. */
  const WORDS: Readonly<Record<string, MapOperation>> = { range: 'iterate', struct: 'read', grow: 'write' };

  it.each(TRACES.filter((trace) => !isOwn(trace)))('$name: by samples time in maps, and the operation by name', (trace) => {
    const word = trace.name.split('-').at(-2) as string;
    const wanted = WORDS[word] ?? word;
    expect(shareOf(trace, 'map operation', 'map growth')).toBeGreaterThan(word === 'range' ? 0.45 : 0.5);
    const counts = new Map<MapOperation, number>();
    for (const { mapOperations } of trace.hotspots)
      for (const { operation, count } of mapOperations) counts.set(operation, (counts.get(operation) ?? 0) + count);
    const grown = counts.get('grow') ?? 0;
    expect(grown > 0).toBe(word === 'grow');
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0) - grown;
    expect((counts.get(wanted) ?? 0) / all).toBeGreaterThan(word === 'grow' ? 0.5 : 0.9);
    for (const { mapFunction, mapOperation } of trace.hotspots) {
      // The program that clears a map writes an element before.
      if (mapFunction === null || word === 'grow' || word === 'clear') continue;
      expect(mapOperation).toBe(wanted);
      if (trace.name.startsWith('sync-')) expect(mapFunction).toMatch(/^sync\.\(\*Map\)/);
      if (trace.name.startsWith('reflect-')) expect(mapFunction).toMatch(/^reflect\./);
    }
  });

  it.each(TRACES.filter(isOwn))('$name: code of its own, also where a sync.Map calls it', (trace) => {
    expect(shareOf(trace, 'user code')).toBeGreaterThan(0.8);
    expect(shareOf(trace, 'map operation', 'map growth')).toBeLessThan(0.2);
  });

  it('are 52 of maps and 8 of no map', () => {
    expect([TRACES.filter((trace) => !isOwn(trace)).length, TRACES.filter(isOwn).length]).toEqual([52, 8]);
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

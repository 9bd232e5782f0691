/** Hotspots: who held a P, what it was, who waited; worst latencies and what ran instead; windows. */

import { describe, expect, it } from 'vitest';
import { parseTraceConditions } from '../../../src/analysis/trace/failon.ts';
import { UsageError } from '../../../src/base/errors.ts';
import { parseDuration } from '../../../src/cli/traceoptions.ts';
import type { TraceAnalysis } from '../../../src/model/traceanalysis.ts';
import { analyzeTrace, heldTrace, TRACES, traceNamed } from '../../support/traces.ts';

function names(analysis: TraceAnalysis, stack: number): string[] {
  return analysis.stacks.framesAt(stack).map((frame) => ('function' in frame ? frame.function : '…'));
}

describe('hotspots', () => {
  for (const { name, bytes } of TRACES) {
    it(`${name}: ranked by length, within the trace, on a P of it, of one P never two at a time`, () => {
      const { hotspots, endNs, procs, kinds } = analyzeTrace(bytes, { top: 1000 });
      hotspots.forEach((hotspot, i) => {
        expect(hotspot.rank).toBe(i + 1);
        expect(hotspot.heldNs).toBeLessThanOrEqual(hotspots[Math.max(0, i - 1)].heldNs);
        expect(hotspot.startNs).toBeGreaterThanOrEqual(0);
        expect(hotspot.endNs).toBeLessThanOrEqual(endNs);
        expect(hotspot.heldNs).toBeLessThanOrEqual(hotspot.endNs - hotspot.startNs);
        expect(procs.map(({ id }) => id)).toContain(hotspot.proc);
        for (const { ns } of hotspot.starved) expect(ns).toBeLessThanOrEqual(hotspot.endNs - hotspot.startNs);
        expect(hotspot.starved.map(({ goroutine }) => goroutine)).not.toContain(hotspot.goroutine);
      });
      for (const { id } of procs) {
        const own = hotspots.filter(({ proc }) => proc === id).sort((a, b) => a.startNs - b.startNs);
        for (let i = 1; i < own.length; i++) expect(own[i].startNs).toBeGreaterThanOrEqual(own[i - 1].endNs);
      }
      for (const { longestNs, longest, longestPartNs, ns, measuredNs, holds } of kinds) {
        expect(longest?.heldNs ?? 0).toBe(longestNs);
        expect(longest === null).toBe(holds === 0);
        // Sums of parts: to the rounding.
        expect(ns).toBeGreaterThanOrEqual(longestPartNs - 1);
        expect(measuredNs).toBeLessThanOrEqual(ns + 1);
      }
      const held = analyzeTrace(bytes, { top: 1e9 }).hotspots.reduce((sum, { heldNs }) => sum + heldNs, 0);
      if (hotspots.length < 1000) expect(Math.abs(kinds.reduce((sum, { ns }) => sum + ns, 0) - held)).toBeLessThan(10);
    });
  }

  for (const name of ['mapgrow-1.19', 'mapgrow-1.22', 'mapgrow-1.24', 'mapgrow-1.26', 'mapgrow-1.27']) {
    it(`${name}: the growth of maps is found, with the map's function and who starved`, () => {
      const analysis = analyzeTrace(traceNamed(name), { kind: 'map growth', top: 5 });
      expect(analysis.hotspots).toHaveLength(5);
      for (const hotspot of analysis.hotspots) {
        expect(hotspot.kind).toBe('map growth');
        // Go 1.19 counts the functions within main.main differently.
        expect(hotspot.entry).toBe(name === 'mapgrow-1.19' ? 'main.main.func5' : 'main.main.func1');
        expect(hotspot.mapFunction).toBe('runtime.mapassign_fast64');
        expect(names(analysis, hotspot.stack).join(' ')).toMatch(/growWork|hashGrow|evacuate|rehash|\.grow|split|growToTable/);
        expect(hotspot.evidence.some(({ kind }) => kind === 'map growth')).toBe(true);
        expect(hotspot.starvedCount).toBeGreaterThan(0);
      }
    });
  }

  for (const [name, samples] of [
    ['planted-1.26', false],
    ['planted-profiled-1.26', true],
  ] as const) {
    it(`${name}: one growing map and one loop of arithmetic are told apart (programs/planted.go)`, () => {
      const { hotspots, kinds, cpuSamples } = analyzeTrace(heldTrace(name), { minDurationNs: 3e6 });
      expect(cpuSamples > 0).toBe(samples);
      // The functions that were started with go: the map's first, then the loop's.
      const grower = hotspots.filter(({ entry }) => entry === 'main.main.func1');
      const looper = hotspots.filter(({ entry }) => entry === 'main.main.func2');
      expect(grower.length).toBeGreaterThan(2);
      for (const { kind, mapFunction } of grower) {
        expect(['map growth', 'map operation']).toContain(kind);
        expect(mapFunction).toBe('runtime.mapassign_fast64');
      }
      // By the CPU profile of the second run 3 of its 7 samples are in growth; without samples whole holds count.
      const all = grower.reduce((sum, { heldNs }) => sum + heldNs, 0);
      const usage = (wanted: string) => kinds.find(({ kind }) => kind === wanted);
      const growing = usage('map growth')?.ns ?? 0;
      expect(growing / all).toBeGreaterThan(samples ? 0.35 : 0.3);
      expect(growing / all).toBeLessThan(samples ? 0.5 : 0.75);
      expect((growing + (usage('map operation')?.ns ?? 0)) / all).toBeGreaterThan(0.95);
      expect((usage('map growth')?.measuredNs ?? 0) / growing).toBe(samples ? 1 : 0);
      for (const { kind, confidence } of looper) expect({ kind, confidence }).toEqual({ kind: 'user code', confidence: 'high' });
    });
  }

  it('of GC workers and system calls are known by the ranges alone', () => {
    const { hotspots } = analyzeTrace(traceNamed('mapgrow-1.26'), { kind: 'GC worker', top: 3 });
    for (const { confidence, entry } of hotspots)
      expect({ confidence, entry }).toEqual({ confidence: 'high', entry: 'runtime.gcBgMarkWorker' });
  });

  it('have the samples that were taken while they lasted', () => {
    const { hotspots, cpuSamples } = analyzeTrace(traceNamed('mapgrow-1.22'), { top: 100_000 });
    const inside = hotspots.reduce((sum, { samples }) => sum + samples, 0);
    expect(cpuSamples).toBe(56);
    expect(inside).toBeGreaterThan(40);
    expect(inside).toBeLessThanOrEqual(56);
  });

  it('are chosen by P, goroutine, entry function, length', () => {
    const bytes = traceNamed('mapgrow-1.26');
    for (const { proc } of analyzeTrace(bytes, { proc: 2 }).hotspots) expect(proc).toBe(2);
    for (const { goroutine } of analyzeTrace(bytes, { goroutine: 12 }).hotspots) expect(goroutine).toBe(12);
    for (const { entry } of analyzeTrace(bytes, { entry: /bgsweep/ }).hotspots) expect(entry).toBe('runtime.bgsweep');
    const long = analyzeTrace(bytes, { minDurationNs: 8e6, top: 100 }).hotspots;
    expect(long.length).toBeGreaterThan(3);
    for (const { heldNs } of long) expect(heldNs).toBeGreaterThanOrEqual(8e6);
  });

  it('in a window are cut to it, and so is all time', () => {
    const bytes = traceNamed('mapgrow-1.26');
    const window = { from: 100e6, to: 101e6 };
    const { hotspots, procs, startNs, endNs } = analyzeTrace(bytes, window);
    expect([startNs, endNs]).toEqual([100e6, 101e6]);
    for (const { ns } of procs) expect(ns.reduce((sum, value) => sum + value, 0)).toBe(1e6);
    for (const hotspot of hotspots) {
      expect(hotspot.startNs).toBeGreaterThanOrEqual(100e6);
      expect(hotspot.endNs).toBeLessThanOrEqual(101e6);
      expect(hotspot.heldNs).toBeLessThanOrEqual(1e6);
    }
  });
});

describe('worst latencies', () => {
  it('are the longest, with what held the Ps meanwhile', () => {
    const { worstLatencies, latency } = analyzeTrace(traceNamed('mapgrow-1.26'), { top: 20 });
    expect(worstLatencies).toHaveLength(20);
    expect(worstLatencies[0].endNs - worstLatencies[0].startNs).toBe(latency.maxNs);
    for (const { startNs, endNs, ranInstead } of worstLatencies) {
      expect(ranInstead.length).toBeGreaterThan(0);
      for (const { ns } of ranInstead) expect(ns).toBeLessThanOrEqual(endNs - startNs);
    }
  });
});

describe('tasks, regions, logs, pauses', () => {
  for (const { name, bytes, expect: wanted } of TRACES) {
    it(`${name}: as many and as long as Go's tool says`, () => {
      const { tasks, regions, logs, stwDurations, gc } = analyzeTrace(bytes);
      const column = (table: { columns: string[] }, key: string) => table.columns.indexOf(key);
      expect(logs).toBe(wanted.logs.rows.length);
      const begin = column(wanted.regions, 'begin');
      const end = column(wanted.regions, 'end');
      const whole = wanted.regions.rows.filter((row: number[]) => row[begin] !== null && row[end] !== null);
      expect(regions.reduce((sum, { count }) => sum + count, 0)).toBe(wanted.regions.rows.length);
      expect(tasks.reduce((sum, { count }) => sum + count, 0)).toBe(wanted.tasks.rows.length);
      expect(regions.reduce((sum, { durations }) => sum + durations.totalNs, 0)).toBe(
        whole.reduce((sum: number, row: number[]) => sum + row[end] - row[begin], 0),
      );
      const presence = (spans?: { ns: number; headNs: number; tailNs: number }) =>
        spans === undefined ? 0 : spans.ns + spans.headNs + spans.tailNs;
      expect(gc.markNs).toBe(presence(wanted.gcMark));
      expect(stwDurations.totalNs).toBe(presence(wanted.stopTheWorld));
    });
  }
});

describe('conditions on a trace', () => {
  const analysis = analyzeTrace(traceNamed('mapgrow-1.26'));

  it('compare what they name with their limits', () => {
    const [latency, growth, goroutines] = parseTraceConditions('p99-latency>100us, map-growth>5%,goroutines>100', parseDuration);
    expect(latency.metric.of(analysis)).toBe(analysis.latency.p99Ns);
    expect(latency.limit).toBe(100_000);
    expect(growth.limit).toBe(0.05);
    expect(growth.metric.of(analysis)).toBeGreaterThan(0.05);
    expect(goroutines.metric.of(analysis)).toBe(24);
  });

  it('that are not known are refused with those that are', () => {
    expect(() => parseTraceConditions('latency>1', parseDuration)).toThrow(UsageError);
    expect(() => parseTraceConditions('latency>1', parseDuration)).toThrow(/p99-latency/);
    expect(() => parseTraceConditions('p99-latency>10', parseDuration)).toThrow(/a duration, as 10ms/);
    expect(() => parseTraceConditions('gc>10', parseDuration)).toThrow(/a share, as 5%/);
  });
});

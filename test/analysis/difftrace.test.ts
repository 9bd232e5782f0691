/** Two traces side by side. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseDiffFailOn } from '../../src/analysis/difffail.ts';
import { compareTraces } from '../../src/analysis/difftrace.ts';
import { TraceAnalyzer } from '../../src/analysis/trace/analyzer.ts';
import { InputReader } from '../../src/formats/reader.ts';
import { changeOf } from '../../src/model/comparison.ts';
import type { TraceAnalysis } from '../../src/model/traceanalysis.ts';
import { changeText, formatMetric } from '../../src/render/difftrace.ts';
import { compare } from '../support/compare.ts';
import { FIXTURES } from '../support/fixtures.ts';

function analyze(name: string): TraceAnalysis {
  const reader: InputReader = new InputReader({
    goroutine: () => {},
    record: () => {},
    race: () => {},
    trace: () => analyzer,
  });
  const analyzer = new TraceAnalyzer(reader.stacks);
  reader.push(gunzipSync(readFileSync(path.join(FIXTURES, `gotrace/${name}.trace.gz`))));
  reader.end();
  return analyzer.finish();
}

const OLD = analyze('mapgrow-1.22');
const NEW = analyze('mapgrow-1.26');

describe('the comparison of traces', () => {
  it('of one with itself is all the same', () => {
    const { metrics, groups } = compareTraces(OLD, OLD);
    expect(metrics.length).toBeGreaterThan(20);
    expect(metrics.filter(({ values }) => changeOf(values) !== 0)).toEqual([]);
    expect(groups).toEqual([]);
  });

  it('has the numbers of both analyses', () => {
    const { metrics, before, after } = compareTraces(OLD, NEW);
    const of = (section: string, name: string) => metrics.find((one) => one.section === section && one.name === name)?.values;
    expect(of('trace', 'length')).toEqual({ before: OLD.endNs - OLD.startNs, after: NEW.endNs - NEW.startNs });
    expect(of('wait for a P', 'p99')).toEqual({ before: OLD.latency.p99Ns, after: NEW.latency.p99Ns });
    expect(of('collection', 'cycles')).toEqual({ before: OLD.gc.cycles.length, after: NEW.gc.cycles.length });
    const states = metrics.filter(({ section, name }) => section === 'time of the Ps' && !name.startsWith('idle while'));
    for (const side of ['before', 'after'] as const) {
      expect(states.reduce((sum, { values }) => sum + values[side], 0)).toBeCloseTo(1, 9);
    }
    expect([before.hotspots[0], after.hotspots[0]]).toEqual([OLD.hotspots[0], NEW.hotspots[0]]);
  });

  it('can be judged by name', () => {
    const comparison = { ...compare('a 1\n', 'a 1\n'), trace: compareTraces(OLD, NEW) };
    const check = (text: string) => parseDiffFailOn(text).map((condition) => condition.check(comparison))[0];
    const growth = (100 * (NEW.stwDurations.maxNs - OLD.stwDurations.maxNs)) / OLD.stwDurations.maxNs;
    expect(check('max-stw>+10%')).toBe(`longest stop-the-world: grew by ${growth.toFixed(2)}%`);
    expect(check(`max-stw>+${Math.ceil(growth)}%`)).toBeNull();
    expect(check('p99-latency>+0%')).toBeNull();
    expect(() => parseDiffFailOn('speed>+10%')).toThrow(/p99-latency/);
  });

  it('turns round with its inputs', () => {
    const there = compareTraces(OLD, NEW);
    const back = compareTraces(NEW, OLD);
    const changes = ({ groups }: typeof there) => new Map(groups.map((group) => [group.entry, changeOf(group.runningNs)]));
    for (const [entry, change] of changes(there)) expect(changes(back).get(entry)).toBe(0 - change);
  });

  it('is told in units that fit', () => {
    const metric = (unit: 'ns' | 'share' | 'count', before: number, after: number) =>
      changeText({ section: '', name: '', unit, values: { before, after } });
    expect([metric('ns', 100, 150), metric('share', 0.5, 0.25), metric('count', 0, 3), metric('count', 3, 3)]).toEqual([
      '+50.0%',
      '-25.00 pts',
      'new',
      '=',
    ]);
    expect(metric('share', 0.5, 0.50001)).toBe('+<0.01 pts');
    expect([formatMetric('ns', 1500), formatMetric('share', 0.125), formatMetric('bytes', 2048)]).toEqual([
      '1.50 µs',
      '12.50%',
      '2.00 KiB',
    ]);
  });
});

/** The stacks of windows of time: what the slices hold adds up to the whole, and a window has its share. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SliceWeights } from '../../src/analysis/trace/sliceweights.ts';
import { totalWeight } from '../../src/model/profile.ts';
import { encodeReport } from '../../src/render/report/packpage.ts';
import { decodeReport, type FlameData } from '../../src/render/report/pagedata.ts';
import { columnsOf, SliceStacks, snapWindow } from '../../templates/report/window.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { readTraceSubject } from '../support/report.ts';

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((all, value) => all + value, 0);
const TRACE = gunzipSync(readFileSync(path.join(FIXTURES, 'gotrace/mapgrow-1.26.trace.gz')));

describe('slices', () => {
  it('keep every weight, wherever it lies and however few cells there may be', () => {
    const spans = fc.array(fc.tuple(fc.nat(20), fc.nat(1e7), fc.integer({ min: 1, max: 1e6 })), { maxLength: 60 });
    fc.assert(
      fc.property(spans, fc.integer({ min: 4, max: 200 }), (list, maxCells) => {
        const slices = new SliceWeights(0, maxCells);
        for (const [stack, begin, ns] of list) slices.add(stack, begin, begin + ns, ns);
        const all = slices.list().flatMap((cells) => [...(cells ?? [])]);
        for (const wanted of new Set(list.map(([stack]) => stack))) {
          const expected = sum(list.filter(([stack]) => stack === wanted).map(([, , ns]) => ns));
          expect(sum(all.filter(([stack]) => stack === wanted).map(([, ns]) => ns))).toBe(expected);
        }
      }),
    );
  });

  it('put a weight where its time is', () => {
    const slices = new SliceWeights(0);
    slices.add(1, 0, 1024, 1024);
    slices.add(2, 1024, 3072, 2048);
    slices.add(3, 2048, 2048, 1);
    expect(slices.list().map((cells) => [...(cells ?? [])])).toEqual([
      [[1, 1024]],
      [[2, 1024]],
      [
        [2, 1024],
        [3, 1],
      ],
    ]);
  });
});

describe('a trace', () => {
  const { subject, profile, windows } = readTraceSubject(TRACE);
  const page = decodeReport(encodeReport({ title: 't', generator: 'g', subjects: [subject] }));
  const flame = page.subjects[0].views.find((view): view is FlameData => view.kind === 'flame') as FlameData;

  it('has slices that add up to its profile, node by node', () => {
    expect(sum(windows.weights)).toBe(totalWeight(profile));
    const whole = columnsOf(flame, { from: 0, to: windows.count * windows.sliceNs });
    expect([...whole.self]).toEqual([...flame.self]);
  });

  it('gives disjoint windows that add up, too', () => {
    const middle = Math.floor(windows.count / 2) * windows.sliceNs;
    const one = columnsOf(flame, { from: 0, to: middle }).self;
    const other = columnsOf(flame, { from: middle, to: windows.count * windows.sliceNs }).self;
    expect(sum(one)).toBeGreaterThan(0);
    expect(sum(other)).toBeGreaterThan(0);
    expect(Array.from(one, (value, i) => value + other[i])).toEqual([...flame.self]);
  });

  it('tells where the time of a slice went', () => {
    const stacks = new SliceStacks(flame, page.texts);
    const told = Array.from({ length: windows.count }, (_, slice) => stacks.at(slice * windows.sliceNs));
    expect(told.filter((text) => text !== null).length).toBeGreaterThan(windows.count / 2);
    expect(told.some((text) => / in main\./.test(text ?? ''))).toBe(true);
    expect([stacks.at(-1), stacks.at(windows.count * windows.sliceNs)]).toEqual([null, null]);
  });

  it('snaps a window to the slices that it touches', () => {
    const { sliceNs } = windows;
    expect(snapWindow(windows, { from: sliceNs * 2.5, to: sliceNs * 3.5 }).span).toEqual({ from: 2 * sliceNs, to: 4 * sliceNs });
    expect(snapWindow(windows, { from: 1e15, to: 2e15 }).end).toBe(windows.count);
  });

  it('has a timeline before its flame graph, and tables of what was found', () => {
    const names = subject.views.map((view) => (view.kind === 'table' ? view.title : view.kind));
    expect(names).toEqual(['timeline', 'flame', 'Hotspots', 'Goroutines', 'Latency', 'Ps', 'Pauses']);
    const timeline = page.subjects[0].views[0];
    if (timeline.kind !== 'timeline') throw new Error('no timeline');
    expect(timeline.picture.procs.map(({ id }) => id)).toEqual([0, 1, 2, 3]);
    expect(timeline.hotspots[0].facts[0]).toMatch(/on P\d from/);
  });
});

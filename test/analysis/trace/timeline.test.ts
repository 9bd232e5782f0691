/** Timelines: the laws of their slices, against the usage of Ps and the exact spans. */

import { describe, expect, it } from 'vitest';
import { P_STATE_COUNT, PS } from '../../../src/model/pstates.ts';
import { sliceEnd, type Timeline } from '../../../src/model/timeline.ts';
import { type BuildOptions, type BuiltTimeline, buildTimeline, runMachine, timelineOf } from '../../support/timelines.ts';
import { TRACES } from '../../support/traces.ts';

function sum(values: ArrayLike<number>): number {
  let all = 0;
  for (let i = 0; i < values.length; i++) all += values[i];
  return all;
}

/** Time by state over the slices of one P. */
function statesOf({ states }: Timeline['procs'][number]): number[] {
  return states.map((slices) => (slices === null ? 0 : sum(slices)));
}

function expectSlicesAddUp({ timeline }: BuiltTimeline): void {
  const wrong: string[] = [];
  for (const { id, states, presentNs } of timeline.procs) {
    for (let slice = 0; slice < timeline.sliceCount; slice++) {
      let ns = 0;
      let least = 0;
      for (const slices of states) {
        ns += slices?.[slice] ?? 0;
        least = Math.min(least, slices?.[slice] ?? 0);
      }
      const width = sliceEnd(timeline, slice) - timeline.startNs - slice * timeline.sliceNs;
      if (ns !== presentNs[slice] || ns > width || least < 0) wrong.push(`P ${id}, slice ${slice}: ${ns} of ${width}`);
    }
  }
  expect(wrong).toEqual([]);
}

function expectUsage({ timeline, analysis }: BuiltTimeline): void {
  expect(timeline.procs.map(({ id }) => id)).toEqual(analysis.procs.map(({ id }) => id));
  timeline.procs.forEach((proc, i) => {
    expect(statesOf(proc)).toEqual([...analysis.procs[i].ns]);
  });
  // The usage counts for a P that was never heard of all contended time, also that from before GOMAXPROCS allowed it.
  if (analysis.gomaxprocs.length > 1) return;
  const idle = sum(analysis.procs.map((proc) => proc.idleWhileRunnableNs));
  expect(Math.abs(sum(timeline.idleWhileRunnableNs) - idle)).toBeLessThanOrEqual(idle * 1e-9);
}

/** The exact spans, cut into the slices, give the slices. */
function expectSpansAgree({ timeline }: BuiltTimeline): void {
  const { spans, sliceNs, startNs } = timeline;
  if (spans === null) throw new Error('no spans were kept');
  timeline.procs.forEach(({ states }, p) => {
    const cut = Array.from({ length: P_STATE_COUNT }, () => new Float64Array(timeline.sliceCount));
    let before = startNs;
    for (let i = spans.first[p]; i < spans.first[p + 1]; i++) {
      const [begin, end] = [spans.startNs[i] - startNs, spans.endNs[i] - startNs];
      if (spans.startNs[i] < before) throw new Error(`span ${i} begins before the one before it ends`);
      before = spans.endNs[i];
      for (let s = Math.floor(begin / sliceNs); s * sliceNs < end; s++) {
        cut[spans.state[i]][s] += Math.min(end, (s + 1) * sliceNs) - Math.max(begin, s * sliceNs);
      }
    }
    for (let state = 0; state < PS.idle; state++) {
      expect([...cut[state]]).toEqual([...(states[state] ?? new Float64Array(timeline.sliceCount))]);
    }
  });
}

describe('the timeline of a trace', () => {
  for (const { name, bytes } of TRACES) {
    const built = timelineOf(bytes, { maxSpans: 1 << 20 });
    it(`${name}: the states of a slice add up to the time in which the P exists`, () => expectSlicesAddUp(built));
    it(`${name}: the slices of a P add up to its usage`, () => expectUsage(built));
    it(`${name}: spans and slices agree`, () => expectSpansAgree(built));
  }

  it('of a part of a trace follows the same laws', () => {
    for (const { bytes } of TRACES.slice(0, 6)) {
      const { endNs } = timelineOf(bytes).analysis;
      const options: BuildOptions = { from: Math.floor(endNs / 3), to: Math.floor(endNs / 2), maxSpans: 1 << 20, slices: 64 };
      const built = timelineOf(bytes, options);
      expectSlicesAddUp(built);
      expectUsage(built);
      expectSpansAgree(built);
    }
  });

  it('of a made-up machine follows them too, whatever the number of slices', () => {
    for (const [procs, slices] of [
      [1, 4],
      [3, 16],
      [40, 128],
    ]) {
      const built = buildTimeline(runMachine({ procs, turns: 60, seed: procs }), { slices, maxSpans: 1 << 16 });
      expectSlicesAddUp(built);
      expectUsage(built);
      expectSpansAgree(built);
      expect(built.timeline.sliceCount).toBeLessThanOrEqual(slices);
      expect(built.timeline.sliceCount).toBeGreaterThan(slices / 2 - 1);
    }
  });
});

describe('the timeline', () => {
  const machine = runMachine({ procs: 4, turns: 300 });

  it('keeps no spans when there is one too many', () => {
    const all = buildTimeline(machine).timeline.spans?.count ?? 0;
    expect(all).toBeGreaterThan(100);
    expect(buildTimeline(machine, { maxSpans: all }).timeline.spans?.count).toBe(all);
    expect(buildTimeline(machine, { maxSpans: all - 1 }).timeline.spans).toBeNull();
  });

  it('names who held a P', () => {
    const { spans } = buildTimeline(machine).timeline;
    expect(spans?.entries).toEqual(['main.work']);
    const states = Array.from(spans?.state ?? []);
    states.forEach((state, i) => {
      expect((spans?.goroutine[i] ?? 0) >= 0).toBe(state !== PS.scheduler);
      expect(spans?.entry[i]).toBe(state === PS.scheduler ? -1 : 0);
    });
    expect(states).toContain(PS.syscall);
  });

  it('counts runnable goroutines as they were', () => {
    const { timeline, analysis } = buildTimeline(machine, { slices: 32 });
    const waited = analysis.groups.reduce((all, { runnableNs }) => all + runnableNs, 0);
    const counted = sum(timeline.runnableMean.map((mean, i) => mean * (sliceEnd(timeline, i) - i * timeline.sliceNs)));
    expect(Math.round(counted)).toBe(waited);
    expect(Math.max(...timeline.runnableMax)).toBe(1);
    timeline.runnableMean.forEach((mean, i) => {
      expect(mean).toBeLessThanOrEqual(timeline.runnableMax[i]);
    });
  });

  it('has a P in it only while GOMAXPROCS allows it', () => {
    const { timeline } = timelineOf((TRACES.find(({ name }) => name.startsWith('annotations-stress')) ?? TRACES[0]).bytes);
    const changes = timeline.gomaxprocs;
    for (const { id, present } of timeline.procs) {
      const ns = present.reduce((all, [from, to]) => all + to - from, 0);
      const allowed = changes.reduce(
        (all, { timeNs, value }, i) => (value > id ? all + (changes[i + 1]?.timeNs ?? timeline.endNs) - timeNs : all),
        0,
      );
      expect(ns).toBe(allowed);
    }
  });

  it('shows one P alone where only that is asked for', () => {
    const { timeline } = buildTimeline(machine, { proc: 2 });
    expect(timeline.procs.map(({ id }) => id)).toEqual([2]);
    expect(timeline.spans?.first.length).toBe(2);
  });
});

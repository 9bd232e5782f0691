/** Who waited during a hold, and what ran during a wait, held against every event; and bursts of goroutines in little time. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { TraceAnalyzer } from '../../../src/analysis/trace/analyzer.ts';
import { Ev, GoStatus, ProcStatus } from '../../../src/formats/gotrace/spec.ts';
import { TraceWriter } from '../../../src/formats/gotrace/writer.ts';
import { InputReader } from '../../../src/formats/reader.ts';
import type { TraceSink } from '../../../src/model/trace.ts';
import type { TraceAnalysis } from '../../../src/model/traceanalysis.ts';
import { FIXTURES } from '../../support/fixtures.ts';
import { traceNamed } from '../../support/traces.ts';

function read(bytes: Uint8Array, make: (stacks: InputReader['stacks']) => TraceSink): void {
  let sink: TraceSink | null = null;
  const reader = new InputReader({ goroutine() {}, record() {}, race() {}, trace: () => sink });
  sink = make(reader.stacks);
  reader.push(bytes);
  reader.end();
}

function analyze(bytes: Uint8Array): TraceAnalysis {
  let analyzer: TraceAnalyzer | null = null;
  read(bytes, (stacks) => {
    analyzer = new TraceAnalyzer(stacks);
    return analyzer;
  });
  return (analyzer as unknown as TraceAnalyzer).finish();
}

interface Wait {
  readonly goroutine: number;
  readonly from: number;
  readonly to: number;
}

/** All spans in a state, waits for a P where none is named, from the transitions alone. */
function waitsOf(bytes: Uint8Array, state = 'Runnable'): Wait[] {
  const waits: Wait[] = [];
  const open = new Map<number, number>();
  let end = 0;
  read(bytes, () => ({
    generation: () => {},
    event: ({ kind, resource, from, to, subject, time }) => {
      end = time;
      if (kind !== 'StateTransition' || resource !== 'goroutine' || from === to) return;
      const since = open.get(subject);
      if (since !== undefined) waits.push({ goroutine: subject, from: since, to: time });
      open.delete(subject);
      if (to === state) open.set(subject, time);
    },
  }));
  for (const [goroutine, from] of open) waits.push({ goroutine, from, to: end });
  return waits;
}

/** By goroutine, of all but one: how long it waited in [from, to). */
function waitedIn(waits: readonly Wait[], from: number, to: number, except: number): Map<number, number> {
  const ns = new Map<number, number>();
  for (const wait of waits) {
    if (wait.goroutine === except || wait.to <= from || wait.from >= to) continue;
    ns.set(wait.goroutine, (ns.get(wait.goroutine) ?? 0) + Math.min(to, wait.to) - Math.max(from, wait.from));
  }
  return ns;
}

const caseNamed = (name: string) => gunzipSync(readFileSync(path.join(FIXTURES, `gotrace/spans/${name}.trace.gz`)));

describe('who waited during a hold is what every event tells', () => {
  const CASES: readonly (readonly [string, Uint8Array])[] = [
    ['many-goroutines-8k', caseNamed('many-goroutines-8k')],
    ['many-goroutines-slow', caseNamed('many-goroutines-slow')],
    ['mapgrow-1.26', traceNamed('mapgrow-1.26')],
    ['annotations-stress-1.26', traceNamed('annotations-stress-1.26')],
    ['a burst of 3000', burst(3000)],
  ];
  for (const [name, bytes] of CASES) {
    it(name, () => {
      const { hotspots } = analyze(bytes);
      const waits = waitsOf(bytes);
      expect(hotspots.length).toBeGreaterThan(0);
      for (const { startNs, endNs, goroutine, starved, starvedCount, starvedPartial } of hotspots) {
        const wanted = waitedIn(waits, startNs, endNs, goroutine);
        expect({ starvedCount, starvedPartial }).toEqual({ starvedCount: wanted.size, starvedPartial: false });
        const listed = [...wanted].sort(([g, a], [h, b]) => b - a || g - h).slice(0, 10);
        expect(starved.map(({ goroutine: g, ns }) => [g, ns])).toEqual(listed);
      }
    });
  }

  it('many-goroutines-8k: as counted with the reader of Go', () => {
    const bytes = caseNamed('many-goroutines-8k');
    const { hotspots } = analyze(bytes);
    const waits = waitsOf(bytes);
    // Go's count of the eighth has the holder itself, which was runnable in between: for us it starves nobody.
    const counts = hotspots.slice(0, 9).map(({ startNs, endNs }) => waitedIn(waits, startNs, endNs, -1).size);
    expect([2, 3, 4, 5, 7, 8].map((i) => counts[i])).toEqual([8001, 2507, 2155, 8001, 1, 1653]);
    expect([2, 3, 4, 5, 7, 8].map((i) => hotspots[i].starvedCount)).toEqual([8001, 2507, 2155, 8001, 0, 1653]);
  });
});

/** One goroutine starts many, which then run one after the other: each waits longer than the one before. */
function burst(count: number): Buffer {
  const chunks: Uint8Array[] = [];
  const writer = new TraceWriter((chunk) => chunks.push(chunk), { version: 22 });
  writer.beginGeneration({ time: 1000, clock: { time: 1001, mono: 6001, seconds: 1_700_000_000, nanoseconds: 0 } });
  const main = writer.stack([{ function: 'main.main', file: 'main.go', line: 10 }]);
  const worker = writer.stack([{ function: 'main.work', file: 'main.go', line: 20 }]);
  let time = 1010;
  const tell = (...event: [number, ...number[]]) => writer.event(11, time++, ...event);
  tell(Ev.ProcStatus, 0, ProcStatus.running);
  tell(Ev.GoStatus, 1, 11, GoStatus.running);
  for (let i = 0; i < count; i++) tell(Ev.GoCreate, 10 + i, worker, main);
  tell(Ev.GoBlock, writer.string('chan receive'), main);
  for (let i = 0; i < count; i++) {
    tell(Ev.GoStart, 10 + i, 1);
    time += i % 7;
    tell(Ev.GoDestroy);
  }
  writer.finish();
  return Buffer.concat(chunks);
}

describe('a burst of goroutines', () => {
  it('names what ran instead of the last ones: what every event tells', () => {
    const bytes = burst(20_000);
    const ran = waitsOf(bytes, 'Running');
    const { worstLatencies } = analyze(bytes);
    expect(worstLatencies.length).toBe(10);
    for (const { startNs, endNs, ranInstead, ranPartial } of worstLatencies) {
      const wanted = [...waitedIn(ran, startNs, endNs, -1)].sort(([g, a], [h, b]) => b - a || g - h).slice(0, 5);
      expect(ranPartial).toBe(false);
      expect(ranInstead.map(({ goroutine, ns }) => [goroutine, ns])).toEqual(wanted);
    }
  });

  it('costs time in proportion to its size', () => {
    analyze(burst(20_000));
    const [small, large] = [20_000, 80_000].map((count) => {
      const bytes = burst(count);
      const times = [0, 1, 2].map(() => {
        const start = performance.now();
        analyze(bytes);
        return performance.now() - start;
      });
      return Math.min(...times);
    });
    // Four times as many: 2.3 for each doubling, and room for a busy machine.
    expect(large / small).toBeLessThan(2 * 2.3 ** 2);
  });
});

/** The function a goroutine began with, where its first stack does not tell it: preempted in assembly, `@ 0x0`. */

import { describe, expect, it } from 'vitest';
import { Collapser } from '../../../src/analysis/collapse.ts';
import { TraceAnalyzer } from '../../../src/analysis/trace/analyzer.ts';
import { writeFolded } from '../../../src/formats/folded.ts';
import { Ev, GoStatus, ProcStatus } from '../../../src/formats/gotrace/spec.ts';
import { TraceWriter } from '../../../src/formats/gotrace/writer.ts';
import { InputReader } from '../../../src/formats/reader.ts';
import type { TraceSink } from '../../../src/model/trace.ts';

/** main.main is preempted where it has no name, or where it has; then it blocks in main.wait. */
function trace(first: string): Buffer {
  const chunks: Uint8Array[] = [];
  const writer = new TraceWriter((chunk) => chunks.push(chunk), { version: 22 });
  writer.beginGeneration({ time: 1000, clock: { time: 1001, mono: 6001, seconds: 1_700_000_000, nanoseconds: 0 } });
  const nameless = writer.stack([{ function: first, file: '', line: 0 }]);
  const main = writer.stack([
    { function: 'main.wait', file: 'main.go', line: 20 },
    { function: 'main.main', file: 'main.go', line: 10 },
  ]);
  writer.event(11, 1010, Ev.ProcStatus, 0, ProcStatus.running);
  writer.event(11, 1011, Ev.GoStatus, 1, 11, GoStatus.running);
  writer.event(11, 2000, Ev.GoStop, writer.string('preempted'), nameless);
  writer.event(11, 2100, Ev.GoStart, 1, 1);
  writer.event(11, 9000, Ev.GoBlock, writer.string('chan receive'), main);
  writer.finish();
  return Buffer.concat(chunks);
}

function analyze(bytes: Uint8Array, entry?: RegExp) {
  let sink: TraceSink | null = null;
  const reader = new InputReader({ goroutine() {}, record() {}, race() {}, trace: () => sink });
  const analyzer = new TraceAnalyzer(reader.stacks, entry === undefined ? {} : { entry });
  sink = analyzer;
  reader.push(bytes);
  reader.end();
  return analyzer.finish();
}

describe('the entry function of a goroutine', () => {
  it('is the first that has a name', () => {
    for (const entry of [undefined, /^main\.main$/]) {
      const { groups, hotspots } = analyze(trace(''), entry);
      expect(groups.map(({ entry: name, count }) => [name, count])).toEqual([['main.main', 1]]);
      expect(hotspots.map((hotspot) => hotspot.entry)).toEqual(['main.main']);
    }
    expect(analyze(trace(''), /other/).groups).toEqual([]);
  });

  it('is not changed by a later one', () => {
    expect(analyze(trace('main.first')).groups.map(({ entry }) => entry)).toEqual(['main.first']);
  });

  it('names what it runs from then on', () => {
    const collapser = new Collapser({ weight: 'running', groupBy: ['entry'] });
    const reader = new InputReader(collapser);
    collapser.begin(reader.stacks, 'FILE');
    reader.push(trace(''));
    collapser.finish(reader.end());
    expect([...writeFolded(collapser.build())].join('')).toContain('main.main;main.main;main.wait 6900');
  });
});

/** Damaged traces through everything that is made of them: a problem or an input error, finite numbers, soon. */

import { describe, expect, it } from 'vitest';
import { teeTraces } from '../../src/analysis/collect.ts';
import { TraceAnalyzer } from '../../src/analysis/trace/analyzer.ts';
import { TRACE_WEIGHTS, TraceWeigher } from '../../src/analysis/trace/weights.ts';
import { InputError } from '../../src/base/errors.ts';
import { StackTable } from '../../src/model/stacks.ts';
import type { TraceSink } from '../../src/model/trace.ts';
import { writeAnalyzeJson } from '../../src/render/analyzejson.ts';
import { makeRandom } from '../support/generate.ts';
import { readTraceInto, TRACES } from '../support/traces.ts';

const SMALL = TRACES.filter(({ bytes }) => bytes.length < 100_000);
const MAX_MS = 3000;

/** Reads bytes as a trace into all that takes one. */
function readAll(bytes: Uint8Array): void {
  const stacks = new StackTable();
  const analyzer = new TraceAnalyzer(stacks);
  const weighers = TRACE_WEIGHTS.map(
    (weight) =>
      new TraceWeigher(stacks, {
        weight,
        stack: 'own',
        asGo: weight === 'sched',
        groupBy: weight === 'sched' ? [] : ['proc', 'entry'],
      }),
  );
  readTraceInto(bytes, teeTraces([analyzer, ...weighers]) as TraceSink);
  const analysis = analyzer.finish();
  const part = { format: 'go-trace' } as never;
  expect(writeAnalyzeJson({ file: '-', part, analysis, problems: [] })).not.toMatch(/:null,"(?:userNs|gcNs|idleNs)/);
  for (const { ns } of analysis.procs) for (const value of ns) if (!(value >= 0)) throw new Error(`a P state of ${value} ns`);
  for (const weigher of weighers) {
    weigher.finish((_groups, _stack, weight) => {
      if (!(weight > 0)) throw new Error(`a weight of ${weight}`);
    });
  }
}

describe('damaged traces', () => {
  it('of changed bytes are analysed without surprise', () => {
    const inputs = Math.ceil(Number(process.env.GOFLAME_FUZZ ?? 3000) / 10);
    for (let seed = 1; seed <= inputs; seed++) {
      const random = makeRandom(seed * 6271);
      const bytes = Buffer.from(SMALL[random(SMALL.length)].bytes.subarray(0, 9000));
      for (let left = 1 + random(6); left > 0; left--) bytes[16 + random(bytes.length - 16)] = random(256);
      const began = performance.now();
      try {
        readAll(bytes);
      } catch (error) {
        if (!(error instanceof InputError)) throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
      if (performance.now() - began > MAX_MS) throw new Error(`seed ${seed} took too long`);
    }
  }, 600_000);

  it('that are cut anywhere too', () => {
    const { bytes } = SMALL.find(({ name }) => name === 'annotations-stress-1.26') as (typeof SMALL)[number];
    for (let at = 16; at < bytes.length; at += 97) readAll(bytes.subarray(0, at));
  });
});

/** Traces of Go 1.5 to 1.21: what each version has, hand-made where no capture exists; and that time grows with size only. */

import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { TraceReader } from '../../src/formats/gotrace/reader.ts';
import { V1_VERSIONS } from '../../src/formats/gotrace/v1spec.ts';
import { isElided, StackTable } from '../../src/model/stacks.ts';
import type { TraceTables } from '../../src/model/trace.ts';
import { makeRandom } from '../support/generate.ts';
import { countPrinted, goTraceTool, runTraceTool } from '../support/gotool.ts';
import { readTrace } from '../support/trace.ts';
import { smallV1Trace, V1Encoder } from '../support/v1trace.ts';

/** Kinds of events that came with a version. */
const NEW_IN: readonly (readonly [number, Record<string, number>])[] = [
  [5, { Sync: 2, Metric: 1, RangeBegin: 3, RangeEnd: 3, StateTransition: 16 }],
  [8, { Label: 1 }],
  [9, { RangeBegin: 1, RangeEnd: 1 }],
  [11, { TaskBegin: 1, TaskEnd: 1 }],
];

function kindsOf(version: number): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const [since, added] of NEW_IN) {
    if (since > version) continue;
    for (const [kind, count] of Object.entries(added)) kinds[kind] = (kinds[kind] ?? 0) + count;
  }
  return kinds;
}

/** The functions of each event's stacks, leaf first. */
function stacksOf(bytes: Buffer): Set<string> {
  const table = new StackTable();
  const found = new Set<string>();
  let tables: TraceTables | null = null;
  const name = (id: number) => {
    if (tables === null || id === 0) return;
    const frames = table.framesAt(tables.stackOf(id, table)).map((frame) => (isElided(frame) ? '…' : frame.function));
    found.add(frames.join(' '));
  };
  const sink = {
    generation: (given: TraceTables) => {
      tables = given;
    },
    event: ({ stack, subjectStack }: { stack: number; subjectStack: number }) => [stack, subjectStack].forEach(name),
  };
  const reader = new TraceReader(sink, () => {});
  reader.push(bytes);
  reader.finish();
  return found;
}

describe('a small trace', () => {
  for (const version of V1_VERSIONS) {
    it(`of go 1.${version} has what that version tells`, () => {
      const { part, problems, events } = readTrace(smallV1Trace(version));
      expect(problems).toEqual([]);
      expect(part).toMatchObject({ version: `1.${version}`, goroutines: 3, procs: 2, generations: 1, truncated: false });
      expect(part.eventsByKind).toEqual(kindsOf(version));
      // The system call came back at 1160, and its goroutine waited for a P until it was told.
      expect(events.filter((event) => event.includes('goroutine 1 ')).slice(-3)).toEqual([
        expect.stringContaining('goroutine 1 Running->Syscall'),
        expect.stringMatching(/^160 .* goroutine 1 Syscall->Runnable/),
        expect.stringMatching(/^188 .* goroutine 1 Runnable->Running/),
      ]);
      const kind = version < 10 ? '' : version >= 21 ? 'GC mark termination' : 'GC sweep termination';
      expect(events.some((event) => event.includes(`RangeBegin 1 stop-the-world (${kind})`))).toBe(true);
    });

    it.skipIf(goTraceTool === null || version < 11)(`of go 1.${version} has the events that Go's own tool has`, () => {
      const bytes = smallV1Trace(version);
      expect(countPrinted(runTraceTool('parsed', bytes).stdout)).toEqual(readTrace(bytes).part.eventsByKind);
    });

    it(`of go 1.${version} cut at every byte: a problem or an error`, () => {
      const bytes = smallV1Trace(version);
      for (let at = 0; at < bytes.length; at++) {
        try {
          const { problems, part } = readTrace(bytes.subarray(0, at));
          expect(problems.length > 0 || !part.truncated).toBe(true);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
        }
      }
    });
  }

  it('of changed bytes throws nothing else', () => {
    for (let seed = 1; seed <= Number(process.env.GOFLAME_FUZZ ?? 2000); seed++) {
      const random = makeRandom(seed * 7883);
      const bytes = smallV1Trace(V1_VERSIONS[random(V1_VERSIONS.length)]);
      for (let left = 1 + random(4); left > 0; left--) bytes[16 + random(bytes.length - 16)] = random(256);
      try {
        readTrace(bytes);
      } catch (error) {
        if (!(error instanceof InputError)) throw new Error(`seed ${seed}`, { cause: error });
      }
    }
  });

  it('names functions, and program counters where it has nothing else', () => {
    expect([...stacksOf(smallV1Trace(11))].sort()).toEqual(['main.main', 'main.work']);
    expect([...stacksOf(smallV1Trace(5))].sort()).toEqual(['0x401234 0x401010', '0x402345', '0x403000']);
  });
});

describe('events', () => {
  it('with another number of arguments than their version has are damage', () => {
    for (const [version, args] of [
      [8, [8192, 4096]],
      [9, []],
    ] as const) {
      const trace = new V1Encoder(version);
      trace.batch(0, 1);
      trace.event('GCSweepDone', 1, ...args);
      trace.frequency(1);
      expect(readTrace(trace.bytes).problems).toMatchObject([
        { offset: 19, message: expect.stringContaining('GCSweepDone with another number of arguments') },
      ]);
    }
  });

  it('before go 1.7 go by their numbers, and broken clocks are told', () => {
    const trace = new V1Encoder(5);
    trace.batch(0, 100, 5);
    trace.event('HeapAlloc', 1, 2);
    trace.batch(1, 90, 3);
    trace.event('HeapAlloc', 1, 1);
    trace.frequency(1_000_000_000);
    expect(
      readTrace(trace.bytes)
        .events.filter((event) => event.includes('Metric'))
        .map((event) => event.slice(-1)),
    ).toEqual(['1', '2']);
    const broken = new V1Encoder(5);
    broken.batch(0, 100, 3);
    broken.event('HeapAlloc', 1, 2);
    broken.batch(1, 90, 5);
    broken.event('HeapAlloc', 1, 1);
    broken.frequency(1_000_000_000);
    expect(() => readTrace(broken.bytes).part).not.toThrow();
    expect(readTrace(broken.bytes).problems).toMatchObject([
      { message: expect.stringContaining('the clock of P 1 goes back by 10 ticks') },
    ]);
  });

  it('of very many Ps that wait for each other are ordered in a moment', () => {
    const trace = new V1Encoder(19);
    const procs = 20_000;
    for (let p = 1; p <= procs; p++) {
      trace.batch(p, 1000);
      trace.event('GoStart', 0, p, 1);
      trace.event('GoSched', 1, 0);
    }
    // At the same time, but behind all of them, the P that makes what they wait for, the last one first.
    trace.batch(0, 1000);
    for (let g = procs; g > 0; g--) trace.event('GoCreate', 0, g, 0, 0);
    trace.frequency(1_000_000_000);
    const began = performance.now();
    const { problems, part } = readTrace(trace.bytes);
    expect(performance.now() - began).toBeLessThan(5000);
    expect(problems).toEqual([]);
    expect(part.eventsByKind).toEqual({ StateTransition: 2 * procs, Sync: 2 });
  });
});

/** Traces that we write: read back by us, opened by Go's own tool, and what no trace can hold refused. */

import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { Ev, GoStatus, MAX_BATCH_BYTES, ProcStatus, V2_VERSIONS } from '../../src/formats/gotrace/spec.ts';
import { type GenerationOptions, TraceWriter } from '../../src/formats/gotrace/writer.ts';
import { countPrinted, goTraceTool, runTraceTool } from '../support/gotool.ts';
import { smallTrace } from '../support/smalltrace.ts';
import { readTrace } from '../support/trace.ts';

const KINDS = {
  Log: 1,
  Metric: 2,
  RegionBegin: 1,
  RegionEnd: 1,
  StackSample: 1,
  StateTransition: 11,
  Sync: 2,
};

function makeWriter(options: Partial<GenerationOptions> = {}): { writer: TraceWriter; chunks: Uint8Array[] } {
  const chunks: Uint8Array[] = [];
  const writer = new TraceWriter((chunk) => chunks.push(chunk), { version: 23 });
  writer.beginGeneration({ time: 0, ...options });
  return { writer, chunks };
}

describe('a written trace', () => {
  for (const version of V2_VERSIONS) {
    it(`of go 1.${version} is read back`, () => {
      const { part, problems, events } = readTrace(smallTrace(version));
      expect(problems).toEqual([]);
      expect(part).toMatchObject({ version: `1.${version}`, generations: 1, goroutines: 2, procs: 2, truncated: false });
      expect(part.eventsByKind).toEqual(KINDS);
      expect(events[0]).toBe('0 M-1 P-1 G-1 Sync 0  0');
      expect(events).toContain('60 M12 P1 G7 Metric 0 /memory/classes/heap/objects:bytes 4096');
      expect(events.at(-2)).toBe('1040 M12 P1 G-1 StateTransition goroutine 1 Runnable->Running ');
    });

    it.skipIf(goTraceTool === null)(
      `of go 1.${version}, of three generations, is opened by Go's own tool, which counts the same`,
      () => {
        const bytes = smallTrace(version, 3);
        const { stdout, stderr, ok } = runTraceTool('parsed', bytes);
        expect(stderr).toBe('');
        expect(ok).toBe(true);
        const { part, problems } = readTrace(bytes);
        expect(problems).toEqual([]);
        expect(part.generations).toBe(3);
        expect(countPrinted(stdout)).toEqual(part.eventsByKind);
      },
    );
  }

  it.skipIf(goTraceTool === null)('has frames that Go tells apart, with no program counters given', () => {
    const { stdout } = runTraceTool('parsed', smallTrace(22));
    expect(stdout).toMatch(/main\.main @ 0x400000\n\t\tmain\.go:10/);
    expect(stdout).toMatch(/main\.grow @ 0x400001\n\t\tmain\.go:20/);
  });

  it('gives the same bytes every time', () => expect(smallTrace(26, 2).equals(smallTrace(26, 2))).toBe(true));

  it('has batches of at most 64 KiB, and no event across two', () => {
    const { writer, chunks } = makeWriter();
    writer.event(1, 1, Ev.ProcStatus, 0, ProcStatus.running);
    writer.event(1, 2, Ev.GoStatus, 1, 1, GoStatus.running);
    for (let i = 0; i < 50_000; i++) writer.event(1, 3 + i * 1000, Ev.HeapAlloc, i * 1000);
    writer.finish();
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThan(MAX_BATCH_BYTES + 64);
    const { part, problems } = readTrace(Buffer.concat(chunks));
    expect(problems).toEqual([]);
    expect(part).toMatchObject({ eventsByKind: { Metric: 50_000 }, durationNs: 49_999_004 });
  });

  it('has strings and stacks once in each generation, of any number, cut as the runtime does', () => {
    const { writer, chunks } = makeWriter();
    expect(writer.string('')).toBe(0);
    expect(writer.stack([])).toBe(0);
    const frame = { function: 'main.main', file: 'main.go', line: 1 };
    expect([writer.string('a'), writer.string('b'), writer.string('a')]).toEqual([1, 2, 1]);
    expect([writer.stack([frame]), writer.stack([{ ...frame, line: 2 }]), writer.stack([frame])]).toEqual([1, 2, 1]);
    for (let i = 0; i < 3000; i++) writer.string(`${i} ${'ü'.repeat(600)}`);
    writer.stack(Array.from({ length: 300 }, (_, line) => ({ function: `${'p/'.repeat(900)}f${line}`, file: '', line })));
    writer.finish();
    const read = readTrace(Buffer.concat(chunks));
    expect(read.problems).toEqual([]);
    expect(read.part.generations).toBe(1);
  });

  it('holds batches of experiments as they are', () => {
    const { writer, chunks } = makeWriter();
    writer.experiment(1, -1, 5, Uint8Array.of(1, 2, 3));
    writer.finish();
    expect(Buffer.concat(chunks).includes(Buffer.from([Ev.ExperimentalBatch, 1, 1]))).toBe(true);
    expect(readTrace(Buffer.concat(chunks)).problems).toEqual([]);
  });
});

describe('what no trace can hold is refused', () => {
  const refusals: Record<string, (writer: TraceWriter) => void> = {
    'goes backwards|thread 1 at time 4, which was at 5 already': (writer) => {
      writer.event(1, 5, Ev.ProcStop);
      writer.event(1, 4, Ev.ProcStop);
    },
    'wrong number of arguments|GoStart with 1 arguments; it has 2: g g_seq': (writer) => writer.event(1, 5, Ev.GoStart, 1),
    'no event|99 is no timed event': (writer) => writer.event(1, 5, 99),
    'table|2 is no timed event': (writer) => writer.event(1, 5, Ev.Stacks),
    'unknown stack|stack 7 is not of this generation': (writer) => writer.event(1, 5, Ev.GoCreate, 7, 7, 0),
    'unknown string|string 7 is not of this generation': (writer) => writer.event(1, 5, Ev.GoStop, 7, 0),
    'fraction|g of 1.5': (writer) => writer.event(1, 5, Ev.GoStart, 1.5, 1),
    'no goroutine|g of -1': (writer) => writer.event(1, 5, Ev.GoStart, -1, 1),
    'time|a time of -5': (writer) => writer.event(1, -5, Ev.ProcStop),
    'generation|generation 3 after 1': (writer) => writer.beginGeneration({ time: 1, number: 3 }),
    'closed|no generation is open': (writer) => {
      writer.endGeneration();
      writer.event(1, 5, Ev.ProcStop);
    },
  };
  for (const [title, request] of Object.entries(refusals)) {
    const [name, message] = title.split('|');
    it(name, () => {
      const { writer } = makeWriter();
      expect(() => request(writer)).toThrow(UsageError);
      expect(() => request(makeWriter().writer)).toThrow(message);
    });
  }

  it('events and clocks by version', () => {
    const begin = (version: 22 | 25, time: number) => {
      const writer = new TraceWriter(() => {}, { version });
      writer.beginGeneration({ time });
      return writer;
    };
    expect(() => begin(22, 0).event(1, 1, Ev.GoSwitch, 1, 1)).toThrow('go 1.22 has no GoSwitch: it came with 1.23');
    expect(() => begin(25, 0)).toThrow('needs a reading of the clocks');
    expect(() => new TraceWriter(() => {}, { version: 22 }).finish()).toThrow('without a generation');
    expect(() => new TraceWriter(() => {}, { version: 24 as 25 })).toThrow('go 1.24');
  });
});

/** What holds of every trace: neither the file's order of threads nor how it is cut matters, and the time of day goes along. */

import { describe, expect, it } from 'vitest';
import { BatchReader, type TraceItem } from '../../src/formats/gotrace/batches.ts';
import { ByteCursor } from '../../src/formats/gotrace/bytes.ts';
import { encodeHeader } from '../../src/formats/gotrace/encode.ts';
import { orNone } from '../../src/formats/gotrace/generation.ts';
import { TraceReader } from '../../src/formats/gotrace/reader.ts';
import { Ev } from '../../src/formats/gotrace/spec.ts';
import { TextTraceReader } from '../../src/formats/gotrace/text/trace.ts';
import type { TraceEvent, TraceTables } from '../../src/model/trace.ts';
import { makeRandom } from '../support/generate.ts';
import { goTraceTool, runTraceTool } from '../support/gotool.ts';
import { smallTrace } from '../support/smalltrace.ts';
import { convertTrace, readTrace, v2Traces } from '../support/trace.ts';
import { TRACES } from '../support/traces.ts';

interface Kept {
  readonly m: number;
  readonly bytes: Buffer;
}

/** The same trace with the batches of each generation in another order; those of one thread keep theirs. */
function shuffleBatches(trace: Buffer, seed: number): Buffer {
  const random = makeRandom(seed);
  const out: Uint8Array[] = [];
  let batches: Kept[] = [];
  let generation = 0;
  const flush = () => {
    const queues = new Map<number, Kept[]>();
    for (const batch of batches) queues.set(batch.m, [...(queues.get(batch.m) ?? []), batch]);
    for (let left = batches.length; left > 0; left--) {
      const waiting = [...queues.values()].filter(({ length }) => length > 0);
      out.push((waiting[random(waiting.length)].shift() as Kept).bytes);
    }
    batches = [];
  };
  const take = ({ type, generation: number, head, payload }: TraceItem) => {
    if (type === Ev.EndOfGeneration || (number !== generation && generation !== 0)) flush();
    generation = number;
    if (type === Ev.EndOfGeneration) out.push(Uint8Array.of(type));
    else batches.push({ m: threadOf(head), bytes: Buffer.concat([Uint8Array.of(type), head, payload]) });
  };
  const reader = new BatchReader({ begin: (version) => void out.push(encodeHeader(version)), item: take }, (problem) => {
    throw new Error(problem.message);
  });
  reader.push(trace);
  reader.finish();
  flush();
  return Buffer.concat(out);
}

function threadOf(head: Uint8Array): number {
  const cursor = new ByteCursor(head, 0);
  cursor.varint();
  return orNone(cursor.varint());
}

/** Clock ticks of the traces here, in nanoseconds. Events within one are told a nanosecond apart, in any order. */
const TICK_NS = 64;

/** Events by tick, sorted; and what happens to each goroutine and P, in its order. */
function essence(events: readonly string[]): { byTick: string[]; bySubject: Map<string, string[]> } {
  const bySubject = new Map<string, string[]>();
  const byTick = events.map((event) => {
    const [, time, rest] = /^(\d+) (.*)$/.exec(event) as RegExpExecArray;
    const subject = /(?:goroutine|proc) \d+/.exec(rest)?.[0];
    const known = subject === undefined ? undefined : bySubject.get(subject);
    if (known !== undefined) known.push(rest);
    else if (subject !== undefined) bySubject.set(subject, [rest]);
    return `${Math.floor(Number(time) / TICK_NS)} ${rest}`;
  });
  return { byTick: byTick.sort(), bySubject };
}

describe('batches of different threads in any order in the file give the same events:', () => {
  for (const { name, bytes } of v2Traces) {
    if (bytes.length > 200_000 && name !== 'multigen-1.23') continue;
    it(name, () => {
      const wanted = essence(readTrace(bytes).events);
      const shuffles = [1, 2, 3].map((seed) => shuffleBatches(bytes, seed));
      expect(shuffles.some((shuffled) => !shuffled.equals(bytes))).toBe(true);
      for (const shuffled of shuffles) {
        const { problems, events } = readTrace(shuffled);
        expect(problems).toEqual([]);
        expect(essence(events)).toEqual(wanted);
      }
    });
  }
});

describe('chunks of any length, kept or used up', () => {
  function read(bytes: Buffer, step: number, isOwn: boolean) {
    const told: unknown[] = [];
    const problems: unknown[] = [];
    const sink = {
      generation: ({ clock }: TraceTables) => void told.push(clock),
      event: (event: TraceEvent) => void told.push({ ...event }),
      move: (...move: unknown[]) => void told.push(move),
    };
    const reader = new TraceReader(sink, (problem) => problems.push(problem));
    const shared = Buffer.alloc(step);
    for (let at = 0; at < bytes.length; at += step) {
      const chunk = bytes.subarray(at, at + step);
      // What is not kept is written over by the next one.
      reader.push(isOwn ? Uint8Array.from(chunk) : shared.subarray(0, chunk.copy(shared)), isOwn);
    }
    reader.finish();
    return { told, problems };
  }

  for (const [name, steps] of [
    ['annotations-stress-1.26', [1, 7, 1000]],
    ['multigen-1.23', [5000, 70_000, 1 << 20]],
    ['mapgrow-1.19', [9, 70_000]],
  ] as const) {
    it(name, () => {
      const { bytes } = TRACES.find((trace) => trace.name === name) as (typeof TRACES)[number];
      const whole = read(bytes, bytes.length, true);
      expect(whole.told.length).toBeGreaterThan(100);
      expect(whole.problems).toEqual([]);
      const cut = bytes.subarray(0, bytes.length - 100);
      const wholeCut = read(cut, cut.length, true);
      for (const step of steps) {
        for (const isOwn of [true, false]) {
          expect(read(bytes, step, isOwn)).toEqual(whole);
          expect(read(cut, step, isOwn)).toEqual(wholeCut);
        }
      }
    });
  }
});

describe('the time of day', () => {
  function clocksOf(bytes: Buffer): (TraceTables['clock'] | null)[] {
    const clocks: TraceTables['clock'][] = [];
    const reader = new TraceReader({ generation: ({ clock }) => void clocks.push(clock), event: () => {} }, () => {});
    reader.push(bytes);
    reader.finish();
    return clocks;
  }

  it('is known of each generation since go 1.25', () => {
    expect(clocksOf(smallTrace(26, 2))).toEqual([
      { time: 1, monoNs: 6001, wallNs: 1_700_000_000_000_001_001n },
      { time: 2041, monoNs: 8041, wallNs: 1_700_000_000_000_003_041n },
    ]);
    expect(clocksOf(smallTrace(23, 2))).toEqual([null, null]);
  });

  it('of a trace as text is the same', () => {
    const clocks: TraceTables['clock'][] = [];
    const sink = { generation: ({ clock }: TraceTables) => void clocks.push(clock), event: () => {} };
    const reader = new TextTraceReader(sink, () => {}, false);
    reader.push(convertTrace(smallTrace(25, 2), { form: 'text' }).bytes);
    reader.finish();
    expect(clocks).toEqual(clocksOf(smallTrace(25, 2)));
  });

  it.skipIf(goTraceTool === null)("is what Go's own tool says", () => {
    for (const { bytes, name } of v2Traces.filter(({ bytes: all }) => all.toString('latin1', 0, 7) >= 'go 1.25')) {
      const { stdout } = runTraceTool('parsed', bytes);
      const [base] = /(?<= Sync Time=)\d+/.exec(stdout) ?? [];
      const told = [...stdout.matchAll(/ Sync .* Trace=(\d+) Mono=(\d+) Wall=(\S+)/g)].map(([, trace, mono, wall]) => ({
        time: Number(BigInt(trace) - BigInt(base ?? 0)),
        monoNs: Number(mono),
        wall,
      }));
      const ours = clocksOf(bytes).map((clock) => ({
        time: clock?.time,
        monoNs: clock?.monoNs,
        wall: wallText(clock?.wallNs ?? 0n),
      }));
      expect(ours, name).toEqual(told);
    }
  });
});

/** As Go prints it: nanoseconds without zeros at the end. */
function wallText(ns: bigint): string {
  const seconds = new Date(Number(ns / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  const fraction = String(ns % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${seconds}${fraction === '' ? '' : `.${fraction}`}Z`;
}

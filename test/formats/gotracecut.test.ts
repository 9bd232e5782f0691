/** Traces of one generation that is cut: what is kept is what was written, and nothing else. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { TraceCounter } from '../../src/formats/gotrace/count.ts';
import { TraceReader } from '../../src/formats/gotrace/reader.ts';
import { CUT_REASON } from '../../src/formats/gotrace/salvage.ts';
import { Ev } from '../../src/formats/gotrace/spec.ts';
import { TraceWriter } from '../../src/formats/gotrace/writer.ts';
import type { TracePart } from '../../src/model/trace.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { makeRandom } from '../support/generate.ts';
import { type ReadTrace, readTrace, v2Traces } from '../support/trace.ts';
import { binaryOf, linesOf } from '../support/tracedamage.ts';
import { analyzeTrace, traceNamed } from '../support/traces.ts';

/** Traces of one generation, which are not too long to be read many times. */
const SINGLE = v2Traces.filter(({ name, bytes }) => !/^(?:multigen|flight)/.test(name) && bytes.length < 500_000);
/** Threads' clocks may put an event this much later than it was, where the order is not known. */
const WINDOW_NS = 100_000;

function broken(name: string): Buffer {
  return gunzipSync(readFileSync(path.join(FIXTURES, 'gotrace/broken', `${name}.trace.gz`)));
}

interface Transition {
  readonly time: number;
  readonly thread: string;
  readonly what: string;
}

/** Transitions of Ps and goroutines without reasons, which stand in a table. */
function transitionsOf({ events }: ReadTrace): Transition[] {
  return events.flatMap((event) => {
    const match = /^(\S+) (M\S+) P\S+ G\S+ StateTransition (\w+ \S+ \S+)/.exec(event);
    if (match === null || event.endsWith(CUT_REASON)) return [];
    return [{ time: Number(match[1]), thread: match[2], what: match[3] }];
  });
}

function byThread(transitions: readonly Transition[]): Map<string, Transition[]> {
  const threads = new Map<string, Transition[]>();
  for (const transition of transitions) {
    const own = threads.get(transition.thread);
    if (own === undefined) threads.set(transition.thread, [transition]);
    else own.push(transition);
  }
  return threads;
}

/** How far the times of each kept transition are from those of the whole trace. @throws Error for one that is not in it */
function shiftsOf(kept: readonly Transition[], whole: ReadonlyMap<string, Transition[]>): number[] {
  const next = new Map<string, number>();
  return kept.map(({ time, thread, what }) => {
    const own = whole.get(thread) ?? [];
    const at = own.findIndex((one, i) => i >= (next.get(thread) ?? 0) && one.what === what);
    if (at < 0) throw new Error(`${thread} ${what} at ${time} is not in the whole trace, or not behind the one before`);
    next.set(thread, at + 1);
    return time - own[at].time;
  });
}

function partOf(bytes: Uint8Array): TracePart {
  const counter = new TraceCounter();
  const reader = new TraceReader({ generation: () => {}, event: (event) => counter.add(event) }, () => {});
  reader.push(bytes);
  reader.finish();
  return counter.finish(reader, null);
}

describe('an only generation that is cut', () => {
  it('within its strings has the times, Ps, waits and counts of the whole', () => {
    const [cut, whole] = [broken('cut-in-strings'), broken('regions-short')];
    const [one, other] = [cut, whole].map((bytes) => analyzeTrace(bytes));
    expect(one.procs.map(({ id, ns }) => [id, ...ns])).toEqual(other.procs.map(({ id, ns }) => [id, ...ns]));
    expect(one.latency).toEqual(other.latency);
    expect([one.endNs, one.gc, one.contendedNs]).toEqual([other.endNs, other.gc, other.contendedNs]);
    const { generations: _none, truncated, ...counts } = partOf(cut);
    const { generations: _one, truncated: _whole, ...wanted } = partOf(whole);
    expect(truncated).toBe(true);
    expect(counts).toEqual(wanted);
    expect(readTrace(cut).problems).toMatchObject([
      {
        severity: 'error',
        offset: cut.length,
        message: expect.stringMatching(/within generation 1, its only one; what was written is kept; names/),
      },
    ]);
  });

  // Law: each transition that is kept is in the whole trace, in the order of its thread, at its time.
  let cuts = 0;
  let unordered = 0;
  let kept = 0;
  let dropped = 0;
  for (const { name, bytes } of SINGLE) {
    it(`${name} cut anywhere: no state that the whole has not, each in its thread's order, at its time`, () => {
      const whole = byThread(transitionsOf(readTrace(bytes)));
      const random = makeRandom(bytes.length);
      const count = bytes.length < 10_000 ? 40 : 5;
      for (let i = 0; i < count; i++) {
        const at = 600 + random(bytes.length - 600);
        const cut = readTrace(bytes.subarray(0, at));
        if (cut.events.length === 0) continue;
        const transitions = transitionsOf(cut);
        const shifts = shiftsOf(transitions, whole).sort((a, b) => a - b);
        // Times count from the earliest batch, which may be missing: all are shifted by the same.
        const middle = shifts[shifts.length >> 1] ?? 0;
        expect(Math.max((shifts.at(-1) ?? 0) - middle, middle - (shifts[0] ?? 0)), `cut at ${at}`).toBeLessThanOrEqual(WINDOW_NS);
        expect(cut.problems).toHaveLength(1);
        cuts++;
        kept += transitions.length;
        if (cut.problems[0].message.includes('nothing is checked')) unordered++;
        dropped += Number(/(\d+) events that fit nothing/.exec(cut.problems[0].message)?.[1] ?? 0);
      }
    });
  }

  it('loses at most one event in a hundred of those that were written (of more than 150 cuts, 50 without an order)', () => {
    expect(cuts).toBeGreaterThan(150);
    expect(unordered).toBeGreaterThan(50);
    expect(dropped).toBeLessThan(kept / 100);
  });

  it('says what is known of it: that the order between threads is not, and what helps', () => {
    const bytes = traceNamed('mapgrow-1.26');
    const cut = bytes.subarray(0, bytes.length >> 1);
    expect(partOf(cut)).toMatchObject({ truncated: true, unordered: true, generations: 0 });
    expect(partOf(bytes)).not.toHaveProperty('unordered');
    const [{ message, severity }] = readTrace(cut).problems;
    expect(severity).toBe('error');
    for (const words of ['between threads nothing is checked', 'are unknown', 'traceadvanceperiod=100000'])
      expect(message).toContain(words);
  });

  it('ends the holds of Ps with the events of their threads', () => {
    const bytes = traceNamed('mapgrow-1.26');
    for (const share of [0.3, 0.5, 0.7]) {
      const { events } = readTrace(bytes.subarray(0, Math.floor(bytes.length * share)));
      const ends = events.filter((event) => event.endsWith(CUT_REASON));
      expect(ends.length).toBeGreaterThan(0);
      for (const event of ends) expect(event).toMatch(/ (?:proc \d+ Running->Idle|goroutine \d+ (?:Running|Syscall)->NotExist) /);
    }
  });

  it('of very many threads, none of which fits, ends soon', () => {
    const chunks: Uint8Array[] = [];
    const writer = new TraceWriter((chunk) => chunks.push(chunk), { version: 22 });
    writer.beginGeneration({ time: 0 });
    const threads = 2000;
    // Each P's starts are numbered as if the other half of them were lost.
    for (let m = 1; m <= threads; m++) {
      for (let i = 1; i <= 10; i++) {
        writer.event(m, 100 * i + (m % 90), Ev.ProcStart, m, 2 * i);
        writer.event(m, 100 * i + (m % 90) + 1, Ev.GoStart, m, 2 * i);
        writer.event(m, 100 * i + (m % 90) + 2, Ev.GoStop, 0, 0);
        writer.event(m, 100 * i + (m % 90) + 3, Ev.ProcStop);
      }
    }
    writer.finish();
    const bytes = Buffer.concat(chunks);
    const began = performance.now();
    const { events, problems } = readTrace(bytes.subarray(0, bytes.length - 12));
    expect(performance.now() - began).toBeLessThan(8000);
    expect(events.length).toBeGreaterThan(30 * threads);
    expect(problems).toHaveLength(1);
  });

  it('without a clock has the usual one, and says so', () => {
    const lines = linesOf(traceNamed('mapgrow-1.22'));
    const end = lines.indexOf('Strings');
    const cut = binaryOf(lines.slice(0, end - 1).filter((line) => !line.startsWith('Frequency')));
    const { problems, part } = readTrace(cut);
    expect(problems).toMatchObject([{ message: expect.stringContaining('its clock is taken for the usual one of 15.625 MHz') }]);
    expect(part.durationNs).toBe(readTrace(binaryOf(lines.slice(0, end - 1))).part.durationNs);
  });
});

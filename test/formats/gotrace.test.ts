/** Execution traces: the events of Go's own reader, damage, and hostile bytes. */

import { describe, expect, it } from 'vitest';
import { InputError, type Problem } from '../../src/base/errors.ts';
import { TraceCounter } from '../../src/formats/gotrace/count.ts';
import { looksLikeTrace, TraceReader } from '../../src/formats/gotrace/reader.ts';
import { CUT_REASON } from '../../src/formats/gotrace/salvage.ts';
import { TIMED_EVENTS, V2_VERSIONS } from '../../src/formats/gotrace/spec.ts';
import type { TraceEvent, TracePart } from '../../src/model/trace.ts';
import { makeRandom } from '../support/generate.ts';
import { TRACES, traceNamed } from '../support/traces.ts';

interface Read {
  readonly part: TracePart;
  readonly problems: Problem[];
  /** Holds of Ps that end where the events of their threads do. */
  readonly ends: number;
  readonly transitions: { goroutine: Record<string, number>; proc: Record<string, number> };
}

function readTrace(bytes: Uint8Array, step = 1 << 16, check: (event: TraceEvent) => void = () => {}): Read {
  const counter = new TraceCounter();
  const problems: Problem[] = [];
  let ends = 0;
  const transitions: Read['transitions'] = { goroutine: {}, proc: {} };
  const reader = new TraceReader(
    {
      generation: () => {},
      event: (event) => {
        counter.add(event);
        check(event);
        if (event.resource === null) return;
        if (event.name === CUT_REASON) ends++;
        const key = `${event.from}->${event.to}`;
        transitions[event.resource][key] = (transitions[event.resource][key] ?? 0) + 1;
      },
    },
    (problem) => problems.push(problem),
  );
  for (let at = 0; at < bytes.length; at += step) reader.push(bytes.subarray(at, at + step));
  reader.finish();
  return { part: counter.part(reader.version, reader.generations, reader.truncated), problems, transitions, ends };
}

describe('a trace', () => {
  for (const { name, bytes, expect: wanted } of TRACES) {
    it(`${name}: events, kinds, transitions, times and counts are those of Go's own tools`, () => {
      const { part, problems, transitions } = readTrace(bytes);
      expect(problems).toEqual([]);
      expect(part).toMatchObject({
        version: /1\.\d+/.exec(wanted.header)?.[0],
        events: wanted.events,
        eventsByKind: wanted.kinds,
        generations: wanted.kinds.Sync - 1,
        durationNs: wanted.spanNs,
        procs: Object.keys(wanted.procs).length,
        goroutines: wanted.goroutines.total,
        cpuSamples: wanted.cpuSamples.count,
        tasks: wanted.tasks.rows.length,
        regions: wanted.regions.rows.length,
        logs: wanted.logs.rows.length,
        truncated: false,
      });
      expect(transitions).toEqual({ goroutine: wanted.goTransitions, proc: wanted.procTransitions });
    });

    it(`${name}: time goes forward, and no goroutine is in two states`, () => {
      let last = -1;
      const states = new Map<string, string>();
      let breaks = 0;
      readTrace(bytes, 1 << 16, ({ time, resource, subject, from, to }) => {
        if (time <= last) throw new Error(`time ${time} after ${last}`);
        last = time;
        if (resource === null) return;
        const known = states.get(`${resource} ${subject}`);
        if (known !== undefined && from !== known && from !== to && from !== 'NotExist') breaks++;
        states.set(`${resource} ${subject}`, String(to));
      });
      // One of the old traces breaks its chain of states, in Go's own conversion too.
      const known = Object.values(wanted.chainBreaks as Record<string, number>).reduce((sum, count) => sum + count, 0);
      expect(breaks).toBe(known);
    });
  }

  it('gives the same in pieces of any size', () => {
    const bytes = traceNamed('annotations-stress-1.26');
    const whole = readTrace(bytes);
    for (const step of [1, 3, 50, 1000]) expect(readTrace(bytes, step)).toEqual(whole);
  });

  it('is known by its header alone', () => {
    expect(looksLikeTrace(Buffer.from('go 1.26 trace\0\0\0'))).toBe(true);
    expect(looksLikeTrace(Buffer.from('go 1.5 trace\0\0\0\0'))).toBe(true);
    expect(looksLikeTrace(Buffer.from('go 1.26 traceXYZ'))).toBe(false);
  });

  it('of an unknown version is refused, and those that are read are named', () => {
    expect(() => readTrace(Buffer.from('go 1.29 trace\0\0\0\x01'))).toThrow(InputError);
    expect(() => readTrace(Buffer.from('go 1.29 trace\0\0\0\x01'))).toThrow(
      '1.7, 1.8, 1.9, 1.10, 1.11, 1.19, 1.21, 1.22, 1.23, 1.25, 1.26',
    );
  });

  it('has a table of events that names each once, with versions that exist', () => {
    const names = TIMED_EVENTS.flatMap((spec) => (spec === undefined ? [] : [spec.name]));
    expect(new Set(names).size).toBe(names.length);
    expect(names).toHaveLength(49);
    for (const spec of TIMED_EVENTS) if (spec !== undefined) expect(V2_VERSIONS).toContain(spec.since);
  });
});

describe('a damaged trace', () => {
  it('gives the generations that are whole, and says how much is lost', () => {
    const bytes = traceNamed('multigen-1.23');
    const { part, problems } = readTrace(bytes.subarray(0, 500_000));
    expect(part).toMatchObject({ generations: 5, truncated: true });
    expect(part.events).toBeGreaterThan(50_000);
    expect(problems).toMatchObject([{ severity: 'error', offset: 500_000 }]);
    expect(problems[0].message).toMatch(/generation 6: its last 66125 bytes, about 0\.104 s, are lost/);
  });

  it('tells where it is broken, in which generation, and how much is lost with it', () => {
    const bytes = Buffer.from(traceNamed('multigen-1.23'));
    bytes.fill(0xff, 200_000, 200_003);
    const { part, problems } = readTrace(bytes);
    expect(part).toMatchObject({ generations: 2, truncated: true });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ severity: 'error', offset: 200_037 });
    expect(problems[0].message).toBe(
      'the trace is broken in generation 3: event 30 where a stack is expected; 723896 bytes, about 0.779 s, from byte 113079 on are not read',
    );
    for (const step of [1000, 33_333]) expect(readTrace(bytes, step).problems).toEqual(problems);
  });

  it('says where it is broken, and what was expected there', () => {
    const bytes = Buffer.from(traceNamed('wait-on-pipe-1.25'));
    bytes[16] = 0x77;
    expect(readTrace(bytes).problems).toMatchObject([
      { severity: 'error', offset: 16, message: expect.stringContaining('byte 119 where a batch is expected') },
    ]);
  });

  for (const name of ['wait-on-pipe-1.25', 'annotations-1.22', 'iter-pull-1.23', 'stacks-1.21']) {
    it(`${name} cut at every byte: a problem or an error, never more than there was`, () => {
      const bytes = traceNamed(name);
      const { events } = readTrace(bytes).part;
      for (let at = 0; at < bytes.length; at++) {
        try {
          const { part, problems, ends } = readTrace(bytes.subarray(0, at));
          if (part.truncated) expect(problems).toHaveLength(1);
          // Where a thread's events end within a hold of a P, the hold ends.
          expect(part.events - ends).toBeLessThanOrEqual(events);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
        }
      }
    });
  }

  it('of changed bytes throws nothing else and ends soon', () => {
    const small = TRACES.filter(({ bytes }) => bytes.length < 100_000);
    const inputs = Number(process.env.GOFLAME_FUZZ ?? 3000);
    for (let seed = 1; seed <= inputs; seed++) {
      const random = makeRandom(seed * 7919);
      const bytes = Buffer.from(small[random(small.length)].bytes.subarray(0, 9000));
      for (let left = 1 + random(8); left > 0; left--) bytes[16 + random(bytes.length - 16)] = random(256);
      const began = performance.now();
      try {
        readTrace(bytes);
      } catch (error) {
        if (!(error instanceof InputError)) throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
      if (performance.now() - began > 2000) throw new Error(`seed ${seed} took too long`);
    }
  }, 600_000);
});

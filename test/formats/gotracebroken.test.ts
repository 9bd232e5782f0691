/** Traces that contradict themselves or of programs that died: what is kept, and what is said. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Ev, TIMED_EVENTS } from '../../src/formats/gotrace/spec.ts';
import { weightOf } from '../../src/formats/gotrace/transitions.ts';
import { TraceWriter } from '../../src/formats/gotrace/writer.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { makeRandom } from '../support/generate.ts';
import { countPrinted, goTraceTool, runTraceTool } from '../support/gotool.ts';
import { smallTrace } from '../support/smalltrace.ts';
import { convertTrace, readTrace, v2Traces } from '../support/trace.ts';
import { ANNOTATIONS, binaryOf, COLLECTOR, linesOf, withEventTwice, withoutEvent } from '../support/tracedamage.ts';
import { TRACES, traceNamed } from '../support/traces.ts';
import { V1Encoder } from '../support/v1trace.ts';

const FOLDER = path.join(FIXTURES, 'gotrace/broken');

function broken(name: string): Buffer {
  const bytes = readFileSync(path.join(FOLDER, name));
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

/** Transitions without their times, and those. */
function transitionsOf(events: readonly string[]): { what: string[]; times: number[] } {
  const own = events.filter((event) => event.includes(' StateTransition ') || event.includes('->'));
  return { what: own.map((event) => event.slice(event.indexOf(' '))), times: own.map((event) => Number.parseInt(event, 10)) };
}

describe('a program that ended while it was traced', () => {
  /** A trace whose last generation was only begun. */
  function begun(version: 22 | 23 | 25 | 26): Buffer {
    const lines = linesOf(smallTrace(version, 2));
    const second = lines.findIndex((line) => line.startsWith('EventBatch gen=2'));
    const next = lines.findIndex((line, i) => i > second && line.startsWith('EventBatch'));
    return convertTrace(lines.slice(0, next).join('\n'), { form: 'binary' }).bytes;
  }

  for (const version of [22, 23, 25, 26] as const) {
    it(`leaves an empty last generation of go 1.${version}, which is no damage`, () => {
      const { part, problems } = readTrace(begun(version));
      expect(part).toMatchObject({ truncated: false });
      expect(problems).toMatchObject([{ severity: 'info', message: expect.stringContaining('was never stopped') }]);
      // Go's reader counts an empty generation up to go 1.25.
      expect(part.eventsByKind.Sync).toBe(version < 26 ? 3 : 2);
    });

    it.skipIf(goTraceTool === null)(`… as Go's own reader takes it (go 1.${version})`, () => {
      const { stdout, stderr } = runTraceTool('parsed', begun(version));
      expect(stderr).toBe('');
      expect(countPrinted(stdout)).toEqual(readTrace(begun(version)).part.eventsByKind);
    });
  }

  it('before anything was written: the error says why, and what helps', () => {
    const { problems } = readTrace(broken('trace.exit.50.out'));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ severity: 'error', offset: 69 });
    for (const word of ['os.Exit', 'traceadvanceperiod=100000', 'FlightRecorder', 'GOTRACEBACK=all'])
      expect(problems[0].message).toContain(word);
  });
});

describe('an event that fits nothing', () => {
  it('is left out where no P and no goroutine depends on it: each event of the table is one or the other', () => {
    const weights = { states: 0, collector: 0, nothing: 0 };
    for (const spec of TIMED_EVENTS) {
      if (spec === undefined) continue;
      weights[weightOf(spec.id)]++;
      expect(weightOf(spec.id) !== 'states', spec.name).toBe(ANNOTATIONS.test(spec.name));
    }
    expect(weights).toEqual({ states: 20, collector: 3, nothing: 26 });
  });

  /** `main.work` opens outer and inner, ends them in the wrong order, and goes on. */
  function wrongOrder(): Buffer {
    const chunks: Uint8Array[] = [];
    const writer = new TraceWriter((chunk) => chunks.push(chunk), { version: 22 });
    writer.beginGeneration({ time: 1000 });
    const stack = writer.stack([
      { function: 'runtime/trace.(*Region).End', file: '/go/src/runtime/trace/annotation.go', line: 152 },
      { function: 'main.work', file: '/src/work.go', line: 31 },
    ]);
    const [outer, inner, around] = ['outer', 'inner', 'around'].map((text) => writer.string(text));
    const go = (time: number, type: number, ...args: number[]) => writer.event(7, time, type, ...args);
    go(1001, Ev.ProcStatus, 0, 1);
    go(1002, Ev.GoStatus, 1, 7, 2);
    go(1003, Ev.UserRegionBegin, 0, around, stack);
    go(1010, Ev.UserRegionBegin, 3, outer, stack);
    go(1020, Ev.UserRegionBegin, 3, inner, stack);
    go(1030, Ev.UserRegionEnd, 3, outer, stack);
    go(1040, Ev.UserRegionEnd, 3, inner, stack);
    go(1050, Ev.UserRegionEnd, 0, around, stack);
    go(1060, Ev.GoBlock, writer.string('sleep'), stack);
    writer.finish();
    return Buffer.concat(chunks);
  }

  it('a region that ends within another: goroutine, task and line are named, and all the rest is there', () => {
    const { problems, events, part } = readTrace(wrongOrder());
    expect(problems).toMatchObject([
      {
        severity: 'error',
        message:
          'UserRegionEnd: region "outer" ends within another; this event is left out (goroutine 1, task 3, main.work work.go:31)',
      },
    ]);
    expect(part.eventsByKind).toMatchObject({ RegionBegin: 3, RegionEnd: 2, StateTransition: 3 });
    // The end of the outermost takes the one along that has no end of its own.
    expect(events.filter((event) => event.includes('RegionEnd')).map((event) => event.split(' ').slice(-2))).toEqual([
      ['inner', '1'],
      ['around', '2'],
    ]);
    expect(part.truncated).toBe(false);
  });

  it('leaves the regions round it their durations', async () => {
    const { analyzeTrace } = await import('../support/traces.ts');
    const durations = analyzeTrace(wrongOrder()).regions.map(({ name, count, durations: { totalNs } }) => [name, count, totalNs]);
    expect(durations.sort()).toEqual([
      ['around', 1, 47],
      ['inner', 1, 20],
      ['outer', 1, 0],
    ]);
  });

  it('is told twenty times at most, the others by their number', () => {
    const lines = linesOf(wrongOrder());
    const at = lines.findIndex((line) => line.startsWith('UserRegionEnd'));
    const many = lines.toSpliced(at, 0, ...Array.from({ length: 100 }, () => 'GCMarkAssistEnd dt=0'));
    const { problems } = readTrace(binaryOf(many));
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)?.message).toBe('81 more events that do not fit are left out');
  });

  // Law: an annotation that is missing or stands twice changes nothing of Ps and goroutines.
  let cases = 0;
  let misfits = 0;
  for (const { name, bytes } of v2Traces.filter((trace) => trace.bytes.length < 190_000)) {
    it(`${name}: annotations missing or twice change no state of a P or goroutine`, () => {
      const lines = linesOf(bytes);
      const whole = transitionsOf(readTrace(bytes).events);
      const places = lines.flatMap((line, i) => (ANNOTATIONS.test(line) && !COLLECTOR.test(line) ? [i] : []));
      const random = makeRandom(name.length * 977);
      for (let left = bytes.length < 10_000 ? 40 : 4; left > 0; left--) {
        const at = places[random(places.length)];
        for (const changed of [withoutEvent(lines, at), withEventTwice(lines, at)]) {
          const { events, problems, part } = readTrace(binaryOf(changed));
          const found = transitionsOf(events);
          expect(found.what).toEqual(whole.what);
          // One event more or less can move those of the same moment by a nanosecond.
          found.times.forEach((time, i) => void expect(Math.abs(time - whole.times[i])).toBeLessThanOrEqual(2));
          expect(part.truncated).toBe(false);
          misfits += problems.length;
          cases++;
        }
      }
    });
  }
  it('in more than two hundred cases, of which many do not fit', () => {
    expect(cases).toBeGreaterThan(200);
    expect(misfits).toBeGreaterThan(10);
  });

  it('of the collector: what counts on from a number that is missing goes on too', () => {
    let gone = 0;
    for (const { bytes } of v2Traces.filter((trace) => trace.bytes.length < 190_000)) {
      const lines = linesOf(bytes);
      const whole = transitionsOf(readTrace(bytes).events).what.sort();
      const places = lines.flatMap((line, i) => (COLLECTOR.test(line) ? [i] : []));
      for (const at of places.slice(0, 6)) {
        const { events, part } = readTrace(binaryOf(withoutEvent(lines, at)));
        expect(transitionsOf(events).what.sort()).toEqual(whole);
        expect(part.truncated).toBe(false);
        gone++;
      }
    }
    expect(gone).toBeGreaterThan(20);
  });
});

describe('a trace of Go 1.21 and before', () => {
  it('without one batch gives what comes before, and says which event waits', () => {
    const { part, problems, events } = readTrace(broken('v1-no-order.trace.gz'));
    expect(part).toMatchObject({ events: 129, truncated: true });
    expect(problems).toMatchObject([
      {
        severity: 'error',
        offset: 869,
        message: expect.stringMatching(/P 3 waits with GoStart of goroutine 66 .*; 101 of 223 events are not read$/),
      },
    ]);
    const whole = new Set(transitionsOf(readTrace(traceNamed('stacks-1.21')).events).what);
    const strangers = transitionsOf(events).what.filter((what) => !whole.has(what));
    expect(strangers).toEqual([]);
  });

  it('whose clock goes back on one P has all events; those have the time of the event before', () => {
    const trace = new V1Encoder(19);
    trace.batch(0, 1000);
    trace.event('GoCreate', 1, 1, 1, 0);
    trace.event('ProcStart', 1, 7);
    trace.event('GoStart', 1, 1, 1);
    trace.event('Gomaxprocs', 1, 1, 0);
    trace.event('HeapAlloc', 96, 10);
    trace.batch(0, 1050);
    trace.event('HeapAlloc', 1, 20);
    trace.event('HeapAlloc', 200, 30);
    trace.frequency(1_000_000_000);
    const { events, problems, part } = readTrace(trace.bytes);
    expect(part.truncated).toBe(false);
    expect(problems).toMatchObject([
      {
        severity: 'error',
        message:
          'the trace contradicts itself: the clock of P 0 goes back by 49 ticks at HeapAlloc of goroutine 1: this event has the time of the event before',
      },
    ]);
    expect(problems[0].offset).toBeGreaterThan(16);
    const metrics = events.filter((event) => event.includes('Metric'));
    expect(metrics.map((event) => [Number.parseInt(event, 10), Number(event.split(' ').at(-1))])).toEqual([
      [100, 10],
      [101, 20],
      [251, 30],
    ]);
  });
});

describe('a clock that jumps', () => {
  it('by 37,411 years is a doubt, which names the event and where it stands', () => {
    const { problems, part } = readTrace(broken('trace-clock-jump.trace'));
    expect(problems).toEqual([
      {
        severity: 'warning',
        offset: 1566,
        message:
          'the clock jumps by 37,411 years at HeapGoal of thread 6595: times from there on, and all sums with them, are in doubt',
      },
    ]);
    expect(part.truncated).toBe(false);
  });

  it('is found wherever it is put, and in no trace that is whole', () => {
    let planted = 0;
    for (const { name, bytes } of TRACES) expect({ name, problems: readTrace(bytes).problems }).toEqual({ name, problems: [] });
    for (const { bytes } of v2Traces.filter((trace) => trace.bytes.length < 10_000)) {
      const lines = linesOf(bytes);
      const places = lines.flatMap((line, i) => (/^(?:Go|Proc|Heap)\w+ dt=/.test(line) ? [i] : []));
      const random = makeRandom(places.length);
      for (let left = 10; left > 0; left--) {
        const at = places[random(places.length)];
        // Three days of a clock of 15.625 MHz.
        const changed = lines.with(at, lines[at].replace(/dt=\d+/, `dt=${3 * 24 * 3600 * 15_625_000}`));
        const doubts = readTrace(binaryOf(changed)).problems.filter(({ message }) =>
          message.startsWith('the clock jumps by 3.0 days'),
        );
        expect(doubts).toHaveLength(1);
        expect(doubts[0].message).toContain(lines[at].split(' ', 1)[0]);
        planted++;
      }
    }
    expect(planted).toBeGreaterThan(30);
  });

  it('in a trace of Go 1.21 and before too', () => {
    const trace = new V1Encoder(19);
    trace.batch(0, 1000);
    trace.event('Gomaxprocs', 1, 1, 0);
    trace.event('HeapAlloc', 1, 10);
    trace.event('HeapAlloc', 3 * 24 * 3600 * 1000, 20);
    trace.frequency(1000);
    expect(readTrace(trace.bytes).problems).toMatchObject([
      { message: expect.stringContaining('the clock jumps by 3.0 days at HeapAlloc') },
    ]);
  });
});

describe('a trace that is copied', () => {
  it('is refused where it is broken, at the same place as its text', () => {
    const bytes = broken('convert-copies-damage.trace');
    const place = { severity: 'error', offset: 592, message: expect.stringContaining('617338874 frames') };
    for (const form of ['binary', 'text'] as const) expect(convertTrace(bytes, { form }).problems).toMatchObject([place]);
  });

  it('changed anywhere is found broken where its text is', () => {
    const small = v2Traces.filter(({ bytes }) => bytes.length < 10_000);
    let found = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const random = makeRandom(seed * 5051);
      const bytes = Buffer.from(small[random(small.length)].bytes);
      for (let left = 1 + random(3); left > 0; left--) bytes[16 + random(bytes.length - 16)] = random(256);
      const [binary, text] = (['binary', 'text'] as const).map((form) => offsetsOf(bytes, form));
      expect(binary === '', `seed ${seed}`).toBe(text === '');
      if (text !== '') found++;
    }
    expect(found).toBeGreaterThan(100);
  });
});

/** Where a conversion finds its input broken. */
function offsetsOf(bytes: Buffer, form: 'binary' | 'text'): string {
  try {
    return convertTrace(bytes, { form })
      .problems.map(({ offset }) => offset)
      .join();
  } catch (error) {
    return (error as Error).message;
  }
}

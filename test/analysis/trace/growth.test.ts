/**
 * Growth of maps in planted programs (programs/growth.go, Go 1.23 and 1.26): found where maps grow, nowhere else, and for
 * how long. And why the sizes of what is allocated are not used to tell it.
 */

import { describe, expect, it } from 'vitest';
import { METRIC, type TraceEvent } from '../../../src/model/trace.ts';
import type { TraceAnalysis } from '../../../src/model/traceanalysis.ts';
import { analyzeTrace, plantedTraces, readTraceInto } from '../../support/traces.ts';

const PLANTED = plantedTraces('planted').map(({ name, bytes }) => ({
  name,
  bytes,
  analysis: analyzeTrace(bytes, { top: 1000 }),
}));
const plain = PLANTED.filter(({ name }) => !name.includes('-cpu'));
const growing = plain.filter(({ name }) => name.startsWith('grow-'));
const staying = plain.filter(({ name }) => name.startsWith('stay-'));
const sampled = PLANTED.filter(({ name }) => name.includes('-cpu'));

/** Of the time that the program's goroutine held a P. */
function growthShare({ kinds, hotspots }: TraceAnalysis): number {
  const held = hotspots.filter(({ entry }) => entry === 'main.main.func1').reduce((sum, { heldNs }) => sum + heldNs, 0);
  return (kinds.find(({ kind }) => kind === 'map growth')?.ns ?? 0) / held;
}

const count = <T>(list: readonly T[], test: (one: T) => boolean) => list.filter(test).length;
const guesses = ({ analysis }: (typeof PLANTED)[number]) => analysis.hotspots.some(({ unseenGrowth }) => unseenGrowth > 0);

describe(`growth without CPU samples, in ${growing.length} programs whose maps grow and ${staying.length} whose maps do not`, () => {
  it('is found in all of the first and in none of the others', () => {
    expect([growing.length, staying.length]).toEqual([12, 14]);
    expect(growing.filter(({ analysis }) => growthShare(analysis) === 0).map(({ name }) => name)).toEqual([]);
    expect(staying.filter(({ analysis }) => growthShare(analysis) > 0).map(({ name }) => name)).toEqual([]);
    expect(staying.filter(({ analysis }) => analysis.mapGrowth.length > 0).map(({ name }) => name)).toEqual([]);
  });

  it('is guessed, as no verdict, where nothing but a map was seen to allocate', () => {
    const rates = `may have grown: ${count(growing, guesses)} of ${growing.length} that grow, ${count(staying, guesses)} of ${staying.length} that do not`;
    console.info(rates);
    expect(count(staying, guesses)).toBeLessThanOrEqual(3);
    for (const { analysis } of plain)
      for (const { kind, unseenGrowth } of analysis.hotspots) if (unseenGrowth > 0) expect(kind).toBe('map operation');
  });
});

describe('preemptions whose inner frames Go 1.21 to 1.24 leave out', () => {
  const CUT = 'cut preemption';
  const seen = PLANTED.map(({ name, analysis }) => ({
    name,
    cut: analysis.hotspots.filter(({ evidence }) => evidence.some(({ source }) => source === CUT)),
  }));

  it('leave it open whether it was the program itself', () => {
    const holds = seen.flatMap(({ cut }) => cut);
    expect(holds.length).toBeGreaterThan(100);
    const alone = holds.filter(({ evidence, samples }) => samples === 0 && evidence.every(({ source }) => source === CUT));
    expect(alone.length).toBeGreaterThan(20);
    // The trace's ranges tell some of them all the same.
    for (const { kind, confidence } of alone) if (kind === 'user code') expect(confidence).toBe('low');
  });

  it('are of these releases alone', () => {
    expect(count(seen, ({ name, cut }) => name.endsWith('1.26') && cut.length > 0)).toBe(0);
    expect(count(seen, ({ name, cut }) => name.endsWith('1.23') && cut.length > 0)).toBeGreaterThan(8);
  });
});

describe('the share of time in growth', () => {
  /** What a map made with its full size saved in the same run, outside the trace: printed by the program. */
  const WITH_SAMPLES = { 'ints-cpu-1.26': 0.51, 'named-cpu-1.26': 0.71, 'keys-cpu-1.23': 0.54, 'small-cpu-1.23': 0.45 };
  const WITHOUT = {
    'ints-1.23': 0.41,
    'ints-1.26': 0.53,
    'small-1.23': 0.4,
    'small-1.26': 0.58,
    'named-1.23': 0.62,
    'named-1.26': 0.65,
    'blocks-1.23': 0.57,
    'blocks-1.26': 0.46,
    'keys-1.23': 0.5,
    'keys-1.26': 0.27,
    'few-1.23': 0.55,
    'few-1.26': 0.65,
  };
  const errors = (truths: Record<string, number>, traces: typeof PLANTED) =>
    traces.map(({ name, analysis }) => growthShare(analysis) - truths[name.replace('grow-', '')]);

  it.each(sampled)('$name: is that of its CPU samples, and what full size saves within 15 points', ({ name, analysis }) => {
    const [error] = errors(
      WITH_SAMPLES,
      sampled.filter((one) => one.name === name),
    );
    expect(Math.abs(error)).toBeLessThan(0.15);
    const own = analysis.kinds.filter(({ kind }) => kind !== 'GC worker');
    const samples = own.reduce((sum, one) => sum + one.samples, 0);
    const growth = own.find(({ kind }) => kind === 'map growth');
    expect(samples).toBeGreaterThan(25);
    expect(Math.abs(growthShare(analysis) - (growth?.samples ?? 0) / samples)).toBeLessThan(0.05);
    expect(growth?.measuredNs).toBeGreaterThan(0.9 * (growth?.ns ?? 0));
  });

  it('is off by up to 65 points without samples, and told as an estimate', () => {
    const off = errors(WITHOUT, growing);
    const mean = off.reduce((sum, error) => sum + Math.abs(error), 0) / off.length;
    console.info(
      `estimates without samples: off by ${mean.toFixed(2)} on average, at most ${Math.max(...off.map(Math.abs)).toFixed(2)}`,
    );
    expect(mean).toBeLessThan(0.28);
    expect(Math.max(...off.map(Math.abs))).toBeLessThan(0.66);
    for (const { analysis } of growing) expect(analysis.kinds.find(({ kind }) => kind === 'map growth')?.measuredNs).toBe(0);
  });
});

/**
 * The rule that is not used: the heap grows by exactly what a table or an array of buckets takes. Up to Go 1.23 arrays are
 * large objects, whole pages each, and double; since 1.24 tables are small ones, and what the trace tells is the spans
 * that they are cut from, the same for all objects of a size class.
 */
describe('sizes of allocations', () => {
  const PAGE = 8192;
  /** Bytes of spans by size class, of the classes above 8 KiB (runtime/sizeclasses.go). */
  const CLASSES = [
    [9472, 57344],
    [9728, 49152],
    [10240, 40960],
    [10880, 32768],
    [12288, 24576],
    [13568, 40960],
    [14336, 57344],
    [16384, 16384],
    [18432, 73728],
    [19072, 57344],
    [20480, 40960],
    [21760, 65536],
    [24576, 24576],
    [27264, 81920],
    [28672, 57344],
    [32768, 32768],
  ];
  /** Bytes of keys and of values: no more than is common, to be fair to the rule. */
  const KEYS = [4, 8, 16];
  const VALUES = [0, 4, 8, 16, 24, 32, 48, 64];
  const sizes = KEYS.flatMap((key) => VALUES.map((value) => [key, value] as const));
  const spanOf = (bytes: number) => CLASSES.find(([size]) => bytes <= size)?.[1] ?? Math.ceil(bytes / PAGE) * PAGE;
  /** Spans for a full table of 1024 slots: 128 groups of 8 slots and a word. */
  const TABLES = new Set(sizes.map(([key, value]) => spanOf(128 * (8 + 8 * (Math.max(key, value % 8 === 0 ? 8 : 4) + value)))));

  function stepsOf(bytes: Buffer): number[] {
    const steps: number[] = [];
    let heap = 0;
    const event = ({ kind, name, value }: TraceEvent) => {
      if (kind !== 'Metric' || name !== METRIC.heap) return;
      if (value > heap) steps.push(value - heap);
      heap = value;
    };
    readTraceInto(bytes, { generation: () => {}, event } as never);
    return steps;
  }

  /** Four spans of one kind of table. */
  function tablesIn(bytes: Buffer): boolean {
    const steps = stepsOf(bytes);
    return [...TABLES].some((table) => steps.filter((step) => step === table).length >= 4);
  }

  /** Three arrays of buckets, each of twice as many as the one before: 2^B buckets and a sixteenth to spare. */
  function arraysIn(bytes: Buffer): boolean {
    const large = stepsOf(bytes).filter((step) => step > 32768 && step % PAGE === 0);
    const isSeries = (at: number, bucket: number, b: number) =>
      [0, 1, 2].every((i) => large[at + i] === Math.ceil((17 * 2 ** (b - 4 + i) * bucket) / PAGE) * PAGE);
    return large.some((_, at) =>
      sizes.some(([key, value]) =>
        Array.from({ length: 16 }, (_, b) => b + 5).some((b) => isSeries(at, 16 + 8 * (key + value), b)),
      ),
    );
  }

  it.each([
    ['1.26', 'tables', tablesIn, 0, 7],
    ['1.23', 'arrays of buckets', arraysIn, 1, 2],
  ] as const)('of Go %s: %s are not told from other allocations', (release, what, rule, missed, wrong) => {
    const of = (list: typeof PLANTED) => list.filter(({ name }) => name.endsWith(release));
    const falsePositives = count(of(staying), ({ bytes }) => rule(bytes));
    const falseNegatives = count(of(growing), ({ bytes }) => !rule(bytes));
    console.info(
      `${what}, Go ${release}: ${falsePositives} of ${of(staying).length} wrongly found, ${falseNegatives} of ${of(growing).length} missed`,
    );
    expect([falseNegatives, falsePositives]).toEqual([missed, wrong]);
  });
});

/** Weighted stacks of traces: as Go's tool gives them, to the nanosecond, and all of the time otherwise. */

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type CollapseOptions, Collapser } from '../../../src/analysis/collapse.ts';
import type { TraceWeight } from '../../../src/analysis/trace/weights.ts';
import { UsageError } from '../../../src/base/errors.ts';
import { writeFolded } from '../../../src/formats/folded.ts';
import { InputReader } from '../../../src/formats/reader.ts';
import { FIXTURES } from '../../support/fixtures.ts';
import { TRACES, traceNamed } from '../../support/traces.ts';

const PROFILES = { sched: 'sched', sync: 'sync', syscall: 'syscall', network: 'net' } as const;

function collapse(bytes: Uint8Array, options: CollapseOptions): Map<string, number> {
  const collapser = new Collapser(options);
  const reader = new InputReader(collapser);
  collapser.begin(reader.stacks, 'FILE');
  reader.push(bytes);
  collapser.finish(reader.end());
  const lines = [...writeFolded(collapser.build())].join('').split('\n').filter(Boolean);
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

function readFoldedFile(name: string): Map<string, number> {
  const lines = gunzipSync(readFileSync(path.join(FIXTURES, 'gotrace', name)))
    .toString()
    .split('\n')
    .filter(Boolean);
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

function sum(weights: Map<string, number>): number {
  return [...weights.values()].reduce((total, weight) => total + weight, 0);
}

function sorted(weights: Map<string, number>): [string, number][] {
  return [...weights].sort(([a], [b]) => (a < b ? -1 : 1));
}

describe('stacks of a trace', () => {
  for (const { name, bytes, expect: wanted } of TRACES) {
    for (const [weight, kind] of Object.entries(PROFILES)) {
      const file = `${name}.${kind}.folded.gz`;
      if (!existsSync(path.join(FIXTURES, 'gotrace', file))) continue;
      const old = !/1\.2[2-9]/.test(wanted.header);
      it(`${name}: ${weight}, as Go's tool gives it`, () => {
        const known = readFoldedFile(file);
        const ours = collapse(bytes, { weight: weight as TraceWeight, trace: { asGo: true } });
        if (!old) {
          expect(sorted(ours)).toEqual(sorted(known));
          return;
        }
        // Go's own values of old traces differ from run to run, by the order in which it takes equal times.
        expect([...ours.keys()].sort()).toEqual([...known.keys()].sort());
        for (const [stack, ns] of known) expect(Math.abs((ours.get(stack) ?? 0) - ns)).toBeLessThanOrEqual(50 + ns / 1e4);
      });
    }

    if (wanted.cpuSamples.count > 0) {
      it(`${name}: CPU samples`, () => {
        expect(sorted(collapse(bytes, { weight: 'samples' }))).toEqual(sorted(readFoldedFile(`${name}.cpu.folded.gz`)));
      });
    }

    it(`${name}: all of the time, however it is grouped`, () => {
      const totals = wanted.goroutineTotals;
      const presence = (spans?: { ns: number; headNs: number; tailNs: number }) =>
        spans === undefined ? 0 : spans.ns + spans.headNs + spans.tailNs;
      const whole = { running: totals.running, sched: totals.runnable, syscall: totals.syscall, block: totals.waiting };
      for (const [weight, spans] of Object.entries(whole)) {
        const total = sum(collapse(bytes, { weight: weight as TraceWeight }));
        const tolerance = /1\.2[2-9]/.test(wanted.header) ? 0 : 1000;
        expect(Math.abs(total - presence(spans))).toBeLessThanOrEqual(tolerance);
        for (const groupBy of [['entry'], ['state', 'reason', 'proc'], ['task', 'region', 'goroutine']] as const) {
          expect(sum(collapse(bytes, { weight: weight as TraceWeight, groupBy: [...groupBy] }))).toBe(total);
        }
      }
    });
  }

  it('of windows that follow each other add up to those of the whole', () => {
    const bytes = traceNamed('mapgrow-1.24');
    for (const weight of ['running', 'sched', 'block'] as const) {
      const edges = [0, 50e6, 51e6, 120e6, 1e9];
      const parts = edges.slice(1).map((to, i) => collapse(bytes, { weight, trace: { from: edges[i], to } }));
      const added = parts.reduce((total, part) => total + sum(part), 0);
      expect(added).toBe(sum(collapse(bytes, { weight })));
    }
  });

  it('are those of one goroutine, entry function or P where that is asked for', () => {
    const bytes = traceNamed('mapgrow-1.26');
    const byGoroutine = collapse(bytes, { weight: 'running', groupBy: ['goroutine'] });
    const one = collapse(bytes, { weight: 'running', trace: { goroutine: 12 } });
    const wanted = sum(new Map([...byGoroutine].filter(([stack]) => stack.startsWith('goroutine 12;'))));
    expect(wanted).toBeGreaterThan(0);
    expect(sum(one)).toBe(wanted);
    const entry = collapse(bytes, { weight: 'running', trace: { entry: /^main\.main\.func1$/ } });
    expect([...entry.keys()].every((stack) => stack.startsWith('main.main.func1'))).toBe(true);
    const procs = [0, 1, 2, 3].map((proc) => sum(collapse(bytes, { weight: 'running', trace: { proc } })));
    expect(procs.reduce((total, ns) => total + ns, 0)).toBe(sum(collapse(bytes, { weight: 'running' })));
  });

  it('are the own or the wakers, as asked for', () => {
    const bytes = traceNamed('mapgrow-1.26');
    const own = collapse(bytes, { weight: 'sched' });
    const waker = collapse(bytes, { weight: 'sched', trace: { stack: 'waker' } });
    expect(sum(own)).toBe(sum(waker));
    expect([...own.keys()].some((stack) => stack.endsWith('runtime.gcParkAssist'))).toBe(true);
    expect([...waker.keys()].some((stack) => stack.startsWith('runtime.gcBgMarkWorker;runtime.systemstack_switch'))).toBe(true);
  });

  it('are refused with weights of dumps, and groups that traces have not', () => {
    const bytes = traceNamed('annotations-1.22');
    expect(() => collapse(bytes, { weight: 'wait' })).toThrow(UsageError);
    expect(() => collapse(bytes, { weight: 'count' })).toThrow(/running, sched/);
    expect(() => collapse(bytes, { groupBy: ['access'] })).toThrow(/state, reason, proc/);
  });
});

/** Of each trace: what goroutines ran, and of it in regions by name without what ran in regions inside; ExecTime of Go's trace.Summarizer. */
const REGIONS: Readonly<Record<string, { goroutinesNs: number; regions: Readonly<Record<string, number>> }>> = JSON.parse(
  readFileSync(path.join(FIXTURES, 'gotrace/spans/regions.json'), 'utf8'),
);

describe('running time in regions', () => {
  const bytesOf = (name: string) =>
    existsSync(path.join(FIXTURES, 'gotrace/spans', `${name}.trace.gz`))
      ? gunzipSync(readFileSync(path.join(FIXTURES, 'gotrace/spans', `${name}.trace.gz`)))
      : traceNamed(name);
  const byFirst = (weights: Map<string, number>): Record<string, number> => {
    const sums: Record<string, number> = {};
    for (const [stack, ns] of weights) {
      const first = stack.split(';')[0];
      sums[first] = (sums[first] ?? 0) + ns;
    }
    return sums;
  };

  it(`is what Go's Summarizer gives, in ${Object.keys(REGIONS).length} traces`, () => {
    for (const [name, { goroutinesNs, regions }] of Object.entries(REGIONS)) {
      const ours = byFirst(collapse(bytesOf(name), { weight: 'running', groupBy: ['region'] }));
      // Old traces tell time in coarser ticks, and Go orders equal ones by chance.
      const tolerance = /1\.(19|2[01])/.test(name) ? 1000 : 0;
      for (const [region, ns] of Object.entries(regions)) {
        expect([name, region, Math.abs((ours[region] ?? 0) - ns) <= tolerance, ours[region], ns]).toEqual([
          name,
          region,
          true,
          ours[region],
          ns,
        ]);
      }
      const sum = Object.values(ours).reduce((total, ns) => total + ns, 0);
      expect([name, Math.abs(sum - goroutinesNs) <= tolerance, sum, goroutinesNs]).toEqual([name, true, sum, goroutinesNs]);
    }
  });

  it('adds up to the running time of each goroutine, with what is in no region', () => {
    for (const name of Object.keys(REGIONS)) {
      const bytes = bytesOf(name);
      const whole = byFirst(collapse(bytes, { weight: 'running', groupBy: ['goroutine'] }));
      for (const groupBy of [
        ['goroutine', 'region'],
        ['goroutine', 'task'],
      ] as const)
        expect(byFirst(collapse(bytes, { weight: 'running', groupBy: [...groupBy] }))).toEqual(whole);
    }
  });

  it('goes to the task of the region it is in', () => {
    const ours = byFirst(collapse(bytesOf('regions-short'), { weight: 'running', groupBy: ['task'] }));
    const inTasks = Object.entries(ours).reduce((sum, [task, ns]) => sum + (task === '(no task)' ? 0 : ns), 0);
    expect(inTasks).toBe(33_972_224 + 22_144_448 + 219_712);
  });
});

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

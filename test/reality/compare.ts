/**
 * `npm run reality`: the same program in real Go under runtime/trace and in the emulator, side by side. Needs Go; PROCS names
 * GOMAXPROCS (2). Nothing is asserted: what differs is told in src/emulator/README.md.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { emulate, parseRelease, type SchedLog, writeLog } from 'goflame';
import { yard } from './twin.ts';

const GOFLAME = path.resolve('bin/goflame.js');
const procs = Number(process.env.PROCS ?? 2);

// biome-ignore lint/suspicious/noExplicitAny: the JSON of goflame analyze and inspect
type Json = any;

function goflame(command: string, file: string): Json {
  return JSON.parse(execFileSync(process.execPath, [GOFLAME, command, '--json', file], { encoding: 'utf8', maxBuffer: 1 << 28 }));
}

function traceReal(folder: string): string {
  writeFileSync(path.join(folder, 'go.mod'), 'module yard\n\ngo 1.19\n');
  writeFileSync(path.join(folder, 'main.go'), readFileSync('test/reality/yard.go'));
  execFileSync('go', ['build', '-o', 'yard', '.'], { cwd: folder });
  execFileSync(path.join(folder, 'yard'), ['real.trace', String(procs)], { cwd: folder, timeout: 60_000 });
  return path.join(folder, 'real.trace');
}

function traceTwin(folder: string, version: string): string {
  const { log } = emulate(yard, { release: parseRelease(version), procs });
  const pieces: Uint8Array[] = [];
  writeLog(log as SchedLog, (piece) => pieces.push(piece), { version: 22 });
  const file = path.join(folder, 'twin.trace');
  writeFileSync(file, Buffer.concat(pieces));
  return file;
}

interface Side {
  readonly analysis: Json;
  readonly events: Record<string, number>;
}

function sideOf(file: string): Side {
  return { analysis: goflame('analyze', file), events: goflame('inspect', file).inputs[0].parts[0].eventsByKind };
}

function line(what: string, ...values: string[]): void {
  console.log(`  ${what.padEnd(44)}${values.map((value) => value.padStart(16)).join('')}`);
}

const ms = (ns: number): string => `${(ns / 1e6).toFixed(2)} ms`;
const us = (ns: number): string => `${(ns / 1e3).toFixed(1)} µs`;

function compareEvents(sides: readonly Side[]): void {
  console.log('\nevents');
  const kinds = [...new Set(sides.flatMap(({ events }) => Object.keys(events)))].sort();
  for (const kind of kinds) line(kind, ...sides.map(({ events }) => String(events[kind] ?? 0)));
}

function compareBlocks(sides: readonly Side[]): void {
  console.log('\nwhat main.worker, main.reader and main.main waited for');
  const waits = sides.map(({ analysis }) => {
    const reasons: Record<string, number> = {};
    for (const group of analysis.goroutineGroups) {
      if (!/^main\.(?:worker|reader|main)/.test(group.entry)) continue;
      for (const [reason, ns] of Object.entries(group.waitingNs)) reasons[reason] = (reasons[reason] ?? 0) + (ns as number);
    }
    return reasons;
  });
  for (const reason of [...new Set(waits.flatMap((one) => Object.keys(one)))].sort()) {
    line(reason, ...waits.map((one) => (one[reason] === undefined ? '-' : ms(one[reason]))));
  }
}

const STATES = ['userNs', 'gcNs', 'assistNs', 'sweepNs', 'syscallNs', 'stwNs', 'schedulerNs', 'idleNs'];

function compareProcs(sides: readonly Side[]): void {
  console.log('\nshare of all P time');
  for (const state of STATES) {
    const shares = sides.map(({ analysis }) => {
      const sum = analysis.procs.reduce((total: number, proc: Json) => total + proc[state], 0);
      return `${((100 * sum) / (analysis.durationNs * procs)).toFixed(1)}%`;
    });
    line(state.replace('Ns', ''), ...shares);
  }
}

const version = /go(1\.\d+)/.exec(execFileSync('go', ['version'], { encoding: 'utf8' }))?.[1] ?? '';
const folder = mkdtempSync(path.join(tmpdir(), 'goflame-reality-'));
try {
  const sides = [sideOf(traceReal(folder)), sideOf(traceTwin(folder, version))];
  console.log(`test/reality/yard.go, GOMAXPROCS=${procs}, Go ${version}`);
  line('', 'real Go', 'emulator');
  line('duration', ...sides.map(({ analysis }) => ms(analysis.durationNs)));
  compareEvents(sides);
  compareBlocks(sides);
  compareProcs(sides);
  console.log('\nfrom runnable to running');
  for (const key of ['p50Ns', 'p99Ns', 'maxNs'])
    line(key.replace('Ns', ''), ...sides.map(({ analysis }) => us(analysis.latency[key])));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

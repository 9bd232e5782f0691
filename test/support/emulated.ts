/** Emulated runs in tests. */

import { type EmulateOptions, emulate, type Run } from '../../src/emulator/emulate.ts';
import type { Go, Program } from '../../src/emulator/program.ts';
import { RaceWatcher } from '../../src/emulator/racewatcher.ts';
import { SCENARIOS } from '../../src/emulator/scenarios/index.ts';
import { parseValues, type Scenario } from '../../src/emulator/scenarios/scenario.ts';
import type { TraceVersion } from '../../src/formats/gotrace/spec.ts';
import { writeLog } from '../../src/formats/gotrace/writelog.ts';
import { LogKind, type SchedLog } from '../../src/model/schedlog.ts';

export function run(main: (go: Go) => Program, options: EmulateOptions = {}): Run {
  return emulate(main, { jitter: 0, ...options });
}

/** A named program, watched for races. */
export function runScenario(name: string, set: readonly string[] = [], options: EmulateOptions = {}): Run {
  const scenario = SCENARIOS.find((one) => one.name === name) as Scenario;
  const values = parseValues(scenario, set);
  const prepare: EmulateOptions['prepare'] = (machine) => {
    machine.watcher = new RaceWatcher(machine.book);
  };
  return emulate((go) => scenario.main(go, values), { prepare, ...options });
}

export function traceOf({ log }: Run, version: TraceVersion = 22): Buffer {
  const pieces: Uint8Array[] = [];
  writeLog(log as SchedLog, (piece) => pieces.push(piece), { version });
  return Buffer.concat(pieces);
}

const NAMES = Object.fromEntries(Object.entries(LogKind).map(([name, kind]) => [kind, name]));

export interface Row {
  readonly kind: string;
  readonly time: number;
  readonly m: number;
  readonly a: number;
  readonly b: number;
  readonly text: string;
}

/** The rows of a run's log, of some kinds or of all. */
export function rowsOf({ log }: Run, ...kinds: (keyof typeof LogKind)[]): Row[] {
  const { times, threads, kinds: column, a, b, length } = log as SchedLog;
  const rows = Array.from({ length }, (_, i) => ({
    kind: NAMES[column.data[i]],
    time: times.data[i],
    m: threads.data[i],
    a: a.data[i],
    b: b.data[i],
    text: (log as SchedLog).textOf(i),
  }));
  return kinds.length === 0 ? rows : rows.filter(({ kind }) => (kinds as string[]).includes(kind));
}

/** Ids of goroutines in the order in which they first ran, without the runtime's. */
export function firstRuns(one: Run): number[] {
  const system = new Set(one.machine.tasks.filter((task) => task.system).map((task) => task.id));
  return [...new Set(rowsOf(one, 'goStart').map(({ a }) => a))].filter((id) => !system.has(id));
}

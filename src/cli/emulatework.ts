/** What `goflame emulate` does with a program: runs it, and makes what the run leaves behind. Nothing here touches the world. */

import { createHash } from 'node:crypto';
import { InputError, UsageError } from '../base/errors.ts';
import { type EmulateOptions, emulate, type Run } from '../emulator/emulate.ts';
import { RaceWatcher } from '../emulator/racewatcher.ts';
import { parseValues, type Scenario, type Values } from '../emulator/scenarios/scenario.ts';
import { schedSampleOf, snapshotOf } from '../emulator/snapshot.ts';
import { summarizeRun } from '../emulator/summary.ts';
import { type GoRelease, parseRelease } from '../emulator/version.ts';
import { showsAllGoroutines, writeDump } from '../formats/goroutines/write.ts';
import { V2_VERSIONS } from '../formats/gotrace/spec.ts';
import { writeLog } from '../formats/gotrace/writelog.ts';
import { writeRaces } from '../formats/race/write.ts';
import { writeSchedTrace } from '../formats/schedtracewrite.ts';
import type { RunSummary } from '../model/emulation.ts';
import type { SchedSample } from '../model/evidence.ts';
import { loadCosts, runGuarded } from './programs.ts';
import { requireDuration } from './traceoptions.ts';

export interface ProgramArguments {
  readonly scenario?: string;
  readonly set?: string[];
  readonly go: string;
  readonly costs?: string;
  readonly list?: boolean;
  readonly json?: boolean;
}

export interface EmulateArguments extends ProgramArguments {
  readonly procs: number;
  readonly seed: number;
  readonly gogc: string;
  readonly jitter: number;
  readonly spread: number;
  readonly 'max-time': string;
  readonly 'max-events': number;
  readonly 'check-determinism'?: boolean;
  readonly 'fail-on'?: string;
  readonly trace?: string;
  readonly 'trace-format': string;
  readonly 'cpu-rate': number;
  readonly dump?: string;
  readonly race?: string;
  readonly schedtrace?: string;
  readonly 'schedtrace-period': string;
}

const MAX_PROCS = 256;
const MAX_SAMPLES = 1_000_000;
/** What a run leaves behind, by what it is. */
export type Artifact = 'trace' | 'dump' | 'race' | 'schedtrace';

/** What a run gives: it can be handed from one thread to another. */
export interface Emulated {
  readonly summary: RunSummary;
  readonly artifacts: ReadonlyMap<Artifact, readonly (string | Uint8Array)[]>;
  /** Of --check-determinism: the sum of both runs' bytes. */
  readonly sum: string | null;
}

/** @throws UsageError, InputError */
export function emulateProgram(args: EmulateArguments, scenario: Scenario): Emulated {
  const values = parseValues(scenario, args.set ?? []);
  const once = () => runOnce(args, scenario, values);
  const one = once();
  return { ...one, sum: args['check-determinism'] ? compareRuns(one, once()) : null };
}

type RunResult = Omit<Emulated, 'sum'>;

function runOnce(args: EmulateArguments, scenario: Scenario, values: Values): RunResult {
  const release = parseRelease(args.go);
  const samples: SchedSample[] = [];
  const options = emulateOptions(args, release, samples);
  const run = runGuarded(scenario.name, () => emulate((go) => scenario.main(go, values), options));
  const { ending } = run.scheduler.state;
  if (ending === 'time limit')
    throw new InputError(`${scenario.name} has not ended within ${args['max-time']} of model time (--max-time)`);
  if (ending === 'event limit')
    throw new InputError(`${scenario.name} has not ended within ${args['max-events']} events (--max-events)`);
  const summary = summarizeRun(run, { scenario: scenario.name, parameters: values, seed: args.seed });
  return { summary, artifacts: makeArtifacts(args, run, samples) };
}

function emulateOptions(args: EmulateArguments, release: GoRelease, samples: SchedSample[]): EmulateOptions {
  const { procs, seed, jitter, spread } = args;
  requireWhole('procs', procs, 1, MAX_PROCS);
  requireWhole('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  requireWhole('max-events', args['max-events'], 1, Number.MAX_SAFE_INTEGER);
  requireWhole('cpu-rate', args['cpu-rate'], 0, 1_000_000);
  if (!(jitter >= 0 && jitter <= 100)) throw new UsageError(`--jitter ${jitter}: 0 to 100 per cent are possible`);
  if (!(spread >= 0 && spread <= 10)) throw new UsageError(`--spread ${spread}: 0 to 10 are possible`);
  const watches = args.race !== undefined || args['fail-on']?.includes('race');
  return {
    release,
    procs,
    seed,
    costs: loadCosts(args.costs),
    gogc: parseGogc(args.gogc),
    jitter: jitter / 100,
    spread,
    maxTime: requireDuration('max-time', args['max-time']),
    maxEvents: args['max-events'],
    log: args.trace !== undefined || args['check-determinism'] === true,
    samplePeriod: args['cpu-rate'] === 0 ? 0 : Math.round(1e9 / args['cpu-rate']),
    tracePeriod: args.schedtrace === undefined ? 0 : Math.max(1, requireDuration('schedtrace-period', args['schedtrace-period'])),
    onTrace: (scheduler) => {
      if (samples.length === MAX_SAMPLES) throw new UsageError(`--schedtrace-period: more than ${MAX_SAMPLES} lines`);
      samples.push(schedSampleOf(scheduler));
    },
    prepare: (machine) => {
      if (watches) machine.watcher = new RaceWatcher(machine.book);
    },
  };
}

function requireWhole(option: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new UsageError(`--${option} ${value}: a whole number from ${min} to ${max} is expected`);
}

function parseGogc(text: string): number {
  if (text === 'off') return -1;
  const percent = Number(text);
  if (text !== '' && Number.isInteger(percent) && percent >= 0 && percent <= 1_000_000) return percent;
  throw new UsageError(`--gogc ${text}: expected per cent, or off`);
}

/** Everything is made before the first file is written: a run that fails leaves none. */
function makeArtifacts(args: EmulateArguments, run: Run, samples: readonly SchedSample[]): RunResult['artifacts'] {
  const artifacts = new Map<Artifact, (string | Uint8Array)[]>();
  const { release, machine } = run;
  if (run.log !== null && (args.trace !== undefined || args['check-determinism'])) {
    const pieces: Uint8Array[] = [];
    const version = V2_VERSIONS.find((known) => `1.${known}` === args['trace-format']) ?? V2_VERSIONS[0];
    writeLog(run.log, (piece) => pieces.push(piece), { version });
    artifacts.set('trace', pieces);
  }
  if (args.dump !== undefined) artifacts.set('dump', [dumpText(run)]);
  if (machine.watcher instanceof RaceWatcher && args.race !== undefined) {
    const reports = machine.watcher.reports(machine.tasks, release);
    const { ending } = run.scheduler.state;
    const ended = ending === 'returned' || ending === 'exited';
    artifacts.set('race', [writeRaces(reports, machine.book.table, { ended })]);
  }
  if (args.schedtrace !== undefined) artifacts.set('schedtrace', [...writeSchedTrace(samples, release)]);
  return artifacts;
}

function dumpText(run: Run): string {
  const { crash, goroutines } = snapshotOf(run);
  const all = crash === null || showsAllGoroutines(crash, run.release);
  const stacks = run.machine.book.table;
  return writeDump({ stacks, crash, goroutines: all ? goroutines : goroutines.slice(0, 1) }, { release: run.release });
}

/** The sum of both. @throws InputError where they differ: a bug of ours, or a program that looks at more than it is given */
function compareRuns(one: RunResult, again: RunResult): string {
  const hash = ({ summary, artifacts }: RunResult): string => {
    const sum = createHash('sha256').update(JSON.stringify(summary));
    for (const pieces of artifacts.values()) for (const piece of pieces) sum.update(piece);
    return sum.digest('hex');
  };
  const sums = [hash(one), hash(again)];
  if (sums[0] !== sums[1])
    throw new InputError('two runs with one seed differ: the program depends on something else than the model');
  return sums[0];
}

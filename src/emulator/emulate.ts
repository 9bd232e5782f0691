/** Emulates one run of a program, and gives what it left behind. */

import { SchedLog } from '../model/schedlog.ts';
import { type Costs, DEFAULT_COSTS } from './costs.ts';
import { Machine, makeTables, ProgramError, type SharedTables } from './machine.ts';
import { Go, type Program } from './program.ts';
import { UnrunError } from './requests.ts';
import { Scheduler } from './sched/scheduler.ts';
import { DEFAULT_RELEASE, type GoRelease } from './version.ts';

export interface EmulateOptions {
  /** The release of Go whose rules and words are followed. */
  readonly release?: GoRelease;
  /** GOMAXPROCS, 4 unless told. */
  readonly procs?: number;
  readonly seed?: number;
  readonly costs?: Costs;
  /** GOGC in per cent, negative for off. */
  readonly gogc?: number;
  /** By how much work varies at random, 0.05 for 5 %. */
  readonly jitter?: number;
  /** How much times differ from run to run: 0 (the default) hardly, 1 as on a real machine. */
  readonly spread?: number;
  /** Simulated nanoseconds and events after which the run is ended. */
  readonly maxTime?: number;
  readonly maxEvents?: number;
  /** Whether events and CPU samples are kept. */
  readonly log?: boolean;
  /** Nanoseconds of CPU between two samples. */
  readonly samplePeriod?: number;
  /** Nanoseconds between two looks at the queues; 0 for none. */
  readonly tracePeriod?: number;
  readonly onTrace?: ((scheduler: Scheduler) => void) | null;
  /** Called before the first step: to watch. */
  readonly prepare?: (machine: Machine) => void;
}

/** A finished run. */
export interface Run {
  readonly machine: Machine;
  readonly scheduler: Scheduler;
  readonly log: SchedLog | null;
  readonly release: GoRelease;
  readonly procs: number;
}

export const DEFAULTS = {
  procs: 4,
  seed: 1,
  gogc: 100,
  jitter: 0.05,
  maxTime: 60_000_000_000,
  maxEvents: 200_000_000,
  samplePeriod: 100_000,
} as const;

/** Runs a program to its end. @throws ProgramError for what the program's code throws or does wrong */
export function emulate(main: (go: Go) => Program, options: EmulateOptions = {}, tables?: SharedTables): Run {
  return withPlaces((keepsPlaces) => emulateOnce(main, options, tables, keepsPlaces));
}

/**
 * Runs something, and where an operation was left that never ran, once more with the places kept at which operations are
 * made. @throws ProgramError that names the place
 */
export function withPlaces<Result>(run: (keepsPlaces: boolean) => Result): Result {
  try {
    return run(false);
  } catch (error) {
    if (!(error instanceof UnrunError)) throw error;
    run(true);
    // A program that is not the same twice.
    throw new ProgramError(`an error: ${error.message}`);
  }
}

function emulateOnce(
  main: (go: Go) => Program,
  options: EmulateOptions,
  tables: SharedTables | undefined,
  keepsPlaces: boolean,
): Run {
  const { release = DEFAULT_RELEASE, costs = DEFAULT_COSTS, procs = DEFAULTS.procs, seed = DEFAULTS.seed } = options;
  const machine = new Machine(
    { release, costs, seed, jitter: options.jitter ?? DEFAULTS.jitter, keepsPlaces },
    tables ?? makeTables(release),
  );
  const log = options.log === false ? null : new SchedLog(machine.book.table);
  const go = new Go(machine);
  const scheduler = new Scheduler(machine, () => main(go), {
    procs,
    seed,
    spread: options.spread ?? 0,
    log,
    gogc: options.gogc ?? DEFAULTS.gogc,
    samplePeriod: options.samplePeriod ?? DEFAULTS.samplePeriod,
    tracePeriod: options.tracePeriod ?? 0,
    onTrace: options.onTrace ?? null,
    maxTime: options.maxTime ?? DEFAULTS.maxTime,
    maxEvents: options.maxEvents ?? DEFAULTS.maxEvents,
  });
  options.prepare?.(machine);
  scheduler.run();
  machine.checkRequests();
  return { machine, scheduler, log, release, procs };
}

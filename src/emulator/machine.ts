/**
 * What operations mean, step by step, whoever schedules them: the timed scheduler and the explorer drive goroutines
 * through the same machine. A step's effect happens when the step begins; its cost passes after it.
 */

import { UsageError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { type Activity, makeActivity } from './activity.ts';
import { AddressSpace } from './addresses.ts';
import { BASIC_STEPS } from './basicsteps.ts';
import type { Costs } from './costs.ts';
import type { Host, Watcher } from './host.ts';
import type { Kernel } from './kernel.ts';
import type { EmulatedMap, MapWorld } from './maps/map.ts';
import { Op, STARTING, Verdict, type VerdictNumber } from './ops.ts';
import { isRequest, Ledger, placeInProgram, UnrunError } from './requests.ts';
import { makeRuntimeSites, makeWaitSites, type RuntimeSites, type WaitSites } from './runtimesites.ts';
import { ScheduleHash } from './schedulehash.ts';
import { NO_SITE, SiteTable } from './sites.ts';
import { StackBook } from './stackbook.ts';
import { CHANNEL_STEPS } from './sync/channels.ts';
import { GROUP_STEPS } from './sync/groups.ts';
import { MUTEX_STEPS } from './sync/mutex.ts';
import { RWMUTEX_STEPS } from './sync/rwmutex.ts';
import { type Creation, type Program, Task } from './task.ts';
import type { GoRelease } from './version.ts';
import type { WaitKind } from './waits.ts';

/** Why the program died. */
export interface Fault {
  readonly kind: 'fatal error' | 'panic';
  readonly message: string;
  readonly task: Task;
  /** Frames on top of its stack, if any are shown. */
  readonly site: number;
  /** What was done, for the frames of dumps. */
  readonly place: string;
}

/** A program's own finding that something is wrong: a lost update, a torn value. */
export interface Finding {
  readonly text: string;
  readonly task: Task;
  readonly at: number;
}

export interface MachineOptions {
  readonly release: GoRelease;
  readonly costs: Costs;
  readonly seed: number;
  /** By how much work and its like vary, 0.05 for 5 %. */
  readonly jitter: number;
  /** Whether the places are kept where the program makes its operations: it takes time. */
  readonly keepsPlaces?: boolean;
}

/** An error that user code threw, and where. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
  /** The request that made no sense; null where the code itself threw. */
  readonly request: UsageError | null;

  constructor(message: string, request: UsageError | null = null) {
    super(message);
    this.request = request;
  }
}

/** Goroutines of one run. */
const MAX_TASKS = 250_000;

type StepFunction = (kernel: Kernel, task: Task) => VerdictNumber;

const STEPS: readonly StepFunction[] = (() => {
  const table: StepFunction[] = [];
  const parts: Record<number, StepFunction>[] = [BASIC_STEPS, CHANNEL_STEPS, MUTEX_STEPS, RWMUTEX_STEPS, GROUP_STEPS];
  for (const part of parts) for (const [op, step] of Object.entries(part)) table[Number(op)] = step;
  return table;
})();

/** Tables that do not depend on the run: made once per release, and shared by thousands of schedules. */
export interface SharedTables {
  readonly siteTable: SiteTable;
  readonly sites: RuntimeSites;
  readonly waitSites: WaitSites;
  readonly book: StackBook;
}

export function makeTables(release: GoRelease): SharedTables {
  const siteTable = new SiteTable();
  return {
    siteTable,
    sites: makeRuntimeSites(siteTable),
    waitSites: makeWaitSites(siteTable, release),
    book: new StackBook(siteTable),
  };
}

export class Machine implements Kernel {
  readonly release: GoRelease;
  readonly costs: Costs;
  readonly addresses = new AddressSpace();
  readonly siteTable: SiteTable;
  readonly sites: RuntimeSites;
  readonly waitSites: WaitSites;
  readonly book: StackBook;
  readonly tasks: Task[] = [];
  readonly maps: EmulatedMap[] = [];
  readonly findings: Finding[] = [];
  readonly logs: string[] = [];
  /** Set by whoever schedules, before the first step. */
  host!: Host;
  watcher: Watcher | null = null;
  fault: Fault | null = null;
  exitCode = 0;
  /** What the scheduler and the locks did so far. */
  readonly activity: Activity = makeActivity();
  /** The goroutine whose code runs, or is to say its next operation. */
  current!: Task;
  /** The order of what goroutines do. */
  readonly schedule = new ScheduleHash();
  /** Operations that the program has made and not run. */
  readonly ledger: Ledger;
  readonly mapWorld: MapWorld;
  /** Whether the program's own code runs, and no operation of it. */
  private isInProgram = false;
  private readonly jitter: number;
  private readonly selects: Random;
  private readonly work: Random;

  constructor({ release, costs, seed, jitter, keepsPlaces = false }: MachineOptions, tables: SharedTables = makeTables(release)) {
    this.release = release;
    this.costs = costs;
    this.jitter = jitter;
    this.ledger = new Ledger(keepsPlaces);
    this.siteTable = tables.siteTable;
    this.sites = tables.sites;
    this.waitSites = tables.waitSites;
    this.book = tables.book;
    this.selects = new Random(seed, 'select');
    this.work = new Random(seed, 'work');
    this.mapWorld = {
      release,
      costs,
      sites: this.siteTable,
      addresses: this.addresses,
      random: new Random(seed, 'maps'),
      now: () => this.host.now,
      lengthRead: (address) => {
        if (this.isInProgram) this.watcher?.access(this.current, address, false);
      },
    };
  }

  // ---- goroutines ----

  /** A goroutine that is in no queue yet. */
  addTask(name: string, createdBy: Creation | null, system = false): Task {
    if (this.tasks.length >= MAX_TASKS) throw new ProgramError(`an error: more than ${MAX_TASKS} goroutines`);
    const task = new Task(this.tasks.length, name, null, createdBy, system);
    this.tasks.push(task);
    return task;
  }

  /** Gives a goroutine its code, which begins at `line` of `file`. */
  load(task: Task, body: () => Program, file: string, line: number): void {
    task.calls.push({ function: task.name, file, line, caller: -1 });
    task.program = requireProgram(task.name, body());
    if (isRequest(task.program)) task.program.adopt();
  }

  /** Runs a goroutine one step further. Its cost, site and so on are on the task. */
  step(task: Task): VerdictNumber {
    task.cost = 0;
    task.site = NO_SITE;
    task.interruptible = false;
    if (task.op === Op.none) return this.fetch(task);
    task.preemptible = false;
    if (task.op !== Op.work && (task.phase > 0 || STARTING[task.op] === 0)) {
      if (task !== this.schedule.last) this.schedule.turn(task);
      task.microSteps++;
    }
    return STEPS[task.op](this, task);
  }

  /** Lets the goroutine's code say its next operation. */
  private fetch(task: Task): VerdictNumber {
    this.current = task;
    task.preemptible = true;
    const { result } = task;
    task.result = undefined;
    if (this.advance(task, result)) return task.index === 0 ? Verdict.end : Verdict.exit;
    task.phase = 0;
    task.operations++;
    task.microSteps = 0;
    task.cost = this.costs.userStep;
    return Verdict.run;
  }

  /** Runs the goroutine's code up to its next operation; true where it has returned. */
  private advance(task: Task, result: unknown): boolean {
    this.isInProgram = true;
    try {
      const step = (task.program as Program).next(result);
      this.isInProgram = false;
      if (step.done === true) return true;
      if (step.value !== undefined || step.done === undefined) this.refuse(step);
      return false;
    } catch (error) {
      this.isInProgram = false;
      throw this.programError(task, error);
    }
  }

  /** A step of the program's code that is no operation. */
  private refuse({ value }: IteratorResult<unknown>): never {
    if (isRequest(value)) throw new UnrunError(this.ledger.describe(value));
    if (typeof (value as Program | null | undefined)?.next === 'function')
      throw new UnrunError('a generator is yielded instead of delegated to: write yield* f(…), not yield f(…)');
    throw new UsageError(
      value === undefined
        ? 'it is no generator function (function*)'
        : `a ${typeof value} is yielded; operations are delegated to with yield*`,
    );
  }

  private programError(task: Task, error: unknown): Error {
    if (error instanceof UnrunError && !this.ledger.keepsPlaces) return error;
    if (error instanceof UsageError || error instanceof UnrunError)
      return new ProgramError(
        `an error in ${task.name}${error instanceof UsageError ? placeInProgram(error) : ''}: ${error.message}`,
        error instanceof UsageError ? error : null,
      );
    return new ProgramError(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }

  /** At the end of a run. @throws UnrunError where operations were made and never run */
  checkRequests(): void {
    const { ledger } = this;
    if (ledger.waiting === 0) return;
    const error = new UnrunError(ledger.describe(null));
    throw ledger.keepsPlaces ? new ProgramError(`an error: ${error.message}`) : error;
  }

  // ---- what steps say ----

  /** The first step of an operation: time passes, then phase 1 does it. */
  begin(task: Task, cost: number, site: number): VerdictNumber {
    task.phase = 1;
    task.cost = cost;
    task.site = site;
    return Verdict.run;
  }

  done(task: Task, result: unknown): VerdictNumber {
    task.op = Op.none;
    task.result = result;
    return Verdict.run;
  }

  park(task: Task, wait: WaitKind): VerdictNumber {
    task.wait = wait;
    task.site = this.waitSites[wait];
    return Verdict.park;
  }

  /** A panic that nothing recovers. */
  panic(task: Task, message: string, place = ''): VerdictNumber {
    this.fault = { kind: 'panic', message, task, site: task.site, place };
    return Verdict.fault;
  }

  /** What the runtime throws: nothing can recover it. */
  throwFatal(task: Task, message: string, place = ''): VerdictNumber {
    this.fault = { kind: 'fatal error', message, task, site: task.site, place };
    return Verdict.fault;
  }

  // ---- randomness ----

  /** The numbers below `count` in random order. */
  shuffled(count: number): number[] {
    const order: number[] = [];
    for (let i = 0; i < count; i++) {
      const j = this.selects.below(i + 1);
      if (j !== i) order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** A figure that varies a little around `ns`. */
  vary(ns: number): number {
    if (this.jitter === 0 || ns === 0) return ns;
    return Math.max(1, Math.round(ns * (1 + this.jitter * (2 * this.work.fraction() - 1))));
  }
}

function requireProgram(name: string, program: unknown): Program {
  if (typeof (program as Program | undefined)?.next === 'function') return program as Program;
  throw new ProgramError(`an error: ${name} is no generator function (function*)`);
}

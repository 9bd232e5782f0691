/**
 * What operations mean, step by step, whoever schedules them: the timed scheduler and the explorer drive goroutines
 * through the same machine. A step's effect happens when the step begins; its cost passes after it.
 */

import { UsageError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { AddressSpace } from './addresses.ts';
import { BASIC_STEPS } from './basicsteps.ts';
import type { Costs } from './costs.ts';
import type { Host, Watcher } from './host.ts';
import type { Kernel } from './kernel.ts';
import type { EmulatedMap, MapWorld } from './maps/map.ts';
import { Op, Verdict, type VerdictNumber } from './ops.ts';
import { makeRuntimeSites, makeWaitSites, type RuntimeSites, type WaitSites } from './runtimesites.ts';
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
  /** The goroutine whose code runs, or is to say its next operation. */
  current!: Task;
  readonly mapWorld: MapWorld;
  private readonly jitter: number;
  private readonly selects: Random;
  private readonly work: Random;

  constructor({ release, costs, seed, jitter }: MachineOptions, tables: SharedTables = makeTables(release)) {
    this.release = release;
    this.costs = costs;
    this.jitter = jitter;
    this.siteTable = tables.siteTable;
    this.sites = tables.sites;
    this.waitSites = tables.waitSites;
    this.book = tables.book;
    this.selects = new Random(seed, 'select');
    this.work = new Random(seed, 'work');
    const now = (): number => this.host.now;
    this.mapWorld = { release, costs, sites: this.siteTable, addresses: this.addresses, random: new Random(seed, 'maps'), now };
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
  }

  /** Runs a goroutine one step further. Its cost, site and so on are on the task. */
  step(task: Task): VerdictNumber {
    task.cost = 0;
    task.site = NO_SITE;
    task.interruptible = false;
    if (task.op === Op.none) return this.fetch(task);
    task.preemptible = false;
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
    task.cost = this.costs.userStep;
    return Verdict.run;
  }

  /** Runs the goroutine's code up to its next operation; true where it has returned. */
  private advance(task: Task, result: unknown): boolean {
    try {
      return (task.program as Program).next(result).done === true;
    } catch (error) {
      if (error instanceof UsageError) throw new ProgramError(`an error in ${task.name}: ${error.message}`, error);
      throw new ProgramError(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
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

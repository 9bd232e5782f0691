/** Many schedules of one program, for each GOMAXPROCS: how often it shows what is wrong with it. */

import type { ExplorationRow, StrategyName } from '../../model/exploration.ts';
import type { Costs } from '../costs.ts';
import { emulate, withPlaces } from '../emulate.ts';
import { Machine, makeTables, type SharedTables } from '../machine.ts';
import { Go, type Program } from '../program.ts';
import { RaceDetector } from '../races/detector.ts';
import { RaceWatcher } from '../racewatcher.ts';
import type { GoRelease } from '../version.ts';
import { Bounded } from './bounded.ts';
import { Replay, type ScheduledProgram } from './replay.ts';
import { Pct, Pos, RandomWalk } from './strategies.ts';
import { type Recording, type StepListener, type Strategy, Walker } from './walker.ts';

export interface ExploreRequest {
  readonly main: (go: Go) => Program;
  readonly release: GoRelease;
  readonly costs: Costs;
  readonly strategy: StrategyName;
  readonly seed: number;
  /** Schedules for each GOMAXPROCS. */
  readonly schedules: number;
  /** PCT's depth, or the most preemptions of an exhaustive search. */
  readonly depth: number;
  /** Steps after which a schedule is cut off. */
  readonly maxSteps: number;
  /** By how much work varies where time counts: the faithful strategy. */
  readonly jitter: number;
  /** What witnesses are told to be of. */
  readonly name?: string;
  readonly parameters?: Readonly<Record<string, number | string>>;
}

export function scheduledProgram({ name = '', release, parameters = {} }: ExploreRequest): ScheduledProgram {
  return { name, release, parameters };
}

export type OutcomeKind = 'crash' | 'wrong' | 'deadlock';

/** What one schedule showed. */
export interface Outcome {
  readonly kind: OutcomeKind | null;
  readonly message: string;
  readonly fault: string | null;
  readonly finding: string | null;
  readonly deadlock: boolean;
  readonly cut: boolean;
  readonly raced: boolean;
  readonly steps: number;
  readonly choices: number;
  readonly preemptions: number;
  readonly tasks: number;
  readonly recording: Recording | null;
  readonly run: number;
}

/** What all schedules of an exploration share. */
export class Explorer {
  readonly request: ExploreRequest;
  private readonly tables: SharedTables;
  private readonly detector = new RaceDetector();

  constructor(request: ExploreRequest) {
    this.request = request;
    this.tables = makeTables(request.release);
  }

  /** Runs one schedule that a strategy chooses. */
  walk(strategy: Strategy, procs: number, run: number, onStep: StepListener | null = null): Outcome {
    let recording: Recording | null = null;
    return withPlaces((keepsPlaces) => {
      const machine = this.makeMachine(keepsPlaces);
      const { maxSteps } = this.request;
      // The second time is the first one again, whatever the strategy remembers.
      const walker = new Walker(machine, recording === null ? strategy : new Replay(recording), { procs, maxSteps });
      recording = walker.recording;
      walker.onStep = onStep;
      return this.follow(walker, machine, run);
    });
  }

  private makeMachine(keepsPlaces: boolean): Machine {
    const { release, costs, seed } = this.request;
    // The maps' seeds are those of the exploration: what differs between schedules is the schedule.
    return new Machine({ release, costs, seed, jitter: 0, keepsPlaces }, this.tables);
  }

  private follow(walker: Walker, machine: Machine, run: number): Outcome {
    const watcher = this.watch(machine);
    const go = new Go(machine);
    const { ending, steps, choices, preemptions, tasks } = walker.run(() => this.request.main(go), run);
    machine.checkRequests();
    return {
      ...outcomeOf(machine, ending === 'fault', ending === 'deadlock'),
      cut: ending === 'limit',
      raced: watcher.found > 0,
      steps,
      choices,
      preemptions,
      tasks,
      recording: walker.recording,
      run,
    };
  }

  /** Runs the timed scheduler with a seed of its own. */
  time(procs: number, run: number): Outcome {
    const { release, costs, main, seed, jitter, maxSteps } = this.request;
    let watcher: RaceWatcher | null = null;
    const prepare = (machine: Machine): void => {
      watcher = this.watch(machine);
    };
    const options = {
      release,
      costs,
      procs,
      jitter,
      log: false,
      prepare,
      seed: seed + run,
      maxTime: MAX_TIME,
      maxEvents: maxSteps * EVENTS_A_STEP,
    };
    const { machine, scheduler } = emulate(main, options, this.tables);
    const { ending, events } = scheduler.state;
    return {
      ...outcomeOf(machine, ending === 'fault', ending === 'deadlock'),
      cut: ending === 'time limit' || ending === 'event limit',
      raced: (watcher as RaceWatcher | null)?.found !== 0,
      steps: events,
      choices: 0,
      preemptions: machine.tasks.reduce((sum, task) => sum + task.preemptions, 0),
      tasks: machine.tasks.length,
      recording: null,
      run,
    };
  }

  private watch(machine: Machine): RaceWatcher {
    this.detector.reset();
    const watcher = new RaceWatcher(null, this.detector);
    machine.watcher = watcher;
    return watcher;
  }
}

/** Bounds of one timed schedule; its events are smaller than the steps of a walk. */
const MAX_TIME = 10_000_000_000;
const EVENTS_A_STEP = 50;

function outcomeOf(
  machine: Machine,
  died: boolean,
  deadlock: boolean,
): Pick<Outcome, 'kind' | 'message' | 'fault' | 'finding' | 'deadlock'> {
  const fault = died && machine.fault !== null ? `${machine.fault.kind}: ${machine.fault.message}` : null;
  const finding = machine.findings[0]?.text ?? null;
  const kind = fault !== null ? 'crash' : finding !== null ? 'wrong' : deadlock ? 'deadlock' : null;
  return { kind, message: fault ?? finding ?? (deadlock ? DEADLOCK : ''), fault, finding, deadlock };
}

const DEADLOCK = 'fatal error: all goroutines are asleep - deadlock!';

/** A strategy for walks; null for the timed scheduler, which needs none. */
export function makeStrategy({ strategy, seed, depth }: ExploreRequest): Strategy | null {
  switch (strategy) {
    case 'faithful':
      return null;
    case 'random':
      return new RandomWalk(seed);
    case 'pct':
      return new Pct(seed, depth);
    case 'pos':
      return new Pos(seed);
    case 'exhaustive':
      return new Bounded(depth);
  }
}

/** So many schedules that are all cut off at the beginning are enough. */
const HOPELESS = 3;

/** Adds up outcomes. */
class Tally {
  schedules = 0;
  crashed = 0;
  wrong = 0;
  raced = 0;
  deadlocked = 0;
  cut = 0;
  steps = 0;
  choices = 0;
  private readonly faults = new Map<string, number>();
  private readonly findings = new Map<string, number>();

  add({ fault, finding, deadlock, raced, cut, steps, choices }: Outcome): void {
    this.schedules++;
    this.steps += steps;
    this.choices += choices;
    if (raced) this.raced++;
    if (deadlock) this.deadlocked++;
    if (cut) this.cut++;
    if (fault !== null) {
      this.crashed++;
      count(this.faults, fault);
    }
    if (finding !== null) {
      this.wrong++;
      count(this.findings, finding);
    }
  }

  /** Whether the program does not end: no need to run it a thousand times to find that out. */
  get isHopeless(): boolean {
    return this.schedules === HOPELESS && this.cut === HOPELESS;
  }

  row(procs: number, rest: { complete: boolean; bound: number | null }): ExplorationRow {
    const { schedules, crashed, wrong, raced, deadlocked, cut } = this;
    return {
      procs,
      schedules,
      crashed,
      wrong,
      raced,
      deadlocked,
      cut,
      ...rest,
      faults: ranked(this.faults),
      findings: ranked(this.findings),
      steps: Math.round(this.steps / Math.max(1, schedules)),
      choices: Math.round(this.choices / Math.max(1, schedules)),
    };
  }
}

/** Different messages that are kept; a program can make up any number. */
const MAX_MESSAGES = 1000;

function count(counts: Map<string, number>, message: string): void {
  if (counts.has(message) || counts.size < MAX_MESSAGES) counts.set(message, (counts.get(message) ?? 0) + 1);
}

function ranked(counts: ReadonlyMap<string, number>): { message: string; count: number }[] {
  return Array.from(counts, ([message, n]) => ({ message, count: n }))
    .sort((a, b) => b.count - a.count || (a.message < b.message ? -1 : 1))
    .slice(0, 5);
}

export interface Explored {
  readonly row: ExplorationRow;
  /** The failing schedule with the fewest preemptions among those that were run, by kind: crash before wrong before deadlock. */
  readonly worst: Outcome | null;
}

const RANKS: readonly (OutcomeKind | null)[] = ['crash', 'wrong', 'deadlock'];

/** All schedules for one GOMAXPROCS. `progress` is told how many are done, now and then. */
export function exploreProcs(explorer: Explorer, procs: number, progress: (done: number) => void = () => {}): Explored {
  const { request } = explorer;
  const strategy = makeStrategy(request);
  const tally = new Tally();
  let worst: Outcome | null = null;
  for (let run = 0; run < request.schedules; run++) {
    if (strategy instanceof Bounded && run > 0 && !strategy.hasNext) break;
    const outcome = strategy === null ? explorer.time(procs, run) : explorer.walk(strategy, procs, run);
    tally.add(outcome);
    if (outcome.kind !== null && (worst === null || isWorse(outcome, worst))) worst = outcome;
    if (tally.isHopeless) break;
    if (run % 256 === 255) progress(run + 1);
  }
  const complete = strategy instanceof Bounded && !strategy.hasNext;
  return { row: tally.row(procs, { complete, bound: strategy instanceof Pct ? strategy.bound : null }), worst };
}

function isWorse(a: Outcome, b: Outcome): boolean {
  const [rankA, rankB] = [RANKS.indexOf(a.kind), RANKS.indexOf(b.kind)];
  if (rankA !== rankB) return rankA < rankB;
  return a.preemptions < b.preemptions || (a.preemptions === b.preemptions && a.steps < b.steps);
}

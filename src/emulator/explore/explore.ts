/** Many schedules of one program, for each GOMAXPROCS: how often it shows what is wrong with it. */

import { UsageError } from '../../base/errors.ts';
import type { ExplorationRow, StrategyName } from '../../model/exploration.ts';
import type { Costs } from '../costs.ts';
import { emulate, withPlaces } from '../emulate.ts';
import { Machine, makeTables, type SharedTables } from '../machine.ts';
import { Go, type Program } from '../program.ts';
import { RaceDetector } from '../races/detector.ts';
import { RaceWatcher } from '../racewatcher.ts';
import type { Ending } from '../sched/state.ts';
import type { GoRelease } from '../version.ts';
import { blockedTasks, nameByOrder, waitText } from '../waiting.ts';
import { Bounded } from './bounded.ts';
import type { Outcome, OutcomeKind } from './outcome.ts';
import { Replay, type ScheduledProgram } from './replay.ts';
import { Pct, Pos, RandomWalk } from './strategies.ts';
import { Tally } from './tally.ts';
import { type Recording, type StepListener, type Strategy, Walker, type WalkResult } from './walker.ts';

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
  /** How much times differ there: 1 as on a real machine; 0, hardly, unless told. */
  readonly spread?: number;
  /** What witnesses are told to be of. */
  readonly name?: string;
  readonly parameters?: Readonly<Record<string, number | string>>;
}

export function scheduledProgram({ name = '', release, parameters = {} }: ExploreRequest): ScheduledProgram {
  return { name, release, parameters };
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
    return outcomeOf(machine, ending, {
      cut: ending === 'limit',
      raced: watcher.found > 0,
      steps,
      choices,
      preemptions,
      tasks,
      recording: walker.recording,
      run,
    });
  }

  /** Runs the timed scheduler with a seed of its own. */
  time(procs: number, run: number): Outcome {
    const { release, costs, main, seed, jitter, spread = 0, maxSteps } = this.request;
    let watcher: RaceWatcher | null = null;
    const prepare = (machine: Machine): void => {
      watcher = this.watch(machine);
    };
    const options = {
      release,
      costs,
      procs,
      jitter,
      spread,
      log: false,
      prepare,
      seed: seed + run,
      maxTime: MAX_TIME,
      maxEvents: maxSteps * EVENTS_A_STEP,
    };
    const { machine, scheduler } = emulate(main, options, this.tables);
    const { ending, events } = scheduler.state;
    return outcomeOf(machine, ending, {
      cut: ending === 'time limit' || ending === 'event limit',
      raced: (watcher as RaceWatcher | null)?.found !== 0,
      steps: events,
      choices: 0,
      preemptions: machine.tasks.reduce((sum, task) => sum + task.preemptions, 0),
      tasks: machine.tasks.length,
      recording: null,
      run,
    });
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

/** What the scheduler or the walker tells of a run. */
type Ran = Pick<Outcome, 'cut' | 'raced' | 'steps' | 'choices' | 'preemptions' | 'tasks' | 'recording' | 'run'>;

/** One literal: spreading another object into it would take a fifth of a schedule's time. */
function outcomeOf(machine: Machine, ending: Ending | WalkResult['ending'] | null, ran: Ran): Outcome {
  const deadlock = ending === 'deadlock';
  const fault = ending === 'fault' && machine.fault !== null ? `${machine.fault.kind}: ${machine.fault.message}` : null;
  const finding = machine.findings[0]?.text ?? null;
  const { cut, raced, steps, choices, preemptions, tasks, recording, run } = ran;
  return {
    kind: fault !== null ? 'crash' : finding !== null ? 'wrong' : deadlock ? 'deadlock' : null,
    message: fault ?? finding ?? (deadlock ? DEADLOCK : ''),
    fault,
    finding,
    deadlock,
    cut,
    raced,
    steps,
    choices,
    preemptions,
    tasks,
    recording,
    run,
    schedule: machine.schedule.finish(),
    waits: deadlock || ending === 'returned' ? waitTexts(machine) : NO_WAITS,
  };
}

const NO_WAITS: readonly string[] = [];

function waitTexts(machine: Machine): readonly string[] {
  const blocked = blockedTasks(machine);
  return blocked.length === 0 ? NO_WAITS : blocked.map((task) => waitText(task, machine, nameByOrder(machine)));
}

const DEADLOCK = 'fatal error: all goroutines are asleep - deadlock!';

/** A strategy for walks; null for the timed scheduler, which needs none. */
export function makeStrategy({ strategy, seed, depth }: ExploreRequest): Strategy | null {
  switch (strategy) {
    case 'faithful':
      return null;
    case 'portfolio':
      throw new UsageError('a portfolio is several explorations: explorePortfolio');
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

export interface Explored {
  readonly row: ExplorationRow;
  /** The failing schedule with the fewest preemptions among those that were run, by kind: crash before wrong before deadlock. */
  readonly worst: Outcome | null;
  /** The same of timed schedules: they have no recording. */
  readonly worstTimed: Outcome | null;
}

const RANKS: readonly (OutcomeKind | null)[] = ['crash', 'wrong', 'deadlock'];

/** Whether `a` is the one to show. */
export function isWorse(a: Outcome, b: Outcome | null): boolean {
  if (a.kind === null || b === null) return a.kind !== null;
  const [rankA, rankB] = [RANKS.indexOf(a.kind), RANKS.indexOf(b.kind)];
  if (rankA !== rankB) return rankA < rankB;
  return a.preemptions < b.preemptions || (a.preemptions === b.preemptions && a.steps < b.steps);
}

/** One strategy at work on one GOMAXPROCS, schedule by schedule. */
class Lane {
  private readonly explorer: Explorer;
  private readonly procs: number;
  private readonly strategy: Strategy | null;
  private readonly tally = new Tally();
  private runs = 0;
  worst: Outcome | null = null;

  constructor(explorer: Explorer, procs: number) {
    this.explorer = explorer;
    this.procs = procs;
    this.strategy = makeStrategy(explorer.request);
  }

  get isTimed(): boolean {
    return this.strategy === null;
  }

  private get isExhausted(): boolean {
    return this.strategy instanceof Bounded && this.runs > 0 && !this.strategy.hasNext;
  }

  get isOver(): boolean {
    return this.runs >= this.explorer.request.schedules || this.tally.isHopeless || this.isExhausted;
  }

  next(): Outcome {
    const { explorer, procs, strategy } = this;
    const run = this.runs++;
    const outcome = strategy === null ? explorer.time(procs, run) : explorer.walk(strategy, procs, run);
    this.tally.add(outcome);
    if (isWorse(outcome, this.worst)) this.worst = outcome;
    return outcome;
  }

  row(): ExplorationRow {
    const { strategy } = this;
    const complete = strategy instanceof Bounded && !strategy.hasNext && !strategy.isPartial;
    const bound = strategy instanceof Pct ? strategy.bound : null;
    return this.tally.row(this.procs, this.explorer.request.strategy, { complete, bound });
  }
}

const PROGRESS_EVERY = 256;

/** All schedules for one GOMAXPROCS. `progress` is told how many are done, now and then. */
export function exploreProcs(explorer: Explorer, procs: number, progress: (done: number) => void = () => {}): Explored {
  return explorePortfolio([explorer], procs, progress);
}

/** Strategies in turn, each with its own number of schedules; those of one alone if there is but one. */
export function explorePortfolio(
  explorers: readonly Explorer[],
  procs: number,
  progress: (done: number) => void = () => {},
): Explored {
  const lanes = explorers.map((explorer) => new Lane(explorer, procs));
  // What one strategy found is counted once.
  const all = lanes.length === 1 ? null : new Tally();
  let done = 0;
  for (let active = lanes; active.length > 0; active = active.filter((lane) => !lane.isOver)) {
    for (const lane of active) {
      const outcome = lane.next();
      all?.add(outcome);
      if (++done % PROGRESS_EVERY === 0) progress(done);
    }
  }
  let [worst, worstTimed]: [Outcome | null, Outcome | null] = [null, null];
  for (const lane of lanes) {
    if (lane.worst === null) continue;
    if (lane.isTimed) worstTimed = lane.worst;
    else if (isWorse(lane.worst, worst)) worst = lane.worst;
  }
  const parts = lanes.map((lane) => lane.row());
  const row = all === null ? parts[0] : { ...all.row(procs, 'portfolio', { complete: false, bound: null }), parts };
  return { row, worst: worst ?? worstTimed, worstTimed };
}

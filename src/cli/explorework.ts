/** What `goflame explore` does with a program: many schedules of it, or one again. Nothing here touches the world. */

import { InputError, UsageError } from '../base/errors.ts';
import { type ExploreRequest, Explorer, explorePortfolio, isWorse, scheduledProgram } from '../emulator/explore/explore.ts';
import type { Outcome } from '../emulator/explore/outcome.ts';
import { checkFit, parseToken } from '../emulator/explore/replay.ts';
import { findWitness, replayToken } from '../emulator/explore/witness.ts';
import { parseValues, type Scenario, type Values } from '../emulator/scenarios/scenario.ts';
import { parseRelease } from '../emulator/version.ts';
import type { Exploration, ExplorationRow, StrategyName, Witness } from '../model/exploration.ts';
import type { ProgramArguments } from './emulatework.ts';
import { loadCosts, runGuarded } from './programs.ts';

export interface ExploreArguments extends ProgramArguments {
  readonly procs: string;
  readonly schedules: number;
  readonly strategy: StrategyName;
  readonly depth: number;
  readonly seed: number;
  readonly 'max-steps': number;
  readonly replay?: string;
  readonly 'fail-on'?: string;
}

const MAX_PROCS = 256;
const JITTER = 0.05;
/** Timed schedules differ as those of a real machine. */
const SPREAD = 1;

/** Is told how many schedules are done for one GOMAXPROCS. */
export type ShowProgress = (procs: number, done: number) => void;

/** What a portfolio takes turns with. */
const PORTFOLIO: readonly StrategyName[] = ['faithful', 'random', 'pct', 'pos'];

/** @throws UsageError, InputError */
export function exploreProgram(args: ExploreArguments, scenario: Scenario, progress: ShowProgress): Exploration {
  const procs = parseProcs(args.procs);
  const small = parseValues(scenario, args.set ?? [], scenario.small);
  const walked = makeRequest(args, scenario, small);
  if (args.replay !== undefined) return replay(args, walked, { scenario, values: small });
  // A timed schedule is of the program as emulate runs it; steps are for small programs.
  const isTimed = args.strategy === 'faithful' || args.strategy === 'portfolio';
  const values = isTimed ? parseValues(scenario, args.set ?? []) : small;
  const requests = requestsOf(walked, makeRequest(args, scenario, values));
  const explored = runGuarded(scenario.name, () => explore(requests, walked, procs, progress));
  return tell(walked, { scenario, values, small, ...explored });
}

/** A request for each strategy: those of a portfolio share the schedules. */
function requestsOf(walked: ExploreRequest, timed: ExploreRequest): ExploreRequest[] {
  const { strategy, schedules } = walked;
  if (strategy !== 'portfolio') return [strategy === 'faithful' ? timed : walked];
  const share = (i: number): number => Math.floor(schedules / PORTFOLIO.length) + (i < schedules % PORTFOLIO.length ? 1 : 0);
  const requests = PORTFOLIO.map((one, i) => ({ ...(one === 'faithful' ? timed : walked), strategy: one, schedules: share(i) }));
  return requests.filter((request) => request.schedules > 0);
}

type Explored = Pick<Exploration, 'rows' | 'witness' | 'timed'>;

interface Found {
  readonly outcome: Outcome;
  readonly procs: number;
}

/** The witness is sought in the small program, where there is one. */
function explore(
  requests: readonly ExploreRequest[],
  walked: ExploreRequest,
  procs: readonly number[],
  progress: ShowProgress,
): Explored {
  const explorers = requests.map((request) => new Explorer(request));
  const rows: ExplorationRow[] = [];
  let worst: Found | null = null;
  let timed: Found | null = null;
  for (const count of procs) {
    const explored = explorePortfolio(explorers, count, (done) => progress(count, done));
    rows.push(explored.row);
    worst = worseOf(worst, explored.worst, count);
    timed = worseOf(timed, explored.worstTimed, count);
  }
  const { seed } = walked;
  return {
    rows,
    witness: worst === null ? null : findWitness(new Explorer(walked), worst.outcome, worst.procs),
    timed: timed === null ? null : { procs: timed.procs, seed: seed + timed.outcome.run, spread: SPREAD },
  };
}

/** What was walked has a schedule to show, and goes before what was timed. */
function worseOf(known: Found | null, outcome: Outcome | null, procs: number): Found | null {
  if (outcome === null) return known;
  const isBetter =
    known === null || (known.outcome.recording === null) !== (outcome.recording === null)
      ? known === null || outcome.recording !== null
      : isWorse(outcome, known.outcome);
  return isBetter ? { outcome, procs } : known;
}

interface Told {
  readonly scenario: Scenario;
  readonly values: Values;
  /** Parameters of the program that the witness is of. */
  readonly small: Values;
}

function tell(
  { strategy, seed, depth, release }: ExploreRequest,
  { scenario, values, small, ...explored }: Told & Explored,
): Exploration {
  return { scenario: scenario.name, parameters: values, small, release: `1.${release}`, strategy, seed, depth, ...explored };
}

/** Runs the one schedule that a token tells. @throws InputError where the program goes another way */
function replay(args: ExploreArguments, request: ExploreRequest, what: { scenario: Scenario; values: Values }): Exploration {
  const token = parseToken(args.replay as string);
  checkFit(token, scheduledProgram(request));
  if (token.procs < 1 || token.procs > MAX_PROCS) throw new UsageError('--replay: GOMAXPROCS of the schedule is out of bounds');
  const explorer = new Explorer({ ...request, seed: token.seed });
  const { outcome, steps, diverged } = runGuarded(what.scenario.name, () => replayToken(explorer, token));
  if (diverged !== null) {
    throw new InputError(
      `the replay diverges at choice ${diverged.choice}: ${diverged.why}; are the program, its parameters and --go the same?`,
    );
  }
  const { kind, message, preemptions } = outcome;
  const witness: Witness = {
    procs: token.procs,
    kind: kind ?? 'wrong',
    outcome: message === '' ? 'nothing wrong in this schedule' : message,
    preemptions,
    minimal: false,
    steps,
    token: args.replay as string,
    seed: token.seed,
  };
  return tell({ ...request, seed: token.seed }, { ...what, small: what.values, rows: [], witness, timed: null });
}

function makeRequest(args: ExploreArguments, scenario: Scenario, values: Values): ExploreRequest {
  requireWhole('schedules', args.schedules, 1, 1e9);
  requireWhole('depth', args.depth, args.strategy === 'pct' || args.strategy === 'portfolio' ? 1 : 0, 100);
  requireWhole('seed', args.seed, 0, 2 ** 48);
  requireWhole('max-steps', args['max-steps'], 1, 1e9);
  return {
    main: (go) => scenario.main(go, values),
    release: parseRelease(args.go),
    costs: loadCosts(args.costs),
    strategy: args.strategy,
    seed: args.seed,
    schedules: args.schedules,
    depth: args.depth,
    maxSteps: args['max-steps'],
    jitter: JITTER,
    spread: SPREAD,
    name: nameOf(scenario),
    parameters: values,
  };
}

/** A module without a name of its own is known by that of its file, wherever it is called from. */
function nameOf({ name }: Scenario): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
}

function requireWhole(option: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new UsageError(`--${option} ${value}: a whole number from ${min} to ${max} is expected`);
}

function parseProcs(text: string): number[] {
  return text.split(',').map((word) => {
    const count = Number(word);
    if (word.trim() !== '' && Number.isInteger(count) && count >= 1 && count <= MAX_PROCS) return count;
    throw new UsageError(`--procs ${text}: expected numbers from 1 to ${MAX_PROCS}, as 1,2,4,8`);
  });
}

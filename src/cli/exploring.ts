/** The work of `goflame explore`. */

import { InputError, UsageError } from '../base/errors.ts';
import { type ExploreRequest, Explorer, exploreProcs, type Outcome } from '../emulator/explore/explore.ts';
import { parseToken } from '../emulator/explore/replay.ts';
import { findWitness, replayToken } from '../emulator/explore/witness.ts';
import { parseValues, type Scenario, type Values } from '../emulator/scenarios/scenario.ts';
import { parseRelease } from '../emulator/version.ts';
import type { Exploration, ExplorationRow, StrategyName, Witness } from '../model/exploration.ts';
import { writeExploreJson } from '../render/emulatejson.ts';
import { writeExploreText } from '../render/exploretext.ts';
import { wrapPieces } from '../render/textblocks.ts';
import type { ProgramArguments } from './emulating.ts';
import { EXIT } from './exit.ts';
import { writeOutput } from './outputs.ts';
import { listPrograms, loadCosts, loadProgram, runGuarded } from './programs.ts';
import { noteProgress, printText } from './streams.ts';
import { colorsFor, outputColumns } from './terminal.ts';

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
const FAILURES: Readonly<Record<string, (row: ExplorationRow) => number>> = {
  fault: (row) => row.crashed,
  wrong: (row) => row.wrong,
  race: (row) => row.raced,
  deadlock: (row) => row.deadlocked,
};

export async function runExplore(args: ExploreArguments): Promise<number> {
  if (args.list) {
    for await (const line of listPrograms(args.scenario)) await printText([line]);
    return EXIT.done;
  }
  const failures = parseFailures(args['fail-on']);
  const procs = parseProcs(args.procs);
  const scenario = await loadProgram(args.scenario);
  // A timed schedule is of the program as emulate runs it; steps are for small programs.
  const isTimed = args.strategy === 'faithful' && args.replay === undefined;
  const small = parseValues(scenario, args.set ?? [], scenario.small);
  const values = isTimed ? parseValues(scenario, args.set ?? []) : small;
  const request = makeRequest(args, scenario, values);
  if (args.replay !== undefined) return await runReplay(args, request, { scenario, values });
  const explored = runGuarded(scenario.name, () => explore(request, makeRequest(args, scenario, small), procs));
  const exploration = tell(request, { scenario, values, small, ...explored });
  await show(args, exploration);
  return failures.some((failure) => exploration.rows.some((row) => FAILURES[failure](row) > 0)) ? EXIT.found : EXIT.done;
}

/** On a terminal's stderr only. */
function showProgress(procs: number, done: number, all: number): void {
  if (process.stderr.isTTY) noteProgress(`GOMAXPROCS=${procs}: ${done} of ${all} schedules`);
}

function clearProgress(): void {
  if (process.stderr.isTTY) noteProgress('');
}

interface Explored {
  readonly rows: readonly ExplorationRow[];
  readonly witness: Witness | null;
  /** The seed and GOMAXPROCS of a timed schedule that failed. */
  readonly timed: { readonly procs: number; readonly seed: number } | null;
}

/** The witness is sought in the small program, where there is one. */
function explore(request: ExploreRequest, small: ExploreRequest, procs: readonly number[]): Explored {
  const explorer = new Explorer(request);
  const rows: ExplorationRow[] = [];
  let worst: { outcome: Outcome; procs: number } | null = null;
  for (const count of procs) {
    const { row, worst: outcome } = exploreProcs(explorer, count, (done) => showProgress(count, done, request.schedules));
    rows.push(row);
    if (outcome !== null && (worst === null || outcome.preemptions < worst.outcome.preemptions))
      worst = { outcome, procs: count };
  }
  clearProgress();
  if (worst === null) return { rows, witness: null, timed: null };
  const isTimed = request.strategy === 'faithful';
  const searcher = isTimed ? new Explorer(small) : explorer;
  const witness = findWitness(searcher, worst.outcome, worst.procs);
  return { rows, witness, timed: isTimed ? { procs: worst.procs, seed: request.seed + worst.outcome.run } : null };
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

async function show(args: ExploreArguments, exploration: Exploration): Promise<void> {
  const options = {
    paint: colorsFor(process.stdout),
    columns: outputColumns(),
    command: (values: Values) => commandOf(args, values),
  };
  const text = () => wrapPieces(writeExploreText(exploration, options), options.columns);
  await writeOutput(args.json ? [writeExploreJson(exploration)] : text(), undefined);
}

/** The program and its parameters, as they are to be given again. */
function commandOf(args: ExploreArguments, values: Values): string {
  const parameters = Object.entries(values).map(([name, value]) => `--set ${name}=${value}`);
  const costs = args.costs === undefined ? [] : [`--costs ${quote(args.costs)}`];
  return [quote(args.scenario ?? ''), ...parameters, `--go ${args.go}`, ...costs].join(' ');
}

/** A word that a shell takes as it is. */
function quote(word: string): string {
  return /^[\w./:=@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

async function runReplay(
  args: ExploreArguments,
  request: ExploreRequest,
  what: { scenario: Scenario; values: Values },
): Promise<number> {
  const token = parseToken(args.replay as string);
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
  await show(args, tell({ ...request, seed: token.seed }, { ...what, small: what.values, rows: [], witness, timed: null }));
  return EXIT.done;
}

function makeRequest(args: ExploreArguments, scenario: Scenario, values: Values): ExploreRequest {
  requireWhole('schedules', args.schedules, 1, 1e9);
  requireWhole('depth', args.depth, args.strategy === 'pct' ? 1 : 0, 100);
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
  };
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

function parseFailures(text: string | undefined): string[] {
  if (text === undefined) return [];
  return text.split(',').map((word) => {
    if (Object.hasOwn(FAILURES, word.trim())) return word.trim();
    throw new UsageError(`--fail-on ${word}: expected one of ${Object.keys(FAILURES).join(', ')}`);
  });
}

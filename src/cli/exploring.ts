/** The work of `goflame explore` on the command line. */

import { UsageError } from '../base/errors.ts';
import type { Values } from '../emulator/scenarios/scenario.ts';
import type { Exploration, ExplorationRow } from '../model/exploration.ts';
import { writeExploreJson } from '../render/emulatejson.ts';
import { writeExploreText } from '../render/exploretext.ts';
import { wrapPieces } from '../render/textblocks.ts';
import { EXIT } from './exit.ts';
import type { ExploreArguments } from './explorework.ts';
import { writeOutput } from './outputs.ts';
import { listPrograms } from './programs.ts';
import { runExploration } from './programthread.ts';
import { noteProgress, printText } from './streams.ts';
import { colorsFor, outputColumns } from './terminal.ts';

export type { ExploreArguments } from './explorework.ts';

const FAILURES: Readonly<Record<string, (row: ExplorationRow) => number>> = {
  fault: (row) => row.crashed,
  wrong: (row) => row.wrong,
  race: (row) => row.raced,
  deadlock: (row) => row.deadlocked,
  'left-behind': (row) => row.leftBehind,
};

export async function runExplore(args: ExploreArguments): Promise<number> {
  if (args.list) {
    await printText(listPrograms(args.scenario));
    return EXIT.done;
  }
  const failures = parseFailures(args['fail-on']);
  const exploration = await runExploration(args, (procs, done) => showProgress(procs, done, args.schedules));
  if (process.stderr.isTTY) noteProgress('');
  await show(args, exploration);
  return failures.some((failure) => exploration.rows.some((row) => FAILURES[failure](row) > 0)) ? EXIT.found : EXIT.done;
}

/** On a terminal's stderr only. */
function showProgress(procs: number, done: number, all: number): void {
  if (process.stderr.isTTY) noteProgress(`GOMAXPROCS=${procs}: ${done} of ${all} schedules`);
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

function parseFailures(text: string | undefined): string[] {
  if (text === undefined) return [];
  return text.split(',').map((word) => {
    if (Object.hasOwn(FAILURES, word.trim())) return word.trim();
    throw new UsageError(`--fail-on ${word}: expected one of ${Object.keys(FAILURES).join(', ')}`);
  });
}

/** An exploration on a terminal: how many schedules, three columns apart, the smallest witness, and how to see it again. */

import type { Exploration, ExplorationRow, StrategyName, Witness } from '../model/exploration.ts';
import type { Paint } from './inspecttext.ts';
import { columnsOf, fitMiddle, padEnd, padStart, printable } from './textblocks.ts';

export interface ExploreTextOptions {
  readonly paint: Paint;
  readonly columns: number;
  /** The program and its parameters as they are given to a command. */
  readonly command: (values: Exploration['parameters']) => string;
}

const STRATEGY_TEXTS: Readonly<Record<StrategyName, string>> = {
  portfolio: 'four strategies in turn',
  faithful: 'the timed scheduler, a seed each',
  random: 'random walk',
  pct: 'PCT',
  pos: 'POS',
  exhaustive: 'all schedules',
};

export function* writeExploreText(exploration: Exploration, options: ExploreTextOptions): Generator<string> {
  yield* headLines(exploration, options);
  if (exploration.rows.length > 0) {
    yield* tableLines(exploration, options);
    yield* partLines(exploration, options);
    yield* reasonLines(exploration);
  }
  if (exploration.witness !== null) yield* witnessLines(exploration, exploration.witness, options);
}

function* headLines(exploration: Exploration, { paint }: ExploreTextOptions): Generator<string> {
  const { scenario, parameters, small, release, strategy, depth } = exploration;
  const bound = strategy === 'pct' ? ` of depth ${depth}` : strategy === 'exhaustive' ? ` with at most ${depth} preemptions` : '';
  yield `${paint.bold(printable(scenario))}  ${printable(valuesText(parameters))}\n`;
  yield `Go ${release}, ${STRATEGY_TEXTS[strategy]}${bound}\n`;
  const smaller = Object.entries(small).filter(([name, value]) => parameters[name] !== value);
  if (strategy === 'portfolio' && smaller.length > 0)
    yield paint.dim(`faithful as above, the others with ${printable(valuesText(Object.fromEntries(smaller)))}\n`);
  yield '\n';
}

function valuesText(values: Exploration['parameters']): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

const WIDE = 19;
const FIRST = 10;
const SCHEDULES = 11;

/** `schedules` are different ones: as many runs of one and the same are no evidence. */
function* tableLines({ rows, strategy }: Exploration, options: ExploreTextOptions): Generator<string> {
  const { paint } = options;
  yield paint.dim(
    `${padStart('GOMAXPROCS', FIRST)}${padStart('schedules', SCHEDULES)}${COLUMNS.map((name) => padStart(name, WIDE)).join('')}\n`,
  );
  for (const row of rows) {
    yield rowText(row, String(row.procs));
    for (const note of notesOf(row, strategy)) yield paint.dim(`${' '.repeat(FIRST)}  ${note}\n`);
  }
  if (rows.some(isOneSchedule)) yield paint.yellow(`\n${ONE_SCHEDULE}\n`);
}

const COLUMNS = ['runtime’s check', 'wrong result', 'race detector'];
const ONE_SCHEDULE =
  'Where all runs were one and the same schedule, 0 says nothing of others: try --strategy random, pct or pos.';

function isOneSchedule({ schedules, distinct, complete }: ExplorationRow): boolean {
  return distinct === 1 && schedules > 1 && !complete;
}

function rowText(row: ExplorationRow, name: string): string {
  const cells = [row.crashed, row.wrong, row.raced].map((n) => padStart(shareText(n, row), WIDE));
  return `${padStart(name, FIRST)}${padStart(row.distinct.toLocaleString('en'), SCHEDULES)}${cells.join('')}\n`;
}

/** `12 of 1000 (1.2%)`, and always `0 of 1000` for none: what was not seen can still happen. */
function shareText(count: number, { schedules }: ExplorationRow): string {
  return `${count} of ${schedules}${count === 0 ? '' : ` (${percent(count / schedules)})`}`;
}

function percent(share: number): string {
  const value = share * 100;
  return `${value >= 99.95 ? '100' : value >= 1 ? value.toFixed(1) : value.toPrecision(2)}%`;
}

/** What has no column: deadlocks, goroutines left behind, after how many runs it was found. */
function notesOf(row: ExplorationRow, strategy: StrategyName): string[] {
  const { deadlocked, leftBehind, cut, complete, bound, firstFinds } = row;
  const counts = [
    ...(deadlocked > 0 ? [`deadlock ${shareText(deadlocked, row)}`] : []),
    ...(leftBehind > 0 ? [`goroutines left behind ${shareText(leftBehind, row)}`] : []),
    ...(cut > 0 ? [`${cut} cut off (--max-steps)`] : []),
    ...(complete ? ['these are all'] : []),
    ...(strategy === 'pct' && bound !== null ? [`PCT’s bound ≥ ${percent(bound)}`] : []),
  ];
  const finds = FINDS.flatMap(([kind, name]) => (firstFinds[kind] === null ? [] : [`${name} after ${firstFinds[kind]}`]));
  return [...(counts.length > 0 ? [counts.join(', ')] : []), ...(finds.length > 0 ? [`first found: ${finds.join(', ')}`] : [])];
}

const FINDS = [
  ['fault', 'fault'],
  ['wrong', 'wrong result'],
  ['race', 'race'],
  ['deadlock', 'deadlock'],
  ['leftBehind', 'left behind'],
] as const;

/** What each strategy of a portfolio found, over all GOMAXPROCS. */
function* partLines({ rows, depth }: Exploration, { paint }: ExploreTextOptions): Generator<string> {
  const names = [...new Set(rows.flatMap(({ parts }) => parts.map(({ strategy }) => strategy)))];
  if (names.length === 0) return;
  yield paint.dim(`\n  strategy   runs  schedules  fault  wrong   race  deadlock   left  first at\n`);
  for (const name of names) {
    const parts = rows.flatMap((row) => row.parts.filter(({ strategy }) => strategy === name));
    const sum = (of: (row: ExplorationRow) => number): number => parts.reduce((total, part) => total + of(part), 0);
    const finds = parts.flatMap(({ firstFind }) => (firstFind === null ? [] : [firstFind]));
    const cells = [
      padStart(String(sum((part) => part.schedules)), 7),
      padStart(sum((part) => part.distinct).toLocaleString('en'), 11),
      padStart(String(sum((part) => part.crashed)), 7),
      padStart(String(sum((part) => part.wrong)), 7),
      padStart(String(sum((part) => part.raced)), 7),
      padStart(String(sum((part) => part.deadlocked)), 10),
      padStart(String(sum((part) => part.leftBehind)), 7),
      padStart(finds.length === 0 ? '-' : String(Math.min(...finds)), 10),
    ];
    yield `  ${padEnd(name === 'pct' ? `pct (${depth})` : name, 9)}${cells.join('')}\n`;
  }
}

function* reasonLines({ rows }: Exploration): Generator<string> {
  const counts = new Map<string, number>();
  for (const { faults, findings, deadlocks, left } of rows) {
    const texts = [
      ...faults,
      ...findings,
      ...deadlocks.map(({ message, count }) => ({ message: `deadlock: ${message}`, count })),
      ...left.map(({ message, count }) => ({ message: `left behind: ${message}`, count })),
    ];
    for (const { message, count } of texts) counts.set(message, (counts.get(message) ?? 0) + count);
  }
  if (counts.size === 0) return;
  yield '\n';
  const ranked = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  for (const [message, count] of ranked.slice(0, MAX_REASONS)) yield `${padStart(String(count), 10)}  ${printable(message)}\n`;
  if (ranked.length > MAX_REASONS) yield `${' '.repeat(10)}  … and other words for it\n`;
}

const MAX_REASONS = 3;

// ---- the witness ----

const MAX_STEPS = 48;

function* witnessLines(exploration: Exploration, witness: Witness, options: ExploreTextOptions): Generator<string> {
  const { paint, command } = options;
  const { preemptions, minimal, procs, outcome, token } = witness;
  yield `\n${paint.bold('The smallest schedule that shows it')}  GOMAXPROCS=${procs}, ${preemptions} preemption${preemptions === 1 ? '' : 's'}${minimal ? ', none with fewer' : ''}\n`;
  yield `${paint.red(printable(outcome))}\n`;
  if (witness.steps.length > 0) {
    const smaller = Object.entries(exploration.small).filter(([name, value]) => exploration.parameters[name] !== value);
    if (smaller.length > 0) yield paint.dim(`with ${smaller.map(([name, value]) => `${name}=${value}`).join(' ')}\n`);
    yield `\n${stripOf(witness)}   ${paint.dim('G: goroutine, · a step, | preempted')}\n\n`;
    yield* timelineLines(witness, options);
  }
  yield `\nTo see it again:\n`;
  const { small, timed, parameters } = exploration;
  if (timed !== null)
    yield `  goflame emulate ${command(parameters)} --procs ${timed.procs} --seed ${timed.seed} --spread ${timed.spread}\n`;
  if (token !== null) yield `  goflame explore ${command(small)} --replay ${token}\n`;
}

/** One character a step: `G1··G6···|G7··`. */
function stripOf({ steps }: Witness): string {
  let text = '';
  let last = -1;
  for (const { goroutine, preempts } of steps) {
    if (goroutine !== last) text += `${preempts ? '|' : ''}G${goroutine}`;
    text += '·';
    last = goroutine;
  }
  return text.length > 400 ? `${text.slice(0, 200)} … ${text.slice(-200)}` : text;
}

/** A column for each goroutine, time downwards. */
function* timelineLines({ steps }: Witness, { paint, columns }: ExploreTextOptions): Generator<string> {
  const shown = steps.slice(-MAX_STEPS);
  const goroutines = [...new Set(shown.map(({ goroutine }) => goroutine))].sort((a, b) => a - b);
  const needed = Math.max(...shown.map(({ what }) => columnsOf(printable(what)))) + 4;
  const width = Math.min(Math.max(24, needed), Math.max(24, Math.floor((columns - 8) / goroutines.length)));
  yield `${paint.dim(`  step  ${goroutines.map((id) => padEnd(`G${id}`, width)).join('')}`.trimEnd())}\n`;
  if (shown.length < steps.length) yield paint.dim(`        … ${steps.length - shown.length} steps before\n`);
  for (let i = 0; i < shown.length; i++) {
    const { goroutine, what, preempts } = shown[i];
    const number = padStart(String(steps.length - shown.length + i + 1), 6);
    const indent = ' '.repeat(goroutines.indexOf(goroutine) * width);
    yield `${number}  ${indent}${preempts ? paint.yellow('| ') : '  '}${fitMiddle(printable(what), width - 3)}\n`;
  }
}

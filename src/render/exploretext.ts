/** An exploration on a terminal: a table with three columns apart, the smallest witness, and how to see it again. */

import type { Exploration, ExplorationRow, Witness } from '../model/exploration.ts';
import type { Paint } from './inspecttext.ts';
import { columnsOf, fitMiddle, padEnd, padStart, printable } from './textblocks.ts';

export interface ExploreTextOptions {
  readonly paint: Paint;
  readonly columns: number;
  /** The program and its parameters as they are given to a command. */
  readonly command: (values: Exploration['parameters']) => string;
}

const STRATEGY_TEXTS: Readonly<Record<string, string>> = {
  faithful: 'the timed scheduler, a seed each',
  random: 'random walk',
  pct: 'PCT',
  pos: 'POS',
  exhaustive: 'all schedules',
};

export function* writeExploreText(exploration: Exploration, options: ExploreTextOptions): Generator<string> {
  yield* headLines(exploration, options);
  yield* tableLines(exploration, options);
  yield* reasonLines(exploration);
  if (exploration.witness !== null) yield* witnessLines(exploration, exploration.witness, options);
}

function* headLines(
  { scenario, parameters, release, strategy, depth }: Exploration,
  { paint }: ExploreTextOptions,
): Generator<string> {
  const values = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  const bound = strategy === 'pct' ? ` of depth ${depth}` : strategy === 'exhaustive' ? ` with at most ${depth} preemptions` : '';
  yield `${paint.bold(printable(scenario))}  ${printable(values.join(' '))}\n`;
  yield `Go ${release}, ${STRATEGY_TEXTS[strategy]}${bound}\n\n`;
}

const WIDE = 22;

function* tableLines({ rows, strategy }: Exploration, { paint }: ExploreTextOptions): Generator<string> {
  const names = ['runtime’s check', 'wrong result', 'race detector'];
  const isBounded = strategy === 'pct';
  yield `${paint.dim(padStart('GOMAXPROCS', 10))}${names.map((name) => paint.dim(padStart(name, WIDE))).join('')}${isBounded ? paint.dim(padStart('PCT’s bound', 14)) : ''}\n`;
  for (const row of rows) {
    const cells = [row.crashed, row.wrong, row.raced].map((n) => padStart(shareText(n, row), WIDE));
    const bound = isBounded ? padStart(row.bound === null ? '' : `≥ ${percent(row.bound)}`, 14) : '';
    yield `${padStart(String(row.procs), 10)}${cells.join('')}${bound}${noteOf(row)}\n`;
  }
}

/** `12 of 1000 (1.2%)`, and always `0 of 1000` for none: what was not seen can still happen. */
function shareText(count: number, { schedules }: ExplorationRow): string {
  return `${count} of ${schedules}${count === 0 ? '' : ` (${percent(count / schedules)})`}`;
}

function percent(share: number): string {
  const value = share * 100;
  return `${value >= 99.95 ? '100' : value >= 1 ? value.toFixed(1) : value.toPrecision(2)}%`;
}

function noteOf({ deadlocked, cut, complete }: ExplorationRow): string {
  const notes = [
    ...(deadlocked > 0 ? [`${deadlocked} deadlocks`] : []),
    ...(cut > 0 ? [`${cut} cut off`] : []),
    ...(complete ? ['these are all'] : []),
  ];
  return notes.length === 0 ? '' : `  ${notes.join(', ')}`;
}

function* reasonLines({ rows }: Exploration): Generator<string> {
  const counts = new Map<string, number>();
  for (const { faults, findings } of rows) {
    for (const { message, count } of [...faults, ...findings]) counts.set(message, (counts.get(message) ?? 0) + count);
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
  if (timed !== null) yield `  goflame emulate ${command(parameters)} --procs ${timed.procs} --seed ${timed.seed}\n`;
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

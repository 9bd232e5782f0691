/** The difference of two inputs as tables for a terminal: goroutines that grew first, then races, then functions. */

import {
  type Comparison,
  changeOf,
  type FunctionChange,
  type GroupChange,
  type Pair,
  type RaceChange,
  type RaceStatus,
  raceStatus,
} from '../model/comparison.ts';
import type { Frame } from '../model/stacks.ts';
import { callText, wholeName } from './calltext.ts';
import { traceLines } from './difftrace.ts';
import { countUnit, formatAmount, formatCount } from './geometry.ts';
import type { Paint } from './inspectplain.ts';
import { columnsOf, fitLeft, padEnd, padStart, printable, wrapLines } from './textblocks.ts';
import { formatDuration } from './units.ts';

export interface DiffTextOptions {
  readonly columns: number;
  readonly paint: Paint;
  /** Rows shown of each table. */
  readonly top: number;
}

const GOROUTINES = 'goroutines';
const INDENT = '  ';
const NARROWEST = 40;
const WAIT_COLUMNS = 12;
const STATE_COLUMNS = 16;
/** From this width on states are a column of their own. */
const WIDE = 100;
/** Columns beside which a name is not begun. */
const LEAST_NAME = 16;

/** Lines with their line ends. */
export function* writeDiffText(comparison: Comparison, options: DiffTextOptions): Generator<string> {
  const page = new DiffPage(comparison, options);
  for (const line of wrapLines(page.lines(), options.columns)) yield `${line}\n`;
}

class DiffPage {
  private readonly comparison: Comparison;
  readonly paint: Paint;
  readonly columns: number;
  readonly top: number;

  constructor(comparison: Comparison, { columns, paint, top }: DiffTextOptions) {
    this.comparison = comparison;
    this.paint = paint;
    this.columns = Math.max(NARROWEST, columns);
    this.top = top;
  }

  *lines(): Generator<string> {
    const { before, after, groups, races, trace, functions } = this.comparison;
    const names = [before, after].map(({ file }) => (file === '-' ? 'stdin' : printable(file)));
    const half = (this.columns - 3) / 2;
    yield this.paint.bold(names.map((name) => fitLeft(name, half)).join(' → '));
    yield* this.totals();
    if (groups !== null) yield* this.groups(groups);
    if (races !== null) yield* this.races(races);
    if (trace !== null) yield* traceLines(trace, this);
    yield* this.functions(functions);
  }

  private *totals(): Generator<string> {
    const { total, unit, factor, races } = this.comparison;
    const change = changeOf(total);
    const sum = `${formatAmount(total.before, unit)} → ${countUnit(total.after, unit)}`;
    yield `${INDENT}${sum}: ${change === 0 ? 'unchanged in sum' : `${this.signed(change, this.changeText(total, unit))} (${growthText(total)})`}`;
    if (factor !== 1)
      yield `${INDENT}${this.paint.dim(`numbers before are multiplied by ${Number(factor.toPrecision(5))}, so that both sides have the same total`)}`;
    if (races === null) return;
    const count = (test: (race: RaceChange) => boolean) => formatCount(races.filter(test).length);
    const fresh = count((race) => race.count.before === 0);
    const gone = count((race) => race.count.after === 0);
    const still = count((race) => race.count.before > 0 && race.count.after > 0);
    yield `${INDENT}races: ${fresh} new, ${gone} gone, ${still} still there`;
  }

  // ---- goroutines ----

  private *groups(groups: readonly GroupChange[]): Generator<string> {
    const sections: readonly (readonly [string, readonly GroupChange[]])[] = [
      ['Goroutines that grew, leak suspects first', groups.filter(({ before, count }) => before !== null && changeOf(count) > 0)],
      ['Goroutines that came', groups.filter(({ before }) => before === null)],
      ['Goroutines that went', groups.filter(({ after }) => after === null)],
      ['Goroutines that shrank', groups.filter(({ after, count }) => after !== null && changeOf(count) < 0).reverse()],
    ];
    if (groups.length === 0) yield* this.title('No group of goroutines grew or shrank');
    for (const [title, rows] of sections) {
      if (rows.length === 0) continue;
      yield* this.title(title);
      yield this.head(['change', 'before', 'after'], `${padStart('waits up to', WAIT_COLUMNS)}`);
      for (const group of rows.slice(0, this.top)) yield this.group(group);
      yield* this.more(rows.length, 'groups');
    }
  }

  private group(group: GroupChange): string {
    const side = group.after ?? group.before;
    const wait =
      side === null || side.maxWait === 0
        ? ''
        : countUnit(side.maxWait, 'minutes').replace('minute', 'min').replace('mins', 'min');
    const state = printable([...(side?.states.keys() ?? [])].slice(0, 2).join(', '));
    const lead = `${this.numbers(group.count, GOROUTINES)}${padStart(wait, WAIT_COLUMNS)}  `;
    const words = state === '' ? '' : `${padEnd(state, this.columns < WIDE ? 0 : STATE_COLUMNS)}  `;
    const leaked = (group.after?.leaked ?? 0) > 0 ? `${this.paint.red('leaked')}  ` : '';
    const room = this.columns - columnsOf(lead) - columnsOf(words) - (leaked === '' ? 0 : 8);
    return (
      lead.replace(this.changeText(group.count, GOROUTINES), this.painted(group.count, GOROUTINES)) +
      words +
      leaked +
      frameText(group.at, room)
    );
  }

  // ---- races ----

  private *races(races: readonly RaceChange[]): Generator<string> {
    const of = (status: RaceStatus) => races.filter((race) => raceStatus(race) === status);
    const sections: readonly (readonly [string, readonly RaceChange[]])[] = [
      ['New races', of('new')],
      ['Races that may be known: a stack was not restored', of('maybe')],
      ['Races that are gone', of('gone')],
      ['Races still there', of('still')],
    ];
    for (const [title, rows] of sections) {
      if (rows.length === 0) continue;
      yield* this.title(title);
      for (const { fingerprint, count, accesses } of rows.slice(0, this.top)) {
        yield `${INDENT}${this.paint.dim(fingerprint)}  seen ${formatCount(count.before)} → ${formatCount(count.after)} times`;
        for (const { kind, at } of accesses) yield `${INDENT}${INDENT}${padEnd(kind, 7)}${frameText(at, this.columns - 11)}`;
      }
      yield* this.more(rows.length, 'races');
    }
  }

  // ---- functions ----

  private *functions(functions: readonly FunctionChange[]): Generator<string> {
    if (functions.length === 0) {
      yield* this.title('No function weighs more or less than before');
      return;
    }
    const { unit } = this.comparison;
    const what = unit === 'nanoseconds' ? 'their own time' : `${unit} that end in them`;
    yield* this.title(`Functions that changed most, by ${what}`);
    yield this.head(['change', 'before', 'after', 'with callees'], '');
    for (const { function: name, self, total, owner } of functions.slice(0, this.top)) {
      const lead = `${this.numbers(self, unit)}${padStart(this.changeText(total, unit), 14)}  `;
      const room = this.columns - columnsOf(lead);
      const form = room < LEAST_NAME ? printable(name) : wholeName(name, room);
      yield lead.replace(this.changeText(self, unit), this.painted(self, unit)) + (owner === 'own' ? form : this.paint.dim(form));
    }
    yield* this.more(functions.length, 'functions');
  }

  // ---- parts of lines ----

  private *title(text: string): Generator<string> {
    yield '';
    yield INDENT + this.paint.bold(text);
  }

  private head(words: readonly string[], more: string): string {
    const text = words.map((word, i) => padStart(word, i > 2 ? 14 : 10)).join('');
    return this.paint.dim((text + more).trimEnd());
  }

  private numbers(pair: Pair, unit: string): string {
    const cells = [this.changeText(pair, unit), short(pair.before, unit), short(pair.after, unit)];
    return cells.map((cell) => padStart(cell, 10)).join('');
  }

  private changeText(pair: Pair, unit: string): string {
    const change = changeOf(pair);
    return change === 0 ? '=' : `${change > 0 ? '+' : '-'}${short(Math.abs(change), unit)}`;
  }

  private painted(pair: Pair, unit: string): string {
    return this.signed(changeOf(pair), this.changeText(pair, unit));
  }

  private signed(change: number, text: string): string {
    return change > 0 ? this.paint.red(text) : change < 0 ? this.paint.cyan(text) : text;
  }

  private *more(rows: number, what: string): Generator<string> {
    const left = rows - this.top;
    if (left > 0) yield INDENT + this.paint.dim(`… and ${countUnit(left, `more ${what}`)}; --top N shows more`);
  }
}

/** At most nine characters: whole numbers below a hundred million, else three digits and an exponent. */
function short(value: number, unit: string): string {
  if (unit === 'nanoseconds') return value === 0 ? '0' : formatDuration(value);
  const text = formatCount(Math.abs(value) < 100 ? Number(value.toFixed(2)) : Math.round(value));
  return text.length <= 9 ? text : value.toExponential(2);
}

/** `+12.50%`, or `new` where there was nothing. */
export function growthText({ before, after }: Pair): string {
  if (before === 0) return after === 0 ? '0%' : 'from nothing';
  const percent = (100 * (after - before)) / before;
  return `${percent > 0 ? '+' : ''}${percent.toFixed(2)}%`;
}

/** A name that has no room beside the numbers goes below them whole. */
function frameText(frame: Frame | null, columns: number): string {
  if (frame === null) return '(stack not available)';
  return callText(frame, columns < LEAST_NAME ? Number.POSITIVE_INFINITY : columns);
}

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
import { shortenName } from '../model/names.ts';
import { elidedText, type Frame, isElided, placeOf } from '../model/stacks.ts';
import { traceLines } from './difftrace.ts';
import { countUnit, formatAmount, formatCount } from './geometry.ts';
import type { Paint } from './inspectplain.ts';
import { columnsOf, fitLeft, fitMiddle, fitRight, padEnd, padStart, printable } from './textblocks.ts';
import { formatDuration } from './units.ts';

export interface DiffTextOptions {
  readonly columns: number;
  readonly paint: Paint;
  /** Rows shown of each table. */
  readonly top: number;
}

const GOROUTINES = 'goroutines';
const INDENT = '  ';
const NARROWEST = 60;
const WAIT_COLUMNS = 12;

/** Lines with their line ends. */
export function* writeDiffText(comparison: Comparison, options: DiffTextOptions): Generator<string> {
  const page = new DiffPage(comparison, options);
  for (const line of page.lines()) yield `${line}\n`;
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
    const half = Math.floor((this.columns - 3) / 2);
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
      yield this.head(['change', 'before', 'after'], `${padStart('waits up to', WAIT_COLUMNS)}  `);
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
    const stateRoom = Math.min(24, Math.floor((this.columns - columnsOf(lead)) / 3));
    const words = state === '' ? '' : `${padEnd(fitRight(state, stateRoom), stateRoom)}  `;
    const leaked = (group.after?.leaked ?? 0) > 0 ? `${this.paint.red('leaked')}  ` : '';
    const room = this.columns - columnsOf(lead) - columnsOf(words) - (leaked === '' ? 0 : 8);
    return (
      lead.replace(this.changeText(group.count, GOROUTINES), this.painted(group.count, GOROUTINES)) +
      words +
      leaked +
      callText(group.at, room)
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
        yield `${INDENT}${this.paint.dim(fitMiddle(fingerprint, this.columns - 30))}  seen ${formatCount(count.before)} → ${formatCount(count.after)} times`;
        for (const { kind, at } of accesses) yield `${INDENT}${INDENT}${padEnd(kind, 7)}${callText(at, this.columns - 11)}`;
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
      const text = printable(name);
      const room = this.columns - columnsOf(lead);
      const form = shortenName(text).find((one) => columnsOf(one) <= room) ?? fitMiddle(text, room);
      yield lead.replace(this.changeText(self, unit), this.painted(self, unit)) + (owner === 'own' ? form : this.paint.dim(form));
    }
    yield* this.more(functions.length, 'functions');
  }

  // ---- parts of lines ----

  private *title(text: string): Generator<string> {
    yield '';
    yield INDENT + this.paint.bold(fitRight(text, this.columns - 2));
  }

  private head(words: readonly string[], more: string): string {
    const text = words.map((word, i) => padStart(word, i > 2 ? 14 : 10)).join('');
    return this.paint.dim(fitRight(text + more, this.columns).trimEnd());
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

function callText(frame: Frame | null, columns: number): string {
  if (frame === null) return fitRight('(stack not available)', columns);
  if (isElided(frame)) return fitRight(elidedText(frame.elided), columns);
  const place = printable(placeOf(frame) ?? '');
  const base = place.slice(place.lastIndexOf('/') + 1);
  const forms = shortenName(printable(frame.function));
  for (const where of [place, base]) {
    const fits = forms.slice(0, 2).find((form) => columnsOf(form) + columnsOf(where) + 2 <= columns);
    if (fits !== undefined) return where === '' ? fits : `${fits}  ${where}`;
  }
  return forms.find((form) => columnsOf(form) <= columns) ?? fitMiddle(forms[forms.length - 1], columns);
}

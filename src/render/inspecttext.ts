/** What a person wants to know first of an input, as text for a terminal. Lines are never wider than asked for. */

import { goStatementOf } from '../model/callsite.ts';
import { type MapUser, partyText, type RaceAccess, type RaceCreation } from '../model/snapshot.ts';
import { type FrameId, isElided, type StackId, type StackTable } from '../model/stacks.ts';
import type {
  Counted,
  DumpSummary,
  LabelBreakdown,
  PartSummary,
  ProfileSummary,
  RaceGroup,
  RaceSummary,
  StackGroup,
  TestTimeout,
} from '../model/summary.ts';
import { callBlock, callLines, callText } from './calltext.ts';
import { type CrashPage, crashedLines, reasonLines } from './crashtext.ts';
import { countUnit, formatCount } from './geometry.ts';
import type { InspectedInput } from './inspectjson.ts';
import { headingLine, type Paint, plainLines } from './inspectplain.ts';
import { whereText } from './testtext.ts';
import { columnsOf, padStart, printable, sideBySide, wrapLine, wrapLines } from './textblocks.ts';

export { NO_PAINT, type Paint } from './inspectplain.ts';

export interface InspectTextOptions {
  readonly columns: number;
  readonly paint: Paint;
  /** Groups and races shown of each part. */
  readonly top: number;
  /** Frames shown of each stack. */
  readonly depth: number;
}

/** Lines with their line ends. */
export function* writeInspectText(inputs: Iterable<InspectedInput>, options: InspectTextOptions): Generator<string> {
  let first = true;
  for (const input of inputs) {
    const page = new Page(input, options);
    for (const summary of input.summaries) {
      if (!first) yield '\n';
      first = false;
      for (const line of wrapLines(page.part(summary), options.columns)) yield `${line}\n`;
    }
  }
}

const INDENT = '  ';
const NARROWEST = 20;
/** From this width on the two sides of a race stand beside each other. */
const TWO_COLUMNS = 90;
/** Columns that a call needs to be told apart from others. */
const LEAST_CALL = 24;
/** Lines of a terminal that one line of a message takes. */
const MESSAGE_LINES = 12;
const TOP_WAITS = 5;
const TOP_CREATORS = 5;
const TOP_VALUES = 5;

const OPERATION_WORDS: Record<MapUser['operation'], string> = {
  read: 'reads',
  write: 'writes',
  delete: 'deletes',
  iterate: 'iterates',
  unknown: 'may use it',
};

class Page {
  private readonly input: InspectedInput;
  private readonly stacks: StackTable;
  private readonly options: InspectTextOptions;
  private readonly columns: number;
  private readonly paint: Paint;

  constructor(input: InspectedInput, options: InspectTextOptions) {
    this.input = input;
    this.stacks = input.stacks;
    this.options = options;
    this.columns = Math.max(NARROWEST, options.columns);
    this.paint = options.paint;
  }

  *part(summary: PartSummary): Generator<string> {
    if ('mapUsers' in summary) yield* this.dump(summary);
    else if ('reports' in summary) yield* this.races(summary);
    else if ('records' in summary) yield* this.profile(summary);
    else
      yield* plainLines(summary.part, {
        file: this.input.file,
        columns: this.columns,
        paint: this.paint,
        top: this.options.top,
        alone: this.input.summaries.length === 1,
      });
  }

  private heading(what: string, line: number): string {
    return headingLine(this.input.file, what, line, this.columns, this.paint);
  }

  private *title(text: string): Generator<string> {
    yield '';
    yield INDENT + this.paint.bold(text);
  }

  // ---- goroutine dumps ----

  private *dump(summary: DumpSummary): Generator<string> {
    const { part, groups } = summary;
    yield this.heading('goroutine dump', part.line);
    yield* reasonLines(summary, this.crashPage);
    const { attribution } = summary;
    const where =
      attribution === null ? '' : whereText(attribution.tests, attribution.package === null ? [] : [attribution.package]);
    if (where !== '') yield INDENT + where;
    if (summary.timeout !== null) yield* this.stuck(summary.timeout);
    else yield* crashedLines(summary, this.crashPage);
    yield* this.mapUsers(summary.mapUsers, part.crash?.message ?? '');
    yield '';
    yield INDENT + countLine(summary);
    for (const group of groups.slice(0, this.options.top)) yield* this.group(group);
    yield* this.more(groups.length - this.options.top, 'different stacks', '--top');
    yield* this.waits(summary);
    yield* this.creators(summary.creators, groups.length);
    yield* this.labels(summary.labels);
  }

  /** A line of a message; on a terminal not more of it than can be overlooked. */
  private *message(text: string): Generator<string> {
    let shown = 0;
    if (this.columns === Number.POSITIVE_INFINITY) yield INDENT + this.paint.red(text);
    else
      for (const line of wrapLine(INDENT + text, this.columns)) {
        if (shown++ === MESSAGE_LINES) {
          yield `${INDENT}  … ${formatCount(text.length)} characters in all; --json has them`;
          return;
        }
        yield this.paint.red(line);
      }
  }

  /** What the text of a crash is written with. */
  private get crashPage(): CrashPage {
    return {
      columns: this.columns,
      paint: this.paint,
      title: (text) => this.title(text),
      message: (text) => this.message(text),
      stack: ({ stack, stackAvailable, createdBy }) => this.stack(stack, stackAvailable, createdBy?.frame ?? null),
      stateOf: ({ state, flags, bubble }) => {
        const words = bubbleWords(flags.includes('durable') ? 1 : 0, 1, bubble === null ? [] : [bubble]);
        return printable([state, ...words].join(', '));
      },
    };
  }

  /** The tests that a time-out is about, innermost first; the alarm's own goroutine tells nothing. */
  private *stuck({ stuck, after }: TestTimeout): Generator<string> {
    if (stuck.length === 0) yield* this.title(`No test was running when the ${after ?? ''} were over`);
    for (const { name, oneOf, ranFor, goroutine, parents } of stuck.slice(0, this.options.top)) {
      const which = oneOf.length === 0 ? '' : ` (${oneOf.slice(0, 4).join(' or ')}${oneOf.length > 4 ? ' or …' : ''})`;

      yield* this.title(printable(`Stuck: ${name}${which}${ranFor === null ? '' : `, running for ${ranFor}`}`));
      if (goroutine === null) continue;
      const { id, state, waitMinutes, line, stack, stackAvailable, createdBy } = goroutine;
      const waited = waitMinutes > 0 ? `, ${minutesText(waitMinutes)}` : '';
      const chain = parents.length > 0 ? `; its parents wait in goroutine ${parents.map((one) => one.id).join(', ')}` : '';
      yield `${INDENT}${INDENT}goroutine ${id} (${printable(state)}${waited}), line ${line}${chain}`;
      yield* this.stack(stack, stackAvailable, createdBy?.frame ?? null);
    }
    yield* this.more(stuck.length - this.options.top, 'stuck tests', '--top');
  }

  private *mapUsers(users: readonly MapUser[], message: string): Generator<string> {
    if (!/concurrent map/.test(message)) return;
    yield* this.title('Inside a map operation');
    if (users.length === 0) yield `${INDENT}${INDENT}none can be told from the stacks that were printed`;
    for (const { id, operation, evidence, frame } of users) {
      const lead = `${INDENT}${INDENT}goroutine ${id}  ${OPERATION_WORDS[operation]}  `;
      const tail = `(${evidence})`;
      const room = this.columns - columnsOf(lead) - columnsOf(tail) - 2;
      const beside = room >= LEAST_CALL;
      const call = callText(this.stacks.frame(frame), beside ? room : this.columns - columnsOf(lead));
      yield `${lead}${this.paint.cyan(call)}${beside ? `  ${this.paint.dim(tail)}` : ''}`;
      if (!beside) yield `${INDENT}${INDENT}${INDENT}${this.paint.dim(tail)}`;
    }
    if (users.length === 1) {
      yield `${INDENT}${INDENT}${this.paint.dim('the other one was not printed: run with GOTRACEBACK=all')}`;
    }
  }

  private *group(group: StackGroup): Generator<string> {
    const states = [...group.states]
      .sort((a, b) => b[1] - a[1])
      .map(([state, count]) => (group.states.size > 1 ? `${count} ${state}` : state));
    const facts = [printable(states.slice(0, 4).join(', ')), waitRange(group)];
    if (states.length > 4) facts[0] += ', …';
    if (group.locked > 0) facts.push(group.locked === group.count ? 'locked to thread' : `${group.locked} locked to thread`);
    if (group.leaked > 0) facts.push(group.leaked === group.count ? 'leaked' : `${group.leaked} leaked`);
    const example = `e.g. goroutine ${group.id}, line ${group.line}`;
    facts.push(...bubbleWords(group.durable, group.count, group.bubbles));
    yield '';
    yield* this.headLine(group.count, facts.filter((fact) => fact !== '').join(', '), example);
    yield* this.stack(group.stack, group.stackAvailable, group.createdBy);
  }

  /** A count, what it counts, and an aside that is kept whole. */
  private *headLine(count: number, text: string, aside: string): Generator<string> {
    const lead = padStart(formatCount(count), 7);
    const room = this.columns - columnsOf(lead) - columnsOf(aside) - 4;
    if (aside === '') yield `${this.paint.bold(lead)}  ${text}`;
    else if (columnsOf(text) <= room) yield `${this.paint.bold(lead)}  ${text}  ${this.paint.dim(aside)}`;
    else {
      yield `${this.paint.bold(lead)}  ${text}`;
      yield `${' '.repeat(9)}${this.paint.dim(aside)}`;
    }
  }

  private *stack(stack: StackId, available: boolean, createdBy: FrameId | null): Generator<string> {
    const indent = ' '.repeat(9);
    if (!available) yield `${indent}${this.paint.dim('stack not available: it was running on another thread')}`;
    const frames = this.stacks.framesOf(stack);
    for (const frame of frames.slice(0, this.options.depth)) yield* this.call(frame, indent);
    if (frames.length > this.options.depth)
      yield `${indent}${this.paint.dim(`… ${countUnit(frames.length - this.options.depth, 'more frames')}`)}`;
    if (createdBy === null) return;
    for (const line of callLines(this.stacks.frame(createdBy), this.columns - 9, 'created by '))
      yield indent + this.paint.dim(line);
  }

  private *call(frame: FrameId, indent: string): Generator<string> {
    for (const line of callLines(this.stacks.frame(frame), this.columns - indent.length)) yield indent + line;
  }

  private *waits({ longestWaits }: DumpSummary): Generator<string> {
    if (longestWaits.length === 0) return;
    yield* this.title('Longest waits');
    for (const { id, state, minutes, stack } of longestWaits.slice(0, TOP_WAITS)) {
      const lead = `${INDENT}${padStart(minutesText(minutes), 9)}  goroutine ${id}  ${printable(state)}`;
      const frame = this.userFrame(stack);
      const room = this.columns - columnsOf(lead) - 2;
      if (frame === null) yield lead;
      else if (room >= LEAST_CALL) yield `${lead}  ${callText(this.stacks.frame(frame), room)}`;
      else {
        yield lead;
        yield* this.call(frame, ' '.repeat(9));
      }
    }
  }

  private *creators(creators: readonly Counted<FrameId>[], groups: number): Generator<string> {
    if (creators.length === 0 || groups < 2) return;
    yield* this.title('Created by');
    for (const { value, count } of creators.slice(0, TOP_CREATORS)) {
      const lead = `${padStart(formatCount(count), 9)}  `;
      yield lead + callText(this.stacks.frame(value), this.columns - columnsOf(lead));
    }
    yield* this.more(creators.length - TOP_CREATORS, 'go statements');
  }

  private *labels(labels: readonly LabelBreakdown[]): Generator<string> {
    if (labels.length === 0) return;
    yield* this.title('Labels');
    for (const { key, count, distinct, values } of labels) {
      const shown = values
        .slice(0, TOP_VALUES)
        .map(({ value, count: times }) => `${printable(value) || '""'} ${formatCount(times)}`);
      if (distinct > TOP_VALUES) shown.push(`… ${countUnit(distinct - TOP_VALUES, 'more values')}`);
      yield `${padStart(formatCount(count), 9)}  ${printable(key)}: ${shown.join(', ')}`;
    }
  }

  // ---- profiles, folded stacks, test output ----

  private *profile({ part, records, labels }: ProfileSummary): Generator<string> {
    yield this.heading(`${printable(part.name)} profile`, part.line);
    yield '';
    yield `${INDENT}${formatCount(part.total)} in all, ${countUnit(records.length, 'different stacks')}`;
    for (const { stack, count } of records.slice(0, this.options.top)) {
      yield '';
      yield* this.headLine(count, `${((100 * count) / Math.max(1, part.total)).toFixed(1)}%`, '');
      yield* this.stack(stack, true, null);
    }
    yield* this.more(records.length - this.options.top, 'different stacks', '--top');
    yield* this.labels(labels);
  }

  // ---- races ----

  private *races({ part, groups, reports }: RaceSummary): Generator<string> {
    yield this.heading('race reports', part.line);
    const found = part.found === null || part.found === reports ? '' : `; the program itself counted ${formatCount(part.found)}`;
    yield `${INDENT}${countUnit(reports, 'reports')}, ${countUnit(groups.length, 'different races')}${found}`;
    for (const [i, group] of groups.slice(0, this.options.top).entries()) yield* this.race(group, i + 1, groups.length);
    yield* this.more(groups.length - this.options.top, 'races', '--top');
  }

  private *race(group: RaceGroup, index: number, of: number): Generator<string> {
    const { race, count, fingerprint } = group;
    const lines = group.races
      .slice(0, 5)
      .map(({ line }) => line)
      .join(', ');
    yield '';
    yield `${INDENT}${this.paint.bold(`Race ${index} of ${of}`)}, ${count === 1 ? 'seen once' : `seen ${formatCount(count)} times`}, line ${lines}${group.races.length > 5 ? ', …' : ''}`;
    yield INDENT + this.paint.dim(fingerprint);
    if (group.maybeSame.length > 0) yield INDENT + this.paint.dim(`may be ${group.maybeSame[0]}: a stack was not restored`);
    const tests = testsOf(group);
    if (tests !== '') yield INDENT + tests;
    const [one, other] = race.accesses;
    if (this.columns >= TWO_COLUMNS && this.columns < Number.POSITIVE_INFINITY && other !== undefined) {
      const half = Math.floor((this.columns - 6) / 2);
      const sides = sideBySide(this.access(one, '', half), this.access(other, 'previous ', half), this.columns - 4);
      for (const line of sides) yield `${INDENT}${INDENT}${line}`;
    } else {
      for (const [i, access] of race.accesses.entries()) {
        for (const line of this.access(access, i === 0 ? '' : 'previous ', this.columns - 4)) yield `${INDENT}${INDENT}${line}`;
      }
    }
    if (race.truncated) yield `${INDENT}${INDENT}${this.paint.yellow('the report is cut off')}`;
    for (const creation of race.creations) yield* this.creation(creation);
  }

  private access({ kind, address, goroutine, stack, stackRestored }: RaceAccess, previous: string, columns: number): string[] {
    const who = partyText(goroutine);
    const head = [...wrapLine(`${previous}${kind} by ${who}${address === null ? '' : ` at ${address}`}`, columns)];
    const lines = head.map((line) => (previous === '' ? this.paint.red(line) : this.paint.yellow(line)));
    if (!stackRestored) lines.push(...wrapLine('  (the detector had forgotten the stack)', columns));
    const frames = this.stacks.framesOf(stack);
    for (const frame of frames.slice(0, this.options.depth)) lines.push(...callBlock(this.stacks.frame(frame), columns));
    if (frames.length > this.options.depth) lines.push(`  … ${countUnit(frames.length - this.options.depth, 'more frames')}`);
    return lines;
  }

  private *creation({ goroutine, state, stack, stackRestored }: RaceCreation): Generator<string> {
    const lead = `${INDENT}${INDENT}goroutine ${goroutine} (${state}) created by `;
    const frame = goStatementOf(this.stacks, stack);
    if (!stackRestored || frame === null) yield this.paint.dim(`${lead}a forgotten stack`);
    else yield this.paint.dim(lead + callText(this.stacks.frame(frame), this.columns - columnsOf(lead)));
  }

  // ---- frames ----

  /** The innermost frame outside the runtime; the leaf where all are the runtime's. */
  private userFrame(stack: StackId): FrameId | null {
    const frames = this.stacks.framesOf(stack);
    const user = frames.find((id) => {
      const frame = this.stacks.frame(id);
      return !isElided(frame) && !/^(?:runtime|testing|sync|time|internal\/[\w/]+|syscall)\./.test(frame.function);
    });
    return user ?? frames[0] ?? null;
  }

  private *more(left: number, what: string, option = ''): Generator<string> {
    if (left <= 0) return;
    yield '';
    const text = `… and ${countUnit(left, `more ${what}`)}${option === '' ? '' : `; ${option} N shows more`}`;
    yield INDENT + this.paint.dim(text);
  }
}

/** `durable, bubble 1`: what testing/synctest has to do with goroutines of one stack. */
function bubbleWords(durable: number, count: number, bubbles: Iterable<number>): string[] {
  const ids = [...bubbles];
  return [
    ...(durable > 0 ? [durable === count ? 'durable' : `${durable} durable`] : []),
    ...(ids.length > 0
      ? [`bubble${ids.length === 1 ? '' : 's'} ${ids.slice(0, 4).join(', ')}${ids.length > 4 ? ', …' : ''}`]
      : []),
  ];
}

function waitRange({ minWait, maxWait }: StackGroup): string {
  if (maxWait === 0) return '';
  if (minWait === maxWait) return minutesText(maxWait);
  return minWait === 0 ? `up to ${minutesText(maxWait)}` : `${minWait} to ${minutesText(maxWait)}`;
}

function minutesText(minutes: number): string {
  return countUnit(minutes, 'minutes');
}

function countLine({ part, goroutines, groups, systemStacks, truncated, leaked }: DumpSummary): string {
  const parts = [countUnit(goroutines, 'goroutines'), countUnit(groups.length, 'different stacks')];
  if (leaked > 0) parts.push(`${formatCount(leaked)} leaked`);
  if (systemStacks > 0) parts.push(countUnit(systemStacks, 'system stacks'));
  const { length } = part.looseStacks;
  if (length > 0) parts.push(`${formatCount(length)} ${length === 1 ? 'stack' : 'stacks'} without a goroutine`);
  if (truncated > 0) parts.push(`${formatCount(truncated)} cut off`);
  return parts.join(', ');
}

function testsOf({ attributions, tests }: RaceGroup): string {
  const packages = new Set([...attributions.values()].flatMap(({ package: path }) => (path === null ? [] : [path])));
  return whereText([...tests.values()].flat(), [...packages]);
}

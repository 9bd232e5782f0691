/** What is told of parts without stacks to group: folded stacks, test output, traces, scheduler logs. */

import type { SchedTracePart } from '../model/evidence.ts';
import { countStacks, totalWeight } from '../model/profile.ts';
import type { PlainSummary } from '../model/summary.ts';
import type { TracePart } from '../model/trace.ts';
import { countUnit, formatCount } from './geometry.ts';
import { testLines } from './testtext.ts';
import { columnsOf, fitLeft, padStart, printable } from './textblocks.ts';

/** Emphasis, for terminals that have it. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

export const NO_PAINT: Paint = { bold: same, dim: same, red: same, yellow: same, cyan: same };

function same(text: string): string {
  return text;
}

/** What the lines are laid out for. */
export interface PlainPage {
  readonly file: string;
  readonly columns: number;
  readonly paint: Paint;
  /** Whether the input holds nothing else. */
  readonly alone: boolean;
  /** Rows of a table are about twice as many. */
  readonly top: number;
}

const INDENT = '  ';

/** Columns that a file's name gets in any case. */
const LEAST_NAME = 16;

/** `FILE:LINE  WHAT`; without the line for an input that has none. */
export function headingLine(file: string, what: string, line: number | null, columns: number, paint: Paint): string {
  const name = file === '-' ? 'stdin' : printable(file);
  const tail = `${line === null ? '' : `:${line}`}  ${what}`;
  return paint.bold(`${fitLeft(name, Math.max(LEAST_NAME, columns - columnsOf(tail)))}${tail}`);
}

function* titleLines(text: string, paint: Paint): Generator<string> {
  yield '';
  yield INDENT + paint.bold(text);
}

export function* plainLines(part: PlainSummary['part'], page: PlainPage): Generator<string> {
  const { columns, paint } = page;
  if (part.format === 'folded') {
    yield headingLine(page.file, 'folded stacks', part.line, columns, paint);
    const { before, unit } = part.profile;
    const compared = before === null ? '' : `, compared with ${formatCount(before.reduce((sum, weight) => sum + weight, 0))}`;
    const total = `${countUnit(totalWeight(part.profile), unit)}${compared}`;
    yield `${INDENT}${total}, ${countUnit(countStacks(part.profile), 'different stacks')}`;
  } else if (part.format === 'tsan-report') {
    yield headingLine(page.file, 'ThreadSanitizer report of C or C++ code', part.line, columns, paint);
    yield INDENT + printable(part.summary ?? part.kind);
  } else if (part.format === 'go-trace') {
    yield* trace(part, page);
  } else if (part.format === 'schedtrace') {
    yield* schedTrace(part, page);
  } else {
    const what = page.alone ? 'go test output without dumps or races' : 'go test results';
    yield headingLine(page.file, what, part.line, columns, paint);
    yield* testLines(part, page);
  }
}

function* schedTrace({ line, samples }: SchedTracePart, page: PlainPage): Generator<string> {
  const { columns, paint } = page;
  yield headingLine(page.file, 'schedtrace', line, columns, paint);
  const [first] = samples;
  const last = samples[samples.length - 1];
  yield `${INDENT}${countUnit(samples.length, 'samples')} from ${first.ms} to ${last.ms} ms, GOMAXPROCS ${last.gomaxprocs}`;
  yield '';
  yield INDENT + paint.bold('      ms   idle Ps  threads  spinning  global queue  local queues');
  const step = Math.max(1, Math.ceil(samples.length / (2 * page.top)));
  for (let i = 0; i < samples.length; i += step) {
    const { ms, idleprocs, threads, spinningthreads, runqueue, local } = samples[i];
    const cells = [
      padStart(String(ms), 8),
      padStart(String(idleprocs), 10),
      padStart(String(threads), 9),
      padStart(String(spinningthreads), 10),
    ];
    yield `${INDENT}${cells.join('')}${padStart(String(runqueue), 14)}  ${local.join(' ')}`;
  }
  if (step > 1) yield INDENT + paint.dim(`one of every ${step} samples; --json has all`);
}

function missingText({ unordered }: TracePart): string {
  return unordered ? "its end is missing, and its threads' events are in no order that is known" : 'its end is missing';
}

function* trace(part: TracePart, page: PlainPage): Generator<string> {
  const { columns, paint } = page;
  yield headingLine(page.file, `execution trace (go ${part.version})`, null, columns, paint);
  const seconds = (part.durationNs / 1e9).toFixed(part.durationNs < 1e9 ? 6 : 3);
  const facts = [
    `${seconds} s`,
    countUnit(part.procs, 'Ps'),
    countUnit(part.goroutines, 'goroutines'),
    countUnit(part.generations, 'generations'),
  ];
  yield INDENT + facts.join(', ');
  if (part.truncated) yield INDENT + paint.yellow(missingText(part));
  yield* titleLines(countUnit(part.events, 'events'), paint);
  for (const [kind, count] of Object.entries(part.eventsByKind)) yield `${padStart(formatCount(count), 12)}  ${kind}`;
  const counts = { 'CPU samples': part.cpuSamples, tasks: part.tasks, regions: part.regions, logs: part.logs };
  const named = Object.entries(counts).filter(([, count]) => count > 0);
  if (named.length > 0) yield* titleLines(named.map(([name, count]) => countUnit(count, name)).join(', '), paint);
}

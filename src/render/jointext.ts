/** A trace and the crash of the same program, as lines: which P ran the goroutines of the crash last. */

import type { CrashJoin, JoinedGoroutine, LastRun } from '../model/crashjoin.ts';
import { countUnit } from './geometry.ts';
import { NO_PAINT, type Paint } from './inspectplain.ts';
import { printable, wrapLines } from './textblocks.ts';

const INDENT = '  ';

export interface JoinTextOptions {
  readonly columns: number;
  readonly paint: Paint;
}

/** Lines with their line ends. */
export function* writeJoinText(joins: readonly CrashJoin[], { columns, paint }: JoinTextOptions): Generator<string> {
  for (const join of joins) {
    yield '\n';
    for (const line of wrapLines(joinLines(join, paint), columns)) yield `${line}\n`;
  }
}

/** The same, each line a text of its own. */
export function joinTexts(join: CrashJoin): string[] {
  const [head, verdict, ...rest] = [...joinLines(join, NO_PAINT)].map((line) => line.trimStart());
  return [`${head}; ${verdict}`, ...rest];
}

function* joinLines(join: CrashJoin, paint: Paint): Generator<string> {
  const { trace, crash, line, message } = join;
  yield `${paint.bold(printable(crash))}, line ${line}, within ${paint.bold(printable(trace))}: ${printable(message)}`;
  yield INDENT + verdictText(join, paint);
  if (join.verdict === 'other program') return;
  for (const goroutine of join.goroutines) yield INDENT + INDENT + goroutineText(goroutine, join.traceEndNs);
  const procs = runningAtEnd(join);
  if (procs.length > 1) yield `${INDENT}${INDENT}they ran at the same time when the trace ended, on P ${procs.join(' and P ')}`;
}

function verdictText({ verdict, goroutines }: CrashJoin, paint: Paint): string {
  if (verdict === 'joined')
    return 'the crash is of the program of this trace (whether of the same run, neither tells): its goroutines were made at the same places';
  if (verdict === 'unsure')
    return paint.yellow('not sure to be of the program of this trace: the ids are in it, and nothing tells where they began');
  if (verdict === 'not in the trace')
    return paint.yellow(
      `not joined: ${goroutines.length === 0 ? 'the crash names no goroutine' : `${countUnit(goroutines.length, 'goroutines')} of the crash, none of them in the trace`}`,
    );
  const other = goroutines.find(({ same }) => same === false);
  return paint.yellow(`not joined: the trace is of another program or run (${otherText(other)})`);
}

function otherText(goroutine: JoinedGoroutine | undefined): string {
  if (goroutine === undefined) return '';
  const { id, entry, crashEntry, hasEnded } = goroutine;
  if (hasEnded) return `its goroutine ${id} came to its end, that of the crash did not`;
  if (entry === crashEntry) return `goroutine ${id} was made at another line`;
  return `its goroutine ${id} began in ${printable(entry)}, that of the crash in ${printable(crashEntry)}`;
}

function goroutineText({ id, operation, inTrace, entry, crashEntry, last }: JoinedGoroutine, endNs: number): string {
  const name = printable(entry === '' ? crashEntry : entry);
  const lead = `goroutine ${id}${name === '' ? '' : ` ${name}`}${operation === null ? '' : `, map ${operation}`}: `;
  if (!inTrace) return `${lead}not in the trace; it was made after what was written, or its first events are lost`;
  if (last === null) return `${lead}in the trace, but never ran in it`;
  return lead + lastText(last, endNs);
}

function lastText({ proc, sinceNs, untilNs }: LastRun, endNs: number): string {
  const until = untilNs === null ? `to the end of its events (the trace ends at ${seconds(endNs)})` : `to ${seconds(untilNs)}`;
  return `last ran on P ${proc}, from ${seconds(sinceNs)} ${until}`;
}

function seconds(ns: number): string {
  return `${(ns / 1e9).toFixed(6)} s`;
}

/** Ps of the goroutines that ran when the trace ended. */
function runningAtEnd({ goroutines, verdict }: CrashJoin): number[] {
  if (verdict !== 'joined') return [];
  return goroutines.flatMap(({ last }) => (last !== null && last.untilNs === null ? [last.proc] : [])).sort((a, b) => a - b);
}

/** What was found out about a trace, as text for a terminal: Ps, what held them, latency, goroutines, GC, user spans. */

import { P_STATE_COUNT, PS, type PState } from '../model/pstates.ts';
import { addStates, type GoroutineGroup, type ProcUsage, type TraceAnalysis } from '../model/traceanalysis.ts';
import { type AnalyzedTrace, wallTime } from './analyzejson.ts';
import { type AnalyzePage, type AnalyzeTextOptions, sectionTitle, spansText } from './analyzepage.ts';
import { countUnit, formatCount } from './geometry.ts';
import { hotspotLines, kindLines } from './hotspottext.ts';
import { headingLine, type Paint } from './inspectplain.ts';
import { latencyLines } from './latencytext.ts';
import { padStart, pickColumns, printable, wrapLines } from './textblocks.ts';
import { formatBytes, formatDuration, formatPercent, sparkline } from './units.ts';

const INDENT = '  ';

/** Lines with their line breaks, none wider than asked for. */
export function* writeAnalyzeText(trace: AnalyzedTrace, options: AnalyzeTextOptions): Generator<string> {
  const page = { ...options, analysis: trace.analysis };
  for (const line of wrapLines(lines(trace, page), options.columns)) yield `${line.trimEnd()}\n`;
}

function* lines(trace: AnalyzedTrace, page: AnalyzePage): Generator<string> {
  yield* head(trace, page);
  yield* procTable(page);
  yield* kindLines(page);
  yield* hotspotLines(page);
  yield* latencyLines(page);
  yield* groupTable(page);
  yield* collectorLines(page);
  yield* userLines(page);
}

function* head({ file, part, analysis }: AnalyzedTrace, { columns, paint }: AnalyzePage): Generator<string> {
  yield headingLine(file, `execution trace (go ${part.version})`, null, columns, paint);
  const { startNs, endNs, gomaxprocs, clock } = analysis;
  const values = gomaxprocs.map(({ value }) => value);
  const facts = [
    startNs === 0 ? formatDuration(endNs) : `${formatDuration(startNs)} to ${formatDuration(endNs)}`,
    `GOMAXPROCS ${values.slice(0, 8).join(' → ')}${values.length > 8 ? ' → …' : ''}`,
    countUnit(part.events, 'events'),
    countUnit(analysis.cpuSamples, 'CPU samples'),
  ];
  if (clock !== null) facts.push(`from ${wallTime(clock.wallNs + BigInt(Math.round(startNs - clock.time))).slice(0, 23)}Z`);
  yield INDENT + facts.join(', ');
  if (part.truncated) yield INDENT + paint.yellow('the trace is not whole: see the problems on stderr');
}

// ---- Ps ----

interface Column {
  readonly title: string;
  readonly states: readonly PState[];
  /** Of what there is no room for, the highest are left out first. */
  readonly rank: number;
}

const COLUMNS: readonly Column[] = [
  { title: 'user', states: [PS.user], rank: 1 },
  { title: 'GC', states: [PS.gcDedicated, PS.gcFractional, PS.gcIdle, PS.gcWorker], rank: 2 },
  { title: 'assist', states: [PS.assist], rank: 6 },
  { title: 'sweep', states: [PS.sweep], rank: 7 },
  { title: 'syscall', states: [PS.syscall], rank: 5 },
  { title: 'STW', states: [PS.stw], rank: 8 },
  { title: 'sched', states: [PS.scheduler], rank: 4 },
  { title: 'idle', states: [PS.idle], rank: 3 },
];
/** Columns of the terminal that the name of a P takes. */
const PROC_NAME = 7;
const CELL = 8;

function* procTable(page: AnalyzePage): Generator<string> {
  const { analysis, columns, paint, top } = page;
  const { procs } = analysis;
  yield* sectionTitle(page, 'P states', `  (share of each P's time; user code, GC workers, mark assists, sweeping, …)`);
  const fit = shownColumns(columns);
  const titles = fit.map(({ title }) => padStart(title, CELL)).join('');
  const busy = columns >= PROC_NAME + COLUMNS.length * CELL + 16 ? '  busy over time' : '';
  yield INDENT + paint.dim(`${padStart('P', 5)}${titles}${busy}`);
  const shown = procs.slice(0, Math.max(16, 2 * top));
  for (const proc of shown) yield INDENT + procRow(String(proc.id), [proc], columns);
  if (shown.length < procs.length) yield `${INDENT}      … ${procs.length - shown.length} more Ps; --json has all`;
  if (procs.length > 1) yield INDENT + paint.bold(procRow('all', procs, columns));
  if (fit.length < COLUMNS.length) yield INDENT + paint.dim(leftOut(COLUMNS.filter((column) => !fit.includes(column))));
  yield* procNotes(page);
}

function shownColumns(columns: number): Column[] {
  const shown = pickColumns(
    COLUMNS.map(() => CELL),
    COLUMNS.map(({ rank }) => rank),
    columns - PROC_NAME,
  );
  return COLUMNS.filter((_, i) => shown[i]);
}

function leftOut(columns: readonly { readonly title: string }[]): string {
  return `no room for: ${columns.map(({ title }) => title).join(', ')}`;
}

function procRow(name: string, procs: readonly ProcUsage[], columns: number): string {
  const total = totalOf(procs);
  const cells = shownColumns(columns).map(({ states }) =>
    padStart(
      formatPercent(
        states.reduce((sum, state) => sum + addStates(procs, state), 0),
        total,
      ),
      CELL,
    ),
  );
  return `${padStart(name, 5)}${cells.join('')}  ${stripOf(procs, columns)}`;
}

/** Busy shares in as many characters as there is room for. */
function stripOf(procs: readonly ProcUsage[], columns: number): string {
  const room = Math.max(0, Math.min(60, columns - 2 - 5 - COLUMNS.length * CELL - 2));
  const slices = procs[0]?.strip.length ?? 0;
  const mean = Array.from({ length: slices }, (_, i) => procs.reduce((sum, { strip }) => sum + strip[i], 0) / procs.length);
  const each = slices / Math.max(1, room);
  const shares = Array.from({ length: Math.min(room, slices) }, (_, i) => {
    const part = mean.slice(Math.floor(i * each), Math.max(Math.floor(i * each) + 1, Math.floor((i + 1) * each)));
    return part.reduce((sum, share) => sum + share, 0) / part.length;
  });
  return sparkline(shares);
}

function totalOf(procs: readonly ProcUsage[]): number {
  let total = 0;
  for (let state = 0; state < P_STATE_COUNT; state++) total += addStates(procs, state);
  return total;
}

function* procNotes({ analysis, paint }: AnalyzePage): Generator<string> {
  const { procs, endNs, startNs, contendedNs, imbalance } = analysis;
  const starving = procs.reduce((sum, proc) => sum + proc.idleWhileRunnableNs, 0);
  const notes = [
    `goroutines waited for a P during ${formatPercent(contendedNs, endNs - startNs)} of the time`,
    `meanwhile Ps idled for ${formatDuration(starving)} of P time (${formatPercent(starving, totalOf(procs))})`,
    `busiest P ${formatPercent(imbalance, 1)} above the mean`,
  ];
  for (const note of notes) yield INDENT + paint.dim(note);
}

// ---- goroutines ----

function* groupTable(page: AnalyzePage): Generator<string> {
  const { analysis, columns, paint, top } = page;
  const { groups } = analysis;
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  yield* sectionTitle(page, 'Goroutines', `  ${countUnit(count, 'goroutines')} by the function they began with`);
  if (groups.length === 0) return;
  const fit = shownTimes(columns);
  const titles = GROUP_TIMES.filter((_, i) => fit[i]).map(({ title }) => padStart(title, GROUP_CELL));
  yield INDENT + paint.dim(`${titles.join('')}  function`);
  for (const group of groups.slice(0, top)) yield* groupRows(group, columns, paint);
  if (groups.length > top) yield INDENT + paint.dim(`    … ${groups.length - top} more; --top N shows more`);
  const left = GROUP_TIMES.filter((_, i) => !fit[i]);
  if (left.length > 0) yield INDENT + paint.dim(leftOut(left));
}

const GROUP_TIMES: readonly { readonly title: string; readonly rank: number }[] = [
  { title: 'count', rank: 1 },
  { title: 'running', rank: 2 },
  { title: 'runnable', rank: 3 },
  { title: 'p99', rank: 5 },
  { title: 'syscall', rank: 6 },
  { title: 'waiting', rank: 4 },
];
const GROUP_CELL = 10;
/** Columns that are kept free for a function's name, where there is room for all cells. */
const GROUP_NAME = 16;

function shownTimes(columns: number): boolean[] {
  const ranks = GROUP_TIMES.map(({ rank }) => rank);
  const widths = ranks.map(() => GROUP_CELL);
  return pickColumns(widths, ranks, Math.max(GROUP_CELL, columns - INDENT.length - GROUP_NAME));
}

function* groupRows(group: GoroutineGroup, columns: number, paint: Paint): Generator<string> {
  const reasons = Object.entries(group.waitingNs);
  const waiting = reasons.reduce((sum, [, ns]) => sum + ns, 0);
  const times = [group.runningNs, group.runnableNs, group.runnable.p99Ns, group.syscallNs, waiting];
  const cells = [formatCount(group.count), ...times.map((ns) => (ns === 0 ? '-' : formatDuration(ns)))];
  const fit = shownTimes(columns);
  const shown = cells.filter((_, i) => fit[i]).map((cell) => padStart(cell, GROUP_CELL));
  yield `${INDENT}${shown.join('')}  ${printable(group.entry === '' ? '(unknown)' : group.entry)}`;
  const listed = reasons.slice(0, 3).map(([reason, ns]) => `${reason === '' ? '(no reason)' : reason} ${formatDuration(ns)}`);
  const lead = shown.length * GROUP_CELL + 2;
  if (listed.length > 0) yield INDENT + paint.dim(`${' '.repeat(lead)}${printable(listed.join(', '))}`);
}

// ---- GC ----

function* collectorLines(page: AnalyzePage): Generator<string> {
  const { analysis } = page;
  const { gc, stw, stwDurations, startNs, endNs } = analysis;
  if (gc.cycles.length === 0 && stwDurations.count === 0 && gc.heapMaxBytes === 0) return;
  yield* sectionTitle(page, 'Garbage collection');
  const rows = [
    `${countUnit(gc.cycles.length, 'cycles')}, marking ${formatDuration(gc.markNs)} (${formatPercent(gc.markNs, endNs - startNs)} of the time)`,
    `workers         ${workersText(analysis)}`,
    `mark assists    ${spansText(gc.assists)}`,
    `sweeps          ${spansText(gc.sweeps)}; ${formatBytes(gc.sweptBytes)} swept, ${formatBytes(gc.reclaimedBytes)} reclaimed`,
    `stop-the-world  ${spansText(stwDurations)}`,
    `heap            at most ${formatBytes(gc.heapMaxBytes)}, ${formatBytes(gc.heapLastBytes)} at the end, goal ${formatBytes(gc.goalLastBytes)}`,
  ];
  for (const row of rows) yield INDENT + row;
  const longest = [...stw].sort((a, b) => b.durationNs - a.durationNs || a.startNs - b.startNs).slice(0, 3);
  for (const { reason, startNs: at, durationNs } of longest)
    yield `${INDENT}  ${padStart(formatDuration(durationNs), 9)}  at ${formatDuration(at)}  ${printable(reason)}`;
}

/** Time of GC workers by what they were told to be. */
function workersText({ procs }: TraceAnalysis): string {
  const modes = {
    dedicated: PS.gcDedicated,
    fractional: PS.gcFractional,
    'idle time': PS.gcIdle,
    'of unknown mode': PS.gcWorker,
  };
  const parts = Object.entries(modes).flatMap(([name, state]) => {
    const ns = addStates(procs, state);
    return ns > 0 ? [`${name} ${formatDuration(ns)}`] : [];
  });
  return parts.length === 0 ? 'none' : parts.join(', ');
}

// ---- tasks and regions ----

function* userLines(page: AnalyzePage): Generator<string> {
  const { analysis, top } = page;
  for (const [title, list] of [
    ['Tasks', analysis.tasks],
    ['Regions', analysis.regions],
  ] as const) {
    if (list.length === 0) continue;
    yield* sectionTitle(page, title);
    for (const { name, count, durations } of list.slice(0, top)) {
      const open = count - durations.count;
      yield `${INDENT}${printable(name)}  ${spansText(durations)}${open > 0 ? `; ${open} not whole` : ''}`;
    }
    if (list.length > top) yield `${INDENT}… ${list.length - top} more names`;
  }
}

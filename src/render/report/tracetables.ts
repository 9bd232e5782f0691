/** The tables of an execution trace: what held the Ps, goroutines, waits for a P, the time of Ps, stopped worlds. */

import { P_STATE_LABELS, P_STATES } from '../../model/pstates.ts';
import { NO_STACK, type StackId, type StackTable } from '../../model/stacks.ts';
import type { GoroutineGroup, Hotspot, OtherGoroutine, ProcUsage, TraceAnalysis } from '../../model/traceanalysis.ts';
import { countUnit } from '../geometry.ts';
import { hotspotNotes, kindLabel } from '../sureness.ts';
import { formatDuration } from '../units.ts';
import { frameName, frameOfStack, stackBlock } from './cells.ts';
import type { Block, Fact, Table, TableColumn, TableReportView } from './model.ts';
import { countColumn, textColumn } from './tables.ts';

export function durationColumn(title: string, values: readonly number[]): TableColumn {
  return { title, kind: 'duration', values: Float64Array.from(values) };
}

/** What a person wants to know first of a trace. */
export function traceFacts(analysis: TraceAnalysis): Fact[] {
  const { startNs, endNs, procs, latency, gc, stwDurations, gomaxprocs } = analysis;
  const total = procs.reduce((sum, { ns }) => sum + ns.reduce((all, value) => all + value, 0), 0);
  const idle = procs.reduce((sum, { ns }) => sum + ns[P_STATES.indexOf('idle')], 0);
  const texts = [
    `${formatDuration(endNs - startNs)}, GOMAXPROCS ${gomaxprocs[0]?.value ?? procs.length}`,
    `Ps busy ${total === 0 ? 0 : Math.round((100 * (total - idle)) / total)}%`,
    ...(latency.count === 0
      ? []
      : [
          `wait for a P: half below ${formatDuration(latency.p50Ns)}, p99 ${formatDuration(latency.p99Ns)}, longest ${formatDuration(latency.maxNs)}`,
        ]),
    countUnit(gc.cycles.length, 'GC cycles'),
    ...(stwDurations.count === 0
      ? []
      : [`${countUnit(stwDurations.count, 'stops of the world')}, longest ${formatDuration(stwDurations.maxNs)}`]),
  ];
  return texts.map((text) => ({ text, tone: 'plain' }));
}

export function traceTables(analysis: TraceAnalysis): TableReportView[] {
  const { stacks } = analysis;
  const views = [
    hotspotTable(analysis, stacks),
    groupTable(analysis.groups),
    latencyTable(analysis, stacks),
    procTable(analysis.procs),
    pauseTable(analysis, stacks),
  ];
  return views.filter(({ table }) => table.rows > 0);
}

function view(title: string, about: string, table: Table): TableReportView {
  return { kind: 'table', title, about, table };
}

/** Begins and ends on the timeline, which begins with the window. */
function timesOf(rows: readonly { readonly startNs: number; readonly endNs: number }[], begin: number): Float64Array {
  return Float64Array.from(
    rows.flatMap(({ startNs, endNs }) => [Math.max(0, Math.floor(startNs - begin)), Math.ceil(endNs - begin)]),
  );
}

function hotspotTable({ hotspots, startNs: begin }: TraceAnalysis, stacks: StackTable): TableReportView {
  const frames = hotspots.map(({ stack }) => (stack === NO_STACK ? '' : frameName(frameOfStack(stacks, stack))));
  return view('Hotspots', 'the longest times in which one goroutine held a P, with breaks of some microseconds at most', {
    rows: hotspots.length,
    sortBy: -1,
    columns: hotspotColumns(hotspots, frames),
    blocks: hotspots.map((hotspot) => hotspotBlocks(hotspot, stacks)),
    links: frames,
    times: timesOf(hotspots, begin),
  });
}

function hotspotColumns(hotspots: readonly Hotspot[], frames: readonly string[]): TableColumn[] {
  const number = (title: string, of: (hotspot: Hotspot) => number) => countColumn(title, hotspots.map(of));
  const duration = (title: string, of: (hotspot: Hotspot) => number) => durationColumn(title, hotspots.map(of));
  const text = (title: string, of: (hotspot: Hotspot) => string) => textColumn(title, hotspots.map(of));
  return [
    number('No.', ({ rank }) => rank),
    duration('Held', ({ heldNs }) => heldNs),
    text('Kind', kindLabel),
    text('P', ({ proc }) => `P ${proc}`),
    duration('Start', ({ startNs }) => startNs),
    number('Starved', ({ starvedCount }) => starvedCount),
    duration('Their waiting', ({ starvedNs }) => starvedNs),
    textColumn(
      'Where',
      frames.map((frame, i) => frame || hotspots[i].entry),
      'function',
    ),
  ];
}

export function hotspotBlocks(hotspot: Hotspot, stacks: StackTable): Block[] {
  const { goroutine, entry, stack, starved, starvedCount, evidence, mapFunction, mapOperation, confidence } = hotspot;
  const title = `goroutine ${goroutine}${entry === '' ? '' : ` (${entry})`}`;
  const blocks = [stackBlock(title, stack === NO_STACK ? [] : stacks.framesAt(stack))];
  const told = evidence.map(({ source, kind, count }) => `${count} ${source}: ${kind}`);
  if (mapFunction !== null) told.push(`map function: ${mapFunction}${mapOperation === null ? '' : ` (${mapOperation})`}`);
  told.push(...hotspotNotes(hotspot));
  const parts = [
    ['mark assist', hotspot.assistNs],
    ['sweep', hotspot.sweepNs],
    ['system call', hotspot.syscallNs],
    ['world stopped', hotspot.stwNs],
  ] as const;
  for (const [name, ns] of parts) if (ns > 0) told.push(`${name}: ${formatDuration(ns)}`);
  if (told.length > 0) blocks.push({ title: `what tells the kind (confidence: ${confidence})`, lines: told });
  if (starved.length > 0) blocks.push(othersBlock(`waited for a P meanwhile (${starvedCount} in all)`, starved));
  return blocks;
}

function othersBlock(title: string, others: readonly OtherGoroutine[]): Block {
  return { title, lines: others.map(({ goroutine, entry, ns }) => `${formatDuration(ns)}  goroutine ${goroutine}  ${entry}`) };
}

function groupTable(groups: readonly GoroutineGroup[]): TableReportView {
  const waiting = ({ waitingNs }: GoroutineGroup) => Object.values(waitingNs).reduce((sum, ns) => sum + ns, 0);
  const names = groups.map(({ entry }) => entry);
  return view('Goroutines', 'goroutines by the function that they began with, and what their time went into', {
    rows: groups.length,
    sortBy: 1,
    columns: [
      countColumn(
        'Goroutines',
        groups.map(({ count }) => count),
      ),
      durationColumn(
        'Running',
        groups.map(({ runningNs }) => runningNs),
      ),
      durationColumn(
        'Waiting for a P',
        groups.map(({ runnableNs }) => runnableNs),
      ),
      durationColumn(
        'p99',
        groups.map(({ runnable }) => runnable.p99Ns),
      ),
      durationColumn(
        'System calls',
        groups.map(({ syscallNs }) => syscallNs),
      ),
      durationColumn('Blocked', groups.map(waiting)),
      textColumn(
        'Entry',
        names.map((name) => name || '(unknown)'),
        'function',
      ),
    ],
    blocks: groups.map(({ waitingNs }) => waitBlocks(waitingNs)),
    links: names,
  });
}

function waitBlocks(waitingNs: Readonly<Record<string, number>>): Block[] {
  const lines = Object.entries(waitingNs).map(([reason, ns]) => `${formatDuration(ns)}  ${reason || '(no reason)'}`);
  return lines.length === 0 ? [] : [{ title: 'blocked on', lines }];
}

function latencyTable({ worstLatencies, startNs: begin }: TraceAnalysis, stacks: StackTable): TableReportView {
  const own = (stack: StackId, title: string): Block[] => (stack === NO_STACK ? [] : [stackBlock(title, stacks.framesAt(stack))]);
  return view('Latency', 'the longest waits of goroutines that could run and had no P', {
    rows: worstLatencies.length,
    sortBy: 0,
    columns: [
      durationColumn(
        'Waited',
        worstLatencies.map(({ startNs, endNs }) => endNs - startNs),
      ),
      durationColumn(
        'Start',
        worstLatencies.map(({ startNs }) => startNs),
      ),
      textColumn(
        'Goroutine',
        worstLatencies.map(({ goroutine }) => `goroutine ${goroutine}`),
      ),
      textColumn(
        'Entry',
        worstLatencies.map(({ entry }) => entry || '(unknown)'),
        'function',
      ),
    ],
    blocks: worstLatencies.map(({ stack, wakerStack, ranInstead }) => [
      ...own(stack, 'where it was'),
      ...own(wakerStack, 'made runnable by'),
      ...(ranInstead.length === 0 ? [] : [othersBlock('what ran meanwhile', ranInstead)]),
    ]),
    links: worstLatencies.map(({ entry }) => entry),
    times: timesOf(worstLatencies, begin),
  });
}

function procTable(procs: readonly ProcUsage[]): TableReportView {
  const used = P_STATES.map((_, state) => state).filter((state) => procs.some(({ ns }) => ns[state] > 0));
  return view('Ps', 'what every P was doing; the states of a P add up to the time for which GOMAXPROCS allowed it', {
    rows: procs.length,
    sortBy: -1,
    columns: [
      textColumn(
        'P',
        procs.map(({ id }) => `P ${id}`),
      ),
      ...used.map((state) =>
        durationColumn(
          P_STATE_LABELS[state],
          procs.map(({ ns }) => ns[state]),
        ),
      ),
      durationColumn(
        'idle while others waited',
        procs.map(({ idleWhileRunnableNs }) => idleWhileRunnableNs),
      ),
    ],
    blocks: [],
    links: procs.map(() => ''),
  });
}

function pauseTable({ stw, startNs: begin }: TraceAnalysis, stacks: StackTable): TableReportView {
  return view('Pauses', 'times in which the world was stopped', {
    rows: stw.length,
    sortBy: 0,
    columns: [
      durationColumn(
        'Lasted',
        stw.map(({ durationNs }) => durationNs),
      ),
      durationColumn(
        'Start',
        stw.map(({ startNs }) => startNs),
      ),
      textColumn(
        'Reason',
        stw.map(({ reason }) => reason),
      ),
      textColumn(
        'Goroutine',
        stw.map(({ goroutine }) => (goroutine < 0 ? '' : `goroutine ${goroutine}`)),
      ),
    ],
    blocks: stw.map(({ stack }) => (stack === NO_STACK ? [] : [stackBlock('stopped by', stacks.framesAt(stack))])),
    links: stw.map(() => ''),
    times: timesOf(
      stw.map(({ startNs, durationNs }) => ({ startNs, endNs: startNs + durationNs })),
      begin,
    ),
  });
}

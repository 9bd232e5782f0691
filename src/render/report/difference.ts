/** A comparison as the subject of a report. */

import {
  type Comparison,
  changeOf,
  type GroupChange,
  type RaceChange,
  type RaceStatus,
  raceStatus,
  type TraceComparison,
  type TraceSide,
} from '../../model/comparison.ts';
import { changeText, formatMetric } from '../difftrace.ts';
import { countUnit, formatAmount, signedText } from '../geometry.ts';
import { kindLabel } from '../sureness.ts';
import { frameName, frameOfStack, stackBlock, statesText } from './cells.ts';
import type { Fact, ReportSubject, ReportView, TableColumn, TableReportView } from './model.ts';
import { countColumn, raceBlocks, textColumn } from './tables.ts';
import { hotspotBlocks } from './tracetables.ts';

export function makeDifference(comparison: Comparison): ReportSubject {
  const { before, after, profile, groups, races, trace } = comparison;
  const views: ReportView[] = [];
  if (profile.nodeCount > 0) views.push({ kind: 'flame', profile, ordered: false });
  if (groups !== null && groups.length > 0) views.push(groupChanges(groups));
  if (races !== null) views.push(raceChanges(races));
  if (trace !== null) views.push(metricTable(trace), ...entryTable(trace), ...hotspotTable(trace));
  return {
    name: `${baseOf(before.file)} → ${baseOf(after.file)}`,
    kind: `difference of ${[...new Set([...before.kinds, ...after.kinds])].join(', ')}`,
    facts: factsOf(comparison),
    views,
  };
}

function baseOf(file: string): string {
  return file === '-' ? 'stdin' : file.slice(file.lastIndexOf('/') + 1);
}

function factsOf({ total, unit, factor, races }: Comparison): Fact[] {
  const change = changeOf(total);
  const share =
    total.before === 0 || change === 0
      ? ''
      : ` (${signedText(change / total.before, (value) => `${(100 * value).toFixed(2)}%`)})`;
  const amount = (value: number) => formatAmount(value, unit);
  const facts: Fact[] = [
    {
      tone: 'plain',
      text: `${amount(total.before)} → ${countUnit(total.after, unit)}: ${change === 0 ? 'unchanged' : signedText(change, amount)}${share}`,
    },
  ];
  if (factor !== 1) facts.push({ tone: 'plain', text: `numbers before are multiplied by ${Number(factor.toPrecision(5))}` });
  const fresh = (races ?? []).filter(({ count }) => count.before === 0).length;
  if (fresh > 0) facts.push({ tone: 'alarm', text: countUnit(fresh, 'new races') });
  return facts;
}

function changeColumn(title: string, values: readonly number[]): TableColumn {
  return { title, kind: 'change', values: Float64Array.from(values) };
}

function groupChanges(groups: readonly GroupChange[]): TableReportView {
  const names = groups.map(({ at }) => frameName(at) || '(stack not available)');
  return {
    kind: 'table',
    title: 'Goroutines',
    about: 'groups of goroutines that changed in number, leak suspects first: by growth, and by how long they wait',
    table: {
      rows: groups.length,
      sortBy: -1,
      columns: [
        changeColumn(
          'Change',
          groups.map(({ count }) => changeOf(count)),
        ),
        countColumn(
          'Before',
          groups.map(({ count }) => count.before),
        ),
        countColumn(
          'After',
          groups.map(({ count }) => count.after),
        ),
        countColumn(
          'Minutes',
          groups.map(({ before, after }) => (after ?? before)?.maxWait ?? 0),
        ),
        textColumn(
          'State',
          groups.map(({ before, after }) => statesText((after ?? before)?.states ?? new Map())),
        ),
        textColumn('Where', names, 'function'),
      ],
      blocks: groups.map(({ frames, createdBy }) => [stackBlock('stack', frames, createdBy)]),
      links: groups.map(({ at }) => frameName(at)),
    },
  };
}

function metricTable({ metrics }: TraceComparison): TableReportView {
  const texts = (side: 'before' | 'after') => metrics.map(({ unit, values }) => formatMetric(unit, values[side]));
  return {
    kind: 'table',
    title: 'Trace',
    about: 'both traces side by side; shares are those of all time of the Ps, their changes in percentage points',
    table: {
      rows: metrics.length,
      sortBy: -1,
      columns: [
        textColumn(
          'Of',
          metrics.map(({ section }) => section),
        ),
        textColumn(
          'Number',
          metrics.map(({ name }) => name),
        ),
        textColumn('Before', texts('before'), 'amount'),
        textColumn('After', texts('after'), 'amount'),
        textColumn(
          'Change',
          metrics.map((metric) => changeText(metric, '−')),
          'amount',
        ),
      ],
      blocks: [],
      links: metrics.map(() => ''),
    },
  };
}

function entryTable({ groups }: TraceComparison): TableReportView[] {
  if (groups.length === 0) return [];
  const change = (title: string, of: 'runningNs' | 'runnableNs'): TableColumn => ({
    title,
    kind: 'duration change',
    values: Float64Array.from(groups, (group) => changeOf(group[of])),
  });
  const table = {
    rows: groups.length,
    sortBy: -1,
    columns: [
      change('Running', 'runningNs'),
      change('Waiting for a P', 'runnableNs'),
      countColumn(
        'Before',
        groups.map(({ count }) => count.before),
      ),
      countColumn(
        'After',
        groups.map(({ count }) => count.after),
      ),
      textColumn(
        'Entry',
        groups.map(({ entry }) => entry || '(unknown)'),
        'function',
      ),
    ],
    blocks: [],
    links: groups.map(({ entry }) => entry),
  };
  return [
    {
      kind: 'table',
      title: 'Goroutines',
      about: 'goroutines by entry function: how their time changed, and how many there were',
      table,
    },
  ];
}

/** The longest holds of both sides, rank by rank. */
function hotspotTable({ before, after }: TraceComparison): TableReportView[] {
  const rows = Math.max(before.hotspots.length, after.hotspots.length);
  if (rows === 0) return [];
  const all = Array.from({ length: rows }, (_, i) => i);
  const held = (title: string, side: TraceSide): TableColumn => ({
    title,
    kind: 'duration',
    values: Float64Array.from(all, (i) => side.hotspots[i]?.heldNs ?? 0),
  });
  const what = ({ hotspots, stacks }: TraceSide) =>
    all.map((i) => {
      const one = hotspots[i];
      return one === undefined ? '' : `${kindLabel(one)}  ${frameName(frameOfStack(stacks, one.stack)) || one.entry}`;
    });
  const blocks = (side: TraceSide, name: string, i: number) =>
    side.hotspots[i] === undefined
      ? []
      : hotspotBlocks(side.hotspots[i], side.stacks).map((block) => ({ ...block, title: `${name}: ${block.title}` }));
  const table = {
    rows,
    sortBy: -1,
    columns: [
      countColumn(
        'Rank',
        all.map((i) => i + 1),
      ),
      held('Before', before),
      textColumn('What held the P before', what(before)),
      held('After', after),
      textColumn('What held the P after', what(after)),
    ],
    blocks: all.map((i) => [...blocks(before, 'before', i), ...blocks(after, 'after', i)]),
    links: all.map(() => ''),
  };
  return [{ kind: 'table', title: 'Hotspots', about: 'the longest times in which one goroutine held a P, rank by rank', table }];
}

const STATUS_WORDS: Record<RaceStatus, string> = { new: 'new', maybe: 'may be known', gone: 'gone', still: 'still there' };

function raceChanges(races: readonly RaceChange[]): TableReportView {
  const side = (i: number) =>
    races.map(({ accesses }) => `${accesses[i]?.kind ?? ''}  ${frameName(accesses[i]?.at ?? null)}`.trim());
  return {
    kind: 'table',
    title: 'Races',
    about: 'races by fingerprint: new, gone, still there',
    table: {
      rows: races.length,
      sortBy: -1,
      columns: [
        textColumn(
          'Status',
          races.map((race) => STATUS_WORDS[raceStatus(race)]),
        ),
        countColumn(
          'Before',
          races.map(({ count }) => count.before),
        ),
        countColumn(
          'After',
          races.map(({ count }) => count.after),
        ),
        textColumn('Detected access', side(0)),
        textColumn('Previous access', side(1)),
        textColumn(
          'Fingerprint',
          races.map(({ fingerprint }) => fingerprint),
        ),
      ],
      blocks: races.map(({ race, stacks }) => raceBlocks(race, stacks)),
      links: races.map(({ accesses }) => frameName(accesses[0]?.at ?? null)),
    },
  };
}

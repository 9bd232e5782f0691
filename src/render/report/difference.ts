/** A comparison as the subject of a report. */

import { type Comparison, changeOf, type GroupChange, type RaceChange } from '../../model/comparison.ts';
import { countUnit, formatCount, signedText } from '../geometry.ts';
import { frameName, stackBlock, statesText } from './cells.ts';
import type { Fact, ReportSubject, ReportView, TableColumn, TableReportView } from './model.ts';
import { countColumn, raceBlocks, textColumn } from './tables.ts';

export function makeDifference(comparison: Comparison): ReportSubject {
  const { before, after, profile, groups, races } = comparison;
  const views: ReportView[] = [];
  if (profile.nodeCount > 0) views.push({ kind: 'flame', profile, ordered: false });
  if (groups !== null && groups.length > 0) views.push(groupChanges(groups));
  if (races !== null) views.push(raceChanges(races));
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
  const facts: Fact[] = [
    {
      tone: 'plain',
      text: `${formatCount(total.before)} → ${countUnit(total.after, unit)}: ${change === 0 ? 'unchanged' : signedText(change, formatCount)}${share}`,
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

function statusOf({ count }: RaceChange): string {
  return count.before === 0 ? 'new' : count.after === 0 ? 'gone' : 'still there';
}

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
        textColumn('Status', races.map(statusOf)),
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

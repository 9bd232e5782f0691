/** The tables of a report: groups of goroutines, races with both sides, records of profiles, problems. */

import type { Problem } from '../../base/errors.ts';
import { partyText, type RaceReport } from '../../model/snapshot.ts';
import type { StackTable } from '../../model/stacks.ts';
import type { DumpSummary, ProfileSummary, RaceSummary, StackGroup } from '../../model/summary.ts';
import { formatCount } from '../geometry.ts';
import { frameName, frameOfStack, frameOrNull, stackBlock, statesText } from './cells.ts';
import type { Block, TableColumn, TableReportView } from './model.ts';

export function countColumn(title: string, values: readonly number[]): TableColumn {
  return { title, kind: 'count', values: Float64Array.from(values) };
}

export function textColumn(title: string, values: readonly string[], kind: 'text' | 'amount' | 'function' = 'text'): TableColumn {
  return { title, kind, values };
}

/** Rows that a page holds of one table: the largest ones. */
const MOST_ROWS = 5000;

/** `about`, and how many rows there would be if not all are there. */
function aboutRows(about: string, all: number): string {
  return all <= MOST_ROWS ? about : `${about}; the largest ${formatCount(MOST_ROWS)} of ${formatCount(all)}`;
}

/** Goroutines by identical stack; null for a dump without any. */
export function goroutineTable({ groups: all }: DumpSummary, stacks: StackTable, title: string): TableReportView | null {
  if (all.length === 0) return null;
  const groups = all.slice(0, MOST_ROWS);
  const names = groups.map(({ stack }) => frameName(frameOfStack(stacks, stack)) || '(stack not available)');
  return {
    kind: 'table',
    title,
    about: aboutRows('goroutines by identical stack; minutes as the runtime tells them, none below one', all.length),
    table: {
      rows: groups.length,
      sortBy: 0,
      columns: [
        countColumn(
          'Goroutines',
          groups.map(({ count }) => count),
        ),
        countColumn(
          'Minutes',
          groups.map(({ maxWait }) => maxWait),
        ),
        textColumn(
          'State',
          groups.map((group) => stateText(group)),
        ),
        textColumn('Where', names, 'function'),
        textColumn(
          'Created by',
          groups.map(({ createdBy }) => frameName(frameOrNull(stacks, createdBy))),
        ),
      ],
      blocks: groups.map((group) => [groupBlock(group, stacks)]),
      links: groups.map(({ stack }) => frameName(frameOfStack(stacks, stack))),
    },
  };
}

function stateText({ states, count, leaked, locked }: StackGroup): string {
  const more = [
    ...(leaked > 0 ? [leaked === count ? 'leaked' : `${leaked} leaked`] : []),
    ...(locked > 0 ? ['locked to thread'] : []),
  ];
  return [statesText(states), ...more].join(', ');
}

function groupBlock({ stack, id, line, createdBy }: StackGroup, stacks: StackTable): Block {
  return stackBlock(`e.g. goroutine ${id}, line ${line}`, stacks.framesAt(stack), frameOrNull(stacks, createdBy));
}

/** Records of a goroutine profile by stack. */
export function recordTable({ records: all, part }: ProfileSummary, stacks: StackTable, title: string): TableReportView | null {
  if (all.length === 0) return null;
  const records = all.slice(0, MOST_ROWS);
  const names = records.map(({ stack }) => frameName(frameOfStack(stacks, stack)));
  return {
    kind: 'table',
    title,
    about: aboutRows(`${part.name} profile: records by stack`, all.length),
    table: {
      rows: records.length,
      sortBy: 0,
      columns: [
        countColumn(
          'Count',
          records.map(({ count }) => count),
        ),
        textColumn('Where', names, 'function'),
      ],
      blocks: records.map(({ stack }) => [stackBlock('stack', stacks.framesAt(stack))]),
      links: names,
    },
  };
}

/** Races by their fingerprint, both sides beside each other. */
export function raceTable({ groups }: RaceSummary, stacks: StackTable, title: string): TableReportView | null {
  if (groups.length === 0) return null;
  const side = (i: number) => groups.map(({ race }) => sideName(race, i, stacks));
  const tests = groups.map((group) => [...new Set([...group.tests.values()].flat().map(({ name }) => name))].join(', '));
  return {
    kind: 'table',
    title,
    about: 'data races; reports of one race have one fingerprint, whatever its lines and addresses',
    table: {
      rows: groups.length,
      sortBy: 0,
      columns: [
        countColumn(
          'Seen',
          groups.map(({ count }) => count),
        ),
        textColumn('Detected access', side(0)),
        textColumn('Previous access', side(1)),
        ...(tests.some((test) => test !== '') ? [textColumn('Test', tests)] : []),
        textColumn(
          'Fingerprint',
          groups.map(({ fingerprint }) => fingerprint),
        ),
      ],
      blocks: groups.map(({ race }) => raceBlocks(race, stacks)),
      links: groups.map(({ race }) => frameName(frameOfStack(stacks, race.accesses[0]?.stack ?? -1))),
    },
  };
}

function sideName({ accesses }: RaceReport, i: number, stacks: StackTable): string {
  const access = accesses[i];
  if (access === undefined) return '(cut off)';
  return `${access.kind}  ${frameName(frameOfStack(stacks, access.stack)) || '(stack not restored)'}`;
}

export function raceBlocks({ accesses, creations }: RaceReport, stacks: StackTable): Block[] {
  const blocks = accesses.map(({ kind, goroutine, stack, address }, i) => {
    const who = partyText(goroutine);
    const title = `${i === 0 ? kind : `previous ${kind}`} by ${who}${address === null ? '' : ` at ${address}`}`;
    return stackBlock(title, stacks.framesAt(stack));
  });
  const created = creations.map(({ goroutine, state, stack }) =>
    stackBlock(`goroutine ${goroutine} (${state}) created at`, stacks.framesAt(stack)),
  );
  return [...blocks, ...created];
}

/** What could not be read; null where all could. */
export function problemTable(problems: readonly Problem[]): TableReportView | null {
  if (problems.length === 0) return null;
  return {
    kind: 'table',
    title: 'Problems',
    about: 'what could not be read, or was not understood',
    table: {
      rows: problems.length,
      sortBy: -1,
      columns: [
        textColumn(
          'Severity',
          problems.map(({ severity }) => severity),
        ),
        countColumn(
          'Line',
          problems.map(({ line, offset }) => line ?? offset ?? 0),
        ),
        textColumn(
          'Problem',
          problems.map(({ message }) => message),
        ),
        textColumn(
          'Text',
          problems.map(({ excerpt }) => excerpt ?? ''),
        ),
      ],
      blocks: [],
      links: problems.map(() => ''),
    },
  };
}

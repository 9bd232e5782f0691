/** Tables of parts without stacks: scheduler logs and the output of go test. */

import type { SchedSample, SchedTracePart, TestPart } from '../../model/evidence.ts';
import type { TableReportView } from './model.ts';
import { countColumn, textColumn } from './tables.ts';

/** Numbers of a sample, in the order of the columns. */
const SAMPLE_COLUMNS: readonly (readonly [title: string, of: (sample: SchedSample) => number])[] = [
  ['ms', ({ ms }) => ms],
  ['GOMAXPROCS', ({ gomaxprocs }) => gomaxprocs],
  ['Idle Ps', ({ idleprocs }) => idleprocs],
  ['Threads', ({ threads }) => threads],
  ['Spinning', ({ spinningthreads }) => spinningthreads],
  ['Idle threads', ({ idlethreads }) => idlethreads],
  ['Global queue', ({ runqueue }) => runqueue],
  ['Local queues', ({ local }) => local.reduce((sum, count) => sum + count, 0)],
];

export function schedulerTable({ samples }: SchedTracePart): TableReportView | null {
  if (samples.length === 0) return null;
  const byProc = textColumn(
    'By P',
    samples.map(({ local }) => local.join(' ')),
  );
  return {
    kind: 'table',
    title: 'Scheduler',
    about: 'samples of GODEBUG=schedtrace in the order of time; queues are goroutines that could run',
    table: {
      rows: samples.length,
      sortBy: -1,
      columns: [...SAMPLE_COLUMNS.map(([title, of]) => countColumn(title, samples.map(of))), byProc],
      blocks: [],
      links: samples.map(() => ''),
    },
  };
}

const OPEN = ['crashed', 'timed out', 'unfinished', 'paused'];

export function testTable({ packages, tests }: TestPart): TableReportView | null {
  const rows = [
    ...packages.map(({ name, result, note, cached }) => {
      const notes = [...(cached ? ['cached'] : []), ...(note === null ? [] : [note])];
      return [name, notes.length === 0 ? result : `${result} (${notes.join(', ')})`] as const;
    }),
    ...tests.filter(({ outcome }) => outcome === 'fail').map(({ name }) => [name, 'failed test'] as const),
    ...tests.filter(({ outcome }) => OPEN.includes(outcome)).map(({ name, outcome }) => [name, `${outcome} test`] as const),
  ];
  if (rows.length === 0) return null;
  return {
    kind: 'table',
    title: 'Tests',
    about: 'packages, and the tests that failed or never ended',
    table: {
      rows: rows.length,
      sortBy: -1,
      columns: [
        textColumn(
          'Name',
          rows.map(([name]) => name),
        ),
        textColumn(
          'Result',
          rows.map(([, result]) => result),
        ),
      ],
      blocks: [],
      links: rows.map(() => ''),
    },
  };
}

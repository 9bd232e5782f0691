/** Tables of parts without stacks: scheduler logs and the output of go test. */

import type { SchedTracePart, TestPart } from '../../model/evidence.ts';
import type { TableReportView } from './model.ts';
import { countColumn, textColumn } from './tables.ts';

export function schedulerTable({ samples }: SchedTracePart): TableReportView | null {
  if (samples.length === 0) return null;
  return {
    kind: 'table',
    title: 'Scheduler',
    about: 'samples of GODEBUG=schedtrace in the order of time; queues are goroutines that could run',
    table: {
      rows: samples.length,
      sortBy: -1,
      columns: [
        countColumn(
          'ms',
          samples.map(({ ms }) => ms),
        ),
        countColumn(
          'GOMAXPROCS',
          samples.map(({ gomaxprocs }) => gomaxprocs),
        ),
        countColumn(
          'Idle Ps',
          samples.map(({ idleprocs }) => idleprocs),
        ),
        countColumn(
          'Threads',
          samples.map(({ threads }) => threads),
        ),
        countColumn(
          'Spinning',
          samples.map(({ spinningthreads }) => spinningthreads),
        ),
        countColumn(
          'Idle threads',
          samples.map(({ idlethreads }) => idlethreads),
        ),
        countColumn(
          'Global queue',
          samples.map(({ runqueue }) => runqueue),
        ),
        countColumn(
          'Local queues',
          samples.map(({ local }) => local.reduce((sum, count) => sum + count, 0)),
        ),
        textColumn(
          'By P',
          samples.map(({ local }) => local.join(' ')),
        ),
      ],
      blocks: [],
      links: samples.map(() => ''),
    },
  };
}

export function testTable({ packages, failedTests }: TestPart): TableReportView | null {
  const rows = [
    ...packages.map(({ name, result }) => [name, result] as const),
    ...failedTests.map((name) => [name, 'failed test'] as const),
  ];
  if (rows.length === 0) return null;
  return {
    kind: 'table',
    title: 'Tests',
    about: 'packages, and the tests that failed',
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

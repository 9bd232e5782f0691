/** Drawing the timeline of a large trace, as a process: time, size of the picture. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeGoPeers } from './bigtrace.ts';
import { median, megabytes, type Report, timeRuns } from './report.ts';

const RECORDED = path.resolve('test/fixtures/gotrace/multigen-1.23.trace.gz');

export async function run(report: Report): Promise<void> {
  const trace = makeGoPeers()?.trace ?? RECORDED;
  const folder = mkdtempSync(path.join(tmpdir(), 'goflame-bench-'));
  const picture = path.join(folder, 'p.svg');
  try {
    const times = await timeRuns(3, () =>
      execFileSync(process.execPath, ['bin/goflame.js', 'timeline', '-q', trace, '-o', picture]),
    );
    report.title(`Drawing a timeline: a trace of ${megabytes(statSync(trace).size)}, as a process`);
    report.line('goflame timeline', `${median(times).toFixed(0)} ms, a picture of ${megabytes(statSync(picture).size)}`);
    if (trace === RECORDED) report.missing('a large trace', 'with Go installed, one of 13 million events is made');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

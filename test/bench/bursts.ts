/** Analysing bursts of goroutines that all wait at once: time, growth from one size to the next, memory, as a process. */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ev, GoStatus, ProcStatus } from '../../src/formats/gotrace/spec.ts';
import { TraceWriter } from '../../src/formats/gotrace/writer.ts';
import { median, type Report, timeRuns } from './report.ts';

const SIZES = [10_000, 20_000, 250_000, 500_000];

export async function run(report: Report): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'goflame-bench-'));
  report.title('Bursts of goroutines: goflame analyze, as a process');
  let before = 0;
  try {
    for (const size of SIZES) {
      const trace = path.join(folder, `${size}.trace`);
      writeFileSync(trace, burst(size));
      const args = ['bin/goflame.js', 'analyze', '-q', trace];
      const ms = median(await timeRuns(3, () => execFileSync(process.execPath, args)));
      const growth = before === 0 ? '' : `  ×${(ms / before).toFixed(2)}`;
      report.line(`${size} goroutines`, `${ms.toFixed(0)} ms${growth}${peakOf(args)}`);
      before = ms;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The most memory it takes, where GNU time is there to tell. */
function peakOf(args: readonly string[]): string {
  const { status, stderr } = spawnSync('/usr/bin/time', ['-f', '%M', process.execPath, ...args], { encoding: 'utf8' });
  return status === 0 ? `, ${(Number(stderr.trim().split('\n').at(-1)) / 1024).toFixed(0)} MiB` : '';
}

/** One goroutine starts many, which then run one after the other. */
function burst(count: number): Buffer {
  const chunks: Uint8Array[] = [];
  const writer = new TraceWriter((chunk) => chunks.push(chunk), { version: 22 });
  writer.beginGeneration({ time: 1000, clock: { time: 1001, mono: 6001, seconds: 1_700_000_000, nanoseconds: 0 } });
  const main = writer.stack([{ function: 'main.main', file: 'main.go', line: 10 }]);
  const worker = writer.stack([{ function: 'main.work', file: 'main.go', line: 20 }]);
  let time = 1010;
  const tell = (...event: [number, ...number[]]) => writer.event(11, time++, ...event);
  tell(Ev.ProcStatus, 0, ProcStatus.running);
  tell(Ev.GoStatus, 1, 11, GoStatus.running);
  for (let i = 0; i < count; i++) tell(Ev.GoCreate, 10 + i, worker, main);
  tell(Ev.GoBlock, writer.string('chan receive'), main);
  for (let i = 0; i < count; i++) {
    tell(Ev.GoStart, 10 + i, 1);
    time += i % 7;
    tell(Ev.GoDestroy);
  }
  writer.finish();
  return Buffer.concat(chunks);
}

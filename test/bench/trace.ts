/**
 * Reading an execution trace: all events in order, counted. GOFLAME_TRACE names a large one, READALL a program that does
 * the same with Go's own reader and prints the number of events; without, a recorded small one is read.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { InputReader, type TracePart } from 'goflame';
import { median, megabytes, type Report, timeRuns } from './report.ts';

const RECORDED = path.resolve('test/fixtures/gotrace/multigen-1.23.trace.gz');

export async function run(report: Report): Promise<void> {
  const large = process.env.GOFLAME_TRACE;
  if (large !== undefined && existsSync(large)) await compareProcesses(report, large);
  else await readRecorded(report);
}

async function readRecorded(report: Report): Promise<void> {
  const bytes = gunzipSync(readFileSync(RECORDED));
  let events = 0;
  const times = await timeRuns(9, () => {
    const reader = new InputReader({ goroutine() {}, record() {}, race() {} });
    for (let at = 0; at < bytes.length; at += 1 << 16) reader.push(bytes.subarray(at, at + (1 << 16)));
    events = (reader.end().parts[0] as TracePart).events;
  });
  report.title(`Reading a trace: ${megabytes(bytes.length)}, ${events} events`);
  report.line('goflame', `${(events / median(times) / 1000).toFixed(1)} M events/s`);
  report.missing('a large trace', 'set GOFLAME_TRACE to one, and READALL to a program that reads it with internal/trace');
}

async function compareProcesses(report: Report, file: string): Promise<void> {
  report.title(`Reading a trace: ${megabytes(statSync(file).size)}, as processes`);
  let events = 0;
  const ours = await timeRuns(3, () => {
    const out = execFileSync(process.execPath, ['bin/goflame.js', 'inspect', '--json', file], { encoding: 'utf8' });
    events = JSON.parse(out).inputs[0].parts[0].events;
  });
  const rate = (times: number[]) => `${median(times).toFixed(0)} ms, ${(events / median(times) / 1000).toFixed(1)} M events/s`;
  report.line(`goflame inspect, ${events} events`, rate(ours));
  const peer = process.env.READALL;
  if (peer === undefined || !existsSync(peer)) {
    report.missing("Go's own reader", 'set READALL to a program that reads a trace with internal/trace');
    return;
  }
  const theirs = await timeRuns(3, () => execFileSync(peer, [file], { stdio: 'pipe' }));
  report.line("Go's own reader", `${rate(theirs)}; goflame takes ${(median(ours) / median(theirs)).toFixed(2)} times as long`);
}

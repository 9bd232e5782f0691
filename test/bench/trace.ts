/**
 * Execution traces: reading all events in order, analysing them, beside Go's own reader and `go tool trace`
 * on the same large trace. Where Go is not installed, a recorded small trace is read.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { InputReader, type TracePart } from 'goflame';
import { type GoPeers, makeGoPeers } from './bigtrace.ts';
import { type ChildRun, runChild, runChildTimes } from './child.ts';
import { median, megabytes, type Report, timeRuns } from './report.ts';

const RECORDED = path.resolve('test/fixtures/gotrace/multigen-1.23.trace.gz');
const BIN = 'bin/goflame.js';
const RUNS = 3;

export async function run(report: Report): Promise<void> {
  const peers = makeGoPeers();
  if (peers === null) await readRecorded(report);
  else await compareProcesses(report, peers);
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
  report.missing('Go', 'with it, a trace of 13 million events is made and read by Go too');
}

async function compareProcesses(report: Report, { trace, readall, traceTool }: GoPeers): Promise<void> {
  const counted = execFileSync(process.execPath, [BIN, 'inspect', '--json', trace], { encoding: 'utf8' });
  const { events } = JSON.parse(counted).inputs[0].parts[0];
  report.title(`Execution trace: ${megabytes(statSync(trace).size)}, ${events} events; whole processes, median of ${RUNS}`);
  const shown = ({ ms, peak }: ChildRun) =>
    `${(ms / 1000).toFixed(2)} s, ${(events / ms / 1000).toFixed(1)} M events/s, ${megabytes(peak)}`;
  const bare = readall === null ? null : await runChildTimes(RUNS, readall, [trace]);
  if (bare === null) report.missing("Go's bare reader", 'it could not be built with this Go');
  else report.line("Go's bare reader (internal/trace)", shown(bare));
  const inspect = await runChildTimes(RUNS, process.execPath, [BIN, 'inspect', '-q', trace]);
  const beside = bare === null ? '' : `; ${(inspect.ms / bare.ms).toFixed(2)} times Go's`;
  report.line('goflame inspect (reads all events)', shown(inspect) + beside);
  const analyze = await runChildTimes(RUNS, process.execPath, [BIN, 'analyze', '-q', trace]);
  const sched = await runChild(traceTool, ['-pprof=sched', trace]);
  report.line('go tool trace -pprof=sched (one run)', shown(sched));
  const faster = `${(sched.ms / analyze.ms).toFixed(1)} times as fast as go tool trace -pprof=sched`;
  report.line('goflame analyze', `${shown(analyze)}; ${faster}`);
}

/**
 * Parsing a goroutine dump, everything included. Peer: DataDog/gostackparse, which keeps less; GOSTACKPARSE names a
 * folder with its source, and `go` must be installed.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EvidenceCollector, InputReader } from 'goflame';
import { generateDump } from '../support/generate.ts';
import { median, megabytes, type Report, timeRuns } from './report.ts';

const GOROUTINES = 10_000;
const RUNS = 15;

const PEER = `package main

import (
	"bytes"
	"fmt"
	"os"
	"sort"
	"time"

	"github.com/DataDog/gostackparse"
)

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	var times []float64
	n := 0
	for i := 0; i < ${RUNS}; i++ {
		began := time.Now()
		goroutines, _ := gostackparse.Parse(bytes.NewReader(data))
		times = append(times, time.Since(began).Seconds())
		n = len(goroutines)
	}
	sort.Float64s(times)
	fmt.Printf("%d %.1f\\n", n, float64(len(data))/1e6/times[len(times)/2])
}
`;

export async function run(report: Report): Promise<void> {
  const bytes = Buffer.from([...generateDump(GOROUTINES, 400)].join(''));
  report.title(`Parsing a goroutine dump: ${megabytes(bytes.length)}, ${GOROUTINES} goroutines, 400 different stacks`);
  const passing = await timeRuns(RUNS, () => parse(bytes, { goroutine() {}, record() {}, race() {} }));
  const keeping = await timeRuns(RUNS, () => parse(bytes, new EvidenceCollector()));
  const rate = (times: number[]) => bytes.length / 1e3 / median(times);
  report.line('goflame, goroutines handed over', `${rate(passing).toFixed(0)} MB/s`);
  report.line('goflame, all goroutines kept', `${rate(keeping).toFixed(0)} MB/s`);
  const peer = runPeer(bytes);
  if (peer === null) report.missing('gostackparse', 'set GOSTACKPARSE to a folder with its source, and install go');
  else report.line('gostackparse (Go)', `${peer.toFixed(0)} MB/s; goflame is ${(rate(keeping) / peer).toFixed(2)} times as fast`);
}

function parse(bytes: Buffer, sink: ConstructorParameters<typeof InputReader>[0]): void {
  const reader = new InputReader(sink);
  for (let at = 0; at < bytes.length; at += 1 << 16) reader.push(bytes.subarray(at, at + (1 << 16)));
  reader.end();
}

/** MB/s of gostackparse; null where it cannot be run. */
function runPeer(bytes: Buffer): number | null {
  const source = process.env.GOSTACKPARSE;
  if (source === undefined || !existsSync(path.join(source, 'go.mod'))) return null;
  const folder = mkdtempSync(path.join(tmpdir(), 'goflame-bench-'));
  try {
    mkdirSync(path.join(folder, 'peer'));
    writeFileSync(path.join(folder, 'dump.txt'), bytes);
    writeFileSync(path.join(folder, 'peer', 'main.go'), PEER);
    const module = `module peer\n\ngo 1.19\n\nrequire github.com/DataDog/gostackparse v0.0.0\n\nreplace github.com/DataDog/gostackparse => ${path.resolve(source)}\n`;
    writeFileSync(path.join(folder, 'peer', 'go.mod'), module);
    const env = { ...process.env, GOFLAGS: '-mod=mod', GOPROXY: 'off', GOTOOLCHAIN: 'local' };
    execFileSync('go', ['build', '-o', path.join(folder, 'run'), '.'], { cwd: path.join(folder, 'peer'), env, stdio: 'pipe' });
    const [, rate] = execFileSync(path.join(folder, 'run'), [path.join(folder, 'dump.txt')], { encoding: 'utf8' }).split(' ');
    return Number(rate);
  } catch (error) {
    console.error(`gostackparse could not be run: ${(error as Error).message.split('\n')[0]}`);
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

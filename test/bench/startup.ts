/** Start-up beside that of Node itself, runs taken in turn. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generateDump } from '../support/generate.ts';
import { median, type Report } from './report.ts';

const RUNS = 25;

export async function run(report: Report): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'goflame-bench-'));
  const file = path.join(folder, 'dump.txt');
  writeFileSync(file, [...generateDump(10, 3)].join(''));
  const commands: Record<string, string[]> = {
    'node -e 0': ['-e', '0'],
    'goflame --version': ['bin/goflame.js', '--version'],
    'goflame collapse (a small file)': ['bin/goflame.js', 'collapse', file],
    'goflame inspect (a small file)': ['bin/goflame.js', 'inspect', file],
    'goflame render (a small file)': ['bin/goflame.js', 'render', file, '-o', path.join(folder, 'out.svg')],
  };
  const times = Object.fromEntries(Object.keys(commands).map((name) => [name, [] as number[]]));
  for (let i = 0; i < RUNS; i++) {
    for (const [name, args] of Object.entries(commands)) {
      const began = performance.now();
      execFileSync(process.execPath, args, { stdio: 'pipe' });
      times[name].push(performance.now() - began);
    }
  }
  rmSync(folder, { recursive: true, force: true });
  report.title(`Start-up: median of ${RUNS} runs taken in turn`);
  const base = median(times['node -e 0']);
  for (const name of Object.keys(commands)) {
    report.line(name, `${median(times[name]).toFixed(0)} ms  ×${(median(times[name]) / base).toFixed(2)}`);
  }
}

/**
 * Folded stacks → SVG, as whole processes. Peer: Brendan Gregg's flamegraph.pl; FLAMEGRAPH_PL names it where it is not
 * on the PATH.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generateFolded } from '../support/generate.ts';
import { median, megabytes, type Report, timeRuns } from './report.ts';

const SIZES = [20_000, 50_000, 100_000];

export async function run(report: Report): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'goflame-bench-'));
  const perl = process.env.FLAMEGRAPH_PL ?? 'flamegraph.pl';
  const found = spawnSync(perl, ['--help']).error === undefined;
  try {
    for (const stacks of SIZES) await compare(report, folder, stacks, found ? perl : null);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (!found) report.missing('flamegraph.pl', 'set FLAMEGRAPH_PL to its path, and install perl');
}

async function compare(report: Report, folder: string, stacks: number, perl: string | null): Promise<void> {
  const input = path.join(folder, 'in.folded');
  const output = path.join(folder, 'out.svg');
  const text = generateFolded(stacks);
  writeFileSync(input, text);
  report.title(`Folded stacks to SVG: ${stacks} different stacks, ${megabytes(text.length)}`);
  const ours = await timeRuns(3, () => execFileSync(process.execPath, ['bin/goflame.js', 'render', '-q', input, '-o', output]));
  const ourSize = statSync(output).size;
  report.line('goflame render', `${median(ours).toFixed(0)} ms, ${megabytes(ourSize)}`);
  if (perl === null) return;
  const theirs = await timeRuns(1, () =>
    writeFileSync(output, execFileSync(perl, [input], { maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'ignore'] })),
  );
  const theirSize = statSync(output).size;
  report.line('flamegraph.pl', `${median(theirs).toFixed(0)} ms, ${megabytes(theirSize)}`);
  const faster = (median(theirs) / median(ours)).toFixed(1);
  report.line('', `${faster} times faster, ${(ourSize / theirSize).toFixed(2)} of the size`);
}

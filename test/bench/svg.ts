/**
 * Folded stacks → SVG, as whole processes. Peer: Brendan Gregg's flamegraph.pl; FLAMEGRAPH_PL names it where it is not
 * on the PATH.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Collapser, InputReader, writeFlameGraph } from 'goflame';
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
  const inside = await timeRuns(5, () => renderInside(Buffer.from(text)));
  report.line('goflame render, the process', `${median(ours).toFixed(0)} ms, ${megabytes(ourSize)}`);
  report.line('goflame as a library, warm', `${median(inside).toFixed(0)} ms`);
  if (perl === null) return;
  const theirs = await timeRuns(1, () =>
    writeFileSync(output, execFileSync(perl, [input], { maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'ignore'] })),
  );
  const theirSize = statSync(output).size;
  report.line('flamegraph.pl', `${median(theirs).toFixed(0)} ms, ${megabytes(theirSize)}`);
  const faster = (times: number[]) => (median(theirs) / median(times)).toFixed(1);
  report.line('', `${faster(ours)} times as fast (library ${faster(inside)}), ${(ourSize / theirSize).toFixed(2)} of the size`);
}

/** Bytes in, SVG out, nothing written. */
function renderInside(bytes: Buffer): number {
  const collapser = new Collapser();
  const reader = new InputReader(collapser);
  collapser.begin(reader.stacks);
  for (let at = 0; at < bytes.length; at += 1 << 20) reader.push(bytes.subarray(at, at + (1 << 20)));
  collapser.finish(reader.end());
  let size = 0;
  for (const chunk of writeFlameGraph(collapser.build())) size += chunk.length;
  return size;
}

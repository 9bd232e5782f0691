/** Memory of `goflame collapse` on dumps that stream through it: it grows with different stacks, not with bytes. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { generateDump } from '../support/generate.ts';
import { peakOf } from './child.ts';
import { megabytes, type Report } from './report.ts';

const CASES = [
  { bytes: 100e6, stacks: 400 },
  { bytes: 1000e6, stacks: 400 },
  { bytes: 100e6, stacks: 20_000 },
];

export async function run(report: Report): Promise<void> {
  report.title('Memory of goflame collapse, a dump on stdin');
  for (const { bytes, stacks } of CASES) {
    const { peak, seconds, lines } = await stream(bytes, stacks);
    const what = `${megabytes(bytes)}, ${stacks} different stacks`;
    report.line(what, `peak ${megabytes(peak)} in ${seconds.toFixed(1)} s (with its writer); ${lines} lines out`);
  }
}

async function stream(bytes: number, stacks: number): Promise<{ peak: number; seconds: number; lines: number }> {
  const began = performance.now();
  const child = spawn(process.execPath, ['bin/goflame.js', 'collapse', '-q'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let lines = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 0x0a) lines++;
  });
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid as number));
  }, 50);
  let written = 0;
  let block = '';
  for (const text of generateDump(Number.MAX_SAFE_INTEGER, stacks)) {
    block += text;
    if (block.length < 1 << 20) continue;
    written += block.length;
    if (!child.stdin.write(block)) await once(child.stdin, 'drain');
    block = '';
    if (written >= bytes) break;
  }
  child.stdin.end(block);
  await once(child, 'close');
  clearInterval(watch);
  return { peak, seconds: (performance.now() - began) / 1000, lines };
}

/** Runs a program to its end; how long it took, and the most memory it held. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { median } from './report.ts';

export interface ChildRun {
  readonly ms: number;
  /** Bytes of the largest resident set; 0 where the system does not tell. */
  readonly peak: number;
}

const LOOK_EVERY_MS = 10;

/** @throws Error if the program fails */
export async function runChild(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ChildRun> {
  const began = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'ignore'], env: { ...process.env, ...env } });
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid as number));
  }, LOOK_EVERY_MS);
  const [code] = await once(child, 'close');
  clearInterval(watch);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: exit ${code}`);
  return { ms: performance.now() - began, peak };
}

/** The median time and the greatest memory of several runs. */
export async function runChildTimes(runs: number, command: string, args: readonly string[]): Promise<ChildRun> {
  const all: ChildRun[] = [];
  for (let i = 0; i < runs; i++) all.push(await runChild(command, args));
  return { ms: median(all.map(({ ms }) => ms)), peak: Math.max(...all.map(({ peak }) => peak)) };
}

/** Bytes of the largest resident set of a process so far; 0 where the system does not tell. */
export function peakOf(pid: number): number {
  try {
    const match = /VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return match === null ? 0 : Number(match[1]) * 1024;
  } catch {
    return 0;
  }
}

/** Runs the built program as a user does. */

import { spawnSync } from 'node:child_process';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');
export const BIN = path.join(ROOT, 'bin/goflame.js');

export interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: string | Buffer;
  readonly env?: NodeJS.ProcessEnv;
}

export function runGoflame(args: readonly string[], { cwd, input = '', env = {} }: RunOptions = {}): Result {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    input,
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, ...env },
    maxBuffer: 1 << 28,
  });
  return { code: status, out: stdout.toString(), err: stderr.toString() };
}

/** Go's own trace tool, where a Go toolchain is installed. GO names another `go`. */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

function runGo(...args: string[]): string {
  return execFileSync(process.env.GO ?? 'go', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
}

/** The version whose reader ours is held to; others disagree in what they let pass. */
const LEAST_MINOR = 26;

function findTool(): string | null {
  try {
    const minor = Number(/go1\.(\d+)/.exec(runGo('env', 'GOVERSION'))?.[1]);
    if (!(minor >= LEAST_MINOR)) return null;
    const tool = runGo('tool', '-n', 'trace');
    const help = spawnSync(tool, ['-h'], { encoding: 'utf8' });
    return help.stderr.includes('parsed') ? tool : null;
  } catch {
    return null;
  }
}

/** The program behind `go tool trace`; null without Go 1.26 or later. */
export const goTraceTool: string | null = findTool();

/** Where that Go lies, with its sources; null without one. */
export const goRoot: string | null = goTraceTool === null ? null : runGo('env', 'GOROOT');

export interface ToolOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly ok: boolean;
}

/** What `go tool trace -d=KIND` prints of a trace. */
export function runTraceTool(kind: 'parsed' | 'wire', trace: Uint8Array): ToolOutput {
  const folder = mkdtempSync(path.join(tmpdir(), 'goflame-'));
  try {
    const file = path.join(folder, 'trace');
    writeFileSync(file, trace);
    const options = { encoding: 'utf8', maxBuffer: 1 << 30, timeout: 60_000 } as const;
    const { stdout, stderr, status } = spawnSync(goTraceTool as string, [`-d=${kind}`, file], options);
    return { stdout, stderr, ok: status === 0 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Events by kind, as the tool printed them. */
export function countPrinted(text: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [, kind] of text.matchAll(/^M=\S+ P=\S+ G=\S+ (\w+)/gm)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

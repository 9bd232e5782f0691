/** Go's own trace tool, where a Go toolchain is installed. GO names another `go`. */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

function findTool(): string | null {
  try {
    const tool = execFileSync(process.env.GO ?? 'go', ['tool', '-n', 'trace'], { encoding: 'utf8', stdio: 'pipe' }).trim();
    const help = spawnSync(tool, ['-h'], { encoding: 'utf8' });
    return help.stderr.includes('parsed') ? tool : null;
  } catch {
    return null;
  }
}

/** The program behind `go tool trace`; null without Go, or before the versions that print events. */
export const goTraceTool: string | null = findTool();

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

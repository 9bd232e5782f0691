/** A large trace to measure with, and Go's own programs to measure beside: made once, where Go is installed. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.resolve('test/artifacts/bench');
const PROGRAMS = path.resolve('test/fixtures/programs');

export interface GoPeers {
  /** A trace of more than ten million events. */
  readonly trace: string;
  /** Reads a trace with Go's own reader, and does nothing else; null where it cannot be built. */
  readonly readall: string | null;
  /** The program behind `go tool trace`. */
  readonly traceTool: string;
}

/** Null where Go is not installed. */
export function makeGoPeers(): GoPeers | null {
  try {
    go(['version']);
  } catch {
    return null;
  }
  mkdirSync(FOLDER, { recursive: true });
  return { trace: makeTrace(), readall: buildReadall(), traceTool: go(['tool', '-n', 'trace']).trim() };
}

function makeTrace(): string {
  const trace = path.join(FOLDER, 'big.trace');
  if (existsSync(trace)) return trace;
  const program = path.join(FOLDER, 'bigtrace');
  const source = path.join(PROGRAMS, 'bigtrace/main.go');
  go(['build', '-trimpath', '-o', program, source]);
  execFileSync(program, ['-o', trace], { env: { ...process.env, GOMAXPROCS: '4' }, stdio: 'ignore' });
  return trace;
}

/** The reader is internal to Go: the program is built as if it lay there. */
function buildReadall(): string | null {
  const program = path.join(FOLDER, 'readall');
  if (existsSync(program)) return program;
  const place = path.join(go(['env', 'GOROOT']).trim(), 'src/cmd/readall/main.go');
  const overlay = path.join(FOLDER, 'overlay.json');
  writeFileSync(overlay, JSON.stringify({ Replace: { [place]: path.join(PROGRAMS, 'readall/main.go') } }));
  try {
    go(['build', '-overlay', overlay, '-o', program, 'cmd/readall']);
  } catch {
    return null;
  }
  return program;
}

function go(args: readonly string[]): string {
  return execFileSync('go', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], cwd: PROGRAMS });
}

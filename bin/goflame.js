#!/usr/bin/env node
// Loads the built program. What it was written for, and whether it was built, is told here: where either is not so,
// nothing of it can run.
import { existsSync } from 'node:fs';

const LEAST = [20, 19];
const program = new URL('../dist/cli.js', import.meta.url);
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1])) {
  console.error(`goflame: Node ${process.versions.node} is too old: ${LEAST.join('.')} or newer is needed`);
  process.exitCode = 2;
} else if (!existsSync(program)) {
  console.error('goflame: the program is not built: run `npm ci && npm run build` in its folder (install scripts were left out)');
  process.exitCode = 2;
} else {
  import(program.href);
}

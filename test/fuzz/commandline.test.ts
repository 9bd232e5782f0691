/** Command lines put together at random: what is wrong with one is told as wrong usage, and nothing else is thrown. */

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { readCommandLine } from '../../src/cli/commandline.ts';
import { runGoflame } from '../support/cli.ts';
import { fixtures } from '../support/fixtures.ts';
import { makeRandom } from '../support/generate.ts';

const LINES = Math.ceil(Number(process.env.GOFLAME_FUZZ ?? 10_000) / 50);
const RUNS = Math.min(400, Math.ceil(Number(process.env.GOFLAME_FUZZ ?? 10_000) / 1000));
const FIRST_SEED = Number(process.env.GOFLAME_FUZZ_SEED ?? 1);

const COMMANDS = ['collapse', 'render', 'report', 'inspect', 'diff', 'analyze', 'timeline', 'convert'];
const VALUES = [
  '',
  '0',
  '-1',
  '1e99',
  'NaN',
  '1.26',
  '250ms',
  '(',
  '*',
  '--',
  '-',
  '=',
  'state',
  'count',
  'race',
  'goroutines>0',
  'a=b',
  'ü',
  '\u202e',
  '\u0001',
  'folded',
  'go-trace',
  '__proto__',
  'constructor',
];

/** The options that a command has, by its help. */
function namesOf(command: string): string[] {
  const { help } = readCommandLine([command, '--help']);
  return [...help.matchAll(/^ {2,6}(?:-\w, )?--([\w-]+)/gm)].map(([, name]) => name).filter((name) => name !== 'output');
}
const OPTIONS = new Map(COMMANDS.map((command) => [command, namesOf(command)]));

function makeLine(seed: number, files: readonly string[]): string[] {
  const random = makeRandom(seed * 69621);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)];
  const command = pick(COMMANDS);
  const args = [command];
  for (let left = random(5); left > 0; left--) {
    const name = `--${pick(OPTIONS.get(command) as string[])}`;
    const kind = random(4);
    if (kind === 0) args.push(name);
    else if (kind === 1) args.push(`${name}=${pick(VALUES)}`);
    else args.push(name, pick(VALUES));
  }
  for (let left = 1 + random(2); left > 0; left--) args.push(pick(files));
  return args;
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'goflame-lines-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('command lines', () => {
  it(`${LINES} of them are taken, or are wrong usage`, () => {
    const seen = { taken: 0, wrong: 0 };
    for (let seed = FIRST_SEED; seed < FIRST_SEED + LINES; seed++) {
      const line = makeLine(seed, ['a.txt', '-', '--', '']);
      try {
        readCommandLine(line);
        seen.taken++;
      } catch (error) {
        if (!(error instanceof UsageError)) throw new Error(`seed ${seed}: ${line.join(' ')}`, { cause: error });
        seen.wrong++;
      }
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(LINES / 20);
  }, 3_600_000);

  it(`${RUNS} of them, with damaged files, end with a code of the contract and without a stack`, () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
      const random = makeRandom(seed * 40692);
      const bytes = Buffer.from(fixtures[random(fixtures.length)].bytes.subarray(0, 20_000));
      for (let left = random(4); left > 0; left--) bytes[random(bytes.length)] = random(256);
      writeFileSync(path.join(folder, 'input'), bytes);
      const line = makeLine(seed, ['input']);
      const { code, out, err } = runGoflame(line, { cwd: folder });
      const what = `seed ${seed}: ${line.join(' ')}: ${err}`;
      expect([0, 1, 2, 3], what).toContain(code);
      if (code === 1) expect(line.join(' '), what).toContain('--fail-on');
      if (code === 2 || code === 3) expect(err, what).toMatch(/^(?:goflame: |input)/);
      if (code === 2) expect(out, what).toBe('');
      expect(err, what).not.toMatch(/this is a bug|\n {4}at /);
      expect(
        readdirSync(folder).filter((name) => name !== 'input' && name !== 'palette.map'),
        what,
      ).toEqual([]);
    }
  }, 3_600_000);
});

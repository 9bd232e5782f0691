/** The corpus of inputs that once failed: each stays right. A file without a line here is an error. */

import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runGoflame } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';

const FOLDER = path.join(FIXTURES, 'past');

interface Case {
  readonly args: readonly string[];
  readonly code: number;
  /** What the output and stderr have and do not have. */
  readonly out?: RegExp;
  readonly err?: RegExp;
  readonly never?: RegExp;
  readonly withinMs?: number;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not come out
const RAW = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202e\u2028\u2066]/;

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'gz-trailing-text.gz': [
    { args: ['inspect'], code: 0, out: /346 goroutines/, err: /^\S+: warning: 9 bytes behind the gzip data are ignored\n$/ },
    { args: ['inspect', '--strict'], code: 3, err: /9 bytes behind/ },
  ],
  'gz-zero-padded.gz': [{ args: ['inspect', '--strict'], code: 0, out: /346 goroutines/, err: /^$/ }],
  'gz-one-bit-flipped.gz': [
    { args: ['inspect'], code: 0, out: /1 goroutine, /, err: /error: damaged gzip data near its compressed byte \d+: / },
    { args: ['collapse', '--strict'], code: 3 },
  ],
  'slow-name-80kb.txt': [{ args: ['inspect'], code: 0, withinMs: 3000 }],
  'slow-place-68kb.txt': [{ args: ['inspect'], code: 0, withinMs: 3000 }],
  'control-chars-in-problem.txt': [{ args: ['collapse'], code: 0, never: RAW }],
  'hostile-dump.txt': [{ args: ['inspect'], code: 0, never: RAW }],
  'line-number-infinity.txt': [
    { args: ['inspect'], code: 0, never: /Infinity|NaN/ },
    { args: ['inspect', '--json'], code: 0, never: /Infinity/ },
    { args: ['collapse', '--lines'], code: 0, never: /Infinity/ },
  ],
  'convert-copies-damage.trace': [
    { args: ['convert', '--strict', '--to', 'trace', '-o', '/dev/null'], code: 3 },
    { args: ['convert', '--strict', '--to', 'trace-text', '-o', '/dev/null'], code: 3 },
  ],
  'trace-clock-jump.trace': [{ args: ['analyze'], code: 0, err: /offset|byte \d+/, never: /\d s?\d{6,} s/ }],
};

describe('an input that once failed', () => {
  it('has a line for each file', () => {
    expect(
      readdirSync(FOLDER)
        .filter((name) => name !== 'README.md')
        .sort(),
    ).toEqual(Object.keys(CASES).sort());
  });

  for (const [file, cases] of Object.entries(CASES)) {
    for (const { args, code, out, err, never, withinMs } of cases) {
      it(`${file}: ${args.join(' ')}`, () => {
        const began = performance.now();
        const result = runGoflame([...args, path.join(FOLDER, file)]);
        expect(result.code, result.err).toBe(code);
        if (out !== undefined) expect(result.out).toMatch(out);
        if (err !== undefined) expect(result.err).toMatch(err);
        if (never !== undefined) expect(result.out + result.err).not.toMatch(never);
        if (withinMs !== undefined) expect(performance.now() - began).toBeLessThan(withinMs);
      });
    }
  }
});

/** Exit codes of the gate on recorded crashes, as a user runs it. */

import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runGoflame } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';

/** By recorded text: exit codes with --fail-on crash, with --fail-on recovered, with --strict. */
const CODES: Readonly<Record<string, readonly [number, number, number]>> = {
  'cases/panic-leading-newline': [1, 0, 0],
  'cases/ginkgo-bullet-panic': [1, 0, 0],
  'go1.26/empty': [1, 0, 0],
  'go1.26/debug2': [0, 0, 0],
  'go1.26/quit': [0, 0, 0],
  'go1.26/printstack': [0, 0, 0],
  'go1.26/http': [0, 1, 0],
  'go1.26/recovered-log': [0, 1, 0],
  'go1.26/recovered-then-crash': [1, 1, 0],
  'cases/carchive-whole': [1, 0, 0],
  'cases/kibana-copy-no-header': [1, 0, 3],
};

describe('inspect', () => {
  for (const [name, codes] of Object.entries(CODES)) {
    it(name, { timeout: 20_000 }, () => {
      const file = path.join(FIXTURES, 'crashes', `${name}.txt`);
      const ways = [['--fail-on', 'crash'], ['--fail-on', 'recovered'], ['--strict']];
      expect(ways.map((way) => runGoflame(['inspect', ...way, file]).code)).toEqual(codes);
    });
  }
  it('names recovered among the words of --fail-on', () => {
    const { code, err } = runGoflame(['inspect', '--fail-on', 'panics', path.join(FIXTURES, 'crashes/go1.26/empty.txt')]);
    expect([code, err]).toEqual([2, expect.stringContaining('use race, crash, recovered, leak or goroutines>N')]);
  });
});

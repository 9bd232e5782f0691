/** Programs that real Go ran too: orders of wake-ups on one P, and what its race detector found. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Go, Program } from '../../src/emulator/program.ts';
import { RaceWatcher } from '../../src/emulator/racewatcher.ts';
import type { GoRelease } from '../../src/emulator/version.ts';
import { run } from '../support/emulated.ts';
import { FIXTURES } from '../support/fixtures.ts';

const FOLDER = path.join(FIXTURES, 'emulator');
const linesOf = (name: string): string[] => readFileSync(path.join(FOLDER, name), 'utf8').trim().split('\n');
const load = async (name: string) => await import(path.join(FOLDER, name));

describe('wake-ups on one P', () => {
  // Go 1.19 and 1.26 print the same.
  const real = linesOf('order-go1.26.txt');
  it.each([19, 26] as GoRelease[])('come in the order of real Go, in 15 ways: Go 1.%i', async (release) => {
    const { default: order } = await load('order.js');
    expect(real.length).toBe(15);
    for (const seed of [1, 2, 3]) {
      const { machine } = run((go: Go) => order.main(go), { procs: 1, release, seed, jitter: 0.05 });
      expect(machine.logs).toEqual(real);
    }
  });
});

describe('the race detector', () => {
  const verdicts = linesOf('litmus-go1.26.txt').map((line) => {
    const at = line.lastIndexOf(':');
    return [line.slice(0, at), line.slice(at + 2).startsWith('race')] as const;
  });

  it('is asked about 41 programs', () => expect(verdicts.length).toBe(41));

  it.each(verdicts)('says what real Go’s says: %s', async (name, raced) => {
    const { main } = (await load('litmus.js')) as { main: (name: string) => (go: Go) => Program };
    for (const procs of [1, 4]) {
      let watcher: RaceWatcher | null = null;
      run(main(name), {
        procs,
        log: false,
        prepare: (machine) => {
          watcher = new RaceWatcher(machine.book);
          machine.watcher = watcher;
        },
      });
      expect((watcher as RaceWatcher | null)?.found ?? 0, `on ${procs} Ps`).toSatisfy((found: number) => found > 0 === raced);
    }
  });
});

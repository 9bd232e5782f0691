/** What a run's summary says the scheduler and the locks did: counted independently, and absent where it did not happen. */

import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../src/emulator/emulate.ts';
import { summarizeRun } from '../../src/emulator/summary.ts';
import type { RunSummary } from '../../src/model/emulation.ts';
import { writeEmulateText } from '../../src/render/emulatetext.ts';
import { rowsOf, runScenario } from '../support/emulated.ts';

function summaryOf(run: Run, scenario: string): RunSummary {
  return summarizeRun(run, { scenario, parameters: {}, seed: 1 });
}

function emulated(name: string, set: readonly string[] = [], procs = 4): { run: Run; summary: RunSummary; text: string } {
  const run = runScenario(name, set, { procs });
  const summary = summaryOf(run, name);
  return { run, summary, text: [...writeEmulateText(summary, { paint: createColors(false), top: 5 })].join('') };
}

/** How often a queue of 256 overflows while `count` goroutines are made and none runs: each but the newest waits in it. */
function overflowsOf(count: number): number {
  let [length, overflows] = [0, 0];
  for (let made = 2; made <= count; made++) {
    if (length === 256) {
      length -= 128;
      overflows++;
    } else {
      length++;
    }
  }
  return overflows;
}

describe('spawn-storm', () => {
  it('tells of queues that overflow, takes from the global one, and steals', () => {
    const { summary, text } = emulated('spawn-storm');
    const { overflows, overflowed, globalTaken, stolen, steals } = summary.activity;
    expect(overflowed).toBe(129 * overflows);
    // What went there was taken from there; nothing else goes there in this program.
    expect(globalTaken).toBe(overflowed);
    expect(steals).toBeGreaterThan(0);
    expect(stolen).toBeGreaterThanOrEqual(steals);
    expect(text).toContain(
      `the local queue of a P was full ${overflows} times: ${overflowed} goroutines went to the global queue`,
    );
    expect(text).toContain(`Ps stole from each other ${steals} times: ${stolen} goroutines`);
  });

  it.each([100, 257, 258, 400, 1000])(
    'on one P with %i goroutines: as often as a queue of 256 overflows, and no steal',
    (count) => {
      const { summary, text } = emulated('spawn-storm', [`goroutines=${count}`], 1);
      const overflows = overflowsOf(count);
      expect(summary.activity).toMatchObject({ overflows, overflowed: 129 * overflows, steals: 0, stolen: 0 });
      expect(text).not.toContain('stole');
      if (overflows === 0) expect(text).not.toContain('global queue');
    },
  );
});

describe('ping-pong', () => {
  it('tells of time slices that are shared, and of who waits meanwhile', () => {
    const alone = emulated('ping-pong', ['rounds=1000'], 1);
    // Each of the two wakes the other once a round.
    expect(alone.summary.activity.inherited).toBeGreaterThanOrEqual(1990);
    expect(alone.summary.activity.inherited).toBeLessThanOrEqual(2010);
    const { text } = emulated('ping-pong', ['hogs=4']);
    expect(text).toMatch(/main\.\w+ \(goroutine \d+\) waited longest for a P: [\d.]+ (?:ms|µs)/);
  });

  it('says nothing of slices where nobody wakes anybody', () => {
    expect(emulated('spawn-storm', ['goroutines=1'], 1).text).not.toContain('waited longest');
  });
});

describe('syscall-hog', () => {
  it('tells of Ps that sysmon takes back, as many as the trace has', () => {
    const { run, summary, text } = emulated('syscall-hog');
    const { retakes, handOffs } = summary.activity;
    expect(retakes).toBe(rowsOf(run).filter(({ kind, text: reason }) => kind === 'procSteal' && reason === '').length);
    expect(retakes).toBeGreaterThan(0);
    expect(handOffs).toBeGreaterThan(0);
    expect(text).toContain(`sysmon took ${retakes} Ps back from system calls`);
    expect(text).toContain(`a P was handed to another thread ${handOffs} times`);
  });

  it('says nothing of it where calls are short', () => {
    const { summary, text } = emulated('syscall-hog', ['call=1000', 'rounds=20']);
    expect(summary.activity.retakes).toBe(0);
    expect(text).not.toContain('sysmon');
  });
});

describe('starving-mutex', () => {
  it('tells of starvation mode, each time after a millisecond', () => {
    const { summary, text } = emulated('starving-mutex');
    const { starvations, lockHandOffs, longestLockNs, lockWaits } = summary.activity;
    expect(starvations).toBeGreaterThan(5);
    expect(lockHandOffs).toBeGreaterThanOrEqual(starvations);
    expect(lockWaits).toBeGreaterThanOrEqual(starvations);
    expect(longestLockNs).toBeGreaterThan(1_000_000);
    expect(text).toContain(`a mutex went into starvation mode ${starvations} times`);
  });

  it('says nothing of it where the lock is held for a moment only', () => {
    const { summary, text } = emulated('starving-mutex', ['hold=1000', 'time=3000000']);
    expect(summary.activity.starvations).toBe(0);
    expect(text).not.toContain('starvation');
  });
});

describe('server', () => {
  it('tells of answers of the network, one for each request, and of the lock', () => {
    const shared = emulated('server', ['state=shared', 'clients=7', 'requests=11']);
    expect(shared.summary.activity.networkAnswers).toBe(77);
    expect(shared.text).toContain('the network woke 77 goroutines');
    expect(shared.text).toMatch(/goroutines waited for a mutex [\d,]+ times?, at most [\d.]+ /);
    const none = emulated('server', ['state=none']);
    expect(none.summary.activity.lockWaits).toBe(0);
    expect(none.text).not.toContain('mutex');
  });
});

describe('deadlock', () => {
  it('tells who waits for what, and who holds it', () => {
    const { summary, text } = emulated('deadlock');
    expect(summary.ending).toBe('deadlock');
    expect(summary.waits).toEqual([
      'main.main (goroutine 1) waits for a sync.WaitGroup',
      expect.stringMatching(
        /^main\.transfer \(goroutine (\d+)\) waits for a sync\.Mutex that main\.transfer \(goroutine \d+\) holds$/,
      ),
      expect.stringMatching(
        /^main\.transfer \(goroutine (\d+)\) waits for a sync\.Mutex that main\.transfer \(goroutine \d+\) holds$/,
      ),
    ]);
    for (const wait of summary.waits) expect(text).toContain(wait);
  });

  it('says nothing of it where one P takes both locks in turn', () => {
    const { summary, text } = emulated('deadlock', ['work=10'], 1);
    expect(summary).toMatchObject({ ending: 'returned', waits: [] });
    expect(text).not.toContain('waits for');
  });
});

describe('torn-slot', () => {
  it('shows the torn value on two Ps, and not on one', () => {
    const { summary, text } = emulated('torn-slot', [], 2);
    expect(summary.findings.length).toBeGreaterThan(10);
    expect(text).toMatch(/wrong: a value of type [01] with the data of type [01] \(and \d+ more\)/);
    expect(emulated('torn-slot', [], 1).summary.findings).toEqual([]);
  });
});

/** GODEBUG=schedtrace and scheddetail: every sample, old fields and new, in logs and on their own. */

import { describe, expect, it } from 'vitest';
import type { SchedTracePart } from '../../src/model/evidence.ts';
import { fixtures } from '../support/fixtures.ts';
import { inspectJson } from '../support/inspect.ts';
import { readText } from '../support/read.ts';

function partsOf(text: string | Uint8Array): SchedTracePart[] {
  return readText(text).parts.filter((part): part is SchedTracePart => part.format === 'schedtrace');
}

/** Fields of a sample that the expectation names; words of old versions are numbers there. */
function pick(sample: object, wanted: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(sample).filter(([name]) => name in wanted));
}

const recorded = fixtures.filter(({ name }) => name.startsWith('schedtrace/'));

describe('schedtrace', () => {
  it('has captures', () => expect(recorded.length).toBeGreaterThan(4));

  for (const { name, bytes, expect: wanted } of recorded) {
    it(name, () => {
      const parts = partsOf(bytes);
      expect(parts).toHaveLength(1);
      const { samples } = parts[0];
      const { schedtrace } = wanted;
      expect(samples.map(({ ms }) => ms)).toEqual(schedtrace.ms);
      const known = (sample: Record<string, unknown>) =>
        Object.fromEntries(Object.entries(sample).filter(([key]) => key in samples[0]));
      expect(pick(samples[0], schedtrace.first)).toEqual(known(schedtrace.first));
      expect(pick(samples[samples.length - 1], schedtrace.last)).toEqual(known(schedtrace.last));
      if (!schedtrace.detail) return;
      const counts = samples.map(({ detail }) => ({
        P: detail?.procs.length,
        M: detail?.threads.length,
        G: detail?.goroutines.length,
      }));
      expect(counts).toEqual(schedtrace.perSample);
      for (const { local, gomaxprocs } of samples) expect(local).toHaveLength(gomaxprocs);
    });
  }

  const LINE =
    'SCHED 101ms: gomaxprocs=2 idleprocs=0 threads=4 spinningthreads=0 needspinning=1 idlethreads=1 runqueue=3 [ 1 2 ] schedticks=[ 9 8 ]';

  it('is found between the lines of a log, and behind a prefix', () => {
    const log = `listening\n${LINE}\n2026/01/01 00:00:00 tick\n${LINE.replace('101', '202')}\n`;
    expect(partsOf(log)[0].samples.map(({ ms, local, schedticks }) => [ms, local, schedticks])).toEqual([
      [101, [1, 2], [9, 8]],
      [202, [1, 2], [9, 8]],
    ]);
    const prefixed = log.replace(/^/gm, 'web-1  | ');
    expect(partsOf(prefixed)[0].samples).toHaveLength(2);
  });

  it('says null where an old runtime did not tell', () => {
    const old = LINE.replace(' needspinning=1', '').replace(/ \[.*/, ' [1 2]');
    expect(partsOf(`${old}\n`)[0].samples[0]).toMatchObject({ needspinning: null, schedticks: null, local: [1, 2] });
  });

  it('stands beside a dump in one stream', () => {
    const text = `${LINE}\npanic: x\n\ngoroutine 1 [running]:\nmain.main()\n\t/a.go:1 +0x1\n`;
    expect(readText(text).parts.map(({ format }) => format)).toEqual(['schedtrace', 'goroutine-dump']);
  });
});

describe('words of the detailed form', () => {
  const inspect = (line: string) => inspectJson(`${line}\n`).parts[0].samples[0];
  it('are kept, and those of later releases', () => {
    const sample = inspect(
      'SCHED 5ms: gomaxprocs=2 idleprocs=1 threads=4 spinningthreads=0 needspinning=0 idlethreads=2 runqueue=0 gcwaiting=false nmidlelocked=1 stopwait=3 sysmonwait=true idlecpus=7 owner=nil',
    );
    expect(sample).toMatchObject({
      gcwaiting: 'false',
      nmidlelocked: 1,
      stopwait: 3,
      sysmonwait: 'true',
      idlecpus: 7,
      owner: null,
      runqueue: 0,
    });
  });
  it('are numbers before Go 1.20', () => {
    expect(
      inspect(
        'SCHED 0ms: gomaxprocs=2 idleprocs=0 threads=4 spinningthreads=1 idlethreads=1 runqueue=0 gcwaiting=1 nmidlelocked=0 stopwait=0 sysmonwait=0',
      ),
    ).toMatchObject({ gcwaiting: 1, sysmonwait: 0 });
  });
  it('never take the place of what a sample has of its own', () => {
    const sample = inspect(
      'SCHED 5ms: gomaxprocs=2 idleprocs=1 threads=4 spinningthreads=0 idlethreads=2 runqueue=0 ms=9 line=9 local=9 detail=9 [ 1 2 ]',
    );
    expect(sample).toMatchObject({ ms: 5, line: 1, local: [1, 2], detail: null });
  });
  it('are not there in the short form', () => {
    expect(
      Object.keys(inspect('SCHED 5ms: gomaxprocs=2 idleprocs=1 threads=4 spinningthreads=0 idlethreads=2 runqueue=0 [ 1 2 ]')),
    ).not.toContain('gcwaiting');
  });
});

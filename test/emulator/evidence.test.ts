/** What emulated runs leave behind: read back as it was, by our own readers and by Go's. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RaceWatcher } from '../../src/emulator/racewatcher.ts';
import { SCENARIOS } from '../../src/emulator/scenarios/index.ts';
import { ModeId } from '../../src/emulator/sched/records.ts';
import { schedSampleOf, snapshotOf } from '../../src/emulator/snapshot.ts';
import { GO_RELEASES, type GoRelease } from '../../src/emulator/version.ts';
import { writeDump } from '../../src/formats/goroutines/write.ts';
import { V2_VERSIONS } from '../../src/formats/gotrace/spec.ts';
import { LEAD_NS } from '../../src/formats/gotrace/writelog.ts';
import { writeRaces } from '../../src/formats/race/write.ts';
import { writeSchedTrace } from '../../src/formats/schedtracewrite.ts';
import type { SchedSample } from '../../src/model/evidence.ts';
import { PS } from '../../src/model/pstates.ts';
import { blankEvent, type TraceEvent } from '../../src/model/trace.ts';
import { rowsOf, run, runScenario, traceOf } from '../support/emulated.ts';
import { countPrinted, goTraceTool, runTraceTool } from '../support/gotool.ts';
import { racesOf, readDump, readText } from '../support/read.ts';
import { analyzeTrace, readTraceInto } from '../support/traces.ts';

const SHORT: Record<string, string[]> = { 'map-growth': ['writes=3000'], bursts: ['writes=3000'], 'ping-pong': ['rounds=300'] };
const RUNS = SCENARIOS.flatMap(({ name }) => [1, 4].map((procs) => [name, procs] as const));

function eventsOf(bytes: Uint8Array): TraceEvent[] {
  const events: TraceEvent[] = [];
  const problems = readTraceInto(bytes, {
    generation: () => {},
    event: (event) => void events.push(Object.assign(blankEvent(), event)),
  });
  expect(problems).toEqual([]);
  return events;
}

/** What a row of the log is as an event: its kind and whose it is. */
const KINDS: Record<string, string> = {
  procsChange: 'Metric',
  procStart: 'StateTransition',
  procStop: 'StateTransition',
  procSteal: 'StateTransition',
  goCreate: 'StateTransition',
  goStart: 'StateTransition',
  goDestroy: 'StateTransition',
  goStop: 'StateTransition',
  goBlock: 'StateTransition',
  goUnblock: 'StateTransition',
  syscallBegin: 'StateTransition',
  syscallEnd: 'StateTransition',
  syscallEndBlocked: 'StateTransition',
  stwBegin: 'RangeBegin',
  stwEnd: 'RangeEnd',
  gcBegin: 'RangeBegin',
  gcEnd: 'RangeEnd',
  sweepBegin: 'RangeBegin',
  sweepEnd: 'RangeEnd',
  assistBegin: 'RangeBegin',
  assistEnd: 'RangeEnd',
  heapAlloc: 'Metric',
  heapGoal: 'Metric',
  goLabel: 'Label',
  regionBegin: 'RegionBegin',
  regionEnd: 'RegionEnd',
};

describe('traces', () => {
  it.each(RUNS)('are read back event by event: %s on %i', (name, procs) => {
    const one = runScenario(name, SHORT[name] ?? [], { procs });
    const events = eventsOf(traceOf(one)).filter(
      ({ kind, from, to, time }) =>
        kind !== 'Sync' && kind !== 'StackSample' && from !== 'Undetermined' && !(from === to && time < LEAD_NS),
    );
    const told = events.map(({ kind, time }) => `${time} ${kind}`);
    const rows = rowsOf(one).map(({ kind, time }) => `${time + LEAD_NS} ${KINDS[kind]}`);
    expect(told).toEqual(rows);
  });

  it('add up to the time that the run itself counted', () => {
    const one = runScenario('map-growth', ['writes=5000'], { procs: 4 });
    const analysis = analyzeTrace(traceOf(one));
    expect(analysis.procs.length).toBe(4);
    const growth = analysis.hotspots.filter(({ kind }) => kind === 'map growth');
    for (const { id, modeNs } of one.scheduler.state.procs) {
      const told = analysis.procs.find((proc) => proc.id === id)?.ns[PS.idle] ?? 0;
      // A P that rests while the world is stopped has no thread, and is idle in a trace.
      expect(told).toBeGreaterThanOrEqual(modeNs[ModeId.idle] - 1000);
      expect(told).toBeLessThanOrEqual(modeNs[ModeId.idle] + modeNs[ModeId.stopped] + 1000 + LEAD_NS);
    }
    expect(growth.length).toBeGreaterThan(0);
  });

  it('have the regions and logs of the program', () => {
    const one = run(function* (go) {
      yield* go.region('load', function* () {
        yield* go.work(1000);
        yield* go.region('parse', (own) => own.work(500));
      });
      yield* go.log('stage', 'all is\nthere');
    });
    const events = eventsOf(traceOf(one, 26));
    const told = events
      .filter(({ kind }) => /Region|Log/.test(kind))
      .map(({ kind, name, text }) => `${kind} ${name} ${text}`.trim());
    expect(told).toEqual([
      'RegionBegin load',
      'RegionBegin parse',
      'RegionEnd parse',
      'RegionEnd load',
      'Log stage all is\nthere',
    ]);
  });

  it('of several seconds have several generations, each with the state of everything', () => {
    const one = run(
      function* (go) {
        for (let i = 0; i < 3; i++) yield* go.spawn('main.w', (own) => own.work(3_000_000_000));
        yield* go.spawn('main.s', (own) => own.sleep(100_000_000_000));
        yield* go.work(3_500_000_000);
      },
      { procs: 3 },
    );
    for (const version of V2_VERSIONS) {
      const events = eventsOf(traceOf(one, version));
      expect(events.filter(({ kind }) => kind === 'Sync').length).toBeGreaterThan(3);
    }
  });

  describe.skipIf(goTraceTool === null)('are taken by go tool trace', () => {
    it.each(SCENARIOS.map(({ name }) => name))('%s', (name) => {
      const one = runScenario(name, SHORT[name] ?? [], { procs: 4 });
      const bytes = traceOf(one, name.length % 2 === 0 ? 22 : 26);
      const { ok, stdout, stderr } = runTraceTool('parsed', bytes);
      expect(stderr).toBe('');
      expect(ok).toBe(true);
      const counts: Record<string, number> = {};
      for (const { kind } of eventsOf(bytes)) counts[kind] = (counts[kind] ?? 0) + 1;
      expect(countPrinted(stdout)).toEqual(counts);
    });
  });

  it.skipIf(goTraceTool === null).each(['net', 'sync', 'syscall', 'sched'])('are profiled by go tool trace -pprof=%s', (kind) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'goflame-'));
    try {
      const file = path.join(folder, 'trace');
      writeFileSync(file, traceOf(runScenario('server', [], { procs: 4 })));
      const { status, stdout } = spawnSync(goTraceTool as string, [`-pprof=${kind}`, file], { timeout: 60_000 });
      expect(status).toBe(0);
      // A gzip stream: the profile.
      expect([...stdout.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('have stacks that read as Go’s', () => {
    const functions = (release: GoRelease): Set<string> => {
      const { log, machine } = runScenario('map-growth', ['writes=4000'], { release, procs: 2, samplePeriod: 1000 });
      const { table } = machine.book;
      const names = new Set<string>();
      for (let i = 0; i < (log?.samples.stacks.length ?? 0); i++) {
        for (const frame of table.framesAt(log?.samples.stacks.data[i] ?? -1)) if ('function' in frame) names.add(frame.function);
      }
      return names;
    };
    expect([...functions(22)]).toEqual(
      expect.arrayContaining([
        'runtime.mapassign_fast64',
        'runtime.growWork_fast64',
        'runtime.evacuate_fast64',
        'runtime.hashGrow',
        'main.fill',
      ]),
    );
    expect([...functions(26)]).toEqual(
      expect.arrayContaining([
        'runtime.mapassign_fast64',
        'internal/runtime/maps.(*table).rehash',
        'internal/runtime/maps.(*table).grow',
        'main.fill',
      ]),
    );
  });
});

describe('dumps', () => {
  it.each(GO_RELEASES.flatMap((release) => ['map-race', 'deadlock'].map((name) => [release, name] as const)))(
    'of Go 1.%i are read back: %s',
    (release, name) => {
      const one = runScenario(name, [], { release, procs: 4 });
      const { crash, goroutines } = snapshotOf(one);
      const text = writeDump({ crash, goroutines, stacks: one.machine.book.table }, { release });
      const { evidence, dump } = readDump(text);
      expect(evidence.problems).toEqual([]);
      expect(dump.crash?.message).toBe(name === 'deadlock' ? 'all goroutines are asleep - deadlock!' : 'concurrent map writes');
      expect(dump.goroutines.map(({ id, state }) => [id, state])).toEqual(goroutines.map(({ id, state }) => [id, state]));
    },
  );

  it('name waits as the release does', () => {
    const states = (release: GoRelease): string[] =>
      snapshotOf(runScenario('deadlock', [], { release, procs: 4 })).goroutines.map(({ state }) => state);
    expect(states(19)).toEqual(['semacquire', 'semacquire', 'semacquire']);
    expect(states(22)).toEqual(['semacquire', 'sync.Mutex.Lock', 'sync.Mutex.Lock']);
    expect(states(24)).toEqual(['sync.WaitGroup.Wait', 'sync.Mutex.Lock', 'sync.Mutex.Lock']);
  });
});

describe('race reports', () => {
  it.each(['map-race', 'lost-update', 'torn-slot', 'map-read-write', 'map-iterate'])(
    'are read back, on one P too: %s',
    (name) => {
      for (const procs of [1, 4]) {
        const one = runScenario(name, [], { procs });
        const watcher = one.machine.watcher as RaceWatcher;
        const reports = watcher.reports(one.machine.tasks, one.release);
        expect(reports.length).toBeGreaterThan(0);
        const evidence = readText(writeRaces(reports, one.machine.book.table, { ended: true }));
        expect(evidence.problems).toEqual([]);
        expect(racesOf(evidence)[0].races.length).toBe(reports.length);
      }
    },
  );

  it.each(['map-mutex', 'map-rwmutex', 'sync-map-like', 'spawn-storm', 'ping-pong', 'server', 'gc-assist'])(
    'are not made of %s',
    (name) => {
      for (const procs of [1, 4])
        expect((runScenario(name, SHORT[name] ?? [], { procs }).machine.watcher as RaceWatcher).found).toBe(0);
    },
  );
});

describe('schedtrace lines', () => {
  it.each(GO_RELEASES)('of Go 1.%i are read back', (release) => {
    const samples: SchedSample[] = [];
    runScenario('spawn-storm', [], {
      release,
      procs: 4,
      tracePeriod: 1_000_000,
      onTrace: (scheduler) => void samples.push(schedSampleOf(scheduler)),
    });
    const evidence = readText([...writeSchedTrace(samples, release)].join(''));
    expect(evidence.problems).toEqual([]);
    const [part] = evidence.parts;
    expect(part.format).toBe('schedtrace');
    const read = part.format === 'schedtrace' ? part.samples : [];
    const plain = samples.map((sample, i) => ({
      ...sample,
      line: i + 1,
      needspinning: release >= 20 ? sample.needspinning : null,
      schedticks: release >= 25 ? sample.schedticks : null,
    }));
    expect(read).toEqual(plain);
    expect(samples.some(({ runqueue }) => runqueue > 0)).toBe(true);
  });
});

describe('the same seed', () => {
  it.each(SCENARIOS.map(({ name }) => name))('gives the same bytes: %s', (name) => {
    const bytes = (seed: number): string => traceOf(runScenario(name, SHORT[name] ?? [], { procs: 4, seed })).toString('latin1');
    const first = bytes(3);
    expect(bytes(3) === first).toBe(true);
  });

  it('is what tells runs apart', () => {
    const bytes = (seed: number): string => traceOf(runScenario('spawn-storm', [], { procs: 4, seed })).toString('latin1');
    expect(bytes(3) === bytes(4)).toBe(false);
  });
});

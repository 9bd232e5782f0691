/** Execution traces on the command line: analyze, collapse and render of them, windows, limits, errors. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { runGoflame } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';

const TRACE = path.join(FIXTURES, 'gotrace/mapgrow-1.26.trace.gz');
const SMALL = path.join(FIXTURES, 'gotrace/annotations-stress-1.26.trace.gz');
const DUMP = path.join(FIXTURES, 'goroutines/mapfight-ww-go1.21.txt');
const BYTES = gunzipSync(readFileSync(TRACE));

describe('analyze', () => {
  it('tells P states, hotspots, latency, goroutines, GC, tasks', () => {
    const { code, out, err } = runGoflame(['analyze', TRACE]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const title of [
      'P states',
      'What held the Ps',
      'Hotspots',
      'Scheduler latency',
      'Goroutines',
      'Garbage collection',
      'Tasks',
    ])
      expect(out).toMatch(new RegExp(`^  ${title}`, 'm'));
    expect(out).toContain('in runtime.mapassign_fast64 (write), which makes the map grow');
    const { out: shown } = runGoflame(['analyze', TRACE], { env: { COLUMNS: '100' } });
    for (const line of shown.split('\n')) expect([...line].length).toBeLessThanOrEqual(100);
  });

  it('fails no build by growth that was not seen, and does by one that was', () => {
    const held = (name: string) => path.join(FIXTURES, 'gotrace', `${name}.trace.gz`);
    const code = (name: string, condition: string) => runGoflame(['analyze', held(name), '--fail-on', condition]).code;
    expect(code('holds/map-overwritten-not-grown', 'map-growth>20%')).toBe(0);
    expect(code('holds/map-counted-not-grown', 'map-growth>20%')).toBe(0);
    expect(code('planted/stay-table-1.26', 'map-growth>0%,max-map-growth>1ns')).toBe(0);
    expect(code('planted/grow-named-cpu-1.26', 'map-growth>20%')).toBe(1);
    expect(code('planted/grow-named-cpu-1.26', 'max-map-growth>1ms')).toBe(1);
  });

  it('takes several traces, each on a page or in a document of its own; the worst of them gives the exit code', () => {
    const pages = [TRACE, SMALL].map((file) => runGoflame(['analyze', file]).out);
    expect(runGoflame(['analyze', TRACE, SMALL])).toEqual({ code: 0, out: pages.join(''), err: '' });
    const documents = [SMALL, TRACE].map((file) => runGoflame(['analyze', '--json', file]).out);
    expect(runGoflame(['analyze', '--json', SMALL, TRACE]).out).toBe(documents.join(''));
    const codes = [[SMALL], [TRACE], [SMALL, TRACE], [TRACE, SMALL]].map(
      (files) => runGoflame(['analyze', ...files, '--fail-on', 'goroutines>13']).code,
    );
    expect(codes.slice(2)).toEqual([Math.max(...(codes.slice(0, 2) as number[])), Math.max(...(codes.slice(0, 2) as number[]))]);
    expect(runGoflame(['analyze', TRACE, DUMP])).toMatchObject({ code: 3, out: '' });
  });

  it('fits narrow terminals', () => {
    const { out } = runGoflame(['analyze', TRACE], { env: { COLUMNS: '60' } });
    for (const line of out.split('\n')) expect([...line].length).toBeLessThanOrEqual(60);
  });

  it('gives JSON with the fields that scripts depend on, from a pipe as from a file', () => {
    const { code, out } = runGoflame(['analyze', '--json', TRACE]);
    expect(code).toBe(0);
    const analysis = JSON.parse(out);
    expect(analysis).toMatchObject({ schema: 'goflame/analyze/1', durationNs: 307_662_081, gomaxprocs: 4 });
    const states = ['userNs', 'gcNs', 'assistNs', 'sweepNs', 'syscallNs', 'stwNs', 'schedulerNs', 'idleNs'];
    for (const proc of analysis.procs) {
      expect(states.reduce((sum, state) => sum + proc[state], 0)).toBe(307_662_081);
      expect(proc.gcDedicatedNs + proc.gcFractionalNs + proc.gcIdleNs).toBeLessThanOrEqual(proc.gcNs);
    }
    expect(analysis.goroutineGroups[0]).toMatchObject({ entry: 'main.main.func1', count: 6 });
    expect(Object.keys(analysis.goroutineGroups[0])).toEqual(
      expect.arrayContaining(['entry', 'count', 'runningNs', 'runnableNs', 'syscallNs', 'waitingNs']),
    );
    expect(analysis.latency).toMatchObject({ count: 63_218, maxNs: 8_195_072 });
    expect(analysis.hotspots).toHaveLength(10);
    expect(Object.keys(analysis.hotspots[0])).toEqual(
      expect.arrayContaining(['rank', 'kind', 'proc', 'startNs', 'endNs', 'goroutine', 'entry', 'stack', 'samples', 'starved']),
    );
    expect(JSON.parse(runGoflame(['analyze', '--json'], { input: BYTES }).out)).toEqual({ ...analysis, file: '-' });
  });

  it('looks at a part of the trace', () => {
    const { durationNs, procs } = JSON.parse(
      runGoflame(['analyze', '--json', '--from', '100ms', '--to', '0.15s', '--proc', '1', TRACE]).out,
    );
    expect(durationNs).toBe(50e6);
    expect(procs.map(({ id }: { id: number }) => id)).toEqual([1]);
  });

  it('exits with 1 where a limit is passed, and says which', () => {
    const { code, err } = runGoflame(['analyze', '--fail-on', 'p99-latency>1us,max-stw>10s', TRACE]);
    expect(code).toBe(1);
    expect(err).toMatch(/found scheduler latency, 99th percentile: \d.*\(--fail-on p99-latency>1us\)/);
    expect(err).not.toContain('max-stw');
    expect(runGoflame(['analyze', '--fail-on', 'max-stw>10s', TRACE]).code).toBe(0);
  });

  it('says what else an input is, and what is wrong with a trace', () => {
    expect(runGoflame(['analyze', DUMP])).toMatchObject({
      code: 3,
      out: '',
      err: expect.stringContaining('this is a goroutine dump; analyze reads execution traces'),
    });
    expect(runGoflame(['analyze', 'no-such-file'])).toMatchObject({ code: 3, out: '' });
    // A trace of one generation that is cut is analysed as far as it goes; before its first event there is nothing.
    const cut = { input: BYTES.subarray(0, 20_000) };
    expect(runGoflame(['analyze'], cut)).toMatchObject({
      code: 0,
      err: expect.stringContaining('its only one; what was written is kept'),
    });
    expect(runGoflame(['analyze', '--strict'], cut)).toMatchObject({ code: 3, out: '' });
    expect(runGoflame(['analyze'], { input: BYTES.subarray(0, 30) })).toMatchObject({ code: 3, out: '' });
    for (const args of [
      ['--from', 'noon'],
      ['--to', '0'],
      ['--proc', '-1'],
      ['--entry', '('],
      ['--kind', 'magic'],
      ['--min-duration', '7'],
      ['--top', '0'],
      ['--fail-on', 'p99>1'],
    ])
      expect({ args, ...runGoflame(['analyze', ...args, SMALL]) }).toMatchObject({ args, code: 2, out: '' });
  });
});

describe('inspect of a program that died while it was traced', () => {
  const BROKEN = path.join(FIXTURES, 'gotrace/broken');
  const folder = mkdtempSync(path.join(tmpdir(), 'goflame-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const [trace, crash] = ['crash-map.trace', 'crash-map.txt'].map((name) => path.join(BROKEN, name));

  it('tells which P ran the writers last, in either order of the files', () => {
    for (const files of [
      [trace, crash],
      [crash, trace],
    ]) {
      const { out, code } = runGoflame(['inspect', ...files]);
      expect(code).toBe(0);
      expect(out).toContain('goroutine 17 main.main.func1, map write: last ran on P 0, from 0.001556 s to 0.164243 s');
      const { joined } = JSON.parse(runGoflame(['inspect', '--json', ...files]).out);
      expect(joined).toMatchObject([{ trace, crash, verdict: 'joined' }]);
    }
    expect(runGoflame(['inspect', trace]).out).not.toContain('within');
  });

  it('stands on the page of report too', () => {
    const page = path.join(folder, 'page.html');
    expect(runGoflame(['report', trace, crash, '-o', page]).code).toBe(0);
    expect(readFileSync(page, 'utf8')).toContain('goroutine 17 main.main.func1, map write: last ran on P 0');
  });

  it('says what an empty trace is, and what helps', () => {
    const empty = path.join(folder, 'trace.out');
    writeFileSync(empty, '');
    const { code, err } = runGoflame(['inspect', empty]);
    expect(code).toBe(3);
    expect(err).toContain('the program ended before the runtime wrote any of it. GODEBUG=traceadvanceperiod=100000');
    const log = path.join(folder, 'crash.txt');
    writeFileSync(log, '');
    expect(runGoflame(['inspect', log]).err).not.toContain('traceadvanceperiod');
  });
});

describe('a trace that is read in a thread of its own', () => {
  const FLIGHT = path.join(FIXTURES, 'gotrace/flight-1.26.trace.gz');
  const PIPED = readFileSync(FLIGHT);
  for (const options of [
    [],
    ['--from', '100ms', '--to', '300ms'],
    ['--goroutine', '1'],
    ['--entry', 'main\\.'],
    ['--entry', 'no such function'],
    ['--proc', '1', '--min-duration', '1ms'],
  ]) {
    it(`is told as one from a pipe: analyze ${options.join(' ')}`, () => {
      const threaded = runGoflame(['analyze', '--json', ...options, FLIGHT]);
      const piped = runGoflame(['analyze', '--json', ...options], { input: PIPED });
      expect(threaded.code).toBe(0);
      expect({ ...JSON.parse(threaded.out), file: '-' }).toEqual(JSON.parse(piped.out));
    });
  }

  // Pictures name their input, and their classes are made of all that is in them.
  const unnamed = (text: string) => text.replaceAll(/flight-1\.26\.trace\.gz · |gf-[0-9a-f]+/g, '');
  for (const args of [['collapse', '--weight', 'sched'], ['collapse', '--redact'], ['timeline']]) {
    it(`is told as one from a pipe: ${args.join(' ')}`, () => {
      const threaded = runGoflame([...args, FLIGHT]);
      expect(threaded.code).toBe(0);
      expect(unnamed(threaded.out)).toBe(unnamed(runGoflame(args, { input: PIPED }).out));
    });
  }
});

describe('collapse and render of a trace', () => {
  it('weigh what was asked for, grouped', () => {
    const { code, out } = runGoflame(['collapse', '--weight', 'sched', '--group-by', 'entry', SMALL]);
    expect(code).toBe(0);
    for (const line of out.trim().split('\n')) expect(line).toMatch(/^\S.* \d+$/);
  });

  it('draw durations as durations', () => {
    const { code, out } = runGoflame(['render', '--weight', 'sync', TRACE]);
    expect(code).toBe(0);
    expect(out).toMatch(/\d(?:\.\d+)? ms/);
    expect(/<desc>.*<\/desc>/.exec(out)?.[0]).toMatch(/^<desc>1\.78 s ·/);
  });

  it('refuse what does not go together', () => {
    for (const args of [
      ['--as-go'],
      ['--as-go', '--weight', 'running'],
      ['--as-go', '--weight', 'sched', '--to', '1s'],
      ['--weight', 'wait'],
      ['--group-by', 'access'],
      ['--from', 'noon'],
    ])
      expect({ args, ...runGoflame(['collapse', ...args, SMALL]) }).toMatchObject({ args, code: 2, out: '' });
  });

  it('take --from as a format and as a time', () => {
    const whole = runGoflame(['collapse', SMALL]).out;
    expect(runGoflame(['collapse', '--from', 'go-trace', SMALL]).out).toBe(whole);
    expect(runGoflame(['collapse', '--from', 'go-trace', '--from', '0', SMALL]).out).toBe(whole);
    expect(runGoflame(['collapse', '--from', '100ms', SMALL]).out).not.toBe(whole);
    expect(runGoflame(['collapse', '--from', 'race-report', SMALL]).code).toBe(3);
  });
});

describe('a weight that a trace has nothing of', () => {
  it('is told as such, and as one of traces to a dump', () => {
    const { code, err } = runGoflame(['collapse', '--weight', 'network', '--to', '1us', TRACE]);
    expect({ code, err }).toEqual({
      code: 0,
      err: 'goflame: no stacks weigh anything by network: no goroutine in this part of the trace waited for the network\n',
    });
    expect(runGoflame(['collapse', '--weight', 'network', DUMP]).err).toMatch(/execution traces/);
  });
});

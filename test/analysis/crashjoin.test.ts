/** Traces and crashes of one program, and of others: what is joined, and what is not. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { teeSinks } from '../../src/analysis/collect.ts';
import { Summarizer } from '../../src/analysis/summary.ts';
import { JoinSource } from '../../src/analysis/trace/crashjoin.ts';
import { LastRuns } from '../../src/analysis/trace/lastruns.ts';
import { InputReader } from '../../src/formats/reader.ts';
import type { CrashJoin } from '../../src/model/crashjoin.ts';
import type { EvidenceSink } from '../../src/model/evidence.ts';
import { StackTable } from '../../src/model/stacks.ts';
import type { PartSummary } from '../../src/model/summary.ts';
import { writeInspectJson } from '../../src/render/inspectjson.ts';
import { NO_PAINT } from '../../src/render/inspecttext.ts';
import { writeJoinText } from '../../src/render/jointext.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { readTraceInto, TRACES } from '../support/traces.ts';

const FOLDER = path.join(FIXTURES, 'gotrace/broken');
/** crash.go.txt, `crash 20 map` with GODEBUG=traceadvanceperiod=100000 and GOTRACEBACK=all on Go 1.26.8. */
const TRACE = readFileSync(path.join(FOLDER, 'crash-map.trace'));
const CRASH = readFileSync(path.join(FOLDER, 'crash-map.txt'), 'utf8');

/** Goroutine, P, from and to, in nanoseconds; null where it ran at the end. */
const WANTED: readonly (readonly [number, number, number, number | null])[] = [
  [17, 0, 1555840, 164243328],
  [11, 0, 164322304, null],
  [16, 1, 160427136, 160427776],
];

function read(bytes: Uint8Array): { source: JoinSource; summaries: PartSummary[] } {
  let sink: EvidenceSink | null = null;
  const reader = new InputReader({
    goroutine: (goroutine, part) => sink?.goroutine(goroutine, part),
    record: () => {},
    race: () => {},
    trace: () => sink?.trace?.() ?? null,
  });
  const source = new JoinSource(reader.stacks);
  const summarizer = new Summarizer(reader.stacks);
  sink = teeSinks([summarizer, source]);
  reader.push(bytes);
  const evidence = reader.end();
  return { source, summaries: summarizer.summarize(evidence) };
}

function join(trace: Uint8Array, crash: string): CrashJoin[] {
  const other = read(Buffer.from(crash));
  return read(trace).source.joinWith(other.source, other.summaries, { trace: 'trace.out', crash: 'crash.txt' });
}

const text = (joins: readonly CrashJoin[]) => [...writeJoinText(joins, { columns: 500, paint: NO_PAINT })].join('');

describe('a trace and a crash', () => {
  it('of one program: which P ran the writers last, as Go’s own tool has it', () => {
    const joins = join(TRACE, CRASH);
    expect(joins).toMatchObject([
      {
        verdict: 'joined',
        message: 'concurrent map writes',
        trace: 'trace.out',
        crash: 'crash.txt',
        line: 1,
        traceEndNs: 164504961,
      },
    ]);
    // `go tool trace -d=parsed`: the last Runnable->Running of each, and what ended it.
    const wanted = WANTED.map(([id, proc, sinceNs, untilNs]) => ({ id, last: { proc, sinceNs, untilNs } }));
    expect(joins[0].goroutines).toMatchObject(wanted);
    for (const goroutine of joins[0].goroutines)
      expect(goroutine).toMatchObject({ same: true, inTrace: true, operation: 'write', entry: 'main.main.func1' });
    expect(text(joins)).toContain(
      'goroutine 11 main.main.func1, map write: last ran on P 0, from 0.164322 s to the end of its events',
    );
  });

  it('whose goroutines are not in the trace: said to be not in it', () => {
    const joins = join(TRACE, CRASH.replaceAll(/goroutine (\d+) \[(running|runnable)/g, 'goroutine 9$1 [$2'));
    expect(joins).toMatchObject([{ verdict: 'not in the trace' }]);
    for (const goroutine of joins[0].goroutines) expect(goroutine).toMatchObject({ inTrace: false, last: null, same: null });
    expect(text(joins)).toContain('none of them in the trace');
    expect(text(joins)).toContain('goroutine 917 main.main.func1, map write: not in the trace');
  });

  it('where one goroutine is newer than what was written: the others are joined', () => {
    const joins = join(TRACE, CRASH.replace('goroutine 17 [running', 'goroutine 917 [running'));
    expect(joins[0].verdict).toBe('joined');
    expect(joins[0].goroutines.map(({ id, inTrace }) => [id, inTrace])).toEqual([
      [917, false],
      [11, true],
      [16, true],
    ]);
  });

  it('of another program is not claimed, whatever the ids', () => {
    const changes: readonly (readonly [string, string])[] = [
      ['main.main.func1()', 'main.serve()'],
      ['crashtrace/main.go:28', 'crashtrace/main.go:29'],
      ['created by main.main ', 'created by main.run '],
      ['crashtrace/main.go:28', 'crashtrace/other.go:28'],
    ];
    for (const [from, to] of changes) {
      const joins = join(TRACE, CRASH.replaceAll(from, to));
      expect({ to, verdict: joins[0].verdict }).toEqual({ to, verdict: 'other program' });
      for (const { last } of joins[0].goroutines) expect(last).toBeNull();
      expect(text(joins)).toContain('not joined: the trace is of another program or run');
    }
  });

  it('of any other recorded program is not claimed', () => {
    let claimed = 0;
    let compared = 0;
    for (const { bytes } of TRACES.filter((trace) => trace.bytes.length < 250_000)) {
      const [{ verdict }] = join(bytes, CRASH);
      if (verdict === 'joined') claimed++;
      compared++;
    }
    expect(compared).toBeGreaterThan(10);
    expect(claimed).toBe(0);
  });

  it('of main.main alone, which all programs have, goes by its file', () => {
    const crash = (file: string) => `panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t${file}:44 +0x305\n`;
    expect(join(TRACE, crash('/elsewhere/main.go'))[0].verdict).toBe('unsure');
    expect(join(TRACE, crash('example.com/crashtrace/main.go'))[0].verdict).toBe('joined');
  });

  it('of a run in which that goroutine had ended is another run', () => {
    const whole = TRACES.find(({ name }) => name === 'annotations-1.22')?.bytes as Buffer;
    const ended = 'panic: boom\n\ngoroutine 6 [running]:\nmain.f()\n\t/x/main.go:44 +0x305\n';
    expect(join(whole, ended)[0].verdict).not.toBe('joined');
  });

  it('without a crash, or twice the same kind: nothing to join', () => {
    expect(join(TRACE, CRASH.replace(/^fatal error.*\n/, '').replaceAll('[running]', '[select]'))).toEqual([]);
    const dump = read(Buffer.from(CRASH));
    expect(dump.source.joinWith(dump.source, dump.summaries, { trace: 'a', crash: 'b' })).toEqual([]);
  });

  it('knows the same whether it is told moves or events', () => {
    let compared = 0;
    for (const { bytes } of TRACES.filter((trace) => trace.bytes.length < 250_000)) {
      const moved = new LastRuns(new StackTable());
      readTraceInto(bytes, moved);
      const told = new LastRuns(new StackTable());
      readTraceInto(bytes, { generation: (tables) => told.generation(tables), event: (event) => told.event(event) });
      expect(moved.endNs).toBe(told.endNs);
      for (let id = 0; id < 300; id++) {
        expect(moved.get(id)).toEqual(told.get(id));
        if (told.get(id) !== undefined) compared++;
      }
    }
    expect(compared).toBeGreaterThan(150);
  });

  it('stands in the JSON as a field of its own, there only where there are both', () => {
    const joins = join(TRACE, CRASH);
    expect(JSON.parse([...writeInspectJson([], joins)].join(''))).toEqual({
      schema: 'goflame/inspect/1',
      inputs: [],
      joined: joins,
    });
    expect(JSON.parse([...writeInspectJson([])].join(''))).not.toHaveProperty('joined');
  });
});

/** SARIF: valid by its schema, one result a race with both sides, and within what code scanning takes. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import type * as Sarif from 'sarif';
import { describe, expect, it } from 'vitest';
import { SARIF_MAX_RESULTS, writeSarif } from '../../../src/render/ci/sarif.ts';
import { encodePath } from '../../../src/render/ci/sarifresult.ts';
import { makeCrash, makeFrame, makePackage, makeRace, makeReport, makeTimeout, type Parts } from '../../support/cireport.ts';
import { FIXTURES } from '../../support/fixtures.ts';
import { sarifErrors } from '../../support/sarifschema.ts';

function runOf(parts: Parts, maxBytes?: number): Sarif.Run {
  const document: Sarif.Log = JSON.parse(writeSarif(makeReport(parts), maxBytes));
  expect(sarifErrors(document)).toEqual([]);
  return document.runs[0];
}

function resultsOf(parts: Parts): Sarif.Result[] {
  return runOf(parts).results ?? [];
}

const placeOf = ({ physicalLocation }: Sarif.Location): string =>
  `${physicalLocation?.artifactLocation?.uri}:${physicalLocation?.region?.startLine}`;
const known = {
  fingerprint: 'v2:0',
  title: 't',
  sides: [],
  firstSeen: '2026-01-01',
  lastSeen: '2026-01-01',
  note: 'cache',
  ticket: 'X-1',
  until: null,
};

describe('SARIF', () => {
  it('the schema finds faults', () => {
    const sample = JSON.parse(readFileSync(path.join(FIXTURES, 'ci/sarif-schema-2.1.0.json'), 'utf8'));
    expect(sample.id ?? sample.$id).toContain('sarif');
    expect(sarifErrors({ version: '2.1.0', runs: [{}] })).not.toEqual([]);
    const bad: Sarif.Log = JSON.parse(writeSarif(makeReport({ races: [makeRace()] })));
    bad.runs[0].results![0].locations![0].physicalLocation!.region!.startLine = 0;
    expect(sarifErrors(bad)).not.toEqual([]);
  });

  it('one race is one result: both accesses and both go statements are related, and linked from the message', () => {
    const [result, ...rest] = resultsOf({ races: [makeRace({ blamed: [{ package: null, name: 'TestVictim' }] })] });
    expect(rest).toEqual([]);
    expect(result.message.text).toBe(
      'Data race: read in [p.TestGuilty.func1](1), write in [p.TestGuilty.func2](2). Created: [goroutine 1](3), [goroutine 2](4). ' +
        'Of TestGuilty. go lets TestVictim fail for it.',
    );
    expect(result.locations?.map(placeOf)).toEqual(['p/p_test.go:11']);
    expect(result.relatedLocations?.map((one) => `${one.id} ${placeOf(one)} ${one.message?.text}`)).toEqual([
      '1 p/p_test.go:11 read by goroutine 1',
      '2 p/p_test.go:12 previous write by goroutine 2',
      '3 p/p_test.go:21 goroutine 1 (running) is created here',
      '4 p/p_test.go:22 goroutine 2 (running) is created here',
    ]);
    expect(result.partialFingerprints?.['goflameRace/v2']).toBe(makeRace().fingerprint);
    expect(result.locations?.[0].physicalLocation?.artifactLocation?.uriBaseId).toBe('%SRCROOT%');
  });

  it('flows go goroutine by goroutine, from the go statement through the calls to the access', () => {
    const race = makeRace();
    const [first, second] = race.accesses;
    const deep = {
      ...first,
      frames: [
        makeFrame('get', 1),
        { function: 'sort.Slice', file: 'sort/slice.go', line: 3 },
        makeFrame('TestGuilty.func1', 11),
      ],
    };
    const [result] = resultsOf({ races: [{ ...race, accesses: [deep, second] }] });
    const flows = result.codeFlows?.[0].threadFlows ?? [];
    expect(flows.map(({ id }) => id)).toEqual(['goroutine 1', 'goroutine 2']);
    expect(flows[0].locations.map(({ location }) => `${placeOf(location!)} ${location?.message?.text}`)).toEqual([
      'p/p_test.go:21 is created here',
      'p/p_test.go:11 calls p.get',
      'p/p_test.go:1 reads',
    ]);
  });

  it('the first location is in own code: not the runtime’s, a dependency’s or a map’s', () => {
    const race = makeRace();
    const frames = [
      { function: 'runtime.mapassign_fast64', file: '/usr/local/go/src/internal/runtime/maps/runtime_fast64.go', line: 196 },
      { function: 'github.com/x/y.Put', file: '/home/me/go/pkg/mod/github.com/x/y@v1.2.3/y.go', line: 5 },
      makeFrame('TestGuilty.func1', 17),
    ];
    const [result] = resultsOf({ races: [{ ...race, accesses: [{ ...race.accesses[0], frames }, race.accesses[1]] }] });
    expect(result.locations?.map(placeOf)).toEqual(['p/p_test.go:17']);
  });

  it('a race outside the repository stands at go.mod and says so; without one it is left out and counted', () => {
    const frames = [{ function: 'github.com/x/y.Put', file: '/m/github.com/x/y@v1.2.3/y.go', line: 5 }];
    const race = makeRace();
    const outside = { ...race, accesses: race.accesses.map((access) => ({ ...access, frames })), creations: [] };
    const [result] = resultsOf({ races: [outside] });
    expect(result.locations?.map(placeOf)).toEqual(['go.mod:1']);
    expect(result.message.text).toContain('No frame of it lies in this repository.');
    expect(result.message.text).not.toContain('](');
    expect([result.relatedLocations, result.codeFlows]).toEqual([undefined, undefined]);
    const report = { ...makeReport({ races: [outside] }), repository: { root: '', modules: [] } };
    const document: Sarif.Log = JSON.parse(writeSarif(report));
    expect(sarifErrors(document)).toEqual([]);
    expect(document.runs[0].results).toEqual([]);
    expect(document.runs[0].invocations?.[0].toolExecutionNotifications?.[0].message.text).toContain('1 finding left out');
  });

  it('races of the baseline are notes that are suppressed with their ticket; all others say that they are not', () => {
    const results = resultsOf({
      races: [makeRace(), makeRace({ state: 'known', fingerprint: 'v2:0', baseline: known as never })],
    });
    expect(results.map(({ level }) => level)).toEqual(['error', 'note']);
    expect(results.map(({ suppressions }) => suppressions)).toEqual([
      [],
      [{ kind: 'external', status: 'accepted', justification: 'X-1: cache' }],
    ]);
    expect(resultsOf({ races: [makeRace()] })[0].suppressions).toBeUndefined();
  });

  it('crashes and time-outs are results, builds and tests that fail are not', () => {
    const builds = [{ importPath: 'example.com/lab/p', output: [], packages: [] }];
    const run = runOf({ crashes: [makeCrash()], timeouts: [makeTimeout()], tests: { builds, packages: [makePackage()] } });
    expect(run.results?.map(({ ruleId, locations }) => [ruleId, placeOf(locations![0])])).toEqual([
      ['go/crash', 'p/p_test.go:31'],
      ['go/test-timeout', 'p/p_test.go:41'],
    ]);
    for (const { ruleId, ruleIndex } of run.results ?? []) expect(run.tool.driver.rules?.[ruleIndex!].id).toBe(ruleId);
  });

  it('brackets of generic functions make no link, braces no placeholder', () => {
    const race = makeRace();
    const frames = [makeFrame('Map[go.shape.int].Put')];
    const [result] = resultsOf({
      races: [
        {
          ...race,
          accesses: [{ ...race.accesses[0], frames }],
          tests: [{ package: null, name: 'Test{0}[x](1)', certain: true, by: 'stack' }],
        },
      ],
    });
    expect(result.message.text).toContain('\\[');
    expect(result.message.text).toContain('Of Test(0)\\[x\\](1).');
  });

  it('paths are relative URIs, whatever is in them', () => {
    expect(encodePath("a b/c:d/#?%[é]'()*.go")).toBe('a%20b/c%3Ad/%23%3F%25%5B%C3%A9%5D%27%28%29%2A.go');
    expect(decodeURIComponent(encodePath('x:y/日本.go'))).toBe('x:y/日本.go');
    expect(encodePath('\ud800.go')).toBe('%EF%BF%BD.go');
    const race = makeRace();
    const frames = [makeFrame('f', 3, '/home/me/lab/p q/a:b.go')];
    const [result] = resultsOf({ races: [{ ...race, accesses: [{ ...race.accesses[0], frames }] }] });
    expect(result.locations?.map(placeOf)).toEqual(['p%20q/a%3Ab.go:3']);
  });
});

describe('limits of code scanning', () => {
  it('25,000 results and no more, the most severe first', () => {
    const race = makeRace({ accesses: makeRace().accesses.slice(0, 1), creations: [] });
    const count = SARIF_MAX_RESULTS + 1;
    const races = Array.from({ length: count }, (_, at) => ({ ...race, fingerprint: `v2:${at}` }));
    const report = makeReport({ races, findings: (_, at) => ({ severity: at === count - 1 ? 'error' : 'warning' }) });
    const run = (JSON.parse(writeSarif(report, 1e9)) as Sarif.Log).runs[0];
    expect(run.results).toHaveLength(SARIF_MAX_RESULTS);
    expect(run.results?.[0].partialFingerprints?.['goflameRace/v2']).toBe(`v2:${count - 1}`);
    expect(run.invocations?.[0].toolExecutionNotifications?.[0].message.text).toContain('1 finding left out');
  });

  it('flows are left out before results are, and both before the file is too large', () => {
    const races = Array.from({ length: 100 }, (_, at) => makeRace({ fingerprint: `v2:${at}` }));
    const whole = writeSarif(makeReport({ races }));
    for (const share of [1, 0.99, 0.7, 0.5, 0.1, 0]) {
      const most = Math.floor(whole.length * share);
      const run = runOf({ races }, most);
      const results = run.results ?? [];
      expect(Buffer.byteLength(JSON.stringify(results))).toBeLessThanOrEqual(most + 2);
      const told = run.invocations?.[0].toolExecutionNotifications?.[0].message.text ?? '0';
      expect(results.length + Number.parseInt(told, 10)).toBe(100);
    }
    expect(runOf({ races }, whole.length - 6000).results?.some(({ codeFlows }) => codeFlows === undefined)).toBe(true);
  });
});

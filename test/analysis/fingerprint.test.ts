/** A race has one fingerprint, whatever chance, the compiler and the layout of the sources do to its report. */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDiffFailOn } from '../../src/analysis/difffail.ts';
import { fingerprintRace, fingerprintRaceV1 } from '../../src/analysis/fingerprint.ts';
import { raceStatus } from '../../src/model/comparison.ts';
import { compare } from '../support/compare.ts';
import { FIXTURES, fixtures } from '../support/fixtures.ts';
import { racesOf, readText } from '../support/read.ts';

const RUNS = path.join(FIXTURES, 'ci/runs');

function recorded(name: string): string[] {
  const text = readFileSync(path.join(RUNS, `${name}.runs.txt`), 'utf8');
  return text.split(/^-- run \d+ --\n/m).slice(1);
}

function pair(name: string): [string, string] {
  const side = (run: string) => readFileSync(path.join(RUNS, `${name}-run-${run}.txt`), 'utf8');
  return [side('a'), side('b')];
}

function fingerprintsOf(text: string, make = fingerprintRace): string[] {
  const evidence = readText(text);
  return racesOf(evidence).flatMap(({ races }) => races.map((race) => make(race, evidence.stacks)));
}

function distinct(texts: readonly string[], make = fingerprintRace): Set<string> {
  return new Set(texts.flatMap((text) => fingerprintsOf(text, make)));
}

/** What `diff --fail-on new-race` says; null where it passes. */
function newRaces(before: string, after: string): string | null {
  const [condition] = parseDiffFailOn('new-race');
  return condition.check(compare(before, after));
}

/** Fingerprints of twelve runs, and how often one of two runs has a race that is new beside the other. */
function judgeRuns(runs: readonly string[]): { fingerprints: number; pairs: number; alarms: number } {
  let pairs = 0;
  let alarms = 0;
  for (const before of runs) {
    for (const after of runs) {
      if (before === after) continue;
      pairs++;
      if (newRaces(before, after) !== null) alarms++;
    }
  }
  return { fingerprints: distinct(runs).size, pairs, alarms };
}

const LAB = [
  ['after', 1],
  ['racy', 1],
  ['two', 2],
] as const;

describe('runs of one test, recorded', () => {
  for (const [name, races] of LAB) {
    it(`${name}: ${races} in twelve runs, never a new one`, () => {
      const runs = recorded(`${name}-go1.26`);
      const judged = judgeRuns(runs);
      console.log(
        `${name}: v1 has ${distinct(runs, fingerprintRaceV1).size}, v2 ${judged.fingerprints}; ${judged.alarms} of ${judged.pairs} pairs`,
      );
      expect(runs).toHaveLength(12);
      expect(judged).toMatchObject({ fingerprints: races, alarms: 0 });
    });
  }

  it('had two names by version 1, which is why there is a second', () => {
    for (const name of ['after', 'racy']) expect(distinct(pair(name), fingerprintRaceV1).size).toBe(2);
  });

  it('are the same in the pairs of two runs', () => {
    for (const name of ['after', 'racy']) {
      const [a, b] = pair(name);
      expect(distinct([a, b]).size).toBe(1);
      expect([newRaces(a, b), newRaces(b, a)]).toEqual([null, null]);
    }
  });

  it('are the same by Go 1.19 and 1.26', () => {
    for (const name of ['after', 'racy']) {
      expect(distinct([...recorded(`${name}-go1.19`), ...recorded(`${name}-go1.26`)]).size).toBe(1);
    }
  });
});

function findGo(): string | null {
  try {
    const go = process.env.GO ?? 'go';
    const version = execFileSync(go, ['env', 'GOVERSION'], { encoding: 'utf8', stdio: 'pipe' });
    // -race needs cgo or Go 1.20, the programs need the toolchain that their go.mod names
    return /go1\.(?:2[6-9]|[3-9]\d)/.test(version) ? go : null;
  } catch {
    return null;
  }
}

const go = findGo();

describe.skipIf(go === null)('runs of one test by the Go that is installed (skipped without Go 1.26)', () => {
  for (const [name, races] of LAB) {
    it(`${name}: ${races} in twelve runs and two builds`, { timeout: 120_000 }, () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'goflame-lab-'));
      try {
        cpSync(path.join(FIXTURES, 'ci/lab'), folder, { recursive: true });
        const env = { ...process.env, GOFLAGS: '', GORACE: 'atexit_sleep_ms=20' };
        const runs = ['-trimpath', '-gcflags=-l'].flatMap((flag, at) => {
          const program = path.join(folder, `${at}.test`);
          execFileSync(go as string, ['test', '-c', '-race', flag, '-o', program, `./${name}`], {
            cwd: folder,
            env,
            stdio: 'pipe',
          });
          return Array.from({ length: 6 }, () => runOnce(program, path.join(folder, name), env));
        });
        const found = runs.filter((text) => text.includes('WARNING: DATA RACE'));
        console.log(`${name}: ${found.length} of ${runs.length} runs showed a race`);
        expect(found.length).toBeGreaterThan(0);
        expect(distinct(found).size).toBeLessThanOrEqual(races);
        expect(judgeRuns(found.filter((text) => fingerprintsOf(text).length >= races)).alarms).toBe(0);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }
});

function runOnce(program: string, cwd: string, env: NodeJS.ProcessEnv): string {
  try {
    return execFileSync(program, [], { cwd, env, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return stdout + stderr;
  }
}

const RULE = '==================\n';

interface Sides {
  readonly first?: string;
  readonly second?: string;
  readonly made?: string;
  readonly other?: string;
}

const GET =
  '  example.com/shop/cart.(*Cart).Get()\n      /src/cart.go:20 +0x1\n  example.com/shop/cart.Serve.func1()\n      /src/serve.go:31 +0x2\n';
const PUT =
  '  example.com/shop/cart.(*Cart).Put()\n      /src/cart.go:11 +0x3\n  example.com/shop/cart.Serve.func2()\n      /src/serve.go:41 +0x4\n';
const MADE = '  example.com/shop/cart.Serve()\n      /src/serve.go:30 +0x5\n  main.main()\n      /src/main.go:9 +0x6\n';

function report({ first = GET, second = PUT, made = MADE, other = MADE }: Sides = {}): string {
  return `${RULE}WARNING: DATA RACE\nRead at 0x00c01 by goroutine 7:\n${first}\nPrevious write at 0x00c01 by goroutine 8:\n${second}\nGoroutine 7 (running) created at:\n${made}\nGoroutine 8 (finished) created at:\n${other}${RULE}`;
}

const one = (name: string, file = '/src/x.go', line = 1) => `  ${name}()\n      ${file}:${line} +0x1\n`;

describe('one race', () => {
  const [plain] = fingerprintsOf(report());
  const ROOT = one('testing.tRunner', 'testing/testing.go', 1446) + one('testing.(*T).Run.func1', 'testing/testing.go', 1493);
  const SAME: Record<string, string> = {
    'both sides write': report().replace('Read at', 'Write at'),
    'the other side caught it': report({ first: PUT, second: GET }),
    'moved lines': report().replace(/:(\d+) \+/g, ':9$1 +'),
    '-trimpath': report().replaceAll('/src/', 'example.com/shop@v1.2.3/'),
    'a vendored copy': report().replaceAll('example.com/shop/cart', 'example.org/app/vendor/example.com/shop/cart'),
    'the work of the runtime': report({ first: one('runtime.mapaccess1_faststr') + GET }),
    'the work of Swiss maps': report({ first: one('internal/runtime/maps.(*Map).getWithKey') + GET }),
    'wrappers of go statements': report({ first: GET + one('example.com/shop/cart.Serve.gowrap3') }),
    'wrappers of Go 1.17': report({ first: GET + one('example.com/shop/cart.Serve·dwrap·4') }),
    'wrappers of defer': report({ second: PUT + one('example.com/shop/cart.Serve.func2.deferwrap1') }),
    'wrappers of method values': report({ first: GET + one('example.com/shop/cart.(*Cart).Get-fm', '<autogenerated>') }),
    'the frames of package testing': report({ made: MADE + ROOT, other: MADE + ROOT }),
    'who called the program': report({
      first: GET + one('sync.(*WaitGroup).Go.func1'),
      second: PUT + one('sync.(*WaitGroup).Go.gowrap1'),
    }),
    'TestMain not inlined': report({ made: MADE + one('testing.(*M).Run') + one('example.com/shop/cart.TestMain') }),
    'the calling convention': report().replaceAll('Get()', 'Get.abi0()'),
  };
  for (const [what, text] of Object.entries(SAME))
    it(`keeps its name with ${what}`, () => expect(fingerprintsOf(text)).toEqual([plain]));

  it('is versioned and stable over releases of this project', () =>
    expect(plain).toMatchInlineSnapshot(`"v2:6ad2f2277399ff7bf00d8e633124c955"`));

  it('keeps its name whatever sorts, and however package variables are called', () => {
    const sorted = (how: string) => report({ first: GET + how + one('sort.Slice') + one('example.com/shop/cart.list') });
    expect(
      distinct([sorted(one('sort.quickSort_func')), sorted(one('sort.pdqsort_func') + one('sort.insertionSort_func'))]).size,
    ).toBe(1);
    const variable = (how: string) => report({ first: one(`example.com/shop/cart.${how}.func1`) });
    expect(distinct([variable('glob.'), variable('init')]).size).toBe(1);
    const exported = (hash: string) => report({ first: GET + one(`_cgoexp_${hash}_goTick`, '_cgo_gotypes.go') });
    expect(distinct([exported('0123456789ab'), exported('ba9876543210'), report()]).size).toBe(1);
  });
});

describe('different races', () => {
  const PLANTED: Record<string, string> = {
    none: report(),
    'another method': report().replace('(*Cart).Get', '(*Cart).Peek'),
    'another type': report().replace('(*Cart).Get', '(*Basket).Get'),
    'another package': report().replace('cart.(*Cart).Get', 'till.(*Cart).Get'),
    'the same side twice': report({ second: GET }),
    'the other side twice': report({ first: PUT }),
    'another caller': report().replace('cart.Serve.func1', 'cart.Serve.func3'),
    'another caller of the other side': report().replace('cart.Serve.func2', 'cart.Serve.func3'),
    'a caller more': report({ first: GET + one('example.com/shop/cart.Run') }),
    'another go statement': report({ made: one('example.com/shop/cart.Start') }),
    'another go statement of the other side': report({ other: one('example.com/shop/cart.Start') }),
    'both go statements': report({ made: one('example.com/shop/cart.Start'), other: one('example.com/shop/cart.Start') }),
    'main instead of a goroutine': report().replace('by goroutine 7', 'by main goroutine'),
    'a closure within': report().replace('cart.Serve.func1', 'cart.Serve.func1.1'),
    'what it calls of the standard library': report({ first: one('bytes.(*Buffer).Write') + GET }),
    'another call of it': report({ first: one('bytes.(*Buffer).Read') + GET }),
    'a callback': report({ first: GET + one('sort.Slice') + one('example.com/shop/cart.list') }),
    'another callback': report({ first: GET + one('strings.Map') + one('example.com/shop/cart.list') }),
  };

  it('that were planted have names of their own', () => {
    const names = Object.values(PLANTED).map((text) => fingerprintsOf(text)[0]);
    console.log(`${names.length} planted races, ${(names.length * (names.length - 1)) / 2} pairs, ${new Set(names).size} names`);
    expect(new Set(names).size).toBe(names.length);
    for (const text of Object.values(PLANTED).slice(1)) expect(newRaces(PLANTED.none, text)).toMatch(/^1 new data race/);
  });

  it('of the recorded programs have as many names as by version 1, but for chance', () => {
    const texts = fixtures.filter(({ name }) => /^(?:race|gotest)\//.test(name)).map(({ bytes }) => bytes.toString());
    const older = distinct(texts, fingerprintRaceV1).size;
    const now = distinct(texts).size;
    console.log(`${texts.length} captures: ${older} races by version 1, ${now} by version 2`);
    expect(now).toBeLessThanOrEqual(older);
    expect(now).toBeGreaterThan(20);
  });
});

describe('a stack that was not restored', () => {
  const LOST = '  [failed to restore the stack]\n';
  const whole = report();
  const partial = report({ second: LOST });

  it('makes a race maybe the same, never the same and never new', () => {
    expect(fingerprintsOf(partial)).not.toEqual(fingerprintsOf(whole));
    for (const [before, after] of [
      [whole, partial],
      [partial, whole],
    ]) {
      const changes = compare(before, after).races ?? [];
      expect(changes.map(raceStatus)).toEqual(['maybe', 'maybe']);
      expect(newRaces(before, after)).toBeNull();
    }
  });

  it('is still new where the known side differs, or where there was nothing', () => {
    const known = report({ first: one('example.com/shop/cart.(*Cart).Drop'), second: LOST });
    expect(newRaces(whole, known)).toMatch(/^1 new/);
    expect(newRaces('ok  \texample.com/shop/cart\t0.1s\n', partial)).toMatch(/^1 new/);
  });

  it('may be that of the go statement', () => {
    expect(newRaces(whole, report({ other: LOST }))).toBeNull();
    expect(newRaces(whole, report({ second: one('example.com/shop/cart.Late'), other: LOST }))).toMatch(/^1 new/);
  });
});

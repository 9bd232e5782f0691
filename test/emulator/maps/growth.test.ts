/** When maps grow: the runtime's thresholds, and what real Go programs showed, on this machine too where Go is installed. */

import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EmulatedMap, KeyKind } from '../../../src/emulator/maps/map.ts';
import type { SwissMap } from '../../../src/emulator/maps/swiss.ts';
import { type GoRelease, parseRelease } from '../../../src/emulator/version.ts';
import { makeWorld, mapOf, run } from './driving.ts';

interface Change {
  readonly insert: number;
  readonly slots: number;
}

/** What test/fixtures/programs/shelves.go prints. */
interface Shelves {
  readonly version: string;
  readonly hints: readonly Change[];
  readonly growths: Readonly<Record<KeyKind, readonly Change[]>>;
}

const PROGRAM = path.resolve(import.meta.dirname, '../../fixtures/programs/shelves.go');
const RECORDED = ['1.19', '1.23', '1.24', '1.26', '1.27'];
const INSERTS = 20_000;
/** Inserts that are compared with real ones: all tables have split four times by then, and none the fifth time. */
const COMPARED = 8000;
/** Up to here the thresholds of Swiss maps do not depend on the hash: one table grows until it splits. */
const ONE_TABLE = 897;

const CLASSIC = [1, 9, 14, 27, 53, 105, 209, 417, 833, 1665, 3329, 6657, 13_313];
const SWISS = [1, 9, 15, 29, 57, 113, 225, 449, 897];

function recorded(version: string): Shelves {
  return JSON.parse(readFileSync(path.resolve(import.meta.dirname, `../../fixtures/maps/shelves-go${version}.json`), 'utf8'));
}

function fill(map: EmulatedMap, count: number): Change[] {
  const changes: Change[] = [];
  for (let i = 0, seen = 0; i < count; i++) {
    run(map.write(i, i));
    if (map.slots === seen) continue;
    seen = map.slots;
    changes.push({ insert: i + 1, slots: seen });
  }
  return changes;
}

/** Fills a map, then deletes the oldest key and writes a new one, again and again; gives how often it grew at first. */
function replaceKeys(map: EmulatedMap, keys: number, count: number): number {
  fill(map, keys);
  const filled = map.growths.length;
  for (let i = 0; i < count; i++) {
    run(map.delete(i));
    run(map.write(i + keys, i));
  }
  return filled;
}

function hints(release: GoRelease): Change[] {
  const world = makeWorld(release);
  const changes: Change[] = [];
  for (let hint = 9, seen = 0; hint <= 6000; hint++) {
    const { slots } = mapOf(world, { hint });
    if (slots !== seen) changes.push({ insert: hint, slots });
    seen = slots;
  }
  return changes;
}

function expectSame(real: Shelves): void {
  const release = parseRelease(real.version.replace(/\.\d+$/, ''));
  for (const [keys, growths] of Object.entries(real.growths)) {
    const ours = fill(mapOf(makeWorld(release), { keys: keys as KeyKind }), COMPARED);
    const theirs = growths.filter(({ insert }) => insert <= COMPARED);
    const upTo = release >= 24 ? ONE_TABLE : COMPARED;
    const early = (changes: readonly Change[]) => changes.filter(({ insert }) => insert <= upTo);
    expect(early(ours), `${real.version} ${keys}`).toEqual(early(theirs));
    // Then tables split when they are full, each at its own time; at the end there are as many.
    expect(ours.length, `${real.version} ${keys}`).toBe(theirs.length);
    expect(ours.at(-1)?.slots, `${real.version} ${keys}`).toBe(theirs.at(-1)?.slots);
  }
  expect(hints(release), `hints in ${real.version}`).toEqual(real.hints);
}

function hasGo(): boolean {
  return spawnSync('go', ['version']).status === 0;
}

function runShelves(): Shelves {
  const folder = mkdtempSync(path.join(tmpdir(), 'goflame-shelves-'));
  try {
    copyFileSync(PROGRAM, path.join(folder, 'main.go'));
    writeFileSync(path.join(folder, 'go.mod'), 'module example.com/shelves\n\ngo 1.19\n');
    return JSON.parse(execFileSync('go', ['run', '-trimpath', '.'], { cwd: folder, encoding: 'utf8' }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('maps grow where those of real Go do', () => {
  for (const version of RECORDED) it(`as recorded with Go ${version}`, () => expectSame(recorded(version)));

  it.skipIf(!hasGo())('as the Go that is installed here shows (skipped without one)', () => expectSame(runShelves()));
});

describe('a classic map', () => {
  it('grows at 6.5 entries a bucket, whatever the seed', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const map = mapOf(makeWorld(23, seed));
      fill(map, 2000);
      expect(map.growths.map(({ count }) => count + 1)).toEqual(CLASSIC.filter((insert) => insert <= 2000));
    }
  });

  it('moves its entries with about ln 2 writes per old bucket', () => {
    const map = mapOf(makeWorld(23));
    fill(map, INSERTS);
    for (const growth of map.growths.filter(({ from, endedAt }) => from >= 8 * 64 && endedAt !== null)) {
      const perBucket = (growth.operations - 1) / (growth.from / 8);
      expect(perBucket).toBeGreaterThan(0.6);
      expect(perBucket).toBeLessThan(0.78);
      expect(growth.moved).toBe(growth.count);
    }
  });

  it('grows to the same size when replaced keys leave too many overflow buckets, as often as in real Go', () => {
    // Five runs each of Go 1.19.8 and 1.23.5 showed 5 or 6 such growths for 800 keys, and 11 to 14 for 200.
    for (const [keys, replaced, least, most] of [
      [800, 40_000, 4, 7],
      [200, 20_000, 9, 15],
    ]) {
      const map = mapOf(makeWorld(23, 5));
      replaceKeys(map, keys, replaced);
      const same = map.growths.filter(({ kind }) => kind === 'same size');
      expect(same.length).toBeGreaterThanOrEqual(least);
      expect(same.length).toBeLessThanOrEqual(most);
      expect(same.every(({ from, to }) => from === to)).toBe(true);
      expect(map.entries().length).toBe(map.len);
    }
  });
});

describe('a Swiss map', () => {
  it('grows a table at seven eighths, and splits it at 1,024 slots', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const map = mapOf(makeWorld(26, seed));
      fill(map, 900);
      expect(map.growths.map(({ count }) => count + 1)).toEqual(SWISS);
      expect(map.growths.map(({ kind }) => kind)).toEqual(['first', 'to table', ...Array(6).fill('grow'), 'split']);
      expect(map.growths.at(-1)).toMatchObject({ from: 1024, to: 2048, directory: true, moved: 896, operations: 1 });
    }
  });

  it('splits its tables in bursts, for they fill up together', () => {
    const map = mapOf(makeWorld(26)) as SwissMap;
    fill(map, INSERTS);
    const splits = map.growths.filter(({ kind }) => kind === 'split');
    for (const { count } of splits) {
      const tables = count / 896;
      // Between two bursts, at 1.25 to 1.75 times a power of two of tables' loads, nothing splits.
      expect(Math.abs(Math.log2(tables) - Math.round(Math.log2(tables)))).toBeLessThan(0.25);
    }
    expect(splits.filter(({ directory }) => directory).length).toBe(Math.log2(map.tables.length));
    expect(map.tables.every(({ slots, used }) => slots === 1024 && used <= 896)).toBe(true);
    expect(map.tables.reduce((sum, { used }) => sum + used, 0)).toBe(INSERTS);
  });

  it('becomes a table at an update of a full small map, but no longer since Go 1.27', () => {
    const grows = (release: GoRelease) => {
      const map = mapOf(makeWorld(release));
      fill(map, 8);
      run(map.write(3, 0));
      return [map.slots, map.len];
    };
    expect([24, 25, 26].map((release) => grows(release as GoRelease))).toEqual([
      [16, 8],
      [16, 8],
      [16, 8],
    ]);
    expect(grows(27)).toEqual([8, 8]);
  });

  it('removes tombstones instead of growing since Go 1.25, but not for generic keys', () => {
    // Five runs of real Go each: 3 growths beyond the filling with 1.24.4, one with 1.26.8 and 1.27.4.
    const growths = (release: GoRelease, keys: KeyKind) => {
      const map = mapOf(makeWorld(release, 7), { keys });
      const filled = replaceKeys(map, 800, 40_000);
      return map.growths.length - filled;
    };
    expect(growths(24, 'fast64')).toBe(3);
    expect(growths(26, 'fast64')).toBe(1);
    expect(growths(26, 'generic')).toBe(3);
  });
});

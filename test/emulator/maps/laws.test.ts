/** Maps behave as maps, whatever is done to them, in every release and for every kind of keys. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { checkSlots } from '../../../src/emulator/maps/layout.ts';
import type { EmulatedMap, KeyKind, MapKey } from '../../../src/emulator/maps/map.ts';
import { GO_RELEASES, type GoRelease, type MapKind } from '../../../src/emulator/version.ts';
import { makeWorld, mapOf, ranged, read, run, stepsOf } from './driving.ts';

const KINDS: readonly KeyKind[] = ['fast32', 'fast64', 'faststr', 'generic'];
const VARIANTS: readonly [GoRelease, MapKind, KeyKind][] = GO_RELEASES.flatMap((release) =>
  (['classic', 'swiss'] as const)
    .filter((kind) => (kind === 'swiss' ? release >= 24 : release <= 25))
    .flatMap((kind) => KINDS.map((keys): [GoRelease, MapKind, KeyKind] => [release, kind, keys])),
);

/** Releases whose maps behave differently; the others differ in their lines alone. */
const DIFFERENT = VARIANTS.filter(([release]) => [23, 24, 26, 27].includes(release));

function keyOf(keys: KeyKind, number: number): MapKey {
  return keys === 'faststr' ? `sku-${number}` : number;
}

/** Random writes, updates, deletes and now and then a clear, beside a JavaScript map. */
function churn(map: EmulatedMap, random: Random, count: number): Map<MapKey, number> {
  const model = new Map<MapKey, number>();
  const phase = () => random.below(3);
  let bias = phase();
  for (let i = 0; i < count; i++) {
    if (i % 500 === 0) bias = phase();
    const key = keyOf(map.spec.keys, random.below(700));
    const choice = random.below(100);
    if (choice === 0 && i % 7 === 0) {
      run(map.clear());
      model.clear();
    } else if (choice < 30 + 20 * bias) {
      run(map.write(key, i));
      model.set(key, i);
    } else if (choice < 50 + 20 * bias) {
      run(map.update(key, (old) => old + 1));
      model.set(key, (model.get(key) ?? 0) + 1);
    } else {
      const op = map.delete(key);
      run(op);
      if (op.found !== model.delete(key)) throw new Error(`delete ${key}: found ${op.found}`);
    }
    if (map.len !== model.size) throw new Error(`len is ${map.len}, not ${model.size}, after ${i + 1} operations`);
  }
  return model;
}

function byKey(entries: Iterable<readonly [MapKey, number]>): [MapKey, number][] {
  return [...entries].map(([key, value]): [MapKey, number] => [key, value]).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

describe.each(DIFFERENT)('Go 1.%d, %s map, %s keys', (release, kind, keys) => {
  it('holds what was written, and nothing else', () => {
    const map = mapOf(makeWorld(release, 3), { kind, keys });
    const model = churn(map, new Random(11, `${kind} ${keys}`), 2000);
    const all = Array.from({ length: 700 }, (_, i) => keyOf(keys, i));
    expect(all.map((key) => read(map, key))).toEqual(all.map((key) => model.get(key) ?? null));
    expect(byKey(map.entries())).toEqual(byKey(model));
    expect(byKey(ranged(map))).toEqual(byKey(model));
  });

  it('ranges over every key once that is there throughout, and over none that was deleted before', () => {
    const map = mapOf(makeWorld(release, 9), { kind, keys });
    for (let i = 0; i < 300; i++) run(map.write(keyOf(keys, i), i));
    const random = new Random(4, 'changes');
    const deleted = new Set<MapKey>();
    const met: MapKey[] = [];
    ranged(map, (key) => {
      if (deleted.has(key)) throw new Error(`${key} was deleted before`);
      met.push(key);
      // Keys below 100 stay, those up to 300 go, new ones make it grow while it is ranged over.
      const victim = keyOf(keys, 100 + random.below(200));
      run(map.delete(victim));
      deleted.add(victim);
      if (met.length < 400) for (let i = 0; i < 3; i++) run(map.write(keyOf(keys, 1000 + random.below(4000)), 0));
    });
    expect(new Set(met).size).toBe(met.length);
    const stayed = Array.from({ length: 100 }, (_, i) => keyOf(keys, i));
    expect(stayed.filter((key) => !met.includes(key))).toEqual([]);
  });

  it('begins and ends a growth in turns, within one operation', () => {
    const map = mapOf(makeWorld(release, 5), { kind, keys });
    let begun = 0;
    for (let i = 0; i < 1000; i++) {
      const marks = stepsOf(map.write(keyOf(keys, i), i)).flatMap(({ mark }) => (mark === null ? [] : [mark]));
      if (marks.length > 0) expect(marks.join(', ')).toMatch(/^((grow|evacuate) begin, \2 end(, |$))+$/);
      begun += marks.filter((mark) => mark === 'grow begin').length;
    }
    expect(begun).toBe(map.growths.filter(({ kind: what }) => what !== 'first').length);
    for (const growth of map.growths.slice(1)) expect(growth.cost).toBeGreaterThan(growth.moved);
  });
});

describe.each(VARIANTS)('Go 1.%d, %s map, %s keys', (release, kind, keys) => {
  it('shows stacks of the runtime with lines in them, and costs, at every step', () => {
    const world = makeWorld(release, 5);
    const map = mapOf(world, { kind, keys });
    const steps = [];
    for (let i = 0; i < 1000; i++) steps.push(...stepsOf(map.write(keyOf(keys, i), i)));
    for (let i = 0; i < 1000; i += 3)
      steps.push(...stepsOf(map.read(keyOf(keys, i))), ...stepsOf(map.read(keyOf(keys, -i), true)));
    for (let i = 0; i < 1000; i += 2) steps.push(...stepsOf(map.delete(keyOf(keys, i))));
    const iteration = map.iterate();
    while (!iteration.done) steps.push(...stepsOf(iteration.advance()));
    steps.push(...stepsOf(map.clear()), ...stepsOf(mapOf(world, { kind, keys, hint: 5000 }).make()));
    expect(steps.filter(({ cost }) => !Number.isInteger(cost) || cost < 0)).toEqual([]);
    expect(steps.filter(({ access, address }) => access !== 'none' && address <= 0)).toEqual([]);
    for (let site = 1; site < world.sites.size; site++) {
      for (const { function: name, file, line } of world.sites.framesOf(site)) {
        if (line > 0 && /^(internal\/)?runtime\/[a-z0-9_/]+\.(go|s)$/.test(file ?? '')) continue;
        throw new Error(`site ${site}: ${name} at ${file}:${line}`);
      }
    }
  });
});

describe('a map', () => {
  it('is the same for the same seed, and another for another one', () => {
    const trail = (release: GoRelease, seed: number) => {
      const world = makeWorld(release, seed);
      const map = mapOf(world);
      const steps = [];
      for (let i = 0; i < 500; i++) steps.push(...stepsOf(map.write(i * 7, i)));
      return JSON.stringify([steps, ranged(map)]);
    };
    for (const release of [23, 26] as const) {
      expect(trail(release, 1)).toBe(trail(release, 1));
      expect(trail(release, 1)).not.toBe(trail(release, 2));
    }
  });

  it('stores its value in the program, behind the runtime, at an address of its own', () => {
    for (const release of [23, 26] as const) {
      const map = mapOf(makeWorld(release));
      const addresses = new Set<number>();
      for (let i = 0; i < 200; i++) {
        const steps = stepsOf(map.write(i, i));
        const last = steps.at(-1);
        expect(last).toMatchObject({ access: 'write', site: 0 });
        expect(steps[0]).toMatchObject({ access: 'write', address: map.address, prologue: true });
        expect(steps.slice(1, -1).every(({ access }) => access === 'none')).toBe(true);
        addresses.add(last?.address ?? 0);
      }
      expect(addresses.size).toBe(200);
    }
  });

  it('zeroes a large array in pieces, between which it can be preempted, if there are no pointers in it', () => {
    const zeroing = (pointers: boolean) => {
      const map = mapOf(makeWorld(23), { pointers });
      let most: { prologue: boolean; allocates: number; cost: number }[] = [];
      for (let i = 0; i < 60_000; i++) {
        const steps = stepsOf(map.write(i, i));
        const at = steps.findIndex(({ allocates }) => allocates > 1 << 20);
        if (at >= 0)
          most = steps.slice(
            at,
            steps.findIndex(({ mark }) => mark === 'grow end'),
          );
      }
      return most;
    };
    const plain = zeroing(false);
    expect(plain[0].allocates).toBe(Math.ceil(((2 ** 14 + 2 ** 10) * 144) / 8192) * 8192);
    expect(plain.length - 1).toBe(Math.ceil(plain[0].allocates / (256 * 1024)));
    expect(plain.every(({ prologue }) => prologue)).toBe(true);
    expect(zeroing(true).map(({ prologue }) => prologue)).toEqual([true, false]);
  });

  it('tells what it holds: buckets of 144 bytes, groups of 136, and the header', () => {
    const held = (release: GoRelease, hint: number) => mapOf(makeWorld(release), { hint }).liveBytes;
    // A sixteenth more than 16 buckets, and what the size class leaves: 2,448 bytes become 2,688, which are 18.
    expect(held(23, 100)).toBe(48 + 18 * 144);
    expect(held(23, 200)).toBe(48 + 37 * 144);
    expect(held(26, 100)).toBe(48 + 8 + 16 * 136);
    expect(held(26, 2000)).toBe(48 + 4 * 8 + 512 * 136);
    for (const release of [23, 26] as const) {
      const map = mapOf(makeWorld(release));
      for (let i = 0; i < 3000; i++) run(map.write(i, i));
      expect(map.liveBytes).toBeLessThanOrEqual(map.bytes + 48 + 8 * 4);
      expect(map.hasPointers).toBe(false);
      expect(mapOf(makeWorld(release), { keys: 'faststr' }).hasPointers).toBe(true);
    }
  });

  it('costs about what benchmarks of real maps show', () => {
    const perInsert = (release: GoRelease, hint: number) => {
      const world = makeWorld(release);
      const map = mapOf(world, { hint });
      for (let i = 0; i < 8000; i++) run(map.write(i, i), world);
      return world.clock / 8000;
    };
    // Grown from empty 66 ns (classic, 8 K entries), preallocated 31.
    expect(perInsert(23, 0)).toBeGreaterThan(50);
    expect(perInsert(23, 0)).toBeLessThan(75);
    expect(perInsert(23, 8000)).toBeGreaterThan(25);
    expect(perInsert(23, 8000)).toBeLessThan(36);
    expect(perInsert(26, 0)).toBeLessThan(75);
  });

  it('refuses keys and sizes that Go would not have', () => {
    const world = makeWorld(26);
    expect(() => mapOf(world).write('a', 1)).toThrow('whole numbers');
    expect(() => mapOf(world).write(1.5, 1)).toThrow('no key');
    expect(() => mapOf(world, { keys: 'fast32' }).read(2 ** 40)).toThrow('no key');
    expect(() => mapOf(world, { elemSize: 0 })).toThrow('element size');
    expect(() => mapOf(world, { hint: -1 })).toThrow('hint');
    expect(() => checkSlots(2 ** 25)).toThrow('larger');
    expect(() => mapOf(world, { kind: 'classic' })).toThrow('no classic maps');
    expect(() => mapOf(makeWorld(23), { kind: 'swiss' })).toThrow('no Swiss maps');
  });
});

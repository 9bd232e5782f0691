/** The table of Go's map functions, against all names that each release defines (fixtures/maps/symbols.txt). */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLASSIC_SITES } from '../../src/emulator/maps/classicsites.ts';
import { SWISS_SITES } from '../../src/emulator/maps/swisssites.ts';
import { SiteTable } from '../../src/emulator/sites.ts';
import { GO_RELEASES } from '../../src/emulator/version.ts';
import { isKnownMapFunction, type MapOperation, mapOperationOf, mapWorkOf } from '../../src/model/mapfunctions.ts';
import { FIXTURES } from '../support/fixtures.ts';

const RELEASES = [19, 20, 21, 22, 23, 24, 25, 26, 27];

/** Names by release. */
const SYMBOLS = new Map(RELEASES.map((release) => [release, new Set<string>()]));
for (const line of readFileSync(path.join(FIXTURES, 'maps/symbols.txt'), 'utf8').split('\n')) {
  const [, releases, name] = /^([\d,-]+)\t(\S+)$/.exec(line) ?? [];
  for (const [, from, to] of (releases ?? '').matchAll(/(\d+)-(\d+)/g))
    for (let release = Number(from); release <= Number(to); release++) SYMBOLS.get(release)?.add(name);
}

describe('the table of map functions', () => {
  for (const release of RELEASES) {
    it(`knows all ${SYMBOLS.get(release)?.size} names of Go 1.${release}`, () => {
      const names = [...(SYMBOLS.get(release) ?? [])];
      expect(names.length).toBeGreaterThan(90);
      expect(names.filter((name) => !isKnownMapFunction(name))).toEqual([]);
    });

    it(`has each operation of Go 1.${release}, growth too`, () => {
      const found = new Set([...(SYMBOLS.get(release) ?? [])].map(mapOperationOf));
      const wanted: MapOperation[] = ['read', 'write', 'delete', 'iterate', 'clear', 'make', 'grow'];
      // maps.Clone is of Go 1.21.
      expect([...wanted, ...(release >= 21 ? ['clone' as const] : [])].filter((operation) => !found.has(operation))).toEqual([]);
    });
  }

  it('names what it does not know', () => {
    for (const name of ['runtime.mapfrobnicate', 'internal/runtime/maps.(*Map).Merge', 'sync.(*Map).Upsert', 'main.mapassign'])
      expect(isKnownMapFunction(name)).toBe(false);
  });

  it.each([
    ['runtime.mapassign_fast64ptr', 'write'],
    ['runtime.mapIterNext', 'iterate'],
    ['runtime.mapiternext', 'iterate'],
    ['internal/runtime/maps.(*Iter).Next', 'iterate'],
    ['reflect.(*MapIter).Next', 'iterate'],
    ['reflect.mapdelete_faststr', 'delete'],
    ['maps.Clone[...]', 'clone'],
    ['internal/sync.(*HashTrieMap[go.shape.interface {},go.shape.interface {}]).Swap', 'write'],
    ['internal/sync.(*HashTrieMap[...]).expand', 'grow'],
    ['sync.(*Map).dirtyLocked', 'grow'],
    // Asked of a map that may be growing: no growth.
    ['runtime.evacuated', null],
    ['runtime.memhash', null],
    ['internal/runtime/maps.memHash64AES', null],
    ['sync.(*Mutex).Lock', null],
    ['main.(*Map).Load', null],
    ['github.com/a/sync.(*Map).Load', null],
  ])('%s: %s', (name, operation) => {
    expect(mapOperationOf(name)).toBe(operation);
  });
});

describe('what a stack does to a map', () => {
  it.each([
    [
      'mapassign_fast64 growing',
      'write',
      true,
      [
        'runtime.mallocgc',
        'internal/runtime/maps.(*table).split',
        'internal/runtime/maps.(*table).rehash',
        'runtime.mapassign_fast64',
        'main.fill',
        'main.main',
      ],
    ],
    [
      'a delete that moves buckets',
      'delete',
      true,
      ['runtime.evacuate_fast64', 'runtime.growWork_fast64', 'runtime.mapdelete_fast64', 'main.f'],
    ],
    [
      'a clone that assigns',
      'clone',
      false,
      [
        'internal/runtime/maps.(*Map).PutSlot',
        'runtime.mapassign',
        'runtime.mapclone2',
        'maps.clone',
        'maps.Clone[...]',
        'main.f',
      ],
    ],
    [
      'a lock within sync.Map',
      'read',
      false,
      ['runtime.futex', 'internal/sync.(*Mutex).lockSlow', 'sync.(*Mutex).Lock', 'sync.(*Map).Load', 'main.f'],
    ],
    ['the hash of a struct', 'write', false, ['type:.hash.main.key', 'runtime.mapassign', 'main.f']],
    ['comparing strings in assembly', 'read', false, ['memeqbody', 'runtime.mapaccess1_faststr', 'main.f']],
    ['growth cut off from its caller', 'grow', true, ['runtime.evacuate']],
  ] as const)('%s', (_, operation, grows, stack) => {
    expect(mapWorkOf(stack)).toMatchObject({ operation, grows });
  });

  it('ends where the program is called back', () => {
    expect(mapWorkOf(['main.visit', 'sync.(*Map).Range', 'main.f'])).toBeNull();
    expect(mapWorkOf(['runtime.mapassign_fast64', 'main.visit', 'sync.(*Map).Range', 'main.f'])?.operation).toBe('write');
    expect(mapWorkOf(['runtime.mallocgc', 'runtime.newobject', 'main.f', 'runtime.main'])).toBeNull();
  });
});

describe('stacks that the emulator puts on maps', () => {
  for (const release of GO_RELEASES) {
    it(`are of functions that Go 1.${release} has, and tell what they do`, () => {
      const table = new SiteTable();
      for (const keys of ['fast32', 'fast64', 'faststr', 'generic'] as const)
        (release >= 24 ? SWISS_SITES : CLASSIC_SITES).get(table, { release, keys, pointers: false });
      let stacks = 0;
      for (let site = 1; site < table.size; site++) {
        const names = table.framesOf(site).map((frame) => frame.function);
        const ofMaps = names.filter((name) =>
          /^runtime\.\(?\*?(?:h?map|make[mB]|grow|hashG|evac)|^internal\/runtime\/maps\./.test(name),
        );
        expect(ofMaps.filter((name) => !SYMBOLS.get(release)?.has(name))).toEqual([]);
        expect(mapWorkOf(names), names.join(' ← ')).not.toBeNull();
        stacks++;
      }
      expect(stacks).toBeGreaterThan(60);
    });
  }
});

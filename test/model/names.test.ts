/** Go names: shorter forms by segment, folded type lists, whose code a function is. */

import { describe, expect, it } from 'vitest';
import { foldTypeLists, ownershipOf, shortenName } from '../../src/model/names.ts';

const FORMS: readonly (readonly [string, string[]])[] = [
  ['github.com/a/b/v2.(*T[...]).M.func1', ['github.com/a/b/v2.(*T[...]).M.func1', 'b.(*T).M.func1', '(*T).M.func1', 'M.func1']],
  ['main.main', ['main.main', 'main']],
  ['runtime.mallocgc', ['runtime.mallocgc', 'mallocgc']],
  ['gopkg.in/yaml%2ev3.Unmarshal', ['gopkg.in/yaml.v3.Unmarshal', 'yaml.Unmarshal', 'Unmarshal']],
  ['net/http.(*conn).serve', ['net/http.(*conn).serve', 'http.(*conn).serve', '(*conn).serve', 'serve']],
  ['main.f /src/main.go:12', ['main.f /src/main.go:12', 'main.f main.go:12', 'f main.go:12', 'main.f', 'f']],
  ['chan receive', ['chan receive']],
  ['panic', ['panic']],
];

const FOLDS: readonly (readonly [string, string])[] = [
  ['main.Map[go.shape.int]', 'main.Map[...]'],
  ['main.(*T[go.shape.struct { X [4]int; Y map[string]int }]).M', 'main.(*T[...]).M'],
  ['main.A[...].B[...]', 'main.A[...].B[...]'],
  ['main.odd]name[', 'main.odd]name['],
];

const OWNERS: readonly (readonly [string, string | null, string])[] = [
  ['main.main', null, 'own'],
  ['runtime.gopark', null, 'runtime'],
  ['internal/runtime/maps.(*Map).Get', null, 'runtime'],
  ['sync.runtime_Semacquire', null, 'runtime'],
  ['sync.(*Mutex).Lock', null, 'std'],
  ['net/http.(*conn).serve', null, 'std'],
  ['github.com/a/b.F', null, 'other'],
  ['github.com/a/b.F', '/go/pkg/mod/github.com/a/b@v1.2.3/f.go', 'other'],
  ['github.com/acme/shop/cart.Add', '/home/ci/shop/cart/cart.go', 'own'],
  ['github.com/acme/shop/cart.Add', 'github.com/acme/shop/cart/cart.go', 'own'],
  ['github.com/a/b.F', '/src/shop/vendor/github.com/a/b/f.go', 'other'],
  ['panic', null, 'runtime'],
];

describe('names', () => {
  for (const [name, forms] of FORMS) it(`shorten ${name}`, () => expect(shortenName(name)).toEqual(forms));
  for (const [name, folded] of FOLDS) it(`fold ${name}`, () => expect(foldTypeLists(name)).toBe(folded));
  for (const [name, file, owner] of OWNERS)
    it(`${name} is ${owner}`, () => expect(ownershipOf(name, file, { own: [] })).toBe(owner));

  it('know the own module by its prefix', () => {
    const rule = { own: ['github.com/acme/shop'] };
    expect(ownershipOf('github.com/acme/shop/cart.Add', null, rule)).toBe('own');
    expect(ownershipOf('github.com/acme/shopping.Add', null, rule)).toBe('other');
  });
});

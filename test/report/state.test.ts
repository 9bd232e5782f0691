/** The address of a page: what it says comes back; what it cannot mean does no harm. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHash, START, type ViewState, writeHash } from '../../templates/report/state.ts';

const zoom = fc.oneof(
  fc.record({ node: fc.nat(999), until: fc.constant(0) }),
  fc.record({ node: fc.nat(999), until: fc.integer({ min: 1000, max: 9999 }) }),
);
const SPANS = fc.option(
  fc.tuple(fc.nat(10 ** 9), fc.integer({ min: 1, max: 10 ** 9 })).map(([from, ns]) => ({ from, to: from + ns })),
);
const STATES: fc.Arbitrary<ViewState> = fc.record({
  subject: fc.nat(20),
  view: fc.nat(9),
  theme: fc.constantFrom('auto', 'light', 'dark'),
  icicle: fc.boolean(),
  direction: fc.constantFrom('callees', 'callers'),
  order: fc.constantFrom(null, 'name', 'width', 'time'),
  coloring: fc.constantFrom(null, 'owner', 'safe', 'state', 'side', 'change'),
  zoom,
  zoomAbove: zoom,
  around: fc.option(fc.string({ unit: 'grapheme' })),
  focus: fc.option(fc.string()),
  hidden: fc.array(fc.string()),
  ownOnly: fc.boolean(),
  foldRecursion: fc.boolean(),
  foldWrappers: fc.boolean(),
  term: fc.option(fc.record({ text: fc.string({ minLength: 1 }), ignoreCase: fc.boolean(), plain: fc.boolean() })),
  time: SPANS,
  window: SPANS,
  sort: fc.option(fc.record({ column: fc.integer({ min: 1, max: 20 }), down: fc.boolean() })),
  filter: fc.string(),
});

describe('the address', () => {
  it('holds every state', () => {
    fc.assert(
      fc.property(STATES, (state) => {
        expect(readHash(writeHash(state))).toEqual(state);
      }),
    );
  });

  it('is empty at the start', () => {
    expect(writeHash(START)).toBe('');
    expect(readHash('')).toEqual(START);
  });

  it('means something whatever it says', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readHash(`#${text}`)).toMatchObject({ theme: expect.any(String) });
      }),
    );
    expect(readHash('#at=-1&in=x&view=1e9&order=up&color=mauve&theme=pink&s=broken&sort=--1')).toEqual(START);
  });
});

/** Headers of goroutines: every form that Go 1.0 to 1.27 prints, and words that no version prints. */

import { describe, expect, it } from 'vitest';
import { readDump } from '../support/read.ts';

const BODY = 'main.main()\n\t/src/main.go:3 +0x1d\n';

function header(text: string) {
  return readDump(`${text}\n${BODY}`).dump.goroutines[0];
}

/** Words before the brackets, and what they change: nothing. */
const POINTERS = ['', ' gp=0xc000002380 m=0 mp=0x55f2e0', ' gp=0xc000002380 m=nil', ' gp=0xc0000061c0 m=12 mp=0xc000100008'];

/** Items behind the state, and what each says. */
const ITEMS: readonly (readonly [string, object])[] = [
  ['5 minutes', { waitMinutes: 5 }],
  ['1 minutes', { waitMinutes: 1 }],
  ['locked to thread', { lockedToThread: true }],
  ['synctest bubble 3', { bubble: 3 }],
  ['synctest group 8', { bubble: 8 }],
];

const STATES = [
  'running',
  'chan receive',
  'chan receive (nil chan)',
  'select (no cases)',
  'IO wait',
  'semacquire',
  'sync.Mutex.Lock',
  'GC worker (idle)',
  'syscall',
  'sleep',
];

describe('a goroutine header', () => {
  for (const pointers of POINTERS) {
    for (const state of STATES) {
      it(`keeps the state: goroutine 7${pointers} [${state}]:`, () => {
        expect(header(`goroutine 7${pointers} [${state}]:`)).toMatchObject({
          id: 7,
          state,
          flags: [],
          waitMinutes: 0,
          extra: [],
        });
      });
    }
    for (const [item, says] of ITEMS) {
      it(`reads the item: goroutine 7${pointers} [select, ${item}]:`, () => {
        expect(header(`goroutine 7${pointers} [select, ${item}]:`)).toMatchObject({ state: 'select', ...says, extra: [] });
      });
    }
  }

  it('reads all items together, in any order', () => {
    for (const items of [ITEMS, [...ITEMS].reverse()]) {
      const chosen = items.filter(([item]) => item !== '1 minutes' && item !== 'synctest group 8');
      const goroutine = header(`goroutine 7 [select, ${chosen.map(([item]) => item).join(', ')}]:`);
      expect(goroutine).toMatchObject({ state: 'select', waitMinutes: 5, lockedToThread: true, bubble: 3, extra: [] });
    }
  });

  const FLAGS: readonly (readonly [string, string, string[]])[] = [
    ['select (scan)', 'select', ['scan']],
    ['chan receive (durable)', 'chan receive', ['durable']],
    ['chan receive (leaked)', 'chan receive', ['leaked']],
    ['select (scan) (durable)', 'select', ['scan', 'durable']],
    ['chan receive (nil chan) (scan)', 'chan receive (nil chan)', ['scan']],
    ['chan receive (synctest)', 'chan receive', []],
  ];
  for (const [words, state, flags] of FLAGS.slice(0, 5)) {
    it(`parts flags from the state: [${words}]`, () => {
      const goroutine = header(`goroutine 7 [${words}, 2 minutes]:`);
      expect(goroutine).toMatchObject({ state, waitMinutes: 2 });
      expect([...goroutine.flags].sort()).toEqual([...flags].sort());
    });
  }

  const LABELS: readonly (readonly [string, object])[] = [
    ['goroutine 9 [select, labels:{"tenant":"acme", "path":"/a b"}]:', { tenant: 'acme', path: '/a b' }],
    ['goroutine 9 [select] {"tenant":"acme"}:', { tenant: 'acme' }],
    ['goroutine 9 [select]:', {}],
  ];
  for (const [text, labels] of LABELS) {
    it(`reads labels: ${text}`, () => expect(header(text)).toMatchObject({ state: 'select', labels }));
  }

  it('keeps words that nobody knows', () => {
    const goroutine = header('goroutine 9 [select, 3 minutes, levitating]:');
    expect(goroutine).toMatchObject({ state: 'select', waitMinutes: 3, extra: ['levitating'] });
  });

  it('tells goroutine 0, a system stack', () => {
    const { dump } = readDump(`goroutine 0 gp=0x5a5a40 m=0 mp=0x5a6560 [idle]:\n${BODY}\ngoroutine 1 [running]:\n${BODY}`);
    expect(dump.goroutines.map(({ id }) => id)).toEqual([0, 1]);
  });

  it('is not taken from a sentence in a log', () => {
    const text = `goroutine 1 [running]:\n${BODY}\n2026/01/02 goroutine 5 [sic] was slow\n`;
    expect(readDump(text).dump.goroutines).toHaveLength(1);
  });
});

/**
 * The writing flag, as both implementations keep it: looked at when a write begins, set by a load and a store that are no
 * atomic whole, looked at again at the end, and cleared before the program stores its value.
 */

import type { Prices } from './costs.ts';
import { MAP_FAULTS } from './map.ts';
import type { Running, Steps } from './stepping.ts';

/** What the flag is in: a map's header. */
export interface Guarded {
  readonly address: number;
  readonly writingBit: number;
  flags: number;
  prices: Prices;
}

/** The head of a function that writes: the race detector is told of a write of the header, and the flag is checked. */
export function* beginWrite(op: Running, map: Guarded, sites: { entry: number; check: number }, skips = false): Steps {
  op.enter(map.prices.check, sites.entry, 'write', map.address);
  const isWritten = (map.flags & map.writingBit) !== 0;
  yield;
  if (!isWritten || skips) return;
  op.fail(MAP_FAULTS.writes, sites.check);
  yield;
}

/** `flags ^= writing`. */
export function* setFlag(op: Running, map: Guarded, site: number): Steps {
  const seen = map.flags;
  op.at(map.prices.flag, site);
  yield;
  map.flags = seen ^ map.writingBit;
  op.at(map.prices.flag, site);
  yield;
}

/** The tail of a function that writes: somebody else may have cleared the flag meanwhile. */
export function* endWrite(op: Running, map: Guarded, sites: { end: number; endFault: number }): Steps {
  const seen = map.flags;
  op.at(map.prices.check, sites.end);
  yield;
  if ((seen & map.writingBit) === 0) {
    op.fail(MAP_FAULTS.writes, sites.endFault);
    yield;
  }
  map.flags = seen & ~map.writingBit;
  op.at(map.prices.flag, sites.end);
  yield;
}

/** The program's own part of an assignment, through the pointer that the runtime returned, the flag being clear again. */
export function* storeElement(op: Running, prices: Prices, loads: boolean, change: (old: number) => number): Steps {
  if (loads) {
    op.touch(prices.flag, 'read');
    op.value = op.cells?.elems[op.slot] ?? 0;
    yield;
  }
  op.touch(prices.storeValue, 'write');
  op.value = change(op.value);
  if (op.cells !== null) op.cells.elems[op.slot] = op.value;
  yield;
}

/** The program's own load of what a read found. */
export function* loadElement(op: Running, prices: Prices): Steps {
  op.touch(prices.flag, 'read');
  op.value = op.cells?.elems[op.slot] ?? 0;
  yield;
}

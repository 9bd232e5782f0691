/** Pieces of stacks inside the runtime: what the tables of lines say, as frames, and those of an allocation. */

import type { CallFrame } from '../../model/stacks.ts';
import type { SiteTable } from '../sites.ts';
import type { GoRelease } from '../version.ts';
import { MALLOC_LINES } from './malloclines.ts';
import type { KeyKind } from './map.ts';

/** The first release of the columns in {@link MALLOC_LINES}. */
const FIRST = 19;

export function frame(name: string, file: string, line: number): CallFrame {
  return { function: name, file, line };
}

/** The sites of one allocation by its size: a small object, a large one, and the zeroing of a large one. */
export interface AllocationSites {
  readonly small: number;
  readonly large: number;
  readonly zero: number;
}

export interface AllocationPlace {
  readonly release: GoRelease;
  readonly pointers: boolean;
  /** The function of the runtime that calls mallocgc. */
  readonly by: 'newobject' | 'newarray' | 'makeslice';
}

/** Interns the stacks of an allocation; `callers` are the frames below that, leaf first. */
export function allocationSites(table: SiteTable, place: AllocationPlace, callers: readonly CallFrame[]): AllocationSites {
  const { release, pointers, by } = place;
  const malloc = (name: string, key: keyof typeof MALLOC_LINES) =>
    frame(`runtime.${name}`, 'runtime/malloc.go', MALLOC_LINES[key][release - FIRST]);
  const caller =
    by === 'makeslice' ? frame('runtime.makeslice', 'runtime/slice.go', MALLOC_LINES.makeslice[release - FIRST]) : malloc(by, by);
  const below = [caller, ...callers];
  const cleared = [frame('runtime.memclrNoHeapPointers', 'runtime/memclr_amd64.s', 15)];
  if (!pointers) cleared.push(malloc('memclrNoHeapPointersChunked', 'chunked'));
  if (release < 24) {
    return {
      small: table.intern([malloc('mallocgc', 'mallocgc small'), ...below]),
      large: table.intern([malloc('mallocgc', 'mallocgc large'), ...below]),
      zero: table.intern([...cleared, malloc('mallocgc', 'mallocgc chunked'), ...below]),
    };
  }
  const small = pointers
    ? [malloc('mallocgcSmallScanHeader', 'mallocgcSmallScanHeader'), malloc('mallocgc', 'mallocgc scan')]
    : [malloc('mallocgcSmallNoscan', 'mallocgcSmallNoscan'), malloc('mallocgc', 'mallocgc small')];
  const large = malloc('mallocgc', 'mallocgc large');
  return {
    small: table.intern([...small, ...below]),
    large: table.intern([malloc('mallocgcLarge', 'mallocgcLarge alloc'), large, ...below]),
    zero: table.intern([...cleared, malloc('mallocgcLarge', 'mallocgcLarge chunked'), large, ...below]),
  };
}

/** What stands behind the names of the functions for a kind of keys: `mapassign_fast64`, `mapassign`. */
export const KEY_SUFFIX = { fast32: '_fast32', fast64: '_fast64', faststr: '_faststr', generic: '' } as const;
export type KeySuffix = (typeof KEY_SUFFIX)[keyof typeof KEY_SUFFIX];

/** Sites by what they are for, interned once per table of sites. */
export class SiteCache<Sites> {
  private readonly tables = new WeakMap<SiteTable, Map<string, Sites>>();
  private readonly make: (table: SiteTable, query: SitesQuery) => Sites;

  constructor(make: (table: SiteTable, query: SitesQuery) => Sites) {
    this.make = make;
  }

  get(table: SiteTable, query: SitesQuery): Sites {
    const key = `${query.release} ${query.keys} ${query.pointers}`;
    const ofTable = this.tables.get(table) ?? new Map<string, Sites>();
    this.tables.set(table, ofTable);
    const sites = ofTable.get(key) ?? this.make(table, query);
    ofTable.set(key, sites);
    return sites;
  }
}

/** What the sites of a map depend on. */
export interface SitesQuery {
  readonly release: GoRelease;
  readonly keys: KeyKind;
  readonly pointers: boolean;
}

/** The steps that writes, deletes and clears have in common. */
export interface WriteSites {
  readonly entry: number;
  readonly check: number;
  readonly hash: number;
  readonly flag: number;
  readonly probe: number;
  readonly store: number;
  readonly end: number;
  readonly endFault: number;
}

export interface ReadSites {
  readonly entry: number;
  readonly check: number;
  readonly probe: number;
}

/**
 * What both map implementations share: how a map is asked for, what its operations are, and what is told of its growths.
 *
 * An operation is a chain of micro-steps in the order of the runtime: the check of the writing flag, the hash, the flag's
 * load and store, the work, the check at the end, the flag again, and only then the value, which the program itself
 * stores through the pointer that the runtime returned. Whoever runs between two steps sees what is there by then.
 */

import type { Random } from '../../base/random.ts';
import type { AddressSpace } from '../addresses.ts';
import type { SiteTable } from '../sites.ts';
import type { Operation } from '../steps.ts';
import type { GoRelease, MapKind } from '../version.ts';
import type { MapCosts } from './costs.ts';

/** Which of the runtime's functions the compiler calls: those for keys of 4 and 8 bytes, for strings, for all others. */
export type KeyKind = 'fast32' | 'fast64' | 'faststr' | 'generic';

/** A key as programs write it. Maps of `fast32` and `fast64` take whole numbers only. */
export type MapKey = number | string;

export interface MapSpec {
  readonly kind: MapKind;
  readonly keys: KeyKind;
  /** Bytes of a key; only of `generic` keys, 16 unless told. Beyond 128 the map holds pointers to keys. */
  readonly keySize?: number;
  /** Bytes of an element, 8 unless told. Beyond 128 the map holds pointers to elements. */
  readonly elemSize?: number;
  /** Whether elements hold pointers. Large arrays with pointers are zeroed in one go, others in pieces. */
  readonly pointers?: boolean;
  /** The number of elements in `make(map[K]V, hint)`; 0 unless told. */
  readonly hint?: number;
}

/** What a map needs of the program that it lives in. */
export interface MapWorld {
  readonly release: GoRelease;
  readonly sites: SiteTable;
  readonly addresses: AddressSpace;
  readonly costs: MapCosts;
  /** The stream of the maps' seeds and of the iterators' starts. */
  readonly random: Random;
  /** Nanoseconds since the program began, for {@link Growth}. */
  now(): number;
  /** The program's code asks for the length of the map at `address`. */
  lengthRead(address: number): void;
}

export type GrowthKind =
  /** The first group or bucket is allocated: no entry moves. */
  | 'first'
  /** Classic: twice the buckets; entries move with later writes. */
  | 'double'
  /** Classic: as many buckets again, to get rid of overflow buckets. */
  | 'same size'
  /** Swiss: the small map of one group becomes a table of two. */
  | 'to table'
  /** Swiss: a table becomes one of twice the size. */
  | 'grow'
  /** Swiss: a table of 1,024 slots becomes two. */
  | 'split';

/** One growth, from the allocation to the last entry moved. */
export interface Growth {
  readonly kind: GrowthKind;
  /** Entries of the whole map when it began; the key that made it grow is not among them. */
  readonly count: number;
  /** Slots of what grew (the buckets, or one table) before and after, without overflow buckets. */
  readonly from: number;
  readonly to: number;
  /** Whether the directory of a Swiss map doubled with it. */
  readonly directory: boolean;
  readonly beganAt: number;
  /** Null while entries are still to be moved. */
  readonly endedAt: number | null;
  /** Writes and deletes that did a part of it. */
  readonly operations: number;
  readonly moved: number;
  /** Nanoseconds of CPU, by the cost profile. */
  readonly cost: number;
  readonly bytes: number;
}

/** A running operation and, once `next` has returned null, its result. */
export interface MapOperation extends Operation {
  /** Whether a read, update or delete met its key. */
  readonly found: boolean;
  /** What a read found, or a write stored; 0, Go's zero value, where a read found nothing. */
  readonly value: number;
}

/**
 * A `for range` over a map. `advance` gives the operation that finds the next entry (the first one starts the iterator);
 * when it is done, either `done` is true or `key` and `value` are that entry's.
 */
export interface MapIteration {
  advance(): Operation;
  readonly done: boolean;
  readonly key: MapKey;
  readonly value: number;
}

export interface EmulatedMap {
  readonly spec: MapSpec;
  /** Where the map's header is: the address by which the race detector knows the map. */
  readonly address: number;
  /** `len(m)`, which the runtime never checks; where the program's code asks, the race detector is told of a read. */
  readonly len: number;
  /** The same, for whoever is no program. */
  readonly entryCount: number;
  readonly growths: readonly Growth[];
  /** Slots that are there now, without overflow buckets. */
  readonly slots: number;
  /** Bytes allocated for the map so far, garbage included. */
  readonly bytes: number;
  /** Bytes that the map holds now: what a collector would find. */
  readonly liveBytes: number;
  /** Whether a collector has to look into them. */
  readonly hasPointers: boolean;
  /** `make(map[K]V, hint)`: its allocations. The map is there before, and may be used without it. */
  make(): Operation;
  /** `m[key] = value`. */
  write(key: MapKey, value: number): MapOperation;
  /** `m[key] op= …`, one assignment that loads and stores through one pointer, as the compiler makes it without `-race`. */
  update(key: MapKey, change: (old: number) => number): MapOperation;
  /** `v := m[key]`, or `v, ok := m[key]`. */
  read(key: MapKey, commaOk?: boolean): MapOperation;
  delete(key: MapKey): MapOperation;
  clear(): MapOperation;
  iterate(): MapIteration;
  /** All entries as they are now, in the order of memory: for checks and pictures, free of cost. */
  entries(): [MapKey, number][];
}

/** What the runtime says when its check finds two goroutines in one map. */
export const MAP_FAULTS = {
  writes: 'concurrent map writes',
  readAndWrite: 'concurrent map read and map write',
  iterationAndWrite: 'concurrent map iteration and map write',
  noEmptySlot: 'small map with no empty slot (concurrent map writes?)',
  badState: 'bad map state',
  noRoom: 'invariant failed: growthLeft is unexpectedly 0',
} as const;

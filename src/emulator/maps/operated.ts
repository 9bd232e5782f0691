/** What both maps are to the program: operations that are begun here, and run step by step in the map's own way. */

import type { Operation } from '../steps.ts';
import { allocationSites, type ReadSites } from './frames.ts';
import { KeyTable } from './keys.ts';
import { roundUpSize } from './layout.ts';
import type { EmulatedMap, Growth, MapIteration, MapKey, MapSpec, MapWorld } from './map.ts';
import { allocate, Running, type Steps } from './stepping.ts';

/** What is asked of a map's header. */
interface Header {
  readonly address: number;
  readonly growths: readonly Growth[];
  readonly bytes: number;
  readonly layout: { readonly pointers: boolean; readonly keyBytes: number; readonly elemBytes: number };
}

/** The places of `v := m[key]` and of `v, ok := m[key]`. */
interface AccessSites {
  readonly access1: ReadSites;
  readonly access2: ReadSites;
}

export abstract class OperatedMap<H extends Header, S extends AccessSites> implements EmulatedMap {
  readonly spec: MapSpec;
  protected readonly map: H;
  protected readonly keys: KeyTable;
  protected readonly sites: S;
  private readonly world: MapWorld;
  /** Allocated for keys and elements that are not in the map itself. */
  private bytesApart = 0;

  constructor(spec: MapSpec, world: MapWorld, map: H, sites: S) {
    this.spec = spec;
    this.world = world;
    this.map = map;
    this.keys = new KeyTable(spec.keys);
    this.sites = sites;
  }

  abstract readonly entryCount: number;
  abstract readonly slots: number;
  /** Bytes of the tables or buckets that the map holds now. */
  protected abstract readonly tableBytes: number;
  abstract iterate(): MapIteration;
  abstract entries(): [MapKey, number][];

  get len(): number {
    this.world.lengthRead(this.address);
    return this.entryCount;
  }

  get liveBytes(): number {
    const { keyBytes, elemBytes } = this.map.layout;
    const apart = keyBytes + elemBytes === 0 ? 0 : this.entryCount * (roundUpSize(keyBytes) + roundUpSize(elemBytes));
    return this.tableBytes + apart;
  }

  get address(): number {
    return this.map.address;
  }

  get growths(): readonly Growth[] {
    return this.map.growths;
  }

  get bytes(): number {
    return this.map.bytes + this.bytesApart;
  }

  get hasPointers(): boolean {
    return this.map.layout.pointers;
  }

  make(): Operation {
    const op = new Running();
    return op.start(this.making(op));
  }

  write(key: MapKey, value: number): Running {
    return this.update(key, () => value, false);
  }

  update(key: MapKey, change: (old: number) => number, loads = true): Running {
    const op = new Running();
    return op.start(this.assigning(op, this.keys.numberOf(key), loads, change));
  }

  read(key: MapKey, commaOk = false): Running {
    const op = new Running();
    return op.start(this.reading(op, this.keys.numberOf(key), commaOk ? this.sites.access2 : this.sites.access1));
  }

  delete(key: MapKey): Running {
    const op = new Running();
    return op.start(this.removing(op, this.keys.numberOf(key)));
  }

  clear(): Running {
    const op = new Running();
    return op.start(this.clearing(op));
  }

  /** Whether new entries allocate. */
  protected get isApart(): boolean {
    const { keyBytes, elemBytes } = this.map.layout;
    return keyBytes + elemBytes > 0;
  }

  /** A new entry's key and element, where the map holds pointers to them; `site` is where the key is stored, lines above it. */
  protected *allocateEntry(op: Running, site: number): Steps {
    const { world } = this;
    const { keyBytes, elemBytes } = this.map.layout;
    const { release } = world;
    const place = { release, pointers: this.spec.pointers === true, by: 'newobject' } as const;
    for (const bytes of [keyBytes, elemBytes]) {
      if (bytes === 0) continue;
      const sites = allocationSites(world.sites, place, world.sites.framesOf(site));
      this.bytesApart += roundUpSize(bytes);
      yield* allocate(op, { world, bytes, pointers: place.pointers, sites, growth: null });
    }
  }

  protected abstract making(op: Running): Steps;
  /** `loads`: whether the old value is loaded before `change` makes the new one of it. */
  protected abstract assigning(op: Running, key: number, loads: boolean, change: (old: number) => number): Steps;
  protected abstract reading(op: Running, key: number, sites: ReadSites): Steps;
  protected abstract removing(op: Running, key: number): Steps;
  protected abstract clearing(op: Running): Steps;
}

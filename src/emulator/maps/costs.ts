/** What maps cost: the figures that they take of the cost profile, and how these grow with the map. */

import type { CostName, Costs } from '../costs.ts';

const MAP_COST_NAMES = [
  'mapHash',
  'mapCheck',
  'mapFlag',
  'mapProbe',
  'mapStore',
  'mapRead',
  'mapIterate',
  'evacuateEntry',
  'rehashEntry',
  'zeroByte',
  'allocSmall',
  'allocLarge',
] as const satisfies readonly CostName[];

/** Any {@link Costs} will do. */
export type MapCosts = Pick<Costs, (typeof MAP_COST_NAMES)[number]>;

/**
 * How much more a touch of memory costs by the map's entries, as powers of two: up to 64 K entries the figures of the
 * profile, twice them at 1 M, thrice at 4 M. Derived from the same benchmark as those (cockroachdb/swiss README: lookups
 * of 7 ns in L2, 16 to 30 in L3, 50 to 60 in DRAM; inserts of 66, 140 and 185 ns at 8 K, 1 M and 4 M).
 */
const SCALE: readonly (readonly [log2: number, factor: number])[] = [
  [16, 1],
  [20, 2],
  [22, 3],
];

export function sizeFactor(entries: number): number {
  const log2 = Math.log2(Math.max(1, entries));
  let [fromLog2, fromFactor] = SCALE[0];
  if (log2 <= fromLog2) return fromFactor;
  for (const [toLog2, toFactor] of SCALE.slice(1)) {
    if (log2 <= toLog2) return fromFactor + ((toFactor - fromFactor) * (log2 - fromLog2)) / (toLog2 - fromLog2);
    [fromLog2, fromFactor] = [toLog2, toFactor];
  }
  return fromFactor;
}

/** A map's figures by its size: whole nanoseconds per step. */
export interface Prices {
  readonly hash: number;
  readonly check: number;
  readonly flag: number;
  readonly probe: number;
  /** Storing the key, the control byte, and the value. */
  readonly storeKey: number;
  readonly storeMark: number;
  readonly storeValue: number;
  /** Of a read: choosing the bucket or group, and looking into it. */
  readonly select: number;
  readonly look: number;
  readonly iterate: number;
  /** Moving one entry in a growth. */
  readonly move: number;
}

export function pricesOf(costs: MapCosts, swiss: boolean, entries: number): Prices {
  const factor = sizeFactor(entries);
  const scaled = (figure: number) => Math.round(figure * factor);
  const third = Math.round(costs.mapStore / 3);
  const reading = Math.max(0, costs.mapRead - costs.mapCheck);
  const select = Math.round(reading / 3);
  return {
    hash: Math.round(costs.mapHash),
    check: Math.round(costs.mapCheck),
    flag: Math.round(costs.mapFlag),
    probe: scaled(costs.mapProbe),
    storeKey: third,
    storeMark: third,
    storeValue: Math.max(0, Math.round(costs.mapStore) - 2 * third),
    select,
    look: scaled(reading - select),
    // The profile's figure is that of classic maps; a benchmark of the Swiss design took half.
    iterate: scaled(swiss ? costs.mapIterate / 2 : costs.mapIterate),
    move: scaled(swiss ? costs.rehashEntry : costs.evacuateEntry),
  };
}

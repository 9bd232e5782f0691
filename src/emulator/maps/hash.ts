/** The maps' hash: 64 bits as two halves, seeded. Not Go's (which differs by CPU), but as even as it. */

/** Mixes two 32-bit numbers into one (murmur3's finalizer, twice). */
function mix(value: number, salt: number): number {
  let h = value ^ salt;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A key of a map's own numbering as its low and high 32 bits. */
function lowOf(key: number): number {
  return key | 0;
}

function highOf(key: number): number {
  return Math.floor(key / 0x1_0000_0000) | 0;
}

/** The low half: buckets of classic maps, groups and H2 of Swiss ones. */
export function hashLow(key: number, seed: number): number {
  return mix(mix(lowOf(key), seed) + highOf(key), seed ^ 0x9e3779b9) >>> 0;
}

/** The high half: tophash of classic maps, the directory's index of Swiss ones. */
export function hashHigh(key: number, seed: number): number {
  return mix(mix(lowOf(key), ~seed) ^ highOf(key), seed ^ 0x7f4a7c15) >>> 0;
}

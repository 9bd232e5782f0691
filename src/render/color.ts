/** Colours as numbers 0xRRGGBB, and what picks one from a name. */

export type Rgb = number;

export function rgb(red: number, green: number, blue: number): Rgb {
  return (byte(red) << 16) | (byte(green) << 8) | byte(blue);
}

function byte(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}

/** `#rrggbb`, or `#rgb` where that says the same. */
export function toHex(color: Rgb): string {
  const hex = color.toString(16).padStart(6, '0');
  return hex[0] === hex[1] && hex[2] === hex[3] && hex[4] === hex[5] ? `#${hex[0]}${hex[2]}${hex[4]}` : `#${hex}`;
}

/** `#rgb`, `#rrggbb` or `rgb(r,g,b)` → colour; null for anything else. */
export function parseColor(text: string): Rgb | null {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text);
  if (hex !== null) {
    const digits = hex[1].length === 3 ? hex[1].replace(/./g, '$&$&') : hex[1];
    return Number.parseInt(digits, 16);
  }
  const parts = /^rgb\((\d{1,3}),\s*(\d{1,3}),\s*(\d{1,3})\)$/.exec(text);
  return parts === null ? null : rgb(Number(parts[1]), Number(parts[2]), Number(parts[3]));
}

/** The colour `share` of the way from `a` to `b`. */
export function mix(a: Rgb, b: Rgb, share: number): Rgb {
  const at = (shift: number) => ((a >> shift) & 0xff) + (((b >> shift) & 0xff) - ((a >> shift) & 0xff)) * share;
  return rgb(at(16), at(8), at(0));
}

/** A number in [0, 1) that is always the same for a name (FNV-1a). */
export function hashName(name: string, seed = 0): number {
  let h = 0x811c9dc5 ^ seed;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return ((h ^ (h >>> 13)) >>> 0) / 0x1_0000_0000;
}

/** As {@link hashName}, but names that begin alike get numbers that lie close: early characters weigh more. */
export function hashPrefix(name: string): number {
  let sum = 0;
  let most = 0;
  let weight = 1;
  for (let i = 0; i < Math.min(name.length, 12); i++, weight *= 0.7) {
    sum += weight * ((name.charCodeAt(i) * 7) % 61);
    most += weight * 60;
  }
  return most === 0 ? 0 : Math.min(sum / most, 0.999999);
}

/** A seeded source of numbers in [0, 1): the same sequence in every run (xorshift32). */
export function makeRandom(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}

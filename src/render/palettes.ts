/**
 * Palettes: what colour a frame has. `go` (whose code it is), `safe` (the same, told apart with any colour vision),
 * `state` (what the goroutines wait for), `race` (the two sides), and those of flamegraph.pl and inferno, whose hues
 * are given as base + range × variation for red, green and blue.
 */

import type { Ownership } from '../model/names.ts';
import { hashName, hashPrefix, mix, type Rgb, rgb } from './color.ts';

/** How a name varies its hue: by a hash of all of it, by its first letters, or by a random number for each frame. */
export type Variation = 'name' | 'prefix' | 'random';

/** Shades per hue: few enough that an SVG names each once, many enough that neighbours can be told apart. */
const SHADES = 12;

// ---- whose code ----

interface Tint {
  readonly from: Rgb;
  readonly to: Rgb;
}

/** Black text keeps a contrast of 7 and more on all of these. */
const GO: Record<Ownership, Tint> = {
  own: { from: 0xf58a5b, to: 0xfbbf77 },
  std: { from: 0x63c1a8, to: 0x9ad9b9 },
  runtime: { from: 0x9db6cb, to: 0xc3d3e0 },
  other: { from: 0xa99be0, to: 0xcdbdf2 },
  note: { from: 0xd3d3cf, to: 0xe0e0dc },
};

/** After Okabe and Ito's set, which people of every colour vision tell apart; they differ in lightness too. */
const SAFE: Record<Ownership, Tint> = {
  own: { from: 0xe69f00, to: 0xecb133 },
  std: { from: 0x56b4e9, to: 0x7cc5ee },
  runtime: { from: 0xcfcfcf, to: 0xdcdcdc },
  other: { from: 0xcc79a7, to: 0xd893b8 },
  note: { from: 0xf4ecb4, to: 0xf8f3cc },
};

/** What each owner is called in the legend. */
export const OWNER_NAMES: Record<Ownership, string> = {
  own: 'own code',
  std: 'standard library',
  runtime: 'runtime',
  other: 'other modules',
  note: 'group',
};

export function ownerTint(palette: 'go' | 'safe', owner: Ownership): Rgb {
  const { from, to } = (palette === 'go' ? GO : SAFE)[owner];
  return mix(from, to, 0.3);
}

function ownerColor(palette: 'go' | 'safe', owner: Ownership, shade: number): Rgb {
  const { from, to } = (palette === 'go' ? GO : SAFE)[owner];
  return mix(from, to, shade);
}

// ---- states ----

const STATE_COLORS: Record<string, Rgb> = {
  running: 0x6cc24a,
  runnable: 0xe8c53a,
  syscall: 0xb58fd8,
  channel: 0x6fb1e8,
  select: 0x8fd3ea,
  lock: 0xf0706a,
  network: 0x5cc3b4,
  sleep: 0xc9c9c9,
  'garbage collector': 0xc79a6b,
  runtime: 0x9fb0bf,
  other: 0xf0a5cf,
};
export const MIXED_STATES: Rgb = 0xe9e4d8;

export function stateColor(name: string): Rgb {
  return STATE_COLORS[name] ?? STATE_COLORS.other;
}

// ---- sides of a race ----

export const SIDE_COLORS: readonly Rgb[] = [0xdcdcd8, 0xf0805f, 0x6fb3e6, 0xb9cf94];
export const SIDE_NAMES: readonly string[] = ['', 'detecting access', 'previous access', 'goroutine creation'];

export function sideColor(side: number, shade: number): Rgb {
  return mix(SIDE_COLORS[side], 0xffffff, quantize(shade) * 0.28);
}

// ---- comparison ----

/** White where nothing changed, red what grew, blue what shrank; `share` in -1…1. */
export function differenceColor(share: number): Rgb {
  if (share === 0) return 0xececec;
  const strength = 0.15 + (0.85 * Math.round(Math.sqrt(Math.abs(share)) * 20)) / 20;
  return mix(0xececec, share > 0 ? 0xe4574c : 0x4f86d6, strength);
}

/** A change of this share of everything, or of more, has the full colour; one below the other share has none. */
const FULL_SHARE = 0.02;
const NOISE_SHARE = 0.001;

/** How strong a change is painted: by its share of everything, so that two runs of one program stay pale. */
export class ChangeScale {
  /** The change with the full colour, and the least that has one at all. */
  readonly full: number;
  readonly noise: number;
  private readonly whole: number;

  /** `most`: the largest change; `whole`: the larger of the two sums of all weights. */
  constructor(most: number, whole: number) {
    this.full = Math.max(most, FULL_SHARE * whole);
    this.noise = NOISE_SHARE * whole;
    this.whole = whole;
  }

  colorOf(change: number): Rgb {
    return differenceColor(change === 0 || Math.abs(change) < this.noise ? 0 : change / this.full);
  }

  /** What the colours stand for: the ends of the scale, its middle, and what is left unpainted. */
  legend(sign: 1 | -1 = 1): readonly { readonly name: string; readonly color: Rgb }[] {
    const percent = (share: number) => `${Number((100 * share).toPrecision(2))}%`;
    const [full, half] = [this.full, this.full / 4].map((change) => percent(this.whole === 0 ? 0 : change / this.whole));
    return [
      { name: `+${full} of all`, color: differenceColor(sign) },
      { name: `+${half}`, color: differenceColor(sign / 4) },
      { name: `less than ${percent(NOISE_SHARE)}`, color: differenceColor(0) },
      { name: `−${half}`, color: differenceColor(-sign / 4) },
      { name: `−${full} of all`, color: differenceColor(-sign) },
    ];
  }
}

// ---- hues of flamegraph.pl and inferno ----

type Hue = readonly [base: readonly [number, number, number], range: readonly [number, number, number]];

/** Three variations spread red, green and blue by name for `hot`, `mem` and `io`; the rest use the first alone. */
const HUES: Record<string, Hue> = {
  hot: [
    [205, 0, 0],
    [50, 230, 55],
  ],
  mem: [
    [0, 190, 0],
    [0, 50, 210],
  ],
  io: [
    [80, 80, 190],
    [60, 60, 55],
  ],
  red: [
    [200, 50, 50],
    [55, 80, 80],
  ],
  green: [
    [50, 200, 50],
    [60, 55, 60],
  ],
  blue: [
    [80, 80, 205],
    [60, 60, 50],
  ],
  yellow: [
    [175, 175, 50],
    [55, 55, 20],
  ],
  purple: [
    [190, 80, 190],
    [65, 60, 65],
  ],
  aqua: [
    [50, 165, 165],
    [60, 55, 55],
  ],
  orange: [
    [190, 90, 0],
    [65, 65, 0],
  ],
};

/** Palettes that pick a hue by what a name looks like: the first rule that fits. */
const RULES: Record<string, readonly (readonly [RegExp, string])[]> = {
  java: [
    [/_\[j\]$/, 'green'],
    [/_\[i\]$/, 'aqua'],
    [/^L?(?:java|javax|jdk|net|org|com|io|sun)[/.]/, 'green'],
    [/:::/, 'green'],
    [/::/, 'yellow'],
    [/_\[k\]$/, 'orange'],
    [/./, 'red'],
  ],
  js: [
    [/_\[j\]$/, 'green'],
    [/^\s+$/, 'green'],
    [/:.*\.js|^node:/, 'green'],
    [/::/, 'yellow'],
    [/_\[k\]$/, 'orange'],
    [/:/, 'aqua'],
    [/./, 'red'],
  ],
  perl: [
    [/::/, 'yellow'],
    [/Perl|\.pl/, 'green'],
    [/_\[k\]$/, 'orange'],
    [/./, 'red'],
  ],
  python: [
    [/site-packages[/\\]/, 'aqua'],
    [/^<frozen |[/\\]python\d|^<built-in/, 'yellow'],
    [/_\[k\]$/, 'orange'],
    [/\.py\b|^<module>/, 'green'],
    [/./, 'red'],
  ],
  rust: [
    [/_\[k\]$/, 'orange'],
    [/^(?:<)?(?:std|core|alloc)::/, 'yellow'],
    [/^__rust|^rust_/, 'yellow'],
    [/::/, 'aqua'],
    [/./, 'green'],
  ],
  wakeup: [[/./, 'aqua']],
  chain: [
    [/_\[w\]$/, 'aqua'],
    [/./, 'blue'],
  ],
};

const CLASSIC = [...Object.keys(HUES), ...Object.keys(RULES)];

/** Every name that `--colors` takes. */
export const PALETTES = ['go', 'safe', 'state', 'race', ...CLASSIC] as const;

/** Backgrounds of flamegraph.pl, top and bottom. */
export const BACKGROUNDS: Record<string, readonly [Rgb, Rgb]> = {
  yellow: [0xeeeeee, 0xeeeeb0],
  blue: [0xeeeeee, 0xe0e0ff],
  green: [0xeef2ee, 0xe0ffe0],
  grey: [0xf8f8f8, 0xe8e8e8],
};

/** The background that a palette has where none is asked for; null for a plain one. */
export function backgroundOf(palette: string): string | null {
  if (!CLASSIC.includes(palette)) return null;
  if (palette === 'mem') return 'green';
  if (['io', 'wakeup', 'chain'].includes(palette)) return 'blue';
  return /^(red|green|blue|yellow|purple|aqua|orange)$/.test(palette) ? 'grey' : 'yellow';
}

/** What flamegraph.pl's names carry at their end: kernel, inlined, compiled just in time, waker. Colours only. */
const ANNOTATION = /_\[[kwij]\]$/;

export function stripAnnotation(text: string): string {
  return text.endsWith(']') ? text.replace(ANNOTATION, '') : text;
}

function quantize(value: number): number {
  return Math.floor(value * SHADES) / (SHADES - 1);
}

/** The colour of a name in one of the palettes that go by name. `random` in [0, 1) where the variation asks for it. */
export function nameColor(palette: string, name: string, owner: Ownership, variation: Variation, random: () => number): Rgb {
  if (name === '--') return 0xa0a0a0;
  if (name === '-') return 0xc8c8c8;
  const vary = (seed: number): number => {
    if (variation === 'random') return quantize(random());
    return quantize(variation === 'prefix' ? hashPrefix(seed === 0 ? name : [...name].reverse().join('')) : hashName(name, seed));
  };
  if (palette === 'go' || palette === 'safe') return ownerColor(palette, owner, vary(0));
  const rules = RULES[palette];
  const hue = rules === undefined ? palette : (rules.find(([pattern]) => pattern.test(name))?.[1] ?? 'red');
  return hueColor(hue, vary);
}

function hueColor(name: string, vary: (seed: number) => number): Rgb {
  const [base, range] = HUES[name];
  const first = vary(0);
  if (name === 'hot') return rgb(base[0] + range[0] * vary(1), base[1] + range[1] * first, base[2] + range[2] * vary(2));
  if (name === 'mem') return rgb(0, base[1] + range[1] * vary(1), base[2] + range[2] * first);
  if (name === 'io') return rgb(base[0] + range[0] * first, base[1] + range[1] * first, base[2] + range[2] * vary(1));
  return rgb(base[0] + range[0] * first, base[1] + range[1] * first, base[2] + range[2] * first);
}

/** Wider is redder: `share` of the whole picture. */
export function diffusionColor(share: number): Rgb {
  const strength = Math.round(Math.sqrt(Math.min(1, share)) * 24) / 24;
  return rgb(255, 235 - 205 * strength, 200 - 190 * strength);
}

/**
 * The options of a flame graph: one table that the command line, its help and the library read. Names are those of
 * flamegraph.pl and inferno-flamegraph wherever they have the option.
 */

import { UsageError } from '../base/errors.ts';
import { parseColor } from './color.ts';
import { BACKGROUNDS, PALETTES } from './palettes.ts';

export interface OptionSpec {
  readonly name: string;
  readonly type: 'string' | 'number' | 'boolean';
  readonly about: string;
  readonly default?: string | number | boolean;
  readonly choices?: readonly string[];
  /** Allowed range of a number. */
  readonly range?: readonly [number, number];
  /** Other names of the same option. */
  readonly alias?: readonly string[];
}

/** What the picture looks like. What changes the stacks themselves is with collapsing. */
export const FLAME_GRAPH_OPTIONS: readonly OptionSpec[] = [
  { name: 'title', type: 'string', about: 'text above the picture; by default what kind of graph it is' },
  { name: 'subtitle', type: 'string', about: 'second line of text above the picture' },
  { name: 'width', type: 'number', about: 'width in pixels', default: 1200, range: [100, 100_000] },
  { name: 'fluid', type: 'boolean', about: 'as wide as the window or page around it' },
  { name: 'height', type: 'number', about: 'height of a frame in pixels', default: 16, range: [4, 200] },
  { name: 'minwidth', type: 'string', about: 'leave out narrower frames: pixels, or a share such as 0.5%', default: '0.1' },
  { name: 'fonttype', type: 'string', about: 'font family', default: 'Verdana, "DejaVu Sans", sans-serif' },
  { name: 'fontsize', type: 'number', about: 'font size in pixels', default: 12, range: [1, 100] },
  { name: 'fontwidth', type: 'number', about: 'average width of a character, in font sizes', default: 0.59, range: [0.1, 5] },
  { name: 'countname', type: 'string', about: 'what the weights count; by default what the input says' },
  { name: 'nametype', type: 'string', about: 'what the names are, in the line for details', default: 'Function:' },
  { name: 'factor', type: 'number', about: 'multiply the weights shown', default: 1, range: [1e-12, 1e12] },
  { name: 'total', type: 'number', about: 'weight that the full width stands for', range: [0, Number.MAX_VALUE] },
  { name: 'colors', type: 'string', about: 'palette', choices: PALETTES, alias: ['color'] },
  { name: 'bgcolors', type: 'string', about: `background: ${Object.keys(BACKGROUNDS).join(', ')} or #rrggbb` },
  { name: 'hash', type: 'boolean', about: 'similar colours for names that begin alike' },
  { name: 'random', type: 'boolean', about: 'a random shade for each frame (the same in every run)' },
  { name: 'deterministic', type: 'boolean', about: 'shades by a hash of the name; the default' },
  { name: 'colordiffusion', type: 'boolean', about: 'wider frames are redder' },
  { name: 'negate', type: 'boolean', about: 'swap red and blue of a comparison' },
  {
    name: 'removed',
    type: 'boolean',
    about: 'show what is gone in a comparison: a stack is as wide as the larger of its two weights',
  },
  { name: 'inverted', type: 'boolean', about: 'roots at the top (icicle graph)', alias: ['icicle'] },
  { name: 'flamechart', type: 'boolean', about: 'keep the order of folded input and join neighbours only' },
  { name: 'sort', type: 'string', about: 'order of frames that share a caller', choices: ['name', 'width', 'input'] },
  { name: 'search-color', type: 'string', about: 'colour of what a search finds', default: '#e600e6' },
  { name: 'stroke-color', type: 'string', about: 'colour of the lines between frames, or none', default: 'none' },
  { name: 'uicolor', type: 'string', about: 'colour of the buttons and details' },
  {
    name: 'truncate-text-right',
    type: 'boolean',
    about: 'cut names that still do not fit at their right end; --no-… cuts the left',
    default: true,
  },
  { name: 'search', type: 'string', about: 'regular expression to highlight when the picture opens' },
  { name: 'notes', type: 'string', about: 'comment in the file' },
  { name: 'pretty-xml', type: 'boolean', about: 'indent the file' },
  { name: 'javascript', type: 'boolean', about: 'make it interactive; --no-javascript leaves the script out', default: true },
];

/** Attributes for one function's frames: what flamegraph.pl's --nameattr file gives. */
export interface NameAttributes {
  readonly title?: string;
  readonly href?: string;
  readonly target?: string;
  readonly id?: string;
  readonly class?: string;
}

/** Options as they come from a user; what is left out has its default. Keys are the option names, camel-cased. */
export interface FlameGraphOptions {
  readonly title?: string;
  readonly subtitle?: string;
  readonly width?: number;
  readonly fluid?: boolean;
  readonly height?: number;
  readonly minwidth?: string | number;
  readonly fonttype?: string;
  readonly fontsize?: number;
  readonly fontwidth?: number;
  readonly countname?: string;
  readonly nametype?: string;
  readonly factor?: number;
  readonly total?: number;
  readonly colors?: string;
  readonly bgcolors?: string;
  readonly hash?: boolean;
  readonly random?: boolean;
  readonly deterministic?: boolean;
  readonly colordiffusion?: boolean;
  readonly negate?: boolean;
  readonly removed?: boolean;
  readonly inverted?: boolean;
  readonly flamechart?: boolean;
  readonly sort?: string;
  readonly searchColor?: string;
  readonly strokeColor?: string;
  readonly uicolor?: string;
  readonly truncateTextRight?: boolean;
  readonly search?: string;
  readonly notes?: string;
  readonly prettyXml?: boolean;
  readonly javascript?: boolean;
  /** By function name. */
  readonly nameAttributes?: ReadonlyMap<string, NameAttributes>;
  /** Colours by name, kept over several pictures (`--cp`); names that are missing are added. */
  readonly paletteMap?: Map<string, number>;
}

export interface ResolvedOptions extends Required<Omit<FlameGraphOptions, Optional>>, Pick<FlameGraphOptions, Optional> {
  /** A width below which frames are left out: pixels, or a share of the whole. */
  readonly least: { readonly pixels: number } | { readonly share: number };
}

type Optional =
  | 'title'
  | 'subtitle'
  | 'countname'
  | 'total'
  | 'colors'
  | 'bgcolors'
  | 'sort'
  | 'uicolor'
  | 'search'
  | 'notes'
  | 'nameAttributes'
  | 'paletteMap';

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Fills in the defaults and checks every value. @throws UsageError with the option's name and what it allows. */
export function resolveOptions(options: FlameGraphOptions): ResolvedOptions {
  const resolved: Record<string, unknown> = { ...options };
  for (const spec of FLAME_GRAPH_OPTIONS) {
    const key = camelCase(spec.name);
    const value = resolved[key] ?? spec.default ?? (spec.type === 'boolean' ? false : undefined);
    if (value !== undefined) resolved[key] = checkValue(spec, value);
    else delete resolved[key];
  }
  checkColors(resolved as FlameGraphOptions);
  const least = parseLeast(String(resolved.minwidth));
  return { ...(resolved as unknown as ResolvedOptions), least };
}

function checkValue(spec: OptionSpec, value: unknown): unknown {
  if (spec.type === 'number') {
    const [low, high] = spec.range ?? [-Infinity, Infinity];
    if (typeof value !== 'number' || !(value >= low && value <= high)) {
      throw new UsageError(`--${spec.name} must be a number from ${low} to ${high}`);
    }
  }
  if (spec.choices !== undefined && !spec.choices.includes(String(value))) {
    throw new UsageError(`--${spec.name} does not know "${value}": use one of ${spec.choices.join(', ')}`);
  }
  return value;
}

function checkColors({ bgcolors, searchColor, strokeColor, uicolor }: FlameGraphOptions): void {
  if (bgcolors !== undefined && !Object.hasOwn(BACKGROUNDS, bgcolors) && parseColor(bgcolors) === null) {
    throw new UsageError(`--bgcolors must be ${Object.keys(BACKGROUNDS).join(', ')} or a colour like #rrggbb`);
  }
  const plain = { 'search-color': searchColor, 'stroke-color': strokeColor === 'none' ? undefined : strokeColor, uicolor };
  for (const [name, value] of Object.entries(plain)) {
    if (value !== undefined && parseColor(value) === null) throw new UsageError(`--${name} must be a colour like #rrggbb`);
  }
}

function parseLeast(text: string): ResolvedOptions['least'] {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text.trim());
  if (match === null) throw new UsageError(`--minwidth must be a number of pixels or a share like 0.5%, not "${text}"`);
  return match[2] === '%' ? { share: Number(match[1]) / 100 } : { pixels: Number(match[1]) };
}

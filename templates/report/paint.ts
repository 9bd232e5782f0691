/** What colour a frame has: by whose code it is, by state, by side of a race, or by change. */

import { hashName, mix, type Rgb, toHex } from '../../src/render/color.ts';
import {
  ChangeScale,
  MIXED_STATES,
  nameColor,
  OWNER_NAMES,
  ownerTint,
  SIDE_COLORS,
  SIDE_NAMES,
  sideColor,
  stateColor,
} from '../../src/render/palettes.ts';
import type { FlameData } from '../../src/render/report/pagedata.ts';
import { OWNERS } from '../../src/render/report/pageheader.ts';
import { changeAt, type FlameTree, NO_STATE, parentsOf } from './tree.ts';

export type Coloring = 'owner' | 'safe' | 'state' | 'side' | 'change';

/** How each is called; those that a profile has data for are offered. */
export const COLORINGS: readonly (readonly [Coloring, string])[] = [
  ['owner', 'whose code'],
  ['safe', 'whose code, for any vision'],
  ['state', 'state'],
  ['side', 'side of the race'],
  ['change', 'change'],
];

export function coloringsOf({ before, sides, byClass }: FlameData): Coloring[] {
  const offered: Coloring[] = [];
  if (before !== null) offered.push('change');
  if (sides !== null) offered.push('side');
  offered.push('owner', 'safe');
  if (byClass !== null) offered.push('state');
  return offered;
}

export interface LegendEntry {
  readonly name: string;
  readonly color: string;
}

const ROOT: Rgb = 0xe4e2dc;
export const REST_COLOR = '#d9d9d6';

export class Painter {
  private readonly texts: readonly string[];
  private readonly data: FlameData;
  private readonly known = new Map<Coloring, (string | undefined)[]>();
  private readonly legends = new Map<Coloring, readonly LegendEntry[]>();
  private scale: ChangeScale | null = null;

  constructor(texts: readonly string[], data: FlameData) {
    this.texts = texts;
    this.data = data;
  }

  fill(tree: FlameTree, node: number, coloring: Coloring): string {
    if (tree.texts[node] < 0) return toHex(ROOT);
    if (coloring === 'state') return toHex(this.stateOf(tree, node));
    if (coloring === 'side') return toHex(this.sideOf(tree, node));
    if (coloring === 'change') return toHex(this.changeOf(tree, node));
    return this.byName(tree.texts[node], coloring);
  }

  legend(coloring: Coloring): readonly LegendEntry[] {
    let legend = this.legends.get(coloring);
    if (legend === undefined) {
      legend = this.makeLegend(coloring);
      this.legends.set(coloring, legend);
    }
    return legend;
  }

  private makeLegend(coloring: Coloring): LegendEntry[] {
    const { data } = this;
    if (coloring === 'change') {
      return this.wholeScale.legend().map(({ name, color }) => ({ name, color: toHex(color) }));
    }
    if (coloring === 'side') return SIDE_NAMES.slice(1).map((name, i) => ({ name, color: toHex(SIDE_COLORS[i + 1]) }));
    if (coloring === 'state') {
      const { classes, byClass } = data;
      const present = classes.filter((_, k) => byClass?.some((weight, cell) => weight > 0 && cell % classes.length === k));
      const entries = present.map((name) => ({ name, color: toHex(stateColor(name)) }));
      return present.length > 1 ? [...entries, { name: 'several', color: toHex(MIXED_STATES) }] : entries;
    }
    const present = new Set(Array.from(data.texts.subarray(1), (text) => data.owners[text]));
    const palette = coloring === 'safe' ? 'safe' : 'go';
    return OWNERS.flatMap((owner, i) =>
      present.has(i) ? [{ name: OWNER_NAMES[owner], color: toHex(ownerTint(palette, owner)) }] : [],
    );
  }

  private byName(text: number, coloring: 'owner' | 'safe'): string {
    let colors = this.known.get(coloring);
    if (colors === undefined) {
      colors = [];
      this.known.set(coloring, colors);
    }
    colors[text] ??= toHex(
      nameColor(coloring === 'safe' ? 'safe' : 'go', this.texts[text], OWNERS[this.data.owners[text]], 'name', () => 0),
    );
    return colors[text];
  }

  private stateOf(tree: FlameTree, node: number): Rgb {
    const state = tree.states?.[node] ?? NO_STATE;
    return state < 0 ? MIXED_STATES : stateColor(this.data.classes[state]);
  }

  private sideOf(tree: FlameTree, node: number): Rgb {
    const side = tree.sides?.[node] ?? 0;
    return side === 0 ? ROOT : sideColor(side, hashName(this.texts[tree.texts[node]]));
  }

  /** One scale for all arrangements: that of the largest change from the roots down. */
  private get wholeScale(): ChangeScale {
    if (this.scale === null) {
      const { self, before, depths, count } = this.data;
      const parents = parentsOf(depths, count);
      const change = Float64Array.from(self, (weight, node) => weight - (before?.[node] ?? 0));
      for (let node = count - 1; node > 0; node--) change[parents[node]] += change[node];
      const sum = (weights: Float64Array) => weights.reduce((all, weight) => all + weight, 0);
      const most = change.subarray(1).reduce((max, value) => Math.max(max, Math.abs(value)), 0);
      this.scale = new ChangeScale(most, Math.max(sum(self), sum(before ?? self)));
    }
    return this.scale;
  }

  private changeOf(tree: FlameTree, node: number): Rgb {
    return this.wholeScale.colorOf(changeAt(tree, node));
  }
}

/** The colour that a fill has where others are found by a search and this frame is not. */
export function faded(fill: string): string {
  return toHex(mix(Number.parseInt(fill.length === 4 ? fill.slice(1).replace(/./g, '$&$&') : fill.slice(1), 16), 0xffffff, 0.6));
}

/** The class of each frame of a picture, the colours that the classes stand for, and what the legend says of them. */

import type { Ownership } from '../model/names.ts';
import { type Profile, totalChanges } from '../model/profile.ts';
import { hashName, makeRandom, type Rgb } from './color.ts';
import type { ResolvedOptions } from './flameoptions.ts';
import type { FlameLayout } from './layout.ts';
import {
  ChangeScale,
  diffusionColor,
  MIXED_STATES,
  nameColor,
  OWNER_NAMES,
  ownerTint,
  SIDE_COLORS,
  SIDE_NAMES,
  sideColor,
  stateColor,
  stripAnnotation,
} from './palettes.ts';

export interface LegendEntry {
  readonly name: string;
  readonly color: Rgb;
}

/** A state's colour is shown where at least this share of the goroutines is in it; else they are mixed. */
const DOMINANT = 0.75;
const ROOT_COLOR: Rgb = 0xe4e2dc;

export class FrameColors {
  /** Colour of each class, by its number. */
  readonly classes: Rgb[] = [];
  readonly legend: LegendEntry[] = [];
  private readonly profile: Profile;
  private readonly layout: FlameLayout;
  private readonly options: ResolvedOptions;
  private readonly palette: string;
  private readonly ofFrame: Int32Array;
  private readonly numbers = new Map<Rgb, number>();
  private lastColor: Rgb = -1;
  private lastNumber = 0;

  constructor(profile: Profile, layout: FlameLayout, options: ResolvedOptions) {
    this.profile = profile;
    this.layout = layout;
    this.options = options;
    this.palette = options.colors ?? (profile.sides !== null ? 'race' : 'go');
    this.ofFrame = new Int32Array(layout.count);
    const color = this.chooseColoring();
    this.ofFrame[0] = this.numberOf(this.palette === 'hot' ? color(0) : ROOT_COLOR);
    for (let i = 1; i < layout.count; i++) this.ofFrame[i] = this.numberOf(color(i));
  }

  /** Number of a frame's class. */
  classOf(frame: number): number {
    return this.ofFrame[frame];
  }

  private numberOf(color: Rgb): number {
    if (color === this.lastColor) return this.lastNumber;
    let number = this.numbers.get(color);
    if (number === undefined) {
      number = this.classes.push(color) - 1;
      this.numbers.set(color, number);
    }
    this.lastColor = color;
    this.lastNumber = number;
    return number;
  }

  private chooseColoring(): (frame: number) => Rgb {
    const { profile, layout, options, palette } = this;
    if (profile.before !== null && options.colors === undefined) return this.byChange();
    if (options.colordiffusion) return (frame) => diffusionColor(layout.weights[frame] / layout.total);
    if (palette === 'race' && profile.sides !== null) return this.bySide(profile.sides);
    if (palette === 'state' && profile.byClass !== null) return this.byState(profile.byClass);
    return this.byName();
  }

  private labelOf(frame: number): number {
    return this.profile.labels[this.layout.nodes[frame]];
  }

  private textOf(frame: number): string {
    return frame === 0 ? 'all' : this.profile.texts[this.labelOf(frame)];
  }

  private ownerOf(frame: number): Ownership {
    return frame === 0 ? 'note' : (this.profile.owners?.[this.labelOf(frame)] ?? 'own');
  }

  private byName(): (frame: number) => Rgb {
    const { options, layout } = this;
    const palette = this.palette === 'race' || this.palette === 'state' ? 'go' : this.palette;
    const variation = options.random ? 'random' : options.hash ? 'prefix' : 'name';
    const random = makeRandom(42);
    if (palette === 'go' || palette === 'safe') this.addOwnerLegend(palette);
    const known = new Int32Array(this.profile.texts.length + 1).fill(-1);
    const compute = (frame: number) => {
      const text = this.textOf(frame);
      const kept = options.paletteMap?.get(stripAnnotation(text));
      const color = kept ?? nameColor(palette, text, this.ownerOf(frame), variation, random);
      if (kept === undefined) options.paletteMap?.set(stripAnnotation(text), color);
      return color;
    };
    return (frame) => {
      if (options.random && options.paletteMap === undefined) return compute(frame);
      const label = layout.nodes[frame] < 0 ? 0 : this.labelOf(frame) + 1;
      if (known[label] < 0) known[label] = compute(frame);
      return known[label];
    };
  }

  private addOwnerLegend(palette: 'go' | 'safe'): void {
    const present = new Set<Ownership>();
    for (let i = 1; i < this.layout.count; i++) present.add(this.ownerOf(i));
    for (const owner of Object.keys(OWNER_NAMES) as Ownership[]) {
      if (present.has(owner)) this.legend.push({ name: OWNER_NAMES[owner], color: ownerTint(palette, owner) });
    }
  }

  private bySide(sides: Uint8Array): (frame: number) => Rgb {
    for (let side = 1; side < SIDE_NAMES.length; side++) {
      if (sides.includes(side)) this.legend.push({ name: SIDE_NAMES[side], color: SIDE_COLORS[side] });
    }
    return (frame) => {
      const node = this.layout.nodes[frame];
      const side = node < 0 ? 0 : sides[node];
      return side === 0 ? ROOT_COLOR : sideColor(side, hashName(this.textOf(frame)));
    };
  }

  /** A frame has the colour of the state that most of the goroutines below it are in. */
  private byState(own: Float64Array): (frame: number) => Rgb {
    const { profile, layout } = this;
    const { classes, parents, nodeCount } = profile;
    const width = classes.length;
    const sums = Float64Array.from(own);
    for (let node = nodeCount - 1; node >= 0; node--) {
      if (parents[node] < 0) continue;
      for (let k = 0; k < width; k++) sums[parents[node] * width + k] += sums[node * width + k];
    }
    const present = classes.filter((_, k) => own.some((weight, at) => weight > 0 && at % width === k));
    for (const name of present) this.legend.push({ name, color: stateColor(name) });
    if (present.length > 1) this.legend.push({ name: 'mixed', color: MIXED_STATES });
    return (frame) => {
      const node = layout.nodes[frame];
      if (node < 0) return MIXED_STATES;
      const share = layout.totals[node] * DOMINANT;
      for (let k = 0; k < width; k++) if (sums[node * width + k] >= share && share > 0) return stateColor(classes[k]);
      return MIXED_STATES;
    };
  }

  private byChange(): (frame: number) => Rgb {
    const { layout, options } = this;
    const change = totalChanges(this.profile);
    const most = change.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    const sum = (weights: Float64Array) => weights.reduce((all, weight) => all + weight, 0);
    const scale = new ChangeScale(most, Math.max(sum(this.profile.self), sum(this.profile.before ?? this.profile.self)));
    const sign = options.negate ? -1 : 1;
    this.legend.push(...scale.legend(sign));
    return (frame) => {
      const node = layout.nodes[frame];
      return scale.colorOf(node < 0 ? 0 : sign * change[node]);
    };
  }
}

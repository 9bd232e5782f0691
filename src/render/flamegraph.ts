/**
 * Profile → SVG flame graph, written directly. The picture is complete without its script: browsers, librsvg, Inkscape
 * and image views show the same.
 *
 * Each frame is one path of a small set of classes; every name stands once in the data beside the picture and once in
 * each label and tooltip that can be seen. All rules are scoped to a class of this very picture, so that several can
 * stand in one page.
 */

import script from '../../templates/flamegraph/main.ts?bundled';
import { countStacks, largerWeights, type Profile, totalChanges, totalWeight, totalWeights } from '../model/profile.ts';
import { encodeFrames, type FlameData, type FlameFrames, type FlameGeometry } from './flamedata.ts';
import { type FlameGraphOptions, type NameAttributes, type ResolvedOptions, resolveOptions } from './flameoptions.ts';
import { backgroundMarkup, styleMarkup } from './flamestyle.ts';
import { stackTitle, weightText } from './flametitle.ts';
import { FrameColors } from './framecolors.ts';
import {
  compareWeights,
  countUnit,
  fitLabel,
  fitLine,
  formatShare,
  framePath,
  LabelForms,
  labelX,
  labelY,
  px,
  rootForms,
  signForms,
} from './geometry.ts';
import { type FlameLayout, layoutFlame } from './layout.ts';
import { legendMarkup } from './legend.ts';
import { stripAnnotation } from './palettes.ts';
import { cdata, escapeComment, escapeXml, fingerprint, safeLink, showControls } from './xml.ts';

/** Pixels left and right of the picture. */
const SIDE_PAD = 10;
/** By how much the title is larger than other text, in pixels; and what the buttons beside it take. */
const TITLE_EXTRA = 5;
const BUTTON_ROOM = 110;
/** Frames at least this wide have a tooltip of their own in the file. */
const TITLE_WIDTH = 1;
/** Characters of a name that a picture holds. */
const MAX_NAME = 4096;
/** Characters of the data that go into the name of a picture's class. */
const SCOPE_TEXT = 1 << 16;
const CHUNK = 1 << 16;

/** What a picture leaves out. */
export interface FlameGraphReport {
  /** Frames too small to be drawn. */
  tooSmall: number;
  /** Names cut to {@link MAX_NAME} characters. */
  cutNames: number;
  /** Links that were left out because following them could run code. */
  refusedLinks: number;
  /** `--total` was less than the weights add up to. */
  totalIgnored: boolean;
}

/**
 * The SVG in chunks. `report` is filled in once all of them are taken.
 * @throws UsageError for an option's value that is not allowed.
 */
export function* writeFlameGraph(
  profile: Profile,
  options: FlameGraphOptions = {},
  report?: FlameGraphReport,
): Generator<string> {
  const resolved = resolveOptions(options);
  const picture = new Picture(profile, resolved);
  let chunk = '';
  for (const line of picture.lines()) {
    chunk += line;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
  if (report !== undefined) Object.assign(report, picture.report());
}

class Picture {
  private readonly profile: Profile;
  private readonly options: ResolvedOptions;
  private readonly layout: FlameLayout;
  private readonly geometry: FlameGeometry;
  private readonly frames: FlameFrames;
  private readonly colors: FrameColors;
  /** Names that the picture shows, by their index in its data. */
  private readonly names: string[] = [];
  private readonly unit: string;
  private readonly weighed: { readonly unit: string; readonly measure: string };
  private readonly title: string;
  private readonly height: number;
  private readonly scale: number;
  private readonly measured: number;
  private cutNames = 0;
  private refusedLinks = 0;

  constructor(profile: Profile, options: ResolvedOptions) {
    this.profile = profile;
    this.options = options;
    const own = options.removed ? largerWeights(profile) : profile.self;
    this.measured = own.reduce((sum, weight) => sum + weight, 0);
    const total = Math.max(this.measured, options.total ?? 0);
    const width = options.width - 2 * SIDE_PAD;
    const order = options.sort ?? (options.flamechart ? 'input' : 'name');
    const minWeight = 'share' in options.least ? options.least.share * total : (options.least.pixels / width) * total;
    this.layout = layoutFlame(profile, { order: order as 'name', minWeight, total: options.total ?? null, own });
    this.geometry = this.makeGeometry(width);
    this.scale = this.layout.total > 0 ? width / this.layout.total : 0;
    this.height = this.geometry.top + this.geometry.rows * this.geometry.row + options.fontsize * 2 + 10;
    this.frames = this.makeFrames();
    this.unit = options.countname ?? profile.unit;
    this.weighed = { unit: this.unit, measure: options.countname === undefined ? profile.measure : '' };
    this.title = options.title ?? stackTitle(this.amount, this.weighed, options.flamechart ? 'in the order of time' : 'by stack');
    this.colors = new FrameColors(profile, this.layout, options);
  }

  /** What all stacks weigh, in the unit that is shown. */
  private get amount(): number {
    return this.measured * this.options.factor;
  }

  report(): FlameGraphReport {
    return {
      tooSmall: this.layout.tooSmall,
      cutNames: this.cutNames,
      refusedLinks: this.refusedLinks,
      totalIgnored: this.options.total !== undefined && this.options.total < this.measured,
    };
  }

  /** The file in pieces, each a whole number of lines. */
  *lines(): Generator<string> {
    const { options, geometry } = this;
    const data = this.dataText();
    const scope = `gf-${fingerprint(JSON.stringify([data.length, data.slice(0, SCOPE_TEXT), this.title, this.colors.classes]))}`;
    const pad = options.prettyXml ? '  ' : '';
    const size = options.fluid ? 'width="100%"' : `width="${options.width}" height="${this.height}"`;
    yield '<?xml version="1.0" encoding="UTF-8"?>\n';
    if (options.notes !== undefined) yield `<!-- ${escapeComment(options.notes)} -->\n`;
    yield `<svg xmlns="http://www.w3.org/2000/svg" class="goflame ${scope}" ${size} viewBox="0 0 ${options.width} ${this.height}">\n`;
    yield `${pad}<title>${escapeXml(this.title)}</title>\n${pad}<desc>${escapeXml(this.summary())}</desc>\n`;
    yield `${pad}<style>${styleMarkup(scope, options, this.colors.classes, geometry)}</style>\n`;
    yield `${pad}<metadata>${data}</metadata>\n`;
    yield backgroundMarkup(scope, options, this.height, pad);
    yield this.headMarkup(pad);
    yield* this.frameLines(pad);
    yield* this.labelLines(pad);
    yield `${pad}<text class="details" x="${SIDE_PAD}" y="${px(this.height - options.fontsize)}">${escapeXml(this.summary())}</text>\n`;
    if (options.javascript) yield `${pad}<script>${cdata(script)}</script>\n`;
    yield '</svg>\n';
  }

  // ---- parts of the picture ----

  private headMarkup(pad: string): string {
    const { options, geometry, title } = this;
    const size = options.fontsize + TITLE_EXTRA;
    let text = pad + this.lineMarkup('title', title, { y: options.fontsize * 2, size, room: options.width - 2 * BUTTON_ROOM });
    if (options.subtitle !== undefined) {
      const at = { y: options.fontsize * 3.6, size: options.fontsize, room: options.width - 2 * SIDE_PAD };
      text += pad + this.lineMarkup('subtitle', options.subtitle, at);
    }
    return text + legendMarkup(this.colors.legend, options.width, geometry, pad);
  }

  /** A line in the middle; what does not fit beside the buttons is left out, and told where the pointer rests. */
  private lineMarkup(kind: string, text: string, { y, size, room }: { y: number; size: number; room: number }): string {
    const { options, geometry } = this;
    const font = { charWidth: size * options.fontwidth, fixedPitch: geometry.fixedPitch };
    const shown = fitLine(font, text, room);
    const whole = shown === text ? '' : `<title>${escapeXml(text)}</title>`;
    return `<text class="${kind}" x="${px(options.width / 2)}" y="${px(y)}">${whole}${escapeXml(shown)}</text>\n`;
  }

  private *frameLines(pad: string): Generator<string> {
    const { layout, scale, geometry, colors } = this;
    const indent = pad + pad;
    let chunk = `${pad}<g class="frames">\n`;
    for (let i = 0; i < layout.count; i++) {
      const x = geometry.left + layout.starts[i] * scale;
      const width = i === 0 ? geometry.width : layout.weights[i] * scale;
      const attributes = this.attributesOf(i);
      const open = `<path class="c${colors.classOf(i)}${classNames(attributes)}"${idOf(attributes)} d="${framePath(geometry, x, width, layout.depths[i])}"`;
      const title = width >= TITLE_WIDTH ? `><title>${escapeXml(attributes?.title ?? this.titleOf(i))}</title></path>` : '/>';
      chunk += `${indent}${this.linked(open + title, attributes)}\n`;
      if (chunk.length < CHUNK) continue;
      yield chunk;
      chunk = '';
    }
    yield `${chunk}${pad}</g>\n`;
  }

  private *labelLines(pad: string): Generator<string> {
    const { layout, scale, geometry, frames } = this;
    const forms = new LabelForms(this.names);
    yield `${pad}<g class="labels">\n`;
    for (let i = 0; i < layout.count; i++) {
      const width = i === 0 ? geometry.width : layout.weights[i] * scale;
      if (width < 3 * geometry.charWidth) continue;
      const named = i === 0 ? rootForms(this.rootText()) : forms.of(frames.names[i]);
      const label = fitLabel(geometry, signForms(named, frames.deltas?.[i] ?? 0), width);
      if (label === '') continue;
      const x = labelX(geometry.left + layout.starts[i] * scale);
      yield `${pad}${pad}<text x="${x}" y="${labelY(geometry, layout.depths[i])}">${escapeXml(label)}</text>\n`;
    }
    yield `${pad}</g>\n`;
  }

  private titleOf(frame: number): string {
    const { layout, options, measured } = this;
    const weight = layout.weights[frame] * options.factor;
    const name = this.names[this.frames.names[frame]];
    const share = layout.total > 0 ? layout.weights[frame] / layout.total : 1;
    const { deltas } = this.frames;
    if (deltas !== null && options.removed) {
      const scale = { unit: this.unit, factor: options.factor };
      return `${name}: ${compareWeights(layout.weights[frame] - this.spareOf(frame), deltas[frame], scale)}`;
    }
    const change = deltas === null || measured === 0 ? '' : `; ${signed(deltas[frame] / measured)}`;
    return `${name} (${countUnit(weight, this.unit)}, ${formatShare(share)}${change})`;
  }

  /** What the root's frame is: the width of everything. */
  private rootText(): string {
    return this.frames.deltas === null ? weightText(this.amount, this.weighed) : '';
  }

  private summary(): string {
    const { layout, options, measured, unit, profile } = this;
    if (layout.count === 1 && measured === 0) return 'no stacks';
    const amount =
      profile.before === null || !options.removed
        ? countUnit(measured * options.factor, unit)
        : compareWeights(totalWeight(profile), this.frames.deltas?.[0] ?? 0, { unit, factor: options.factor });
    const parts = [amount, countUnit(countStacks(profile), 'different stacks')];
    if (layout.tooSmall > 0) parts.push(`${countUnit(layout.tooSmall, 'frames')} too small to draw`);
    return parts.join(' · ');
  }

  // ---- what a name carries ----

  private attributesOf(frame: number): NameAttributes | undefined {
    return frame === 0 ? undefined : this.options.nameAttributes?.get(this.names[this.frames.names[frame]]);
  }

  private linked(frame: string, attributes: NameAttributes | undefined): string {
    if (attributes?.href === undefined) return frame;
    const href = safeLink(attributes.href);
    if (href === null) {
      this.refusedLinks++;
      return frame;
    }
    const target = /^[\w-]+$/.test(attributes.target ?? '') ? ` target="${attributes.target}"` : '';
    return `<a href="${escapeXml(href)}"${target} rel="noopener">${frame}</a>`;
  }

  // ---- data ----

  private makeGeometry(width: number): FlameGeometry {
    const { options, layout } = this;
    const subtitle = options.subtitle === undefined ? 0 : options.fontsize * 1.6;
    return {
      left: SIDE_PAD,
      width,
      top: Math.round(options.fontsize * 5 + subtitle),
      row: options.height,
      rows: layout.maxDepth + 1,
      inverted: options.inverted,
      fontSize: options.fontsize,
      charWidth: options.fontsize * options.fontwidth,
      fixedPitch: /mono|courier|consolas/i.test(options.fonttype),
      outlined: options.strokeColor !== 'none',
      cutRight: options.truncateTextRight,
    };
  }

  /** Names as they are shown, and for each frame the index of its name. */
  private makeFrames(): FlameFrames {
    const { profile, layout } = this;
    const names = new Int32Array(layout.count);
    const known = new Int32Array(profile.texts.length);
    const shown = new Map<string, number>();
    this.names.push('all');
    shown.set('all', 0);
    for (let i = 1; i < layout.count; i++) {
      const label = profile.labels[layout.nodes[i]];
      // 0 is the root frame's name, and stands for those not looked up yet.
      if (known[label] === 0) known[label] = this.nameIndex(this.shownName(profile.texts[label]), shown);
      names[i] = known[label];
    }
    return {
      count: layout.count,
      names,
      depths: layout.depths,
      starts: layout.starts,
      weights: layout.weights,
      deltas: this.deltas(),
      spare: this.spare(),
    };
  }

  private nameIndex(text: string, shown: Map<string, number>): number {
    let index = shown.get(text);
    if (index === undefined) {
      index = this.names.push(text) - 1;
      shown.set(text, index);
    }
    return index;
  }

  private shownName(text: string): string {
    const clean = showControls(stripAnnotation(text));
    if (clean.length <= MAX_NAME) return clean;
    this.cutNames++;
    return `${showControls(clean.slice(0, MAX_NAME - 1))}…`;
  }

  private deltas(): Float64Array | null {
    const { profile, layout } = this;
    if (profile.before === null) return null;
    const change = totalChanges(profile);
    const all = change.reduce((sum, value, node) => (profile.parents[node] < 0 ? sum + value : sum), 0);
    return Float64Array.from(layout.nodes, (node) => (node < 0 ? all : change[node]));
  }

  /** How much wider each frame is than its weight after. */
  private spare(): Float64Array | null {
    const { profile, layout } = this;
    if (profile.before === null || !this.options.removed) return null;
    const totals = totalWeights(profile);
    const all = totalWeight(profile);
    return Float64Array.from(layout.nodes, (node, i) => layout.weights[i] - (node < 0 ? all : totals[node]));
  }

  private spareOf(frame: number): number {
    return this.frames.spare?.[frame] ?? 0;
  }

  private dataText(): string {
    const { options, geometry, names, unit } = this;
    const data: FlameData = {
      unit: showControls(unit),
      root: showControls(this.rootText()),
      nametype: showControls(options.nametype),
      factor: options.factor,
      names,
      geometry,
      search: options.search === undefined ? null : showControls(options.search),
      compared: this.frames.deltas !== null,
      frames: encodeFrames(this.frames),
    };
    return escapeXml(JSON.stringify(data))
      .replace(/&quot;/g, '"')
      .replace(/&#39;/g, "'");
  }
}

function signed(share: number): string {
  return `${share > 0 ? '+' : ''}${(share * 100).toFixed(2)}%`;
}

function classNames(attributes: NameAttributes | undefined): string {
  if (attributes?.class === undefined) return '';
  const names = attributes.class.split(/\s+/).filter((name) => /^[A-Za-z][\w-]*$/.test(name));
  return names.map((name) => ` ${name}`).join('');
}

function idOf(attributes: NameAttributes | undefined): string {
  return attributes?.id !== undefined && /^[A-Za-z][\w-]*$/.test(attributes.id) ? ` id="${attributes.id}"` : '';
}

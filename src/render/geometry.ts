/** Where frames and their labels are drawn: the same for the file as written and for the script that zooms. */

import { shortenName } from '../model/names.ts';
import type { FlameGeometry } from './flamedata.ts';
import { formatDuration } from './units.ts';

/** Pixels between a frame's edge and its label. */
const LABEL_INSET = 3;
/** Pixels left free between rows. */
const ROW_GAP = 1;
/** Frames at least this wide are set apart from their right neighbour. */
const PARTED_WIDTH = 2;
const PART = 0.4;

/** One decimal, no trailing zero. Whole numbers are written faster than fractions, and most of the time goes here. */
export function px(value: number): string {
  const tenths = Math.round(value * 10);
  const digit = tenths % 10;
  if (digit === 0) return `${tenths / 10}`;
  return tenths < 0 ? String(tenths / 10) : `${(tenths - digit) / 10}.${digit}`;
}

export function rowTop({ top, row, rows, inverted }: FlameGeometry, depth: number): number {
  return top + (inverted ? depth : rows - 1 - depth) * row;
}

/** The path of a frame: a stroke as thick as the row, or an area with an outline. */
export function framePath(geometry: FlameGeometry, x: number, width: number, depth: number): string {
  const shown = width >= PARTED_WIDTH ? width - PART : width;
  const height = geometry.row - ROW_GAP;
  const top = rowTop(geometry, depth);
  if (geometry.outlined) return `M${px(x)} ${px(top)}h${px(shown)}v${px(height)}h${px(-shown)}z`;
  return `M${px(x)} ${px(top + height / 2)}h${px(Math.max(0.1, shown))}`;
}

export function strokeWidth(geometry: FlameGeometry): number {
  return geometry.row - ROW_GAP;
}

export function labelX(x: number): string {
  return px(x + LABEL_INSET);
}

export function labelY(geometry: FlameGeometry, depth: number): string {
  return px(rowTop(geometry, depth) + (geometry.row - ROW_GAP) / 2 + geometry.fontSize * 0.36);
}

/**
 * Widths of the printable ASCII characters in hundredths of an em: the wider of Verdana and DejaVu Sans, which stand in
 * for each other. Measured from the fonts' advance widths.
 */
const WIDTHS =
  '35 40 46 84 64 108 78 32 46 46 64 84 37 46 37 46 64 64 64 64 64 64 64 64 64 64 46 46 84 84 84 55 100 69 69 70 77 64 ' +
  '58 78 76 46 46 70 56 87 75 79 61 79 70 69 62 74 69 99 69 62 69 46 46 46 82 64 64 61 64 56 64 62 36 64 64 28 35 60 28 ' +
  '98 64 61 64 64 43 53 40 64 60 82 60 60 53 64 46 64 84';
const ASCII_WIDTHS = Float64Array.from(WIDTHS.split(' '), (width) => Number(width) / 100);
const FIRST_ASCII = 0x20;
const OTHER_WIDTH = 0.8;
const WIDE_WIDTH = 1;
const FIRST_WIDE = 0x1100;
const ELLIPSIS_WIDTH = 1;
/** What `--fontwidth` is for these fonts; another value stretches the table. */
const TABLE_FONT_WIDTH = 0.59;

/** Pixels that a text takes, by the fonts' tables; all characters are alike in a font of fixed width. */
export function textWidth({ charWidth, fixedPitch }: Pick<FlameGeometry, 'charWidth' | 'fixedPitch'>, text: string): number {
  if (fixedPitch) return text.length * charWidth;
  let em = 0;
  for (let i = 0; i < text.length; i++) em += characterWidth(text.charCodeAt(i));
  return (em * charWidth) / TABLE_FONT_WIDTH;
}

function characterWidth(code: number): number {
  if (code < FIRST_ASCII + ASCII_WIDTHS.length) return code < FIRST_ASCII ? OTHER_WIDTH : ASCII_WIDTHS[code - FIRST_ASCII];
  if (code === 0x2026) return ELLIPSIS_WIDTH;
  return code >= FIRST_WIDE ? WIDE_WIDTH : OTHER_WIDTH;
}

/** Stands where a label is cut. */
const CUT = '…';
/** Letters that are left of a cut label at least: fewer tell nothing. */
const FEWEST_LEFT = 4;
/** Fewer characters than this say nothing. */
const FEWEST = 3;

/** The fullest form of a name that fits a frame of this width; empty where none does. */
export function fitLabel(geometry: FlameGeometry, forms: readonly string[], width: number): string {
  const room = width - 2 * LABEL_INSET;
  if (room < FEWEST * geometry.charWidth || geometry.row < geometry.fontSize) return '';
  for (const form of forms) {
    // No character is narrower than a quarter of the average: most forms need no measuring.
    if (form.length * geometry.charWidth < room * 4 && textWidth(geometry, form) <= room) return form;
  }
  return cutText(geometry, forms[forms.length - 1], room);
}

function cutText(geometry: FlameGeometry, text: string, room: number): string {
  const left = room - textWidth(geometry, CUT);
  const { cutRight } = geometry;
  let used = 0;
  let count = 0;
  for (; count < text.length; count++) {
    used += textWidth(geometry, text[cutRight ? count : text.length - 1 - count]);
    if (used > left) break;
  }
  // The sign of a change is no letter of the name.
  const sign = text.startsWith('+ ') || text.startsWith('− ') ? 2 : 0;
  if (count < FEWEST_LEFT + sign) return '';
  return cutRight ? `${sliceText(text, 0, count)}${CUT}` : `${CUT}${sliceText(text, text.length - count)}`;
}

/** A line of text that takes at most `room` pixels: its end is left out where it is longer, with `…` in its place. */
export function fitLine(font: Pick<FlameGeometry, 'charWidth' | 'fixedPitch'>, text: string, room: number): string {
  if (textWidth(font, text) <= room) return text;
  let used = textWidth(font, '…');
  let count = 0;
  for (; count < text.length; count++) {
    used += textWidth(font, text[count]);
    if (used > room) break;
  }
  return `${sliceText(text, 0, count).trimEnd()}…`;
}

/** A slice that does not cut a pair of surrogates apart. */
function sliceText(text: string, from: number, to: number = text.length): string {
  const isLow = (at: number) => at > 0 && at < text.length && (text.charCodeAt(at) & 0xfc00) === 0xdc00;
  return text.slice(isLow(from) ? from + 1 : from, isLow(to) ? to - 1 : to);
}

/** Forms of a name, fullest first; computed once per name. */
export class LabelForms {
  private readonly known: (string[] | undefined)[] = [];
  private readonly names: readonly string[];

  constructor(names: readonly string[]) {
    this.names = names;
  }

  of(name: number): string[] {
    this.known[name] ??= shortenName(this.names[name]);
    return this.known[name];
  }
}

/** Forms of the root's label, by what everything weighs. */
export function rootForms(weight: string): readonly string[] {
  return weight === '' ? ['all'] : [`all: ${weight}`, 'all'];
}

/** Forms that say by their first character whether a frame grew or shrank. */
export function signForms(forms: readonly string[], delta: number): readonly string[] {
  return delta === 0 ? forms : forms.map((form) => `${delta > 0 ? '+' : '−'} ${form}`);
}

/** `10 → 4 samples (−6, −60.00%)`: a weight before and after, and its change as a share of what it was before. */
export function compareWeights(after: number, delta: number, { unit, factor }: WeightScale): string {
  const before = after - delta;
  const share = before === 0 ? 'new' : after === 0 ? 'gone' : signedText(delta / before, formatChange);
  const change = delta === 0 ? 'unchanged' : `${signedText(delta * factor, (value) => formatAmount(value, unit))}, ${share}`;
  return `${formatAmount(before * factor, unit)} → ${countUnit(after * factor, unit)} (${change})`;
}

/** Two decimals; a change can be more than the whole. */
function formatChange(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}

/** What weights are told in. */
export interface WeightScale {
  readonly unit: string;
  readonly factor: number;
}

/** With its sign; the minus sign is the typographic one. */
export function signedText(value: number, format: (value: number) => string): string {
  return value === 0 ? format(0) : `${value > 0 ? '+' : '−'}${format(Math.abs(value))}`;
}

/** Thousands separated by commas; up to two decimals of a fraction. */
export function formatCount(value: number): string {
  const rounded = Number.isInteger(value) ? value : Number(value.toPrecision(6));
  if (Math.abs(rounded) >= 1e15) return String(rounded);
  const [whole, fraction] = String(rounded).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined || rounded !== Number(`${whole}.${fraction}`) ? grouped : `${grouped}.${fraction}`;
}

/** Two decimals, `100%` for the whole. */
export function formatShare(share: number): string {
  const percent = share * 100;
  return percent >= 100 ? '100%' : `${percent.toFixed(2)}%`;
}

/** A number without its unit, as it stands in a table; nanoseconds as a duration all the same. */
export function formatAmount(value: number, unit: string): string {
  return unit === 'nanoseconds' ? formatDuration(value) : formatCount(value);
}

/** `1 goroutine`, `2 goroutines`; nanoseconds as a duration, `1.50 ms`. */
export function countUnit(value: number, unit: string): string {
  if (unit === 'nanoseconds') return formatDuration(value);
  const one = value === 1 && /[^s]s$/.test(unit) ? unit.slice(0, -1) : unit;
  return `${formatCount(value)} ${one}`;
}

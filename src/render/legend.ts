/** The row that says what the colours mean. */

import { toHex } from './color.ts';
import type { FlameGeometry } from './flamedata.ts';
import type { LegendEntry } from './framecolors.ts';
import { px, textWidth } from './geometry.ts';
import { escapeXml } from './xml.ts';

const SWATCH = 10;
const GAP = 18;

/** Centred above the frames. Entries that would not fit the picture's width are left out. */
export function legendMarkup(entries: readonly LegendEntry[], width: number, geometry: FlameGeometry, pad: string): string {
  const bottom = geometry.top - geometry.fontSize;
  const widths = entries.map(({ name }) => SWATCH + 5 + textWidth(geometry, name));
  const shown = entries.filter((_, i) => sum(widths.slice(0, i + 1)) + i * GAP < width - 20);
  if (shown.length === 0) return '';
  let x = (width - sum(widths.slice(0, shown.length)) - (shown.length - 1) * GAP) / 2;
  let text = `${pad}<g class="legend">\n`;
  shown.forEach(({ name, color }, i) => {
    text += `${pad}${pad}<rect x="${px(x)}" y="${px(bottom - SWATCH + 1)}" width="${SWATCH}" height="${SWATCH}" rx="2" fill="${toHex(color)}"/>`;
    text += `<text x="${px(x + SWATCH + 5)}" y="${px(bottom)}">${escapeXml(name)}</text>\n`;
    x += widths[i] + GAP;
  });
  return `${text}${pad}</g>\n`;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

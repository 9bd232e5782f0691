/** The style rules of a picture, all of them within its own class, and what lies behind the frames. */

import { parseColor, type Rgb, toHex } from './color.ts';
import type { FlameGeometry } from './flamedata.ts';
import type { ResolvedOptions } from './flameoptions.ts';
import { strokeWidth } from './geometry.ts';
import { BACKGROUNDS, backgroundOf } from './palettes.ts';

/** Plain colours of text and background, by day and by night. */
const LIGHT = { page: '#fff', text: '#1b1b1f', quiet: '#5c5c66', line: '#d5d5da' };
const DARK = { page: '#16181d', text: '#e9e9ee', quiet: '#a3a6b1', line: '#3a3d46' };

type Ground =
  | { readonly kind: 'plain' }
  | { readonly kind: 'flat'; readonly color: Rgb }
  | { readonly kind: 'gradient'; readonly from: Rgb; readonly to: Rgb };

function groundOf({ bgcolors, colors }: ResolvedOptions): Ground {
  const name = bgcolors ?? backgroundOf(colors ?? 'go');
  if (name === null) return { kind: 'plain' };
  if (Object.hasOwn(BACKGROUNDS, name)) return { kind: 'gradient', from: BACKGROUNDS[name][0], to: BACKGROUNDS[name][1] };
  return { kind: 'flat', color: parseColor(name) ?? 0xffffff };
}

/** Whether black text is read better than white text on a colour. */
function isLight(color: Rgb): boolean {
  return ((color >> 16) & 0xff) * 0.299 + ((color >> 8) & 0xff) * 0.587 + (color & 0xff) * 0.114 > 128;
}

export function backgroundMarkup(scope: string, options: ResolvedOptions, height: number, pad: string): string {
  const ground = groundOf(options);
  const rect = (fill: string) => `${pad}<rect class="page" width="${options.width}" height="${height}"${fill}/>\n`;
  if (ground.kind === 'plain') return rect('');
  if (ground.kind === 'flat') return rect(` fill="${toHex(ground.color)}"`);
  const stops = `<stop stop-color="${toHex(ground.from)}" offset="5%"/><stop stop-color="${toHex(ground.to)}" offset="95%"/>`;
  return `${pad}<linearGradient id="${scope}-page" x1="0" y1="0" x2="0" y2="1">${stops}</linearGradient>\n${rect(` fill="url(#${scope}-page)"`)}`;
}

/** A font family as CSS takes it: names only, nothing that could end the rule. */
function fontFamily(text: string): string {
  return (
    text
      .replace(/[^\p{L}\p{N}\s,"'_-]/gu, '')
      .replace(/["']/g, '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .map((name) => (/^[a-zA-Z-]+$/.test(name) ? name : `'${name}'`))
      .join(',') || 'sans-serif'
  );
}

export function styleMarkup(scope: string, options: ResolvedOptions, classes: readonly Rgb[], geometry: FlameGeometry): string {
  const ground = groundOf(options);
  const isDark = ground.kind === 'flat' && !isLight(ground.color);
  const tones = isDark ? DARK : LIGHT;
  const s = `.${scope}`;
  const ui = options.uicolor;
  const rules = [
    `${s} text{font-family:${fontFamily(options.fonttype)};font-size:${options.fontsize}px;fill:${tones.text}}`,
    ...(ground.kind === 'plain' ? [`${s} .page{fill:${tones.page}}`] : []),
    `${s} .title{font-size:${options.fontsize + 5}px;text-anchor:middle}`,
    `${s} .subtitle{text-anchor:middle}${s} .subtitle,${s} .legend text,${s} .details{fill:${ui ?? tones.quiet}}`,
    `${s} .labels text{fill:#111;pointer-events:none}`,
    frameRule(s, options, geometry),
    ...classes.map((color, i) => `${s} .c${i}{${geometry.outlined ? 'fill' : 'stroke'}:${toHex(color)}}`),
  ];
  if (options.javascript) rules.push(scriptRules(s, options, geometry, tones));
  if (ground.kind === 'plain') rules.push(darkRules(s, ui));
  return rules.join('');
}

function frameRule(s: string, options: ResolvedOptions, geometry: FlameGeometry): string {
  if (geometry.outlined) return `${s} .frames path{stroke:${options.strokeColor};stroke-width:.5}`;
  return `${s} .frames path{fill:none;stroke-width:${strokeWidth(geometry)}}`;
}

function darkRules(s: string, ui: string | undefined): string {
  const quiet = ui ?? DARK.quiet;
  return `@media (prefers-color-scheme:dark){${s} .page{fill:${DARK.page}}${s} text{fill:${DARK.text}}${s} .subtitle,${s} .legend text,${s} .details,${s} .button text{fill:${quiet}}${s} .button rect{stroke:${DARK.line}}${s} .frames path.above{opacity:.75}${s} .mark{stroke:#fff}}`;
}

/** What only the script puts into the picture. */
function scriptRules(s: string, options: ResolvedOptions, geometry: FlameGeometry, tones: typeof LIGHT): string {
  const paint = geometry.outlined ? 'fill' : 'stroke';
  return [
    `${s} .frames{cursor:pointer;outline:none}${s} .frames path:hover{opacity:.8}${s} .frames path.above{opacity:.5}`,
    `${s} .frames path.hit{${paint}:${options.searchColor}}${s} .mark{fill:none;stroke:${tones.text};stroke-width:1.5;pointer-events:none}`,
    `${s} .button{cursor:pointer}${s} .button rect{fill:transparent;stroke:${tones.line}}${s} .button text{fill:${options.uicolor ?? tones.quiet}}${s} .button.on rect{fill:${options.searchColor};fill-opacity:.25}${s} .button:focus-visible rect{stroke-width:2}`,
    `${s} .tip{pointer-events:none}${s} .tip rect{fill:#22242b;fill-opacity:.96}${s} .tip text{fill:#f4f4f6}${s} .tip .quiet{fill:#b9bcc7}`,
    `${s} .matched{text-anchor:end}${s} .hidden{display:none}`,
  ].join('');
}

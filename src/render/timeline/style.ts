/** The style rules of a timeline, all within its own class. */

import { IDLE_LOOK, SHOWN } from './states.ts';

interface Tones {
  readonly page: string;
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly ink: string;
  readonly growth: string;
  readonly map: string;
  readonly phase: string;
  readonly runnable: string;
  readonly waited: string;
  readonly heap: string;
}

const LIGHT: Tones = {
  page: '#fff',
  text: '#1b1b1f',
  quiet: '#5c5c66',
  line: '#e3e5e9',
  ink: '#30323a',
  growth: '#c2185b',
  map: '#8e4585',
  phase: '#c99a5b',
  runnable: '#8a8fa3',
  waited: '#c8501e',
  heap: '#8fb8a8',
};
const DARK: Tones = {
  page: '#16181d',
  text: '#e9e9ee',
  quiet: '#a3a6b1',
  line: '#2c3038',
  ink: '#dfe1e8',
  growth: '#ff5c9a',
  map: '#d48fca',
  phase: '#b98a4c',
  runnable: '#8b90a6',
  waited: '#e2703c',
  heap: '#5f9483',
};

export const FONT = 'Verdana, "DejaVu Sans", sans-serif';

export function timelineStyle(scope: string, isLive: boolean): string {
  const s = `.${scope}`;
  const rules = [
    `${s} text{font-family:${FONT};font-size:11px}`,
    `${s} .title{font-size:17px}${s} .wall,${s} .end{text-anchor:end}${s} .middle{text-anchor:middle}`,
    `${s} .lanes,${s} .ground,${s} .behind,${s} .pauses{shape-rendering:crispEdges}`,
    `${s} .strips .line,${s} .strips .goal,${s} .marks .leader,${s} .marks .frame,${s} .marks .halo{fill:none}`,
    `${s} .strips .line{stroke-width:1}${s} .strips .goal{stroke-width:1.2;stroke-dasharray:4 3}`,
    `${s} .marks .leader{stroke-width:1}${s} .marks .frame{stroke-width:1.6}${s} .marks .halo{stroke-width:3.4;stroke-opacity:.75}`,
    `${s} .rank{font-size:10px;font-weight:bold;text-anchor:middle}${s} .marks .kind,${s} .lead{font-weight:bold}`,
    `${s} .lead{font-size:12px}${s} .list .head text{font-size:10px}`,
    toneRules(s, LIGHT, 'color'),
    `@media (prefers-color-scheme:dark){${toneRules(s, DARK, 'dark')}}`,
  ];
  if (isLive) rules.push(scriptRules(s));
  return rules.join('');
}

function toneRules(s: string, tones: Tones, which: 'color' | 'dark'): string {
  return [
    `${s} .page{fill:${tones.page}}${s} text{fill:${tones.text}}`,
    ...SHOWN.map((look) => `${s} .${look.className}{fill:${look[which]}}`),
    `${s} .ground path,${s} .legend .idle{fill:${IDLE_LOOK[which]}}`,
    `${s} .quiet,${s} .ticks text,${s} .list .head text{fill:${tones.quiet}}`,
    `${s} .grid path,${s} .rule{stroke:${tones.line};fill:none}`,
    `${s} .phase,${s} .tint{fill:${tones.phase}}${s} .pause{fill:${SHOWN[5][which]}}`,
    `${s} .strips .area{fill:${tones.runnable};fill-opacity:.45}${s} .strips .line{stroke:${tones.runnable}}`,
    `${s} .waited{fill:${tones.waited}}${s} .strips .heap{fill:${tones.heap};fill-opacity:.6}${s} .strips .goal{stroke:${tones.quiet}}`,
    markRules(s, '.mark', tones.ink, tones.page),
    markRules(s, '.growth', tones.growth, tones.page),
    markRules(s, '.map', tones.map, tones.page),
    `${s} .marks .halo{stroke:${tones.page}}`,
  ].join('');
}

/** A mark's frame, line and number in one colour. */
function markRules(s: string, mark: string, ink: string, page: string): string {
  return `${s} ${mark} .leader,${s} ${mark} .frame{stroke:${ink}}${s} ${mark} .badge,${s} ${mark} .kind{fill:${ink}}${s} ${mark} .rank{fill:${page}}`;
}

/** What only the script puts into the picture, or makes of it. */
function scriptRules(s: string): string {
  return [
    `${s} .plot{fill:transparent;cursor:crosshair;outline:none}${s} .plot.grab{cursor:grabbing}`,
    `${s} .marks .leader,${s} .marks .halo,${s} .marks .frame{pointer-events:none}${s} .marks .mark,${s} .list .mark{cursor:pointer}${s} .list .mark:hover .entry{text-decoration:underline}`,
    `${s} .cross{stroke:#888;stroke-width:1;pointer-events:none}`,
    `${s} .button{cursor:pointer}${s} .button rect{fill:transparent;stroke:#9a9aa3}${s} .button:focus-visible rect{stroke-width:2}`,
    `${s} .tip{pointer-events:none}${s} .tip rect{fill:#22242b;fill-opacity:.96}${s} .tip text{fill:#f4f4f6}${s} .tip .quiet{fill:#b9bcc7}`,
    `${s} .hidden{display:none}`,
  ].join('');
}

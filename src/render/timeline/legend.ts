/** What the colours mean, each with its share of all time of the Ps. */

import { PS } from '../../model/pstates.ts';
import type { Timeline } from '../../model/timeline.ts';
import { formatPercent } from './scale.ts';
import { group, type Shape, shape } from './shapes.ts';
import { IDLE_LOOK, SHOWN } from './states.ts';
import { widthOf } from './textwidth.ts';

const LEFT = 24;
const SWATCH = 11;
const GAP = 20;
const ROW = 19;

interface Entry {
  readonly className: string;
  readonly text: string;
  readonly width: number;
}

export function legendHeight(timeline: Timeline, width: number): number {
  return placeEntries(timeline, width).rows * ROW + 8;
}

export function drawLegend(timeline: Timeline, width: number, top: number): Shape[] {
  return placeEntries(timeline, width).placed.map(({ entry, x, row }) =>
    group({ transform: `translate(${Math.round(x)},${top + row * ROW})` }, [
      shape('rect', { class: entry.className, width: SWATCH, height: SWATCH, rx: 2 }),
      shape('text', { x: SWATCH + 6, y: 10 }, entry.text),
    ]),
  );
}

function placeEntries(timeline: Timeline, width: number) {
  const placed: { entry: Entry; x: number; row: number }[] = [];
  let x = LEFT;
  let row = 0;
  for (const entry of entriesOf(timeline)) {
    if (x > LEFT && x + entry.width > width - LEFT) {
      x = LEFT;
      row++;
    }
    placed.push({ entry, x, row });
    x += entry.width + GAP;
  }
  return { placed, rows: row + 1 };
}

function entriesOf({ procs }: Timeline): Entry[] {
  const timeOf = (state: number) => procs.reduce((sum, { states }) => sum + total(states[state]), 0);
  const all = procs.reduce((sum, { presentNs }) => sum + total(presentNs), 0);
  const looks = [...SHOWN, { ...IDLE_LOOK, states: [PS.idle] }];
  return looks.map(({ className, name, states }) => {
    const share = all === 0 ? 0 : states.reduce((sum, state) => sum + timeOf(state), 0) / all;
    const text = `${name} ${formatPercent(share)}`;
    return { className, text, width: SWATCH + 6 + widthOf(text) };
  });
}

function total(slices: Float64Array | null): number {
  return slices === null ? 0 : slices.reduce((sum, ns) => sum + ns, 0);
}

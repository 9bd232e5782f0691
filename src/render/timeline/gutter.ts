/** What stands left of the lanes and strips: names, how busy each P was, scales. */

import { px } from '../geometry.ts';
import type { TimelinePicture } from './picture.ts';
import { formatBytes, formatPercent } from './scale.ts';
import { type Shape, shape } from './shapes.ts';
import { heapMost, runnableScale } from './strips.ts';

/** Rows that a label takes. */
const LABEL_ROOM = 12;
/** Lanes of this height have room for how busy the P was. */
const ROOMY = 10;

export function drawGutter(picture: TimelinePicture): Shape[] {
  const { layout, procs, strips } = picture;
  const every = [1, 2, 4, 8, 16, 32, 64].find((n) => n * layout.step >= LABEL_ROOM) ?? 64;
  const shapes: Shape[] = [shape('text', { class: 'quiet', x: 24, y: layout.collector + 8 }, 'GC, pauses')];
  procs.forEach(({ id, busy }, i) => {
    if (i % every !== 0) return;
    const y = px(layout.lanes + i * layout.step + layout.lane / 2 + 4);
    shapes.push(shape('text', { x: 24, y }, `P${id}`));
    if (every === 1 && layout.lane >= ROOMY)
      shapes.push(shape('text', { class: 'quiet end', x: layout.left - 8, y }, formatPercent(busy)));
  });
  shapes.push(...stripLabels(layout.runnable, ['runnable', `up to ${runnableScale(picture)}`]));
  shapes.push(shape('text', { class: 'quiet', x: 24, y: layout.waited + 6 }, 'idle meanwhile'));
  if (strips.heap !== null) shapes.push(...stripLabels(layout.heap, ['heap, goal', `up to ${formatBytes(heapMost(picture))}`]));
  return shapes;
}

function stripLabels(top: number, [name, scale]: readonly [string, string]): Shape[] {
  return [shape('text', { x: 24, y: top + 18 }, name), shape('text', { class: 'quiet', x: 24, y: top + 33 }, scale)];
}

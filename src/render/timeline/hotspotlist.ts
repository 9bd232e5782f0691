/** The hotspots below the picture, numbered as its marks: so that it answers on its own what held which P. */

import type { Hotspot } from '../../model/traceanalysis.ts';
import { isSure, kindLabel, kindWords } from '../sureness.ts';
import { formatPercent } from '../units.ts';
import { fitName, fitText } from './fittext.ts';
import { describeStarved } from './makepicture.ts';
import { markClass } from './marks.ts';
import { formatNs } from './scale.ts';
import { group, type Shape, shape } from './shapes.ts';
import { widthOf } from './textwidth.ts';

const ROW = 21;
const LEAD = 26;
const HEAD = 18;
const LEFT = 24;
const STARVED_ROOM = 250;

export function listHeight(hotspots: readonly Hotspot[]): number {
  return hotspots.length === 0 ? LEAD : LEAD + HEAD + hotspots.length * ROW + 4;
}

export function drawList(hotspots: readonly Hotspot[], width: number, top: number): Shape[] {
  const right = width - LEFT;
  const lead = shape('text', { class: 'lead', x: LEFT, y: top + 12 }, fitText(leadText(hotspots), right - LEFT, 12.6));
  if (hotspots.length === 0) return [lead];
  const at = columnsOf(right);
  const head = group({ class: 'head' }, [
    shape('text', { x: at.kind, y: top + LEAD + 10 }, 'kind'),
    shape('text', { x: at.proc, y: top + LEAD + 10 }, 'P'),
    shape('text', { x: at.start, y: top + LEAD + 10, class: 'end' }, 'from'),
    shape('text', { x: at.length, y: top + LEAD + 10, class: 'end' }, 'held'),
    shape('text', { x: at.goroutine, y: top + LEAD + 10 }, 'goroutine, its first function, and what it was in'),
    shape('text', { x: at.starved, y: top + LEAD + 10 }, 'waited for a P meanwhile'),
    shape('path', { class: 'rule', d: `M${LEFT} ${top + LEAD + HEAD - 3.5}H${right}` }),
  ]);
  return [lead, head, ...hotspots.map((hotspot, i) => drawRow(hotspot, at, top + LEAD + HEAD + i * ROW))];
}

interface ListColumns {
  readonly kind: number;
  readonly proc: number;
  readonly start: number;
  readonly length: number;
  readonly goroutine: number;
  readonly starved: number;
}

function columnsOf(right: number): ListColumns {
  return {
    kind: LEFT + 24,
    proc: LEFT + 142,
    start: LEFT + 250,
    length: LEFT + 330,
    goroutine: LEFT + 348,
    starved: right - STARVED_ROOM,
  };
}

function drawRow(hotspot: Hotspot, at: ListColumns, top: number): Shape {
  const y = top + 14;
  const who = `G${hotspot.goroutine}`;
  const entryX = at.goroutine + widthOf(who) + 8;
  const room = at.starved - 14 - entryX;
  const entry = fitName(hotspot.entry === '' ? 'unknown' : hotspot.entry, hotspot.mapFunction === null ? room : room * 0.55);
  const parts = [
    shape('circle', { class: 'badge', cx: LEFT + 8, cy: y - 4, r: 8 }),
    shape('text', { class: 'rank', x: LEFT + 8, y }, String(hotspot.rank)),
    shape('text', { class: 'kind', x: at.kind, y }, kindLabel(hotspot)),
    shape('text', { x: at.proc, y }, `P${hotspot.proc}`),
    shape('text', { class: 'end', x: at.start, y }, formatNs(hotspot.startNs)),
    shape('text', { class: 'end', x: at.length, y }, formatNs(hotspot.heldNs)),
    shape('text', { class: 'quiet', x: at.goroutine, y }, who),
    shape('text', { class: 'entry', x: entryX, y }, entry),
    shape('text', { class: hotspot.starvedCount === 0 ? 'quiet' : 'starved', x: at.starved, y }, describeStarved(hotspot)),
  ];
  if (hotspot.mapFunction !== null) {
    const x = entryX + widthOf(entry) + 10;
    const more = secondShare(hotspot);
    const name = fitName(hotspot.mapFunction, at.starved - 30 - x - widthOf(more));
    parts.push(shape('text', { class: 'quiet', x, y }, `in ${name}${more}`));
  }
  return group({ class: markClass(kindLabel(hotspot)), 'data-rank': hotspot.rank }, parts);
}

/** What CPU samples say that it was besides: `, 40.0% map growth`. */
function secondShare({ shares, samples }: Hotspot): string {
  const second = shares.at(1);
  return second === undefined ? '' : `, ${formatPercent(second.samples, samples)} ${second.kind}`;
}

/** The one sentence that a picture of hotspots is looked at for: the map operation that held a P longest, if one surely did. */
export function leadText(hotspots: readonly Hotspot[]): string {
  const sure = hotspots.filter(isSure);
  const found =
    sure.find(({ kind }) => kind === 'map growth') ?? sure.find(({ kind }) => kind === 'map operation') ?? hotspots[0];
  if (found === undefined) return 'No hotspots: nobody held a P that long.';
  const { entry, goroutine, proc, heldNs, startNs } = found;
  const who = entry === '' ? `goroutine ${goroutine}` : `${fitName(entry, 260)} (goroutine ${goroutine})`;
  const starved = found.starvedCount === 0 ? 'nobody waited for a P meanwhile' : `meanwhile ${describeStarved(found)}`;
  return `Hotspot ${found.rank}: ${kindWords(found)} in ${who} held P${proc} for ${formatNs(heldNs)} from ${formatNs(startNs)} on; ${starved}.`;
}

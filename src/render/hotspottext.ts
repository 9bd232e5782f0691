/** What held the Ps, by kind and hold by hold, as lines of text. */

import { shortenName } from '../model/names.ts';
import { isElided, NO_STACK, type StackId, type StackTable } from '../model/stacks.ts';
import type { Hotspot, KindUsage } from '../model/traceanalysis.ts';
import { type AnalyzePage, sectionTitle } from './analyzetext.ts';
import { countUnit, formatCount } from './geometry.ts';
import { fitMiddle, fitRight, padEnd, padStart, printable } from './textblocks.ts';
import { formatDuration, formatPercent } from './units.ts';

const INDENT = '  ';
const FRAMES_SHOWN = 4;
const STARVED_SHOWN = 3;

export function* kindLines(page: AnalyzePage): Generator<string> {
  const { analysis, columns, paint } = page;
  const held = analysis.kinds.reduce((sum, { ns }) => sum + ns, 0);
  if (held === 0) return;
  yield* sectionTitle(page, 'What held the Ps', '  (judged by what was seen inside each hold)');
  yield INDENT +
    paint.dim(
      fitRight(
        `${padEnd('kind', 16)}${padStart('time', 9)}${padStart('share', 8)}${padStart('holds', 10)}  longest`,
        columns - 2,
      ),
    );
  for (const kind of analysis.kinds) {
    const row = fitRight(kindRow(kind, held), columns - 2);
    yield INDENT + (kind.kind === 'map growth' ? paint.yellow(row) : row);
  }
}

function kindRow({ kind, ns, holds, longestNs, longest }: KindUsage, held: number): string {
  const cells = `${padEnd(kind, 16)}${padStart(formatDuration(ns), 9)}${padStart(formatPercent(ns, held), 8)}${padStart(formatCount(holds), 10)}`;
  const where =
    longest === null ? '' : `  #${longest.rank}, P ${longest.proc} at ${formatDuration(longest.startNs)}, ${whoText(longest)}`;
  return `${cells}  ${padStart(formatDuration(longestNs), 8)}${where}`;
}

export function* hotspotLines(page: AnalyzePage): Generator<string> {
  const { analysis, columns, paint } = page;
  const { hotspots, stacks } = analysis;
  yield* sectionTitle(page, 'Hotspots', '  longest holds of a P by one goroutine');
  if (hotspots.length === 0) {
    yield `${INDENT}none`;
    return;
  }
  yield INDENT + paint.dim(fitRight(`   #    P        from       held  ${padEnd('kind', 15)} sure    goroutine`, columns - 2));
  for (const hotspot of hotspots) {
    const row = fitRight(hotspotRow(hotspot), columns - 2);
    yield INDENT + (hotspot.kind === 'map growth' ? paint.yellow(row) : row);
    for (const detail of details(hotspot, stacks, columns)) yield paint.dim(`${' '.repeat(11)}${fitRight(detail, columns - 11)}`);
  }
}

function hotspotRow(hotspot: Hotspot): string {
  const { rank, proc, startNs, heldNs, kind, confidence } = hotspot;
  const times = `${padStart(formatDuration(startNs), 12)}${padStart(formatDuration(heldNs), 11)}`;
  return `${padStart(String(rank), 4)}${padStart(String(proc), 5)}${times}  ${padEnd(kind, 15)} ${padEnd(confidence, 7)} ${whoText(hotspot)}`;
}

function whoText({ goroutine, entry }: { readonly goroutine: number; readonly entry: string }): string {
  return `g${goroutine} ${entry === '' ? '(unknown)' : printable(entry)}`;
}

function* details(hotspot: Hotspot, stacks: StackTable, columns: number): Generator<string> {
  if (hotspot.stack !== NO_STACK) yield fitMiddle(stackText(hotspot.stack, stacks), columns - 11);
  const seen = hotspot.evidence.map(({ source, kind, count }) => `${countUnit(count, `${source}s`)} in ${kind}`);
  if (seen.length > 0) yield `seen: ${seen.slice(0, 4).join(', ')}${seen.length > 4 ? ', …' : ''}`;
  if (hotspot.starvedCount > 0) yield starvedText(hotspot);
}

function starvedText({ starved, starvedCount, starvedNs }: Hotspot): string {
  const listed = starved.slice(0, STARVED_SHOWN).map((one) => `${whoText(one)} ${formatDuration(one.ns)}`);
  const more = starvedCount > listed.length ? ', …' : '';
  return `meanwhile ${countUnit(starvedCount, 'goroutines')} waited ${formatDuration(starvedNs)} for a P: ${listed.join(', ')}${more}`;
}

/** `leaf ← caller ← …`, names shortened. */
export function stackText(stack: StackId, stacks: StackTable): string {
  const frames = stacks.framesAt(stack);
  const names = frames
    .slice(0, FRAMES_SHOWN)
    .map((frame) => (isElided(frame) ? '…' : (shortenName(frame.function).at(1) ?? frame.function)));
  return `${names.map(printable).join(' ← ')}${frames.length > FRAMES_SHOWN ? ' ← …' : ''}`;
}

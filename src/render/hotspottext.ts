/** What held the Ps, by kind and hold by hold, as lines of text. */

import { briefName, isRuntimeFunction } from '../model/names.ts';
import { isElided, NO_STACK, type StackId, type StackTable } from '../model/stacks.ts';
import { growthBeyond, type Hotspot, type KindUsage } from '../model/traceanalysis.ts';
import { type AnalyzePage, sectionTitle } from './analyzepage.ts';
import { countUnit, formatCount } from './geometry.ts';
import { hotspotNotes, isEstimate, isSure, kindLabel } from './sureness.ts';
import { padEnd, padStart, printable } from './textblocks.ts';
import { formatDuration, formatPercent } from './units.ts';

const INDENT = '  ';
const STARVED_SHOWN = 3;

export function* kindLines(page: AnalyzePage): Generator<string> {
  const { analysis, paint } = page;
  const held = analysis.kinds.reduce((sum, { ns }) => sum + ns, 0);
  if (held === 0) return;
  const sampled = analysis.cpuSamples > 0;
  yield* sectionTitle(page, 'What held the Ps', '  (~ an estimate by what was seen in whole holds; else measured)');
  yield INDENT +
    paint.dim(
      `${padEnd('kind', 16)}${padStart('time', 9)}${padStart('share', 8)}${sampled ? padStart('samples', 9) : ''}${padStart('holds', 10)}  longest`,
    );
  for (const kind of analysis.kinds) {
    const row = kindRow(kind, held, sampled);
    yield INDENT + (kind.kind === 'map growth' ? paint.yellow(row) : row);
  }
}

function kindRow(usage: KindUsage, held: number, sampled: boolean): string {
  const { kind, ns, samples, holds, longestNs, longest } = usage;
  const share = `${isEstimate(usage) ? '~' : ''}${formatPercent(ns, held)}`;
  const counts = (sampled ? padStart(samples === 0 ? '-' : formatCount(samples), 9) : '') + padStart(formatCount(holds), 10);
  const cells = `${padEnd(kind, 16)}${padStart(formatDuration(ns), 9)}${padStart(share, 8)}${counts}`;
  const where =
    longest === null
      ? ''
      : `  ${longest.rank > 0 ? `#${longest.rank}, ` : ''}P ${longest.proc} at ${formatDuration(longest.startNs)}, ${whoText(longest)}`;
  return holds === 0 ? `${cells}  part of other holds` : `${cells}  ${padStart(formatDuration(longestNs), 8)}${where}`;
}

export function* hotspotLines(page: AnalyzePage): Generator<string> {
  const { hotspots } = page.analysis;
  yield* sectionTitle(page, 'Hotspots', '  longest holds of a P by one goroutine');
  if (hotspots.length === 0) yield `${INDENT}none`;
  else yield* hotspotTable(page, hotspots);
  const growth = growthBeyond(page.analysis);
  if (growth.length === 0) return;
  yield* sectionTitle(page, 'Maps that grew', '  longest holds of a P by a map that moves its elements');
  yield* hotspotTable(page, growth);
}

function* hotspotTable({ analysis, paint }: AnalyzePage, hotspots: readonly Hotspot[]): Generator<string> {
  yield INDENT + paint.dim(`   #    P        from       held  ${padEnd('kind', 15)} sure    goroutine`);
  for (const hotspot of hotspots) {
    const row = hotspotRow(hotspot);
    yield INDENT + (hotspot.kind === 'map growth' && isSure(hotspot) ? paint.yellow(row) : row);
    for (const detail of details(hotspot, analysis.stacks)) yield paint.dim(`${' '.repeat(11)}${detail}`);
  }
}

function hotspotRow(hotspot: Hotspot): string {
  const { rank, proc, startNs, heldNs, confidence } = hotspot;
  const times = `${padStart(formatDuration(startNs), 12)}${padStart(formatDuration(heldNs), 11)}`;
  return `${padStart(String(rank), 4)}${padStart(String(proc), 5)}${times}  ${padEnd(kindLabel(hotspot), 15)} ${padEnd(confidence, 7)} ${whoText(hotspot)}`;
}

function whoText({ goroutine, entry }: { readonly goroutine: number; readonly entry: string }): string {
  return `g${goroutine} ${entry === '' ? '(unknown)' : printable(entry)}`;
}

function* details(hotspot: Hotspot, stacks: StackTable): Generator<string> {
  // What a GC worker does is known, and the same for all of them.
  const plain = hotspot.kind === 'GC worker';
  if (hotspot.stack !== NO_STACK && !plain) yield stackText(hotspot.stack, stacks);
  const seen = hotspot.evidence.map(({ source, kind, count }) => `${countUnit(count, `${source}s`)} in ${kind}`);
  const inside = insideText(hotspot);
  if (inside !== '') yield inside;
  if (seen.length > 0 && !plain) yield `seen: ${seen.slice(0, 4).join(', ')}${seen.length > 4 ? ', …' : ''}`;
  yield* hotspotNotes(hotspot);
  if (hotspot.starvedCount > 0) yield starvedText(hotspot);
}

/** The map's function, and times that the trace's ranges tell. */
function insideText(hotspot: Hotspot): string {
  const { mapFunction, assistNs, sweepNs, syscallNs, stwNs } = hotspot;
  const times = { 'mark assist': assistNs, sweep: sweepNs, 'system calls': syscallNs, 'stopped world': stwNs };
  const parts = Object.entries(times).flatMap(([name, ns]) => (ns > 0 ? [`${name} ${formatDuration(ns)}`] : []));
  if (mapFunction !== null) parts.unshift(`in ${printable(mapFunction)}${mapText(hotspot)}`);
  return parts.length === 0 ? '' : `inside: ${parts.join(', ')}`;
}

/** What a map's function does, and whether the map grows for it. */
function mapText(hotspot: Hotspot): string {
  const { mapOperation, kind } = hotspot;
  const operation = mapOperation === null ? '' : ` (${mapOperation})`;
  if (kind !== 'map growth') return operation;
  return `${operation}${isSure(hotspot) ? ', which makes the map grow' : ', growth was seen in it'}`;
}

function starvedText({ starved, starvedCount, starvedNs, starvedPartial }: Hotspot): string {
  const listed = starved.slice(0, STARVED_SHOWN).map((one) => `${whoText(one)} ${formatDuration(one.ns)}`);
  const more = starvedCount > listed.length ? ', …' : '';
  const least = starvedPartial ? 'at least ' : '';
  return `meanwhile ${least}${countUnit(starvedCount, 'goroutines')} waited ${formatDuration(starvedNs)} for a P: ${listed.join(', ')}${more}`;
}

/** The leaf, the runtime's function that the program called, and the program's own: `leaf ← … ← caller`. */
export function stackText(stack: StackId, stacks: StackTable): string {
  const names = stacks.framesAt(stack).flatMap((frame) => (isElided(frame) ? [] : [frame.function]));
  // How the trace itself was written is no news.
  const inside = names.findIndex((name) => !/^runtime\.(?:\(\*?)?trace/.test(name));
  const shown = inside > 0 ? names.slice(inside) : names;
  const user = shown.findIndex((name) => !isRuntimeFunction(name));
  const wanted = new Set([0, ...(user < 0 ? [1, 2] : [user - 1, user, user + 1])]);
  const parts: string[] = [];
  shown.forEach((name, i) => {
    if (wanted.has(i)) parts.push(printable(briefName(name)));
    else if (parts.at(-1) !== '…') parts.push('…');
  });
  return parts.join(' ← ');
}

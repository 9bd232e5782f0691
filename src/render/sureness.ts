/** Words for what a hold of a P was, as sure as that is: what is not sure is never told as a fact. */

import type { Hotspot, KindUsage } from '../model/traceanalysis.ts';
import { countUnit } from './geometry.ts';
import { formatPercent } from './units.ts';

type Judged = Pick<Hotspot, 'kind' | 'confidence'>;

export function isSure({ confidence }: Judged): boolean {
  return confidence === 'high' || confidence === 'medium';
}

/** `map growth`, and `map growth?` where that is not sure. */
export function kindLabel(hotspot: Judged): string {
  return isSure(hotspot) ? hotspot.kind : `${hotspot.kind}?`;
}

/** For a sentence: `a growing map`, `perhaps a growing map`. */
export function kindWords(hotspot: Judged): string {
  const what = hotspot.kind === 'map growth' ? 'a growing map' : hotspot.kind;
  if (isSure(hotspot)) return what;
  return `perhaps ${what}${hotspot.confidence === 'none' ? ' (nothing was seen inside)' : ''}`;
}

/** Sentences about how a hold's time and its map stand; none where nothing more is known. */
export function* hotspotNotes({ shares, samples, unseenGrowth }: Hotspot): Generator<string> {
  if (shares.length > 1) {
    const parts = shares.map((one) => `${formatPercent(one.samples, samples)} ${one.kind}`);
    yield `by its ${countUnit(samples, 'CPU samples')}: ${parts.join(', ')}`;
  }
  if (unseenGrowth > 0)
    yield `the map may have grown, not sure: ${countUnit(unseenGrowth, 'large allocations')} while it was written, none seen inside`;
}

/** Whether most of a kind's time is no measurement. */
export function isEstimate({ ns, measuredNs }: KindUsage): boolean {
  return 2 * measuredNs < ns;
}

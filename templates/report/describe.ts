/** What a frame weighs, in words. */

import { countUnit, formatAmount, formatShare, signedText } from '../../src/render/geometry.ts';
import { changeAt, type FlameTree } from './tree.ts';
import { zoomedWidth } from './visible.ts';

export interface Scope {
  readonly unit: string;
  /** Weight of all stacks, and what they are: `all`, or a part of time. */
  readonly whole: number;
  readonly wholeName: string;
  readonly zoomed: number;
  readonly until: number;
}

/** One fact a text: weight and share, or both weights and the change; what ends in the frame; the share of the zoom. */
export function factsOf(tree: FlameTree, node: number, { unit, whole, wholeName, zoomed, until }: Scope): string[] {
  const { totals, beforeTotals, self, widths } = tree;
  const amount = (value: number) => formatAmount(value, unit);
  const facts: string[] = [];
  if (beforeTotals === null) {
    facts.push(countUnit(totals[node], unit), `${shareText(totals[node], whole)} of ${wholeName}`);
  } else {
    const change = changeAt(tree, node);
    facts.push(`${amount(beforeTotals[node])} → ${countUnit(totals[node], unit)}`);
    facts.push(change === 0 ? 'unchanged' : signedText(change, amount));
    if (beforeTotals[node] > 0 && change !== 0)
      facts.push(signedText(change / beforeTotals[node], (share) => `${(share * 100).toFixed(2)}%`));
  }
  if (node >= zoomed && zoomed > 0) facts.push(`${shareText(widths[node], zoomedWidth(tree, zoomed, until))} of what is zoomed`);
  if (node > 0 && self[node] > 0)
    facts.push(unit === 'nanoseconds' ? `${amount(self[node])} in itself` : `${amount(self[node])} end here`);
  return facts;
}

export function shareText(part: number, whole: number): string {
  return formatShare(whole === 0 ? 0 : part / whole);
}

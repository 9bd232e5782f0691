/**
 * Logs with the newest line first, as consoles of log stores show and export them: recognised by what stands beside the
 * beginning of a dump, a profile or a race report. Below a header comes a call; where it stands above, the lines are in
 * reverse order.
 */

import type { Problem } from '../../base/errors.ts';
import { parseCall } from '../text/frames.ts';
import { findAnchor } from './anchors.ts';
import { readJsonLine } from './json.ts';
import { LinePrefix } from './prefix.ts';

export type LineOrder = 'forward' | 'reversed';

const HEADER = /^goroutine \d/;
const RECORD = /^\d+ @(?: 0x|$)/;
const ACCESS = /^(?:Read|Write|Atomic \w+) (?:at |by )/;

/** The order that a line with an anchor tells; null where both or none of its neighbours could follow it. */
export function orderAt(before: string | null, line: string, after: string | null): LineOrder | null {
  const at = findAnchor(line);
  if (at < 0) return null;
  const lead = line.slice(0, at);
  const prefix = lead.trim() === '' ? null : new LinePrefix(lead);
  const bare = (text: string | null): string =>
    text === null ? '' : (prefix === null ? text : (prefix.strip(text) ?? '')).trim();
  const follows = followerOf(line.slice(at));
  const above = follows(bare(before));
  const below = follows(bare(after));
  if (above === below) return null;
  return above ? 'reversed' : 'forward';
}

/** What comes below an anchor in a text in its own order. */
function followerOf(anchor: string): (text: string) => boolean {
  if (HEADER.test(anchor)) return (text) => parseCall(text) !== null;
  if (anchor.startsWith('WARNING')) return (text) => ACCESS.test(text);
  if (anchor.startsWith('SCHED')) return () => false;
  return (text) => RECORD.test(text);
}

/** The order of lines, by the first of them that tells; a JSON object stands for the text that it carries. */
export function orderOf(lines: readonly string[]): LineOrder | null {
  for (let i = 0; i < lines.length; i++) {
    if (findAnchor(lines[i]) < 0) continue;
    const order = orderAt(contentOf(lines[i - 1]), contentOf(lines[i]) ?? '', contentOf(lines[i + 1]));
    if (order !== null) return order;
  }
  return null;
}

function contentOf(line: string | undefined): string | null {
  if (line === undefined) return null;
  const carried = readJsonLine(line);
  if (carried === null) return line;
  return carried.kind === 'text' ? carried.carried.text.trimEnd() : '';
}

/** Tells of evidence in reverse order that came too late in an input to be turned round. */
export class OrderWatch {
  private previous = '';
  private asked: { readonly before: string; readonly line: string; readonly number: number } | null = null;
  private reversed = 0;
  private forward = 0;
  private first = 0;
  private asks = 0;

  /** Whether more lines change nothing. */
  get isDecided(): boolean {
    return this.forward > 0 || this.asks > MAX_ASKS;
  }

  line(text: string, number: number): void {
    if (this.isDecided) return;
    if (this.asked !== null) this.answer(this.asked, text);
    this.asked = text.includes('goroutine ') && HEADER_ANYWHERE.test(text) ? { before: this.previous, line: text, number } : null;
    this.previous = text;
  }

  problems(): Problem[] {
    if (this.reversed === 0 || this.forward > 0) return [];
    const message =
      'the lines of a dump are in reverse order, the newest first: its stacks are not right; turn the log round (tac) or export it with the oldest first';
    return [{ severity: 'error', message, line: this.first }];
  }

  private answer(asked: { readonly before: string; readonly line: string; readonly number: number }, after: string): void {
    this.asks++;
    const order = orderAt(asked.before, asked.line, after);
    if (order === 'forward') this.forward++;
    else if (order === 'reversed' && this.reversed++ === 0) this.first = asked.number;
  }
}

/** Headers after which no more are looked at: their order cannot be told, or is. */
const MAX_ASKS = 100;
const HEADER_ANYWHERE = /goroutine \d+ \[[^\]]*\]:/;

/** Whether times only ever go down, and do so at least once. */
export function isDescending(times: readonly (number | null)[]): boolean {
  let falls = 0;
  let last: number | null = null;
  for (const time of times) {
    if (time === null) continue;
    if (last !== null && time > last) return false;
    if (last !== null && time < last) falls++;
    last = time;
  }
  return falls >= 2;
}

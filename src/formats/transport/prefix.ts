/**
 * Line prefixes of container engines, journals, loggers and CI systems, learnt from one line and known again:
 *
 *     api_1  | goroutine 1 [running]:
 *     2026-11-01T10:00:00.123456789Z stderr F goroutine 1 [running]:
 *     Nov 01 10:00:00 host app[2866]: goroutine 1 [running]:
 *     E1101 10:00:00.123456       1 main.go:12] goroutine 1 [running]:
 *
 * Numbers may change from line to line where they are a time or a counter. In a name (`api_1`, `app[2866]`) they tell
 * writers apart and stay.
 */

import { parseCall } from '../text/frames.ts';
import { findAnchor } from './anchors.ts';

/** Characters of the longest prefix that is learnt. */
export const MAX_PREFIX = 512;

export class LinePrefix {
  /** The same for prefixes that match the same lines. */
  readonly key: string;
  private readonly pattern: RegExp;
  private readonly trimmed: RegExp;
  private readonly rowEnd: RegExp | null;

  constructor(sample: string) {
    const bare = sample.trimEnd();
    const source = sourceOf(bare);
    this.key = source + sample.slice(bare.length);
    this.pattern = new RegExp(`^${source}${escapeLiteral(sample.slice(bare.length))}`);
    this.trimmed = new RegExp(`^${source}[ \\t]*$`);
    this.rowEnd = rowEndOf(bare);
  }

  /** What stands behind the prefix; null for a line without it. A blank line may have lost its trailing blanks. */
  strip(text: string): string | null {
    const lead = this.leadOf(text);
    if (lead === null) return null;
    const content = text.slice(lead);
    return this.rowEnd === null ? content : content.replace(this.rowEnd, '');
  }

  /** Characters of the prefix in a line; null for a line without it. */
  leadOf(text: string): number | null {
    const match = this.pattern.exec(text);
    if (match !== null) return match[0].length;
    return this.trimmed.test(text) ? text.length : null;
  }
}

/** A regular expression's source for lines that begin as `sample` does. */
function sourceOf(sample: string): string {
  return sample.replace(/[^\s=:,]+|\s+|[=:,]/g, (token) => {
    if (/^\s/.test(token)) return '[ \\t]+';
    return isName(token) ? escapeLiteral(token) : variableNumbers(token);
  });
}

/** Whether the numbers in a token are part of a name. */
function isName(token: string): boolean {
  return /^[^A-Za-z0-9]*[A-Za-z]/.test(token) && !/^[^A-Za-z0-9]*[IWEF]\d{4}$/.test(token);
}

/** Numbers of a time or a counter: any number, a fraction of any length. */
function variableNumbers(token: string): string {
  const level = /^([^A-Za-z0-9]*)[IWEF](\d{4})$/.exec(token);
  const source = (text: string): string =>
    text.replace(/\d+(?:\.\d+)?|[^\d]+/g, (run) => (/^\d/.test(run) ? '\\d+(?:\\.\\d+)?' : escapeLiteral(run)));
  return level === null ? source(token) : `${escapeLiteral(level[1])}[IWEF]${source(level[2])}`;
}

function escapeLiteral(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

const CONTINUATION =
  /^(?:\s*\S+\(.*\)$|\t\S.*:\d+|\s+\S.*:\d+ \+0x[0-9a-f]+$|\s*created by |(?:Previous )?(?:[Rr]ead|[Ww]rite) (?:at |by )|# labels|\d+ @|#\t|goroutine running on other)/;

/** Whether a line goes on with evidence that began behind a prefix in the line above, and has none itself. */
export function isBareContinuation(text: string): boolean {
  return CONTINUATION.test(text);
}

/** What ends the lines behind a prefix that begins rows of a table: a bar, or the time in `aws logs … --output text`. */
function rowEndOf(sample: string): RegExp | null {
  if (sample.startsWith('|')) return / *\| *$/;
  return sample.startsWith('EVENTS\t') ? /\t\d{1,14}$/ : null;
}

/** What stands before a line's anchor and may be a prefix; null where there is none. */
export function sampleOf(text: string): string | null {
  const anchor = findAnchor(text);
  if (anchor <= 0 || anchor > MAX_PREFIX) return null;
  // a tab before the anchor is the line's own: a message that holds a traceback is indented by one
  const sample = text.slice(0, anchor).replace(/\t+$/, '');
  return sample.trim() === '' || /^\s*goroutine \d/.test(sample) || parseCall(text.trim()) !== null ? null : sample;
}

/** Whether a line ends as those with an anchor do, by a quick look. */
export function endsLikeAnchor(text: string): boolean {
  return text.endsWith(']:') || text.endsWith('DATA RACE') || text.includes('profile: total ');
}

/** Whether a carried line has a prefix, and not only words before its header. */
export function hasPrefix(text: string): boolean {
  const sample = sampleOf(text);
  return sample !== null && /[\d|:\]>]/.test(sample) && !/^\s*[[{]?\w*PANIC/.test(sample);
}

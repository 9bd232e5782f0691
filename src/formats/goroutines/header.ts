/**
 * The header of a goroutine in a traceback (runtime/traceback.go, goroutineheader):
 *
 *     goroutine 7 [chan receive, 17 minutes, locked to thread]:
 *     goroutine 1 gp=0xc0000061c0 m=3 mp=0xc000100008 [running]:
 *     goroutine 9 [select (no cases) (durable), synctest bubble 1]:
 *     goroutine 20 [chan send (leaked)] {job: ingest, route: "GET /x"}:
 *     goroutine 1 [select, 3 minutes labels:{"job": "ingest"}]:
 */

import { MAX_STATUS_CACHE } from '../../base/limits.ts';
import type { GoroutineFlag, Labels } from '../../model/snapshot.ts';
import { parseLabels, unquoteGo } from '../text/labels.ts';

/** What stands in a header's brackets, and the labels. */
export interface Status {
  readonly state: string;
  readonly flags: readonly GoroutineFlag[];
  readonly waitMinutes: number;
  readonly lockedToThread: boolean;
  readonly bubble: number | null;
  readonly labels: Labels;
  readonly extra: readonly string[];
}

export interface Header {
  readonly id: number;
  readonly status: Status;
  /** The thread that it is on; null for none, undefined where the header does not tell. */
  readonly thread?: number | null | undefined;
}

/** Characters between the id and the bracket: ` gp=0xc0000061c0 m=3 mp=0xc000100008 `, whole or damaged. */
export const MAX_MACHINE_PART = 100;
const START = /^goroutine (\d{1,20})(?: ([^[\]]{0,99}))?\[/;
const THREAD = /(?:^| )m=(nil|\d{1,9}) /;

/** Whether a text begins with the header of a goroutine whose number is larger than any that can be told exactly. */
export function hasLostNumber(text: string): boolean {
  const start = START.exec(text);
  return start !== null && idOf(start[1]) === null;
}

/** Whether a text begins like a header, whole or not. */
export function isHeaderStart(text: string): boolean {
  return START.test(text);
}

const cache = new Map<string, Status | null>();

/** The header in a line without indentation; null if it is none, or is not whole. */
export function parseHeader(text: string): Header | null {
  const start = START.exec(text);
  if (start === null) return null;
  const tail = text.slice(start[0].length - 1);
  let status = cache.get(tail);
  if (status === undefined) {
    status = parseStatus(tail);
    if (cache.size >= MAX_STATUS_CACHE) cache.clear();
    cache.set(tail, status);
  }
  const id = idOf(start[1]);
  return status === null || id === null ? null : { id, status, thread: threadOf(start[2]) };
}

/** A goroutine's number; null for digits that no number holds exactly. */
export function idOf(digits: string): number | null {
  const id = Number(digits);
  return Number.isSafeInteger(id) ? id : null;
}

function threadOf(between: string | undefined): number | null | undefined {
  const thread = between === undefined ? null : THREAD.exec(between);
  if (thread === null) return undefined;
  return thread[1] === 'nil' ? null : Number(thread[1]);
}

/** For a stack that has none. */
export function looseHeader(id: number): Header {
  const status = { state: '', flags: [], waitMinutes: 0, lockedToThread: false, bubble: null, labels: {}, extra: [] };
  return { id, status };
}

/** goleak's own line above a goroutine: `[Goroutine 12 in state select, with pkg.F on top of the stack:`. */
export function parseGoleakLine(text: string): Header | null {
  const match = /^\[?Goroutine (\d{1,20}) in state (.+), with \S.* on top of the stack:$/.exec(text);
  const id = match === null ? null : idOf(match[1]);
  return match === null || id === null ? null : { id, status: describe(match[2], {}) };
}

/** `[STATUS]`, labels, colon. */
function parseStatus(tail: string): Status | null {
  const close = closingBracket(tail);
  if (close < 0) return lastResort(tail);
  const behind = tail.slice(close + 1).trim();
  if (behind === ':') return describe(tail.slice(1, close), {});
  const parsed = parseLabels(behind, 0);
  if (parsed === null || behind.slice(parsed.end).trim() !== ':') return lastResort(tail);
  return describe(tail.slice(1, close), parsed.labels);
}

/** Label values that are not quoted (CockroachDB's Go) can hold brackets: the status then ends at the line's `]:`. */
function lastResort(tail: string): Status | null {
  return /\]:\s*$/.test(tail) ? describe(tail.slice(1, tail.lastIndexOf(']')), {}) : null;
}

/** The first bracket outside quotes. */
function closingBracket(text: string): number {
  for (let i = 1; i < text.length; i++) {
    if (text[i] === ']') return i;
    if (text[i] !== '"') continue;
    const quoted = unquoteGo(text, i);
    if (quoted === null) return text.indexOf(']', i);
    i = quoted.end - 1;
  }
  return -1;
}

interface Draft {
  minutes: number;
  locked: boolean;
  bubble: number | null;
  labels: Labels;
  flags: Set<GoroutineFlag>;
  extra: string[];
}

/** What may follow the state, each with what it says. */
const EXTRAS: readonly (readonly [RegExp, (draft: Draft, match: RegExpExecArray) => void])[] = [
  [
    /^(\d{1,15}) minutes?$/,
    (draft, match) => {
      draft.minutes = Number(match[1]);
    },
  ],
  [
    /^locked to thread$/,
    (draft) => {
      draft.locked = true;
    },
  ],
  [
    /^synctest (?:bubble|group) (\d{1,15})$/,
    (draft, match) => {
      draft.bubble = Number(match[1]);
    },
  ],
  [/^durably blocked$/, (draft) => void draft.flags.add('durable')],
  [/^not durably blocked$/, () => undefined],
];

/** `STATE (flag), extra, extra labels:{…}`. */
function describe(status: string, labelsBehind: Labels): Status {
  const draft: Draft = { minutes: 0, locked: false, bubble: null, labels: labelsBehind, flags: new Set(), extra: [] };
  const [first, ...rest] = splitItems(takeLabels(status, draft));
  const state = takeFlags(first, draft.flags);
  for (const item of rest) takeExtra(item, draft);
  return {
    state,
    flags: FLAGS.filter((flag) => draft.flags.has(flag)),
    waitMinutes: draft.minutes,
    lockedToThread: draft.locked,
    bubble: draft.bubble,
    labels: draft.labels,
    extra: draft.extra,
  };
}

const FLAGS: readonly GoroutineFlag[] = ['leaked', 'scan', 'durable'];

function takeFlags(text: string, flags: Set<GoroutineFlag>): string {
  let state = text;
  for (let match = FLAG.exec(state); match !== null; match = FLAG.exec(state)) {
    flags.add(match[1] as GoroutineFlag);
    state = state.slice(0, match.index);
  }
  return state;
}

const FLAG = / \((leaked|scan|durable)\)$/;

function takeLabels(status: string, draft: Draft): string {
  const at = status.search(/,? labels:\{/);
  if (at < 0) return status;
  const parsed = parseLabels(status, status.indexOf('{', at));
  if (parsed === null) return status;
  draft.labels = { ...draft.labels, ...parsed.labels };
  return status.slice(0, at) + status.slice(parsed.end);
}

function takeExtra(item: string, draft: Draft): void {
  for (const [words, apply] of EXTRAS) {
    const match = words.exec(item);
    if (match === null) continue;
    apply(draft, match);
    return;
  }
  const label = /^"([^"]*)":\s*"?(.*?)"?$/.exec(item);
  if (label !== null) draft.labels = Object.fromEntries([...Object.entries(draft.labels), [label[1], label[2]]]);
  else draft.extra.push(item);
}

/** The items between `, `, none of which is inside quotes. */
function splitItems(text: string): string[] {
  if (!text.includes('"')) return text.split(', ');
  const items: string[] = [];
  let from = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') quoted = !quoted;
    else if (!quoted && text[i] === ',' && text[i + 1] === ' ') {
      items.push(text.slice(from, i));
      from = i + 2;
    }
  }
  return [...items, text.slice(from)];
}

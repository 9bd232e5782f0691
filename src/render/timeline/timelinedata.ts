/**
 * A picture's data as text beside it, for its script, and back. Spans are exact; shares of slices are told in sixtieths,
 * none of them as less than one, over as many slices as the room allows.
 */

import type { Cover, PictureStrips, SliceLanes, SpanLanes, TimelinePicture } from './picture.ts';
import { SHOWN_COUNT } from './states.ts';

/** Characters that stand for 0, 1, 2 … sixtieths: none has a meaning in XML or JSON, none is a digit. */
const LEVELS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%()*+-';
const UNIT = LEVELS.length - 1;
/** Characters for lanes, and slices for strips, at most. */
const LANE_ROOM = 600_000;
const STRIP_SLICES = 4096;
const NAME_ROOM = 120_000;

type EncodedLanes =
  | { readonly kind: 'spans'; readonly procs: readonly string[]; readonly goroutines: string; readonly names: readonly string[] }
  | { readonly kind: 'slices'; readonly sliceNs: number; readonly count: number; readonly procs: readonly string[] };

interface EncodedStrips {
  readonly sliceNs: number;
  readonly count: number;
  readonly columns: readonly (string | null)[];
}

type EncodedCover =
  | { readonly kind: 'times'; readonly times: string }
  | { readonly kind: 'slices'; readonly sliceNs: number; readonly shares: string };

/** What stands in the file. */
export type TimelineData = Omit<TimelinePicture, 'lanes' | 'strips' | 'gcMark' | 'stw' | 'stwReasons'> & {
  readonly lanes: EncodedLanes;
  readonly strips: EncodedStrips;
  readonly gcMark: EncodedCover;
  readonly stw: EncodedCover;
  readonly stwReasons: { readonly names: readonly string[]; readonly of: string };
};

export function encodePicture(picture: TimelinePicture): TimelineData {
  const { lanes, strips, gcMark, stw, stwReasons, ...rest } = picture;
  return {
    ...rest,
    lanes: lanes.kind === 'spans' ? encodeSpans(lanes) : encodeSlices(lanes),
    strips: encodeStrips(strips),
    gcMark: encodeCover(gcMark),
    stw: encodeCover(stw),
    stwReasons: encodeReasons(stwReasons),
  };
}

export function decodePicture(data: TimelineData): TimelinePicture {
  const { lanes, strips, gcMark, stw, stwReasons, ...rest } = data;
  return {
    ...rest,
    lanes: lanes.kind === 'spans' ? decodeSpans(lanes) : decodeSlices(lanes),
    strips: decodeStrips(strips),
    gcMark: decodeCover(gcMark),
    stw: decodeCover(stw),
    stwReasons: stwReasons.of === '' ? [] : stwReasons.of.split(' ').map((index) => stwReasons.names[Number(index)]),
  };
}

// ---- spans: by P, `gap length state [holder]` in base 36 where they are long, separated by `;` ----

function encodeSpans({ first, state, start, end, holder, goroutines }: SpanLanes): EncodedLanes {
  const procs: string[] = [];
  for (let p = 0; p + 1 < first.length; p++) {
    let at = 0;
    const spans: string[] = [];
    for (let i = first[p]; i < first[p + 1]; i++) {
      const place = `${(start[i] - at).toString(36)} ${(end[i] - start[i]).toString(36)} ${state[i]}`;
      spans.push(holder[i] < 0 ? place : `${place} ${holder[i]}`);
      at = end[i];
    }
    procs.push(spans.join(';'));
  }
  const names: string[] = [];
  const known = new Map<string, number>();
  let room = NAME_ROOM;
  const nameOf = (entry: string) => {
    let index = known.get(entry);
    if (index === undefined) {
      room -= entry.length;
      index = names.push(room < 0 ? '' : entry) - 1;
      known.set(entry, index);
    }
    return index;
  };
  return { kind: 'spans', procs, goroutines: goroutines.map(({ id, entry }) => `${id} ${nameOf(entry)}`).join(';'), names };
}

function decodeSpans({ procs, goroutines, names }: EncodedLanes & { kind: 'spans' }): SpanLanes {
  const lanes = { first: [0], state: [] as number[], start: [] as number[], end: [] as number[], holder: [] as number[] };
  for (const text of procs) {
    let at = 0;
    for (const span of text === '' ? [] : text.split(';')) {
      const [gap, length, state, holder = '-1'] = span.split(' ');
      const start = at + Number.parseInt(gap, 36);
      at = start + Number.parseInt(length, 36);
      lanes.start.push(start);
      lanes.end.push(at);
      lanes.state.push(Number(state));
      lanes.holder.push(Number(holder));
    }
    lanes.first.push(lanes.start.length);
  }
  const people = goroutines === '' ? [] : goroutines.split(';').map((text) => text.split(' ').map(Number));
  return { kind: 'spans', ...lanes, goroutines: people.map(([id, name]) => ({ id, entry: names[name] })) };
}

// ---- slices: by P, one text a state separated by `|`, a character a slice, runs as `character length` ----

function encodeSlices(lanes: SliceLanes): EncodedLanes {
  for (let factor = 1; ; factor *= 2) {
    const count = Math.ceil(lanes.count / factor);
    const procs = lanes.shares.map((states) => states.map((shares) => encodeShares(shares, factor, lanes)).join('|'));
    const length = procs.reduce((sum, text) => sum + text.length, 0);
    if (length <= LANE_ROOM || count <= 1) return { kind: 'slices', sliceNs: lanes.sliceNs * factor, count, procs };
  }
}

function encodeShares(shares: ArrayLike<number> | null, factor: number, { count, unit }: SliceLanes): string {
  if (shares === null) return '';
  const merged = Math.ceil(count / factor);
  const levels = new Uint8Array(merged);
  for (let i = 0; i < merged; i++) {
    let sum = 0;
    for (let slice = i * factor; slice < Math.min(count, (i + 1) * factor); slice++) sum += shares[slice];
    levels[i] = sum === 0 ? 0 : Math.max(1, Math.min(UNIT, Math.round((sum / (unit * factor)) * UNIT)));
  }
  return encodeRuns(levels, (level) => LEVELS[level]);
}

function encodeRuns(values: ArrayLike<number>, write: (value: number) => string): string {
  let text = '';
  for (let at = 0; at < values.length; ) {
    let to = at + 1;
    while (to < values.length && values[to] === values[at]) to++;
    text += write(values[at]) + (to - at > 1 ? String(to - at) : '');
    at = to;
  }
  return text;
}

function decodeSlices({ sliceNs, count, procs }: EncodedLanes & { kind: 'slices' }): SliceLanes {
  const shares = procs.map((text) => {
    const states = text.split('|');
    return Array.from({ length: SHOWN_COUNT }, (_, i) => (states[i] ? decodeShares(states[i], count) : null));
  });
  return { kind: 'slices', sliceNs, count, unit: UNIT, shares };
}

function decodeShares(text: string, count: number): Uint8Array {
  const levels = new Uint8Array(count);
  let at = 0;
  for (const [, level, run] of text.matchAll(/(\D)(\d*)/g)) {
    const length = run === '' ? 1 : Number(run);
    levels.fill(LEVELS.indexOf(level), at, at + length);
    at += length;
  }
  return levels;
}

// ---- strips: four digits are enough, runs as `value*length` ----

type Gather = 'mean' | 'max';

const STRIP_COLUMNS = [
  ['runnableMean', 'mean'],
  ['runnableMax', 'max'],
  ['idleWaited', 'mean'],
  ['heap', 'max'],
  ['goal', 'max'],
] as const satisfies readonly (readonly [keyof PictureStrips, Gather])[];

function encodeStrips(strips: PictureStrips): EncodedStrips {
  let factor = 1;
  while (strips.count / factor > STRIP_SLICES) factor *= 2;
  const columns = STRIP_COLUMNS.map(([name, how]) => {
    const values = strips[name];
    return values === null ? null : encodeNumbers(mergeValues(values, factor, how));
  });
  return { sliceNs: strips.sliceNs * factor, count: Math.ceil(strips.count / factor), columns };
}

function mergeValues(values: ArrayLike<number>, factor: number, how: Gather): Float64Array {
  return Float64Array.from({ length: Math.ceil(values.length / factor) }, (_, i) => {
    let all = Number.NaN;
    let count = 0;
    for (let at = i * factor; at < Math.min(values.length, (i + 1) * factor); at++) {
      if (Number.isNaN(values[at])) continue;
      all = count++ === 0 ? values[at] : how === 'max' ? Math.max(all, values[at]) : all + values[at];
    }
    return how === 'mean' && count > 0 ? all / count : all;
  });
}

function encodeNumbers(values: ArrayLike<number>): string {
  const texts: string[] = [];
  for (let at = 0; at < values.length; ) {
    const value = Number.isNaN(values[at]) ? '' : String(Number(values[at].toPrecision(4)));
    let to = at + 1;
    while (to < values.length && (values[to] === values[at] || (Number.isNaN(values[to]) && value === ''))) to++;
    texts.push(to - at > 1 ? `${value}*${to - at}` : value);
    at = to;
  }
  return texts.join(' ');
}

function decodeStrips({ sliceNs, count, columns }: EncodedStrips): PictureStrips {
  const decoded = STRIP_COLUMNS.map(([name], i) => [name, columns[i] === null ? null : decodeNumbers(columns[i], count)]);
  return { sliceNs, count, ...(Object.fromEntries(decoded) as Omit<PictureStrips, 'sliceNs' | 'count'>) };
}

function decodeNumbers(text: string, count: number): Float64Array {
  const values = new Float64Array(count).fill(Number.NaN);
  let at = 0;
  for (const one of text.split(' ')) {
    const [value, run = '1'] = one.split('*');
    if (value !== '') values.fill(Number(value), at, at + Number(run));
    at += Number(run);
  }
  return values;
}

// ---- covers ----

function encodeCover(cover: Cover): EncodedCover {
  if (cover.kind === 'slices') return { kind: 'slices', sliceNs: cover.sliceNs, shares: encodeNumbers(cover.shares) };
  let at = 0;
  const steps = cover.times.map((time) => {
    const step = time - at;
    at = time;
    return step.toString(36);
  });
  return { kind: 'times', times: steps.join(' ') };
}

function decodeCover(cover: EncodedCover): Cover {
  if (cover.kind === 'slices') {
    const count = cover.shares.split(' ').reduce((sum, one) => sum + Number(one.split('*')[1] ?? 1), 0);
    return { kind: 'slices', sliceNs: cover.sliceNs, shares: decodeNumbers(cover.shares, count) };
  }
  let at = 0;
  const times = cover.times === '' ? [] : cover.times.split(' ').map((step) => (at += Number.parseInt(step, 36)));
  return { kind: 'times', times };
}

function encodeReasons(reasons: readonly string[]): TimelineData['stwReasons'] {
  const names = [...new Set(reasons)];
  const index = new Map(names.map((name, i) => [name, i]));
  return { names, of: reasons.map((reason) => index.get(reason)).join(' ') };
}

/**
 * Folded stacks, what every flame graph tool reads and writes (FlameGraph's stackcollapse-*, inferno-collapse-*):
 *
 *     main;main.run;runtime.mallocgc 40
 *     main;main.run;main.run.func1 30
 *     main;main.run 20 25
 *
 * Root first, then the weight. Two weights on every line are a comparison: before and after. How names survive that
 * hold `;` or end in a number: see foldedtext.ts.
 */

import { CR, DOT, isBlank, isDigit, LF, SEMICOLON, SPACE } from '../base/bytes.ts';
import { Float64Column, Int32Column } from '../base/columns.ts';
import { makeExcerpt, type Problem } from '../base/errors.ts';
import { ByteInterner } from '../base/intern.ts';
import { MAX_FRAMES } from '../base/limits.ts';
import { LatestPairs, TreeInterner } from '../base/pairs.ts';
import type { FoldedPart } from '../model/evidence.ts';
import { type NodeId, type Profile, ROOT } from '../model/profile.ts';
import { escapeFrame, formatWeight, guardStack, unescapeFrame } from './foldedtext.ts';

const BACKSLASH = 0x5c;
const HASH = 0x23;

interface PairedLines {
  readonly nodes: Int32Column;
  readonly weights: Float64Column;
  readonly firsts: string[];
}

/** Reads lines into a tree. Lines that share their first frames with the line before cost only what differs. */
export class FoldedReader {
  private readonly report: (problem: Problem) => void;
  private readonly texts = new ByteInterner();
  private readonly nodes: TreeInterner | LatestPairs;
  private readonly self = new Float64Column();
  private readonly before = new Float64Column();
  /** The stack of the line before: its bytes, and the end and node of each of its frames. */
  private previous: Buffer = Buffer.allocUnsafe(1 << 12);
  private previousLength = 0;
  private readonly ends = new Int32Column();
  private readonly path = new Int32Column();
  private depth = 0;
  /** While every line had two weights: each line's node, second weight, and the text of the first. */
  private paired: PairedLines | null = { nodes: new Int32Column(), weights: new Float64Column(), firsts: [] };
  private firstLine = 0;
  private accepted = 0;
  private dropped = false;
  private escaped = false;
  /** No frame so far held a backslash: texts are the bytes of their frames. */
  private unescaped = true;
  private frameEnd = 0;

  /** `ordered`: the lines are in the order of time, and only neighbours share their frames. */
  constructor(report: (problem: Problem) => void, ordered = false) {
    this.report = report;
    this.nodes = ordered ? new LatestPairs() : new TreeInterner();
  }

  /** Takes the line in [start, end), `number` its number. */
  line(buf: Buffer, start: number, end: number, number: number): void {
    let to = end;
    while (to > start && (isBlank(buf[to - 1]) || buf[to - 1] === CR)) to--;
    if (to === start || (buf[start] === HASH && buf[start + 1] === SPACE)) return;
    const gap = weightStart(buf, start, to) - 1;
    if (gap < start) {
      this.refuse('no weight at the end of the line: a decimal number is expected there', buf, start, end, number);
      return;
    }
    // One blank ends the stack: others are its last frame's, as flamegraph.pl has it.
    const stackEnd = gap;
    const weight = Number(buf.toString('latin1', gap + 1, to));
    if (!Number.isFinite(weight)) this.refuse('this weight is too large', buf, start, end, number);
    else this.addLine(buf, start, stackEnd, weight, number);
  }

  /** The stacks read. Nodes without any weight are left out. */
  finish(): FoldedPart {
    const count = this.nodes.size;
    this.self.reach(count - 1);
    this.before.reach(count - 1);
    const profile: Profile = {
      unit: 'samples',
      measure: '',
      texts: Array.from({ length: this.texts.size }, (_, id) => this.texts.text(id)),
      owners: null,
      nodeCount: count,
      parents: this.nodes.first.data.subarray(0, count),
      labels: this.nodes.second.data.subarray(0, count),
      self: this.self.data.subarray(0, count),
      before: this.paired !== null && this.accepted > 0 ? this.before.data.subarray(0, count) : null,
      byClass: null,
      classes: [],
      sides: null,
    };
    return { format: 'folded', line: Math.max(1, this.firstLine), profile: this.dropped ? withoutEmpty(profile) : profile };
  }

  private refuse(message: string, buf: Buffer, start: number, end: number, line: number): void {
    const excerpt = makeExcerpt(buf.toString('utf8', start, Math.min(end, start + 400)));
    this.report({ severity: 'warning', message, line, excerpt });
  }

  private addLine(buf: Buffer, start: number, stackEnd: number, weight: number, number: number): void {
    const first = this.paired === null ? -1 : weightStart(buf, start, stackEnd);
    const isPair = first > start;
    if (this.paired !== null && !isPair) this.unpair(this.paired);
    const end = isPair ? first - 1 : stackEnd;
    const node = this.follow(buf, start, end);
    if (node === ROOT) {
      this.refuse(`more than ${MAX_FRAMES} frames in one stack`, buf, start, end, number);
      return;
    }
    if (this.accepted++ === 0) this.firstLine = number;
    this.self.reach(node);
    this.self.data[node] += weight;
    if (!isPair || this.paired === null) return;
    const text = buf.toString('latin1', first, stackEnd);
    this.before.reach(node);
    this.before.data[node] += Number(text);
    this.paired.nodes.push(node);
    this.paired.weights.push(weight);
    this.paired.firsts.push(text);
  }

  /** Not all lines have two weights: what was taken for a first one is the end of a name. */
  private unpair({ nodes, weights, firsts }: PairedLines): void {
    this.paired = null;
    this.depth = this.previousLength = 0;
    this.dropped = firsts.length > 0;
    this.self.data.fill(0);
    for (let i = 0; i < firsts.length; i++) {
      const node = nodes.data[i];
      const text = `${this.texts.text(this.nodes.second.data[node])} ${firsts[i]}`;
      const child = this.nodes.intern(this.nodes.first.data[node], this.texts.internText(text));
      this.self.reach(child);
      this.self.data[child] += weights.data[i];
    }
  }

  /** The node of the stack in [start, end), or ROOT for one that is too deep. */
  private follow(buf: Buffer, start: number, end: number): NodeId {
    let at = start;
    this.depth = this.sharedDepth(buf, start, end);
    let node = this.depth === 0 ? ROOT : this.path.data[this.depth - 1];
    if (this.depth > 0) at = start + this.ends.data[this.depth - 1] + 1;
    this.remember(buf, start, end);
    if (this.depth > 0 && at > end) return node;
    for (;;) {
      if (this.depth >= MAX_FRAMES) return ROOT;
      const known = this.unescaped ? this.knownChild(node, buf, at, end) : ROOT;
      const frameEnd = known === ROOT ? this.scanFrame(buf, at, end) : this.frameEnd;
      node = known === ROOT ? this.nodes.intern(node, this.textId(buf, at, frameEnd)) : known;
      this.pushFrame(node, frameEnd - start);
      if (frameEnd >= end) return node;
      at = frameEnd + 1;
    }
  }

  /** How many frames a stack shares with the one before. */
  private sharedDepth(buf: Buffer, start: number, end: number): number {
    const { previous } = this;
    const most = Math.min(this.previousLength, end - start);
    let same = 0;
    while (same < most && previous[same] === buf[start + same]) same++;
    let depth = this.depth;
    while (depth > 0) {
      const frameEnd = this.ends.data[depth - 1];
      if (frameEnd <= same && (frameEnd === end - start || buf[start + frameEnd] === SEMICOLON)) break;
      depth--;
    }
    return depth;
  }

  private remember(buf: Buffer, start: number, end: number): void {
    if (end - start > this.previous.length) this.previous = Buffer.allocUnsafe((end - start) * 2);
    buf.copy(this.previous, 0, start, end);
    this.previousLength = end - start;
  }

  private pushFrame(node: NodeId, end: number): void {
    if (this.depth === this.path.length) {
      this.path.push(node);
      this.ends.push(end);
    } else {
      this.path.data[this.depth] = node;
      this.ends.data[this.depth] = end;
    }
    this.depth++;
  }

  /** The end of the frame that begins at `at`; sets `escaped` if it holds a backslash. */
  private scanFrame(buf: Buffer, at: number, end: number): number {
    let i = at;
    let backslash = false;
    for (; i < end; i++) {
      const c = buf[i];
      if (c === SEMICOLON) break;
      if (c === BACKSLASH) backslash = true;
    }
    this.escaped = backslash;
    return i;
  }

  private textId(buf: Buffer, start: number, end: number): number {
    if (!this.escaped) return this.texts.intern(buf, start, end);
    this.unescaped = false;
    return this.texts.internText(unescapeFrame(buf.toString('utf8', start, end)));
  }

  /** The child of a node whose text stands at `at`, found without looking for the text's end; sets `frameEnd`. */
  private knownChild(node: NodeId, buf: Buffer, at: number, end: number): NodeId {
    const labels = this.nodes.second.data;
    for (let child = this.nodes.firstChild(node); child !== 0; child = this.nodes.nextChild(child - 1)) {
      const stop = this.texts.matchAt(labels[child - 1], buf, at, end);
      if (stop < 0 || (stop < end && buf[stop] !== SEMICOLON)) continue;
      this.frameEnd = stop;
      return child - 1;
    }
    return ROOT;
  }
}

/** Where the decimal number that ends [start, end) begins, a blank before it; or -1. */
function weightStart(buf: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && isDigit(buf[at - 1])) at--;
  if (at === end) return -1;
  if (at > start + 1 && buf[at - 1] === DOT && isDigit(buf[at - 2])) {
    at--;
    while (at > start && isDigit(buf[at - 1])) at--;
  }
  return at > start && isBlank(buf[at - 1]) ? at : -1;
}

function trimEnd(buf: Uint8Array, start: number, end: number): number {
  let to = end;
  while (to > start && isBlank(buf[to - 1])) to--;
  return to;
}

function nextSemicolon(buf: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && buf[i] !== SEMICOLON) i++;
  return i;
}

/** The profile without nodes on no stack of any weight. */
function withoutEmpty(profile: Profile): Profile {
  const used = new Uint8Array(profile.nodeCount);
  for (let node = profile.nodeCount - 1; node >= 0; node--) {
    if (profile.self[node] > 0) used[node] = 1;
    if (used[node] === 1 && profile.parents[node] !== ROOT) used[profile.parents[node]] = 1;
  }
  const renumbered = new Int32Array(profile.nodeCount);
  const kept: NodeId[] = [];
  for (let node = 0; node < profile.nodeCount; node++) {
    if (used[node] === 1) renumbered[node] = kept.push(node) - 1;
  }
  return {
    ...profile,
    nodeCount: kept.length,
    parents: Int32Array.from(kept, (node) => (profile.parents[node] === ROOT ? ROOT : renumbered[profile.parents[node]])),
    labels: Int32Array.from(kept, (node) => profile.labels[node]),
    self: Float64Array.from(kept, (node) => profile.self[node]),
  };
}

/** The share of lines with a weight at the end above which a text counts as folded stacks. */
const FOLDED_SHARE = 0.9;

/** Whether a text that begins with `sample` holds folded stacks. Its last line may be cut. */
export function looksFolded(sample: Buffer): boolean {
  const { lines, weighted, joined } = countFolded(sample);
  if (lines === 0 || weighted < lines * FOLDED_SHARE) return false;
  return joined * 2 > lines || (weighted === lines && !OTHER_EVIDENCE.test(sample.toString('latin1')));
}

/** How many of the first lines look like stacks of several frames, where that is most of them and nothing else is there; else 0. */
export function countMostlyFolded(sample: Buffer): number {
  const { lines, joined } = countFolded(sample);
  return joined >= 2 && joined * 2 >= lines && !OTHER_EVIDENCE.test(sample.toString('latin1')) ? joined : 0;
}

const OTHER_EVIDENCE = /goroutine \d|profile: total|WARNING: DATA RACE|^panic: |^fatal error: /m;

function countFolded(sample: Buffer): { lines: number; weighted: number; joined: number } {
  let lines = 0;
  let weighted = 0;
  let joined = 0;
  for (let start = 0; start < sample.length; ) {
    const lf = sample.indexOf(LF, start);
    if (lf < 0 && lines > 0) break;
    const end = trimEnd(sample, start, lf < 0 ? sample.length : sample[lf - 1] === CR ? lf - 1 : lf);
    if (end > start && !(sample[start] === HASH && sample[start + 1] === SPACE)) {
      lines++;
      const weight = weightStart(sample, start, end);
      if (weight > start + 1) weighted++;
      if (weight > start + 1 && nextSemicolon(sample, start, weight) < weight) joined++;
    }
    start = lf < 0 ? sample.length : lf + 1;
  }
  return { lines, weighted, joined };
}

/** Characters of the chunks that are handed out. */
const CHUNK = 1 << 16;

/** A profile as text, in chunks: one line per stack with weight, in the order of their UTF-8 bytes. */
export function* writeFolded(profile: Profile): Generator<string> {
  const lines = makeLines(profile);
  sortByBytes(lines);
  let chunk = '';
  for (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

function makeLines(profile: Profile): string[] {
  const { parents, labels, self, before } = profile;
  const escaped = profile.texts.map(escapeFrame);
  const stacks = new Array<string>(profile.nodeCount);
  const lines: string[] = [];
  for (let node = 0; node < profile.nodeCount; node++) {
    const text = escaped[labels[node]];
    stacks[node] = parents[node] === ROOT ? text : `${stacks[parents[node]]};${text}`;
    if (before !== null && (self[node] > 0 || before[node] > 0)) {
      lines.push(`${guardStack(stacks[node])} ${formatWeight(before[node])} ${formatWeight(self[node])}`);
    } else if (before === null && self[node] > 0) {
      lines.push(`${guardStack(stacks[node])} ${formatWeight(self[node])}`);
    }
  }
  return lines;
}

/** Sorts as the bytes of UTF-8 would: JS compares UTF-16 units, which differs beyond the basic plane only. */
function sortByBytes(lines: string[]): void {
  if (!lines.some((line) => /[\ud800-\udfff]/.test(line))) lines.sort();
  else lines.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

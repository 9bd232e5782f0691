/**
 * Lines of text, damaged in transport as they may be → lanes of clean lines → machines that recognise formats.
 *
 * A line is, in this order:
 *   1. cleaned of colours and marks;
 *   2. a JSON object that carries text, which goes to the lane of its writer;
 *   3. a whole traceback in one string with escapes, which gets a lane of its own;
 *   4. a line behind a learnt prefix, which goes to that prefix's lane;
 *   5. a plain line. If it holds an anchor behind other text, it and the next lines wait until one shows whether that
 *      text is a prefix.
 */

import { makeExcerpt, type Problem } from '../base/errors.ts';
import { MAX_LANES } from '../base/limits.ts';
import { type Line, type LineHandler, LineReader, textOf } from '../base/lines.ts';
import type { DumpPart, TestPart } from '../model/evidence.ts';
import { findCrashInLine } from './goroutines/head.ts';
import { TestBook } from './gotest/book.ts';
import { Lane, type LineFormat } from './lane.ts';
import { parseCall } from './text/frames.ts';
import type { ReadContext } from './text/machine.ts';
import { findAnchor } from './transport/anchors.ts';
import { cleanLine } from './transport/clean.ts';
import { unfoldLine } from './transport/escapes.ts';
import { type CarriedText, readJsonLine } from './transport/json.ts';
import { isBareContinuation, LinePrefix, MAX_PREFIX } from './transport/prefix.ts';

/** Lines that are held back while a prefix is in question. */
const MAX_PENDING = 16;
/** Characters of an unended line of a JSON stream that are kept. */
const MAX_PARTIAL = 1 << 20;
/** Carriers within carriers that are opened. */
const MAX_WRAPPINGS = 3;

/** What is found only when the input ends. */
export interface AtEnd {
  readonly crash: DumpPart | null;
  readonly tests: TestPart | null;
}

interface NumberedText {
  readonly text: string;
  readonly number: number;
}

interface PrefixLane {
  readonly prefix: LinePrefix;
  readonly lane: Lane;
}

interface PendingPrefix {
  readonly prefix: LinePrefix;
  readonly anchor: number;
  readonly lines: NumberedText[];
}

export class TextReader implements LineHandler {
  private readonly context: ReadContext;
  private readonly format: LineFormat | null;
  private readonly lines = new LineReader(this);
  private readonly plain: Lane;
  /** All lanes but the plain one, in the order in which they began. */
  private readonly lanes = new Map<string, Lane>();
  private prefixes: PrefixLane[] = [];
  /** Pieces of lines that the next text of their stream completes. */
  private readonly partials = new Map<string, { readonly lane: Lane; readonly text: string }>();
  private pending: PendingPrefix | null = null;
  /** A crash's reason behind other text, for inputs in which nothing else is found. */
  private inlineCrash: DumpPart | null = null;
  private unended = false;
  private readonly book = new TestBook();
  lineCount = 0;
  bulkEnd = 0;

  constructor(context: ReadContext, format: LineFormat | null) {
    this.context = context;
    this.format = format;
    this.plain = new Lane(context, format);
  }

  push(chunk: Uint8Array): void {
    this.lines.push(chunk);
  }

  /** Ends the input. Returns what is found only at its end: a reason that counts where nothing else was found, and results of tests. */
  finish(): AtEnd {
    this.lines.finish();
    if (this.pending !== null) this.settle(this.pending, false);
    for (const { lane, text } of this.partials.values()) lane.take(cleanLine(text), this.lineCount);
    for (const lane of [this.plain, ...this.lanes.values()]) lane.finish(this.unended);
    this.book.addLines(this.plain.tests, null);
    for (const lane of this.lanes.values()) this.book.addLines(lane.tests, lane.testedPackage);
    return { crash: this.inlineCrash, tests: this.book.summarize() };
  }

  bulk(buf: Buffer, start: number, end: number, number: number): number {
    if (this.lanes.size > 0 || this.pending !== null) return 0;
    const taken = this.plain.bulk(buf, start, end, number);
    this.bulkEnd = this.plain.bulkEnd;
    if (taken > 0) this.plain.lastTaken = number + taken - 1;
    return taken;
  }

  line(line: Line): void {
    this.lineCount = line.number;
    this.unended = line.unended;
    if (line.cut) this.reportCut(line);
    this.takeLine(cleanLine(textOf(line)), line.number);
  }

  private reportCut(line: Line): void {
    const message = `this line is longer than ${line.end - line.start} bytes: the rest of it is skipped`;
    this.report({ severity: 'error', message, line: line.number });
  }

  private report(problem: Problem): void {
    this.context.report(problem);
  }

  // ---- routes ----

  private takeLine(text: string, number: number): void {
    if (this.takeWrapped(text, number, '', 0) || this.takePrefixed(text, number)) return;
    if (this.pending !== null) this.hold(this.pending, text, number);
    else if (!this.beginPending(text, number)) this.takePlain(text, number);
  }

  private takePlain(text: string, number: number): void {
    if (this.plain.take(text, number) || this.inlineCrash !== null) return;
    const crash = findCrashInLine(text, number);
    if (crash === null) return;
    const { line } = crash;
    this.inlineCrash = { format: 'goroutine-dump', line, crash, servedPanic: null, goroutines: [], runtimeStack: null };
  }

  /** Takes what carries other lines within it. `scope` names the carriers it came out of, `depth` counts them. */
  private takeWrapped(text: string, number: number, scope: string, depth: number): boolean {
    if (depth > MAX_WRAPPINGS) return false;
    return this.takeJson(text, number, scope, depth) || this.takeUnfolded(text, number);
  }

  /** A line out of a carrier, which may carry others itself: docker logs of a program that logs JSON, say. */
  private takeContent(lane: Lane, text: string, number: number, scope: string, depth: number): boolean {
    const clean = cleanLine(text.endsWith('\r') ? text.slice(0, -1) : text);
    return this.takeWrapped(clean, number, scope, depth + 1) || lane.take(clean, number);
  }

  private takeUnfolded(text: string, number: number): boolean {
    const unfolded = unfoldLine(text);
    if (unfolded === null) return false;
    this.takeAlone(unfolded.lines, number, unfolded.cut);
    return true;
  }

  /** A whole text in one line: all that is in it gets that line's number. */
  private takeAlone(lines: readonly string[], number: number, cut: boolean): void {
    const lane = new Lane(this.context, this.format);
    for (const text of lines) lane.take(cleanLine(text), number);
    lane.finish(cut);
  }

  // ---- JSON ----

  private takeJson(text: string, number: number, scope: string, depth: number): boolean {
    const carried = readJsonLine(text);
    if (carried === null) return false;
    if (carried.kind === 'event') this.book.events.take(carried.event, number);
    else if (carried.kind === 'traceback') this.takeAlone(carried.lines, number, false);
    else if (!this.takeCarried(carried.carried, number, scope, depth)) {
      this.plain.foreign(text, number);
    }
    return true;
  }

  /** Returns whether the text went into evidence. */
  private takeCarried(carried: CarriedText, number: number, scope: string, depth: number): boolean {
    if (carried.test !== null) this.book.events.take(carried.test, number);
    const stream = `${scope}${carried.stream}`;
    const lane = this.laneOf(carried, scope);
    const lines = ((this.partials.get(stream)?.text ?? '') + carried.text).split('\n');
    let taken = false;
    if (carried.partial) taken = this.keepPartial(stream, lane, lines.pop() as string);
    for (const line of lines) {
      if (this.takeContent(lane, line, number, stream, depth)) taken = true;
    }
    return taken;
  }

  /** Keeps the piece of a line that the next text of the stream completes; returns whether there is one. */
  private keepPartial(stream: string, lane: Lane, rest: string): boolean {
    if (rest === '') this.partials.delete(stream);
    else this.partials.set(stream, { lane, text: rest.slice(0, MAX_PARTIAL) });
    return rest !== '';
  }

  private laneOf({ stream, test }: CarriedText, scope: string): Lane {
    if (test === null) return this.openLane(scope + stream, null);
    const lane = this.openLane(`${scope}package ${test.package}`, test.package);
    lane.tests.runs(test.test);
    return lane;
  }

  private openLane(key: string, testedPackage: string | null): Lane {
    let lane = this.lanes.get(key);
    if (lane === undefined) {
      if (this.lanes.size >= MAX_LANES) this.dropOldestLane();
      lane = new Lane(this.context, this.format, testedPackage);
      this.lanes.set(key, lane);
    }
    return lane;
  }

  private dropOldestLane(): void {
    const [key, lane] = this.lanes.entries().next().value as [string, Lane];
    lane.finish(false);
    this.book.addLines(lane.tests, lane.testedPackage);
    this.lanes.delete(key);
    this.prefixes = this.prefixes.filter((other) => other.lane !== lane);
  }

  // ---- prefixes ----

  private takePrefixed(text: string, number: number): boolean {
    for (let i = this.prefixes.length - 1; i >= 0; i--) {
      const { prefix, lane } = this.prefixes[i];
      const content = prefix.strip(text);
      if (content === null) continue;
      this.takeContent(lane, content, number, `prefix ${prefix.key} `, 0);
      return true;
    }
    return false;
  }

  private beginPending(text: string, number: number): boolean {
    const anchor = findAnchor(text);
    if (anchor <= 0 || anchor > MAX_PREFIX) return false;
    // a tab before the anchor is the line's own: a message that holds a traceback is indented by one
    const sample = text.slice(0, anchor).replace(/\t+$/, '');
    if (sample.trim() === '' || /^\s*goroutine \d/.test(sample) || parseCall(text.trim()) !== null) return false;
    this.pending = { prefix: new LinePrefix(sample), anchor: sample.length, lines: [{ text, number }] };
    return true;
  }

  private hold(pending: PendingPrefix, text: string, number: number): void {
    pending.lines.push({ text, number });
    if (pending.prefix.strip(text) !== null) this.settle(pending, true);
    else if (pending.lines.length > MAX_PENDING || isBareContinuation(text)) this.settle(pending, false);
  }

  /** Ends the question: the lines held back go where they belong. */
  private settle(pending: PendingPrefix, learnt: boolean): void {
    this.pending = null;
    const [first, ...rest] = pending.lines;
    if (learnt) {
      const lane = this.openPrefix(pending.prefix);
      this.replayHistory(pending.prefix, lane, first.number);
      lane.take(pending.prefix.strip(first.text) ?? '', first.number);
    } else {
      this.plain.take(first.text.slice(pending.anchor), first.number);
    }
    for (const { text, number } of rest) this.takeLine(text, number);
  }

  private openPrefix(prefix: LinePrefix): Lane {
    const lane = this.openLane(`prefix ${prefix.key}`, null);
    this.prefixes.push({ prefix, lane });
    return lane;
  }

  /** What stood behind the same prefix above its first anchor: the reason of a crash. */
  private replayHistory(prefix: LinePrefix, lane: Lane, before: number): void {
    for (const line of this.lines.history()) {
      if (line.number <= this.plain.lastTaken || line.number >= before) continue;
      const content = prefix.strip(cleanLine(textOf(line)));
      if (content !== null) lane.take(content, line.number);
    }
  }
}

/** What stands at the beginning of a text that holds no evidence, for an error that names it. */
export function excerptOf(sample: Buffer): string {
  const lf = sample.indexOf(0x0a);
  return makeExcerpt(sample.toString('utf8', 0, lf < 0 ? Math.min(sample.length, 400) : lf).trim());
}

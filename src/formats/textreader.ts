/**
 * Lines of text, damaged in transport as they may be → lanes of clean lines → machines that recognise formats.
 *
 * A line is, in this order:
 *   1. cleaned of colours and marks, and joined with the rest that a terminal's width broke off;
 *   2. a JSON object or a service message that carries text, which goes to the lane of its writer, or to a reader of its own
 *      where that text has prefixes;
 *   3. a whole traceback in one string with escapes, which gets a lane of its own;
 *   4. a line behind a learnt prefix, which goes to that prefix's lane;
 *   5. a plain line. If it holds an anchor behind other text, it and the next lines wait until one shows whether that
 *      text is a prefix.
 */

import { makeExcerpt, type Problem } from '../base/errors.ts';
import { MAX_LANES } from '../base/limits.ts';
import { type Line, type LineHandler, LineReader, textOf } from '../base/lines.ts';
import type { DumpPart, TestPart } from '../model/evidence.ts';
import { findInLine } from './goroutines/above.ts';
import { emptyDump } from './goroutines/verdict.ts';
import { TestBook } from './gotest/book.ts';
import { Lane, type LineFormat, takeSplit } from './lane.ts';
import type { ReadContext } from './text/machine.ts';
import { findAnchor } from './transport/anchors.ts';
import { hasEnd, LineMender, type NumberedText } from './transport/broken.ts';
import { cleanLine, restoreBlanks } from './transport/clean.ts';
import { splitLines, unfoldLine } from './transport/escapes.ts';
import { type CarriedLine, type CarriedText, readJsonLine } from './transport/json.ts';
import { OrderWatch } from './transport/order.ts';
import { endsLikeAnchor, hasPrefix, isBareContinuation, LinePrefix, sampleOf } from './transport/prefix.ts';
import { carriedBy, parseServiceMessage, textsOf } from './transport/teamcity.ts';

/** Lines that are held back while a prefix is in question. */
const MAX_PENDING = 16;
/** Characters of an unended line of a JSON stream that are kept. */
const MAX_PARTIAL = 1 << 20;
/** Lines out of a carrier that are kept to look back for a crash's head. */
const MAX_RECENT = 200;
/** Lines of a carried text that are kept until it shows that they have a prefix. */
const MAX_PASSED = 16;
const ANY_FRAME = /\.(?:go|s):\d+ \+0x[0-9a-f]+(?: fp=0x[0-9a-f]+ sp=0x[0-9a-f]+(?: pc=0x[0-9a-f]+)?)?$/;
const ANY_HEADER = /goroutine \d+ \[[a-z][^\]]*\]:/;
/** Carriers within carriers that are opened. */
const MAX_WRAPPINGS = 3;

/** What is found only when the input ends. */
export interface AtEnd {
  readonly crash: DumpPart | null;
  readonly tests: TestPart | null;
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
  /** Lines out of a carrier before the current one, the latest last. */
  private recent: NumberedText[] = [];
  private readonly mender = new LineMender();
  private readonly watch = new OrderWatch();
  /** Carried texts whose lines have a prefix of their own. */
  private readonly nested = new Map<string, TextReader>();
  /** The latest lines of carried texts that were no evidence. */
  private readonly passed = new Map<string, NumberedText[]>();
  private readonly level: number;
  /** Headers in lines that nothing was read from. */
  private unread = 0;
  private firstUnread = 0;
  /** Lines of frames out of any stack, in plain text. */
  private unreadFrames = 0;
  private firstUnreadFrame = 0;
  lineCount = 0;
  bulkEnd = 0;

  /** `level` counts the readers that this one is within. */
  constructor(context: ReadContext, format: LineFormat | null, level = 0) {
    this.level = level;
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
    for (const { text, number } of this.mender.finish()) this.takeLine(text, number);
    for (const problem of [...this.mender.problems(), ...this.watch.problems()]) this.report(problem);
    if (this.unread > 0) this.reportUnread();
    else if (this.unreadFrames > 0) this.reportUnreadFrames();
    for (const nested of this.nested.values()) nested.finish();
    if (this.pending !== null) this.settle(this.pending, false);
    for (const { lane, text } of this.partials.values()) lane.take(cleanLine(text), this.lineCount);
    for (const lane of [this.plain, ...this.lanes.values()]) lane.finish(this.unended);
    this.book.addLines(this.plain.tests, null);
    for (const lane of this.lanes.values()) this.book.addLines(lane.tests, lane.testedPackage);
    return { crash: this.inlineCrash, tests: this.book.summarize() };
  }

  bulk(buf: Buffer, start: number, end: number, number: number): number {
    if (this.lanes.size > 0 || this.pending !== null || this.mender.waits) return 0;
    const taken = this.plain.bulk(buf, start, end, number);
    this.bulkEnd = this.plain.bulkEnd;
    if (taken > 0) this.plain.lastTaken = number + taken - 1;
    if (taken > 0 && !this.watch.isDecided) this.watchLines(buf.toString('utf8', start, this.bulkEnd), number);
    return taken;
  }

  /** The order of lines is told by those as well that are taken off the bytes. */
  private watchLines(text: string, number: number): void {
    text
      .trimEnd()
      .split('\n')
      .forEach((line, i) => {
        this.watch.line(line, number + i);
      });
  }

  line(line: Line): void {
    this.lineCount = line.number;
    this.unended = line.unended;
    if (line.cut) this.reportCut(line);
    this.mend(cleanLine(textOf(line)), line.number);
  }

  /** Takes a line that a carrier held, decoded; its number is where it stood. */
  takeText(text: string, number: number): void {
    this.lineCount = Math.max(this.lineCount, number);
    const clean = cleanLine(text);
    this.recent.push({ text: clean, number });
    if (this.recent.length > 2 * MAX_RECENT) this.recent = this.recent.slice(-MAX_RECENT);
    this.mend(clean, number);
  }

  /** Takes what an entry of a document carries. */
  takeEntry(carried: CarriedLine, number: number): void {
    this.lineCount = Math.max(this.lineCount, number);
    this.takeCarriedLine(carried, number, '', 0);
  }

  /** Lines that were broken at a width are joined before they are read. */
  private mend(text: string, number: number): void {
    this.watch.line(text, number);
    if (!this.mender.waits && hasEnd(text)) this.takeLine(text, number);
    else for (const line of this.mender.take(text, number, this.leadOf(text))) this.takeLine(line.text, line.number);
  }

  /** Characters of a line's prefix. */
  private leadOf(text: string): number {
    const asked = this.pending?.prefix.leadOf(text) ?? null;
    if (asked !== null) return asked;
    for (let i = this.prefixes.length - 1; i >= 0; i--) {
      const lead = this.prefixes[i].prefix.leadOf(text);
      if (lead !== null) return lead;
    }
    return 0;
  }

  private reportCut(line: Line): void {
    const message = `this line is longer than ${line.end - line.start} bytes: the rest of it is skipped`;
    this.report({ severity: 'error', message, line: line.number });
  }

  private reportUnread(): void {
    const lines =
      this.unread === 1 ? '1 line holds the header of a goroutine' : `${this.unread} lines hold headers of goroutines`;
    const message = `${lines} in a shape that is not read: export the log as plain text, a line of it in each line`;
    this.report({ severity: 'warning', message, line: this.firstUnread });
  }

  private reportUnreadFrames(): void {
    const lines = this.unreadFrames === 1 ? '1 line of a frame belongs' : `${this.unreadFrames} lines of frames belong`;
    const message = `${lines} to no stack that is read: what stands above them is missing, or in a shape that is not known`;
    this.report({ severity: 'warning', message, line: this.firstUnreadFrame });
  }

  /** A line was no evidence, though a header stands in it. */
  private passUnread(text: string, number: number): void {
    if (ANY_HEADER.test(text) && this.unread++ === 0) this.firstUnread = number;
    if (text.includes(' +0x') && ANY_FRAME.test(text) && this.unreadFrames++ === 0) this.firstUnreadFrame = number;
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
    if (this.plain.take(text, number)) return;
    this.passUnread(text, number);
    if (this.inlineCrash !== null) return;
    const crash = findInLine(text, number);
    if (crash === null) return;
    this.inlineCrash = emptyDump(crash.line, crash);
  }

  /** Takes what carries other lines within it. `scope` names the carriers it came out of, `depth` counts them. */
  private takeWrapped(text: string, number: number, scope: string, depth: number): boolean {
    if (depth > MAX_WRAPPINGS) return false;
    return this.takeJson(text, number, scope, depth) || this.takeService(text, number, depth) || this.takeUnfolded(text, number);
  }

  /** A line out of a carrier, which may carry others itself: docker logs of a program that logs JSON, say. */
  private takeContent(lane: Lane, text: string, number: number, scope: string, depth: number): boolean {
    const clean = cleanLine(text.endsWith('\r') ? text.slice(0, -1) : text);
    return this.takeWrapped(clean, number, scope, depth + 1) || takeSplit(lane, clean, number);
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
    for (const text of lines) takeSplit(lane, cleanLine(text), number);
    lane.finish(cut);
  }

  // ---- JSON ----

  private takeJson(text: string, number: number, scope: string, depth: number): boolean {
    const carried = readJsonLine(text);
    if (carried === null) return false;
    if (!this.takeCarriedLine(carried, number, scope, depth)) this.plain.foreign(text, number);
    return true;
  }

  /** Returns false for a text that went into no evidence. */
  private takeCarriedLine(carried: CarriedLine, number: number, scope: string, depth: number): boolean {
    if (carried.kind === 'traceback') this.takeAlone(carried.lines, number, false);
    else if (carried.kind === 'event') this.book.events.take(carried.event, number);
    return carried.kind !== 'text' || this.takeCarried(carried.carried, number, scope, depth);
  }

  /** TeamCity's messages: a whole traceback in one of them, or a line of a test's output in each. */
  private takeService(text: string, number: number, depth: number): boolean {
    const message = parseServiceMessage(text);
    if (message === null) return false;
    for (const carried of textsOf(message)) {
      if (carried.trimEnd().includes('\n') && findAnchor(carried) >= 0) this.takeAlone(splitLines(carried), number, false);
      else this.takeCarried(carriedBy(message, carried), number, '', depth);
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
    let nested = this.nested.size === 0 ? undefined : this.nested.get(stream);
    for (const line of lines) {
      if (nested === undefined && carried.test === null && endsLikeAnchor(line)) nested = this.openNested(stream, line);
      if (nested !== undefined) nested.takeText(line, number);
      if (nested !== undefined || this.takeContent(lane, line, number, stream, depth)) taken = true;
      else if (carried.test === null) this.pass(stream, line, number);
    }
    return taken;
  }

  /** A reader for a carried text in whose line a header stands behind a prefix, if one does. */
  private openNested(stream: string, line: string): TextReader | undefined {
    if (this.level >= MAX_WRAPPINGS || this.nested.size >= MAX_LANES || !hasPrefix(cleanLine(line))) return undefined;
    const nested = new TextReader(this.context, this.format, this.level + 1);
    for (const { text, number } of this.passed.get(stream) ?? []) nested.takeText(text, number);
    this.nested.set(stream, nested);
    return nested;
  }

  /** A line of a carried text was no evidence. */
  private pass(stream: string, text: string, number: number): void {
    if (text === '') return;
    this.passUnread(text, number);
    let lines = this.passed.get(stream);
    if (lines === undefined) {
      if (this.passed.size >= MAX_LANES) this.passed.clear();
      lines = [];
      this.passed.set(stream, lines);
    }
    lines.push({ text, number });
    if (lines.length > 2 * MAX_PASSED) lines.splice(0, MAX_PASSED);
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
      // The line was cleaned as a whole; where its own content begins, a tab may be written out.
      const clean = restoreBlanks(content);
      if (!this.takeWrapped(clean, number, `prefix ${prefix.key} `, 1) && !takeSplit(lane, clean, number))
        this.passUnread(clean, number);
      return true;
    }
    return false;
  }

  private beginPending(text: string, number: number): boolean {
    const sample = sampleOf(text);
    if (sample === null) return false;
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
      this.replayHistory(pending.prefix, lane, first);
      takeSplit(lane, pending.prefix.strip(first.text) ?? '', first.number);
    } else {
      this.takePlain(first.text.slice(pending.anchor), first.number);
    }
    for (const { text, number } of rest) this.takeLine(text, number);
  }

  private openPrefix(prefix: LinePrefix): Lane {
    const lane = this.openLane(`prefix ${prefix.key}`, null);
    this.prefixes.push({ prefix, lane });
    return lane;
  }

  /** What stood behind the same prefix above its first anchor: the reason of a crash. */
  private replayHistory(prefix: LinePrefix, lane: Lane, before: NumberedText): void {
    for (const { text, number } of this.linesBefore(before)) {
      const content = prefix.strip(text);
      if (content !== null) lane.take(content, number);
    }
  }

  /** The lines above one that no evidence was taken from, as far as they are known. Those of a carrier may go backwards. */
  private linesBefore(before: NumberedText): NumberedText[] {
    const { recent, plain } = this;
    if (recent.length > 0) {
      // Numbers may all be the same, for a document in one line.
      const to = recent.findLastIndex(({ text, number }) => number === before.number && text === before.text);
      const from = recent.slice(0, Math.max(0, to)).findLastIndex(({ number }) => number === plain.lastTaken) + 1;
      return recent.slice(from, Math.max(from, to));
    }
    return this.lines
      .history()
      .filter(({ number }) => number > plain.lastTaken && number < before.number)
      .map((line) => ({ text: cleanLine(textOf(line)), number: line.number }));
  }
}

/** What stands at the beginning of a text that holds no evidence, for an error that names it. */
export function excerptOf(sample: Buffer): string {
  const lf = sample.indexOf(0x0a);
  return makeExcerpt(sample.toString('utf8', 0, lf < 0 ? Math.min(sample.length, 400) : lf).trim());
}

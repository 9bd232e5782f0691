/**
 * Goroutine tracebacks: what a crash, SIGQUIT, runtime.Stack, debug.PrintStack and net/http/pprof's debug=2 print
 * (runtime/traceback.go, Go 1.3 to 1.27).
 *
 *     state       sample line                        comes from          goes to
 *     idle        (anything)                         start, any          head · goroutine · loose
 *     head        panic: shelf 7 collapsed           idle, goroutine     goroutine · loose · idle
 *     loose       runtime stack:                     head, idle          goroutine · idle
 *     goroutine   goroutine 7 [select, 3 minutes]:   all                 goroutine · head · idle
 *
 * A loose stack has no goroutine: that of a thread, or one whose header is missing below a head (Windows prints the
 * stack of an exception so).
 *
 * A goroutine stays open until the next one begins, a head begins, or too much stands between: blank lines and lines
 * of other programs do not end it.
 */

import { LF } from '../../base/bytes.ts';
import { Int32Column } from '../../base/columns.ts';
import { makeExcerpt } from '../../base/errors.ts';
import type { DumpPart } from '../../model/evidence.ts';
import { type CallLine, indentOf, isLogLine, mayBeName, parseCall, parsePlace } from '../text/frames.ts';
import type { ReadContext, TestTracker, TextMachine } from '../text/machine.ts';
import { isTrailer, Strangers } from '../text/strangers.ts';
import { parseServedPanic, readAbove } from './above.ts';
import { DumpScanner } from './bulk.ts';
import { GoroutineDraft } from './draft.ts';
import { CrashHead, findHead, headKindOf } from './head.ts';
import { type Header, hasLostNumber, isHeaderStart, looseHeader, parseGoleakLine, parseHeader } from './header.ts';
import { isNoise, isRegister, takeBelowFrames, takeFrame } from './lines.ts';
import { LOOSE, NOTHING_ABOVE, OpenDump } from './parts.ts';
import { isWhole } from './whole.ts';

/** Lines between a goroutine and the line above it that tells of its panic. */
const MAX_LEAD = 3;
/** Lines of race reports between a crash's reason and its goroutines. */
const MAX_INTERRUPTION = 2000;
/** Bytes at which net/http/pprof's debug=2 stops writing, in the middle of a line. */
export const PPROF_TEXT_LIMIT = 64 << 20;

const LOWER_C = 0x63;
const LOWER_G = 0x67;

const THREAD_RULE = /^-----$/;
const RACE_LIMIT = /^race: limit on \d+ simultaneously alive goroutines is exceeded, dying$/;
/** go-deadlock prints all goroutines behind those that it speaks of. */
const ALL_AGAIN = 'All current goroutines:';
/** The place of a C function whose file no symbolizer knows. */
const PC_ALONE = /^pc=0x[0-9a-f]+$/;

type State = 'idle' | 'head' | 'loose' | 'goroutine';

export class DumpMachine implements TextMachine {
  private readonly context: ReadContext;
  private readonly frames = new Int32Column(256);
  private readonly scanner: DumpScanner;
  private state: State = 'idle';
  private draft: GoroutineDraft | null = null;
  private head: CrashHead | null = null;
  private readonly dump: OpenDump;
  /** Whether sections of further threads follow (GOTRACEBACK=crash). */
  private threads = false;
  private belowGoroutines = false;
  private readonly strangers: Strangers;
  /** An unknown line, which proves to be a function's if a place follows at once. */
  private candidate: { text: string; line: number } | null = null;
  /** The last two lines before a dump that are not blank. */
  private before: readonly { text: string; line: number }[] = [];
  /** The latest crash that had a reason and no goroutines. */
  private headPart: DumpPart | null = null;
  /** The last line of the head, if it may be the first of a frame. */
  private headCall: (CallLine & { readonly line: number }) | null = null;
  /** What the runtime said above a stack that its reason follows. */
  private words: readonly string[] = [];
  /** Whether goroutines may come again (go-deadlock). */
  private repeats = false;
  bulkEnd = 0;

  /** `tests` tells where a dump stands in the output of tests. */
  constructor(context: ReadContext, tests: TestTracker) {
    this.context = context;
    this.strangers = new Strangers(context, 'a goroutine dump');
    this.scanner = new DumpScanner(context.stacks);
    this.dump = new OpenDump(context, tests);
  }

  get active(): boolean {
    return this.state !== 'idle';
  }

  take(content: string, line: number): boolean {
    const text = content.trim();
    if (text === '') return this.takeBlank(content, line);
    if (this.takeHeader(text, content, line)) return true;
    if (RACE_LIMIT.test(text)) return this.dieOfRaceLimit(text, line);
    if (this.takeHead(text, content, line)) return true;
    if (text === 'runtime stack:') return this.openLoose('runtime', line);
    if (this.dump.part === null) {
      this.remember(text, line);
      return false;
    }
    if (this.draft !== null && this.takeOwnLine(this.draft, text, content)) return this.resume();
    if (this.takeAfter(text)) return true;
    return this.draft !== null && this.takeCandidate(this.draft, text, content, line);
  }

  /**
   * Takes lines of goroutines off the bytes, as {@link take} would, `line` being the first one's number. Returns how
   * many, and sets `bulkEnd` behind them.
   */
  bulk(buf: Buffer, start: number, end: number, line: number): number {
    if (this.state !== 'goroutine' || this.context.keepArguments) return 0;
    let lines = 0;
    let at = start;
    for (let taken = -1; taken !== 0 && this.draft !== null; lines += taken) {
      this.bulkEnd = at;
      taken = this.bulkLines(this.draft, buf, at, end, line + lines);
      at = this.bulkEnd;
    }
    return lines;
  }

  /** One step: a run of frames, a creator, a blank line or a header. Returns the number of lines. */
  private bulkLines(draft: GoroutineDraft, buf: Buffer, at: number, end: number, line: number): number {
    const first = buf[at];
    if (draft.waitsForPlace || at >= end) return 0;
    if (first === LF) {
      this.candidate = null;
      this.bulkEnd = at + 1;
      return 1;
    }
    if (first === LOWER_G) {
      const next = this.scanner.header(buf, at, end);
      if (next >= 0) {
        this.openGoroutine(this.scanner.foundHeader as Header, line);
        this.bulkEnd = next;
        return 1;
      }
    }
    if (draft.section !== 'frames') return 0;
    return this.bulkFrames(draft, buf, at, end) || this.bulkCreator(draft, buf, at, end);
  }

  private bulkFrames(draft: GoroutineDraft, buf: Buffer, at: number, end: number): number {
    const before = this.frames.length;
    this.bulkEnd = this.scanner.frames(this.frames, buf, at, end);
    if (this.frames.length === before) return 0;
    draft.lastWhole = this.scanner.lastWhole;
    this.resume();
    return 2 * (this.frames.length - before);
  }

  private bulkCreator(draft: GoroutineDraft, buf: Buffer, at: number, end: number): number {
    const next = buf[at] === LOWER_C ? this.scanner.creator(buf, at, end) : -1;
    if (next < 0) return 0;
    const { frame, goroutine } = this.scanner.foundCreator;
    draft.createdByFrame(frame, goroutine, this.scanner.lastWhole);
    this.resume();
    this.bulkEnd = next;
    return 2;
  }

  foreign(text: string, line: number): void {
    if (this.head !== null) {
      if (!this.head.afterBlank) this.strangers.add(text, line);
      return;
    }
    this.strangers.add(text, line);
    if (this.strangers.overflown) this.closePart(false);
  }

  interrupt(): void {
    const isHead = this.head !== null;
    this.closePart(false);
    if (isHead) this.dump.interrupted = this.headPart;
  }

  finish(cut: boolean): void {
    this.closePart(true, cut);
  }

  // ---- lines ----

  private takeBlank(content: string, line: number): boolean {
    if (this.head !== null) this.addToHead(content, line);
    this.candidate = null;
    return this.active;
  }

  private takeHeader(text: string, content: string, line: number): boolean {
    const first = text.charCodeAt(0);
    if (first !== 0x67 && first !== 0x5b && first !== 0x47) return false;
    const header = first === 0x67 ? parseHeader(text) : parseGoleakLine(text);
    if (header === null) return this.takeCutHeader(text, line);
    if (this.head !== null && isMessageLine(this.head, header, indentOf(content))) return this.addToHead(content, line);
    this.openGoroutine(header, line);
    return true;
  }

  /** A header whose end is missing stands for a goroutine that is lost. */
  private takeCutHeader(text: string, line: number): boolean {
    if (!isHeaderStart(text) || this.head !== null) return false;
    this.resume();
    this.closeGoroutine();
    const excerpt = makeExcerpt(text);
    if (hasLostNumber(text)) {
      this.openLoose('unknown', line);
      const message = 'goroutine header with a number that no goroutine can have: its stack is kept without it';
      this.context.report({ severity: 'error', message, line, excerpt });
      return true;
    }
    const message = 'goroutine header without its end: this goroutine is lost';
    this.context.report({ severity: 'error', message, line, excerpt });
    return true;
  }

  private takeHead(text: string, content: string, line: number): boolean {
    if (this.head !== null) {
      const isNext = this.head.afterBlank && headKindOf(text) !== null && indentOf(content) <= this.head.indent;
      if (!isNext) return this.takeHeadLine(this.head, text, content, line);
      this.closePart(false);
    }
    const found = this.draft !== null && isFrameLine(this.draft, text, content) ? null : findHead(text);
    if (found === null) return false;
    // the runtime prints a blank behind the colon, a logger's heading has none
    if (found.text === 'panic:' && content.endsWith(' ')) found.text = 'panic: ';
    if (this.threads && found.kind === 'signal') return true;
    if (this.draft !== null && found.kind === 'prelude') return false;
    const words = [...this.words, ...this.wordsAbove()];
    this.dump.interrupted = this.closePart(false);
    this.head = new CrashHead(found, indentOf(content), line, words);
    this.headCall = null;
    this.state = 'head';
    return true;
  }

  /** The race runtime gives up, without a stack. False: it is a line of the test's output, too. */
  private dieOfRaceLimit(text: string, line: number): false {
    this.closePart(false);
    this.dump.begin(line, { kind: 'fatal error', message: text, chain: [], lines: [text], line, notes: [], signal: null });
    return false;
  }

  /** What the runtime said right above a reason, within the dump that ends there. */
  private wordsAbove(): string[] {
    const { list } = this.strangers;
    let from = list.length;
    while (from > 0 && headKindOf(list[from - 1].text) === 'prelude') from--;
    return list.slice(from).map(({ text }) => text);
  }

  private takeHeadLine(head: CrashHead, text: string, content: string, line: number): boolean {
    if (this.takeLooseFrame(head, text, content, line)) return true;
    if (isLogLine(text) || text === 'runtime stack:' || /^(?:WARNING: DATA RACE|={18})$/.test(text)) return false;
    const ends = isTrailer(content);
    if (/^exit status 2\b/.test(text)) head.diedBelow = true;
    if (ends || head.full || !(head.mayTake(content) || this.headCall?.line === line)) {
      this.closePart(false);
      return false;
    }
    return this.addToHead(content, line);
  }

  /** Frames right below a head, without a header: a call and its place. */
  private takeLooseFrame(head: CrashHead, text: string, content: string, line: number): boolean {
    const { headCall } = this;
    this.headCall = null;
    if (headCall === null || headCall.line !== line - 1) {
      const call = indentOf(content) <= head.indent && head.mayBeFollowed ? parseCall(text) : null;
      if (call !== null) this.headCall = { ...call, line };
      return false;
    }
    const place = parsePlace(content);
    if (place === null || !(place.offsets || (content.startsWith('\t') && headCall.args === '...'))) return false;
    head.dropLast();
    this.openLoose(head.expectsRuntimeStack ? 'runtime' : 'unknown', headCall.line);
    const draft = this.draft as GoroutineDraft;
    draft.call(headCall.name, null);
    draft.place(place.place, place.offsets);
    return true;
  }

  private addToHead(content: string, line: number): boolean {
    const head = this.head as CrashHead;
    head.add(content.slice(Math.min(head.indent, indentOf(content))), line);
    return true;
  }

  /** Lines of the open goroutine or loose stack. */
  private takeOwnLine(draft: GoroutineDraft, text: string, content: string): boolean {
    const open = draft.section === 'frames' || draft.section === 'ancestor frames';
    if (draft.waitsForPlace) {
      const place = parsePlace(content);
      if (place !== null) {
        draft.place(place.place, place.offsets);
        return true;
      }
      if (PC_ALONE.test(text)) {
        draft.flush();
        return true;
      }
    }
    if (open && takeFrame(draft, text, this.context)) return true;
    return takeBelowFrames(draft, text) || isNoise(text);
  }

  /** Lines that follow the goroutines. */
  private takeAfter(text: string): boolean {
    if (THREAD_RULE.test(text)) {
      this.threads = true;
    } else if (isRegister(text)) {
      this.belowGoroutines = true;
    } else if (this.threads && /^PC=0x|^signal arrived during /.test(text)) {
      // the head of a further thread
    } else {
      return false;
    }
    this.closeGoroutine();
    this.strangers.drop();
    return true;
  }

  /**
   * An unknown line right above a place is a function's after all: a C function's name, or a call whose end is lost.
   * Nothing else but the place proves it.
   */
  private takeCandidate(draft: GoroutineDraft, text: string, content: string, line: number): boolean {
    const open = draft.section === 'frames' && !draft.waitsForPlace;
    const name = open ? this.candidate : null;
    this.candidate = null;
    if (name !== null && name.line === line - 1 && mayBeName(name.text)) {
      const place = indentOf(content) > 0 ? parsePlace(content) : null;
      const isBare = PC_ALONE.test(text);
      if ((place !== null || isBare) && this.strangers.takeBack(name.line)) {
        draft.call(isBare ? name.text : nameOfCut(name.text), null);
        if (place === null) draft.flush();
        else draft.place(place.place, place.offsets);
        return this.resume();
      }
    }
    if (open && !isLogLine(text)) this.candidate = { text, line };
    return false;
  }

  // ---- parts and goroutines ----

  private openGoroutine(header: Header, line: number): void {
    if (this.draft?.bare && this.draft.header.id === header.id) {
      this.draft.header = header;
      return;
    }
    const starts = this.head !== null || this.dump.part === null || this.startsAnother(header);
    if (starts) this.openPart(line);
    else this.strangers.flush();
    this.closeGoroutine();
    this.draft = new GoroutineDraft(header, line, this.context.stacks, this.frames, this.context.keepArguments);
    this.state = 'goroutine';
    this.resume();
  }

  /** Whether a header cannot belong to the open dump: its goroutine stands there already, or a server logged it. */
  private startsAnother(header: Header): boolean {
    const { draft } = this;
    const { list } = this.strangers;
    if (list.some(({ text }) => parseServedPanic(text) !== null)) return true;
    if (header.status.state === 'running' && readAbove(list.slice(-2)).crash !== null) return true;
    if (list.some(({ text }) => text === ALL_AGAIN)) this.repeats = true;
    const isKnown = header.id !== 0 && (this.dump.has(header.id) || draft?.header.id === header.id);
    return !this.threads && !this.repeats && (isKnown || this.belowGoroutines);
  }

  private openPart(line: number): void {
    const { head } = this;
    this.head = null;
    const lead = this.strangers.list.length > 0 ? this.strangers.list.slice(-2) : this.before;
    const crash = head?.finish(true) ?? null;
    this.closePart(false);
    if (head !== null && crash === null) this.words = head.words;
    const above = head === null ? readAbove(lead.filter((other) => line - other.line <= MAX_LEAD)) : NOTHING_ABOVE;
    const { interrupted } = this.dump;
    const isNear = interrupted !== null && line - interrupted.line <= MAX_INTERRUPTION;
    if (isNear && head === null && above.crash === null && above.servedPanic === null) this.dump.reopen();
    else this.dump.open(head?.line ?? above.crash?.line ?? line, crash ?? above.crash, above);
  }

  private openLoose(of: keyof typeof LOOSE, line: number): boolean {
    if (this.dump.part === null || this.head !== null) this.openPart(line);
    this.closeGoroutine();
    this.draft = new GoroutineDraft(looseHeader(LOOSE[of]), line, this.context.stacks, this.frames, false);
    this.state = 'loose';
    return true;
  }

  private closeGoroutine(): void {
    const { draft } = this;
    const { part } = this.dump;
    this.draft = null;
    if (draft === null || part === null) return;
    this.dump.keep(draft, part);
  }

  /** Returns the dump if its reason may still come. */
  private closePart(atEnd: boolean, cut = false): DumpPart | null {
    const { head } = this;
    this.head = null;
    if (head !== null) this.closeHead(head);
    if (this.draft !== null) this.checkEnd(this.draft, atEnd, cut);
    this.closeGoroutine();
    // `runtime stack:` is printed by a thread that dies, unless words stand above whose reason comes below it
    const isThreads = this.words.length === 0 && this.dump.part?.looseStacks.some(({ of }) => of === 'runtime') === true;
    const hasExited = this.strangers.list.some(({ text }) => /^exit status 2\b/.test(text));
    const died = this.belowGoroutines || isThreads || hasExited;
    const begun = this.dump.close(died);
    this.words = [];
    this.threads = this.belowGoroutines = this.repeats = false;
    this.strangers.drop();
    this.candidate = null;
    this.before = [];
    this.state = 'idle';
    return begun;
  }

  /** A head without goroutines is a part too (GOTRACEBACK=none). */
  private closeHead(head: CrashHead): void {
    const frames = head.lead === 'own' && head.isPanic ? head.takeFrames() : [];
    const crash = head.finish(frames.length > 0);
    if (crash === null) return;
    const { line } = head;
    if (head.holdsHeader) {
      const message =
        'below this reason stand headers of goroutines in a shape that is not read: export the log as plain text, a line of it in each line';
      this.context.report({ severity: 'warning', message, line });
    }
    const part = this.dump.begin(line, crash);
    this.headPart = part;
    if (frames.length === 0) return;
    const draft = new GoroutineDraft(looseHeader(LOOSE.unknown), frames[0].line, this.context.stacks, this.frames, false);
    for (const { text } of frames) if (text.trim() !== '') this.takeOwnLine(draft, text.trim(), text);
    this.dump.keep(draft, part);
  }

  /** Judges whether the input ended, or went on with something else, inside the last goroutine. */
  private checkEnd(draft: GoroutineDraft, atEnd: boolean, cut: boolean): void {
    const torn = cut ? this.strangers.list.at(-1) : undefined;
    if (torn !== undefined && /^goroutine(?: \d*(?: [^[]*)?)?$/.test(torn.text)) {
      const message = 'the input ends inside the header of a goroutine: this goroutine is lost';
      this.context.report({ severity: 'error', message, line: torn.line, excerpt: makeExcerpt(torn.text) });
      return;
    }
    if (this.belowGoroutines || isWhole(draft, this.context.stacks, cut && torn === undefined)) return;
    draft.truncated = true;
    const where = draft.header.id < 0 ? 'a stack' : `goroutine ${draft.header.id}`;
    const message = `${atEnd ? 'the input' : 'the dump'} ends inside ${where}: ${draft.header.id < 0 ? 'it' : 'its stack'} is not whole`;
    this.context.report({ severity: 'error', message, line: draft.line });
  }

  // ---- lines that nobody wanted ----

  private remember(text: string, line: number): void {
    if (this.head === null && this.dump.part === null) this.before = [...this.before.slice(-1), { text, line }];
  }

  /** The dump goes on: what stood between is reported. Always true. */
  private resume(): true {
    this.strangers.flush();
    this.candidate = null;
    return true;
  }
}

/** Whether a line of the open goroutine is a frame's, whatever words stand in it. */
function isFrameLine(draft: GoroutineDraft, text: string, content: string): boolean {
  return draft.waitsForPlace && parsePlace(content) !== null ? true : parseCall(text) !== null;
}

/** The function of a call whose end is lost; the text itself where nothing is: a function of C++ with its parameters. */
function nameOfCut(text: string): string {
  if (text.split('(').length === text.split(')').length) return text;
  const cut = text.search(/\((?!\*)/);
  return cut > 0 && /^[\w./*()-]+\($/.test(text.slice(0, cut + 1)) ? text.slice(0, cut) : text;
}

/** Whether a header is a line of the panic's own message: it stands right under the panic, or deeper. */
function isMessageLine(head: CrashHead, header: Header, indent: number): boolean {
  if (!head.isPanic) return false;
  return indent > head.indent || (!head.afterBlank && header.status.state !== 'running');
}

/**
 * Goroutine tracebacks: what a crash, SIGQUIT, runtime.Stack, debug.PrintStack and net/http/pprof's debug=2 print
 * (runtime/traceback.go, Go 1.3 to 1.27).
 *
 *     state       sample line                        comes from          goes to
 *     idle        (anything)                         start, any          head · goroutine · runtime stack
 *     head        panic: shelf 7 collapsed           idle, goroutine     goroutine · runtime stack · idle
 *     runtime     runtime stack:                     head, idle          goroutine · idle
 *     goroutine   goroutine 7 [select, 3 minutes]:   all                 goroutine · head · idle
 *
 * A goroutine stays open until the next one begins, a head begins, or too much stands between: blank lines and lines
 * of other programs do not end it.
 */

import { LF } from '../../base/bytes.ts';
import { Int32Column } from '../../base/columns.ts';
import { makeExcerpt } from '../../base/errors.ts';
import type { DumpPart } from '../../model/evidence.ts';
import { indentOf, isLogLine, mayBeName, parseCall, parsePlace } from '../text/frames.ts';
import type { ReadContext, TestTracker, TextMachine } from '../text/machine.ts';
import { isTrailer, Strangers } from '../text/strangers.ts';
import { DumpScanner } from './bulk.ts';
import { GoroutineDraft } from './draft.ts';
import { CrashHead, headKindOf, parseServedPanic, readAbove } from './head.ts';
import { type Header, isHeaderStart, parseGoleakLine, parseHeader } from './header.ts';
import { GoroutineKeeper } from './keeper.ts';
import { isWhole } from './whole.ts';

/** Lines between a goroutine and the line above it that tells of its panic. */
const MAX_LEAD = 3;
/** Lines of race reports between a crash's reason and its goroutines. */
const MAX_INTERRUPTION = 2000;
/** Bytes at which net/http/pprof's debug=2 stops writing, in the middle of a line. */
export const PPROF_TEXT_LIMIT = 64 << 20;

const LOWER_C = 0x63;
const LOWER_G = 0x67;

const ELIDED = /^\.\.\.(?:(\d+)|additional) frames elided\.\.\.$/;
const CREATED_BY = /^created by (.+?)(?: in goroutine (\d+))?$/;
const ORIGIN = /^\[originating from goroutine (\d+)\]:?$/;
const UNAVAILABLE = /^goroutine running on other thread; stack unavailable$/;
const NON_GO = /^non-Go function(?: at pc=0x[0-9a-f]+)?$/;

/** Lines that the runtime prints among frames and that say nothing of the stack. */
const NOISE =
  /^(?:stack: frame=\{sp:|(?:0x)?[0-9a-f]{8,16}: [ <>0-9a-f]{8,}|runtime: (?:g \d+|unexpected return pc|frame |traceback stuck|unknown pc|unexpected)|traceback: |goroutine \d+ gp=\S+ m=\S+ mp=\S+ \[[^\]]*$|instruction bytes: |sigaction: )/;
/** Lines that stand below the goroutines: registers, and what shells and `go test` say. */
const REGISTER =
  /^(?:r(?:[abcd]x|[sd]i|[bsi]p|flags|\d{1,2})|e(?:[abcds]x|[sd]i|[bsi]p|flags)|[cdefgs]s|x\d{1,2}|lr|sp|pc|fp|fault|trap|error|oldmask|cpsr|ip|ra|s\d{1,2}|t\d|a\d|hi|lo|link|ctr|xer|pstate)\s+0x[0-9a-f]+(?:\s|$)/;
const THREAD_RULE = /^-----$/;

type State = 'idle' | 'head' | 'runtime' | 'goroutine';

export class DumpMachine implements TextMachine {
  private readonly context: ReadContext;
  private readonly tests: TestTracker;
  private readonly frames = new Int32Column(256);
  private readonly scanner: DumpScanner;
  private state: State = 'idle';
  private part: DumpPart | null = null;
  private draft: GoroutineDraft | null = null;
  private head: CrashHead | null = null;
  private readonly keeper: GoroutineKeeper;
  /** Whether sections of further threads follow (GOTRACEBACK=crash). */
  private threads = false;
  private belowGoroutines = false;
  private readonly strangers: Strangers;
  /** An unknown line, which proves to be a function's if a place follows at once. */
  private candidate: { text: string; line: number } | null = null;
  /** The last two lines before a dump that are not blank. */
  private before: readonly { text: string; line: number }[] = [];
  /** A crash whose reason a race report cut off from its goroutines. */
  private interrupted: DumpPart | null = null;
  private headPart: DumpPart | null = null;
  bulkEnd = 0;

  /** `tests` tells where a dump stands in the output of tests. */
  constructor(context: ReadContext, tests: TestTracker) {
    this.context = context;
    this.tests = tests;
    this.strangers = new Strangers(context, 'a goroutine dump');
    this.scanner = new DumpScanner(context.stacks);
    this.keeper = new GoroutineKeeper(context.sink);
  }

  get active(): boolean {
    return this.state !== 'idle';
  }

  take(content: string, line: number): boolean {
    const text = content.trim();
    if (text === '') return this.takeBlank(content, line);
    if (this.takeHeader(text, content, line)) return true;
    if (this.takeHead(text, content, line)) return true;
    if (text === 'runtime stack:') return this.openRuntimeStack(line);
    if (this.part === null) {
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
    if (isHead) this.interrupted = this.headPart;
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
    const message = 'goroutine header without its end: this goroutine is lost';
    this.context.report({ severity: 'error', message, line, excerpt: makeExcerpt(text) });
    return true;
  }

  private takeHead(text: string, content: string, line: number): boolean {
    const kind = headKindOf(text);
    if (this.head !== null) {
      if (kind !== null && this.head.afterBlank && indentOf(content) <= this.head.indent) this.closePart(false);
      else return this.takeHeadLine(text, content, line);
    }
    if (kind === null) return false;
    if (this.threads && kind === 'signal') return true;
    if (this.draft !== null && kind === 'prelude') return false;
    this.closePart(false);
    this.interrupted = null;
    this.head = new CrashHead(kind, text, indentOf(content), line);
    this.state = 'head';
    return true;
  }

  private takeHeadLine(text: string, content: string, line: number): boolean {
    const head = this.head as CrashHead;
    if (isLogLine(text) || text === 'runtime stack:' || /^(?:WARNING: DATA RACE|={18})$/.test(text)) return false;
    if (head.full || isTrailer(content)) {
      this.closePart(false);
      return false;
    }
    return this.addToHead(content, line);
  }

  private addToHead(content: string, line: number): boolean {
    const head = this.head as CrashHead;
    head.add(content.slice(Math.min(head.indent, indentOf(content))), line);
    return true;
  }

  /** Lines of the open goroutine or runtime stack. */
  private takeOwnLine(draft: GoroutineDraft, text: string, content: string): boolean {
    const open = draft.section === 'frames' || draft.section === 'ancestor frames';
    if (draft.waitsForPlace) {
      const place = parsePlace(content);
      if (place !== null) {
        draft.place(place.place, place.offsets);
        return true;
      }
      if (/^pc=0x[0-9a-f]+$/.test(text)) {
        draft.flush();
        return true;
      }
    }
    if (open && this.takeFrame(draft, text)) return true;
    return takeBelowFrames(draft, text) || NOISE.test(text);
  }

  private takeFrame(draft: GoroutineDraft, text: string): boolean {
    const call = parseCall(text);
    if (call !== null) {
      draft.call(call.name, this.context.keepArguments ? call.args : null);
      return true;
    }
    const elided = ELIDED.exec(text);
    if (elided !== null) {
      draft.note(this.context.stacks.internElided(elided[1] === undefined ? null : Number(elided[1])));
      return true;
    }
    if (!NON_GO.test(text)) return false;
    if (text.length > 'non-Go function'.length) draft.note(this.context.stacks.frameOf('non-Go function'));
    else draft.call(text, null);
    return true;
  }

  /** Lines that follow the goroutines. */
  private takeAfter(text: string): boolean {
    if (THREAD_RULE.test(text)) {
      this.threads = true;
    } else if (REGISTER.test(text)) {
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
    if (name !== null && name.line === line - 1 && indentOf(content) > 0) {
      const place = parsePlace(content);
      if (place !== null && mayBeName(name.text) && this.strangers.takeBack(name.line)) {
        const cut = name.text.search(/\((?!\*)/);
        draft.call(cut > 0 && /^[\w./*()-]+\($/.test(name.text.slice(0, cut + 1)) ? name.text.slice(0, cut) : name.text, null);
        draft.place(place.place, place.offsets);
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
    const starts = this.head !== null || this.part === null || this.startsAnother(header);
    if (starts) this.openPart(line);
    else this.strangers.flush();
    this.closeGoroutine();
    this.draft = new GoroutineDraft(header, line, this.context.stacks, this.frames, this.context.keepArguments);
    this.state = 'goroutine';
    this.resume();
  }

  /** Whether a header cannot belong to the open dump: its goroutine stands there already, or a server logged it. */
  private startsAnother(header: Header): boolean {
    if (this.strangers.list.some(({ text }) => parseServedPanic(text) !== null)) return true;
    const { draft } = this;
    const isKnown = header.id !== 0 && (this.keeper.has(header.id) || draft?.header.id === header.id);
    return !this.threads && (isKnown || this.belowGoroutines);
  }

  private openPart(line: number): void {
    const { head } = this;
    this.head = null;
    const lead = this.strangers.list.length > 0 ? this.strangers.list.slice(-2) : this.before;
    const crash = head?.finish(true) ?? null;
    this.closePart(false);
    const above =
      head === null ? readAbove(lead.filter((other) => line - other.line <= MAX_LEAD)) : { crash: null, servedPanic: null };
    const { interrupted } = this;
    this.interrupted = null;
    const isNear = interrupted !== null && line - interrupted.line <= MAX_INTERRUPTION;
    if (isNear && head === null && above.crash === null && above.servedPanic === null) {
      this.part = interrupted;
      return;
    }
    this.part = {
      format: 'goroutine-dump',
      line: head?.line ?? above.crash?.line ?? line,
      crash: crash ?? above.crash,
      servedPanic: above.servedPanic,
      position: this.tests.position(),
      goroutines: [],
      runtimeStack: null,
    };
    this.context.openPart(this.part);
  }

  private openRuntimeStack(line: number): boolean {
    if (this.part === null || this.head !== null) this.openPart(line);
    this.closeGoroutine();
    const status = { state: '', flags: [], waitMinutes: 0, lockedToThread: false, bubble: null, labels: {}, extra: [] };
    const header = { id: -1, status };
    this.draft = new GoroutineDraft(header, line, this.context.stacks, this.frames, false);
    this.state = 'runtime';
    return true;
  }

  private closeGoroutine(): void {
    const { draft, part } = this;
    this.draft = null;
    if (draft === null || part === null) return;
    const goroutine = draft.build();
    if (goroutine.id < 0) part.runtimeStack ??= goroutine.stack;
    else this.keeper.keep(goroutine, part);
  }

  private closePart(atEnd: boolean, cut = false): void {
    const { head } = this;
    this.head = null;
    if (head !== null) this.closeHead(head);
    if (this.draft !== null) this.checkEnd(this.draft, atEnd, cut);
    this.closeGoroutine();
    if (this.part !== null) this.keeper.close(this.part);
    this.part = null;
    this.threads = this.belowGoroutines = false;
    this.strangers.drop();
    this.candidate = null;
    this.before = [];
    this.state = 'idle';
  }

  /** A head without goroutines is a part too (GOTRACEBACK=none). */
  private closeHead(head: CrashHead): void {
    const crash = head.finish(false);
    if (crash === null) return;
    const { line } = head;
    if (head.holdsHeader) {
      const message =
        'below this reason stand headers of goroutines in a shape that is not read: export the log as plain text, a line of it in each line';
      this.context.report({ severity: 'warning', message, line });
    }
    const part: DumpPart = {
      format: 'goroutine-dump',
      line,
      crash,
      servedPanic: null,
      position: this.tests.position(),
      goroutines: [],
      runtimeStack: null,
    };
    this.context.openPart(part);
    this.headPart = part;
  }

  /** Judges whether the input ended, or went on with something else, inside the last goroutine. */
  private checkEnd(draft: GoroutineDraft, atEnd: boolean, cut: boolean): void {
    const torn = cut ? this.strangers.list.at(-1) : undefined;
    if (torn !== undefined && /^goroutine(?: \d*(?: [^[]*)?)?$/.test(torn.text)) {
      const message = 'the input ends inside the header of a goroutine: this goroutine is lost';
      this.context.report({ severity: 'error', message, line: torn.line, excerpt: makeExcerpt(torn.text) });
      return;
    }
    if (draft.header.id < 0 || this.belowGoroutines || isWhole(draft, this.context.stacks, cut && torn === undefined)) return;
    draft.truncated = true;
    const message = `${atEnd ? 'the input' : 'the dump'} ends inside goroutine ${draft.header.id}: its stack is not whole`;
    this.context.report({ severity: 'error', message, line: draft.line });
  }

  // ---- lines that nobody wanted ----

  private remember(text: string, line: number): void {
    if (this.head === null && this.part === null) this.before = [...this.before.slice(-1), { text, line }];
  }

  /** The dump goes on: what stood between is reported. Always true. */
  private resume(): true {
    this.strangers.flush();
    this.candidate = null;
    return true;
  }
}

/** Lines that stand below a goroutine's frames. */
function takeBelowFrames(draft: GoroutineDraft, text: string): boolean {
  if (text.startsWith('created by ')) {
    const match = CREATED_BY.exec(text) as RegExpExecArray | null;
    if (match === null || draft.section === 'done') return false;
    draft.creator(match[1], match[2] === undefined ? null : Number(match[2]));
    return true;
  }
  const origin = ORIGIN.exec(text);
  if (origin !== null) {
    draft.originate(Number(origin[1]));
    return true;
  }
  if (!UNAVAILABLE.test(text)) return false;
  draft.stackAvailable = false;
  return true;
}

/** Whether a header is a line of the panic's own message: it stands right under the panic, or deeper. */
function isMessageLine(head: CrashHead, header: Header, indent: number): boolean {
  if (!head.isPanic) return false;
  return indent > head.indent || (!head.afterBlank && header.status.state !== 'running');
}

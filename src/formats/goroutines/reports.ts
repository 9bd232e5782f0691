/**
 * Stacks in the reports of test frameworks and of loggers, which lack what the runtime prints round them:
 *
 *     [PANICKED] Test Panicked              ginkgo: a panic that it caught
 *     …
 *     Full Stack Trace
 *       example.com/shop.(*Cart).Add(0x0)
 *       <TAB>/src/shop/cart.go:41 +0x1c
 *
 *     Spec Goroutine                        ginkgo: where a test stands that takes long
 *     goroutine 38 [select]                 (no colon; `>` marks frames of the test, `|` lines of its source)
 *       > example.com/shop.init.func1.2()
 *         /src/shop/cart_test.go:33
 *
 *     ... Panic: boom (PC=0x43BBAE)         gocheck: leaf first, the place above the function
 *     /src/shop/cart_test.go:17
 *       in CartSuite.TestAdd
 *
 *     Observed a panic: "boom" (boom)       HandleCrash of old Kubernetes: places alone
 *     /src/shop/cart.go:77
 */

import { Int32Column } from '../../base/columns.ts';
import type { DumpPart } from '../../model/evidence.ts';
import type { Crash } from '../../model/snapshot.ts';
import { parsePlace } from '../text/frames.ts';
import type { ReadContext, TestTracker, TextMachine } from '../text/machine.ts';
import { isTrailer } from '../text/strangers.ts';
import { makeRecovered } from './above.ts';
import { GoroutineDraft } from './draft.ts';
import { looseHeader, parseHeader } from './header.ts';
import { takeBelowFrames, takeFrame } from './lines.ts';
import { emptyDump } from './verdict.ts';

type Mode = 'none' | 'message' | 'stack' | 'progress' | 'pairs' | 'places';

const PANICKED = /^(?:\[PANICKED\] )?Test Panicked$/;
const FULL_STACK = /^Full Stack Trace$/;
const PROGRESS = /^(?:Spec Goroutine|Goroutines of Interest|Other Goroutines)$/;
const GOCHECK = /^\.\.\. Panic: (.*) \(PC=0x[0-9A-F]+\)$/;
const HANDLE_CRASH = /\bObserved a panic: (?:.*\((.*)\)|(.*))$/;
/** A line that is nothing but the place of a frame. */
const PLACE_ALONE = /^\S+\.(?:go|s):\d{1,15}$/;
const IN_FUNCTION = /^in (\S.*)$/;
/** Where a test's panic was caught, by ginkgo; old ones print the place alone. */
const LOCATION = /^(?:In \[|\S+\.(?:go|s):\d+(?: @ .*)?$)/;
/** Lines of the source that stand below a frame; `>` and blanks before the one that runs. */
const SOURCE_LINE = /^(?:\||> {2,}|\.\.\.$)/;
const RULE = /^-{10,}$/;
/** Lines of a panic's message in a report. */
const MAX_MESSAGE = 100;
/** The function of a frame that is told by its place alone. */
const NO_NAME = '??';

export class ReportMachine implements TextMachine {
  private readonly context: ReadContext;
  private readonly tests: TestTracker;
  private readonly frames = new Int32Column(64);
  private mode: Mode = 'none';
  private message: string[] = [];
  private messageLine = 0;
  /** The panic that the next stack is of. */
  private crash: Crash | null = null;
  private part: DumpPart | null = null;
  private draft: GoroutineDraft | null = null;
  /** A place whose function comes next (gocheck). */
  private place: string | null = null;
  /** A panic that a logger told of; places may follow. */
  private observed: { readonly crash: Crash; readonly line: number } | null = null;

  constructor(context: ReadContext, tests: TestTracker) {
    this.context = context;
    this.tests = tests;
  }

  get active(): boolean {
    return this.mode !== 'none';
  }

  /** Whether the next line may be this machine's though it holds no word of it. */
  get waits(): boolean {
    return this.observed !== null;
  }

  take(content: string, line: number): boolean {
    const text = content.trim();
    const { observed } = this;
    this.observed = null;
    if (observed !== null && observed.line === line - 1 && PLACE_ALONE.test(text))
      return this.openPlaces(observed.crash, text, line);
    if (this.begins(text, line)) return true;
    if (this.mode === 'none') return false;
    if (RULE.test(text) || isTrailer(content)) return this.end();
    if (text === '') return this.takeBlank();
    return this.takeLine(text, content, line) || this.end();
  }

  foreign(): void {
    this.end();
  }

  interrupt(): void {
    this.end();
  }

  finish(): void {
    this.end();
  }

  // ---- beginnings ----

  private begins(text: string, line: number): boolean {
    if (PANICKED.test(text)) return this.enter('message', line);
    if (FULL_STACK.test(text)) return this.openStack(line);
    if (PROGRESS.test(text)) return this.mode === 'progress' || this.enter('progress', line);
    const gocheck = GOCHECK.exec(text);
    if (gocheck !== null) {
      this.enter('pairs', line);
      this.crash = makeRecovered(gocheck[1], line, [text]);
      return true;
    }
    const handled = HANDLE_CRASH.exec(text);
    if (handled !== null) this.observed = { crash: makeRecovered(handled[1] ?? handled[2], line, [text]), line };
    return false;
  }

  private enter(mode: Mode, line: number): true {
    this.end();
    this.mode = mode;
    this.messageLine = line;
    return true;
  }

  private openStack(line: number): true {
    const text = this.message.join('\n').trim();
    const crash = this.mode === 'message' && text !== '' ? makeRecovered(text, this.messageLine, this.message) : null;
    this.enter('stack', line);
    this.crash = crash;
    return true;
  }

  private openPlaces(crash: Crash, text: string, line: number): boolean {
    this.enter('places', line);
    this.crash = crash;
    return this.takeLine(text, text, line);
  }

  // ---- lines ----

  private takeBlank(): boolean {
    if (this.mode === 'message') this.message.push('');
    else if (this.mode !== 'progress' && this.draft !== null) this.end();
    return true;
  }

  private takeLine(text: string, content: string, line: number): boolean {
    switch (this.mode) {
      case 'message':
        return this.takeMessage(text, line);
      case 'stack':
        return this.takeFrameLine(text, content, line);
      case 'progress':
        return this.takeProgress(text, content, line);
      case 'pairs':
        return this.takePair(text, line);
      case 'places':
        return PLACE_ALONE.test(text) && this.addFrame(NO_NAME, text, line);
      case 'none':
        return false;
    }
  }

  private takeMessage(text: string, line: number): boolean {
    if (this.message.length >= MAX_MESSAGE) return false;
    if (this.message.length === 0) this.messageLine = line;
    if (!LOCATION.test(text)) this.message.push(text);
    return true;
  }

  private takeFrameLine(text: string, content: string, line: number): boolean {
    const draft = this.draft ?? this.openDraft(line);
    if (draft.waitsForPlace) {
      const place = parsePlace(content);
      if (place !== null) draft.place(place.place, place.offsets);
      if (place !== null) return true;
    }
    return takeFrame(draft, text, this.context) || takeBelowFrames(draft, text);
  }

  private takeProgress(text: string, content: string, line: number): boolean {
    if (SOURCE_LINE.test(text)) return true;
    const header = text.endsWith(']') ? parseHeader(`${text}:`) : null;
    if (header === null) return this.draft !== null && this.takeFrameLine(text.replace(/^> /, ''), content, line);
    this.closeDraft();
    this.draft = new GoroutineDraft(header, line, this.context.stacks, this.frames, this.context.keepArguments);
    return true;
  }

  private takePair(text: string, line: number): boolean {
    const name = this.place === null ? null : IN_FUNCTION.exec(text);
    if (name === null) {
      this.place = PLACE_ALONE.test(text) ? text : null;
      return this.place !== null;
    }
    return this.addFrame(name[1], this.place as string, line - 1);
  }

  private addFrame(name: string, place: string, line: number): true {
    (this.draft ?? this.openDraft(line)).note(this.context.stacks.frameAt(name, place));
    this.place = null;
    return true;
  }

  // ---- parts ----

  private openDraft(line: number): GoroutineDraft {
    this.draft = new GoroutineDraft(looseHeader(-1), line, this.context.stacks, this.frames, false);
    return this.draft;
  }

  private closeDraft(): void {
    const { draft } = this;
    this.draft = null;
    if (draft === null || draft.bare) return;
    const part = this.part ?? this.openPart(draft.line);
    if (draft.header.id < 0) part.looseStacks.push(draft.buildLoose('unknown'));
    else this.context.sink.goroutine(draft.build(), part);
  }

  private openPart(line: number): DumpPart {
    const { crash } = this;
    this.part = { ...emptyDump(crash?.line ?? line, crash), position: this.tests.position() };
    this.context.openPart(this.part);
    return this.part;
  }

  /** Always false: the line that ends a report is none of it. */
  private end(): false {
    this.closeDraft();
    this.mode = 'none';
    this.part = this.crash = this.place = null;
    this.message = [];
    return false;
  }
}

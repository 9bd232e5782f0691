/**
 * Data race reports of Go's race detector (LLVM's tsan_report.cpp, Go flavour):
 *
 *     ==================
 *     WARNING: DATA RACE
 *     Read at 0x00c0000dc020 by goroutine 8:
 *       example.com/freight.(*Wagon).Load()
 *           /home/gopher/freight/freight.go:14 +0x28
 *
 *     Previous write at 0x00c0000dc020 by main goroutine:
 *       [failed to restore the stack]
 *
 *     Goroutine 8 (running) created at:
 *       main.main()
 *           /home/gopher/freight/main.go:9 +0x26
 *     ==================
 *     Found 1 data race(s)
 *
 *     state     goes to
 *     idle      report, at `WARNING: DATA RACE`
 *     report    idle, at the closing rule, another report, or evidence of another kind
 *
 * Go before 1.8 prints accesses without address. Names are the linker's: type lists raw, with blanks and parentheses.
 */

import type { RacePart } from '../../model/evidence.ts';
import type { AccessKind, RaceAccess, RaceCreation, RaceParty, RaceReport, TestPosition } from '../../model/snapshot.ts';
import type { FrameId } from '../../model/stacks.ts';
import { parseCall, parsePlace } from '../text/frames.ts';
import type { ReadContext, TestTracker, TextMachine } from '../text/machine.ts';
import { Strangers } from '../text/strangers.ts';

const RULE = /^={18,}$/;
const OPENING = 'WARNING: DATA RACE';
const ACCESS =
  /^(Previous )?(?:atomic )?(read|write)(?: at (0x[0-9a-f]+))? by (?:(main) (?:goroutine|thread)|goroutine (\d{1,15})|(thread T\d+))(?: \[[^\]]*\])?:$/i;
const CREATION = /^Goroutine (\d{1,15}) \((running|finished)\) created at:$/;
const LOST_STACK = /^\[failed to restore the stack\]$/;
/** Of Go's detector; of C's the place of the memory, the threads' makers, held mutexes. */
const OTHER_SECTION =
  /^(?:Heap block of size \d+ at |Global var |Location is |Thread T\d+ .*created |Mutex M\d+ |As if synchronized via )/;
const SUMMARY = /^SUMMARY: ThreadSanitizer: /;
/** `#0 push(int*, int) native.cc:41 (bridge_test+0x4d5c1a)`, the frame of a C or C++ function. */
const C_FRAME = /^#\d+ (.+?) (\S+?)(?::(\d+))?(?::\d+)? \((\S+)\+0x[0-9a-f]+\)$/;
/** Functions without a package: those of C, and what cgo makes for calls from C. */
const C_CALL = /^[A-Za-z_$][\w$]*(?=\(\)$)/;
const FOUND = /^Found (\d{1,15}) data race\(s\)$/;
const MAX_REPORT_FRAMES = 1 << 16;

interface Section {
  readonly access: { kind: AccessKind; address: string | null; party: RaceParty } | null;
  readonly creation: { goroutine: number; state: 'running' | 'finished' } | null;
  readonly frames: FrameId[];
  restored: boolean;
}

/** A function whose place comes in the next line. */
interface Pending {
  readonly name: string;
  readonly line: number;
  /** Only a place proves that this is a function. */
  readonly needsPlace: boolean;
}

export class RaceMachine implements TextMachine {
  private readonly context: ReadContext;
  private readonly tests: TestTracker;
  private part: RacePart | null = null;
  private sinceFound = 0;
  private ruleLine = -1;
  private reportLine = 0;
  private position: TestPosition = { test: null, package: null };
  private open = false;
  private accesses: RaceAccess[] = [];
  private creations: RaceCreation[] = [];
  private section: Section | null = null;
  private pending: Pending | null = null;
  private readonly strangers: Strangers;

  constructor(context: ReadContext, tests: TestTracker) {
    this.context = context;
    this.tests = tests;
    this.strangers = new Strangers(context, 'a race report');
  }

  get active(): boolean {
    return this.open;
  }

  take(content: string, line: number): boolean {
    const text = content.trim();
    if (text === '') return this.open;
    if (RULE.test(text)) return this.takeRule(line);
    if (text === OPENING) return this.openReport(line);
    if (!this.open) return this.takeFound(text, line);
    const taken = this.takeSection(text) || this.takeFrame(text, content, line);
    if (taken) this.strangers.flush();
    return taken;
  }

  foreign(text: string, line: number): void {
    this.strangers.add(text, line);
    if (this.strangers.overflown) this.closeReport(false);
  }

  interrupt(): void {
    this.closeReport(false);
    this.part = null;
  }

  finish(): void {
    this.closeReport(false, true);
    this.part = null;
  }

  private takeRule(line: number): boolean {
    this.closeReport(true);
    this.ruleLine = line;
    return true;
  }

  private openReport(line: number): boolean {
    this.closeReport(false);
    this.reportLine = this.ruleLine === line - 1 ? this.ruleLine : line;
    this.position = this.tests.position();
    this.open = true;
    return true;
  }

  private takeFound(text: string, line: number): boolean {
    const found = FOUND.exec(text);
    if (found === null) return false;
    const count = Number(found[1]);
    if (this.part !== null) this.part.found = (this.part.found ?? 0) + count;
    if (count !== this.sinceFound) {
      const message = `the program found ${count} data race(s), but ${this.sinceFound} report(s) stand above this line`;
      this.context.report({ severity: 'warning', message, line });
    }
    this.sinceFound = 0;
    return true;
  }

  private takeSection(text: string): boolean {
    const access = ACCESS.exec(text);
    const creation = access === null ? CREATION.exec(text) : null;
    if (access === null && creation === null) return false;
    this.closeSection();
    this.section = {
      access: access === null ? null : readAccess(access),
      creation: creation === null ? null : { goroutine: Number(creation[1]), state: creation[2] as 'running' | 'finished' },
      frames: [],
      restored: true,
    };
    return true;
  }

  private takeFrame(text: string, content: string, line: number): boolean {
    const { section } = this;
    if (SUMMARY.test(text)) return true;
    if (OTHER_SECTION.test(text)) {
      this.closeSection();
      this.section = { access: null, creation: null, frames: [], restored: true };
      return true;
    }
    if (section === null) return false;
    if (this.pending !== null) {
      const place = parsePlace(content);
      if (place !== null) {
        this.pushFrame(this.context.stacks.frameAt(this.pending.name, place.place));
        this.pending = null;
        return true;
      }
    }
    if (LOST_STACK.test(text)) {
      section.restored = false;
      return true;
    }
    return this.takeCFrame(text) || this.takeCall(text, line);
  }

  private takeCall(text: string, line: number): boolean {
    const known = text === '??()' ? '??' : callName(text);
    const name = known ?? C_CALL.exec(text)?.[0];
    if (name === undefined) return false;
    this.flushPending();
    this.pending = { name, line, needsPlace: known === null };
    return true;
  }

  private takeCFrame(text: string): boolean {
    const match = C_FRAME.exec(text);
    if (match === null) return false;
    this.flushPending();
    const [, called, file, line, module] = match;
    const paren = called.indexOf('(');
    const name = called === '<null>' ? '??' : paren > 0 ? called.slice(0, paren) : called;
    this.pushFrame(this.context.stacks.frameAt(name, file === '<null>' ? `${module}:0` : `${file}:${line ?? 0}`));
    return true;
  }

  private pushFrame(frame: FrameId): void {
    const frames = this.section?.frames;
    if (frames !== undefined && frames.length < MAX_REPORT_FRAMES) frames.push(frame);
  }

  private flushPending(): void {
    const { pending } = this;
    this.pending = null;
    if (pending?.needsPlace) this.strangers.add(`${pending.name}()`, pending.line);
    else if (pending !== null) this.pushFrame(this.context.stacks.frameOf(pending.name));
  }

  private closeSection(): void {
    this.flushPending();
    const { section } = this;
    this.section = null;
    if (section === null) return;
    const stack = this.context.stacks.internStack(section.frames);
    const { restored: stackRestored } = section;
    if (section.access !== null && this.accesses.length < 2) {
      const { kind, address, party: goroutine } = section.access;
      this.accesses.push({ kind, address, goroutine, stack, stackRestored });
    }
    if (section.creation !== null) this.creations.push({ ...section.creation, stack, stackRestored });
  }

  /** Ends the open report; `whole` when its closing rule stands there, `atEnd` when the input ends instead. */
  private closeReport(whole: boolean, atEnd = false): void {
    if (!this.open) return;
    const cutFrame = this.pending !== null;
    this.closeSection();
    this.open = false;
    const race: RaceReport = {
      line: this.reportLine,
      accesses: this.accesses,
      creations: this.creations,
      position: this.position,
      truncated: this.accesses.length < 2 || (!whole && (atEnd || cutFrame || this.isOpenEnded())),
    };
    this.accesses = [];
    this.creations = [];
    this.strangers.drop();
    this.keep(race);
  }

  /** Whether parties lack the block that tells who made them. */
  private isOpenEnded(): boolean {
    const parties = new Set(this.accesses.map(({ goroutine }) => goroutine).filter((party) => typeof party === 'number'));
    return this.creations.length < parties.size || this.creations.some(({ stack, stackRestored }) => stack < 0 && stackRestored);
  }

  private keep(race: RaceReport): void {
    const { line } = race;
    if (race.truncated) {
      const message = `race report without its end: ${race.accesses.length} of 2 accesses, ${race.creations.length} creation stacks`;
      this.context.report({ severity: 'error', message, line });
    }
    if (race.accesses.length === 0) return;
    if (this.part === null) {
      this.part = { format: 'race-report', line, races: [], found: null };
      this.context.openPart(this.part);
    }
    this.sinceFound++;
    this.context.sink.race(race, this.part);
  }
}

function callName(text: string): string | null {
  return text.endsWith('()') ? (parseCall(text)?.name ?? null) : null;
}

function readAccess(match: RegExpExecArray): Section['access'] {
  return {
    kind: match[2].toLowerCase() as AccessKind,
    address: match[3] ?? null,
    party: match[4] !== undefined ? 'main' : match[5] !== undefined ? Number(match[5]) : (match[6] as `thread T${number}`),
  };
}

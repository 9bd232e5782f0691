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
const ACCESS = /^(Previous )?(?:atomic )?(read|write)(?: at (0x[0-9a-f]+))? by (?:(main) goroutine|goroutine (\d+)):$/i;
const CREATION = /^Goroutine (\d+) \((running|finished)\) created at:$/;
const LOST_STACK = /^\[failed to restore the stack\]$/;
const OTHER_SECTION = /^(?:Heap block of size \d+ at |Global var )/;
const FOUND = /^Found (\d+) data race\(s\)$/;
const MAX_REPORT_FRAMES = 1 << 16;

interface Section {
  readonly access: { kind: AccessKind; address: string | null; party: RaceParty } | null;
  readonly creation: { goroutine: number; state: 'running' | 'finished' } | null;
  readonly frames: FrameId[];
  restored: boolean;
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
  private pending: string | null = null;
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
    const taken = this.takeSection(text) || this.takeFrame(text, content);
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

  private takeFrame(text: string, content: string): boolean {
    const { section } = this;
    if (section === null) {
      if (!OTHER_SECTION.test(text)) return false;
      this.section = { access: null, creation: null, frames: [], restored: true };
      return true;
    }
    if (this.pending !== null) {
      const place = parsePlace(content);
      if (place !== null) {
        this.pushFrame(this.context.stacks.frameAt(this.pending, place.place));
        this.pending = null;
        return true;
      }
    }
    if (LOST_STACK.test(text)) {
      section.restored = false;
      return true;
    }
    return this.takeCall(text) || OTHER_SECTION.test(text);
  }

  private takeCall(text: string): boolean {
    const name = text === '??()' ? '??' : callName(text);
    if (name === null) return false;
    this.flushPending();
    this.pending = name;
    return true;
  }

  private pushFrame(frame: FrameId): void {
    const frames = this.section?.frames;
    if (frames !== undefined && frames.length < MAX_REPORT_FRAMES) frames.push(frame);
  }

  private flushPending(): void {
    if (this.pending !== null) this.pushFrame(this.context.stacks.frameOf(this.pending));
    this.pending = null;
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
    const parties = new Set(this.accesses.map(({ goroutine }) => goroutine).filter((party) => party !== 'main'));
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
    party: match[4] === undefined ? Number(match[5]) : 'main',
  };
}

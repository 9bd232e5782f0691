/**
 * One stream of lines and the machines that recognise formats in it. An input may hold several streams: the lines
 * behind each learnt prefix, the output of each tested package, the plain lines.
 */

import { CountProfileMachine } from './countprofile.ts';
import { DumpMachine } from './goroutines/machine.ts';
import { ReportMachine } from './goroutines/reports.ts';
import { TestMachine } from './gotest/machine.ts';
import { RaceMachine } from './race/machine.ts';
import { SchedTraceMachine } from './schedtrace.ts';
import type { ReadContext, TextMachine } from './text/machine.ts';
import { TsanMachine } from './tsan.ts';

/** Formats of lines that a stream can be asked for. */
export const LINE_FORMATS = ['goroutine-dump', 'goroutine-profile', 'race-report', 'go-test', 'schedtrace'] as const;
export type LineFormat = (typeof LINE_FORMATS)[number];

/** What a line must hold to begin anything: most lines of most logs do not. */
const HINT =
  /goroutine |Goroutine \d|panic|PANIC|[Rr]ecover|fatal error: |SIG[A-Z]|Signal \d|Exception 0x|Full Stack Trace|Spec Goroutine|Goroutines of Interest|Other Goroutines|Panic: |Test Panicked|runtime: |runtime\/cgo: |fatal: |unexpected fault|accessed data from freed|checkptr: |WARNING: |profile: total|={18}|SCHED \d|Found \d|runtime stack:|--- (?:FAIL|PASS|SKIP): |: race detected during|race: limit on |^(?:=== |\s*--- |FAIL|ok {2}|ok\t|\?|PASS|# )/;

export class Lane {
  readonly tests: TestMachine;
  /** The package where something else than the lines names it; null elsewhere. */
  readonly testedPackage: string | null;
  private readonly machines: readonly TextMachine[];
  private readonly dump: DumpMachine | null = null;
  private readonly reports: ReportMachine | null = null;
  private current: TextMachine | null = null;
  /** The last line that was evidence; 0 before. */
  lastTaken = 0;

  /** `format` null looks for all; `testedPackage` where something else than the lines names it. */
  constructor(context: ReadContext, format: LineFormat | null, testedPackage: string | null = null) {
    this.tests = new TestMachine(testedPackage);
    this.testedPackage = testedPackage;
    const wanted = (name: LineFormat): boolean => format === null || format === 'go-test' || format === name;
    const machines: TextMachine[] = [];
    if (wanted('goroutine-dump')) {
      this.dump = new DumpMachine(context, this.tests);
      this.reports = new ReportMachine(context, this.tests);
      machines.push(this.reports, this.dump);
    }
    if (wanted('race-report')) machines.push(new RaceMachine(context, this.tests), new TsanMachine(context));
    if (wanted('goroutine-profile')) machines.push(new CountProfileMachine(context));
    if (wanted('schedtrace')) machines.push(new SchedTraceMachine(context));
    this.machines = [...machines, this.tests];
  }

  /** Whether evidence is open. */
  get active(): boolean {
    return this.current !== null;
  }

  /** Offers a line: its content without prefix, line end and colours. True when it was evidence. */
  take(text: string, line: number): boolean {
    const { current } = this;
    if (current === null && !this.reports?.waits && !HINT.test(text) && !this.tests.isBuilding) return false;
    if (!this.offer(text, line)) {
      current?.foreign(text, line);
      if (current !== null && !current.active) this.current = null;
      return false;
    }
    this.lastTaken = line;
    return true;
  }

  /** A line of the input that is none of this stream's fell between its lines. */
  foreign(text: string, line: number): void {
    this.current?.foreign(text, line);
    if (this.current !== null && !this.current.active) this.current = null;
  }

  /** Takes plain frames off the bytes; see {@link DumpMachine.bulk}. */
  bulk(buf: Buffer, start: number, end: number, line: number): number {
    return this.dump !== null && this.current === this.dump ? this.dump.bulk(buf, start, end, line) : 0;
  }

  get bulkEnd(): number {
    return this.dump === null ? 0 : this.dump.bulkEnd;
  }

  finish(cut: boolean): void {
    for (const machine of this.machines) machine.finish(cut && machine === this.current);
    this.current = null;
  }

  private offer(text: string, line: number): boolean {
    const { current } = this;
    if (current?.take(text, line)) {
      if (!current.active) this.current = null;
      return true;
    }
    for (const machine of this.machines) {
      if (machine === current || !machine.take(text, line)) continue;
      if (machine.active) this.enter(machine);
      return true;
    }
    return false;
  }

  private enter(machine: TextMachine): void {
    for (const other of this.machines) {
      if (other !== machine) other.interrupt();
    }
    this.current = machine;
  }
}

/** A header behind other text in a line that has no prefix: `[PANIC RECOVER] boom goroutine 32 [running]:`. */
const LATE_HEADER = /^(.*\S)\s+(goroutine \d+ \[[^\]]+\]:)$/;

/** Offers a line to a stream; a header at its end, behind other text, as a line of its own. */
export function takeSplit(lane: Lane, text: string, number: number): boolean {
  const late = text.endsWith(']:') && !text.startsWith('goroutine ') ? LATE_HEADER.exec(text) : null;
  if (late === null) return lane.take(text, number);
  lane.take(late[1], number);
  return lane.take(late[2], number);
}

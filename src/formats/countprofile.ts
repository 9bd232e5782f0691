/**
 * Count profiles as text (runtime/pprof, printCountProfile, debug=1): `goroutine`, since Go 1.26 `goroutineleak`,
 * `threadcreate` and any profile that a program made itself.
 *
 *     goroutine profile: total 12
 *     3 @ 0x43a1 0x40b2 0x47c9
 *     # labels: {"route":"/x", "tenant":"a"}
 *     #<TAB>0x43a0<TAB>pkg.F+0x20<TAB><TAB>/src/a.go:12
 *
 * Columns are separated by one or more tabs, or by blanks where transport replaced them. `total` is the sum of the
 * counts, and so tells whether the text is whole.
 */

import { MAX_FRAMES } from '../base/limits.ts';
import type { CountProfilePart } from '../model/evidence.ts';
import type { Labels } from '../model/snapshot.ts';
import type { FrameId } from '../model/stacks.ts';
import { parseLabels } from './text/labels.ts';
import type { ReadContext, TextMachine } from './text/machine.ts';
import { Strangers } from './text/strangers.ts';

const HEADER = /^([^\s:](?:[^:]*[^\s:])?) profile: total (\d{1,15})$/;
const RECORD = /^(\d{1,15}) @((?: 0x[0-9a-f]+)*)$/;
const LABELS = /^# labels: (?=\{)/;
const FRAME = /^#\s+0x[0-9a-f]+\s+(\S+?)(?:\+0x[0-9a-f]+)?\s+(\S.*:\d+)$/;
const ADDRESS = /^#\s+(0x[0-9a-f]+)$/;

interface Draft {
  readonly count: number;
  readonly frames: FrameId[];
  labels: Labels;
}

export class CountProfileMachine implements TextMachine {
  private readonly context: ReadContext;
  private part: CountProfilePart | null = null;
  private record: Draft | null = null;
  private sum = 0;
  private readonly strangers: Strangers;

  constructor(context: ReadContext) {
    this.context = context;
    this.strangers = new Strangers(context, 'a profile');
  }

  get active(): boolean {
    return this.part !== null;
  }

  take(content: string, line: number): boolean {
    const text = content.trim();
    const header = text.endsWith(':') ? null : HEADER.exec(text);
    if (header !== null) return this.openPart(header, line);
    if (this.part === null) return false;
    if (text === '') return true;
    const taken = this.takeRecord(text) || this.takeDetail(text);
    if (taken) this.strangers.flush();
    return taken;
  }

  foreign(text: string, line: number): void {
    this.strangers.add(text, line);
    if (this.strangers.overflown) this.closePart();
  }

  interrupt(): void {
    this.closePart();
  }

  finish(): void {
    this.closePart();
  }

  private openPart(header: RegExpExecArray, line: number): boolean {
    this.closePart();
    this.part = {
      format: 'goroutine-profile',
      line,
      name: header[1],
      total: Number(header[2]),
      records: [],
    };
    this.context.openPart(this.part);
    return true;
  }

  private takeRecord(text: string): boolean {
    const match = RECORD.exec(text);
    if (match === null) return false;
    this.closeRecord();
    this.record = { count: Number(match[1]), frames: [], labels: {} };
    return true;
  }

  private takeDetail(text: string): boolean {
    const { record } = this;
    if (record === null || text.charCodeAt(0) !== 0x23) return false;
    const labels = LABELS.exec(text);
    if (labels !== null) {
      const parsed = parseLabels(text, labels[0].length);
      if (parsed === null) return false;
      record.labels = parsed.labels;
      return true;
    }
    const frame = FRAME.exec(text);
    const address = frame === null ? ADDRESS.exec(text) : null;
    if (record.frames.length >= MAX_FRAMES) return true;
    if (frame !== null) record.frames.push(this.context.stacks.frameAt(frame[1], frame[2]));
    else if (address !== null) record.frames.push(this.context.stacks.frameOf(address[1]));
    return frame !== null || address !== null;
  }

  private closeRecord(): void {
    const { record, part } = this;
    this.record = null;
    if (record === null || part === null) return;
    this.sum += record.count;
    const { count, labels } = record;
    this.context.sink.record({ count, labels, stack: this.context.stacks.internStack(record.frames) }, part);
  }

  private closePart(): void {
    this.closeRecord();
    const { part, sum } = this;
    this.part = null;
    this.sum = 0;
    this.strangers.drop();
    if (part === null || part.total === sum) return;
    const message = `the ${part.name} profile has records for ${sum} of its total of ${part.total}: it is not whole`;
    this.context.report({ severity: 'error', message, line: part.line });
  }
}

/**
 * Reports of the C and C++ ThreadSanitizer, which cgo programs and build logs hold beside Go's own. They are
 * recognised, counted and named; their stacks are not Go's and are not read.
 *
 *     WARNING: ThreadSanitizer: data race (pid=123)
 *       Write of size 4 at 0x7b04 by thread T1:
 *         #0 worker file.cc:12:3 (bin+0x12)
 *     SUMMARY: ThreadSanitizer: data race file.cc:12:3 in worker
 */

import type { CppRacePart } from '../model/evidence.ts';
import type { ReadContext, TextMachine } from './text/machine.ts';

const OPENING = /^WARNING: ThreadSanitizer: (.+?)(?: \(pid=\d+\))?$/;
const SUMMARY = /^SUMMARY: ThreadSanitizer: (.+)$/;
/** Lines of one report; real ones have some hundred. */
const MAX_LINES = 2000;

export class TsanMachine implements TextMachine {
  private readonly context: ReadContext;
  private part: CppRacePart | null = null;
  private lines = 0;

  constructor(context: ReadContext) {
    this.context = context;
  }

  get active(): boolean {
    return this.part !== null;
  }

  take(content: string, line: number): boolean {
    const text = content.trim();
    const opening = OPENING.exec(text);
    if (opening !== null) {
      this.lines = 0;
      this.part = { format: 'tsan-report', line, kind: opening[1], summary: null };
      this.context.openPart(this.part);
      return true;
    }
    if (this.part === null) return false;
    const summary = SUMMARY.exec(text);
    if (summary !== null) this.part.summary = summary[1];
    const own = summary !== null || text === '' || /^\s/.test(content) || /^#\d+ /.test(text);
    if (summary !== null || !own || ++this.lines > MAX_LINES) this.part = null;
    return own;
  }

  foreign(): void {}

  interrupt(): void {
    this.part = null;
  }

  finish(): void {
    this.part = null;
  }
}

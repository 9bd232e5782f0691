/**
 * What stands above the goroutines and says why the program died (runtime/panic.go, signal_unix.go, signal_windows.go):
 *
 *     runtime: goroutine stack exceeds 1000000000-byte limit
 *     fatal error: stack overflow
 *
 *     SIGQUIT: quit
 *     PC=0x464c41 m=0 sigcode=0
 *
 * What the program printed last may have no line end, so that the reason stands behind it: `•••panic: boom`.
 */

import { MAX_HEAD_LINES } from '../../base/limits.ts';
import type { Crash } from '../../model/snapshot.ts';
import { indentOf, parseCall, parsePlace } from '../text/frames.ts';
import { readReason, readSignal } from './chain.ts';

type ReasonKind = 'panic' | 'fatal error' | 'signal';
/** A `prelude` says that a reason follows; a signal's needs its `PC=` line or a goroutine to count. */
export type HeadKind = ReasonKind | 'prelude';

const STARTS: readonly (readonly [HeadKind, RegExp])[] = [
  ['panic', /^panic:(?: |$)/],
  ['fatal error', /^fatal error: /],
  ['signal', /^SIG[A-Z0-9]+: /],
  ['signal', /^Signal \d+$/],
  ['signal', /^\[signal \w/],
  ['signal', /^Exception 0x[0-9a-f]+ /],
  ['prelude', /^(?:runtime: |runtime\/cgo: |fatal: (?:morestack on |systemstack called |bad g in |recursive |concurrent ))/],
  ['prelude', /^(?:unexpected fault address 0x|accessed data from freed user arena |checkptr: |panic during (?:panic|malloc)$)/],
];
/** Lines among those of a prelude: dumps of memory and of objects. */
const PRELUDE_LINE = /^(?:\s|object=|sp=|(?:0x)?[0-9a-f]{8,16}(?:: | (?:alloc|free) ))/;

/** What kind of head a line without indentation begins, or null. */
export function headKindOf(text: string): HeadKind | null {
  for (const [kind, start] of STARTS) {
    if (start.test(text)) return kind;
  }
  return null;
}

/** Where a reason begins in a line behind other text. */
const BEHIND = /(?:panic|fatal error|SIG[A-Z0-9]+): |panic:$|Exception 0x[0-9a-f]+ 0x/;
/** Marks of progress, a test's report in XML, PowerShell's name of the program: what follows is a line of its own. */
const LEADS = /^(?:[.•·∙●✓✔✗✘*+SPFEIx-]*[^\w\s"'`([{=,;:<>|#]|.*<!\[CDATA\[|.*\.exe : )$/;
/** Output without line end, but not the words of a logger: they end in a blank, a quote or a bracket. */
const UNENDED = /[^\s"'`([{=,;:<>/\\|-]$/;

/** How sure it is that a reason begins: a line of its own, or behind output without line end. */
export type Lead = 'own' | 'unended';

export interface FoundHead {
  readonly kind: HeadKind;
  readonly lead: Lead;
  /** From the reason on. */
  text: string;
}

/** The head that a line without indentation begins or holds; null for none. */
export function findHead(text: string): FoundHead | null {
  const kind = headKindOf(text);
  if (kind !== null) return { kind, lead: 'own', text };
  const at = text.search(BEHIND);
  if (at <= 0) return null;
  const before = text.slice(0, at);
  const lead = LEADS.test(before) ? 'own' : UNENDED.test(before) ? 'unended' : null;
  const behind = text.slice(at);
  const found = lead === null ? null : headKindOf(behind);
  if (found === null || found === 'prelude') return null;
  return { kind: found, lead: lead as Lead, text: behind };
}

/** Whether a call without indentation and its place stand here. */
function isFrame(call: string, place: string | undefined): boolean {
  if (place === undefined || indentOf(call) > 0 || parseCall(call) === null) return false;
  return parsePlace(place)?.offsets === true;
}

/** Lines that belong to a head beyond doubt, whatever stands between. */
const CONTINUATION =
  /^(?:\s+\S|\t+$|\[signal |\[recovered\]|PC=0x|signal arrived during |instruction bytes:|panic: |fatal error: |panic during )/;
/** What PowerShell tells of a program's error output: where the command stands and of which category it is. */
const POWERSHELL = /^(?:At .+ ?char:\d+$|\s*\+ )/;

export class CrashHead {
  readonly line: number;
  readonly indent: number;
  readonly lead: Lead;
  private kind: HeadKind;
  private readonly texts: string[] = [];
  /** By text: its line. */
  private readonly lines: number[] = [];
  /** Lines of the reason itself: a prelude stands above it. */
  private reasonFrom = 0;
  private reasonLine: number;
  /** Lines up to and with the last blank one. */
  private lastBlank = 0;
  /** Whether a shell says below it that the program died as Go's programs do. */
  diedBelow = false;

  /** `above`: what the runtime said before. */
  constructor({ kind, text, lead }: FoundHead, indent: number, line: number, above: readonly string[] = []) {
    this.kind = kind;
    this.lead = lead;
    this.line = line;
    this.indent = indent;
    this.reasonLine = line;
    this.texts.push(...above, text);
    this.lines.push(...this.texts.map(() => line));
    this.reasonFrom = above.length;
  }

  get isPanic(): boolean {
    return this.kind === 'panic';
  }

  get isSignal(): boolean {
    return this.kind === 'signal';
  }

  /** Whether the header of a goroutine stands in one of its lines, not by itself. */
  get holdsHeader(): boolean {
    return this.texts.some((text) => /goroutine \d+ \[[a-z][^\]]*\]:/.test(text));
  }

  get full(): boolean {
    return this.texts.length >= MAX_HEAD_LINES;
  }

  /** Whether a blank line came last. */
  get afterBlank(): boolean {
    return this.lastBlank === this.texts.length;
  }

  /** Whether a line may be this head's: much of what programs print is none of a prelude's, or of one behind other output. */
  mayTake(content: string): boolean {
    if (this.kind === 'prelude')
      return content.trim() === '' || headKindOf(content.trim()) !== null || PRELUDE_LINE.test(content);
    return this.lead === 'own' || content.trim() === '' || CONTINUATION.test(content);
  }

  /** Whether frames without a header may come next. */
  get mayBeFollowed(): boolean {
    return this.kind === 'signal' || this.expectsRuntimeStack;
  }

  /** Whether the words end with `called from`, and a thread's stack follows before the reason does (badmorestackg0). */
  get expectsRuntimeStack(): boolean {
    return this.kind === 'prelude' && / called from$/.test(this.texts[this.texts.length - 1].trimEnd());
  }

  /** The runtime's words so far, without blank lines. */
  get words(): readonly string[] {
    return this.texts.filter((text) => text.trim() !== '');
  }

  /** Gives the last line back: it was a frame's. */
  dropLast(): void {
    this.texts.pop();
    this.lines.pop();
  }

  /** Takes away the lines from the first frame on, for a head that no goroutine follows: its header is missing. */
  takeFrames(): { readonly text: string; readonly line: number }[] {
    const from = this.texts.findIndex((text, i) => i > this.reasonFrom && isFrame(text, this.texts[i + 1]));
    if (from < 0) return [];
    const lines = this.lines.splice(from);
    return this.texts.splice(from).map((text, i) => ({ text, line: lines[i] }));
  }

  /** Takes the next line, its indentation relative to the head's. */
  add(text: string, line: number): void {
    this.texts.push(text);
    this.lines.push(line);
    if (text.trim() === '' && !text.startsWith('\t')) this.lastBlank = this.texts.length;
    const kind = this.kind === 'prelude' ? headKindOf(text) : null;
    if (kind === null || kind === 'prelude') return;
    this.kind = kind;
    this.reasonFrom = this.texts.length - 1;
    this.reasonLine = line;
  }

  /**
   * The crash, once its stacks begin (`followed`) or it is clear that none do: then only lines that are a head's
   * beyond doubt belong to it. Null for a head that proves to be none.
   */
  finish(followed: boolean): Crash | null {
    const { kind } = this;
    if (kind === 'prelude') return null;
    const lines = this.reasonLines(followed);
    if (!followed && !this.countsAlone(lines)) return null;
    const above = this.texts.slice(0, this.reasonFrom).filter((text) => text.trim() !== '');
    const signal = readSignal(lines);
    const common = { kind, lines, line: this.reasonLine, signal };
    if (kind === 'signal') return { ...common, message: lines[0], chain: [], notes: [...above, ...lines.slice(1)] };
    const { chain, message, notes } = readReason(lines);
    return { ...common, message: message ?? lines[0], chain, notes: [...above, ...notes] };
  }

  /** Whether these lines are a reason although no stack follows (GOTRACEBACK=none). */
  private countsAlone(lines: readonly string[]): boolean {
    if (this.kind === 'signal') return lines.some((text) => text.startsWith('PC='));
    return this.diedBelow || (this.lead === 'own' && (lines.length > 1 || lines[0] !== 'panic:'));
  }

  private reasonLines(followed: boolean): string[] {
    const texts = this.texts.slice(this.reasonFrom);
    let end: number;
    if (followed) {
      end = this.lastBlank > this.reasonFrom ? this.lastBlank - 1 - this.reasonFrom : texts.length;
    } else {
      end = texts.findIndex((text, i) => i > 0 && !CONTINUATION.test(text));
      if (end < 0) end = texts.length;
    }
    const lines = texts.slice(0, Math.max(1, end)).filter((text, i) => i === 0 || !POWERSHELL.test(text));
    // a place without a call, as the lines of a log in disorder leave it
    while (!followed && lines.length > 1 && parsePlace(lines[lines.length - 1])?.offsets) lines.pop();
    while (lines.length > 1 && /^ *$/.test(lines[lines.length - 1])) lines.pop();
    return lines;
  }
}

/**
 * What stands above the goroutines and says why the program died (runtime/panic.go, signal_unix.go):
 *
 *     panic: shelf 7 collapsed [recovered]
 *     <TAB>panic: guard: shelf 7 collapsed
 *     [signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0x48bcac]
 *
 *     fatal error: concurrent map writes
 *
 *     SIGQUIT: quit
 *     PC=0x464c41 m=0 sigcode=0
 */

import { MAX_HEAD_LINES } from '../../base/limits.ts';
import type { Crash, CrashKind, PanicValue, ServedPanic } from '../../model/snapshot.ts';

/** How a head may begin. A `prelude` says that one follows; a signal's needs its `PC=` line or a goroutine to count. */
const STARTS: readonly (readonly [CrashKind | 'prelude', RegExp])[] = [
  ['panic', /^panic: /],
  ['fatal error', /^fatal error: /],
  ['signal', /^SIG[A-Z0-9]+: /],
  ['signal', /^Signal \d+$/],
  ['signal', /^Exception 0x[0-9a-f]+ /],
  ['prelude', /^runtime: (?:goroutine stack exceeds \d+-byte limit|out of memory: cannot allocate )/],
  ['prelude', /^unexpected fault address 0x/],
  ['prelude', /^runtime: sp=0x[0-9a-f]+ stack=\[/],
];

/** What kind of head a line without indentation begins, or null. */
export function headKindOf(text: string): CrashKind | 'prelude' | null {
  for (const [kind, start] of STARTS) {
    if (start.test(text)) return kind;
  }
  return null;
}

/** Lines that belong to a head beyond doubt, whatever stands between. */
const CONTINUATION = /^(?:\s+\S|\[signal SIG|\[recovered\]|PC=0x|signal arrived during |panic: |fatal error: )/;

export class CrashHead {
  readonly line: number;
  readonly indent: number;
  private kind: CrashKind | 'prelude';
  private readonly texts: string[] = [];
  /** Lines of the reason itself: a prelude stands above it. */
  private reasonFrom = 0;
  private reasonLine: number;
  /** Lines up to and with the last blank one. */
  private lastBlank = 0;

  constructor(kind: CrashKind | 'prelude', text: string, indent: number, line: number) {
    this.kind = kind;
    this.line = line;
    this.indent = indent;
    this.reasonLine = line;
    this.texts.push(text);
  }

  get isPanic(): boolean {
    return this.kind === 'panic';
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

  /** Takes the next line, its indentation relative to the head's. */
  add(text: string, line: number): void {
    this.texts.push(text);
    if (text.trim() === '' && !text.startsWith('\t')) this.lastBlank = this.texts.length;
    const kind = this.kind === 'prelude' ? headKindOf(text) : null;
    if (kind === null || kind === 'prelude') return;
    this.kind = kind;
    this.reasonFrom = this.texts.length - 1;
    this.reasonLine = line;
  }

  /**
   * The crash, once the goroutines begin (`followed`) or it is clear that none do: then only lines that are a head's
   * beyond doubt belong to it. Null for a head that proves to be none.
   */
  finish(followed: boolean): Crash | null {
    if (this.kind === 'prelude') return null;
    const lines = this.reasonLines(followed);
    if (this.kind === 'signal' && !followed && !lines.some((text) => text.startsWith('PC='))) return null;
    const chain = this.kind === 'signal' ? [] : readChain(lines);
    const message = chain.length > 0 ? chainMessage(lines) : lines[0];
    return { kind: this.kind, message, chain, lines, line: this.reasonLine };
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
    const lines = texts.slice(0, Math.max(1, end));
    while (lines.length > 1 && lines[lines.length - 1].trim() === '') lines.pop();
    return lines;
  }
}

const LINK = /^(?:\t| +)?(panic|fatal error): ([\s\S]*)$/;
const RECOVERED = / \[recovered(, repanicked)?\]$/;
const NOTE = /^(?:\[signal |\[recovered\]|PC=0x|runtime: )/;

/** The chain of values, oldest first; a value may take several lines. */
function readChain(lines: readonly string[]): PanicValue[] {
  const values: { kind: 'panic' | 'fatal error'; lines: string[] }[] = [];
  for (const text of lines) {
    const link = LINK.exec(text);
    if (link !== null) values.push({ kind: link[1] as 'panic' | 'fatal error', lines: [link[2]] });
    else if (!NOTE.test(text)) values[values.length - 1]?.lines.push(text);
  }
  return values.map(({ kind, lines: own }) => {
    const text = joinMessage(own);
    const recovered = RECOVERED.exec(text);
    const message = recovered === null ? text : text.slice(0, recovered.index);
    return { kind, message, recovered: recovered !== null, repanicked: recovered?.[1] !== undefined };
  });
}

/** The message of the first value as printed. */
function chainMessage(lines: readonly string[]): string {
  const own = [lines[0].replace(LINK, '$2')];
  for (const text of lines.slice(1)) {
    if (LINK.test(text) || NOTE.test(text)) break;
    own.push(text);
  }
  return joinMessage(own);
}

/** Since Go 1.23 every further line of a message is printed behind a tab, which transport may turn into blanks. */
function joinMessage(own: readonly string[]): string {
  const [first, ...rest] = own;
  const indent = ['\t', ' '.repeat(8), ' '.repeat(4)].find((blank) =>
    rest.every((text) => text.trim() === '' || text.startsWith(blank)),
  );
  return [first, ...(indent === undefined ? rest : rest.map((text) => text.slice(indent.length)))].join('\n');
}

/** A panic that somebody caught and logged, as it stands in the line above a goroutine. */
export function parseServedPanic(text: string): ServedPanic | null {
  const match = /\bpanic serving (\S+): (.*)$/.exec(text);
  return match === null ? null : { client: match[1], message: match[2] };
}

/** A crash whose reason stands behind something else on its line: `2026/11/01 10:00:00 panic: boom`. */
export function findCrashInLine(text: string, line: number): Crash | null {
  const match = /[\s\]:)"](panic|fatal error): (.+)$/.exec(text);
  if (match === null) return null;
  const reason = `${match[1]}: ${match[2]}`;
  return { kind: match[1] as CrashKind, message: match[2], chain: readChain([reason]), lines: [reason], line };
}

/** What the lines above a goroutine say of a panic. */
export function readAbove(lines: readonly { text: string; line: number }[]): {
  crash: Crash | null;
  servedPanic: ServedPanic | null;
} {
  for (const { text, line } of lines.toReversed()) {
    const servedPanic = parseServedPanic(text);
    if (servedPanic !== null) return { crash: null, servedPanic };
    const crash = findCrashInLine(text, line);
    if (crash !== null) return { crash, servedPanic: null };
  }
  return { crash: null, servedPanic: null };
}

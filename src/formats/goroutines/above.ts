/**
 * Reasons in the line above a goroutine that somebody else than the runtime printed: a server or a logger that caught a
 * panic.
 *
 *     2026/11/01 10:00:00 http: panic serving 10.0.0.1:4711: boom                          net/http
 *     E0813 17:31:15.4 1 runtime.go:142] "Observed a panic" panic="boom" stacktrace=<      klog
 *         suite.go:63: test panicked: boom                                                 testify
 *     [PANIC RECOVER] boom goroutine 32 [running]:                                         echo
 */

import type { Crash, CrashKind, ServedPanic } from '../../model/snapshot.ts';
import { unquoteGo } from '../text/labels.ts';
import { readReason } from './chain.ts';

/** A panic that somebody caught and logged, as it stands in the line above a goroutine. */
export function parseServedPanic(text: string): ServedPanic | null {
  const match = /\bpanic serving (\S+): (.*)$/.exec(text);
  return match === null ? null : { client: match[1], message: match[2] };
}

/** A crash whose reason stands behind something else on its line: `2026/11/01 10:00:00 panic: boom`. */
function findCrashInLine(text: string, line: number): Crash | null {
  const match = /[\s\]:)"](panic|fatal error): (.+)$/.exec(text);
  if (match === null) return null;
  const reason = `${match[1]}: ${match[2]}`;
  const { chain, message } = readReason([reason]);
  const kind = match[1] as CrashKind;
  return { kind, message: message ?? match[2], chain, lines: [reason], line, notes: [], signal: null };
}

const QUOTED_PANIC = /\bpanic="/;
/** Words that say that a panic was caught, and then what it was. */
const CAUGHT =
  /(?:\btest panicked: |\bObserved a panic: |\[PANIC RECOVER\]:? |\[Recovery\] |\b[Pp]anic recovered:? |\b[Rr]ecovered(?: from)?(?: a)? panic:? |\b[Rr]ecover(?:ed|ing)?(?: from)?: |\bpanicked: )(.*)$/;
/** Words that tell of a caught panic without its reason. */
const CAUGHT_WORDS = /\b(?:recover(?:ed|ing|y)?|panic(?:ked)?)\b/i;

/** The message of a panic that a line says was caught; null for a line that says no such thing. */
function caughtMessage(text: string): string | null {
  const quoted = QUOTED_PANIC.exec(text);
  if (quoted !== null) {
    const value = unquoteGo(text, quoted.index + quoted[0].length - 1);
    if (value !== null) return value.word;
  }
  const match = CAUGHT.exec(text);
  return match === null ? null : match[1].trim();
}

/** What a line tells of a panic where nothing else is found: one that was caught, or that the program died of. */
export function findInLine(text: string, line: number): Crash | null {
  const message = caughtMessage(text);
  return message === null ? findCrashInLine(text, line) : makeRecovered(message, line, [text]);
}

/** A panic that somebody caught: the program lived on. */
export function makeRecovered(message: string, line: number, lines: readonly string[] = []): Crash {
  const chain = [{ kind: 'panic' as const, message, recovered: true, repanicked: false }];
  return { kind: 'recovered', message, chain, lines, line, notes: [], signal: null };
}

export interface Above {
  readonly crash: Crash | null;
  readonly servedPanic: ServedPanic | null;
  /** Whether a line speaks of a panic or of recovering. */
  readonly speaks: boolean;
}

/** What the lines above a goroutine say of a panic. */
export function readAbove(lines: readonly { text: string; line: number }[]): Above {
  const speaks = lines.some(({ text }) => CAUGHT_WORDS.test(text));
  for (const { text, line } of lines.toReversed()) {
    const servedPanic = parseServedPanic(text);
    if (servedPanic !== null) return { crash: null, servedPanic, speaks };
    const crash = findInLine(text, line);
    if (crash !== null) return { crash, servedPanic: null, speaks };
  }
  return { crash: null, servedPanic: null, speaks };
}

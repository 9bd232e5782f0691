/**
 * Goroutines at one instant: what a goroutine dump, a crash or a goroutine profile holds, and the two accesses of a
 * data race. Stacks and frames are ids into the {@link StackTable} of the input they came from.
 */

import type { FrameId, StackId } from './stacks.ts';

/** Words that the runtime adds to a goroutine's state: its stack is being scanned, it is durably blocked in a
 * synctest bubble, a leak profile found it unreachable. */
export type GoroutineFlag = 'scan' | 'durable' | 'leaked';

/** Profiler labels, keys sorted as the runtime prints them. */
export type Labels = Readonly<Record<string, string>>;

export interface Goroutine {
  /** The runtime's id; 0 is a thread's system stack, and several threads may print one. */
  readonly id: number;
  /** The words in the header's brackets without its flags: `chan receive`, `running`, `GC worker (idle)`. */
  readonly state: string;
  readonly flags: readonly GoroutineFlag[];
  /** Whole minutes in this state; 0 where the runtime printed none (less than one, or not waiting). */
  readonly waitMinutes: number;
  readonly lockedToThread: boolean;
  /** The synctest bubble, or group in Go 1.24's experiment; null outside one. */
  readonly bubble: number | null;
  readonly labels: Labels;
  /** Header words that no known version of Go prints, kept as they stood. */
  readonly extra: readonly string[];
  /** False where the goroutine ran on another thread and its stack could not be printed. */
  readonly stackAvailable: boolean;
  readonly stack: StackId;
  /** Argument texts of the frames, leaf first, as printed between the parentheses; null unless asked for. */
  readonly args: readonly (string | null)[] | null;
  readonly createdBy: Creator | null;
  /** The stacks of GODEBUG=tracebackancestors, youngest first. */
  readonly ancestors: readonly Ancestor[];
  /** 1-based line of the header. */
  readonly line: number;
  /** Whether the input ended, or a foreign dump began, before this goroutine was whole. */
  readonly truncated: boolean;
  /** The thread (M) that it was on, as headers tell since Go 1.22: null for none; absent where the header does not tell. */
  readonly thread?: number | null | undefined;
}

/** The go statement that made a goroutine. `goroutine` is null where the text does not name the parent. */
export interface Creator {
  readonly frame: FrameId;
  readonly goroutine: number | null;
}

/** One `[originating from goroutine N]` block. */
export interface Ancestor {
  readonly id: number;
  readonly stack: StackId;
  readonly createdBy: Creator | null;
}

/** `recovered`: somebody caught the panic and printed it, the program lived on. `unknown`: the runtime stopped the program, its
 * reason is not in the text. */
export type CrashKind = 'panic' | 'fatal error' | 'signal' | 'recovered' | 'unknown';

/** What the runtime tells of the signal behind a crash; numbers as they were printed, null where they were not. */
export interface CrashSignal {
  /** `SIGSEGV`; of Windows the number of the exception. */
  readonly name: string;
  readonly code: string | null;
  /** The address that was accessed. */
  readonly addr: string | null;
  readonly pc: string | null;
}

/** A stack that no goroutine's header stands above: `runtime` is a thread's own, of `unknown` the header is missing. */
export interface LooseStack {
  readonly of: 'runtime' | 'unknown';
  readonly stack: StackId;
  readonly createdBy: Creator | null;
  /** 1-based line of `runtime stack:`, or of the first frame. */
  readonly line: number;
}

/** One value of a chain of panics, oldest first. `recovered` as printed: a later panic replaced or repeated it. */
export interface PanicValue {
  readonly kind: 'panic' | 'fatal error';
  readonly message: string;
  readonly recovered: boolean;
  readonly repanicked: boolean;
}

/** Why the program died. */
export interface Crash {
  readonly kind: CrashKind;
  /** What stands behind the kind, lines joined by `\n`; for signals the name too (`SIGQUIT: quit`). */
  readonly message: string;
  readonly chain: readonly PanicValue[];
  /** All lines of the reason as they were printed. */
  readonly lines: readonly string[];
  /** 1-based line of the reason. */
  readonly line: number;
  /** Other lines of the runtime's above and below the reason, as printed: limits, sizes, advice. */
  readonly notes?: readonly string[];
  readonly signal?: CrashSignal | null;
}

/** Whether a dump was asked for by a signal: the program did not die of its own. */
export function isAskedFor({ kind, message }: Crash): boolean {
  return kind === 'signal' && message.startsWith('SIGQUIT');
}

/** Whether the program died because nobody could go on. */
export function isDeadlock({ kind, message }: Crash): boolean {
  return kind === 'fatal error' && (message.endsWith(' - deadlock!') || message.startsWith('checkdead: '));
}

/** A panic that a server caught and printed (net/http); the program lived on. */
export interface ServedPanic {
  readonly client: string;
  readonly message: string;
}

/** How a goroutine was found to be inside a map operation when the runtime stopped the program. */
export type MapEvidence = 'runtime frame' | 'detected the fault' | 'same line' | 'can run';

/** A goroutine that was inside a map operation, or may have been, in a crash for concurrent use of a map. */
export interface MapUser {
  readonly id: number;
  readonly operation: 'read' | 'write' | 'delete' | 'iterate' | 'unknown';
  /** The innermost frame outside the runtime: the statement that used the map. */
  readonly frame: FrameId;
  readonly evidence: MapEvidence;
}

export type AccessKind = 'read' | 'write';

/** `main` is the main goroutine, or the main thread in C code; a number is the race detector's own, never a goroutine id
 * of a dump; other threads of C code have names. */
export type RaceParty = number | 'main' | `thread T${number}`;

/** `goroutine 7`, `main goroutine`, `thread T3`. */
export function partyText(party: RaceParty): string {
  if (typeof party === 'number') return `goroutine ${party}`;
  return party === 'main' ? 'main goroutine' : party;
}

export interface RaceAccess {
  readonly kind: AccessKind;
  /** As printed, or null in the reports of Go before 1.8. */
  readonly address: string | null;
  readonly goroutine: RaceParty;
  readonly stack: StackId;
  /** False where the detector had forgotten it. */
  readonly stackRestored: boolean;
}

export interface RaceCreation {
  readonly goroutine: number;
  readonly state: 'running' | 'finished';
  readonly stack: StackId;
  readonly stackRestored: boolean;
}

/** A place in the output of `go test`; null what the output does not tell. */
export interface TestPosition {
  readonly test: string | null;
  package: string | null;
}

/** One `WARNING: DATA RACE` report. */
export interface RaceReport {
  /** 1-based line of the opening rule. */
  readonly line: number;
  /** The detecting access first; fewer than two only in a cut report. */
  readonly accesses: readonly RaceAccess[];
  readonly creations: readonly RaceCreation[];
  /** Where `go test` output placed it, right or not. The package of plain output is known, and filled in, only when
   * the line comes that closes the package's output. */
  readonly position: TestPosition;
  readonly truncated: boolean;
}

/**
 * What the frames of a dump's first goroutine say of how the dump came about. The runtime prints a crash from within
 * `panic`, `runtime.throw` or `runtime.fatal`; `debug.Stack` prints a goroutine that goes on, and below a `panic` one that
 * recovers from it. A running goroutine alone says nothing: runtime.Stack and net/http/pprof print one, too.
 */

import type { DumpPart } from '../../model/evidence.ts';
import type { Crash } from '../../model/snapshot.ts';
import { makeRecovered } from './above.ts';

/** Functions that print the stack they are on. */
const PRINTERS =
  /^(?:runtime\/debug\.(?:Stack|PrintStack)|runtime\.Stack|runtime\/pprof\.\S+|github\.com\/sasha-s\/go-deadlock\.\S+)$/;
/** Functions in which the runtime stops a program, or begins to. */
const STOPPERS = /^(?:runtime\.(?:throw|fatal|fatalthrow|fatalpanic|dopanic_m|badsystemstack|abort)|panic|runtime\.gopanic)$/;
const THROWS = /^runtime\.(?:throw|fatal|fatalthrow|fatalpanic|dopanic_m)$/;
/** Functions of servers and loggers that print a panic they caught. */
const CATCHERS = /(?:[Rr]ecover|HandleCrash|handleCrash|logPanic|LogPanic|failOnPanic|[Pp]anicHandler|PrintStack|\bprintStack)/;
const SERVER = 'net/http.(*conn).serve.func1';

export function emptyDump(line: number, crash: Crash | null): DumpPart {
  const lists = { goroutines: [], looseStacks: [] };
  return { format: 'goroutine-dump', line, crash, servedPanic: null, runtimeStack: null, ...lists };
}

export interface FirstGoroutine {
  /** Leaf first. */
  readonly names: readonly string[];
  readonly line: number;
  /** Whether the reason stands in somebody else's line. */
  readonly inline: boolean;
  /** Whether a line above speaks of a panic or of recovering. */
  readonly announced: boolean;
  /** Whether the text itself tells that the program died: its exit status, registers. */
  readonly died: boolean;
}

/** Whether net/http prints a panic that it caught, though the line above that says so is missing. */
export function isServer(names: readonly string[]): boolean {
  return names[0] === SERVER && names.some((name) => STOPPERS.test(name));
}

/** The crash of a dump whose reason is `crash`, in the light of its first goroutine's frames. */
export function judgeCrash(crash: Crash | null, first: FirstGoroutine): Crash | null {
  const { names, line, inline, announced, died } = first;
  const stop = names.findIndex((name) => STOPPERS.test(name));
  const inner = stop < 0 ? names : names.slice(0, stop);
  const isPrinted = PRINTERS.test(names[0] ?? '') || (stop < 0 && inner.some((name) => PRINTERS.test(name)));
  const isCaught = isPrinted || inner.some((name) => CATCHERS.test(name));
  if (crash !== null) {
    return crash.kind === 'panic' && (inline ? isCaught : isPrinted) ? asRecovered(crash) : crash;
  }
  if (stop >= 0 && THROWS.test(names[stop])) return unknownCrash(line);
  if (stop >= 0) return isCaught || (announced && stop > 0) ? makeRecovered('', line) : unknownCrash(line);
  return died && !isPrinted ? unknownCrash(line) : null;
}

function asRecovered(crash: Crash): Crash {
  const chain = crash.chain.map((value, i) => (i === crash.chain.length - 1 ? { ...value, recovered: true } : value));
  return { ...crash, kind: 'recovered', chain };
}

function unknownCrash(line: number): Crash {
  return { kind: 'unknown', message: '', chain: [], lines: [], line, notes: [], signal: null };
}

/**
 * Which goroutine a crash happened in, by the order in which the runtime prints (dopanic_m and tracebacksomeothers in
 * runtime/panic.go and traceback.go, fatalsignal in signal_unix.go):
 *
 *   - a panic, a throw or a signal on a goroutine prints that one first, without `runtime stack:` above it;
 *   - on a thread's own stack the block `runtime stack:` comes first, then the goroutine of that thread if it has one, then
 *     all others. Since Go 1.22 a header tells: `m=nil` is on no thread, so it is a bystander; `m=3` is on one;
 *   - a deadlock is found by a thread without goroutine, and nobody crashed.
 *
 * Where a header tells nothing, only a goroutine that runs or is in a system call may be that thread's.
 */

import type { DumpPart } from '../model/evidence.ts';
import { type Goroutine, isAskedFor, isDeadlock } from '../model/snapshot.ts';
import { isElided, type StackTable } from '../model/stacks.ts';

/** States of goroutines that are on a thread: the last ones while the runtime works for them on its own stack. */
const ON_THREAD =
  /^(?:running|syscall|copystack|stack growth|GC worker \(active\)|GC assist marking|GC mark termination|garbage collection|stopping the world|dumping heap|flushing proc caches|trace (?:goroutine|proc) status|page trace flush)$/;
/** Functions of a thread that has no goroutine: it watches, or looks for one. */
const NO_GOROUTINE = /^runtime\.(?:sysmon|checkdead|schedule|findRunnable|findrunnable|stopm|templateThread|goexit0|gdestroy)$/;

/**
 * The goroutine that a crash happened in, `first` being the one printed first; null where none did, or where the text leaves
 * it open.
 */
export function findCrashed(part: DumpPart, first: Goroutine | null, stacks: StackTable): Goroutine | null {
  const { crash } = part;
  if (crash === null || first === null || isAskedFor(crash) || isDeadlock(crash)) return null;
  const above = part.looseStacks.filter(({ line }) => line < first.line);
  if (above.some(({ of }) => of === 'unknown') || !first.stackAvailable) return null;
  if (above.length === 0 && (crash.kind === 'signal' || crash.kind === 'recovered')) return first;
  if (above.some(({ stack }) => hasNoGoroutine(stack, stacks)) || first.thread === null) return null;
  return first.thread !== undefined || ON_THREAD.test(first.state) ? first : null;
}

function hasNoGoroutine(stack: number, stacks: StackTable): boolean {
  return stacks.framesAt(stack).some((frame) => !isElided(frame) && NO_GOROUTINE.test(frame.function));
}

/** The goroutine that called the system stack (goroutine 0) which a crash happened on; null where that cannot be told. */
export function findCaller(crashed: Goroutine | null, next: Goroutine | null): Goroutine | null {
  if (crashed?.id !== 0 || next === null || next.id === 0 || next.thread === null) return null;
  const same = next.thread !== undefined && next.thread === crashed.thread;
  return same || (next.thread === undefined && ON_THREAD.test(next.state)) ? next : null;
}

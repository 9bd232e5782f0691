/**
 * What goroutines wait for: the words of dumps, those of traces, and the runtime's frames that each shows on top of the
 * goroutine's own stack (leaf first). Read in the sources and in traces and dumps of Go 1.19 to 1.27.
 */

import type { CallFrame } from '../model/stacks.ts';
import type { GoRelease } from './version.ts';

export type WaitKind =
  | 'chan receive'
  | 'chan send'
  | 'chan receive (nil chan)'
  | 'chan send (nil chan)'
  | 'select'
  | 'select (no cases)'
  | 'mutex'
  | 'rwmutex read'
  | 'rwmutex write'
  | 'rwmutex inner'
  | 'wait group'
  | 'cond'
  | 'sleep'
  | 'network'
  | 'assist'
  | 'gc worker'
  | 'gc worker start'
  | 'gc cycle'
  | 'bgsweep'
  | 'forcegc'
  | 'scavenge'
  | 'finalizer';

interface WaitText {
  /** In a dump's brackets; before `since`, `before`. */
  readonly dump: string;
  readonly since?: number;
  readonly before?: string;
  /** The block reason of a trace. */
  readonly trace: string;
  /** Frames of a dump that are not hidden, leaf first: `function file line`. */
  readonly frames: (release: GoRelease) => readonly CallFrame[];
  /** The leaf that a trace shows, if it is no frame of the program's own. */
  readonly leaf: (release: GoRelease) => readonly CallFrame[];
}

const NONE = (): readonly CallFrame[] => [];
const frame = (name: string, file: string, line: number): CallFrame => ({ function: name, file, line });
const one =
  (name: string, file: string, line: number): (() => readonly CallFrame[]) =>
  () => [frame(name, file, line)];

const LOCK = frame('sync.(*Mutex).Lock', 'sync/mutex.go', 46);
const LOCK_OLD = frame('sync.(*Mutex).Lock', 'sync/mutex.go', 90);

/** `sync.(*Mutex).Lock`, which is `internal/sync`'s since Go 1.24. */
function lockFrames(release: GoRelease): readonly CallFrame[] {
  if (release < 24) {
    return [
      frame('sync.runtime_SemacquireMutex', 'runtime/sema.go', 77),
      frame('sync.(*Mutex).lockSlow', 'sync/mutex.go', 171),
      LOCK_OLD,
    ];
  }
  return [
    frame('internal/sync.runtime_SemacquireMutex', 'runtime/sema.go', 95),
    frame('internal/sync.(*Mutex).lockSlow', 'internal/sync/mutex.go', 149),
    frame('internal/sync.(*Mutex).Lock', 'internal/sync/mutex.go', 70),
    LOCK,
  ];
}

const lockLeaf = (release: GoRelease): readonly CallFrame[] => [release < 24 ? LOCK_OLD : LOCK];

function groupFrames(release: GoRelease): readonly CallFrame[] {
  const acquire = release >= 24 ? 'sync.runtime_SemacquireWaitGroup' : 'sync.runtime_Semacquire';
  return [frame(acquire, 'runtime/sema.go', release >= 24 ? 114 : 62), frame('sync.(*WaitGroup).Wait', 'sync/waitgroup.go', 116)];
}

const SYSTEM = 'system goroutine wait';

export const WAITS: Record<WaitKind, WaitText> = {
  'chan receive': {
    dump: 'chan receive',
    trace: 'chan receive',
    frames: NONE,
    leaf: one('runtime.chanrecv1', 'runtime/chan.go', 509),
  },
  'chan send': { dump: 'chan send', trace: 'chan send', frames: NONE, leaf: one('runtime.chansend1', 'runtime/chan.go', 161) },
  'chan receive (nil chan)': {
    dump: 'chan receive (nil chan)',
    trace: 'forever',
    frames: NONE,
    leaf: one('runtime.chanrecv1', 'runtime/chan.go', 509),
  },
  'chan send (nil chan)': {
    dump: 'chan send (nil chan)',
    trace: 'forever',
    frames: NONE,
    leaf: one('runtime.chansend1', 'runtime/chan.go', 161),
  },
  select: { dump: 'select', trace: 'select', frames: NONE, leaf: one('runtime.selectgo', 'runtime/select.go', 351) },
  'select (no cases)': {
    dump: 'select (no cases)',
    trace: 'forever',
    frames: NONE,
    leaf: one('runtime.block', 'runtime/select.go', 104),
  },
  mutex: { dump: 'sync.Mutex.Lock', since: 20, before: 'semacquire', trace: 'sync', frames: lockFrames, leaf: lockLeaf },
  'rwmutex read': {
    dump: 'sync.RWMutex.RLock',
    since: 20,
    before: 'semacquire',
    trace: 'sync',
    frames: () => [
      frame('sync.runtime_SemacquireRWMutexR', 'runtime/sema.go', 100),
      frame('sync.(*RWMutex).RLock', 'sync/rwmutex.go', 74),
    ],
    leaf: one('sync.(*RWMutex).RLock', 'sync/rwmutex.go', 74),
  },
  'rwmutex write': {
    dump: 'sync.RWMutex.Lock',
    since: 20,
    before: 'semacquire',
    trace: 'sync',
    frames: () => [
      frame('sync.runtime_SemacquireRWMutex', 'runtime/sema.go', 105),
      frame('sync.(*RWMutex).Lock', 'sync/rwmutex.go', 155),
    ],
    leaf: one('sync.(*RWMutex).Lock', 'sync/rwmutex.go', 155),
  },
  // A writer that waits for another writer waits in the mutex inside.
  'rwmutex inner': {
    dump: 'sync.Mutex.Lock',
    since: 20,
    before: 'semacquire',
    trace: 'sync',
    frames: (release) => [...lockFrames(release), frame('sync.(*RWMutex).Lock', 'sync/rwmutex.go', 150)],
    leaf: (release) => [...lockLeaf(release), frame('sync.(*RWMutex).Lock', 'sync/rwmutex.go', 150)],
  },
  'wait group': {
    dump: 'sync.WaitGroup.Wait',
    since: 24,
    before: 'semacquire',
    trace: 'sync',
    frames: groupFrames,
    leaf: one('sync.(*WaitGroup).Wait', 'sync/waitgroup.go', 116),
  },
  cond: {
    dump: 'sync.Cond.Wait',
    trace: 'sync.(*Cond).Wait',
    frames: () => [frame('sync.runtime_notifyListWait', 'runtime/sema.go', 597), frame('sync.(*Cond).Wait', 'sync/cond.go', 71)],
    leaf: one('sync.(*Cond).Wait', 'sync/cond.go', 71),
  },
  sleep: {
    dump: 'sleep',
    trace: 'sleep',
    frames: one('time.Sleep', 'runtime/time.go', 363),
    leaf: one('time.Sleep', 'runtime/time.go', 363),
  },
  network: {
    dump: 'IO wait',
    trace: 'network',
    frames: () => [
      frame('internal/poll.runtime_pollWait', 'runtime/netpoll.go', 351),
      frame('internal/poll.(*pollDesc).wait', 'internal/poll/fd_poll_runtime.go', 84),
      frame('internal/poll.(*FD).Read', 'internal/poll/fd_unix.go', 165),
    ],
    leaf: () => [frame('internal/poll.(*FD).Read', 'internal/poll/fd_unix.go', 165)],
  },
  assist: {
    dump: 'GC assist wait',
    trace: 'GC mark assist wait for work',
    frames: NONE,
    leaf: () => [
      frame('runtime.gcParkAssist', 'runtime/mgcmark.go', 822),
      frame('runtime.gcAssistAlloc', 'runtime/mgcmark.go', 672),
      frame('runtime.mallocgc', 'runtime/malloc.go', 1113),
    ],
  },
  'gc worker': { dump: 'GC worker (idle)', trace: SYSTEM, frames: NONE, leaf: NONE },
  // The goroutine that starts the first cycle waits on a channel until each worker has begun.
  'gc worker start': {
    dump: 'chan receive',
    trace: 'chan receive',
    frames: NONE,
    leaf: () => [
      frame('runtime.chanrecv1', 'runtime/chan.go', 509),
      frame('runtime.gcBgMarkStartWorkers', 'runtime/mgc.go', 1434),
      frame('runtime.gcStart', 'runtime/mgc.go', 767),
    ],
  },
  'gc cycle': {
    dump: 'wait for GC cycle',
    trace: 'wait until GC ends',
    frames: one('runtime.GC', 'runtime/mgc.go', 534),
    leaf: one('runtime.GC', 'runtime/mgc.go', 534),
  },
  bgsweep: { dump: 'GC sweep wait', trace: 'GC background sweeper wait', frames: NONE, leaf: NONE },
  forcegc: { dump: 'force gc (idle)', trace: SYSTEM, frames: NONE, leaf: NONE },
  scavenge: { dump: 'GC scavenge wait', trace: SYSTEM, frames: NONE, leaf: NONE },
  finalizer: { dump: 'finalizer wait', trace: SYSTEM, frames: NONE, leaf: NONE },
};

/** The words in a dump's brackets. */
export function dumpReason(wait: WaitKind, release: GoRelease): string {
  const { dump, since = 0, before = dump } = WAITS[wait];
  return release >= since ? dump : before;
}

/** The runtime's frames on top of a goroutine while it is in an operation that is no map's. Lines are those of Go 1.26. */

import type { CallFrame } from '../model/stacks.ts';
import type { SiteTable } from './sites.ts';
import type { GoRelease } from './version.ts';
import { WAITS, type WaitKind } from './waits.ts';

const PIECES = {
  spawn: ['runtime.newproc runtime/proc.go 5265'],
  chanSend: ['runtime.chansend runtime/chan.go 176', 'runtime.chansend1 runtime/chan.go 161'],
  chanReceive: ['runtime.chanrecv runtime/chan.go 525', 'runtime.chanrecv1 runtime/chan.go 509'],
  chanClose: ['runtime.closechan runtime/chan.go 413'],
  select: ['runtime.selectgo runtime/select.go 122'],
  lock: ['sync.(*Mutex).Lock sync/mutex.go 46'],
  lockSlow: [
    'runtime.procyield runtime/asm_amd64.s 870',
    'sync.(*Mutex).lockSlow internal/sync/mutex.go 120',
    'sync.(*Mutex).Lock sync/mutex.go 46',
  ],
  unlock: ['sync.(*Mutex).Unlock sync/mutex.go 65'],
  readLock: ['sync.(*RWMutex).RLock sync/rwmutex.go 67'],
  readUnlock: ['sync.(*RWMutex).RUnlock sync/rwmutex.go 114'],
  writeLock: ['sync.(*RWMutex).Lock sync/rwmutex.go 148'],
  writeUnlock: ['sync.(*RWMutex).Unlock sync/rwmutex.go 200'],
  groupAdd: ['sync.(*WaitGroup).Add sync/waitgroup.go 84'],
  groupWait: ['sync.(*WaitGroup).Wait sync/waitgroup.go 105'],
  condWait: ['sync.(*Cond).Wait sync/cond.go 70'],
  condSignal: ['sync.(*Cond).Signal sync/cond.go 81'],
  once: ['sync.(*Once).doSlow sync/once.go 78', 'sync.(*Once).Do sync/once.go 69'],
  sleep: ['time.Sleep runtime/time.go 363'],
  syscall: [
    'syscall.Syscall syscall/syscall_linux.go 71',
    'syscall.read syscall/zsyscall_linux_amd64.go 736',
    'os.(*File).Read os/file.go 144',
  ],
  network: ['internal/poll.(*FD).Read internal/poll/fd_unix.go 165', 'net.(*conn).Read net/net.go 196'],
  gosched: ['runtime.Gosched runtime/proc.go 388'],
  allocate: ['runtime.mallocgc runtime/malloc.go 1099', 'runtime.makeslice runtime/slice.go 117'],
  assist: [
    'runtime.gcDrainN runtime/mgcmark.go 1417',
    'runtime.gcAssistAlloc1 runtime/mgcmark.go 705',
    'runtime.gcAssistAlloc runtime/mgcmark.go 584',
    'runtime.mallocgc runtime/malloc.go 1113',
  ],
  gcStart: ['runtime.gcStart runtime/mgc.go 728', 'runtime.mallocgc runtime/malloc.go 1160'],
  collect: ['runtime.gcStart runtime/mgc.go 728', 'runtime.GC runtime/mgc.go 534'],
  atomic: ['sync/atomic.AddInt64 sync/atomic/asm.s 40'],
  maxProcs: ['runtime.GOMAXPROCS runtime/debug.go 75'],
  mark: [
    'runtime.scanobject runtime/mgcmark.go 1490',
    'runtime.gcDrain runtime/mgcmark.go 1239',
    'runtime.gcBgMarkWorker.func2 runtime/mgc.go 1586',
    'runtime.systemstack runtime/asm_amd64.s 541',
  ],
  markDone: ['runtime.gcMarkDone runtime/mgc.go 962', 'runtime.gcBgMarkWorker runtime/mgc.go 1647'],
  sweep: ['runtime.sweepone runtime/mgcsweep.go 363', 'runtime.bgsweep runtime/mgcsweep.go 299'],
} as const;

export type RuntimeSiteName = keyof typeof PIECES;
export type RuntimeSites = Readonly<Record<RuntimeSiteName, number>>;
/** Sites of goroutines that wait: as traces show them. */
export type WaitSites = Readonly<Record<WaitKind, number>>;

function parse(text: string): CallFrame {
  const [name, file, line] = text.split(' ');
  return { function: name, file, line: Number(line) };
}

export function makeRuntimeSites(table: SiteTable): RuntimeSites {
  const entries = Object.entries(PIECES).map(([name, texts]) => [name, table.intern(texts.map(parse))]);
  return Object.fromEntries(entries) as RuntimeSites;
}

export function makeWaitSites(table: SiteTable, release: GoRelease): WaitSites {
  const entries = Object.entries(WAITS).map(([name, wait]) => [name, table.intern(wait.leaf(release))]);
  return Object.fromEntries(entries) as WaitSites;
}

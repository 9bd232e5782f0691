/** What helps against crashes whose reason is a limit, or an address that tells more than it seems to. */

import type { Crash } from '../model/snapshot.ts';

/** Words of the runtime's (stack.go, proc.go, malloc.go, os_linux.go; LLVM's tsan), and what to do. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /goroutine stack exceeds \d+-byte limit/,
    'a recursion without end, most often: the frames that repeat tell which; debug.SetMaxStack moves the limit',
  ],
  [
    /program exceeds \d+-thread limit/,
    'threads are stuck in system calls or C code: look for many goroutines in [syscall]; debug.SetMaxThreads moves the limit',
  ],
  [
    /cannot allocate \d+-byte block|cannot allocate memory|VirtualAlloc of \d+ bytes failed|^fatal error: runtime: (?:cannot allocate|out of memory)/,
    'the machine or its container had no more memory: a heap profile tells who holds it; GOMEMLIMIT makes the collector work harder before the limit',
  ],
  [
    /failed to create new OS thread|pthread_create failed/,
    'the system refuses more threads: raise ulimit -u or the pids limit of the container, or have fewer threads stuck in system calls',
  ],
  [
    /race: limit on \d+ simultaneously alive goroutines/,
    'the race detector follows no more goroutines than that at a time: bound how many are alive, or run fewer tests at once (-parallel)',
  ],
  [
    /morestack on g(?:0|signal)/,
    "a thread's own stack ran over, not a goroutine's: C code, a signal handler or a callback used it up",
  ],
];

/** Addresses below this are a field of a nil pointer: the first page is never mapped. */
const FIRST_PAGE = 4096n;

export function adviceOn(crash: Crash): string[] {
  const lines = [...(crash.notes ?? []), ...crash.lines];
  const found = ADVICE.filter(([words]) => lines.some((line) => words.test(line))).map(([, advice]) => advice);
  const field = nilField(crash);
  return field === null ? found : [field, ...found];
}

/** Which field of a nil pointer was accessed, where the address tells. */
function nilField({ signal, lines }: Crash): string | null {
  const addr = signal?.addr ?? null;
  const isAccess = /SIGSEGV|0xc0000005|nil pointer/.test([signal?.name, ...lines].join('\n'));
  if (addr === null || !isAccess || BigInt(addr) >= FIRST_PAGE) return null;
  if (BigInt(addr) === 0n) return 'a nil pointer: the value itself or its first field was accessed (address 0x0)';
  return `a nil pointer: the field at offset ${BigInt(addr)} was accessed (address ${addr})`;
}

/**
 * Who crashed. The programs of Go's own runtime tests (src/runtime/testdata, built with Go 1.26, run with GOTRACEBACK=all and
 * system) tell the answer where headers name threads; a reference that follows the runtime's rules line by line gives it for
 * made-up dumps.
 */

import { describe, expect, it } from 'vitest';
import { crashText } from '../support/crashes.ts';
import { inspectJson, inspectText } from '../support/inspect.ts';

/** By recorded output: the goroutine that crashed. */
const TESTPROGS: Readonly<Record<string, number | null>> = {
  'testprog-GoexitDeadlock-system': null,
  'testprog-GoexitInPanic-system': null,
  'testprog-LockedDeadlock-all': null,
  'testprog-LockedDeadlock-system': null,
  'testprog-SimpleDeadlock-all': null,
  'testprog-ThreadExhaustion-all': null,
  'testprogcgo-CgoToGoCallGoexit-all': null,
  'testprog-CoroLockOSThreadLockIterYieldNewG-system': 7,
  'testprog-CoroLockOSThreadIterLockYield-all': 18,
  'testprog-GoNil-all': 1,
  'testprog-GoNil-system': 1,
  'testprog-Abort-system': 1,
  'testprog-Segv-all': 18,
  'testprog-panicDeferFatal-all': 1,
  'testprog-RepanickedPanicSandwich-all': 1,
  'testprog-RepanickedMiddlePanic-all': 1,
  'testprog-DoublePanic-all': 1,
  'testprog-CircularPanic-all': 1,
  'testprog-GCZombie-all': 1,
  'testprog-PanicAfterGoexit-all': 1,
  'testprog-SyscallInPanic-all': 1,
  'testprogcgo-SegvInCgo-system': 7,
  'testprogcgo-CrashTraceback-all': 1,
  'testprogcgo-TracebackSigpanic-all': 1,
  'testprogcgo-CgoExternalThreadPanic-all': 17,
  'testprogcgo-Abort-all': 1,
  'testprogcgo-PanicCallback-all': 1,
  'testprogcgo-CoroCgoCallbackAfterPull-all': 1,
};

describe("programs of Go's own tests", () => {
  for (const [name, id] of Object.entries(TESTPROGS)) {
    it(`${name}: ${id === null ? 'nobody is blamed' : `goroutine ${id}`}, whole`, () => {
      const { parts, problems } = inspectJson(crashText(`testprog/${name}`));
      expect(parts.map((part: { crash: { goroutine: number | null } }) => part.crash.goroutine)).toEqual([id]);
      expect(problems).toEqual([]);
    });
  }
  it('none of them blames a goroutine that is on no thread', () => {
    for (const name of Object.keys(TESTPROGS)) {
      const text = crashText(`testprog/${name}`);
      const { goroutine } = inspectJson(text).parts[0].crash;
      if (goroutine !== null) expect(text, name).not.toMatch(new RegExp(`^goroutine ${goroutine} gp=\\S+ m=nil `, 'm'));
    }
  });
});

const CASES: Readonly<Record<string, number | null>> = {
  'goexit-deadlock-system': null,
  'threads-bystander': null,
  checkdead: null,
  'windows-exception-exact': null,
  'morestack-g0': 0,
  'oom-preamble': 7,
  'signal-line-addr': 1,
  'panic-chain-last': 1,
  'carchive-whole': 17,
};

describe('cases', () => {
  for (const [name, id] of Object.entries(CASES)) {
    it(`${name}: ${id === null ? 'nobody is blamed' : `goroutine ${id}`}`, () => {
      expect(inspectJson(crashText(`cases/${name}`)).parts[0].crash.goroutine).toBe(id);
    });
  }
  it('tells which goroutine called the system stack that a crash happened on', () => {
    const text = crashText('cases/morestack-g0');
    expect(inspectJson(text).parts[0].crash).toMatchObject({
      goroutine: 0,
      calledBy: 22,
      notes: expect.arrayContaining(['fatal: morestack on g0']),
    });
    expect(inspectText(text)).toContain('called by goroutine 22 (syscall)');
  });
  it('leaves a dump that was asked for without blame', () => {
    expect(inspectJson(crashText('go1.26/quit')).parts[0].crash.goroutine).toBeNull();
    expect(inspectText(crashText('go1.26/quit'))).not.toContain('Crashed');
  });
});

/** What a thread was when it threw: whether it had a goroutine, and in which state that is printed. */
interface Thrower {
  readonly goroutine: string | null;
  readonly onSystemStack: boolean;
}

const THROWERS: readonly Thrower[] = [
  { goroutine: null, onSystemStack: true },
  ...['running', 'syscall', 'GC worker (active)', 'copystack', 'stopping the world'].map((goroutine) => ({
    goroutine,
    onSystemStack: true,
  })),
  { goroutine: 'running', onSystemStack: false },
];
const OTHERS = [
  'chan receive',
  'select, 3 minutes',
  'runnable',
  'IO wait',
  'force gc (idle)',
  'sync.Mutex.Lock',
  'GC worker (idle)',
  'sleep',
];
const FRAME = 'main.work()\n\t/src/shop/main.go:3 +0x1\ncreated by main.main in goroutine 1\n\t/src/shop/main.go:2 +0x1\n';

/** The text that dopanic_m and tracebacksomeothers print, and the goroutine that they print it from. */
function printed({ goroutine, onSystemStack }: Thrower, other: string, threads: boolean): { text: string; truth: number | null } {
  const header = (id: number, state: string, m: string) =>
    `goroutine ${id} ${threads ? `gp=0xc000${id} m=${m} ` : ''}[${state}]:\n${FRAME}`;
  const own = goroutine === null ? [] : [header(7, goroutine, '3 mp=0xc000100008')];
  const rest = [header(8, other, 'nil'), header(9, 'select', 'nil')];
  const stack = onSystemStack
    ? [
        'runtime stack:\nruntime.throw({0x1, 0x2})\n\t/go/src/runtime/panic.go:1101 +0x48\nruntime.gcDrain()\n\t/go/src/runtime/mgcmark.go:9 +0x1\n',
      ]
    : [];
  return { text: ['fatal error: bad sweep\n', ...stack, ...own, ...rest].join('\n'), truth: goroutine === null ? null : 7 };
}

describe('a throw', () => {
  it('is laid on the goroutine of its thread, on nobody where it has none', () => {
    let asked = 0;
    for (const thrower of THROWERS) {
      for (const other of OTHERS) {
        for (const threads of [true, false]) {
          const { text, truth } = printed(thrower, other, threads);
          expect(inspectJson(text).parts[0].crash.goroutine, text).toBe(truth);
          asked++;
        }
      }
    }
    expect(asked).toBe(112);
  });
  it('of a thread that watches or looks for work is laid on nobody, whatever runs', () => {
    for (const name of ['sysmon', 'schedule', 'findRunnable', 'stopm', 'gdestroy']) {
      const text = `fatal error: x\n\nruntime stack:\nruntime.throw({0x1, 0x2})\n\t/go/p.go:1 +0x1\nruntime.${name}()\n\t/go/p.go:2 +0x1\n\ngoroutine 8 [syscall]:\n${FRAME}`;
      expect(inspectJson(text).parts[0].crash.goroutine, name).toBeNull();
    }
  });
  it('is not laid on a goroutine that ran on another thread', () => {
    const text =
      'fatal error: x\n\nruntime stack:\nruntime.throw({0x1, 0x2})\n\t/go/p.go:1 +0x1\n\ngoroutine 8 [running]:\n\tgoroutine running on other thread; stack unavailable\n';
    expect(inspectJson(text).parts[0].crash.goroutine).toBeNull();
  });
});

/**
 * What passes for a crash and what does not: output of Go 1.26 of one program that died, was asked, or recovered in each
 * of these ways, and the same with what other programs put before the reason.
 */

import { describe, expect, it } from 'vitest';
import { crashText, verdictOf } from '../support/crashes.ts';
import { readDump } from '../support/read.ts';

/** By recorded output: message of the crash. */
const CRASHES: Readonly<Record<string, string>> = {
  empty: '',
  'empty-none': '',
  newline: '\nfirst\n\nsecond\n',
  join: '\ncart is closed',
  dots: 'cart is closed',
  unended: 'cart is closed\nsecond line',
  nil: 'runtime error: invalid memory address or nil pointer dereference',
  repanic: 'cart 7 is closed',
  chain: 'cart 7 is closed [recovered]',
  'throw-exit': 'concurrent map writes',
  threads: 'thread exhaustion',
  oom: 'out of memory',
  addr: 'fault',
  finalizer: 'finalizer of cart',
  cleanup: 'cleanup of cart',
};
/** By recorded output: kinds of its parts. */
const NONE: Readonly<Record<string, readonly (string | null)[]>> = {
  quit: ['signal'],
  debug2: [null],
  printstack: [null],
  stack: [null],
  stackall: [null],
};
/** By recorded output: messages of the panics that were caught. */
const CAUGHT: Readonly<Record<string, readonly string[]>> = {
  'recovered-log': ['cart 7 is closed'],
  'recovered-panic-word': ['cart 7 is closed'],
  'recovered-head': ['cart 7 is closed'],
  'recovered-twice': ['cart 0 is closed', 'cart 1 is closed'],
  'recovered-runtimestack': ['cart 7 is closed'],
};

describe('output of Go 1.26', () => {
  for (const [name, message] of Object.entries(CRASHES)) {
    it(`${name}: a crash`, () => {
      const text = crashText(`go1.26/${name}`);
      expect(verdictOf(text)).toMatchObject({ crashes: 1, recovered: 0, damage: [] });
      expect(readDump(text).dump.crash?.message).toBe(message);
    });
  }
  for (const [name, kinds] of Object.entries(NONE)) {
    it(`${name}: none`, () => {
      expect(verdictOf(crashText(`go1.26/${name}`))).toEqual({ kinds, crashes: 0, recovered: 0, damage: [] });
    });
  }
  for (const [name, messages] of Object.entries(CAUGHT)) {
    it(`${name}: a panic that was caught`, () => {
      const text = crashText(`go1.26/${name}`);
      const kinds = messages.map(() => 'recovered');
      expect(verdictOf(text)).toEqual({ kinds, crashes: 0, recovered: messages.length, damage: [] });
    });
  }
  it('a panic that net/http caught', () => {
    expect(verdictOf(crashText('go1.26/http'))).toEqual({ kinds: [null], crashes: 0, recovered: 1, damage: [] });
  });
  it('a panic that was caught, and then a crash', () => {
    const kinds = ['recovered', 'panic'];
    expect(verdictOf(crashText('go1.26/recovered-then-crash'))).toEqual({ kinds, crashes: 1, recovered: 1, damage: [] });
  });
});

const BODY = 'goroutine 1 [running]:\nmain.work(0x1)\n\t/src/shop/main.go:9 +0x39\nmain.main()\n\t/src/shop/main.go:5 +0x2a\n';

describe('a reason behind other output', () => {
  const LEADS = [
    '•••',
    '....',
    '•S•P•',
    'SS•',
    '✓✓✗',
    '<![CDATA[',
    '<failure><![CDATA[',
    'shop.exe : ',
    'loading...',
    '100%',
    'done!',
    '(7 of 9)',
  ];
  const REASONS = [
    ['panic: boom', 'panic', 'boom'],
    ['panic: boom\n\tsecond', 'panic', 'boom\nsecond'],
    ['fatal error: concurrent map writes', 'fatal error', 'concurrent map writes'],
    ['SIGABRT: abort\nPC=0x46d2a1 m=0 sigcode=0', 'signal', 'SIGABRT: abort'],
  ] as const;
  for (const lead of LEADS) {
    for (const [reason, kind, message] of REASONS) {
      it(`${lead}${JSON.stringify(reason)}`, () => {
        const { dump } = readDump(`${lead}${reason}\n\n${BODY}exit status 2\n`);
        expect(dump.crash).toMatchObject({ kind, message });
      });
    }
  }
  it('is none where no goroutine follows and nothing says that the program died', () => {
    for (const text of ['loading...panic: boom', 'wait...panic: boom\nall is well']) {
      expect(() => verdictOf(`${text}\nlistening\n`), text).toThrow('nothing found');
    }
  });
  it('is told by PowerShell with lines of its own', () => {
    const text = `shop.exe : panic: boom\nAt C:\\work\\run.ps1:3 char:1\n+ .\\shop.exe\n+ ~~~~~~~~~~\n    + CategoryInfo          : NotSpecified: (panic: boom:String) [], RemoteException\n    + FullyQualifiedErrorId : NativeCommandError\n \n${BODY}`;
    expect(readDump(text).dump.crash).toMatchObject({ kind: 'panic', message: 'boom' });
  });
});

/** Frames of a running goroutine without any reason above it, and what they say. */
const FRAMES: readonly (readonly [string, readonly string[], string | null])[] = [
  ['panic in the middle', ['main.main.func1', 'panic', 'main.work', 'main.main'], 'unknown'],
  ['panic at the leaf', ['panic', 'main.work', 'main.main'], 'unknown'],
  ['runtime.gopanic', ['runtime.gopanic', 'main.work', 'main.main'], 'unknown'],
  ['runtime.throw', ['runtime.throw', 'runtime.mapassign', 'main.main'], 'unknown'],
  ['runtime.fatal', ['runtime.fatal', 'internal/runtime/maps.fatal', 'main.main'], 'unknown'],
  [
    'a test that panics again',
    ['testing.tRunner.func1.2', 'testing.tRunner.func1', 'panic', 'main.TestPay', 'testing.tRunner'],
    'unknown',
  ],
  ['debug.Stack in a recover', ['runtime/debug.Stack', 'main.main.func1', 'panic', 'main.main'], 'recovered'],
  [
    'debug.PrintStack in a recover',
    ['runtime/debug.Stack', 'runtime/debug.PrintStack', 'main.main.func1', 'panic', 'main.main'],
    'recovered',
  ],
  ['a handler that recovers', ['example.com/web.Recovery.func1', 'panic', 'main.serve', 'main.main'], 'recovered'],
  [
    'HandleCrash',
    ['k8s.io/apimachinery/pkg/util/runtime.logPanic', 'k8s.io/apimachinery/pkg/util/runtime.HandleCrash', 'panic', 'main.main'],
    'recovered',
  ],
  ['debug.Stack', ['runtime/debug.Stack', 'main.status', 'main.main'], null],
  ['runtime.Stack', ['main.status', 'main.main'], null],
  [
    'net/http/pprof',
    ['runtime/pprof.writeGoroutineStacks', 'runtime/pprof.writeGoroutine', 'net/http/pprof.Index', 'main.main'],
    null,
  ],
];

describe('a goroutine without a reason', () => {
  for (const [what, names, kind] of FRAMES) {
    it(`${what}: ${kind}`, () => {
      const text = `goroutine 1 [running]:\n${names.map((name, i) => `${name}(0x1)\n\t/src/${name.replace(/\W/g, '_')}.go:${i + 1} +0x1\n`).join('')}`;
      expect(verdictOf(text).kinds).toEqual([kind]);
    });
  }
  it('that waits, with panic among its frames: none', () => {
    const text =
      'goroutine 1 [select]:\nmain.main.func1()\n\t/a.go:1 +0x1\npanic({0x1, 0x2})\n\t/p.go:2 +0x1\nmain.main()\n\t/a.go:3 +0x1\n';
    expect(verdictOf(text).kinds).toEqual([null]);
  });
  it('with the stack of a thread: a crash of unknown reason', () => {
    const stack =
      'runtime stack:\nruntime.sigpanic()\n\t/go/src/runtime/signal_unix.go:9 +0x1\nruntime.gentraceback()\n\t/go/src/runtime/traceback.go:2 +0x1\n';
    expect(verdictOf(stack)).toMatchObject({ kinds: ['unknown'], crashes: 1 });
  });
  it('below the words of a signal: that is the reason', () => {
    const { dump } = readDump(`[signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0x4]\n\n${BODY}`);
    expect(dump.crash).toMatchObject({ kind: 'signal', signal: { name: 'SIGSEGV', addr: '0x18' } });
  });
  it('above exit status 2: a crash of unknown reason', () => {
    expect(verdictOf(`${BODY}exit status 2\n`)).toMatchObject({ kinds: ['unknown'], crashes: 1 });
    expect(verdictOf(`${BODY}exit status 1\n`)).toMatchObject({ kinds: [null], crashes: 0 });
  });
});

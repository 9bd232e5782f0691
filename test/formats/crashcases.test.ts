/** Crashes in the shapes that public reports have, and what is true of each. */

import { describe, expect, it } from 'vitest';
import { foldedLines } from '../support/collapse.ts';
import { crashText, verdictOf } from '../support/crashes.ts';
import { inspectJson, inspectText } from '../support/inspect.ts';
import { dumpsOf, framesOf, readDump, readText } from '../support/read.ts';

/** By case: kind and message of the first crash, or null. */
const REASONS: Readonly<Record<string, readonly [string, string] | null>> = {
  'panic-leading-newline': ['panic', '\nYour test failed.\n\nBut see below.\n'],
  'ginkgo-bullet-panic': ['panic', 'boom: cart 7 is closed'],
  'ginkgo-panic': ['recovered', 'runtime error: invalid memory address or nil pointer dereference'],
  'ginkgo-progress': null,
  'goexit-deadlock-system': ['fatal error', 'no goroutines (main called runtime.Goexit) - deadlock!'],
  'threads-bystander': ['fatal error', 'thread exhaustion'],
  checkdead: ['fatal error', 'checkdead: runnable g'],
  'windows-exception-exact': ['signal', 'Exception 0xc0000005 0x0 0x0 0x177800003b6'],
  'kibana-copy-no-header': ['panic', 'boom: cart 7 is closed [recovered]'],
  'cri-panic-during-panic': ['fatal error', 'concurrent map writes'],
  'morestack-g0': ['signal', 'SIGTRAP: trace trap'],
  'oom-preamble': ['fatal error', 'out of memory'],
  'stack-limit-line': ['fatal error', 'stack overflow'],
  'carchive-whole': ['panic', 'boom: cart 7 is closed'],
  'cleanup-panic-whole': ['panic', 'cleanup of cart'],
  'echo-recover': ['recovered', 'runtime error: index out of range [3] with length 3'],
  'go-deadlock-compose': null,
  'klog-struct-stacktrace': ['recovered', 'runtime error: index out of range [3] with length 3'],
  'testify-suite': ['recovered', 'runtime error: invalid memory address or nil pointer dereference'],
  'quoted-dump': ['panic', 'boom'],
  'race-limit': ['fatal error', 'race: limit on 8128 simultaneously alive goroutines is exceeded, dying'],
};

describe('the reason', () => {
  for (const [name, reason] of Object.entries(REASONS)) {
    it(name, () => {
      const [{ crash }] = inspectJson(crashText(`cases/${name}`)).parts;
      expect(crash === null ? null : [crash.kind, crash.message]).toEqual(reason);
    });
  }
  it('of a message with blank lines before Go 1.18 is a chain of two', () => {
    const { crash } = readDump(crashText('cases/ginkgo-recover-multiline')).dump;
    expect(crash?.chain.map(({ recovered, message }) => [recovered, message.split('\n').length])).toEqual([
      [true, 11],
      [false, 3],
    ]);
    expect(crash?.chain[0].message).toMatch(/^\nYour test failed\.\n/);
  });
});

/** By case: words that the text shows, each of which was printed by the runtime or is advice on them. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  'signal-line-addr': ['[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x4a9194]', 'a nil pointer: '],
  'stack-limit-line': ['goroutine stack exceeds 65536-byte limit', 'a recursion without end'],
  'oom-preamble': ['cannot allocate 4194304-byte block (12884901888 in use)', 'GOMEMLIMIT'],
  'threads-bystander': [
    'program exceeds 200-thread limit',
    'debug.SetMaxThreads',
    "Crashed on a thread's runtime stack",
    'runtime.sysmon',
  ],
  checkdead: ['runtime: checkdead: find g 19 in status 1', "Crashed on a thread's runtime stack"],
  'morestack-g0': ['fatal: morestack on g0', "a thread's own stack ran over", 'PC=0x46f2c2 m=3 sigcode=128'],
  'race-limit': ['race: limit on 8128 simultaneously alive goroutines', 'the race detector follows no more'],
  'panic-chain-last': ['panic: again: first', 'after panic: first [recovered]'],
  'windows-exception-exact': [
    'signal arrived during external code execution',
    'main._Cfunc_Paint',
    'Crashed on a stack whose goroutine is not told',
  ],
  'goexit-deadlock-system': ['No goroutine crashed: all of them wait', "A thread's runtime stack", 'runtime.checkdead'],
  'cri-panic-during-panic': ['panic during panic', 'runtime.gentraceback', 'addr=0x118'],
};

describe('the text shows', () => {
  for (const [name, words] of Object.entries(WORDS)) {
    it(`${name}: ${words[0]}`, () => {
      const text = inspectText(crashText(`cases/${name}`));
      for (const word of words) expect(text).toContain(word);
    });
  }
});

describe("the runtime's own words in JSON", () => {
  it('a signal by its parts', () => {
    const { signal } = inspectJson(crashText('cases/signal-line-addr')).parts[0].crash;
    expect(signal).toEqual({ name: 'SIGSEGV', code: '0x1', addr: '0x0', pc: '0x4a9194' });
  });
  it('an exception of Windows by its parts', () => {
    const { signal } = inspectJson(crashText('cases/windows-exception-exact')).parts[0].crash;
    expect(signal).toEqual({ name: '0xc0000005', code: '0xc0000005', addr: '0x0', pc: '0x177800003b6' });
  });
  it('a fatal signal by its parts', () => {
    const { signal, notes } = inspectJson(
      'SIGSEGV: segmentation violation\nPC=0x47c4f5 m=3 sigcode=1 addr=0x10\nsignal arrived during cgo execution\n',
    ).parts[0].crash;
    expect(signal).toEqual({ name: 'SIGSEGV', code: '1', addr: '0x10', pc: '0x47c4f5' });
    expect(notes).toEqual(['PC=0x47c4f5 m=3 sigcode=1 addr=0x10', 'signal arrived during cgo execution']);
  });
  for (const words of [
    'runtime: failed to create new OS thread (have 5 already; errno=11)\nruntime: may need to increase max user processes (ulimit -u)\nfatal error: newosproc',
    'runtime/cgo: pthread_create failed: Resource temporarily unavailable\nSIGABRT: abort\nPC=0x7f m=0 sigcode=18446744073709551610',
    'runtime: program exceeds 10000-thread limit\nfatal error: thread exhaustion',
    'unexpected fault address 0xdead0000\nfatal error: fault\n[signal SIGSEGV: segmentation violation code=0x1 addr=0xdead0000 pc=0x4]',
    'runtime: pointer 0xc000012345 to unallocated span span.base()=0xc000010000\nruntime: found in object at *(0xc000012340+0x8)\nobject=0xc000012340 s.base()=0xc000012000\n *(object+0) = 0x0\nfatal error: found bad pointer in Go heap (incorrect use of unsafe or cgo?)',
  ]) {
    it(words.split('\n')[0], () => {
      const { crash } = inspectJson(`${words}\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:3 +0x1d\n`).parts[0];
      const lines = [...crash.notes, `${crash.kind === 'signal' ? '' : `${crash.kind}: `}${crash.message}`];
      expect([...lines].sort()).toEqual(words.split('\n').sort());
    });
  }
  it('a fault that follows a dump in the same log keeps what stands above it', () => {
    const dump = 'goroutine 1 [running]:\nmain.main()\n\t/src/main.go:3 +0x1d\n';
    const { parts } = inspectJson(
      `panic: a\n\n${dump}\nruntime: program exceeds 10-thread limit\nfatal error: thread exhaustion\n\n${dump}`,
    );
    expect(
      parts.map((part: { crash: { message: string; notes?: string[] } }) => [part.crash.message, part.crash.notes ?? []]),
    ).toEqual([
      ['a', []],
      ['thread exhaustion', ['runtime: program exceeds 10-thread limit']],
    ]);
  });
  it('advice on an address: which field of a nil pointer', () => {
    const at = (addr: string) =>
      inspectText(
        `panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation code=0x1 addr=${addr} pc=0x1]\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:3 +0x1d\n`,
      );
    expect(at('0x18')).toContain('the field at offset 24');
    expect(at('0xdead0000')).not.toContain('nil pointer:');
  });
});

describe('a chain', () => {
  const GOROUTINE = 'goroutine 1 [running]:\nmain.main()\n\t/src/main.go:3 +0x1d\n';
  const chainOf = (head: string) => {
    const { crash } = readDump(`${head}\n\n${GOROUTINE}`).dump;
    return { messages: crash?.chain.map(({ message }) => message), notes: crash?.notes };
  };
  it('is no chain where two threads died of two fatal errors', () => {
    expect(chainOf('fatal error: concurrent map writes\nfatal error: concurrent map read and map write')).toEqual({
      messages: ['concurrent map writes'],
      notes: ['fatal error: concurrent map read and map write'],
    });
  });
  it('is none where two goroutines panicked at once', () => {
    expect(chainOf('panic: a\npanic: b')).toEqual({ messages: ['a'], notes: ['panic: b'] });
  });
  it('is one where transport took the tabs of what was recovered', () => {
    expect(chainOf('panic: a [recovered]\npanic: b')).toEqual({ messages: ['a', 'b'], notes: [] });
  });
  it('ends with a fatal error since Go 1.26', () => {
    const text = inspectText(crashText('testprog/testprog-panicDeferFatal-all'));
    expect(text).toMatch(/^ {2}fatal error: sync: unlock of unlocked mutex\n {2}after panic: /m);
  });
  it('has no mark in its message where a value was panicked with again', () => {
    const { crash } = readDump(`panic: drawer jammed [recovered, repanicked]\n\n${GOROUTINE}`).dump;
    expect(crash).toMatchObject({ message: 'drawer jammed', chain: [{ recovered: true, repanicked: true }] });
    expect(inspectText(`panic: drawer jammed [recovered, repanicked]\n\n${GOROUTINE}`)).toContain(
      'drawer jammed [recovered, repanicked]',
    );
  });
});

describe('stacks without a goroutine', () => {
  it('of a Windows exception: the stack that crashed, nobody else blamed', () => {
    const { dump, stacks } = readDump(crashText('cases/windows-exception-exact'));
    expect(dump.looseStacks.map(({ of, line, stack }) => [of, line, framesOf(stacks, stack).length])).toEqual([
      ['unknown', 5, 5],
    ]);
    expect(dump.goroutines.map(({ id }) => id)).toEqual([9]);
    expect(foldedLines(crashText('cases/windows-exception-exact'))).toContain(
      '(no goroutine);runtime.goexit;runtime.main;main.main;main._Cfunc_Paint;runtime.cgocall 1',
    );
  });
  it('of threads, two in one dump: both in JSON and folded', () => {
    const block = (name: string) =>
      `runtime stack:\nruntime.throw({0x1, 0x2})\n\t/go/p.go:1 +0x1\nruntime.${name}()\n\t/go/p.go:2 +0x1\n`;
    const text = `fatal error: a\n\n${block('first')}\ngoroutine 3 [select]:\nmain.f()\n\t/a.go:1 +0x1\ncreated by main.main\n\t/a.go:2 +0x1\n\n${block('second')}`;
    const [part] = inspectJson(text).parts;
    expect(part.looseStacks.map(({ of, line }: { of: string; line: number }) => [of, line])).toEqual([
      ['runtime', 3],
      ['runtime', 15],
    ]);
    expect(part.runtimeStack).toEqual(part.looseStacks[0].frames);
    expect(foldedLines(text)).toEqual([
      '(runtime stack);runtime.first;runtime.throw 1',
      '(runtime stack);runtime.second;runtime.throw 1',
      'main.f 1',
    ]);
  });
  it('of a crash of which nothing else was printed: folded and told', () => {
    const text = crashText('cases/cri-panic-during-panic');
    expect(foldedLines(text).filter((line) => line.startsWith('(runtime stack)'))).toHaveLength(1);
    expect(inspectJson(text).parts[1]).toMatchObject({
      crash: { message: 'unexpected signal during runtime execution', goroutine: null },
    });
  });
  it('of morestack on g0, which stands above its reason', () => {
    const text =
      'runtime: morestack on g0, stack [0x7ffc0000 0x7ffc8000], sp=0x7ffc0010, called from\nruntime.park_m(0x1)\n\t/go/proc.go:9 +0x1 fp=0x1 sp=0x2 pc=0x3\nruntime.mcall()\n\t/go/asm.s:4 +0x1 fp=0x1 sp=0x2 pc=0x3\n\nfatal error: morestack on g0\n\ngoroutine 8 [select]:\nmain.f()\n\t/a.go:1 +0x1\ncreated by main.main\n\t/a.go:2 +0x1\n';
    const [part, ...others] = inspectJson(text).parts;
    expect(others).toEqual([]);
    expect(part).toMatchObject({
      crash: { message: 'morestack on g0', goroutine: null },
      looseStacks: [{ of: 'runtime', line: 2 }],
    });
    expect(part.crash.notes[0]).toMatch(/^runtime: morestack on g0, stack /);
  });
  it('below a panic whose header a copy has lost', () => {
    const { dump, stacks } = readDump(
      'panic: boom\n\nmain.work(0x1)\n\t/src/main.go:9 +0x39\nmain.main()\n\t/src/main.go:5 +0x2a\n',
    );
    expect(dump.crash).toMatchObject({ kind: 'panic', message: 'boom', lines: ['panic: boom'] });
    expect(dump.looseStacks.map(({ of, stack }) => [of, framesOf(stacks, stack)])).toEqual([
      ['unknown', ['main.work /src/main.go:9', 'main.main /src/main.go:5']],
    ]);
  });
  it('in a message of a panic stay in the message where a goroutine follows', () => {
    const message = 'failed\nmain.fake()\n\t/nowhere/fake.go:1 +0x1\n\nlast line';
    const { dump } = readDump(`panic: ${message}\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:3 +0x1d\n`);
    expect(dump.crash?.message).toBe(message);
    expect(dump.looseStacks).toEqual([]);
  });
  it('that are not read: said', () => {
    expect(readText(crashText('cases/kibana-copy-no-header')).problems.map(({ message }) => message)).toEqual([
      '3 lines of frames belong to no stack that is read: what stands above them is missing, or in a shape that is not known',
    ]);
  });
});

describe('a stack that is whole though no go statement made it', () => {
  for (const name of [
    'cases/carchive-whole',
    'cases/cleanup-panic-whole',
    'go1.26/finalizer',
    'go1.26/cleanup',
    'testprog/testprogcgo-CgoExternalThreadPanic-all',
  ]) {
    it(name, () => {
      expect(verdictOf(crashText(name))).toMatchObject({ crashes: 1, damage: [] });
    });
  }
  it('and one that is cut is said to be', () => {
    const cut = [
      'goroutine 7 [running]:\nmain.add(0x1)\n\t/a.go:3 +0x1\n',
      'goroutine 17 [select, locked to thread]:\nmain.add(0x1)\n\t/a.go:3 +0x1\n',
      'goroutine 17 gp=0x1 m=2 mp=0x3 [running, locked to thread]:\nmain.add(0x1)\n\t/a.go:3 +0x1\n',
      'goroutine 1 [running, locked to thread]:\nmain.add(0x1)\n\t/a.go:3 +0x1\n',
      'goroutine 17 [running, locked to thread]:\nmain.add(0x1)\n\t/a.go:3',
      'goroutine 17 [running, locked to thread]:\nmain.add(0x1)\n',
      'goroutine 7 gp=0x1 m=2 mp=0x3 [running]:\nmain.f()\n\t/a.go:1 +0x1\nruntime.runFinalizers()\n\t/f.go:3 +0x1\n',
    ];
    for (const text of cut) expect(verdictOf(`panic: boom\n\n${text}`).damage, text).toHaveLength(1);
  });
});

describe('a goroutine that go-deadlock prints twice', () => {
  it('counts once', () => {
    const dumps = dumpsOf(readText(crashText('cases/go-deadlock-compose')));
    expect(dumps.map(({ goroutines }) => goroutines.map(({ id }) => id).sort())).toEqual([[1655, 4658]]);
    expect(foldedLines(crashText('cases/go-deadlock-compose')).map((line) => line.split(' ').at(-1))).toEqual(['1', '1']);
  });
});

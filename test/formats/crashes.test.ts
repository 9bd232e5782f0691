/** Crash heads: kind and message as the contract of the command line has them. */

import { describe, expect, it } from 'vitest';
import { readDump, readText } from '../support/read.ts';

const GOROUTINE = 'goroutine 1 [running]:\nmain.main()\n\t/src/main.go:3 +0x1d\n';

/** Head, kind, message. */
const HEADS: readonly (readonly [string, string, string])[] = [
  ['panic: out of soup', 'panic', 'out of soup'],
  ['panic: main.Fault{Code:3} [recovered]', 'panic', 'main.Fault{Code:3} [recovered]'],
  ['panic: runtime error: index out of range [5] with length 3', 'panic', 'runtime error: index out of range [5] with length 3'],
  [
    'panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x45c2a1]',
    'panic',
    'runtime error: invalid memory address or nil pointer dereference',
  ],
  ['fatal error: concurrent map writes', 'fatal error', 'concurrent map writes'],
  ['fatal error: concurrent map read and map write', 'fatal error', 'concurrent map read and map write'],
  ['fatal error: concurrent map iteration and map write', 'fatal error', 'concurrent map iteration and map write'],
  ['fatal error: all goroutines are asleep - deadlock!', 'fatal error', 'all goroutines are asleep - deadlock!'],
  ['fatal error: sync: unlock of unlocked mutex', 'fatal error', 'sync: unlock of unlocked mutex'],
  [
    'runtime: goroutine stack exceeds 1000000000-byte limit\nruntime: sp=0xc0203e0390 stack=[0xc0203e0000, 0xc0403e0000]\nfatal error: stack overflow',
    'fatal error',
    'stack overflow',
  ],
  ['SIGQUIT: quit\nPC=0x46d2a1 m=0 sigcode=0', 'signal', 'SIGQUIT: quit'],
  ['SIGABRT: abort\nPC=0x46d2a1 m=0 sigcode=18446744073709551610', 'signal', 'SIGABRT: abort'],
  [
    'panic: test timed out after 2s\nrunning tests:\n\tTestSlow (2s)',
    'panic',
    'test timed out after 2s\nrunning tests:\n\tTestSlow (2s)',
  ],
  // Since Go 1.23 each further line has a tab in front, which is no part of the message.
  [
    'panic: test timed out after 3s\n\trunning tests:\n\t\tTestSlow (2s)',
    'panic',
    'test timed out after 3s\nrunning tests:\n\tTestSlow (2s)',
  ],
];

describe('a crash head', () => {
  for (const [head, kind, message] of HEADS) {
    it(head.split('\n')[0], () => {
      expect(readDump(`${head}\n\n${GOROUTINE}`).dump.crash).toMatchObject({ kind, message });
    });
    it(`${head.split('\n')[0]}, behind a line of the log`, () => {
      expect(readDump(`2026/01/02 03:04:05 listening\n${head}\n\n${GOROUTINE}`).dump.crash).toMatchObject({ kind, message });
    });
  }

  it('keeps a chain of panics, oldest first', () => {
    const { dump } = readDump(`panic: first\n\tpanic: second\n\tpanic: third\n\n${GOROUTINE}`);
    expect(dump.crash?.message).toBe('first');
    expect(dump.crash?.chain.map(({ message }) => message)).toEqual(['first', 'second', 'third']);
  });

  it('is there without a goroutine, as GOTRACEBACK=none leaves it', () => {
    const { dump } = readDump('panic: alone\n');
    expect(dump.crash).toMatchObject({ kind: 'panic', message: 'alone' });
    expect(dump.goroutines).toEqual([]);
  });

  it('is not there in a dump that was asked for', () => {
    expect(readDump(GOROUTINE).dump.crash).toBeNull();
  });

  it('does not take over the goroutines of another dump in the same stream', () => {
    const parts = readText(`panic: a\n\n${GOROUTINE}\nexit status 2\nfatal error: concurrent map writes\n\n${GOROUTINE}`).parts;
    expect(
      parts.map((part) => (part.format === 'goroutine-dump' ? [part.crash?.message, part.goroutines.length] : null)),
    ).toEqual([
      ['a', 1],
      ['concurrent map writes', 1],
    ]);
  });

  it('keeps the runtime stack of the thread that died', () => {
    const { dump, evidence } = readDump(
      `fatal error: out of memory\n\nruntime stack:\nruntime.throw({0x1, 0x2})\n\t/go/panic.go:1 +0x1\nruntime.mallocgc(0x1)\n\t/go/malloc.go:2 +0x1\n\n${GOROUTINE}`,
    );
    const names = evidence.stacks
      .framesAt(dump.runtimeStack as number)
      .map((frame) => ('function' in frame ? frame.function : ''));
    expect(names).toEqual(['runtime.throw', 'runtime.mallocgc']);
  });

  it('tells a panic that a server caught from a crash', () => {
    const { dump } = readDump(`2026/01/02 03:04:05 http: panic serving 127.0.0.1:4711: boom\n${GOROUTINE}`);
    expect(dump.crash).toBeNull();
    expect(dump.servedPanic).toEqual({ client: '127.0.0.1:4711', message: 'boom' });
  });
});

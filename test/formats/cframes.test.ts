/** Frames of C and C++ as a traceback symbolizer (runtime.SetCgoTraceback) tells them: any name, a file or none. */

import { describe, expect, it } from 'vitest';
import { framesOf, readDump } from '../support/read.ts';

const NAMES = [
  'pull',
  'pull(int)',
  'store::Cart::add(std::string const&)',
  'std::vector<int, std::allocator<int> >::push_back(int&&)',
  'operator()(int) const',
  'store::operator<<(std::ostream&, Cart const&)',
  '(anonymous namespace)::close(int)',
  '{lambda(int)#1}::operator()(int) const',
  'void sort<int*>(int*, int*) [clone .constprop.0]',
  '~Cart',
  'pull.part.0',
  'pull@plt',
  '-[Cart addWare:]',
  '_ZN5store4Cart3addEv',
  '<store::Cart as core::fmt::Display>::fmt',
  'non-Go function',
];
const PLACES: readonly (readonly [string, string])[] = [
  ['pc=0x7f01e4593000', ''],
  ['/src/cart/cart.cc:41 pc=0x7f01e4593000', ' /src/cart/cart.cc:41'],
  ['??:0 pc=0x7f01e4593000', ' ??'],
  ['/src/my cart/cart.cpp:7 pc=0x1', ' /src/my cart/cart.cpp:7'],
];

const AROUND = (lines: string) =>
  `SIGSEGV: segmentation violation\nPC=0x1 m=0 sigcode=1 addr=0x0\nsignal arrived during cgo execution\n\ngoroutine 1 gp=0x1 m=0 mp=0x2 [syscall]:\n${lines}runtime.cgocall(0x55add3, 0x8)\n\t/go/src/runtime/cgocall.go:167 +0x4b fp=0x1 sp=0x2 pc=0x3\nmain.main()\n\t/src/main.go:5 +0x2a fp=0x1 sp=0x2 pc=0x3\n`;
const REST = ['runtime.cgocall /go/src/runtime/cgocall.go:167', 'main.main /src/main.go:5'];

describe('a frame of C', () => {
  for (const name of NAMES) {
    for (const [place, shown] of PLACES) {
      it(`${name} at ${place}`, () => {
        for (const tab of ['\t', '    ']) {
          const { dump, stacks, evidence } = readDump(AROUND(`${name}\n${tab}${place}\n`));
          const frames = framesOf(stacks, dump.goroutines[0].stack);
          expect(frames).toEqual([`${name}${shown}`, ...REST]);
          expect(evidence.problems).toEqual([]);
        }
      });
    }
  }
  it('two in a row, the first at the leaf and the second below it', () => {
    const { dump, stacks, evidence } = readDump(AROUND('pull(int)\n\tpc=0x7f\nstore::run()\n\tpc=0x80\n'));
    expect(framesOf(stacks, dump.goroutines[0].stack)).toEqual(['pull(int)', 'store::run()', ...REST]);
    expect(evidence.problems).toEqual([]);
  });
  it('is none without its place: another line that the log has between', () => {
    const { dump, stacks, evidence } = readDump(AROUND('connected to db (7 of 9)\n'));
    expect(framesOf(stacks, dump.goroutines[0].stack)).toEqual(REST);
    expect(evidence.problems.map(({ severity }) => severity)).toEqual(['warning']);
  });
});

describe('what looks like a call and is none', () => {
  for (const line of ['main.wait)(', 'main.wait)(0x1)', 'main.wait}(0x1)', 'main.(*Cart.add(0x1)', '(main.wait(0x1)']) {
    it(line, () => {
      const { dump, stacks } = readDump(
        `goroutine 1 [running]:\nmain.a()\n\t/a.go:1 +0x1\n${line}\nmain.main()\n\t/b.go:2 +0x1\n`,
      );
      expect(framesOf(stacks, dump.goroutines[0].stack)).toEqual(['main.a /a.go:1', 'main.main /b.go:2']);
    });
  }
});

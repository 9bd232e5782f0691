/** Stacks in the reports of test frameworks and loggers, which have no header of the runtime's. */

import { describe, expect, it } from 'vitest';
import { foldedLines } from '../support/collapse.ts';
import { crashText, verdictOf } from '../support/crashes.ts';
import { framesOf, readDump, readText } from '../support/read.ts';

function looseOf(text: string): unknown {
  const { dump, stacks } = readDump(text);
  return {
    kind: dump.crash?.kind ?? null,
    message: dump.crash?.message ?? null,
    stacks: dump.looseStacks.map(({ stack }) => framesOf(stacks, stack)),
  };
}

const CART = [
  'example.com/shop/cart.(*Cart).Add /src/shop/cart/cart.go:41',
  'example.com/shop/cart.init.func1.1 /src/shop/cart/cart_test.go:23',
];
const STACK =
  '    example.com/shop/cart.(*Cart).Add(0x0)\n    \t/src/shop/cart/cart.go:41 +0x1c\n    example.com/shop/cart.init.func1.1()\n    \t/src/shop/cart/cart_test.go:23 +0x4f\n';

describe('ginkgo', () => {
  it('2: the panic and its full stack', () => {
    const message = 'runtime error: invalid memory address or nil pointer dereference';
    expect(looseOf(crashText('cases/ginkgo-panic'))).toEqual({ kind: 'recovered', message, stacks: [CART] });
    expect(verdictOf(crashText('cases/ginkgo-panic'))).toMatchObject({ crashes: 0, recovered: 1, damage: [] });
  });
  it('1: the same', () => {
    const text = `• Panic! [0.001 seconds]\nCart\n/src/shop/cart/cart_test.go:20\n  adds a ware [It]\n  /src/shop/cart/cart_test.go:21\n\n  Test Panicked\n  cart 7 is closed\n  and stays so\n  /usr/local/go/src/runtime/panic.go:212\n\n  Full Stack Trace\n${STACK}------------------------------\n`;
    expect(looseOf(text)).toEqual({ kind: 'recovered', message: 'cart 7 is closed\nand stays so', stacks: [CART] });
  });
  it('a failed test with its full stack: no crash', () => {
    expect(
      looseOf(
        `• [FAILED] [0.002 seconds]\n  [FAILED] Expected true\n  In [It] at: /src/shop/cart/cart_test.go:23\n\n  Full Stack Trace\n${STACK}------------------------------\nFull Stack Trace of nothing\n`,
      ),
    ).toEqual({ kind: null, message: null, stacks: [CART] });
  });
  it('a progress report: its goroutines, frames of the test and of others alike', () => {
    const { dump, stacks, evidence } = readDump(crashText('cases/ginkgo-progress'));
    expect(dump.crash).toBeNull();
    expect(dump.goroutines.map(({ id, state, waitMinutes, stack }) => [id, state, waitMinutes, framesOf(stacks, stack)])).toEqual(
      [
        [
          38,
          'select',
          0,
          [
            'github.com/onsi/gomega/internal.(*AsyncAssertion).match /src/go/pkg/mod/github.com/onsi/gomega@v1.38.0/internal/async_assertion.go:546',
            'example.com/shop/cart.init.func1.2 /src/shop/cart/cart_test.go:33',
          ],
        ],
        [41, 'chan receive', 2, ['example.com/shop/cart.(*Cart).pump /src/shop/cart/cart.go:77']],
      ],
    );
    expect(evidence.problems).toEqual([]);
  });
  it('a report, and a crash behind it', () => {
    const parts = readText(
      `${crashText('cases/ginkgo-panic')}panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:3 +0x1d\n`,
    ).parts;
    expect(parts.map((part) => (part.format === 'goroutine-dump' ? part.crash?.kind : part.format))).toEqual([
      'recovered',
      'panic',
    ]);
  });
});

describe('gocheck', () => {
  const text =
    '----------------------------------------------------------------------\nPANIC: cart_test.go:17: CartSuite.TestAdd\n\n... Panic: cart 7 is closed (PC=0x43BBAE)\n\n/usr/local/go/src/runtime/panic.go:199\n  in gopanic\ncart_test.go:18\n  in CartSuite.TestAdd\n/usr/local/go/src/reflect/value.go:321\n  in Value.Call\nOOPS: 0 passed, 1 PANICKED\n--- FAIL: Test (0.00s)\n';
  it('a panic: its places and functions', () => {
    const stacks = [
      [
        'gopanic /usr/local/go/src/runtime/panic.go:199',
        'CartSuite.TestAdd cart_test.go:18',
        'Value.Call /usr/local/go/src/reflect/value.go:321',
      ],
    ];
    expect(looseOf(text)).toEqual({ kind: 'recovered', message: 'cart 7 is closed', stacks });
    expect(foldedLines(text)).toEqual(['(no goroutine);Value.Call;CartSuite.TestAdd;gopanic 1']);
  });
});

describe('HandleCrash of old Kubernetes', () => {
  const head =
    'E0401 10:00:00.000000       1 runtime.go:66] Observed a panic: "invalid memory address" (runtime error: invalid memory address)';
  it('a list of places', () => {
    const text = `${head}\n/go/src/k8s.io/kubernetes/runtime.go:72\n/usr/local/go/src/runtime/asm_amd64.s:573\n/src/shop/ctl.go:77\nE0401 10:00:01.000000       1 ctl.go:66] retry\n`;
    const stacks = [
      ['?? /go/src/k8s.io/kubernetes/runtime.go:72', '?? /usr/local/go/src/runtime/asm_amd64.s:573', '?? /src/shop/ctl.go:77'],
    ];
    expect(looseOf(text)).toEqual({ kind: 'recovered', message: 'runtime error: invalid memory address', stacks });
  });
  it('of a later one a goroutine follows: that is read', () => {
    const { dump } = readDump(
      `${head}\ngoroutine 7 [running]:\nk8s.io/apimachinery/pkg/util/runtime.logPanic(0x1)\n\t/r.go:3 +0x1\npanic(0x1)\n\t/p.go:2 +0x1\nmain.work()\n\t/a.go:4 +0x1\ncreated by main.main\n\t/a.go:2 +0x1\n`,
    );
    expect(dump.crash?.kind).toBe('recovered');
    expect(dump.looseStacks).toEqual([]);
    expect(dump.goroutines.map(({ id }) => id)).toEqual([7]);
  });
  it('without a stack: a panic that was caught', () => {
    expect(verdictOf(`${head}\nlistening on :8080\n`)).toMatchObject({ kinds: ['recovered'], crashes: 0, recovered: 1 });
  });
  it('and lines of reports that nothing follows are nothing', () => {
    for (const line of ['Full Stack Trace', 'Spec Goroutine', 'Test Panicked', '... Panic: x (PC=0x43BBAE)'])
      expect(() => verdictOf(`${line}\nlistening on :8080\nready\n`), line).toThrow('nothing found');
  });
});

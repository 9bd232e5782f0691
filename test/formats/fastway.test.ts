/** Lines that the fast way through a dump must leave to the slow one: both give the same. */

import { describe, expect, it } from 'vitest';
import { essenceOf, readText } from '../support/read.ts';

const AROUND = (line: string) =>
  `goroutine 1 [running]:\nmain.f(0x1)\n\t/a.go:1 +0x1\n${line}\nmain.main()\n\t/b.go:2 +0x1\n\ngoroutine 2 [select]:\nmain.g()\n\t/c.go:3 +0x1\ncreated by main.main\n\t/b.go:1 +0x1\n`;

const LINES = [
  'main.h()\n\tfatal error: concurruntime/proc.go:2448 +0x1',
  'main.h()\n\tpanic: /a.go:1 +0x1',
  'main.h()\n\t/a b/c: d/e.go:1 +0x1',
  'main.h()\n\t"quoted.go":1 +0x1',
  'main.h(…)\n\t/a.go:1 +0x1',
  'main.h(&lt;)\n\t/a.go:1 +0x1',
  'main.h(0x1{"Action":"output","Package":"p","Output":"WARNING: DATA RACE\\n"}0x0?)\n\t/a.go:1 +0x1',
  'main.h()\r\n\t/a.go:1 +0x1\r',
  'main.h()\n    /a.go:1 +0x1',
  'main.h()',
  '...3 frames elided...',
  'created by main.x in goroutine 99999999999999999999\n\t/a.go:1 +0x1',
  'goroutine 7 [select',
  '\tgoroutine running on other thread; stack unavailable',
];

describe('the fast way and the slow way agree on', () => {
  for (const line of LINES) {
    it(JSON.stringify(line), () => {
      const fast = readText(AROUND(line));
      // Keeping arguments takes every line the slow way.
      const slow = readText(AROUND(line), { keepArguments: true });
      expect(essenceOf(fast)).toEqual(essenceOf(slow));
      expect(fast.problems).toEqual(slow.problems);
    });
  }
});

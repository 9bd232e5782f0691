/** Numbers that no JS number holds: they are never shown as another one. */

import { describe, expect, it } from 'vitest';
import { foldedLines } from '../support/collapse.ts';
import { crashText } from '../support/crashes.ts';
import { inspectJson, inspectText } from '../support/inspect.ts';
import { racesOf, readText } from '../support/read.ts';

const DIGITS = [15, 16, 17, 20, 25, 308, 309, 400].map((length) => '9'.repeat(length));
/** 2^53 and its neighbours, of which the last cannot be told from the first. */
const EDGES = ['9007199254740991', '9007199254740992', '9007199254740993', '18446744073709551615'];
const frame = (line: string) => `goroutine 1 [running]:\nmain.a()\n\t/src/a.go:${line} +0x1\nmain.main()\n\t/src/b.go:7 +0x1\n`;

describe('a line number', () => {
  for (const digits of [...DIGITS, ...EDGES]) {
    it(`of ${digits.length} digits, ${digits.slice(0, 20)}: shown as it stood`, () => {
      const text = frame(digits);
      const [{ goroutines }] = inspectJson(text).parts;
      const [leaf, root] = goroutines[0].frames;
      expect([leaf.file, leaf.line]).toEqual(digits.length <= 15 ? ['/src/a.go', Number(digits)] : [`/src/a.go:${digits}`, null]);
      expect([root.file, root.line]).toEqual(['/src/b.go', 7]);
      expect(foldedLines(text, { lines: true })).toEqual([`main.main /src/b.go:7;main.a /src/a.go:${digits} 1`]);
      expect(inspectText(text)).not.toMatch(/Infinity|e\+/);
    });
  }
  it('of the case', () => {
    expect(inspectText(crashText('cases/line-number-infinity'))).not.toContain('Infinity');
    expect(inspectJson(crashText('cases/line-number-infinity')).parts[0].goroutines[0].frames[0].file).toMatch(/^\/a\.go:9{308}/);
  });
  it('that is the word Infinity is none', () => {
    expect(
      inspectJson(frame('Infinity')).parts[0].goroutines[0].frames.map(({ line }: { line: number | null }) => line),
    ).not.toContain(0);
  });
});

describe('the number of a goroutine', () => {
  for (const digits of [...DIGITS.slice(1, 4), ...EDGES.slice(1)]) {
    it(`${digits}: a problem, and its stack without it`, () => {
      const { parts, problems } = inspectJson(frame('3').replace('goroutine 1', `goroutine ${digits}`));
      expect(parts[0].goroutines).toEqual([]);
      expect(parts[0].looseStacks.map(({ of, frames }: { of: string; frames: unknown[] }) => [of, frames.length])).toEqual([
        ['unknown', 2],
      ]);
      expect(problems.map(({ message, excerpt }: { message: string; excerpt: string }) => [message, excerpt])).toEqual([
        [
          'goroutine header with a number that no goroutine can have: its stack is kept without it',
          `goroutine ${digits} [running]:`,
        ],
      ]);
    });
  }
  it('that made another one is left out', () => {
    const made = (digits: string) =>
      inspectJson(`goroutine 3 [select]:\nmain.a()\n\t/a.go:1 +0x1\ncreated by main.b in goroutine ${digits}\n\t/b.go:2 +0x1\n`)
        .parts[0].goroutines[0].createdBy.goroutine;
    expect(['7', EDGES[0], EDGES[1], DIGITS[7]].map(made)).toEqual([7, 9007199254740991, null, null]);
  });
  it('Infinity is no goroutine', () => {
    expect(() => readText(frame('3').replace('goroutine 1', 'goroutine Infinity'))).not.toThrow(/RangeError/);
  });
  it('in a race report is no other one', () => {
    const text = `==================\nWARNING: DATA RACE\nWrite at 0x00c0 by goroutine ${EDGES[2]}:\n  main.a()\n      /a.go:1 +0x1\n\nPrevious read at 0x00c0 by main goroutine:\n  main.b()\n      /b.go:2 +0x1\n==================\n`;
    expect(JSON.stringify(racesOf(readText(text)))).not.toContain('900719925474099');
  });
});

it('frames, minutes and bubbles that were counted too high stay as they stood', () => {
  const text =
    'goroutine 1 [select, 99999999999999999999 minutes, synctest bubble 99999999999999999999]:\nmain.a()\n\t/a.go:1 +0x1\n...99999999999999999999 frames elided...\nmain.main()\n\t/b.go:2 +0x1\n';
  const [goroutine] = inspectJson(text).parts[0].goroutines;
  expect(goroutine).toMatchObject({
    waitMinutes: 0,
    bubble: null,
    extra: ['99999999999999999999 minutes', 'synctest bubble 99999999999999999999'],
  });
  expect(goroutine.frames[1]).toEqual({ elided: null });
});

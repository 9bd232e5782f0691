/**
 * Texts for terminals of any width: no line is wider, no number is cut, a function's name is whole where it has room. A pipe
 * has no width: nothing is cut at all.
 */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { Summarizer } from '../../src/analysis/summary.ts';
import { InputReader } from '../../src/formats/reader.ts';
import type { TracePart } from '../../src/model/trace.ts';
import { writeAnalyzeText } from '../../src/render/analyzetext.ts';
import { writeDiffText } from '../../src/render/difftext.ts';
import { NO_PAINT, writeInspectText } from '../../src/render/inspecttext.ts';
import { columnsOf, fitLeft, fitMiddle, fitRight, wrapLine, wrapPieces } from '../../src/render/textblocks.ts';
import { compare } from '../support/compare.ts';
import { FIXTURES, fixture, fixtures } from '../support/fixtures.ts';
import { makeRandom } from '../support/generate.ts';
import { analyzeTrace, traceNamed } from '../support/traces.ts';
import { faultsOf } from '../support/widths.ts';

const WHOLE = Number.POSITIVE_INFINITY;
const WIDTHS = [40, 51, 60, 80, 100, 133, 200];

function inspect(bytes: Uint8Array | string, columns: number, file = 'a/long/name/of/a/file.txt'): string {
  const reader: InputReader = new InputReader({
    goroutine: (goroutine, part) => summarizer.goroutine(goroutine, part),
    record: (record, part) => summarizer.record(record, part),
    race: (race, part) => summarizer.race(race, part),
  });
  const summarizer = new Summarizer(reader.stacks);
  reader.push(Buffer.from(bytes));
  const evidence = reader.end();
  const input = { file, stacks: evidence.stacks, summaries: summarizer.summarize(evidence), problems: [] };
  return [...writeInspectText([input], { columns, paint: NO_PAINT, top: 6, depth: 6 })].join('');
}

/** Functions of the lines `NAME  PLACE` of a whole text. */
function namesIn(whole: string): string[] {
  return [...whole.matchAll(/^ {9}([^\s…]+) {2}\S*:\d+$/gm)].map(([, name]) => name);
}

describe('inspect at any width', () => {
  const smallest = fixtures.filter(({ bytes }) => bytes.length < 40_000);
  it(`${smallest.length} captures × ${WIDTHS.length} widths`, () => {
    let names = 0;
    for (const { name, bytes } of smallest) {
      const whole = inspect(bytes, WHOLE);
      expect(whole, name).not.toContain('…/');
      for (const columns of WIDTHS) {
        const narrow = inspect(bytes, columns);
        expect(faultsOf(narrow, whole, columns), `${name} at ${columns}`).toEqual([]);
        const missing = namesIn(whole).filter((one) => one.length + 9 <= columns && !narrow.includes(one));
        expect(missing, `${name} at ${columns}`).toEqual([]);
        names += namesIn(whole).length;
      }
    }
    expect(smallest.length).toBeGreaterThan(90);
    expect(names).toBeGreaterThan(2000);
  });

  it('the path gives way to the name', () => {
    const text =
      'goroutine 20 [IO wait]:\ninternal/poll.(*FD).Accept(0xc000)\n\t/home/u/.gimme/versions/go1.20.10.linux.amd64/src/internal/poll/fd_unix.go:614 +0x2bd\n' +
      'k8s.io/apimachinery/pkg/util/runtime.logPanic(0x1)\n\t/go/pkg/mod/k8s.io/apimachinery@v0.1.2/pkg/util/runtime/runtime.go:74 +0x2\ncreated by main.start\n\t/src/shop/http.go:27 +0xbe\n';
    for (const columns of [70, 80, 100, 160, WHOLE]) {
      expect(inspect(text, columns)).toMatch(/^ {9}internal\/poll\.\(\*FD\)\.Accept {2}\S*fd_unix\.go:614$/m);
      expect(inspect(text, columns)).toContain('k8s.io/apimachinery/pkg/util/runtime.logPanic');
    }
    expect(inspect(text, 40)).toContain(' util/runtime.logPanic');
  });

  it('shows what testing/synctest does with goroutines', () => {
    const text =
      'goroutine 9 [select (no cases) (durable), synctest bubble 1]:\nmain.f(0x1)\n\t/a.go:1 +0x1\n\ngoroutine 8 [chan receive]:\nmain.f(0x1)\n\t/a.go:1 +0x1\n';
    expect(inspect(text, 80)).toContain('1 durable, bubble 1');
  });

  it('counts wide characters twice, and combining ones not', () => {
    const text = `panic: ${'漢字かな '.repeat(12)}\n\ngoroutine 1 [running]:\nmain.${'é'.repeat(30)}${'語'.repeat(40)}(0x1)\n\t/src/${'深'.repeat(60)}/a.go:12 +0x1\n`;
    for (const columns of WIDTHS) expect(faultsOf(inspect(text, columns), inspect(text, WHOLE), columns)).toEqual([]);
  });
});

describe('analyze and diff at any width', () => {
  for (const name of ['mapgrow-1.22', 'annotations-stress-1.26', 'multigen-1.23', 'futile-wakeup-1.19']) {
    it(`analyze ${name}`, () => {
      const analysis = analyzeTrace(traceNamed(name));
      const part = { format: 'go-trace', version: '1.26', events: 1234567, truncated: true } as unknown as TracePart;
      const show = (columns: number) =>
        [...writeAnalyzeText({ file: 'x', part, analysis, problems: [] }, { columns, paint: NO_PAINT, top: 20 })].join('');
      expect(show(WHOLE)).toBe(show(100_000));
      for (const columns of WIDTHS) expect(faultsOf(show(columns), show(WHOLE), columns), `at ${columns}`).toEqual([]);
    });
  }
  const PAIRS = [
    ['goroutines/shop-go1.26', 'goroutines/storm-quit-go1.22'],
    ['race/pallets-map-go1.26', 'race/pallets-parties-go1.19'],
    ['countprofile/route-debug1-go1.24', 'countprofile/route-debug1-go1.24'],
  ] as const;
  for (const [before, after] of PAIRS) {
    it(`diff ${before} ${after}`, () => {
      const comparison = compare(fixture(before).bytes, fixture(after).bytes);
      const show = (columns: number) => [...writeDiffText(comparison, { columns, paint: NO_PAINT, top: 20 })].join('');
      for (const columns of WIDTHS) expect(faultsOf(show(columns), show(WHOLE), columns), `at ${columns}`).toEqual([]);
    });
  }
});

describe('blocks of text', () => {
  const random = makeRandom(7);
  const ALPHABET = ['a', 'b', '/', '.', ' ', ' ', '1', '7', '漢', 'é', 'e\u0301', '😀', '\x1b[31m', '\x1b[39m', ';', '('];
  const texts = Array.from({ length: 500 }, () =>
    Array.from({ length: random(200) }, () => ALPHABET[random(ALPHABET.length)]).join(''),
  );

  it(`${texts.length} texts fit`, () => {
    for (const text of texts) {
      const columns = 1 + random(90);
      for (const cut of [fitLeft, fitMiddle, fitRight]) expect(stringWidth(cut(text, columns))).toBeLessThanOrEqual(columns);
      expect(columnsOf(text)).toBe(stringWidth(text));
    }
  });

  it(`${texts.length} texts wrapped lose nothing but blanks`, () => {
    for (const text of texts) {
      const columns = 12 + random(90);
      const lines = [...wrapLine(text, columns)];
      for (const line of lines) expect(stringWidth(line), JSON.stringify([text, columns])).toBeLessThanOrEqual(columns);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }
  });

  it('pieces are wrapped line by line', () => {
    expect([...wrapPieces(['abc d', 'ef\n', 'gh'], 5)].join('')).toBe('abc\n def\ngh');
  });
});

describe('time goes with the length of the text', () => {
  const FIELDS: Record<string, (long: string) => string> = {
    'function and receiver': (s) => `goroutine 1 [running]:\nmain.(*T${s}).é${s}(0x1)\n\t/a.go:1 +0x1\n`,
    place: (s) => `goroutine 1 [running]:\nmain.f(0x1)\n\t/é${s}/a.go:1 +0x1\n`,
    creator: (s) => `goroutine 1 [running]:\nmain.f(0x1)\n\t/a.go:1 +0x1\ncreated by main.é${s}\n\t/a.go:1 +0x1\n`,
    state: (s) => `goroutine 1 [é${s}, 3 minutes]:\nmain.f(0x1)\n\t/a.go:1 +0x1\n`,
    label: (s) => `goroutine 1 [running] {k: "é${s}"}:\nmain.f(0x1)\n\t/a.go:1 +0x1\n`,
    panic: (s) => `panic: é${s}\n\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/a.go:1 +0x1\n`,
    'words of a panic': (s) =>
      `panic: é ${s.replaceAll('abcdefgh', 'abcd 12 ')}\n\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/a.go:1 +0x1\n`,
    race: (s) =>
      `==================\nWARNING: DATA RACE\nWrite at 0x00c000 by goroutine 7:\n  main.é${s}()\n      /é${s}/a.go:1 +0x1\n\nPrevious write at 0x00c000 by goroutine 8:\n  main.g()\n      /a.go:1 +0x1\n==================\n`,
    profile: (s) => `goroutine profile: total 1\n1 @ 0x1\n#\t0x1\tmain.é${s}+0x1\t/é${s}/a.go:3\n\n`,
    folded: (s) => `a;é${s.slice(0, 30_000)} 3\nb;${s.slice(0, 30_000)} 4\nc;d 3\n`,
  };
  /** How long a message is, where only its beginning is shown. */
  const NOTE_OF_LENGTH = /^not in the whole text: 408$/;
  for (const name of ['slow-name-80kb', 'slow-place-68kb', 'hostile-dump']) {
    it(`${name}, at any width`, () => {
      const bytes = readFileSync(path.join(FIXTURES, `carriers/${name}.txt`));
      const whole = inspect(bytes, WHOLE);
      for (const columns of WIDTHS) {
        const began = performance.now();
        const cut = faultsOf(inspect(bytes, columns), whole, columns).filter((fault) => !NOTE_OF_LENGTH.test(fault));
        expect(cut).toEqual([]);
        expect(performance.now() - began).toBeLessThan(600);
      }
    });
  }

  for (const [field, make] of Object.entries(FIELDS)) {
    it(field, () => {
      const text = make('abcdefgh'.repeat(20_000));
      for (const columns of [80, WHOLE]) {
        const began = performance.now();
        inspect(text, columns);
        [...writeDiffText(compare(text, make('x')), { columns, paint: NO_PAINT, top: 20 })].join('');
        expect(performance.now() - began).toBeLessThan(600);
      }
    });
  }
});

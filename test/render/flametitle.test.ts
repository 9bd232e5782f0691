/** What a picture says its width means: titles, subtitles, the root; how they fit; how changes are painted and read. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { writeFlameGraph } from '../../src/render/flamegraph.ts';
import { stackTitle } from '../../src/render/flametitle.ts';
import { compareWeights, fitLabel, fitLine, textWidth } from '../../src/render/geometry.ts';
import { ChangeScale } from '../../src/render/palettes.ts';
import { makeSubject } from '../../src/render/report/subject.ts';
import { formatTicks, tickStep } from '../../src/render/timeline/scale.ts';
import { collapse } from '../support/collapse.ts';
import { compare, readComparable } from '../support/compare.ts';
import { FIXTURES, fixture } from '../support/fixtures.ts';

const TRACE = gunzipSync(readFileSync(path.join(FIXTURES, 'gotrace/mapgrow-1.25.trace.gz')));
const titleOf = (svg: string) => /<text class="title"[^>]*>(?:<title>[^<]*<\/title>)?([^<]*)</.exec(svg)?.[1];
const draw = (...args: Parameters<typeof writeFlameGraph>) => [...writeFlameGraph(...args)].join('');

describe('a title', () => {
  const WEIGHTS = {
    running: /^[\d.]+ m?s running, by stack$/,
    sched: /^[\d.]+ m?s waiting for a P, by stack$/,
    sync: /^[\d.]+ m?s waiting for other goroutines, by stack$/,
    syscall: /^[\d.]+ [mµ]?s in system calls, by stack$/,
    block: /^[\d.]+ m?s waiting, by stack$/,
    samples: /^[\d,]+ samples? of the CPU, by stack$/,
  } as const;
  for (const [weight, words] of Object.entries(WEIGHTS)) {
    it(`says what a trace was weighed by: ${weight}`, () => {
      const profile = collapse(TRACE, { weight: weight as keyof typeof WEIGHTS });
      expect(titleOf(draw(profile))).toMatch(words);
    });
  }

  it('says it of dumps, races and folded stacks', () => {
    expect(titleOf(draw(collapse(fixture('goroutines/shop-go1.26').bytes)))).toBe('346 goroutines by stack');
    expect(titleOf(draw(collapse(fixture('race/pallets-map-go1.26').bytes)))).toBe('12 stacks of data races, by stack');
    expect(titleOf(draw(collapse('a;b 3\n')))).toBe('3 samples by stack');
    expect(titleOf(draw(collapse('a;b 3\n'), { flamechart: true }))).toBe('3 samples in the order of time');
    expect(titleOf(draw(collapse('a;b 1\n'), { countname: 'bytes' }))).toBe('1 byte by stack');
    expect(titleOf(draw(collapse('a;b 3\n'), { title: 'Mine' }))).toBe('Mine');
    expect(stackTitle(7200, { unit: 'seconds', measure: 'waited' })).toBe('7,200 seconds waited, by stack');
  });

  it('says nothing of what was weighed where inputs of several kinds are merged', () => {
    const merged = collapse([fixture('goroutines/shop-go1.26').bytes, fixture('race/pallets-map-go1.26').bytes]);
    expect(titleOf(draw(merged))).toBe('358 samples by stack');
  });

  it('stays beside the buttons, and is whole where the pointer rests', () => {
    const title = `${'a very long title '.repeat(20)}end`;
    const svg = draw(collapse('a;b 3\n'), { title, width: 600 });
    const shown = titleOf(svg) as string;
    expect(shown).toMatch(/…$/);
    expect(textWidth({ charWidth: 17 * 0.59, fixedPitch: false }, shown)).toBeLessThanOrEqual(600 - 220);
    expect(svg).toContain(`<title>${title}</title>`);
    for (let room = 0; room < 400; room += 7) {
      const font = { charWidth: 7, fixedPitch: false };
      const line = fitLine(font, 'goroutines by stack', room);
      if (line !== '…') expect(textWidth(font, line)).toBeLessThanOrEqual(Math.max(room, textWidth(font, '…')));
    }
  });

  it('stands on the root too, as far as there is room', () => {
    const svg = draw(collapse(fixture('goroutines/shop-go1.26').bytes));
    expect(svg).toMatch(/<text x="13"[^>]*>all: 346 goroutines<\/text>/);
    expect(draw(collapse('a;b 3\n'), { width: 100 })).not.toContain('>all: 3 samples<');
  });
});

describe('a label that is cut', () => {
  it('keeps four letters and one …, or is left out', () => {
    const geometry = { charWidth: 7, fontSize: 12, row: 16, fixedPitch: false, cutRight: true } as Parameters<typeof fitLabel>[0];
    for (let width = 0; width < 200; width++) {
      const label = fitLabel(geometry, ['main.(*Server).handleRequest'], width);
      if (label !== '') expect(label).toMatch(/^main.*(?:…|t)$/);
      expect(label).not.toContain('..');
    }
    expect(fitLabel(geometry, ['run'], 40)).toBe('run');
    for (let width = 0; width < 120; width++) {
      const label = fitLabel(geometry, ['− main.(*Server).handleRequest'], width);
      if (label !== '') expect(label).toMatch(/^− main/);
    }
  });
});

describe('a change', () => {
  it('is told by what was there before, in pictures as in lists', () => {
    const scale = { unit: 'goroutines', factor: 1 };
    expect(compareWeights(10_006, 6959, scale)).toBe('3,047 → 10,006 goroutines (+6,959, +228.39%)');
    expect(compareWeights(4, -6, scale)).toBe('10 → 4 goroutines (−6, −60.00%)');
    expect(compareWeights(5, 5, scale)).toBe('0 → 5 goroutines (+5, new)');
    expect(compareWeights(0, -5, scale)).toBe('5 → 0 goroutines (−5, gone)');
    expect(compareWeights(5, 0, scale)).toBe('5 → 5 goroutines (unchanged)');
  });

  it('of almost nothing is not painted, and small ones stay pale', () => {
    const pale = new ChangeScale(30, 100_000);
    expect(pale.colorOf(30)).toBe(pale.colorOf(0));
    expect(pale.colorOf(-99)).toBe(pale.colorOf(0));
    const strong = new ChangeScale(40_000, 100_000);
    expect(strong.colorOf(40_000)).not.toBe(strong.colorOf(0));
    expect(strong.colorOf(200)).not.toBe(strong.colorOf(0));
    expect(new ChangeScale(200, 100_000).colorOf(200)).not.toBe(strong.colorOf(40_000));
    expect(strong.legend().map(({ name }) => name)).toEqual(['+40% of all', '+10%', 'less than 0.1%', '−10%', '−40% of all']);
  });

  it('of two runs of one program paints nothing in full', () => {
    const run = (extra: number) => `main.a;main.b ${10_000 + extra}\nmain.a;main.c ${9_990 - extra}\n`;
    const svg = draw(compare(run(0), run(3)).profile, { removed: true });
    // The root, and all frames in the colour of no change.
    expect(new Set(svg.match(/<path class="c\d+/g)).size).toBeLessThanOrEqual(2);
  });
});

describe('facts of a page', () => {
  const factsOf = (name: string) => {
    const { stacks, summaries, profile } = readComparable(fixture(name).bytes, name);
    return makeSubject(name, [{ file: name, stacks, summaries, problems: [], trace: null }], { profile }).facts.map(
      ({ text }) => text,
    );
  };

  it('are one line each, and never say `map unknown`', () => {
    const facts = ['gotest/quiet-timeout-go1.26', 'goroutines/mapfight-ww-go1.21', 'goroutines/shop-go1.26'].flatMap(factsOf);
    for (const fact of facts) expect(fact).not.toMatch(/[\n\t\r]|map unknown/);
    expect(facts[0]).toMatch(/^panic: test timed out after 2s · running tests: · TestSlow/);
  });
});

describe('the ends of a time axis', () => {
  it('are short however far one has zoomed', () => {
    for (const start of [0, 128.73e6, 2.5e9, 86_400e9]) {
      for (const span of [100, 5_000, 40_000, 3e6, 9e8]) {
        const step = tickStep(span, 8);
        const ticks = Array.from({ length: 8 }, (_, i) => start + i * step);
        const labels = formatTicks(ticks, step);
        expect(new Set(labels).size).toBe(labels.length);
        for (const label of labels.slice(1)) expect(label.length).toBeLessThanOrEqual(11);
      }
    }
    expect(formatTicks([128.73e6, 128.74e6], 1e4)).toEqual(['128.73 ms', '128.74 ms']);
    expect(formatTicks([128.73e6, 128.7301e6], 100)).toEqual(['128.7300 ms', '+100 ns']);
  });
});

/** The picture as written: geometry, titles, labels, options, and names that try to break out. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { decodeFrames } from '../../src/render/flamedata.ts';
import { FLAME_GRAPH_OPTIONS, resolveOptions } from '../../src/render/flameoptions.ts';
import { layoutFlame } from '../../src/render/layout.ts';
import { PALETTES } from '../../src/render/palettes.ts';
import { safeLink } from '../../src/render/xml.ts';
import { collapse } from '../support/collapse.ts';
import { fixture, fixtures } from '../support/fixtures.ts';
import { buildProfile, drawSvg, framesIn, parseSvg, type Stacks } from '../support/svg.ts';

const RUN: Stacks = [
  [['main.run'], 60],
  [['main.run.func1'], 30],
  [['main.run', 'runtime.mallocgc'], 40],
];

describe('a flame graph', () => {
  it('draws a function once, though another name extends it', () => {
    const frames = framesIn(parseSvg(drawSvg(buildProfile(RUN))));
    expect(frames.map(({ title }) => title)).toEqual([
      'all (130 samples, 100%)',
      'main.run (100 samples, 76.92%)',
      'runtime.mallocgc (40 samples, 30.77%)',
      'main.run.func1 (30 samples, 23.08%)',
    ]);
  });

  it('puts frames where their weights say', () => {
    const [all, run, malloc, func] = framesIn(parseSvg(drawSvg(buildProfile(RUN))));
    expect(all).toMatchObject({ x: 10 });
    expect(run.x).toBe(10);
    expect(malloc.x).toBe(10);
    expect(func.x).toBeCloseTo(10 + (1180 * 100) / 130, 0);
    expect(malloc.width).toBeCloseTo((1180 * 40) / 130, 0);
    expect(all.y - run.y).toBe(16);
    expect(run.y - malloc.y).toBe(16);
  });

  it('turns over with --inverted', () => {
    const [all, run, malloc] = framesIn(parseSvg(drawSvg(buildProfile(RUN), { inverted: true })));
    expect([run.y - all.y, malloc.y - run.y]).toEqual([16, 16]);
  });

  it('orders siblings by name, width or input', () => {
    const stacks: Stacks = [
      [['b'], 1],
      [['a'], 2],
      [['c'], 3],
    ];
    const order = (sort: string) =>
      framesIn(parseSvg(drawSvg(buildProfile(stacks), { sort })))
        .slice(1)
        .map(({ title }) => title[0])
        .join('');
    expect([order('name'), order('width'), order('input')]).toEqual(['abc', 'cab', 'bac']);
  });

  it('has a title first, which keeps browsers fast, and one group round all frames', () => {
    const root = parseSvg(drawSvg(buildProfile(RUN))).documentElement;
    expect(root.firstElementChild?.localName).toBe('title');
    expect(root.querySelectorAll(':scope > path')).toHaveLength(0);
    expect(root.querySelectorAll(':scope > g.frames')).toHaveLength(1);
  });

  it('counts and says what is too small to draw', () => {
    const stacks: Stacks = [[['wide'], 1e6], ...Array.from({ length: 7 }, (_, i) => [['small', `s${i}`], 1] as const)];
    const report = { tooSmall: 0, cutNames: 0, refusedLinks: 0, totalIgnored: false };
    const svg = drawSvg(buildProfile(stacks), {}, report);
    expect(report.tooSmall).toBe(8);
    expect(parseSvg(svg).querySelector('.details')?.textContent).toContain('8 frames too small to draw');
  });

  it('gives the same bytes for the same stacks', () => {
    for (const { bytes } of fixtures.slice(0, 10)) {
      const profile = collapse(bytes);
      expect(drawSvg(profile)).toBe(drawSvg(collapse(bytes)));
    }
  });

  it('writes data that reads back as the frames that are drawn', () => {
    const svg = drawSvg(collapse(fixture('goroutines/storm-quit-go1.22').bytes));
    const document = parseSvg(svg);
    const data = JSON.parse(document.querySelector('metadata')?.textContent ?? '');
    const frames = decodeFrames(data.frames, data.compared);
    const drawn = framesIn(document);
    expect(frames.count).toBe(drawn.length);
    for (let i = 1; i < frames.count; i++) {
      if (drawn[i].title === '') continue;
      expect(drawn[i].title.startsWith(`${data.names[frames.names[i]]} (`)).toBe(true);
      expect(drawn[i].x).toBeCloseTo(10 + (1180 * frames.starts[i]) / frames.weights[0], 0);
    }
  });

  it('colours the sides of a race, and says so', () => {
    const document = parseSvg(drawSvg(collapse(fixture('race/pallets-map-go1.26').bytes)));
    expect([...document.querySelectorAll('.legend text')].map((text) => text.textContent)).toEqual([
      'detecting access',
      'previous access',
      'goroutine creation',
    ]);
    const classOf = (start: string) =>
      [...document.querySelectorAll('.frames path')].find((path) => path.textContent?.startsWith(start))?.getAttribute('class');
    expect(new Set([classOf('write '), classOf('previous write '), classOf('goroutine created ')]).size).toBe(3);
  });

  it('colours a dump by state on request', () => {
    const legend = (colors?: string) =>
      [
        ...parseSvg(
          drawSvg(collapse(fixture('goroutines/conveyor-aged-go1.24').bytes), colors === undefined ? {} : { colors }),
        ).querySelectorAll('.legend text'),
      ].map((t) => t.textContent);
    expect(legend('state')).toContain('lock');
    expect(legend()).toEqual(['own code', 'standard library', 'runtime']);
  });

  for (const colors of PALETTES) {
    it(`has the palette ${colors}, in legal colours`, () => {
      const svg = drawSvg(buildProfile([...RUN, [['java/lang/Thread.run_[j]', 'a::b', 'c_[k]', 'd_[i]', '-', '--'], 9]]), {
        colors,
      });
      const style = parseSvg(svg).querySelector('style')?.textContent ?? '';
      const colours = [...style.matchAll(/\.c\d+\{stroke:(#[0-9a-f]+)\}/g)].map(([, colour]) => colour);
      expect(colours.length).toBeGreaterThan(1);
      for (const colour of colours) expect(colour).toMatch(/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/);
    });
  }

  it('strips annotations from labels and titles', () => {
    const titles = framesIn(parseSvg(drawSvg(buildProfile([[['vfs_read_[k]'], 5]]), { colors: 'java' }))).map(
      ({ title }) => title,
    );
    expect(titles[1]).toBe('vfs_read (5 samples, 100%)');
  });

  it('shows a comparison with frames whose callers grew red', () => {
    const profile = { ...buildProfile(RUN), before: Float64Array.of(60, 40, 0) };
    expect(framesIn(parseSvg(drawSvg(profile)))[1].title).toMatch(/; [+-]\d+\.\d\d%\)$/);
  });
});

describe('options', () => {
  it('show in the picture', () => {
    const svg = drawSvg(buildProfile(RUN), {
      title: 'My title',
      subtitle: 'below',
      countname: 'ms',
      factor: 0.5,
      width: 600,
      fonttype: 'Courier New',
      notes: 'a -- b',
      total: 260,
    });
    const document = parseSvg(svg);
    expect(document.querySelector('.title')?.textContent).toBe('My title');
    expect(document.querySelector('.subtitle')?.textContent).toBe('below');
    expect(document.documentElement.getAttribute('width')).toBe('600');
    expect(framesIn(document)[1].title).toBe('main.run (50 ms, 38.46%)');
    expect(svg).toContain('<!-- a - - b -->');
  });

  it('can leave out the script', () => {
    expect(parseSvg(drawSvg(buildProfile(RUN), { javascript: false })).querySelectorAll('script')).toHaveLength(0);
  });

  const WRONG: readonly (readonly [string, object])[] = [
    ['colors', { colors: 'mauve' }],
    ['bgcolors', { bgcolors: 'url(x)' }],
    ['width', { width: 1 }],
    ['width', { width: Number.NaN }],
    ['minwidth', { minwidth: '-1' }],
    ['minwidth', { minwidth: '5 %%' }],
    ['search-color', { searchColor: 'red}' }],
    ['stroke-color', { strokeColor: 'red' }],
    ['sort', { sort: 'size' }],
  ];
  for (const [name, options] of WRONG) {
    it(`refuse ${JSON.stringify(options)}`, () => {
      expect(() => resolveOptions(options)).toThrow(UsageError);
      expect(() => resolveOptions(options)).toThrow(`--${name}`);
    });
  }

  it('have a table whose defaults pass their own checks', () => {
    expect(FLAME_GRAPH_OPTIONS.length).toBeGreaterThan(25);
    expect(() => resolveOptions({})).not.toThrow();
  });
});

const MARKUP = '</text></title><script>alert(1)</script><g onload="alert(1)">';
const HOSTILE = [
  MARKUP,
  ']]>',
  '<![CDATA[',
  '&amp;<',
  '"\'`',
  '\u0000\u0001\u001b[31m\u007f\u0085',
  '\ud800',
  '\udc00x',
  '\uffff\ufffe',
  'javascript:alert(1)',
  '</style><script>1</script>',
  '</metadata>',
  '-->',
  '${'.concat('alert(1)}'),
  '\u202eabc',
  'x'.repeat(100_000),
];

/** What runs in a picture: its own script, and nothing else. */
function activeParts(document: Document): string[] {
  const found: string[] = [];
  for (const element of document.querySelectorAll('*')) {
    if (element.localName === 'script') found.push('script');
    for (const { name, value } of element.attributes) if (/^on/i.test(name) || /^\s*javascript:/i.test(value)) found.push(name);
  }
  return found;
}

describe('hostile text', () => {
  for (const name of HOSTILE) {
    it(`in a name stays text: ${JSON.stringify(name.slice(0, 40))}`, () => {
      const document = parseSvg(drawSvg(buildProfile([[['main.main', name, name], 3]]), {}));
      expect(activeParts(document)).toEqual(['script']);
      expect(framesIn(document)).toHaveLength(4);
    });
    it(`in every text option stays text: ${JSON.stringify(name.slice(0, 40))}`, () => {
      const options = { title: name, subtitle: name, countname: name, nametype: name, notes: name, fonttype: name, search: name };
      const document = parseSvg(drawSvg(buildProfile(RUN), options));
      expect(activeParts(document)).toEqual(['script']);
      expect(document.querySelector('style')?.textContent).not.toMatch(/@import|url\(|<|expression/);
    });
    it(`in attributes by name stays text: ${JSON.stringify(name.slice(0, 40))}`, () => {
      const attributes = { title: name, href: name, target: name, id: name, class: name };
      const document = parseSvg(drawSvg(buildProfile(RUN), { nameAttributes: new Map([['main.run', attributes]]) }));
      expect(activeParts(document)).toEqual(['script']);
    });
  }

  it('of any characters gives a well-formed file', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { minLength: 1, maxLength: 4 }),
            fc.integer({ min: 1, max: 99 }),
          ),
          { minLength: 1, maxLength: 5 },
        ),
        (stacks) => {
          expect(activeParts(parseSvg(drawSvg(buildProfile(stacks))))).toEqual(['script']);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('10,000 frames deep', () => {
    const deep = Array.from({ length: 10_000 }, (_, i) => `f${i % 7}`);
    expect(framesIn(parseSvg(drawSvg(buildProfile([[deep, 1]])))).length).toBe(10_001);
  });

  const LINKS: readonly (readonly [string, boolean])[] = [
    ['https://go.dev/x?a=1&b=2', true],
    ['http://x', true],
    ['mailto:a@b', true],
    ['#frag', true],
    ['docs/a.html', true],
    ['../a', true],
    ['javascript:alert(1)', false],
    ['JaVaScRiPt:alert(1)', false],
    ['java\nscript:alert(1)', false],
    [' javascript:alert(1)', false],
    ['\u0001javascript:alert(1)', false],
    ['data:text/html,x', false],
    ['vbscript:x', false],
    ['//evil.example', false],
  ];
  for (const [href, safe] of LINKS)
    it(`link ${JSON.stringify(href)} is ${safe ? 'kept' : 'left out'}`, () => expect(safeLink(href) !== null).toBe(safe));
});

describe('layout laws', () => {
  const stacks = fc.array(
    fc.tuple(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 1000 })),
    { minLength: 1, maxLength: 20 },
  );

  it('children lie within their caller and do not overlap; nothing is lost', () => {
    fc.assert(
      fc.property(
        stacks,
        fc.constantFrom('name' as const, 'width' as const, 'input' as const),
        fc.integer({ min: 0, max: 50 }),
        (list, order, minWeight) => {
          const profile = buildProfile(list);
          const { count, depths, starts, weights, tooSmall, total } = layoutFlame(profile, { order, minWeight, total: null });
          expect(total).toBe(list.reduce((sum, [, weight]) => sum + weight, 0));
          expect(count - 1 + tooSmall).toBe(profile.nodeCount);
          const open: number[] = [];
          const ends: number[] = [];
          for (let i = 0; i < count; i++) {
            const caller = open[depths[i] - 1];
            if (i > 0) {
              expect(starts[i]).toBeGreaterThanOrEqual(Math.max(starts[caller], ends[depths[i]] ?? 0));
              expect(starts[i] + weights[i]).toBeLessThanOrEqual(starts[caller] + weights[caller]);
            }
            open[depths[i]] = i;
            open.length = depths[i] + 1;
            ends[depths[i]] = starts[i] + weights[i];
            ends.length = depths[i] + 1;
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

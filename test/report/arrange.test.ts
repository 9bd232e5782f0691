/** Stacks arranged anew: hidden, focused, folded, from the leaves, around a function. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankTexts } from '../../src/render/layout.ts';
import { type Arrangement, arrange, arrangeAround, type Source } from '../../templates/report/arrange.ts';
import { matchesIn } from '../../templates/report/find.ts';
import { seeTree, zoomedWidth } from '../../templates/report/visible.ts';
import { collapse } from '../support/collapse.ts';
import { fixture } from '../support/fixtures.ts';
import { generateFolded } from '../support/generate.ts';
import { flameOf, treeLines } from '../support/report.ts';

const PLAIN: Arrangement = {
  direction: 'callees',
  order: 'name',
  hidden: new Set(),
  focus: -1,
  foldRecursion: false,
  foldWrappers: false,
};

function open(folded: string, ordered = false) {
  const { page, data } = flameOf(collapse(folded, { ordered }), ordered);
  const source: Source = { columns: { ...data, classCount: data.classes.length }, ranks: rankTexts(page.texts), ordered };
  const id = (name: string) => page.texts.indexOf(name);
  const lines = (wanted: Partial<Arrangement>) => treeLines(arrange(source, { ...PLAIN, ...wanted }), page.texts);
  return { page, source, id, lines };
}

describe('arrangements', () => {
  const { lines, id, source, page } = open('main;a;b 3\nmain;a;c;b 4\nmain;d 2\n');

  it('order by weight', () => {
    expect(lines({ order: 'width' })).toEqual([
      'main 0 (9)',
      'main;a 0 (7)',
      'main;a;c 0 (4)',
      'main;a;c;b 4 (4)',
      'main;a;b 3 (3)',
      'main;d 2 (2)',
    ]);
  });

  it('hide frames: what they call moves up, what ends in them falls to their callers', () => {
    expect(lines({ hidden: new Set([id('a'), id('d')]) })).toEqual([
      'main 2 (9)',
      'main;b 3 (3)',
      'main;c 0 (4)',
      'main;c;b 4 (4)',
    ]);
  });

  it('focus on a function', () => {
    expect(lines({ focus: id('a') })).toEqual(['a 0 (7)', 'a;b 3 (3)', 'a;c 0 (4)', 'a;c;b 4 (4)']);
  });

  it('turn round', () => {
    expect(lines({ direction: 'callers' })).toEqual([
      'b 0 (7)',
      'b;a 0 (3)',
      'b;a;main 3 (3)',
      'b;c 0 (4)',
      'b;c;a 0 (4)',
      'b;c;a;main 4 (4)',
      'd 0 (2)',
      'd;main 2 (2)',
    ]);
  });

  it('stand around a function', () => {
    const { callers, callees } = arrangeAround(source, PLAIN, id('b'));
    expect(treeLines(callers, page.texts)).toEqual(['a 0 (3)', 'a;main 3 (3)', 'c 0 (4)', 'c;a 0 (4)', 'c;a;main 4 (4)']);
    expect(treeLines(callees, page.texts)).toEqual([]);
    expect([callers.totals[0], callees.totals[0]]).toEqual([7, 7]);
  });

  it('fold recursion, direct and through others', () => {
    expect(open('main;f;f;g 1\nmain;f;h;f;g 2\nmain;f;f;f 4\n').lines({ foldRecursion: true })).toEqual([
      'main 0 (7)',
      'main;f 4 (7)',
      'main;f;g 3 (3)',
      'main;f;h 0 (0)',
    ]);
  });

  it('fold the middle of chains', () => {
    expect(open('main;w1;w2;w3;work 5\nmain;x 1\n').lines({ foldWrappers: true })).toEqual([
      'main 0 (6)',
      'main;w1 0 (5)',
      'main;w1;work 5 (5)',
      'main;x 1 (1)',
    ]);
  });

  it('join what time keeps apart once another order is asked for', () => {
    const timed = open('b;x 2\na 1\nb;x 3\n', true);
    expect(timed.lines({ order: 'time' })).toEqual(['b 0 (2)', 'b;x 2 (2)', 'a 1 (1)', 'b 0 (3)', 'b;x 3 (3)']);
    expect(timed.lines({ order: 'name' })).toEqual(['a 1 (1)', 'b 0 (5)', 'b;x 5 (5)']);
  });
});

describe('laws', () => {
  const PATHS = fc.array(
    fc.tuple(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 7 }), fc.integer({ min: 1, max: 9 })),
    { minLength: 1, maxLength: 25 },
  );
  const folded = (stacks: readonly (readonly [readonly string[], number])[]) =>
    stacks.map(([path, weight]) => `${path.join(';')} ${weight}\n`).join('');

  it('every arrangement of all stacks keeps their sum', () => {
    fc.assert(
      fc.property(PATHS, fc.boolean(), fc.boolean(), fc.boolean(), (stacks, foldRecursion, foldWrappers, turned) => {
        const { source } = open(folded(stacks));
        const sum = stacks.reduce((all, [, weight]) => all + weight, 0);
        const direction = turned ? 'callers' : 'callees';
        const tree = arrange(source, { ...PLAIN, foldRecursion, foldWrappers, direction, order: 'width' });
        expect(tree.totals[0]).toBe(sum);
      }),
      { numRuns: 100 },
    );
  });

  it('turning round twice gives the stacks back', () => {
    fc.assert(
      fc.property(PATHS, (stacks) => {
        const { source, lines } = open(folded(stacks));
        const turned = arrange(source, { ...PLAIN, direction: 'callers' });
        const again = { ...source, columns: { ...source.columns, ...turned } };
        const ends = (all: string[]) => all.filter((line) => !/ 0 \(/.test(line));
        const page = open(folded(stacks)).page;
        expect(ends(treeLines(arrange(again, { ...PLAIN, direction: 'callers' }), page.texts))).toEqual(ends(lines({})));
      }),
      { numRuns: 50 },
    );
  });

  it('callers and callees of a function have its weight, however often it is on a stack', () => {
    fc.assert(
      fc.property(PATHS, (stacks) => {
        const { source, id } = open(folded(stacks));
        const weight = stacks.reduce((all, [path, one]) => all + (path.includes('a') ? one : 0), 0);
        const { callers, callees } = arrangeAround(source, PLAIN, id('a'));
        expect([callers.totals[0], callees.totals[0]]).toEqual(id('a') < 0 ? [0, 0] : [weight, weight]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('what can be seen', () => {
  const { tree } = flameOf(collapse(fixture('goroutines/storm-quit-go1.22').bytes));

  it('is wider than a pixel; stand-ins keep the sum of every row', () => {
    for (const width of [200, 1200]) {
      const { root } = seeTree(tree, { zoomed: 0, until: tree.count, width, maxRows: 100, maxFrames: Infinity });
      const check = (frame: typeof root): void => {
        const within = frame.children.reduce((sum, child) => sum + child.value, 0);
        expect(within).toBeLessThanOrEqual(frame.value);
        if (frame.rest === 0 && frame.node > 0) expect((frame.value / tree.widths[0]) * width).toBeGreaterThanOrEqual(1);
        frame.children.forEach(check);
      };
      check(root);
    }
  });

  it('of a zoom is the frame, its callers and its callees; or neighbours', () => {
    const { tree: small } = flameOf(collapse('m;a;x 1\nm;b;y 2\nm;c 5\n'));
    const names = (zoomed: number, until: number) => {
      const { root, rows } = seeTree(small, { zoomed, until, width: 1000, maxRows: 50, maxFrames: Infinity });
      const walk = (frame: typeof root): string =>
        `${frame.node}${frame.fade ? '!' : ''}:${frame.value}[${frame.children.map(walk)}]`;
      return `${rows} ${walk(root)}`;
    };
    expect(names(2, 4)).toBe('4 0!:1[1!:1[2:1[3:1[]]]]');
    expect(names(2, 6)).toBe('4 0!:3[1!:3[2:1[3:1[]],4:2[5:2[]]]]');
    expect(zoomedWidth(small, 2, 6)).toBe(3);
  });

  it('draws wider frames only where there would be too many', () => {
    const many = flameOf(collapse(generateFolded(800))).tree;
    const at = (maxFrames: number) => seeTree(many, { zoomed: 0, until: many.count, width: 1200, maxRows: 500, maxFrames });
    expect(at(Infinity).frames).toBeGreaterThan(5000);
    expect(at(2000).frames).toBeLessThanOrEqual(2000);
    expect(at(2000).root.value).toBe(at(Infinity).root.value);
  });

  it('leaves out rows that are too deep, and says how many frames', () => {
    const deep = flameOf(collapse(`${Array.from({ length: 3000 }, (_, i) => `f${i}`).join(';')} 1\n`)).tree;
    const { root, rows, frames } = seeTree(deep, {
      zoomed: 0,
      until: deep.count,
      width: 1000,
      maxRows: 500,
      maxFrames: Infinity,
    });
    expect([rows, frames]).toEqual([502, 502]);
    let last = root;
    while (last.children.length > 0) last = last.children[0];
    expect(last.rest).toBe(2500);
    expect(seeTree(deep, { zoomed: 2600, until: deep.ends[2600], width: 1000, maxRows: 500, maxFrames: Infinity }).rows).toBe(
      425,
    );
  });
});

describe('searching', () => {
  it('counts what lies above one another once', () => {
    const { tree, page } = flameOf(collapse('a;hit;hit 3\na;b;hit 2\nc 5\n'));
    const hits = Uint8Array.from(page.texts, (text) => (text === 'hit' ? 1 : 0));
    const { nodes, width } = matchesIn(tree, hits, 0, tree.count);
    expect([nodes.length, width]).toEqual([3, 5]);
  });
});

// @vitest-environment jsdom
/** The places that d3-flame-graph computes, compared frame by frame with those of the SVG's layout. */

import { describe, expect, it } from 'vitest';
import { largerWeights, type Profile } from '../../src/model/profile.ts';
import { layoutFlame } from '../../src/render/layout.ts';
import { type DrawnFrame, FlameEngine } from '../../templates/report/engine.ts';
import { seeTree } from '../../templates/report/visible.ts';
import { collapse } from '../support/collapse.ts';
import { compare } from '../support/compare.ts';
import { fixture } from '../support/fixtures.ts';
import { generateFolded } from '../support/generate.ts';
import { flameOf } from '../support/report.ts';

const WIDTH = 1200;
const ROW = 20;

function draw(profile: Profile, icicle: boolean): { drawn: DrawnFrame[]; names: string[] } {
  const { tree, page } = flameOf(profile);
  const visible = seeTree(tree, { zoomed: 0, until: tree.count, width: WIDTH, maxRows: 5000, maxFrames: Infinity });
  const host = document.createElement('div');
  document.body.append(host);
  const label = (node: number) => (node === 0 ? 'all' : page.texts[tree.texts[node]]);
  const drawn = new FlameEngine(host).draw(visible, {
    width: WIDTH,
    row: ROW,
    icicle,
    fill: () => '#abc',
    label: (frame) => (frame.rest > 0 ? '' : label(frame.node)),
  });
  const own = drawn.filter(({ frame }) => frame.rest === 0);
  return { drawn: own, names: own.map(({ frame }) => label(frame.node)) };
}

/** Our frames of a pixel and more, as `x width row name`. */
function expected(profile: Profile): string[] {
  const layout = layoutFlame(profile, { order: 'name', minWeight: 0, total: null, own: largerWeights(profile) });
  const scale = WIDTH / layout.total;
  const lines: string[] = [];
  for (let i = 0; i < layout.count; i++) {
    if (layout.weights[i] * scale < 1) continue;
    const name = i === 0 ? 'all' : profile.texts[profile.labels[layout.nodes[i]]];
    lines.push(line(layout.starts[i] * scale, layout.weights[i] * scale, layout.depths[i], name));
  }
  return lines.sort();
}

function line(x: number, width: number, row: number, name: string): string {
  return `${x.toFixed(3)} ${width.toFixed(3)} ${row} ${name}`;
}

const PROFILES: Record<string, () => Profile> = {
  'a dump of 10,000 goroutines': () => collapse(fixture('goroutines/storm-quit-go1.22').bytes),
  'a dump by state': () => collapse(fixture('goroutines/conveyor-aged-go1.24').bytes, { groupBy: ['state'] }),
  races: () => collapse(fixture('race/pallets-fields-go1.22').bytes),
  'many stacks, most of them narrow': () => collapse(generateFolded(3000)),
  'a difference with what is gone': () => compare('a;b 3\na;gone;x 4\nz 1\n', 'a;b 5\na;new 1\nz 1\n').profile,
};

describe('the chart', () => {
  for (const [what, make] of Object.entries(PROFILES)) {
    for (const icicle of [true, false]) {
      it(`puts every frame where the SVG has it: ${what}, ${icicle ? 'icicle' : 'flame'}`, () => {
        const profile = make();
        const { drawn, names } = draw(profile, icicle);
        const rows = Math.max(...drawn.map(({ y }) => y / ROW)) + 1;
        const found = drawn.map(({ x, y, width }, i) => line(x, width, icicle ? y / ROW : rows - 1 - y / ROW, names[i])).sort();
        expect(found).toEqual(expected(profile));
      });
    }
  }

  it('draws elements where it says it does, with their colours and labels', () => {
    const { drawn, names } = draw(collapse('main;a 3\nmain;b 1\n'), true);
    expect(names).toEqual(['all', 'main', 'a', 'b']);
    const shown = drawn.map(({ element }) => [
      element.getAttribute('transform'),
      element.querySelector('rect')?.getAttribute('width'),
      element.querySelector('rect')?.getAttribute('fill'),
      element.querySelector('.d3-flame-graph-label')?.textContent,
    ]);
    expect(shown[2]).toEqual(['translate(0,40)', '900', '#abc', 'a']);
    expect(shown[3]).toEqual(['translate(900,40)', '300', '#abc', 'b']);
  });
});

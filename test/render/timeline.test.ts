/** Pictures of timelines: well-formed, small, nothing from the trace becomes markup; what is short is not lost. */

import { describe, expect, it } from 'vitest';
import { laneShares, pixelColumns, sliceColumns } from '../../src/render/timeline/columns.ts';
import { lanePaths, stepsOf } from '../../src/render/timeline/lanepaths.ts';
import { makePicture } from '../../src/render/timeline/makepicture.ts';
import { formatBytes, formatMoment, formatNs, tickStep } from '../../src/render/timeline/scale.ts';
import { IDLE_LOOK, SHOWN, SHOWN_COUNT } from '../../src/render/timeline/states.ts';
import { decodePicture, encodePicture } from '../../src/render/timeline/timelinedata.ts';
import { expectGolden } from '../support/golden.ts';
import { parseSvg } from '../support/svg.ts';
import { buildTimeline, runMachine, timelineOf } from '../support/timelines.ts';
import { drawTimelineSvg } from '../support/timelinesvg.ts';
import { traceNamed } from '../support/traces.ts';

const SIZE = { width: 1200, top: 90, below: 100 };
const MOST_BYTES = 2_000_000;
const growth = timelineOf(traceNamed('mapgrow-1.22')).timeline;

const pictureOf = (procs: number, turns: number, maxSpans = 15_000) =>
  makePicture(buildTimeline(runMachine({ procs, turns, seed: procs }), { maxSpans }).timeline, SIZE);

describe('the picture of a timeline', () => {
  it('of the README is the one that was looked at', () => {
    const options = { subject: 'mapgrow-1.22.trace', javascript: false };
    expectGolden('readme/timeline.svg', drawTimelineSvg(growth, options));
  });

  it('is well-formed, and the same every time', () => {
    const svg = drawTimelineSvg(growth);
    expect(drawTimelineSvg(growth)).toBe(svg);
    const document = parseSvg(svg);
    expect(document.querySelectorAll('.lanes > g')).toHaveLength(4);
    expect([...document.querySelectorAll('.gutter text')].map((text) => text.textContent)).toContain('P3');
    expect(document.documentElement.firstElementChild?.localName).toBe('title');
    expect(document.querySelectorAll('title')).toHaveLength(1);
  });

  it('marks each hotspot on its lane with the number that it has in the list', () => {
    const document = parseSvg(drawTimelineSvg(growth));
    const ranks = (where: string) =>
      [...document.querySelectorAll(`${where} .rank`)].map((text) => Number(text.textContent)).sort((a, b) => a - b);
    expect(ranks('.marks')).toEqual(growth.hotspots.map(({ rank }) => rank));
    expect(ranks('.list')).toEqual(ranks('.marks'));
    expect(document.querySelector('.lead')?.textContent).toMatch(/a growing map in main\.\S+ \(goroutine \d+\) held P\d for/);
    expect(document.querySelectorAll('.marks .growth').length).toBeGreaterThan(0);
  });

  it('stays below two megabytes with hundreds of Ps', { timeout: 120_000 }, () => {
    for (const [procs, turns] of [
      [256, 1000],
      [700, 300],
    ]) {
      const { timeline } = buildTimeline(runMachine({ procs, turns, seed: 3 }));
      const svg = drawTimelineSvg(timeline);
      expect(Buffer.byteLength(svg)).toBeLessThan(MOST_BYTES);
      expect(parseSvg(svg).querySelectorAll('.lanes > g')).toHaveLength(Math.min(procs, 512));
    }
  });

  it('says when it does not draw all Ps', () => {
    const { timeline } = buildTimeline(runMachine({ procs: 700, turns: 2 }));
    expect(timeline.hiddenProcs).toBe(188);
    expect(drawTimelineSvg(timeline)).toContain('188 more Ps than the 512 drawn');
  });

  it('keeps what the trace says as text', () => {
    const evil = `</text></metadata></style><script>alert(1)</script>]]>"'&\u0000\ud800${'x'.repeat(5000)}`;
    const { timeline } = buildTimeline(runMachine({ procs: 2, turns: 40, entry: evil }));
    const svg = drawTimelineSvg(timeline, { title: evil, subject: evil });
    const document = parseSvg(svg);
    expect(document.querySelectorAll('script')).toHaveLength(1);
    expect(document.querySelectorAll('script')[0].textContent).not.toContain('alert(1)');
    expect(document.querySelector('.title')?.textContent).toContain('</text>');
  });

  it('of an empty part is still a picture', () => {
    const { timeline } = buildTimeline(runMachine({ procs: 2, turns: 3 }), { from: 1e9 });
    expect(parseSvg(drawTimelineSvg(timeline)).querySelector('.lead')?.textContent).toMatch(/^No hotspots/);
  });
});

describe('columns', () => {
  for (const [name, maxSpans] of [
    ['spans', 1 << 16],
    ['slices', 0],
  ] as const) {
    it(`of ${name} hold all the time of their lanes`, () => {
      const picture = pictureOf(5, 400, maxSpans);
      expect(picture.lanes.kind).toBe(name);
      const view = { from: 0, to: picture.ns };
      for (const width of [picture.layout.plot, 37]) {
        const columns =
          picture.lanes.kind === 'spans' ? pixelColumns(view, width, 1) : sliceColumns(view, width, 1, picture.lanes.sliceNs);
        picture.procs.forEach(({ busy, present }, lane) => {
          const shares = laneShares(picture.lanes, lane, columns, picture.ns);
          let ns = 0;
          shares.forEach((share, i) => {
            const column = Math.floor(i / SHOWN_COUNT);
            ns += share * Math.min(columns.ns, picture.ns - column * columns.ns);
          });
          expect(ns / (present[1] - present[0])).toBeCloseTo(busy, 9);
        });
      }
    });
  }

  it('are never narrower than a pixel, and whole slices', () => {
    for (const sliceNs of [64, 1 << 12, 1 << 20]) {
      const view = { from: 12_345, to: 9_876_543 };
      const columns = sliceColumns(view, 1000, 1, sliceNs);
      expect(columns.ns % sliceNs).toBe(0);
      expect((columns.ns / (view.to - view.from)) * 1000).toBeGreaterThanOrEqual(1);
      expect(columns.from).toBeLessThanOrEqual(view.from);
      expect(columns.from + columns.count * columns.ns).toBeGreaterThanOrEqual(view.to);
    }
  });
});

describe('lanes', () => {
  it('show as much of a state as there is, also of one that no column has a step of', () => {
    const columns = 400;
    const levels = 10;
    const shares = new Float64Array(columns * SHOWN_COUNT);
    const wanted = [0.5, 0.03, 0, 0.012, 0, 0, 0.2];
    for (let column = 0; column < columns; column++) shares.set(wanted, column * SHOWN_COUNT);
    const steps = stepsOf(shares, levels);
    wanted.forEach((share, shown) => {
      let sum = 0;
      for (let column = 0; column < columns; column++) sum += steps[column * SHOWN_COUNT + shown];
      expect(Math.abs(sum - share * columns * levels)).toBeLessThanOrEqual(2);
    });
    for (let column = 0; column < columns; column++) {
      const used = steps.subarray(column * SHOWN_COUNT, (column + 1) * SHOWN_COUNT).reduce((sum, step) => sum + step, 0);
      expect(used).toBeLessThanOrEqual(levels);
    }
  });

  it('draw equal neighbours as one', () => {
    const shares = new Float64Array(6 * SHOWN_COUNT);
    for (const column of [1, 2, 3]) shares[column * SHOWN_COUNT] = 1;
    shares[5 * SHOWN_COUNT] = 0.5;
    expect(lanePaths(stepsOf(shares, 10), 10)[0]).toBe('M1 10v-10h3v10M5 10v-5h1v5');
  });
});

describe('the data beside the picture', () => {
  it('of spans is exact', () => {
    const picture = pictureOf(3, 200);
    const { lanes, gcMark, ...rest } = decodePicture(JSON.parse(JSON.stringify(encodePicture(picture))));
    if (lanes.kind !== 'spans' || picture.lanes.kind !== 'spans') throw new Error('no spans');
    for (const key of ['first', 'state', 'start', 'end', 'holder'] as const)
      expect(Array.from(lanes[key])).toEqual(Array.from(picture.lanes[key]));
    expect(lanes.goroutines).toEqual(picture.lanes.goroutines);
    expect(gcMark).toEqual(picture.gcMark);
    expect(rest.hotspots).toEqual(picture.hotspots);
  });

  it('of slices is right to a sixtieth, and has what is less', () => {
    const picture = pictureOf(4, 600, 0);
    const { lanes } = decodePicture(encodePicture(picture));
    if (lanes.kind !== 'slices' || picture.lanes.kind !== 'slices') throw new Error('no slices');
    const { shares, unit } = picture.lanes;
    expect(lanes.count).toBe(picture.lanes.count);
    shares.forEach((states, proc) => {
      states.forEach((exact, shown) => {
        const told = lanes.shares[proc][shown];
        expect(told === null).toBe(exact === null);
        for (let i = 0; exact !== null && told !== null && i < exact.length; i++) {
          if (Math.abs(told[i] / lanes.unit - exact[i] / unit) > 1 / 60 || told[i] > 0 !== exact[i] > 0)
            throw new Error(`P ${proc}, state ${shown}, slice ${i}: ${told[i]} for ${exact[i] / unit}`);
        }
      });
    });
  });

  it('of strips has four digits, and gaps where nothing was told', () => {
    const picture = pictureOf(4, 600);
    const { strips } = decodePicture(encodePicture(picture));
    for (let i = 0; i < strips.count; i++) {
      expect(strips.runnableMean[i]).toBeCloseTo(picture.strips.runnableMean[i], 3);
      expect(Number.isNaN(strips.heap?.[i])).toBe(Number.isNaN(picture.strips.heap?.[i]));
    }
  });
});

describe('scales', () => {
  it('write times as people do', () => {
    expect([0, 1, 999, 1000, 12_345, 999_960, 1e6, 31_234_567, 1.5e9].map(formatNs)).toEqual([
      '0 ns',
      '1 ns',
      '999 ns',
      '1 µs',
      '12.3 µs',
      '1 ms',
      '1 ms',
      '31.2 ms',
      '1.5 s',
    ]);
    expect([0, 512, 2048, 49.3 * (1 << 20)].map(formatBytes)).toEqual(['0 B', '512 B', '2 KiB', '49.3 MiB']);
  });

  it('have ticks at 1, 2 and 5, told apart by their labels', () => {
    for (const ns of [700, 12_345, 1e6, 3.2e8, 5e9, 3.6e12]) {
      const step = tickStep(ns, 10);
      expect([1, 2, 5]).toContain(Number(step.toExponential()[0]));
      expect(ns / step).toBeLessThanOrEqual(10);
      expect(ns / step).toBeGreaterThan(3.9);
      const labels = Array.from({ length: 5 }, (_, i) => formatMoment(2.345e9 + i * step, step));
      expect(new Set(labels).size).toBe(5);
    }
  });
});

/** What eyes without one kind of cone see (Machado, Oliveira and Fernandes 2009, severity 1), on linear RGB. */
const VISIONS: Record<string, readonly number[]> = {
  common: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

/** CIE L*a*b* of `#rrggbb` as a kind of vision sees it. */
function labOf(hex: string, matrix: readonly number[]): number[] {
  const linear = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const [r, g, b] = [0, 3, 6].map((row) =>
    Math.max(
      0,
      Math.min(
        1,
        linear.reduce((sum, value, i) => sum + value * matrix[row + i], 0),
      ),
    ),
  );
  const [x, y, z] = [
    (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
    0.2126 * r + 0.7152 * g + 0.0722 * b,
    (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
  ].map((value) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

describe('the colours of states', () => {
  const LEAST_DISTANCE = 14;
  for (const which of ['color', 'dark'] as const) {
    for (const [vision, matrix] of Object.entries(VISIONS)) {
      it(`(${which}) can be told apart with ${vision} vision`, () => {
        const looks = [...SHOWN, IDLE_LOOK].map((look) => ({ name: look.name, lab: labOf(look[which], matrix) }));
        const close = looks.flatMap((a, i) =>
          looks.slice(i + 1).map((b) => ({
            pair: `${a.name} / ${b.name}`,
            distance: Math.round(Math.hypot(...a.lab.map((value, k) => value - b.lab[k]))),
          })),
        );
        expect(close.filter(({ distance }) => distance < LEAST_DISTANCE)).toEqual([]);
      });
    }
  }
});

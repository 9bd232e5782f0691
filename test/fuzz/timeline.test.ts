/** Damaged traces as timelines: a picture or an input error, never another exception, and the laws hold for what is drawn. */

import { expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import type { Timeline } from '../../src/model/timeline.ts';
import { makeRandom } from '../support/generate.ts';
import { parseSvg } from '../support/svg.ts';
import { timelineOf } from '../support/timelines.ts';
import { drawTimelineSvg } from '../support/timelinesvg.ts';
import { traceNamed } from '../support/traces.ts';

const ROUNDS = Math.ceil(Number(process.env.GOFLAME_FUZZ ?? 40_000) / 1000);
const NAMES = ['stress-start-stop-1.27', 'wait-on-pipe-1.25', 'annotations-stress-1.26', 'futile-wakeup-1.19'];

function mutate(bytes: Buffer, random: (n: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  for (let i = 1 + random(6); i > 0; i--) copy[16 + random(copy.length - 16)] = random(256);
  return random(4) === 0 ? copy.subarray(0, 16 + random(copy.length - 16)) : copy;
}

function timelineOrNull(bytes: Buffer): Timeline | null {
  try {
    return timelineOf(bytes, { slices: 256 }).timeline;
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

it('damaged traces are drawn as far as they are whole', { timeout: 600_000 }, () => {
  let drawn = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const random = makeRandom(round * 7919 + 1);
    const timeline = timelineOrNull(mutate(traceNamed(NAMES[round % NAMES.length]), random));
    if (timeline === null) continue;
    drawn++;
    for (const { id, states, presentNs } of timeline.procs) {
      for (let slice = 0; slice < timeline.sliceCount; slice++) {
        const ns = states.reduce((sum, slices) => sum + (slices?.[slice] ?? 0), 0);
        if (ns !== presentNs[slice]) throw new Error(`round ${round}, P ${id}, slice ${slice}: ${ns}, not ${presentNs[slice]}`);
      }
    }
    const wrong = /.*(?:NaN|Infinity|undefined).*/.exec(drawTimelineSvg(timeline, { javascript: false }));
    expect(wrong?.[0], `round ${round}`).toBeUndefined();
    const svg = drawTimelineSvg(timeline);
    expect(Buffer.byteLength(svg)).toBeLessThan(2_000_000);
    if (round % 4 === 0) parseSvg(svg);
  }
  expect(drawn).toBeGreaterThan(ROUNDS / 10);
});

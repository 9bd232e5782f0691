/** What is not sure is told as such wherever a hold of a P is spoken of: text, picture, list, headline, page. */

import { describe, expect, it } from 'vitest';
import { type Confidence, HOTSPOT_KINDS, type Hotspot } from '../../src/model/traceanalysis.ts';
import { writeAnalyzeText } from '../../src/render/analyzetext.ts';
import { NO_PAINT } from '../../src/render/inspecttext.ts';
import { packTimeline } from '../../src/render/report/packtimeline.ts';
import { traceTables } from '../../src/render/report/tracetables.ts';
import { leadText } from '../../src/render/timeline/hotspotlist.ts';
import { parseSvg } from '../support/svg.ts';
import { timelineOf } from '../support/timelines.ts';
import { drawTimelineSvg } from '../support/timelinesvg.ts';
import { analyzeTrace, heldTrace } from '../support/traces.ts';

const BYTES = heldTrace('planted-1.26');
const analysis = analyzeTrace(BYTES);
const { timeline } = timelineOf(BYTES);
const CONFIDENCES: readonly Confidence[] = ['high', 'medium', 'low', 'none'];
const isUnsure = (confidence: Confidence) => confidence === 'low' || confidence === 'none';

/** Every kind with every confidence, as one list of hotspots. */
const ALL: readonly Hotspot[] = HOTSPOT_KINDS.flatMap((kind) =>
  CONFIDENCES.map((confidence) => ({ ...analysis.hotspots[0], kind, confidence })),
).map((hotspot, i) => ({ ...hotspot, rank: i + 1 }));

describe(`${ALL.length} holds, of every kind and sureness`, () => {
  it('have a question mark in the text of analyze where they are not sure', () => {
    const part = { version: '1.26', events: 1, truncated: false } as never;
    const shown = { ...analysis, hotspots: ALL };
    const text = [
      ...writeAnalyzeText({ file: 'x', part, analysis: shown, problems: [] }, { columns: 120, paint: NO_PAINT, top: 100 }),
    ].join('');
    for (const { rank, kind, confidence } of ALL) {
      const [row] = new RegExp(`^ {2}${String(rank).padStart(4)}  .*$`, 'm').exec(text) ?? [''];
      expect(row).toContain(kind);
      expect(row.includes(`${kind}?`)).toBe(isUnsure(confidence));
    }
  });

  it('have it in the picture and its list, and no mark of a growing map', () => {
    for (const hotspot of ALL) {
      const document = parseSvg(drawTimelineSvg({ ...timeline, hotspots: [hotspot] }));
      const { kind, confidence } = hotspot;
      const label = isUnsure(confidence) ? `${kind}?` : kind;
      expect(document.querySelector('.list .kind')?.textContent).toBe(label);
      expect(document.querySelector('.marks .kind')?.textContent ?? label).toMatch(new RegExp(`^${label.replace('?', '\\?')}`));
      const isRed = kind === 'map growth' && !isUnsure(confidence);
      expect(document.querySelectorAll('.marks .growth')).toHaveLength(isRed ? 1 : 0);
      expect(document.querySelector('.lead')?.textContent?.includes('perhaps')).toBe(isUnsure(confidence));
    }
  });

  it('have it on the page, in the table and beside the timeline', () => {
    const [hotspots] = traceTables({ ...analysis, hotspots: ALL });
    const kinds = hotspots.table.columns.find(({ title }) => title === 'Kind');
    const { hotspots: told } = packTimeline({
      kind: 'timeline',
      title: '',
      about: '',
      timeline: { ...timeline, hotspots: ALL },
      stacks: analysis.stacks,
    } as never);
    ALL.forEach(({ kind, confidence }, i) => {
      expect(kinds?.kind === 'text' && kinds.values[i]).toBe(isUnsure(confidence) ? `${kind}?` : kind);
      expect(/\((?:a guess|not sure)\)/.test(told[i].facts[0])).toBe(isUnsure(confidence));
    });
  });
});

describe('the list of a timeline', () => {
  it('tells what CPU samples say besides the kind', () => {
    const document = parseSvg(drawTimelineSvg(timelineOf(heldTrace('map-clone-cpu')).timeline));
    const [first] = document.querySelectorAll('.list .mark');
    expect(first.querySelector('.kind')?.textContent).toBe('map operation');
    expect(first.textContent).toContain('in runtime.mapassign_fast64, 40.0% map growth');
  });
});

describe('the headline of a timeline', () => {
  const [base] = analysis.hotspots;
  const of = (kind: Hotspot['kind'], confidence: Confidence, rank: number): Hotspot => ({ ...base, kind, confidence, rank });

  it('is about a map that surely grew, then one that was surely used, then the longest', () => {
    const worker = of('GC worker', 'high', 1);
    expect(leadText([worker, of('map operation', 'medium', 2), of('map growth', 'medium', 3)])).toMatch(
      /^Hotspot 3: a growing map in/,
    );
    expect(leadText([worker, of('map growth', 'low', 2), of('map operation', 'medium', 3)])).toMatch(
      /^Hotspot 3: map operation in/,
    );
    expect(leadText([worker, of('map growth', 'low', 2)])).toMatch(/^Hotspot 1: GC worker in/);
    expect(leadText([of('map growth', 'low', 1)])).toMatch(/^Hotspot 1: perhaps a growing map in/);
    expect(leadText([of('user code', 'none', 1)])).toMatch(/^Hotspot 1: perhaps user code \(nothing was seen inside\) in/);
    expect(leadText([])).toBe('No hotspots: nobody held a P that long.');
  });
});

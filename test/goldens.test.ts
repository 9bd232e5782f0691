/**
 * Every capture as `inspect` and `collapse` show it, problems included. A capture dropped into test/fixtures is a test
 * as soon as its golden is written.
 */

import { describe, it } from 'vitest';
import { Summarizer } from '../src/analysis/summary.ts';
import { InputReader } from '../src/formats/reader.ts';
import { NO_PAINT, writeInspectText } from '../src/render/inspecttext.ts';
import { collapse, foldedLines } from './support/collapse.ts';
import { fixture, fixtures } from './support/fixtures.ts';
import { expectGolden } from './support/golden.ts';
import { drawSvg } from './support/svg.ts';

const COLUMNS = 100;
/** Folded lines of a capture that are kept; the largest has a few thousand of much the same kind. */
const FOLDED_LINES = 200;

function show(name: string, bytes: Uint8Array): string {
  const reader: InputReader = new InputReader({
    goroutine: (goroutine, part) => summarizer.goroutine(goroutine, part),
    record: (record, part) => summarizer.record(record, part),
    race: (race, part) => summarizer.race(race, part),
  });
  const summarizer = new Summarizer(reader.stacks);
  reader.push(bytes);
  const { stacks, problems, ...evidence } = reader.end();
  const input = { file: name, stacks, summaries: summarizer.summarize({ stacks, problems, ...evidence }), problems };
  const text = [...writeInspectText([input], { columns: COLUMNS, paint: NO_PAINT, top: 6, depth: 6 })].join('');
  const told = problems.map(
    ({ severity, message, line, excerpt }) => `${severity} ${line ?? '-'}: ${message}${excerpt ? ` | ${excerpt}` : ''}`,
  );
  const folded = foldedLines(bytes, { groupBy: ['state'] });
  const left = folded.length > FOLDED_LINES ? [`… ${folded.length - FOLDED_LINES} more`] : [];
  return [text, '---- problems', ...told, '---- collapse --group-by state', ...folded.slice(0, FOLDED_LINES), ...left, ''].join(
    '\n',
  );
}

describe('goldens', () => {
  for (const { name, bytes } of fixtures) it(name, () => expectGolden(`${name}.txt`, show(name, bytes)));

  const PICTURES: Record<string, string> = {
    'goroutines/mapfight-ww-go1.21': 'goroutines/mapfight-ww-go1.21.svg',
    'race/pallets-map-go1.26': 'race/pallets-map-go1.26.svg',
    'goroutines/storm-quit-go1.22': 'goroutines/storm-quit-go1.22.svg',
    // The picture in the README.
    'goroutines/shop-go1.26': 'readme/flame.svg',
  };
  for (const [name, golden] of Object.entries(PICTURES)) {
    it(`the picture of ${name}`, () => expectGolden(golden, drawSvg(collapse(fixture(name).bytes), { javascript: false })));
  }
});

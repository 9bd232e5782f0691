/** Text → what `inspect` makes of it. */

import { Summarizer } from '../../src/analysis/summary.ts';
import type { Problem } from '../../src/base/errors.ts';
import { InputReader } from '../../src/formats/reader.ts';
import type { StackTable } from '../../src/model/stacks.ts';
import type { PartSummary } from '../../src/model/summary.ts';
import { writeInspectJson } from '../../src/render/inspectjson.ts';
import { NO_PAINT, writeInspectText } from '../../src/render/inspecttext.ts';

interface Inspected {
  readonly file: string;
  readonly stacks: StackTable;
  readonly summaries: PartSummary[];
  readonly problems: readonly Problem[];
}

function inspect(text: string | Uint8Array): Inspected {
  const reader: InputReader = new InputReader({
    goroutine: (goroutine, part) => {
      part.goroutines.push(goroutine);
      summarizer.goroutine(goroutine, part);
    },
    record: (record, part) => summarizer.record(record, part),
    race: (race, part) => {
      part.races.push(race);
      summarizer.race(race, part);
    },
  });
  const summarizer = new Summarizer(reader.stacks);
  reader.push(Buffer.from(text));
  const evidence = reader.end();
  return { file: 'input', stacks: reader.stacks, summaries: summarizer.summarize(evidence), problems: evidence.problems };
}

export function summarizeText(text: string | Uint8Array): PartSummary[] {
  return inspect(text).summaries;
}

/** As a terminal of 160 columns shows it. */
export function inspectText(text: string | Uint8Array): string {
  return [...writeInspectText([inspect(text)], { columns: 160, paint: NO_PAINT, top: 10, depth: 10 })].join('');
}

// biome-ignore lint/suspicious/noExplicitAny: a document of many shapes
export function inspectJson(text: string | Uint8Array): any {
  return JSON.parse([...writeInspectJson([inspect(text)])].join('')).inputs[0];
}

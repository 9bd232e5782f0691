/** Differences in tests: two texts in, a comparison out. */

import { type CollapseOptions, Collapser } from '../../src/analysis/collapse.ts';
import { teeSinks } from '../../src/analysis/collect.ts';
import { type ComparableInput, compareInputs, type DiffOptions } from '../../src/analysis/diff.ts';
import { Summarizer } from '../../src/analysis/summary.ts';
import { InputReader } from '../../src/formats/reader.ts';
import type { Comparison } from '../../src/model/comparison.ts';
import type { EvidenceSink } from '../../src/model/evidence.ts';

export function readComparable(text: string | Uint8Array, file: string, options: CollapseOptions = {}): ComparableInput {
  let sink: EvidenceSink | null = null;
  const reader = new InputReader({
    goroutine: (...args) => sink?.goroutine(...args),
    record: (...args) => sink?.record(...args),
    race: (...args) => sink?.race(...args),
  });
  const collapser = new Collapser(options);
  const summarizer = new Summarizer(reader.stacks);
  collapser.begin(reader.stacks, file);
  sink = teeSinks([collapser, summarizer]);
  reader.push(Buffer.from(text));
  const evidence = reader.end();
  collapser.finish(evidence);
  return { file, stacks: reader.stacks, summaries: summarizer.summarize(evidence), profile: collapser.build() };
}

export function compare(before: string | Uint8Array, after: string | Uint8Array, options: DiffOptions = {}): Comparison {
  return compareInputs(readComparable(before, 'before'), readComparable(after, 'after'), options);
}

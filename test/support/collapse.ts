/** Collapsing in tests: text in, lines of folded stacks out. */

import { type CollapseOptions, Collapser } from '../../src/analysis/collapse.ts';
import { writeFolded } from '../../src/formats/folded.ts';
import { InputReader } from '../../src/formats/reader.ts';
import type { Profile } from '../../src/model/profile.ts';

export function collapse(text: string | Uint8Array | readonly (string | Uint8Array)[], options: CollapseOptions = {}): Profile {
  const collapser = new Collapser(options);
  const inputs = Array.isArray(text) ? text : [text];
  inputs.forEach((input, i) => {
    const reader = new InputReader(collapser, { ordered: options.ordered ?? false });
    collapser.begin(reader.stacks, `input${i + 1}`);
    reader.push(Buffer.from(input));
    collapser.finish(reader.end());
  });
  return collapser.build();
}

export function foldedLines(text: Parameters<typeof collapse>[0], options: CollapseOptions = {}): string[] {
  const folded = [...writeFolded(collapse(text, options))].join('');
  return folded === '' ? [] : folded.trimEnd().split('\n');
}

/** Recorded crashes and what is concluded from them. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { FindingsCounter } from '../../src/analysis/failon.ts';
import { FIXTURES } from './fixtures.ts';
import { dumpsOf, readText } from './read.ts';

/** `cases/panic-leading-newline`, without its extension. */
export function crashText(name: string): string {
  return readFileSync(path.join(FIXTURES, 'crashes', `${name}.txt`), 'utf8');
}

export interface Verdict {
  readonly kinds: readonly (string | null)[];
  /** What `--fail-on crash` and `--fail-on recovered` count. */
  readonly crashes: number;
  readonly recovered: number;
  /** Problems for which `--strict` refuses the text. */
  readonly damage: readonly string[];
}

export function verdictOf(text: string): Verdict {
  const evidence = readText(text);
  const counter = new FindingsCounter();
  counter.finish(evidence);
  return {
    kinds: dumpsOf(evidence).map(({ crash }) => crash?.kind ?? null),
    crashes: counter.crashes,
    recovered: counter.recovered,
    damage: evidence.problems.flatMap(({ severity, message }) => (severity === 'info' ? [] : [message])),
  };
}

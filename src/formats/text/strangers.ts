/** Lines between the lines of evidence that are no part of it: other writers' output, mostly. */

import { makeExcerpt } from '../../base/errors.ts';
import type { ReadContext } from './machine.ts';

/** Foreign lines in a row after which evidence is over. */
const MAX_RUN = 64;

/** What shells and `go test` print below goroutines and races: it needs no mention. */
const TRAILER =
  /^(?:exit status \d+|FAIL\t|FAIL {2,}|FAIL$|ok {1,2}\t|PASS$|--- (?:FAIL|PASS|SKIP): |=== (?:RUN|CONT|PAUSE|NAME) )/;

export function isTrailer(text: string): boolean {
  return TRAILER.test(text);
}

export interface Stranger {
  readonly text: string;
  readonly line: number;
}

/** Keeps foreign lines until it shows whether the evidence goes on behind them. */
export class Strangers {
  private readonly context: ReadContext;
  private readonly what: string;
  private readonly kept: Stranger[] = [];
  private count = 0;

  /** `what` names the evidence: `a race report`. */
  constructor(context: ReadContext, what: string) {
    this.context = context;
    this.what = what;
  }

  get list(): readonly Stranger[] {
    return this.kept;
  }

  /** Whether so many came that the evidence must be over. */
  get overflown(): boolean {
    return this.count > MAX_RUN;
  }

  add(text: string, line: number): void {
    this.count++;
    if (this.kept.length < MAX_RUN) this.kept.push({ text: text.trim(), line });
  }

  /** Takes the last line back, if it is the one of that number: it was evidence after all. */
  takeBack(line: number): boolean {
    if (this.kept.at(-1)?.line !== line) return false;
    this.kept.pop();
    this.count--;
    return true;
  }

  /** The evidence goes on: what stood between is reported. */
  flush(): void {
    if (this.count === 0) return;
    for (const { text, line } of this.kept) {
      if (TRAILER.test(text)) continue;
      const message = `this line between the lines of ${this.what} is not part of it`;
      this.context.report({ severity: 'warning', message, line, excerpt: makeExcerpt(text) });
    }
    this.drop();
  }

  /** The evidence is over: what came since is none of its business. */
  drop(): void {
    this.kept.length = 0;
    this.count = 0;
  }
}

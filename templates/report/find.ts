/** Frames that a search finds in a tree. */

import { matchNames, patternOf, type SearchTerm } from '../flamegraph/search.ts';
import type { FlameTree } from './tree.ts';

export interface Found {
  /** By text: 1 where it matches; null without a term, or with one that is no regular expression. */
  readonly hits: Uint8Array | null;
  readonly isBroken: boolean;
}

const NOTHING: Found = { hits: null, isBroken: false };

/** Looks the texts up once for each term. */
export class Finder {
  private readonly texts: readonly string[];
  private term: SearchTerm | null = null;
  private found: Found = NOTHING;

  constructor(texts: readonly string[]) {
    this.texts = texts;
  }

  find(term: SearchTerm | null): Found {
    if (term !== this.term) {
      this.term = term;
      this.found = this.look(term);
    }
    return this.found;
  }

  private look(term: SearchTerm | null): Found {
    if (term === null) return NOTHING;
    const pattern = patternOf(term);
    return pattern === null ? { hits: null, isBroken: true } : { hits: matchNames(this.texts, pattern), isBroken: false };
  }
}

export interface Matches {
  /** Frames that match, callers first. */
  readonly nodes: readonly number[];
  /** Their width, what lies above one another counted once. */
  readonly width: number;
}

/** The frames that match in [from, until). */
export function matchesIn(tree: FlameTree, hits: Uint8Array | null, from: number, until: number): Matches {
  const nodes: number[] = [];
  let width = 0;
  let covered = 0;
  if (hits === null) return { nodes, width };
  for (let node = Math.max(1, from); node < until; node++) {
    if (hits[tree.texts[node]] === 0) continue;
    nodes.push(node);
    if (node < covered) continue;
    width += tree.widths[node];
    covered = tree.ends[node];
  }
  return { nodes, width };
}

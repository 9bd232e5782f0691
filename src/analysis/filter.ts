/** Which stacks and frames are kept, by regular expressions on the frames' texts. */

export interface FilterOptions {
  /** Keep only stacks in which some frame matches. */
  readonly include?: readonly RegExp[];
  /** Leave out stacks in which some frame matches. */
  readonly exclude?: readonly RegExp[];
  /** Keep only stacks in which some frame matches, from the first such frame on: its callers are cut off. */
  readonly focus?: readonly RegExp[];
  /** Leave out the frames that match; what they called moves up to their callers. */
  readonly hide?: readonly RegExp[];
}

/** Judges stacks of texts. What a text matches is found out once. */
export class StackFilter {
  private readonly include: TextMatcher;
  private readonly exclude: TextMatcher;
  private readonly focus: TextMatcher;
  private readonly hide: TextMatcher;
  readonly isEmpty: boolean;

  constructor(options: FilterOptions) {
    this.include = new TextMatcher(options.include ?? []);
    this.exclude = new TextMatcher(options.exclude ?? []);
    this.focus = new TextMatcher(options.focus ?? []);
    this.hide = new TextMatcher(options.hide ?? []);
    this.isEmpty = [this.include, this.exclude, this.focus, this.hide].every((matcher) => matcher.isEmpty);
  }

  /** The positions of the frames that stay, root first; null for a stack that is left out. */
  apply(texts: readonly string[]): number[] | null {
    if (!this.include.isEmpty && !texts.some((text) => this.include.matches(text))) return null;
    if (texts.some((text) => this.exclude.matches(text))) return null;
    const from = this.focus.isEmpty ? 0 : texts.findIndex((text) => this.focus.matches(text));
    if (from < 0) return null;
    const kept: number[] = [];
    for (let i = from; i < texts.length; i++) if (!this.hide.matches(texts[i])) kept.push(i);
    return kept;
  }
}

class TextMatcher {
  private readonly patterns: readonly RegExp[];
  private readonly known = new Map<string, boolean>();

  constructor(patterns: readonly RegExp[]) {
    this.patterns = patterns;
  }

  get isEmpty(): boolean {
    return this.patterns.length === 0;
  }

  matches(text: string): boolean {
    if (this.patterns.length === 0) return false;
    let found = this.known.get(text);
    if (found === undefined) {
      found = this.patterns.some((pattern) => text.search(pattern) >= 0);
      this.known.set(text, found);
    }
    return found;
  }
}

/**
 * The three fates of trouble. Damage that can be survived is a {@link Problem} in a list beside the partial result;
 * input that cannot be read is an {@link InputError}; a request that makes no sense is a {@link UsageError}.
 * Anything else that is thrown is our own bug.
 */

import { makeVisible } from './visible.ts';

/**
 * How much a problem took away: `error`, some evidence is lost or incomplete; `warning`, something stood there that
 * was not understood, and nothing that was understood is lost by it; `info`, worth knowing.
 */
export type Severity = 'error' | 'warning' | 'info';

/** Damage that could be survived. `line` is 1-based, `offset` a 0-based byte offset in the decompressed input. */
export interface Problem {
  readonly severity: Severity;
  readonly message: string;
  readonly line?: number;
  readonly offset?: number;
  readonly excerpt?: string;
}

/** Where in an input an error was found, and what was expected there. */
export interface InputPlace {
  readonly file?: string;
  readonly format?: string;
  readonly line?: number;
  readonly offset?: number;
  readonly excerpt?: string;
}

/** Input that cannot be read. The command line shows it with its place and exits with 3. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly place: InputPlace;

  constructor(message: string, place: InputPlace = {}) {
    super(message);
    this.place = place;
  }

  /** The same error, its place completed by what the caller knows (a file's name, say). */
  at(place: InputPlace): InputError {
    return new InputError(this.message, { ...place, ...this.place });
  }
}

/** The error for a problem that left nothing to show; `fallback` says it where no problem was found. */
export function inputErrorOf(problem: Problem | null, fallback: string): InputError {
  const { message, severity: _severity, ...place } = problem ?? { message: fallback, severity: 'error', offset: 0 };
  return new InputError(message, place);
}

/** A wrong request: an unknown option's value, a bad regular expression. The command line exits with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Characters of a damaged line that are shown. */
const EXCERPT_LENGTH = 120;

/** A line as a problem quotes it: shortened, and with control characters made visible. */
export function makeExcerpt(text: string): string {
  const short = text.length > EXCERPT_LENGTH ? `${text.slice(0, EXCERPT_LENGTH - 1)}…` : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not reach a terminal
  const escaped = short.replace(/[\x00-\x1f\x7f-\x9f]/g, (c) =>
    c === '\t' ? '\\t' : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return makeVisible(escaped);
}

/** Collects problems up to a bound, so that a wholly damaged input cannot fill the memory; the rest are counted. */
export class ProblemList {
  /** Problems kept with their text; past it they are only counted. */
  static readonly LIMIT = 1000;

  private readonly kept: Problem[] = [];
  private readonly left: Record<Severity, number> = { error: 0, warning: 0, info: 0 };

  add(problem: Problem): void {
    if (this.kept.length < ProblemList.LIMIT) {
      this.kept.push(problem);
    } else {
      this.left[problem.severity]++;
    }
  }

  /** The problems in the order of their places, closed by one that counts those left out. */
  list(): Problem[] {
    const all = [...this.kept].sort((a, b) => (a.line ?? a.offset ?? 0) - (b.line ?? b.offset ?? 0));
    for (const severity of ['error', 'warning', 'info'] as const) {
      if (this.left[severity] > 0) {
        all.push({ severity, message: `${this.left[severity]} more problems of this severity are not listed` });
      }
    }
    return all;
  }
}

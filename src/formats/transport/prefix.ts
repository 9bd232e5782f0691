/**
 * Line prefixes of container engines, journals, loggers and CI systems, learnt from one line and known again:
 *
 *     api_1  | goroutine 1 [running]:
 *     2026-11-01T10:00:00.123456789Z stderr F goroutine 1 [running]:
 *     Nov 01 10:00:00 host app[2866]: goroutine 1 [running]:
 *     E1101 10:00:00.123456       1 main.go:12] goroutine 1 [running]:
 *
 * Numbers may change from line to line where they are a time or a counter. In a name (`api_1`, `app[2866]`) they tell
 * writers apart and stay.
 */

/** Characters of the longest prefix that is learnt. */
export const MAX_PREFIX = 512;

export class LinePrefix {
  /** The same for prefixes that match the same lines. */
  readonly key: string;
  private readonly pattern: RegExp;
  private readonly trimmed: RegExp;

  constructor(sample: string) {
    const bare = sample.trimEnd();
    const source = sourceOf(bare);
    this.key = source + sample.slice(bare.length);
    this.pattern = new RegExp(`^${source}${escapeLiteral(sample.slice(bare.length))}`);
    this.trimmed = new RegExp(`^${source}[ \\t]*$`);
  }

  /** What stands behind the prefix; null for a line without it. A blank line may have lost its trailing blanks. */
  strip(text: string): string | null {
    const match = this.pattern.exec(text);
    if (match !== null) return text.slice(match[0].length);
    return this.trimmed.test(text) ? '' : null;
  }
}

/** A regular expression's source for lines that begin as `sample` does. */
function sourceOf(sample: string): string {
  return sample.replace(/[^\s=:,]+|\s+|[=:,]/g, (token) => {
    if (/^\s/.test(token)) return '[ \\t]+';
    return isName(token) ? escapeLiteral(token) : variableNumbers(token);
  });
}

/** Whether the numbers in a token are part of a name. */
function isName(token: string): boolean {
  return /^[^A-Za-z0-9]*[A-Za-z]/.test(token) && !/^[^A-Za-z0-9]*[IWEF]\d{4}$/.test(token);
}

/** Numbers of a time or a counter: any number, a fraction of any length. */
function variableNumbers(token: string): string {
  const level = /^([^A-Za-z0-9]*)[IWEF](\d{4})$/.exec(token);
  const source = (text: string): string =>
    text.replace(/\d+(?:\.\d+)?|[^\d]+/g, (run) => (/^\d/.test(run) ? '\\d+(?:\\.\\d+)?' : escapeLiteral(run)));
  return level === null ? source(token) : `${escapeLiteral(level[1])}[IWEF]${source(level[2])}`;
}

function escapeLiteral(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

const CONTINUATION =
  /^(?:\s*\S+\(.*\)$|\t\S.*:\d+|\s+\S.*:\d+ \+0x[0-9a-f]+$|\s*created by |(?:Previous )?(?:[Rr]ead|[Ww]rite) (?:at |by )|# labels|\d+ @|#\t|goroutine running on other)/;

/** Whether a line goes on with evidence that began behind a prefix in the line above, and has none itself. */
export function isBareContinuation(text: string): boolean {
  return CONTINUATION.test(text);
}

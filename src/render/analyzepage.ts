/** What the sections of an analysis have in common. */

import type { Durations, TraceAnalysis } from '../model/traceanalysis.ts';
import { formatCount } from './geometry.ts';
import type { Paint } from './inspectplain.ts';
import { formatDuration } from './units.ts';

export interface AnalyzeTextOptions {
  readonly columns: number;
  readonly paint: Paint;
  /** Rows of each table. */
  readonly top: number;
}

/** What the sections need. */
export interface AnalyzePage extends AnalyzeTextOptions {
  readonly analysis: TraceAnalysis;
}

const INDENT = '  ';

/** A section's title with an empty line before. */
export function* sectionTitle({ paint }: AnalyzePage, title: string, rest = ''): Generator<string> {
  yield '';
  yield `${INDENT}${paint.bold(title)}${rest}`;
}

export function spansText({ count, totalNs, p50Ns, p99Ns, maxNs }: Durations): string {
  if (count === 0) return 'none';
  return `${formatCount(count)}: ${formatDuration(totalNs)} in all, p50 ${formatDuration(p50Ns)}, p99 ${formatDuration(p99Ns)}, max ${formatDuration(maxNs)}`;
}

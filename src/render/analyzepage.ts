/** What the sections of an analysis have in common. */

import type { Durations, TraceAnalysis } from '../model/traceanalysis.ts';
import { formatCount } from './geometry.ts';
import type { Paint } from './inspectplain.ts';
import { fitRight } from './textblocks.ts';
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
export function* sectionTitle({ paint, columns }: AnalyzePage, title: string, rest = ''): Generator<string> {
  yield '';
  const shown = fitRight(title, columns - 2);
  yield `${INDENT}${paint.bold(shown)}${fitRight(rest, Math.max(0, columns - 2 - shown.length))}`;
}

export function spansText({ count, totalNs, p50Ns, p99Ns, maxNs }: Durations): string {
  if (count === 0) return 'none';
  return `${formatCount(count)}: ${formatDuration(totalNs)} in all, p50 ${formatDuration(p50Ns)}, p99 ${formatDuration(p99Ns)}, max ${formatDuration(maxNs)}`;
}

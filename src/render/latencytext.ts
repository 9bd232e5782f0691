/** How long runnable goroutines waited for a P, as lines of text. */

import { NO_STACK } from '../model/stacks.ts';
import type { WorstLatency } from '../model/traceanalysis.ts';
import { type AnalyzePage, sectionTitle, spansText } from './analyzepage.ts';
import { stackText } from './hotspottext.ts';
import { padStart, printable } from './textblocks.ts';
import { formatDuration } from './units.ts';

const INDENT = '  ';
const RAN_SHOWN = 3;

export function* latencyLines(page: AnalyzePage): Generator<string> {
  const { analysis, paint, top } = page;
  yield* sectionTitle(page, 'Scheduler latency', `  runnable → running, ${spansText(analysis.latency)}`);
  for (const worst of analysis.worstLatencies.slice(0, Math.ceil(top / 2))) {
    const who = `g${worst.goroutine} ${worst.entry === '' ? '(unknown)' : printable(worst.entry)}`;
    const times = `${padStart(formatDuration(worst.endNs - worst.startNs), 9)}  from ${padStart(formatDuration(worst.startNs), 8)}`;
    yield `${INDENT}${times}  ${who}`;
    for (const detail of details(worst, page)) yield INDENT + paint.dim(`${' '.repeat(11)}${detail}`);
  }
}

function* details({ ranInstead, ranPartial, stack, wakerStack }: WorstLatency, { analysis }: AnalyzePage): Generator<string> {
  const ran = ranInstead
    .slice(0, RAN_SHOWN)
    .map(({ proc, goroutine, entry, ns }) => `P ${proc} g${goroutine} ${printable(entry)} ${formatDuration(ns)}`);
  if (ran.length > 0) yield `instead ran: ${ran.join(', ')}${ranInstead.length > ran.length ? ', …' : ''}`;
  if (ranPartial) yield 'more ran instead than is remembered: the list has the latest part of the wait alone';
  const shown = stack === NO_STACK ? wakerStack : stack;
  if (shown !== NO_STACK) yield `was in: ${stackText(shown, analysis.stacks)}`;
}

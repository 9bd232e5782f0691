/** What two traces have side by side, as text: the lines of `goflame diff`. */

import { changeOf, type TraceComparison, type TraceMetric } from '../model/comparison.ts';
import { formatCount, formatShare } from './geometry.ts';
import type { Paint } from './inspectplain.ts';
import { padEnd, padStart, printable } from './textblocks.ts';
import { formatBytes, formatDuration } from './units.ts';

const NAME = 32;
const CELL = 13;
const INDENT = '  ';

/** A number of a trace in its unit. */
export function formatMetric(unit: TraceMetric['unit'], value: number): string {
  if (unit === 'ns') return value === 0 ? '0' : formatDuration(value);
  if (unit === 'share') return formatShare(value);
  return unit === 'bytes' ? formatBytes(value) : formatCount(value);
}

/** How a number changed: shares in points, others relative to before; `=` for no change. `minus` is the sign of what shrank. */
export function changeText({ unit, values }: TraceMetric, minus = '-'): string {
  const change = changeOf(values);
  if (change === 0) return '=';
  const sign = change > 0 ? '+' : minus;
  if (unit === 'share') return Math.abs(change) < 5e-5 ? `${sign}<0.01 pts` : `${sign}${(Math.abs(change) * 100).toFixed(2)} pts`;
  return values.before === 0 ? 'new' : `${sign}${((100 * Math.abs(change)) / values.before).toFixed(1)}%`;
}

export function* traceLines({ metrics, groups }: TraceComparison, page: { paint: Paint; top: number }): Generator<string> {
  const { paint, top } = page;
  let section = '';
  for (const metric of metrics) {
    if (metric.section !== section) {
      section = metric.section;
      yield '';
      yield INDENT + paint.bold(section[0].toUpperCase() + section.slice(1));
      yield paint.dim(`${' '.repeat(NAME + 4)}${['before', 'after', 'change'].map((word) => padStart(word, CELL)).join('')}`);
    }
    const { unit, values, name } = metric;
    const cells = [formatMetric(unit, values.before), formatMetric(unit, values.after), changeText(metric)];
    yield `${INDENT}${INDENT}${padEnd(name, NAME)}${cells.map((cell) => padStart(cell, CELL)).join('')}`;
  }
  if (groups.length === 0) return;
  yield '';
  yield `${INDENT}${paint.bold('Goroutines by entry function, whose time changed most')}`;
  yield paint.dim(`${padStart('running', 14)}${padStart('waiting for a P', 17)}${padStart('number', 16)}`);
  for (const { entry, runningNs, runnableNs, count } of groups.slice(0, top)) {
    const numbers = `${padStart(signedNs(changeOf(runningNs)), 14)}${padStart(signedNs(changeOf(runnableNs)), 17)}`;
    const lead = `${numbers}${padStart(`${formatCount(count.before)} → ${formatCount(count.after)}`, 16)}  `;
    yield lead + printable(entry || '(unknown)');
  }
}

function signedNs(ns: number): string {
  return ns === 0 ? '=' : `${ns > 0 ? '+' : '-'}${formatDuration(Math.abs(ns))}`;
}

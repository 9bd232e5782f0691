/** What `goflame diff --fail-on` names: changes under which a comparison counts as failed. */

import { UsageError } from '../base/errors.ts';
import { type Comparison, changeOf, raceStatus } from '../model/comparison.ts';
import { TRACE_METRICS } from './trace/failon.ts';

export interface DiffCondition {
  /** As the user wrote it. */
  readonly text: string;
  /** What was found, in words; null when the condition is not met. */
  readonly check: (comparison: Comparison) => string | null;
}

const USES = `use growth>N%, goroutines>+N, new-race, new-group, or of traces NAME>+N% with NAME one of ${TRACE_METRICS.map(({ name }) => name).join(', ')}`;

/** Each rule: what it looks like, and how it judges by the number in it. */
const RULES: readonly (readonly [RegExp, (comparison: Comparison, limit: number) => string | null])[] = [
  [/^growth\s*>\s*(\d{1,9}(?:\.\d{1,6})?)\s*%$/, judgeGrowth],
  [/^goroutines\s*>\s*\+(\d{1,12})$/, judgeGoroutines],
  [/^new-race$/, judgeRaces],
  [/^new-group$/, judgeGroups],
];

/** `growth>20%,new-race` → conditions. @throws UsageError that names what is allowed. */
export function parseDiffFailOn(text: string): DiffCondition[] {
  return text.split(',').map((word) => parseCondition(word.trim()));
}

const OF_TRACES = /^([\w-]+)\s*>\s*\+(\d{1,9}(?:\.\d{1,6})?)\s*%$/;

function parseCondition(text: string): DiffCondition {
  for (const [pattern, judge] of RULES) {
    const match = pattern.exec(text);
    if (match !== null) return { text, check: (comparison) => judge(comparison, Number(match[1] ?? 0)) };
  }
  const [, name, limit] = OF_TRACES.exec(text) ?? [];
  if (TRACE_METRICS.some((metric) => metric.name === name))
    return { text, check: (comparison) => judgeTrace(comparison, name, Number(limit)) };
  throw new UsageError(`--fail-on of diff does not know "${text}": ${USES}`);
}

/** Growth of the sum of all weights, as measured. From nothing to something is growth without bound. */
function judgeGrowth({ total, unit }: Comparison, limit: number): string | null {
  if (total.after <= total.before) return null;
  const percent = total.before === 0 ? Infinity : (100 * (total.after - total.before)) / total.before;
  if (percent <= limit) return null;
  const told = total.before === 0 ? 'from nothing' : `by ${percent.toFixed(2)}%`;
  return `growth ${told}: ${total.before} to ${total.after} ${unit}`;
}

function judgeGoroutines({ groups }: Comparison, limit: number): string | null {
  const grown = (groups ?? []).reduce((sum, { count }) => sum + changeOf(count), 0);
  return grown > limit ? `${grown} more goroutines` : null;
}

/** A number of a trace that grew by more than so many per cent of what it was. */
function judgeTrace({ trace }: Comparison, name: string, limit: number): string | null {
  const found = trace?.named.find((one) => one.name === name);
  if (found === undefined) return null;
  const { before, after } = found.values;
  if (after <= before) return null;
  const percent = before === 0 ? Infinity : (100 * (after - before)) / before;
  if (percent <= limit) return null;
  return `${found.about}: ${before === 0 ? 'was none' : `grew by ${percent.toFixed(2)}%`}`;
}

function judgeRaces({ races }: Comparison): string | null {
  const fresh = (races ?? []).filter((race) => raceStatus(race) === 'new');
  if (fresh.length === 0) return null;
  return `${fresh.length} new data race${fresh.length === 1 ? '' : 's'}: ${fresh[0].fingerprint}${fresh.length > 1 ? ', …' : ''}`;
}

function judgeGroups({ groups }: Comparison): string | null {
  const fresh = (groups ?? []).filter(({ before }) => before === null);
  return fresh.length === 0 ? null : `${fresh.length} new group${fresh.length === 1 ? '' : 's'} of goroutines`;
}

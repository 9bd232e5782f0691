/** What `--fail-on` names: conditions under which a run that read everything still counts as failed. */

import { UsageError } from '../base/errors.ts';

/** What was found in all inputs together. */
export interface Findings {
  races: number;
  crashes: number;
  leaks: number;
  goroutines: number;
}

export interface FailCondition {
  /** As the user wrote it. */
  readonly text: string;
  /** What was found, in words; null when the condition is not met. */
  readonly check: (findings: Findings) => string | null;
}

const WORDS: Record<string, (findings: Findings) => string | null> = {
  race: ({ races }) => (races > 0 ? countOf(races, 'data race') : null),
  crash: ({ crashes }) => (crashes > 0 ? countOf(crashes, 'crash', 'crashes') : null),
  leak: ({ leaks }) => (leaks > 0 ? countOf(leaks, 'leaked goroutine') : null),
};

/** `race,goroutines>500` → conditions. @throws UsageError that names the words allowed. */
export function parseFailOn(text: string): FailCondition[] {
  return text.split(',').map((word) => parseCondition(word.trim()));
}

function parseCondition(text: string): FailCondition {
  if (Object.hasOwn(WORDS, text)) return { text, check: WORDS[text] };
  const limit = /^goroutines\s*>\s*(\d{1,12})$/.exec(text);
  if (limit === null) throw new UsageError(`--fail-on does not know "${text}": use race, crash, leak or goroutines>N`);
  return { text, check: ({ goroutines }) => (goroutines > Number(limit[1]) ? countOf(goroutines, 'goroutine') : null) };
}

function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** What `--fail-on` names: conditions under which a run that read everything still counts as failed. */

import { UsageError } from '../base/errors.ts';
import type { CountProfilePart, CountRecord, DumpPart, Evidence, EvidenceSink, RacePart } from '../model/evidence.ts';
import { type Goroutine, isAskedFor, type RaceReport } from '../model/snapshot.ts';

/** What was found in all inputs together. */
export interface Findings {
  readonly races: number;
  readonly crashes: number;
  /** Panics that somebody caught and printed: the program lived on. */
  readonly recovered: number;
  readonly leaks: number;
  readonly goroutines: number;
}

/** Counts what conditions ask for. */
export class FindingsCounter implements EvidenceSink, Findings {
  races = 0;
  crashes = 0;
  recovered = 0;
  leaks = 0;
  goroutines = 0;

  goroutine({ id, flags }: Goroutine, _part: DumpPart): void {
    if (id !== 0) this.goroutines++;
    if (flags.includes('leaked')) this.leaks++;
  }

  record({ count }: CountRecord, { name }: CountProfilePart): void {
    if (name === 'goroutineleak') this.leaks += count;
    else if (name.startsWith('goroutine')) this.goroutines += count;
  }

  race(_race: RaceReport, _part: RacePart): void {
    this.races++;
  }

  finish({ parts }: Evidence): void {
    for (const part of parts) {
      if (part.format === 'tsan-report') this.races++;
      if (part.format === 'goroutine-dump') this.addDump(part);
    }
  }

  private addDump({ crash, servedPanic }: DumpPart): void {
    if (servedPanic !== null || crash?.kind === 'recovered') this.recovered++;
    // A SIGQUIT is how people ask for a dump; it is no crash of the program's own making.
    else if (crash !== null && !isAskedFor(crash)) this.crashes++;
  }
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
  recovered: ({ recovered }) => (recovered > 0 ? countOf(recovered, 'recovered panic') : null),
  leak: ({ leaks }) => (leaks > 0 ? countOf(leaks, 'leaked goroutine') : null),
};

/** `race,goroutines>500` → conditions. @throws UsageError that names the words allowed. */
export function parseFailOn(text: string): FailCondition[] {
  return text.split(',').map((word) => parseCondition(word.trim()));
}

function parseCondition(text: string): FailCondition {
  if (Object.hasOwn(WORDS, text)) return { text, check: WORDS[text] };
  const limit = /^goroutines\s*>\s*(\d{1,12})$/.exec(text);
  if (limit === null) throw new UsageError(`--fail-on does not know "${text}": use race, crash, recovered, leak or goroutines>N`);
  return { text, check: ({ goroutines }) => (goroutines > Number(limit[1]) ? countOf(goroutines, 'goroutine') : null) };
}

function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

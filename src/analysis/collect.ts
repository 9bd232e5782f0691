/** Keeps all that is read, where one goroutine, record or race after the other will not do. */

import type { CountProfilePart, CountRecord, DumpPart, Evidence, EvidenceSink, RacePart } from '../model/evidence.ts';
import type { MoveSink } from '../model/moves.ts';
import type { Goroutine, RaceReport } from '../model/snapshot.ts';
import type { TraceSink } from '../model/trace.ts';

/** Puts goroutines, records and races into the parts they belong to. */
export class EvidenceCollector implements EvidenceSink {
  goroutine(goroutine: Goroutine, part: DumpPart): void {
    part.goroutines.push(goroutine);
  }

  record(record: CountRecord, part: CountProfilePart): void {
    part.records.push(record);
  }

  race(race: RaceReport, part: RacePart): void {
    part.races.push(race);
  }

  /** Puts them into the order of their lines: a goroutine whose stack came late was handed over late. */
  finish(evidence: Evidence): void {
    for (const part of evidence.parts) {
      if (part.format === 'goroutine-dump') part.goroutines.sort((a, b) => a.line - b.line);
      if (part.format === 'race-report') part.races.sort((a, b) => a.line - b.line);
    }
  }
}

/** Hands everything to several sinks. */
export function teeSinks(sinks: readonly EvidenceSink[]): EvidenceSink {
  return {
    goroutine: (goroutine, part) => {
      for (const sink of sinks) sink.goroutine(goroutine, part);
    },
    record: (record, part) => {
      for (const sink of sinks) sink.record(record, part);
    },
    race: (race, part) => {
      for (const sink of sinks) sink.race(race, part);
    },
    trace: () => teeTraces(sinks.flatMap((sink) => sink.trace?.() ?? [])),
  };
}

/** Hands a trace to several sinks; null if there is none. */
export function teeTraces(sinks: readonly TraceSink[]): TraceSink | null {
  if (sinks.length < 2) return sinks[0] ?? null;
  const all: TraceSink = {
    generation: (tables) => {
      for (const sink of sinks) sink.generation(tables);
    },
    event: (event) => {
      for (const sink of sinks) sink.event(event);
    },
  };
  const movers = sinks.filter((sink): sink is TraceSink & MoveSink => sink.move !== undefined);
  // One that takes events alone must be given all of them.
  if (movers.length < sinks.length) return all;
  all.move = (code, elapsed, p, goroutine, reason, stack, ownStack) => {
    for (const mover of movers) mover.move(code, elapsed, p, goroutine, reason, stack, ownStack);
  };
  return all;
}

/**
 * Takes out what can hold secrets: label values, panic messages, header words nobody knows, quoted lines. Equal
 * values get equal stand-ins, so that groups stay groups. Arguments are never shown by anything in this project.
 */

import type { Problem } from '../base/errors.ts';
import type { Evidence, EvidenceSink, TestPart } from '../model/evidence.ts';
import type { Crash, Labels, PanicValue, ServedPanic } from '../model/snapshot.ts';
import type { TraceSink } from '../model/trace.ts';

const REDACTED = '[redacted]';

/** Messages that are the runtime's own words: they tell what happened and hold nothing of the program's data. */
const RUNTIMES_OWN =
  /^(?:runtime error: (?:invalid memory address|index out of range|slice bounds|integer divide|hash of|makeslice|makechan)|test timed out after |all goroutines are asleep|close of |send on closed channel|assignment to entry in nil map)/;

/** A compiler's line without its message: `p/p.go:3:4: [redacted]`. */
function redactCompiler(line: string): string {
  const place = /^(?:# .*|\S+:\d+(?::\d+)?: )/.exec(line)?.[0];
  return place === undefined ? REDACTED : place.startsWith('# ') ? place : `${place}${REDACTED}`;
}

export class Redactor {
  private readonly standIns = new Map<string, string>();

  /** The same stand-in for the same value, numbered in the order of first sight. */
  private value(text: string): string {
    let standIn = this.standIns.get(text);
    if (standIn === undefined) {
      standIn = `redacted-${this.standIns.size + 1}`;
      this.standIns.set(text, standIn);
    }
    return standIn;
  }

  private labels(labels: Labels): Labels {
    return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, this.value(value)]));
  }

  /** A sink that sees everything redacted before `sink` does. */
  guard(sink: EvidenceSink): EvidenceSink {
    return {
      goroutine: (goroutine, part) => {
        const extra = goroutine.extra.map(() => REDACTED);
        sink.goroutine({ ...goroutine, labels: this.labels(goroutine.labels), args: null, extra }, part);
      },
      record: (record, part) => sink.record({ ...record, labels: this.labels(record.labels) }, part),
      race: (race, part) => sink.race(race, part),
      trace: () => this.guardTrace(sink.trace?.() ?? null),
    };
  }

  /** Messages of logs are the program's data; names of tasks and regions are words of its code. */
  private guardTrace(sink: TraceSink | null): TraceSink | null {
    if (sink === null) return null;
    return {
      generation: (tables) => sink.generation(tables),
      event: (event) => {
        if (event.text !== '') event.text = REDACTED;
        sink.event(event);
      },
      ...(sink.move === undefined ? {} : { move: sink.move.bind(sink) }),
    };
  }

  /** Redacts what the parts hold beside goroutines and records, in place; gives the evidence with its problems redacted. */
  finish(evidence: Evidence): Evidence {
    for (const part of evidence.parts) {
      if (part.format !== 'goroutine-dump') continue;
      part.crash = part.crash === null ? null : this.crash(part.crash);
      part.servedPanic = part.servedPanic === null ? null : this.served(part.servedPanic);
    }
    const parts = evidence.parts.map((part) => (part.format === 'go-test' ? this.results(part) : part));
    return { ...evidence, parts, problems: evidence.problems.map((problem) => this.problem(problem)) };
  }

  /** Names of tests stay; what they set, and what compilers quote of the sources, does not. */
  private results(part: TestPart): TestPart {
    const tests = part.tests.map((test) => ({
      ...test,
      ...(test.attributes === undefined ? {} : { attributes: this.labels(test.attributes) }),
      ...(test.artifacts === undefined ? {} : { artifacts: REDACTED }),
    }));
    const builds = part.builds.map((build) => ({ ...build, output: build.output.map((line) => redactCompiler(line)) }));
    return { ...part, tests, builds };
  }

  private crash(crash: Crash): Crash {
    const message =
      crash.kind === 'panic' || crash.kind === 'recovered' ? this.message(crash.message) : crash.message.split('\n', 1)[0];
    const chain = crash.chain.map((value) => this.panicValue(value));
    // what another thread panicked with stands among the notes
    const notes = crash.notes?.map((note) => note.replace(/^(panic: ).*$/, `$1${REDACTED}`)) ?? [];
    return { ...crash, message, chain, notes, lines: chain.map(({ kind, message }) => `${kind}: ${message}`) };
  }

  private served(panic: ServedPanic): ServedPanic {
    return { client: REDACTED, message: this.message(panic.message) };
  }

  private problem({ excerpt: _, ...rest }: Problem): Problem {
    return rest;
  }

  private panicValue(value: PanicValue): PanicValue {
    return { ...value, message: value.kind === 'panic' ? this.message(value.message) : value.message };
  }

  private message(text: string): string {
    const first = text.split('\n', 1)[0];
    return RUNTIMES_OWN.test(first) ? first.replace(/ \[recovered.*$/, '') : REDACTED;
  }
}

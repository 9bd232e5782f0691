/** Traces in tests: read whole, with what was found on the way. */

import type { Problem } from '../../src/base/errors.ts';
import { TraceCounter } from '../../src/formats/gotrace/count.ts';
import { TraceReader } from '../../src/formats/gotrace/reader.ts';
import type { TraceEvent, TracePart } from '../../src/model/trace.ts';

export interface ReadTrace {
  readonly part: TracePart;
  readonly problems: Problem[];
  /** One text an event, ids of tables left out. */
  readonly events: string[];
}

/** Reads a binary trace. @throws InputError */
export function readTrace(bytes: Uint8Array, step = 1 << 16): ReadTrace {
  const counter = new TraceCounter();
  const problems: Problem[] = [];
  const events: string[] = [];
  const sink = {
    generation: () => {},
    event: (event: TraceEvent) => {
      counter.add(event);
      events.push(eventText(event));
    },
  };
  const reader = new TraceReader(sink, (problem) => problems.push(problem));
  for (let at = 0; at < bytes.length; at += step) reader.push(bytes.subarray(at, at + step));
  reader.finish();
  return { part: counter.part(reader.version, reader.generations, reader.truncated), problems, events };
}

function eventText({ kind, time, m, p, g, resource, subject, from, to, name, value }: TraceEvent): string {
  const who = `${time} M${m} P${p} G${g} ${kind}`;
  return resource === null ? `${who} ${subject} ${name} ${value}` : `${who} ${resource} ${subject} ${from}->${to} ${name}`;
}

/** Traces in tests: read whole, with what was found on the way. */

import type { Problem } from '../../src/base/errors.ts';
import { type ConversionTarget, TraceConverter } from '../../src/formats/gotrace/convert.ts';
import { TraceCounter } from '../../src/formats/gotrace/count.ts';
import { TraceReader } from '../../src/formats/gotrace/reader.ts';
import { findTraceText } from '../../src/formats/gotrace/text/detect.ts';
import { TextTraceReader } from '../../src/formats/gotrace/text/trace.ts';
import type { TraceEvent, TracePart, TraceSink } from '../../src/model/trace.ts';
import { TRACES, type TraceFixture } from './traces.ts';

/** The recorded traces of Go 1.22 and later. */
export const v2Traces: readonly TraceFixture[] = TRACES.filter(({ name }) => /-1\.2[2-9]$/.test(name));

export interface ReadTrace {
  readonly part: TracePart;
  readonly problems: Problem[];
  /** One text an event, ids of tables left out. */
  readonly events: string[];
}

/** Reads a trace in either form. @throws InputError */
export function readTrace(bytes: Uint8Array, step = 1 << 16): ReadTrace {
  const counter = new TraceCounter();
  const problems: Problem[] = [];
  const events: string[] = [];
  const sink: TraceSink = {
    generation: () => {},
    event: (event) => {
      counter.add(event);
      events.push(eventText(event));
    },
  };
  const form = findTraceText(Buffer.from(bytes.subarray(0, 1 << 16)));
  const report = (problem: Problem) => void problems.push(problem);
  const reader = form === null ? new TraceReader(sink, report) : new TextTraceReader(sink, report, form === 'archive');
  for (let at = 0; at < bytes.length; at += step) reader.push(bytes.subarray(at, at + step));
  reader.finish();
  return { part: counter.part(reader.version, reader.generations, reader.truncated), problems, events };
}

export interface Converted {
  readonly bytes: Buffer;
  readonly problems: Problem[];
}

/** Converts a trace in either form. @throws InputError */
export function convertTrace(bytes: Uint8Array | string, target: ConversionTarget, step = 1 << 16): Converted {
  const input = Buffer.from(bytes as Uint8Array);
  const pieces: Uint8Array[] = [];
  const problems: Problem[] = [];
  const converter = new TraceConverter(
    target,
    (piece) => pieces.push(piece),
    (problem) => problems.push(problem),
  );
  for (let at = 0; at < input.length; at += step) converter.push(input.subarray(at, at + step));
  converter.finish();
  return { bytes: Buffer.concat(pieces), problems };
}

function eventText({ kind, time, m, p, g, resource, subject, from, to, name, value }: TraceEvent): string {
  const who = `${time} M${m} P${p} G${g} ${kind}`;
  return resource === null ? `${who} ${subject} ${name} ${value}` : `${who} ${resource} ${subject} ${from}->${to} ${name}`;
}

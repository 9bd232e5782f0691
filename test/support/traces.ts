/** The recorded execution traces, with what Go's own tools say of each (test/fixtures/gotrace). */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type AnalyzeOptions, TraceAnalyzer } from '../../src/analysis/trace/analyzer.ts';
import type { Problem } from '../../src/base/errors.ts';
import { TraceReader } from '../../src/formats/gotrace/reader.ts';
import { StackTable } from '../../src/model/stacks.ts';
import type { TraceSink } from '../../src/model/trace.ts';
import type { TraceAnalysis } from '../../src/model/traceanalysis.ts';
import { FIXTURES } from './fixtures.ts';

const FOLDER = path.join(FIXTURES, 'gotrace');

export interface TraceFixture {
  readonly name: string;
  readonly bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: JSON made by scripts from the text of Go's tools
  readonly expect: any;
}

export const TRACES: readonly TraceFixture[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.trace.gz'))
  .sort()
  .map((file) => {
    const name = file.replace('.trace.gz', '');
    const wanted = JSON.parse(readFileSync(path.join(FOLDER, `${name}.expect.json`), 'utf8'));
    return { name, bytes: gunzipSync(readFileSync(path.join(FOLDER, file))), expect: wanted };
  });

export function traceNamed(name: string): Buffer {
  return (TRACES.find((one) => one.name === name) as TraceFixture).bytes;
}

/** A trace of which nothing but the program that wrote it is known (test/fixtures/gotrace/holds). */
export function heldTrace(name: string): Buffer {
  return gunzipSync(readFileSync(path.join(FOLDER, 'holds', `${name}.trace.gz`)));
}

/** Reads a trace in chunks into a sink; gives the problems. */
export function readTraceInto(bytes: Uint8Array, sink: TraceSink, step = 1 << 16): Problem[] {
  const problems: Problem[] = [];
  const reader = new TraceReader(sink, (problem) => problems.push(problem));
  for (let at = 0; at < bytes.length; at += step) reader.push(bytes.subarray(at, at + step));
  reader.finish();
  return problems;
}

export function analyzeTrace(bytes: Uint8Array, options: AnalyzeOptions = {}): TraceAnalysis {
  const analyzer = new TraceAnalyzer(new StackTable(), options);
  readTraceInto(bytes, analyzer);
  return analyzer.finish();
}

/** The traces that programs/growth.go wrote (test/fixtures/gotrace/planted), or programs/mapops.go (mapops), by name. */
export function plantedTraces(by: 'planted' | 'mapops'): readonly { readonly name: string; readonly bytes: Buffer }[] {
  const folder = path.join(FOLDER, by);
  const files = readdirSync(folder).sort();
  return files.map((file) => ({
    name: file.replace('.trace.gz', ''),
    bytes: gunzipSync(readFileSync(path.join(folder, file))),
  }));
}

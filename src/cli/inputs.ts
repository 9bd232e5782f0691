/** Files and stdin → evidence. */

import { statSync } from 'node:fs';
import path from 'node:path';
import { Redactor } from '../analysis/redact.ts';
import { decompress } from '../base/decompress.ts';
import { InputError, type Problem, UsageError } from '../base/errors.ts';
import { LEAVES_MORE } from '../formats/gotrace/died.ts';
import { type FormatName, InputReader } from '../formats/reader.ts';
import type { Evidence, EvidenceSink } from '../model/evidence.ts';
import type { StackTable } from '../model/stacks.ts';
import type { TraceSink } from '../model/trace.ts';
import { systemName } from './filenames.ts';
import { breathe, interruptible } from './interrupts.ts';
import { openInput } from './openinput.ts';
import { Progress } from './progress.ts';
import { isLargeTrace, readTraceThreaded } from './tracethread.ts';

export interface InputRequest {
  /** As they stand on the command line; `-` is stdin, and so is none at all. */
  readonly files: readonly string[];
  readonly from?: FormatName;
  readonly redact?: boolean;
  readonly ordered?: boolean;
  readonly quiet?: boolean;
}

export interface ReadInput {
  readonly file: string;
  readonly evidence: Evidence;
}

/**
 * Reads one input after the other. `begin` is told each input's table of stacks and gives the sink for what is in it.
 * @throws InputError that names the file, for one that cannot be read.
 */
export async function readInputs(
  request: InputRequest,
  begin: (stacks: StackTable, file: string) => EvidenceSink,
  finish: (evidence: Evidence) => void = () => {},
): Promise<ReadInput[]> {
  const redactor = request.redact ? new Redactor() : null;
  const inputs: ReadInput[] = [];
  if (request.files.filter((file) => file === '-').length > 1) throw new UsageError('- (stdin) can be read only once');
  for (const file of request.files.length === 0 ? ['-'] : request.files) {
    const raw = await readInput(file, request, (stacks) => {
      const sink = begin(stacks, file);
      return redactor === null ? sink : redactor.guard(sink);
    });
    const evidence = redactor === null ? raw : redactor.finish(raw);
    await interruptible(() => finish(evidence));
    inputs.push({ file, evidence });
  }
  return inputs;
}

async function readInput(file: string, request: InputRequest, begin: (stacks: StackTable) => EvidenceSink): Promise<Evidence> {
  const relay = new Relay();
  const { from, ordered } = request;
  const reader = new InputReader(relay, { ...(from === undefined ? {} : { from }), ordered: ordered ?? false });
  const sink = begin(reader.stacks);
  relay.sink = sink;
  if ((from === undefined || from === 'go-trace') && isLargeTrace(file)) {
    const trace = sink.trace?.() ?? null;
    if (trace !== null) return await readLarge(file, request, reader.stacks, trace);
  }
  const read = { file, quiet: request.quiet === true, report: (problem: Problem) => reader.report(problem) };
  try {
    await readChunks(read, (chunk) => reader.push(chunk));
    return await interruptible(() => reader.end());
  } catch (error) {
    throw error instanceof InputError ? withFile(error, file, request) : error;
  }
}

interface ChunkRequest {
  readonly file: string;
  readonly quiet: boolean;
  /** Told of damage to the compressed stream. */
  readonly report: (problem: Problem) => void;
}

/**
 * Hands out an input's decompressed bytes, each chunk to be used up before the next, until `take` gives false; progress is
 * shown.
 */
export async function readChunks({ file, quiet, report }: ChunkRequest, take: (chunk: Uint8Array) => unknown): Promise<void> {
  const { bytes, size } = openInput(file);
  const progress = new Progress(file, size, !quiet);
  try {
    for await (const chunk of decompress(counted(bytes, progress), report)) {
      if ((await take(chunk)) === false) return;
      await breathe();
    }
  } finally {
    progress.done();
  }
}

async function readLarge(file: string, request: InputRequest, stacks: StackTable, trace: TraceSink): Promise<Evidence> {
  const progress = new Progress(file, statSync(systemName(file)).size, request.quiet !== true);
  try {
    return await readTraceThreaded(file, stacks, trace, progress);
  } catch (error) {
    throw error instanceof InputError ? withFile(error, file, request) : error;
  } finally {
    progress.done();
  }
}

function withFile(error: InputError, file: string, { redact }: InputRequest): InputError {
  const { excerpt, ...place } = error.place;
  const isEmptyTrace = error.message.startsWith(EMPTY) && /trace/i.test(path.basename(file));
  return new InputError(isEmptyTrace ? EMPTY_TRACE : error.message, {
    file,
    ...place,
    ...(redact || excerpt === undefined ? {} : { excerpt }),
  });
}

const EMPTY = 'the input is empty';
/** What a file is that was to be a trace. */
const EMPTY_TRACE = `${EMPTY}: if it was to be a trace, the program ended before the runtime wrote any of it. ${LEAVES_MORE}`;

/** The reader wants its sink before its stacks can be known. */
class Relay implements EvidenceSink {
  sink: EvidenceSink | null = null;
  goroutine: EvidenceSink['goroutine'] = (goroutine, part) => this.sink?.goroutine(goroutine, part);
  record: EvidenceSink['record'] = (record, part) => this.sink?.record(record, part);
  race: EvidenceSink['race'] = (race, part) => this.sink?.race(race, part);
  trace = () => this.sink?.trace?.() ?? null;
}

async function* counted(bytes: AsyncIterable<Uint8Array>, progress: Progress): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    progress.add(chunk.length);
    yield chunk;
  }
}

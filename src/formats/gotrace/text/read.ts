/**
 * The text form of a trace → its binary form, line by line. Go's own tests are written in it, and `go tool trace
 * -d=wire` prints it (internal/trace/raw of Go):
 *
 *     Trace Go1.23
 *     EventBatch gen=1 m=0 time=10 size=7       # size may be left out: it is counted
 *     ProcStatus dt=1 p=0 pstatus=1
 *     GoStop dt=0 reason_string=1 stack=0
 *     Stack id=1 nframes=1
 *     	pc=4198400 func=1 file=2 line=10
 *     String id=1
 *     	data="main.main"
 *
 * `#` begins a comment, blank lines count for nothing. The same within an archive of several files (txtar), whose file
 * `trace` is read. Only the form is checked here; what the events mean, the reader of the binary form knows.
 */

import { Int32Column } from '../../../base/columns.ts';
import { InputError, makeExcerpt, type Problem } from '../../../base/errors.ts';
import { type Line, LineReader } from '../../../base/lines.ts';
import { ByteBuilder, encodeHeader } from '../encode.ts';
import { Ev, MAX_BATCH_BYTES, MAX_TRACE_FRAMES, V2_VERSIONS } from '../spec.ts';
import { FILE_MARK, HEAD_LINE } from './detect.ts';
import { LineMap } from './linemap.ts';
import { LineScanner, type Uint64 } from './scanner.ts';
import { FRAME_NAMES, type TextSpec, textSpecs } from './specs.ts';

/** The file of an archive that is read. */
const TRACE_FILE = 'trace';

/** What the lines to come belong to: an item that has more than one line. */
interface Unfinished {
  readonly spec: TextSpec;
  readonly line: number;
  framesLeft: number;
}

interface OpenBatch {
  readonly values: readonly Uint64[];
  /** Payload bytes that it says it has; null where it leaves that to us. */
  readonly size: number | null;
  readonly line: number;
}

export class TraceTextReader {
  private readonly write: (chunk: Uint8Array) => void;
  private readonly report: (problem: Problem) => void;
  private readonly lines = new LineReader({ line: (line) => this.takeLine(line) });
  private readonly map = new LineMap();
  /** Whether lines are those of the trace; null in an archive, once its file is through. */
  private inside: boolean | null;
  private specs: ReadonlyMap<string, TextSpec> | null = null;
  private batch: OpenBatch | null = null;
  private unfinished: Unfinished | null = null;
  private generation: Uint64 = 0;
  /** Bytes written. */
  private offset = 0;
  private readonly payload = new ByteBuilder();
  private readonly out = new ByteBuilder();
  /** Where the events of the open batch begin in its payload, and their lines. */
  private readonly starts = new Int32Column();
  private readonly startLines = new Int32Column();
  private readonly values: Uint64[] = [];
  private readonly line = new LineScanner();
  /** Whether reading stopped before the end. */
  failed = false;

  /** `write` is given the binary form in pieces; `archive`: the trace is a file within an archive. */
  constructor(write: (chunk: Uint8Array) => void, report: (problem: Problem) => void, archive: boolean) {
    this.write = write;
    this.report = report;
    this.inside = !archive;
  }

  push(chunk: Uint8Array): void {
    if (!this.failed) this.lines.push(chunk);
  }

  finish(): void {
    if (!this.failed) this.lines.finish();
    if (!this.failed) this.attempt(() => this.takeEnd());
  }

  /** The line that became what stands at an offset of the binary form; null where that is not known any more. */
  lineOf(offset: number): number | null {
    return this.map.find(offset);
  }

  /** Reads no further: what was written turned out to be broken. */
  stop(): void {
    this.failed = true;
  }

  // ---- lines ----

  private takeLine(line: Line): void {
    if (this.failed || this.inside === null) return;
    this.line.begin(line);
    if (this.specs === null || !this.inside) this.attempt(() => this.takeOuterLine());
    else this.attempt(() => this.takeInnerLine());
  }

  /** Runs a step; where the text is broken, what was read before stays and the rest is not read. */
  private attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.failed = true;
      const message = `the trace is broken: ${error.message}; what follows is not read`;
      this.report({ severity: 'error', message, ...error.place });
    }
  }

  /** A line before the trace. */
  private takeOuterLine(): void {
    const { text } = this.line;
    if (!this.inside) {
      this.inside = FILE_MARK.exec(text)?.[1] === TRACE_FILE;
      return;
    }
    if (this.line.skipBlanks()) return;
    const version = Number(HEAD_LINE.exec(text)?.[1]);
    if (Number.isNaN(version)) throw this.line.broken('`Trace Go1.N` is expected');
    if (!(V2_VERSIONS as readonly number[]).includes(version)) {
      const known = V2_VERSIONS.map((one) => `1.${one}`).join(', ');
      throw this.line.broken(`the text form of a trace of go 1.${version}; this version reads ${known}`);
    }
    this.specs = textSpecs(version);
    this.emit(encodeHeader(version));
  }

  private takeInnerLine(): void {
    if (this.line.skipBlanks()) return;
    if (this.unfinished !== null) {
      this.takeNext(this.unfinished);
      return;
    }
    const name = this.line.takeWord();
    const spec = this.specs?.get(name);
    if (spec !== undefined) this.takeItem(spec);
    else if (FILE_MARK.test(this.line.text)) this.takeEnd();
    else throw this.line.broken(`${makeExcerpt(name)} is no event of this version`);
  }

  private takeItem(spec: TextSpec): void {
    this.takeArguments(spec);
    this.line.checkEnd();
    if (spec.tail === null) {
      this.finishItem(spec);
      return;
    }
    if (spec.tail === 'frames' && Number(this.values[1]) > MAX_TRACE_FRAMES)
      throw this.line.broken(`a stack of ${this.values[1]} frames; at most ${MAX_TRACE_FRAMES} are allowed`);
    const framesLeft = spec.tail === 'frames' ? Number(this.values[1]) : 0;
    if (spec.tail === 'frames') this.addEvent(spec);
    if (spec.tail === 'data' || framesLeft > 0) this.unfinished = { spec, line: this.line.number, framesLeft };
  }

  /** A line that belongs to the item before it: a frame, or bytes. */
  private takeNext(item: Unfinished): void {
    if (item.spec.tail === 'frames') {
      this.values.length = 0;
      for (const name of FRAME_NAMES) this.values.push(this.line.takeArgument(name));
      this.line.checkEnd();
      for (const value of this.values) this.payload.varint(value);
      this.checkBatchSize();
      if (--item.framesLeft > 0) return;
    } else {
      this.finishItem(item.spec, this.line.takeData());
    }
    this.unfinished = null;
  }

  private takeArguments({ id, names }: TextSpec): void {
    this.values.length = 0;
    const required = id === Ev.EventBatch ? names.length - 1 : names.length;
    for (let i = 0; i < required; i++) this.values.push(this.line.takeArgument(names[i]));
    if (required < names.length && !this.line.skipBlanks()) this.values.push(this.line.takeArgument(names[required]));
  }

  private finishItem(spec: TextSpec, data: Uint8Array | null = null): void {
    if (spec.id === Ev.EventBatch) this.openBatch();
    else if (spec.id === Ev.ExperimentalBatch) this.addExperiment(data as Uint8Array);
    else if (spec.id === Ev.EndOfGeneration) this.endGeneration();
    else this.addEvent(spec, data);
  }

  private takeEnd(): void {
    if (this.specs === null)
      throw this.line.broken(this.inside ? '`Trace Go1.N` is expected' : 'the archive has no file `trace`');
    if (this.unfinished !== null)
      throw this.line.broken(`the text ends within the ${this.unfinished.spec.name} of line ${this.unfinished.line}`);
    this.closeBatch();
    this.inside = null;
  }

  // ---- bytes ----

  private addEvent({ id, name }: TextSpec, data: Uint8Array | null = null): void {
    if (this.batch === null) throw this.line.broken(`${name} stands in no batch: an EventBatch is expected before it`);
    const { payload, values } = this;
    this.starts.push(payload.length);
    this.startLines.push(this.unfinished?.line ?? this.line.number);
    payload.byte(id);
    for (const value of values) payload.varint(value);
    if (data !== null) {
      payload.varint(data.length);
      payload.bytes(data);
    }
    this.checkBatchSize();
  }

  private checkBatchSize(): void {
    if (this.payload.length > MAX_BATCH_BYTES)
      throw this.line.broken(`the batch of line ${this.batch?.line} has more than ${MAX_BATCH_BYTES} bytes`);
  }

  private openBatch(): void {
    this.closeBatch();
    const [gen, m, time, size] = this.values;
    this.batch = { values: [gen, m, time], size: size === undefined ? null : Number(size), line: this.line.number };
  }

  private closeBatch(): void {
    const { batch, payload } = this;
    if (batch === null) return;
    this.batch = null;
    if (batch.size !== null && batch.size !== payload.length) {
      const message = `EventBatch says size=${batch.size}, but the events in it take ${payload.length} bytes`;
      throw new InputError(message, { line: batch.line });
    }
    this.writeBatch(Ev.EventBatch, batch, payload.view());
    payload.clear();
    this.starts.length = this.startLines.length = 0;
  }

  private addExperiment(data: Uint8Array): void {
    this.closeBatch();
    const [experiment, ...values] = this.values;
    if (experiment > 0xff) throw this.line.broken(`exp=${experiment}, which a byte does not hold`);
    if (data.length > MAX_BATCH_BYTES) throw this.line.broken(`a batch of more than ${MAX_BATCH_BYTES} bytes`);
    this.writeBatch(Ev.ExperimentalBatch, { values, size: null, line: this.line.number }, data, Number(experiment));
  }

  private endGeneration(): void {
    this.closeBatch();
    this.map.add(this.offset, this.line.number);
    this.emit(Uint8Array.of(Ev.EndOfGeneration));
  }

  private writeBatch(type: number, { values, line }: OpenBatch, payload: Uint8Array, experiment = -1): void {
    const { out, starts, startLines, offset } = this;
    if (values[0] !== this.generation) this.map.turn();
    this.generation = values[0];
    out.clear();
    out.byte(type);
    if (experiment >= 0) out.byte(experiment);
    for (const value of values) out.varint(value);
    out.varint(payload.length);
    this.map.add(offset, line);
    for (let i = 0; i < starts.length; i++) this.map.add(offset + out.length + starts.data[i], startLines.data[i]);
    out.bytes(payload);
    this.emit(out.view().slice());
  }

  private emit(chunk: Uint8Array): void {
    this.offset += chunk.length;
    this.write(chunk);
  }
}

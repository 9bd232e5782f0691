/**
 * A trace of Go 1.22 or later as the items of its file, one at a time: batches, and the ends of generations. For who
 * writes them down in another form; what the events mean is not looked at.
 */

import { InputError, type Problem } from '../../base/errors.ts';
import { ByteCursor, TraceError } from './bytes.ts';
import { END_SINCE, Ev, EXPERIMENTS_SINCE, MAX_BATCH_BYTES, V2_VERSIONS } from './spec.ts';

const HEADER_BYTES = 16;
const HEADER = /^go 1\.(\d{1,2}) trace\0+$/;
/** Longest header of a batch: type, experiment, four numbers. */
const MAX_BATCH_HEADER = 2 + 4 * 10;

/** One item: valid until the next one. */
export interface TraceItem {
  /** Ev.EventBatch, Ev.ExperimentalBatch or Ev.EndOfGeneration. */
  readonly type: number;
  readonly generation: number;
  /** Experiment, generation, thread, time and size as they stand in the file, and the events. */
  readonly head: Uint8Array;
  readonly payload: Uint8Array;
  /** Where head and payload stand in the file. */
  readonly headOffset: number;
  readonly payloadOffset: number;
}

/** Who takes the items. What it throws as a TraceError ends reading. */
export interface ItemSink {
  begin(version: number): void;
  item(item: TraceItem): void;
}

export class BatchReader {
  private readonly sink: ItemSink;
  private readonly report: (problem: Problem) => void;
  private pending: Buffer = Buffer.alloc(0);
  private offset = 0;
  private version = 0;
  /** The generation whose end is still to come, since go 1.26; 0 for none. */
  private generation = 0;
  /** Whether reading stopped before the end. */
  failed = false;

  constructor(sink: ItemSink, report: (problem: Problem) => void) {
    this.sink = sink;
    this.report = report;
  }

  /** @throws InputError for a trace of another family */
  push(chunk: Uint8Array): void {
    if (this.failed) return;
    this.pending = this.pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.pending, chunk]);
    try {
      if (this.version === 0 && !this.takeHeader()) return;
      while (this.pending.length > 0 && this.takeItem());
    } catch (error) {
      if (!(error instanceof TraceError)) throw error;
      this.fail(`the trace is broken: ${error.message}; what follows is not read`, error.offset);
    }
  }

  /** @throws InputError when nothing of a trace was there */
  finish(): void {
    if (this.failed) return;
    if (this.version === 0) throw new InputError('the trace ends within its header', { offset: 0 });
    const { length } = this.pending;
    if (length > 0) this.fail(`the trace ends within a batch: its last ${length} bytes are lost`, this.offset + length);
    else if (this.generation !== 0) this.fail(`the trace ends within generation ${this.generation}`, this.offset);
  }

  private fail(message: string, offset: number): void {
    this.failed = true;
    this.pending = Buffer.alloc(0);
    this.report({ severity: 'error', message, offset });
  }

  private takeHeader(): boolean {
    if (this.pending.length < HEADER_BYTES) return false;
    const version = Number(HEADER.exec(this.pending.toString('latin1', 0, HEADER_BYTES))?.[1]);
    if (!(V2_VERSIONS as readonly number[]).includes(version)) {
      const known = V2_VERSIONS.map((one) => `1.${one}`).join(', ');
      throw new InputError(`traces of go ${known} have a text form; this is one of go 1.${version}`, { offset: 0 });
    }
    this.version = version;
    this.skip(HEADER_BYTES);
    this.sink.begin(version);
    return true;
  }

  /** Takes one item; false until more has come. */
  private takeItem(): boolean {
    const [type] = this.pending;
    if (type === Ev.EndOfGeneration && this.version >= END_SINCE) {
      this.handOver(type, 1, 1);
      return true;
    }
    if (type !== Ev.EventBatch && (type !== Ev.ExperimentalBatch || this.version < EXPERIMENTS_SINCE))
      throw new TraceError(`byte ${type} where a batch is expected`, this.offset);
    const cursor = new ByteCursor(this.pending, this.offset, type === Ev.ExperimentalBatch ? 2 : 1);
    if (this.pending.length < MAX_BATCH_HEADER && !hasNumbers(this.pending, cursor.pos, 4)) return false;
    const generation = cursor.varint();
    cursor.varint();
    cursor.varint();
    const size = cursor.varint();
    if (size > MAX_BATCH_BYTES)
      throw new TraceError(`a batch of ${size} bytes; at most ${MAX_BATCH_BYTES} are allowed`, this.offset);
    if (this.pending.length < cursor.pos + size) return false;
    this.handOver(type, cursor.pos, cursor.pos + size, generation);
    return true;
  }

  private handOver(type: number, headEnd: number, end: number, generation = 0): void {
    const { pending, offset } = this;
    if (this.version >= END_SINCE) this.generation = generation;
    this.sink.item({
      type,
      generation,
      head: pending.subarray(1, headEnd),
      payload: pending.subarray(headEnd, end),
      headOffset: offset + 1,
      payloadOffset: offset + headEnd,
    });
    this.skip(end);
  }

  private skip(bytes: number): void {
    this.pending = this.pending.subarray(bytes);
    this.offset += bytes;
  }
}

/** Whether `count` whole varints stand at `at`. */
function hasNumbers(buf: Uint8Array, at: number, count: number): boolean {
  let left = count;
  for (let i = at; i < buf.length && left > 0; i++) if (buf[i] < 0x80) left--;
  return left === 0;
}

/** The thread that reads a large trace: its events go into the ring, tables, strings and the rest into messages. */

import { type MessagePort, workerData } from 'node:worker_threads';
import { GoroutineMeter, type MeterOptions } from '../analysis/trace/meter.ts';
import { decompress } from '../base/decompress.ts';
import { InputError, type InputPlace, type Problem } from '../base/errors.ts';
import { TraceCounter } from '../formats/gotrace/count.ts';
import { type PackedTables, packTables } from '../formats/gotrace/packed.ts';
import { TraceReader, type TraceReaderSink } from '../formats/gotrace/reader.ts';
import type { PackableTables } from '../formats/gotrace/stacks.ts';
import { RowWriter } from '../model/eventrows.ts';
import type { MoveCode } from '../model/moves.ts';
import { StackTable } from '../model/stacks.ts';
import type { TraceEvent, TracePart } from '../model/trace.ts';
import type { GoroutineGroup } from '../model/traceanalysis.ts';
import { BLOCK, EventRing } from './eventring.ts';
import { openInput } from './openinput.ts';

export interface WorkerRequest {
  readonly file: string;
  readonly ring: SharedArrayBuffer;
  /** Whether transitions of goroutines are wanted as such. */
  readonly wantsMoves: boolean;
  /** What is to be metered on the way; null for nothing. */
  readonly meter: MeterOptions | null;
  readonly outbox: MessagePort;
}

export type WorkerMessage =
  | { readonly strings: readonly string[] }
  | { readonly tables: PackedTables }
  | { readonly bytes: number }
  | { readonly part: TracePart; readonly problems: readonly Problem[]; readonly metered: readonly GoroutineGroup[] | null }
  | { readonly error: string; readonly place: InputPlace };

/** Bytes of the file between two messages on progress. */
const PROGRESS_BYTES = 1 << 22;

class RingWriter implements TraceReaderSink {
  readonly counter = new TraceCounter();
  private readonly ring: EventRing;
  private readonly outbox: MessagePort;
  private readonly rows = new RowWriter();
  readonly meter: GoroutineMeter | null;
  private block = 0;
  private messages = 0;

  constructor({ ring, outbox, meter }: WorkerRequest) {
    this.meter = meter === null ? null : new GoroutineMeter(new StackTable(), meter);
    this.ring = new EventRing(ring);
    this.outbox = outbox;
    this.rows.begin(this.ring.blocks[0]);
  }

  generation(tables: PackableTables): void {
    this.flush();
    this.meter?.generation(tables);
    this.post({ tables: packTables(tables) });
  }

  event(event: TraceEvent): void {
    this.counter.add(event);
    if (this.meter !== null) this.meter.event(event);
    this.rows.event(event);
    if (this.rows.isFull) this.flush();
  }

  move(code: MoveCode, elapsed: number, p: number, goroutine: number, reason: string, stack: number, ownStack: number): void {
    this.counter.move(code, elapsed);
    if (this.meter !== null) this.meter.move(code, elapsed, p, goroutine, reason, stack, ownStack);
    this.rows.move(code, elapsed, p, goroutine, reason, stack, ownStack);
    if (this.rows.isFull) this.flush();
  }

  post(message: WorkerMessage): void {
    this.messages++;
    this.outbox.postMessage(message);
  }

  /** Ends the stream; `message` is the last one. */
  end(message: WorkerMessage): void {
    this.flush();
    this.post(message);
    this.ring.describe(this.block, 0, this.messages);
    this.ring.setState(this.block, BLOCK.end);
  }

  private flush(): void {
    const { rows, ring } = this;
    if (rows.length === 0) return;
    const strings = rows.strings.take();
    if (strings.length > 0) this.post({ strings });
    ring.describe(this.block, rows.length, this.messages);
    ring.setState(this.block, BLOCK.full);
    this.block = (this.block + 1) % ring.size;
    ring.waitForRoom(this.block);
    rows.begin(ring.blocks[this.block]);
  }
}

async function run(request: WorkerRequest): Promise<void> {
  const writer = new RingWriter(request);
  const problems: Problem[] = [];
  const report = (problem: Problem) => void problems.push(problem);
  try {
    const reader = new TraceReader(request.wantsMoves ? writer : eventsOf(writer), report);
    for await (const chunk of decompress(counted(openInput(request.file, true).bytes, writer), report)) reader.push(chunk, true);
    reader.finish();
    const part = writer.counter.finish(reader, problems[0] ?? null);
    writer.end({ part, problems, metered: writer.meter?.finish() ?? null });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    writer.end({ error: error.message, place: error.place });
  }
}

/** The writer as a sink of events alone. */
function eventsOf(writer: RingWriter): TraceReaderSink {
  return { generation: (tables) => writer.generation(tables), event: (event) => writer.event(event) };
}

async function* counted(bytes: AsyncIterable<Uint8Array>, writer: RingWriter): AsyncGenerator<Uint8Array> {
  let left = 0;
  for await (const chunk of bytes) {
    left += chunk.length;
    if (left >= PROGRESS_BYTES) {
      writer.post({ bytes: left });
      left = 0;
    }
    yield chunk;
  }
}

await run(workerData as WorkerRequest);

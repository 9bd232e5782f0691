/** The thread that reads a large trace: its events go into the ring, tables, strings and the rest into messages. */

import { type MessagePort, workerData } from 'node:worker_threads';
import { decompress } from '../base/decompress.ts';
import { InputError, type InputPlace, type Problem } from '../base/errors.ts';
import { TraceCounter } from '../formats/gotrace/count.ts';
import { type PackedTables, packTables } from '../formats/gotrace/packed.ts';
import { TraceReader, type TraceReaderSink } from '../formats/gotrace/reader.ts';
import type { PackableTables } from '../formats/gotrace/stacks.ts';
import { StringNumbers } from '../model/eventcolumns.ts';
import type { TraceEvent, TracePart } from '../model/trace.ts';
import { BLOCK, EventRing } from './eventring.ts';
import { openInput } from './openinput.ts';

export interface WorkerRequest {
  readonly file: string;
  readonly ring: SharedArrayBuffer;
  readonly outbox: MessagePort;
}

export type WorkerMessage =
  | { readonly strings: readonly string[] }
  | { readonly tables: PackedTables }
  | { readonly bytes: number }
  | { readonly part: TracePart; readonly problems: readonly Problem[] }
  | { readonly error: string; readonly place: InputPlace };

/** Bytes of the file between two messages on progress. */
const PROGRESS_BYTES = 1 << 22;

class RingWriter implements TraceReaderSink {
  readonly counter = new TraceCounter();
  private readonly ring: EventRing;
  private readonly outbox: MessagePort;
  private readonly numbers = new StringNumbers();
  private block = 0;
  private row = 0;
  private messages = 0;

  constructor({ ring, outbox }: WorkerRequest) {
    this.ring = new EventRing(ring);
    this.outbox = outbox;
  }

  generation(tables: PackableTables): void {
    this.flush();
    this.post({ tables: packTables(tables) });
  }

  event(event: TraceEvent): void {
    this.counter.add(event);
    const text = event.text === '' ? 0 : this.numbers.of(event.text);
    this.ring.blocks[this.block].write(this.row++, event, this.numbers.of(event.name), text);
    if (this.row === this.ring.capacity) this.flush();
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
    if (this.row === 0) return;
    const strings = this.numbers.take();
    if (strings.length > 0) this.post({ strings });
    this.ring.describe(this.block, this.row, this.messages);
    this.ring.setState(this.block, BLOCK.full);
    this.row = 0;
    this.block = (this.block + 1) % this.ring.size;
    this.ring.waitWhile(this.block, BLOCK.full);
  }
}

async function run(request: WorkerRequest): Promise<void> {
  const writer = new RingWriter(request);
  const problems: Problem[] = [];
  const report = (problem: Problem) => void problems.push(problem);
  try {
    const reader = new TraceReader(writer, report);
    for await (const chunk of decompress(counted(openInput(request.file).bytes, writer), report)) reader.push(chunk);
    reader.finish();
    writer.end({ part: writer.counter.finish(reader, problems[0] ?? null), problems });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    writer.end({ error: error.message, place: error.place });
  }
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

/**
 * Large traces are read by a thread of their own while this one analyses: the two take about as long. Small ones are
 * not worth its start.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { constants, gunzipSync } from 'node:zlib';
import type { MeterOptions } from '../analysis/trace/meter.ts';
import { InputError } from '../base/errors.ts';
import { unpackTables } from '../formats/gotrace/packed.ts';
import { looksLikeTrace } from '../formats/gotrace/reader.ts';
import { RowReader } from '../model/eventrows.ts';
import type { Evidence } from '../model/evidence.ts';
import type { StackTable } from '../model/stacks.ts';
import type { TraceSink } from '../model/trace.ts';
import type { GoroutineGroup } from '../model/traceanalysis.ts';
import { BLOCK, EventRing } from './eventring.ts';
import { systemName } from './filenames.ts';
import type { Progress } from './progress.ts';
import { threadFile } from './threadfile.ts';
import type { WorkerMessage, WorkerRequest } from './traceworker.ts';

/** Files of traces that are smaller are read where they are analysed. */
const WORTH_BYTES = 1 << 20;
const WORTH_PACKED_BYTES = 1 << 18;
const HEAD_BYTES = 1 << 12;

/** Whether a file is a trace that is worth a thread. */
export function isLargeTrace(file: string): boolean {
  if (file === '-' || threadFile('traceworker.js') === null) return false;
  let fd: number;
  try {
    fd = openSync(systemName(file), 'r');
  } catch {
    // Who opens it to read it tells what is wrong.
    return false;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size < WORTH_PACKED_BYTES) return false;
    const head = Buffer.alloc(HEAD_BYTES);
    readSync(fd, head, 0, HEAD_BYTES, 0);
    return looksLikeTrace(head) ? stat.size >= WORTH_BYTES : looksLikeTrace(unpackHead(head));
  } finally {
    closeSync(fd);
  }
}

function unpackHead(head: Buffer): Buffer {
  if (head[0] !== 0x1f || head[1] !== 0x8b) return head;
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return head;
  }
}

/** A sink that can leave a part of its work to the thread that reads. */
interface MeteredSink extends TraceSink {
  detachMeter(): MeterOptions;
  takeMetered(metered: readonly GoroutineGroup[]): void;
}

function isMetered(sink: TraceSink): sink is MeteredSink {
  return 'detachMeter' in sink;
}

/** Reads a trace in its own thread into a sink in this one. @throws InputError as the reader does */
export async function readTraceThreaded(
  file: string,
  stacks: StackTable,
  sink: TraceSink,
  progress: Progress,
): Promise<Evidence> {
  const ring = new EventRing();
  const { port1: inbox, port2: outbox } = new MessageChannel();
  const meter = isMetered(sink) ? sink.detachMeter() : null;
  const workerData: WorkerRequest = { file, ring: ring.buffer, wantsMoves: sink.move !== undefined, meter, outbox };
  const worker = new Worker(threadFile('traceworker.js') as URL, { workerData, transferList: [outbox] });
  const failed = new Promise<never>((_, reject) => {
    worker.once('error', reject);
    // It exits with 0 when all that it read is in the ring.
    worker.once('exit', (code) => {
      if (code !== 0) reject(new Error('the thread that reads the trace has ended early'));
    });
  });
  try {
    const last = await Promise.race([failed, new RingReader(ring, inbox, sink, progress).run()]);
    if ('error' in last) throw new InputError(last.error, last.place);
    if (isMetered(sink) && last.metered !== null) sink.takeMetered(last.metered);
    return { stacks, parts: [last.part], problems: last.problems };
  } finally {
    inbox.close();
    await worker.terminate();
  }
}

type LastMessage = Extract<WorkerMessage, { part: unknown } | { error: unknown }>;

/** Milliseconds between looks at interrupts and the terminal. */
const BREATH_MS = 50;

class RingReader {
  private readonly ring: EventRing;
  private readonly inbox: MessagePort;
  private readonly sink: TraceSink;
  private readonly rows: RowReader;
  private readonly progress: Progress;
  private received = 0;
  private last: LastMessage | null = null;

  constructor(ring: EventRing, inbox: MessagePort, sink: TraceSink, progress: Progress) {
    this.ring = ring;
    this.inbox = inbox;
    this.sink = sink;
    this.rows = new RowReader(sink);
    this.progress = progress;
  }

  /** Takes block after block up to the last message. */
  async run(): Promise<LastMessage> {
    const { ring, rows } = this;
    let breathed = performance.now();
    for (let block = 0; ; block = (block + 1) % ring.size) {
      await ring.waitForBlock(block);
      this.receive(ring.messagesBefore(block));
      if (this.last !== null && ring.stateOf(block) === BLOCK.end) return this.last;
      rows.replay(ring.blocks[block], ring.lengthOf(block));
      ring.setState(block, BLOCK.free);
      if (performance.now() - breathed < BREATH_MS) continue;
      await new Promise((resolve) => setImmediate(resolve));
      breathed = performance.now();
    }
  }

  /** Reads messages until so many have come: they were sent before the block was. */
  private receive(count: number): void {
    while (this.received < count) {
      const received = receiveMessageOnPort(this.inbox);
      if (received === undefined) continue;
      this.received++;
      this.take(received.message as WorkerMessage);
    }
  }

  private take(message: WorkerMessage): void {
    if ('strings' in message) this.rows.strings.push(...message.strings);
    else if ('tables' in message) this.sink.generation(unpackTables(message.tables));
    else if ('bytes' in message) this.progress.add(message.bytes);
    else this.last = message;
  }
}

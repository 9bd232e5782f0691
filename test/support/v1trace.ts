/** Traces of Go 1.5 to 1.21 written event by event: of versions before 1.11 there are no captures, nor tools that make them. */

import { ByteBuilder, encodeHeader } from '../../src/formats/gotrace/encode.ts';
import { V1 } from '../../src/formats/gotrace/v1spec.ts';

/** Most numbers, behind the first ones, that an event holds without saying its length. */
const INLINE = 2;

export class V1Encoder {
  private readonly version: number;
  private readonly out = new ByteBuilder();
  private readonly inside = new ByteBuilder();

  constructor(version: number) {
    this.version = version;
    this.out.bytes(encodeHeader(version));
  }

  get bytes(): Buffer {
    return Buffer.from(this.out.view());
  }

  /** Events of a P follow, from `ticks` on; before go 1.7 numbered from `seq` on. */
  batch(p: number, ticks: number, seq = 0): void {
    this.write(V1.Batch, this.version < 7 ? [p, seq, ticks] : [p, ticks]);
  }

  /** An event with the arguments that its version has, and its stack as the last one. */
  event(name: string, dt: number, ...args: readonly number[]): void {
    this.write(V1[name], this.version < 7 ? [1, dt, ...args] : [dt, ...args]);
  }

  /** Frames as program counters before go 1.7, then as pc, function, file, line. */
  stack(id: number, frames: readonly (readonly number[])[]): void {
    this.write(V1.Stack, [id, frames.length, ...frames.flat()]);
  }

  string(id: number, text: string): void {
    this.out.byte(V1.String);
    this.out.varint(id);
    this.out.varint(Buffer.byteLength(text));
    this.out.bytes(Buffer.from(text));
  }

  frequency(ticksPerSecond: number): void {
    this.write(V1.Frequency, this.version < 7 ? [ticksPerSecond, 0] : [ticksPerSecond]);
  }

  private write(type: number, numbers: readonly number[]): void {
    const { out, inside } = this;
    const count = numbers.length - (this.version < 7 ? 2 : 1);
    inside.clear();
    for (const number of numbers) inside.varint(number);
    out.byte(type | (Math.min(count, INLINE + 1) << 6));
    if (count > INLINE) out.varint(inside.length);
    out.bytes(inside.view());
  }
}

/**
 * A program of three goroutines on two Ps: the first makes the third, which wakes the second; a system call that blocks
 * and one that does not; a collection with a stop of the world and a sweep; what is new in each version where it is.
 */
export function smallV1Trace(version: number): Buffer {
  const trace = new V1Encoder(version);
  const since = (least: number, ...numbers: number[]) => (version >= least ? numbers : []);
  trace.batch(0, 1000, 1);
  trace.event('GoCreate', 1, 1, version < 7 ? 0x401000 : 1, 0);
  trace.event('GoCreate', 1, 2, version < 7 ? 0x402000 : 2, 0);
  trace.event('GoWaiting', 1, 2);
  trace.event('ProcStart', 1, 77);
  trace.event('GoStart', 1, 1, ...since(7, 1));
  trace.event('Gomaxprocs', 1, 2, 1);
  trace.event('GoCreate', 10, 3, version < 7 ? 0x403000 : 2, 1);
  trace.event('GoSysCall', 10, 1);
  if (version >= 9) {
    trace.event('GCMarkAssistStart', 1, 1);
    trace.event('GCMarkAssistDone', 1);
  }
  trace.event('HeapAlloc', 1, 4096);
  trace.event('GCStart', 1, ...since(7, 0), 1);
  trace.event('STWStart', 1, ...since(10, 1));
  trace.event('STWDone', 5);
  trace.event('GCSweepStart', 1, 1);
  trace.event('GCSweepDone', 1, ...since(9, 8192, 4096));
  trace.event('GCDone', 1);
  if (version >= 11) {
    trace.event('UserTaskCreate', 1, 5, 0, 4, 1);
    trace.event('UserTaskEnd', 1, 5, 1);
  }
  trace.event('GoSysCall', 1, 1);
  trace.event('GoSysBlock', 5);
  trace.event('ProcStop', 1);
  trace.batch(1, 1100, 40);
  trace.event('ProcStart', 1, 78);
  if (version >= 8) trace.event('GoStartLabel', 10, 3, 1, 3);
  else trace.event('GoStart', 10, 3, ...since(7, 1));
  if (version >= 7) trace.event('GoUnblockLocal', 10, 2, 2);
  else trace.event('GoUnblock', 10, 2, 2);
  trace.event('GoEnd', 10);
  if (version >= 7) trace.event('GoStartLocal', 1, 2);
  else trace.event('GoStart', 1, 2);
  if (version >= 8) trace.event('GoBlockGC', 5, 2);
  else trace.event('GoBlock', 5, 2);
  // It came back at 1160, and waited for a P until now; before go 1.7 the second argument is its real number.
  trace.event('GoSysExit', 50, 1, version < 7 ? 47 : 2, 1160);
  trace.event('GoStart', 1, 1, ...since(7, 3));
  trace.frequency(1_000_000_000);
  if (version < 7) {
    trace.stack(1, [[0x401234], [0x401010]]);
    trace.stack(2, [[0x402345]]);
    return trace.bytes;
  }
  ['main.main', 'main.work', 'GC (idle)', 'task', 'main.go'].forEach((text, i) => {
    trace.string(i + 1, text);
  });
  trace.stack(1, [[0x401234, 1, 5, 12]]);
  trace.stack(2, [[0x402345, 2, 5, 30]]);
  return trace.bytes;
}

/**
 * A trace of Go 1.22 or later written as one of another version of the format, where all that is in it has a place
 * there. Between versions, events were added; since 1.25 the frequency of the clock stands in a batch with a reading of
 * the clocks, and since 1.26 a byte ends each generation.
 */

import { InputError, type Problem } from '../../base/errors.ts';
import type { ItemSink, TraceItem } from './batches.ts';
import { ByteCursor, TraceError } from './bytes.ts';
import { checkBatch } from './checkbatch.ts';
import { ByteBuilder, encodeHeader } from './encode.ts';
import {
  ARG_COUNTS,
  END_SINCE,
  Ev,
  EXPERIMENTS_SINCE,
  FIRST_VERSIONS,
  SYNC_SINCE,
  TIMED_EVENTS,
  type TraceVersion,
} from './spec.ts';

/** Numbers behind the events of a sync batch. */
const SYNC_ARGS: Readonly<Record<number, number>> = { [Ev.Frequency]: 1, [Ev.ClockSnapshot]: 4 };

export class VersionWriter implements ItemSink {
  private readonly write: (chunk: Uint8Array) => void;
  private readonly report: (problem: Problem) => void;
  private readonly wanted: TraceVersion | null;
  private readonly out = new ByteBuilder();
  private from = 0;
  private to = 0;
  private generation = 0;
  private toldOfClocks = false;

  /** `wanted`: the version to write; null keeps that of the trace. */
  constructor(write: (chunk: Uint8Array) => void, report: (problem: Problem) => void, wanted: TraceVersion | null) {
    this.write = write;
    this.report = report;
    this.wanted = wanted;
  }

  /** @throws InputError where no trace of this version can become one of the other */
  begin(version: number): void {
    this.from = version;
    this.to = this.wanted ?? version;
    if (this.from < SYNC_SINCE && this.to >= SYNC_SINCE) {
      const message = `a trace of go 1.${this.from} cannot be written as go 1.${this.to}, which has a reading of the clocks in each generation`;
      throw new InputError(message, { offset: 0 });
    }
    this.write(encodeHeader(this.to));
  }

  /** @throws InputError for what the other version has no place for; TraceError for a batch that is broken */
  item(item: TraceItem): void {
    const { type, generation } = item;
    checkBatch(item, this.from);
    if (type === Ev.EndOfGeneration) {
      this.endGeneration();
      return;
    }
    if (generation !== this.generation && this.from < END_SINCE) this.endGeneration();
    this.generation = generation;
    if (type === Ev.ExperimentalBatch && this.to < EXPERIMENTS_SINCE)
      throw this.noPlace('an ExperimentalBatch', EXPERIMENTS_SINCE, item.headOffset);
    if (this.to < this.from && type === Ev.EventBatch) this.writeOlder(item);
    else this.writeItem(type, item.head, item.payload);
  }

  /** Ends the trace; `whole`: it was not cut. */
  finish(whole: boolean): void {
    if (whole && this.from < END_SINCE) this.endGeneration();
  }

  private endGeneration(): void {
    if (this.generation !== 0 && this.to >= END_SINCE) this.write(Uint8Array.of(Ev.EndOfGeneration));
    this.generation = 0;
  }

  private writeOlder(item: TraceItem): void {
    const [first] = item.payload;
    if (first === Ev.Sync && this.to < SYNC_SINCE) this.writeFrequency(item);
    else {
      if (ARG_COUNTS[first] >= 0) this.checkEvents(item);
      this.writeItem(Ev.EventBatch, item.head, item.payload);
    }
  }

  private checkEvents({ payload, payloadOffset }: TraceItem): void {
    const cursor = new ByteCursor(payload, payloadOffset);
    while (!cursor.done) {
      const at = cursor.base + cursor.pos;
      const type = cursor.byte();
      const count = ARG_COUNTS[type];
      if (count < 0) throw new TraceError(`event ${type}, which traces of go 1.${this.from} do not have`, at);
      if (FIRST_VERSIONS[type] > this.to) throw this.noPlace(`${TIMED_EVENTS[type]?.name}`, FIRST_VERSIONS[type], at);
      for (let i = 0; i <= count; i++) cursor.varint();
    }
  }

  /** The frequency out of a sync batch, in one of its own. */
  private writeFrequency({ head, payload, payloadOffset, headOffset }: TraceItem): void {
    const cursor = new ByteCursor(payload, payloadOffset, 1);
    while (!cursor.done) {
      const at = cursor.pos;
      const type = cursor.byte();
      const count = SYNC_ARGS[type];
      if (count === undefined) throw new TraceError(`event ${type} in a sync batch`, payloadOffset + at);
      for (let i = 0; i < count; i++) cursor.varint();
      if (type !== Ev.Frequency) this.tellOfClocks();
      else this.writeItem(Ev.EventBatch, this.resized(head, headOffset, cursor.pos - at), payload.subarray(at, cursor.pos));
    }
  }

  /** The head of a batch with another size in it. */
  private resized(head: Uint8Array, offset: number, size: number): Uint8Array {
    const cursor = new ByteCursor(head, offset);
    for (let i = 0; i < 3; i++) cursor.varint();
    const { out } = this;
    out.clear();
    out.bytes(head.subarray(0, cursor.pos));
    out.varint(size);
    return out.view().slice();
  }

  private writeItem(type: number, head: Uint8Array, payload: Uint8Array): void {
    const { out } = this;
    out.clear();
    out.byte(type);
    out.bytes(head);
    out.bytes(payload);
    this.write(out.view().slice());
  }

  private tellOfClocks(): void {
    if (this.toldOfClocks) return;
    this.toldOfClocks = true;
    const message = `go 1.${this.to} has no place for the readings of the clocks: the time of day is left out`;
    this.report({ severity: 'info', message });
  }

  private noPlace(what: string, since: number, offset: number): InputError {
    return new InputError(`${what}, which came with go 1.${since}: the trace cannot be written as go 1.${this.to}`, { offset });
  }
}

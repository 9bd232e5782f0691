/** Tables of strings, stacks and CPU samples of a generation on their way out: see writer.ts. */

import { ByteBuilder } from './encode.ts';
import { Ev, MAX_BATCH_BYTES, MAX_STRING_BYTES, MAX_TRACE_FRAMES } from './spec.ts';

const UTF8 = new TextEncoder();

/** Where program counters begin that are made up: a text segment's usual place. */
const FIRST_PC = 0x40_0000;

/** A frame of a stack. */
export interface FrameSpec {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  /** Made up where it is not given. Readers know a frame by it, so each is of one function, file and line. */
  readonly pc?: number;
}

/** A table of a generation: its entries by key, in payloads that fit in a batch each. */
export class Table {
  private readonly type: number;
  private readonly ids = new Map<string, number>();
  private payloads: Uint8Array[] = [];
  private readonly payload = new ByteBuilder();

  constructor(type: number) {
    this.type = type;
    this.payload.byte(type);
  }

  /** The id of a key, from 1 on; `encode` gives the bytes of a new entry. */
  intern(key: string, encode: (id: number) => Uint8Array): number {
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id = this.ids.size + 1;
    this.add(encode(id));
    this.ids.set(key, id);
    return id;
  }

  add(entry: Uint8Array): void {
    if (this.payload.length + entry.length > MAX_BATCH_BYTES) this.close();
    this.payload.bytes(entry);
  }

  /** Whether an id is known; 0 is the empty entry. */
  has(id: number): boolean {
    return Number.isInteger(id) && id >= 0 && id <= this.ids.size;
  }

  /** Gives all payloads, and starts anew. An empty table is one of no entries. */
  take(): Uint8Array[] {
    this.close();
    const { payloads } = this;
    this.payloads = [];
    this.ids.clear();
    return payloads;
  }

  private close(): void {
    this.payloads.push(this.payload.view().slice());
    this.payload.clear();
    this.payload.byte(this.type);
  }
}

/** The strings and stacks of a generation, each once. */
export class TextTables {
  readonly strings = new Table(Ev.Strings);
  readonly stacks = new Table(Ev.Stacks);
  /** By frame, the program counters that were made up: the same in all generations. */
  private readonly pcs = new Map<string, number>();
  private readonly scratch = new ByteBuilder();

  /** More than 1024 bytes are cut at the end, as the runtime does. */
  string(text: string): number {
    return text === '' ? 0 : this.strings.intern(text, (id) => this.encodeString(id, keepStart(UTF8.encode(text))));
  }

  /** Names of functions and files keep their end, which tells more than their beginning. */
  private name(text: string): number {
    return text === '' ? 0 : this.strings.intern(text, (id) => this.encodeString(id, keepEnd(UTF8.encode(text))));
  }

  /** Frames leaf first; those outside of the first 128 are left out. */
  stack(frames: readonly FrameSpec[]): number {
    if (frames.length === 0) return 0;
    const rows = frames
      .slice(0, MAX_TRACE_FRAMES)
      .map((frame) => [frame.pc ?? this.pcOf(frame), this.name(frame.function), this.name(frame.file), frame.line]);
    return this.stacks.intern(rows.join(), (id) => this.encodeStack(id, rows));
  }

  private pcOf({ function: name, file, line }: FrameSpec): number {
    const key = `${name}\n${file}\n${line}`;
    let pc = this.pcs.get(key);
    if (pc === undefined) {
      pc = FIRST_PC + this.pcs.size;
      this.pcs.set(key, pc);
    }
    return pc;
  }

  private encodeString(id: number, bytes: Uint8Array): Uint8Array {
    const { scratch } = this;
    scratch.clear();
    scratch.byte(Ev.String);
    scratch.varint(id);
    scratch.varint(bytes.length);
    scratch.bytes(bytes);
    return scratch.view();
  }

  private encodeStack(id: number, rows: readonly (readonly number[])[]): Uint8Array {
    const { scratch } = this;
    scratch.clear();
    scratch.byte(Ev.Stack);
    scratch.varint(id);
    scratch.varint(rows.length);
    for (const row of rows) for (const value of row) scratch.varint(value);
    return scratch.view();
  }
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** At most as many bytes as a trace takes, without half a character at the cut. */
function keepStart(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= MAX_STRING_BYTES) return bytes;
  let end = MAX_STRING_BYTES;
  while (isContinuation(bytes[end])) end--;
  return bytes.subarray(0, end);
}

function keepEnd(bytes: Uint8Array): Uint8Array {
  let from = Math.max(0, bytes.length - MAX_STRING_BYTES);
  while (from > 0 && isContinuation(bytes[from])) from++;
  return bytes.subarray(from);
}

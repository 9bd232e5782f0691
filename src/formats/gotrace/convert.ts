/** A trace of Go 1.22 or later from its binary or text form into either, as it comes in: nothing is held as a whole. */

import { InputError, inputErrorOf, type Problem } from '../../base/errors.ts';
import { SNIFF_BYTES, sniffEncoding } from '../sniff.ts';
import { BatchReader, type ItemSink } from './batches.ts';
import { looksLikeTrace } from './reader.ts';
import type { TraceVersion } from './spec.ts';
import { findTraceText } from './text/detect.ts';
import { TraceTextReader } from './text/read.ts';
import { TraceTextWriter } from './text/write.ts';
import { VersionWriter } from './versions.ts';

export interface ConversionTarget {
  readonly form: 'text' | 'binary';
  /** Of the format of a binary trace; that of the input by default. */
  readonly version?: TraceVersion;
}

/** What takes the bytes of one form. */
interface Source {
  push(chunk: Uint8Array): void;
  finish(): void;
}

const EXPECTED = 'an execution trace of Go 1.22 or later, binary or as text (`Trace Go1.N`)';

export class TraceConverter {
  private readonly report: (problem: Problem) => void;
  private readonly sink: ItemSink & { finish(whole: boolean): void };
  private readonly batches: BatchReader;
  private source: Source | null = null;
  private waiting: Uint8Array[] = [];
  private bytes = 0;
  private batchCount = 0;
  private firstProblem: Problem | null = null;

  /** `write` is given the result in pieces, each its own. */
  constructor(target: ConversionTarget, write: (piece: Uint8Array) => void, report: (problem: Problem) => void) {
    this.report = report;
    // Nothing is written before the first batch was whole: where none is, the input is refused.
    const held: Uint8Array[] = [];
    const hold = (piece: Uint8Array) => (this.batchCount > 0 ? write(piece) : void held.push(piece));
    this.sink =
      target.form === 'text'
        ? new TraceTextWriter(hold)
        : new VersionWriter(hold, (problem) => this.tell(problem), target.version ?? null);
    const counting: ItemSink = {
      begin: (version) => this.sink.begin(version),
      item: (item) => {
        this.sink.item(item);
        if (this.batchCount++ === 0) for (const piece of held) write(piece);
      },
    };
    this.batches = new BatchReader(counting, (problem) => this.tell(problem));
  }

  /** Takes decompressed bytes. @throws InputError for what cannot be read, or has no place in the target */
  push(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    if (this.source !== null) {
      this.source.push(chunk);
      return;
    }
    this.waiting.push(Uint8Array.from(chunk));
    if (this.bytes >= SNIFF_BYTES) this.begin();
  }

  /** Ends the input. @throws InputError when nothing of it could be converted */
  finish(): void {
    const source = this.source ?? this.begin();
    source.finish();
    if (this.batchCount === 0) throw inputErrorOf(this.firstProblem, 'the trace is empty');
    this.sink.finish(!this.batches.failed && this.firstProblem?.severity !== 'error');
  }

  /** Decides by the first bytes which form this is. */
  private begin(): Source {
    const head = Buffer.concat(this.waiting);
    this.waiting = [];
    this.source = looksLikeTrace(head) ? this.batches : this.makeTextSource(head);
    this.source.push(head);
    return this.source;
  }

  private makeTextSource(head: Buffer): Source {
    const { encoding } = sniffEncoding(head);
    const decoder = new TextDecoder(encoding);
    const found = findTraceText(Buffer.from(new TextDecoder(encoding).decode(head), 'utf8'));
    if (found === null) throw new InputError(`no execution trace; expected ${EXPECTED}`, { offset: 0 });
    const text = new TraceTextReader(
      (chunk) => this.batches.push(chunk),
      (problem) => this.tell(problem),
      found === 'archive',
    );
    // Only UTF-8 without a mark is as it is to be.
    const isPlain = encoding === 'utf-8' && head[0] !== 0xef;
    return {
      push: (chunk) => text.push(isPlain ? chunk : Buffer.from(decoder.decode(chunk, { stream: true }), 'utf8')),
      finish: () => {
        text.finish();
        if (!text.failed) this.batches.finish();
      },
    };
  }

  private tell(problem: Problem): void {
    this.firstProblem ??= problem;
    this.report(problem);
  }
}

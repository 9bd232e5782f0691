/** Drives one of Node's decompressing streams piece by piece, so that its end and its errors are never missed. */

import type zlib from 'node:zlib';

/** What came of one piece: decompressed bytes, compressed bytes that were used, and whether the stream is at its end. */
export interface Inflated {
  readonly output: readonly Uint8Array[];
  readonly used: number;
  readonly ended: boolean;
}

/** Damage in compressed data; `output` is what the same piece gave before it. */
export class DamageError extends Error {
  readonly output: readonly Uint8Array[];

  constructor(message: string, output: readonly Uint8Array[] = []) {
    super(message);
    this.output = output;
  }
}

/** What is wrong with data that ends too early. */
export const CUT_OFF = 'it is cut off there';

type Stream = zlib.InflateRaw;

export class Inflater {
  private readonly stream: Stream;
  private ready: Uint8Array[] = [];
  private failure: Error | null = null;
  private ended = false;
  private settle: () => void = () => {};

  constructor(stream: Stream) {
    this.stream = stream;
    stream.on('data', (chunk: Uint8Array) => this.ready.push(chunk));
    stream.on('end', () => {
      this.ended = true;
      this.settle();
    });
    stream.on('error', (error: Error) => {
      this.failure = error;
      this.settle();
    });
  }

  /** Decompresses a piece. @throws DamageError */
  async push(bytes: Uint8Array): Promise<Inflated> {
    const before = this.stream.bytesWritten;
    // The callback does not come where the data ends before the piece does, or is damaged: the events do.
    await this.waitFor((done) => this.stream.write(bytes, done));
    return this.take(this.ended ? this.stream.bytesWritten - before : bytes.length);
  }

  /** Says that no more comes. @throws DamageError where the data is not at its end */
  async finish(): Promise<Inflated> {
    if (!this.ended) await this.waitFor(() => this.stream.end());
    return this.take(0);
  }

  /** What the data so far gives beyond what it gave, where no more comes. */
  async salvage(): Promise<readonly Uint8Array[]> {
    try {
      return (await this.finish()).output;
    } catch (error) {
      if (error instanceof DamageError) return error.output;
      throw error;
    }
  }

  close(): void {
    this.stream.destroy();
  }

  private waitFor(start: (done: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      this.settle = resolve;
      start(resolve);
    });
  }

  private take(used: number): Inflated {
    const output = this.ready;
    this.ready = [];
    if (this.failure !== null) throw new DamageError(this.failure.message, output);
    return { output, used, ended: this.ended };
  }
}

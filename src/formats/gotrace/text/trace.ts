/** A trace in its text form, read as the binary form is; what is wrong in it is told with its line. */

import type { Problem } from '../../../base/errors.ts';
import { InputError } from '../../../base/errors.ts';
import type { TraceSink } from '../../../model/trace.ts';
import { TraceReader } from '../reader.ts';
import { TraceTextReader } from './read.ts';

export class TextTraceReader {
  private readonly text: TraceTextReader;
  private readonly trace: TraceReader;
  private readonly report: (problem: Problem) => void;

  /** `archive`: the trace is a file within an archive (txtar). */
  constructor(sink: TraceSink, report: (problem: Problem) => void, archive: boolean) {
    this.report = report;
    this.trace = new TraceReader(sink, (problem) => this.relay(problem), false);
    this.text = new TraceTextReader((chunk) => this.trace.push(chunk), report, archive);
  }

  get version(): string {
    return this.trace.version;
  }

  /** Generations that were whole. */
  get generations(): number {
    return this.trace.generations;
  }

  get truncated(): boolean {
    return this.text.failed || this.trace.truncated;
  }

  get unordered(): boolean {
    return this.trace.unordered;
  }

  push(chunk: Uint8Array): void {
    this.text.push(chunk);
  }

  /** Ends the trace. @throws InputError when it is nothing to read */
  finish(): void {
    this.text.finish();
    try {
      // A text that is broken is not a trace that is cut.
      this.trace.finish(!this.text.failed);
    } catch (error) {
      // Of a text that was not even begun the problem that was reported tells more.
      if (!(error instanceof InputError && this.text.failed)) throw error;
    }
  }

  /** What the reader of the binary form found: at a line, unless a line was found broken before. */
  private relay({ offset, ...problem }: Problem): void {
    if (this.text.failed) return;
    const line = offset === undefined ? null : this.text.lineOf(offset);
    this.report(line === null ? problem : { ...problem, line });
    if (this.trace.failed) this.text.stop();
  }
}

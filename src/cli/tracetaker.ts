/** Takes the trace of an input, if there is one, and analyses it on the way; all else in the input is passed by. */

import { type AnalyzeOptions, TraceAnalyzer } from '../analysis/trace/analyzer.ts';
import type { EvidenceSink } from '../model/evidence.ts';
import type { StackTable } from '../model/stacks.ts';
import type { TraceAnalysis } from '../model/traceanalysis.ts';

export class TraceTaker implements EvidenceSink {
  private readonly stacks: StackTable;
  private readonly options: AnalyzeOptions;
  private analyzer: TraceAnalyzer | null = null;

  constructor(stacks: StackTable, options: AnalyzeOptions) {
    this.stacks = stacks;
    this.options = options;
  }

  goroutine(): void {}

  record(): void {}

  race(): void {}

  trace(): TraceAnalyzer {
    this.analyzer = new TraceAnalyzer(this.stacks, this.options);
    return this.analyzer;
  }

  /** What was found out; null where the input is no trace. */
  finish(): TraceAnalysis | null {
    return this.analyzer?.finish() ?? null;
  }
}

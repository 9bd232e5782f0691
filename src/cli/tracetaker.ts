/** Takes the trace of an input, if there is one, and analyses it on the way; all else in the input is passed by. */

import { type AnalyzeOptions, TraceAnalyzer } from '../analysis/trace/analyzer.ts';
import { TimelineBuilder } from '../analysis/trace/timeline.ts';
import type { EvidenceSink } from '../model/evidence.ts';
import type { StackTable } from '../model/stacks.ts';
import type { TakenTrace } from '../render/report/subject.ts';

/** Hotspots and long waits of a trace that are listed. */
export const MOST_LISTED = 100;
/** Hotspots that are numbered in the timeline; the table has more. */
const MARKED = 10;

export class TraceTaker implements EvidenceSink {
  private readonly stacks: StackTable;
  private readonly options: AnalyzeOptions;
  /** Made for a trace alone: it holds some 400 KB, and there may be thousands of other inputs. */
  private builder: TimelineBuilder | null = null;
  private analyzer: TraceAnalyzer | null = null;

  constructor(stacks: StackTable, options: AnalyzeOptions) {
    this.stacks = stacks;
    this.options = options;
  }

  goroutine(): void {}

  record(): void {}

  race(): void {}

  trace(): TraceAnalyzer {
    this.builder = new TimelineBuilder(this.options);
    this.analyzer = new TraceAnalyzer(this.stacks, this.options, this.builder);
    return this.analyzer;
  }

  /** What was found out; null where the input is no trace. */
  finish(): TakenTrace | null {
    const analysis = this.analyzer?.finish();
    if (analysis === undefined || this.builder === null) return null;
    const marked = { ...analysis, hotspots: analysis.hotspots.slice(0, MARKED) };
    return { analysis, timeline: this.builder.finish(marked) };
  }
}

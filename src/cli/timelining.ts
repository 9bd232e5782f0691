/** The work of `goflame timeline`. */

import path from 'node:path';
import { TraceAnalyzer } from '../analysis/trace/analyzer.ts';
import { TimelineBuilder } from '../analysis/trace/timeline.ts';
import { UsageError } from '../base/errors.ts';
import type { EvidenceSink } from '../model/evidence.ts';
import type { StackTable } from '../model/stacks.ts';
import type { Timeline } from '../model/timeline.ts';
import { LEAST_WIDTH, MOST_WIDTH, type TimelineSvgOptions, writeTimeline } from '../render/timeline/timeline.ts';
import { isDamaged, tellProblems } from './findings.ts';
import { type ReadInput, readInputs } from './inputs.ts';
import { interruptible } from './interrupts.ts';
import type { TraceArguments } from './options.ts';
import { writeOutput } from './outputs.ts';
import { requireTrace, requireWindow } from './requiretrace.ts';
import { requireDuration, selectTrace, splitFrom, type TraceSelection } from './traceoptions.ts';

export interface TimelineArguments extends TraceArguments {
  readonly file?: string[];
  readonly output?: string;
  readonly width: number;
  readonly top: number;
  readonly 'min-duration'?: string;
  readonly title?: string;
  readonly javascript: boolean;
  readonly strict?: boolean;
  readonly quiet?: boolean;
}

/** Hotspots that a picture can be marked with. */
const MOST_MARKS = 99;

/** The exit code; null where `--strict` refuses the input. */
export async function drawTimeline(args: TimelineArguments): Promise<number | null> {
  const selection = selectTrace(args);
  const options = { ...selection, ...readNumbers(args) };
  const files = args.file ?? [];
  if (files.length > 1) throw new UsageError(`one trace makes one timeline; ${files.length} files were named`);
  const format = splitFrom(args.from).format;
  const sink = new TraceTaker(options);
  const request = { files, quiet: args.quiet ?? false, ...(format === undefined ? {} : { from: format }) };
  const inputs = await readInputs(request, (stacks) => sink.begin(stacks));
  requireTrace(inputs[0], 'timeline draws');
  if (args.strict && isDamaged(inputs)) {
    tellProblems(inputs);
    return null;
  }
  if (!args.quiet) tellProblems(inputs);
  const timeline = await interruptible(() => sink.finish());
  requireWindow(timeline, selection, inputs[0].file);
  await writeOutput(writeTimeline(timeline, pictureOptions(args, inputs[0])), args.output);
  return 0;
}

interface Numbers {
  readonly top: number;
  readonly minDurationNs: number;
}

function readNumbers({ top, width, 'min-duration': least }: TimelineArguments): Numbers {
  if (!Number.isInteger(top) || top < 0 || top > MOST_MARKS)
    throw new UsageError(`--top expects a whole number from 0 to ${MOST_MARKS}`);
  if (!(width >= LEAST_WIDTH && width <= MOST_WIDTH))
    throw new UsageError(`--width expects a number of pixels from ${LEAST_WIDTH} to ${MOST_WIDTH}`);
  return { top, minDurationNs: least === undefined ? 0 : requireDuration('min-duration', least) };
}

function pictureOptions(args: TimelineArguments, { file }: ReadInput): TimelineSvgOptions {
  const { title, width, javascript } = args;
  const only = describeOnly(args);
  return {
    width: Math.round(width),
    javascript,
    ...(title === undefined ? {} : { title }),
    ...(file === '-' ? {} : { subject: path.basename(file) }),
    ...(only === null ? {} : { only }),
  };
}

/** Which hotspots were asked for: the lanes show everything all the same. */
function describeOnly({ goroutine, entry, 'min-duration': least }: TimelineArguments): string | null {
  const parts = [
    ...(goroutine === undefined ? [] : [`of goroutine ${goroutine}`]),
    ...(entry === undefined ? [] : [`of goroutines that begin with /${entry}/`]),
    ...(least === undefined ? [] : [`of at least ${least}`]),
  ];
  return parts.length === 0 ? null : `only hotspots ${parts.join(', ')}`;
}

/** Takes the trace of an input; everything else in it is passed by. */
class TraceTaker implements EvidenceSink {
  private readonly options: TraceSelection & Numbers;
  private readonly builder: TimelineBuilder;
  private analyzer: TraceAnalyzer | null = null;

  constructor(options: TraceSelection & Numbers) {
    this.options = options;
    this.builder = new TimelineBuilder(options);
  }

  begin(stacks: StackTable): this {
    this.analyzer = new TraceAnalyzer(stacks, this.options, this.builder);
    return this;
  }

  goroutine(): void {}

  record(): void {}

  race(): void {}

  trace(): TraceAnalyzer | null {
    return this.analyzer;
  }

  finish(): Timeline {
    return this.builder.finish((this.analyzer as TraceAnalyzer).finish());
  }
}

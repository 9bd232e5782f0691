/** Timelines in tests: of recorded traces, and of machines that are made up. */

import { type AnalyzeOptions, TraceAnalyzer } from '../../src/analysis/trace/analyzer.ts';
import { TimelineBuilder, type TimelineOptions } from '../../src/analysis/trace/timeline.ts';
import { StackTable } from '../../src/model/stacks.ts';
import type { Timeline } from '../../src/model/timeline.ts';
import { blankEvent, METRIC, type TraceEvent, type TraceSink } from '../../src/model/trace.ts';
import type { TraceAnalysis } from '../../src/model/traceanalysis.ts';
import { makeRandom } from './generate.ts';
import { readTraceInto } from './traces.ts';

export interface BuiltTimeline {
  readonly timeline: Timeline;
  readonly analysis: TraceAnalysis;
}

export type BuildOptions = AnalyzeOptions & Pick<TimelineOptions, 'maxSpans' | 'slices'>;

/** A timeline of the events that are fed into the sink. */
export function buildTimeline(feed: (sink: TraceSink) => void, options: BuildOptions = {}): BuiltTimeline {
  const builder = new TimelineBuilder(options);
  const analyzer = new TraceAnalyzer(new StackTable(), options, builder);
  feed(analyzer);
  const analysis = analyzer.finish();
  return { analysis, timeline: builder.finish(analysis) };
}

export function timelineOf(bytes: Uint8Array, options: BuildOptions = {}): BuiltTimeline {
  return buildTimeline((sink) => void readTraceInto(bytes, sink), options);
}

export interface Machine {
  readonly procs: number;
  /** Goroutines that run on each P, one after the other. */
  readonly turns: number;
  readonly seed?: number;
  /** Of the goroutines' only function. */
  readonly entry?: string;
}

/** A machine on which goroutines run for a while, make system calls and let their P go idle, all by seeded chance. */
export function runMachine({ procs, turns, seed = 1, entry = 'main.work' }: Machine): (sink: TraceSink) => void {
  return (sink) => {
    const random = makeRandom(seed);
    const event = blankEvent();
    let now = 0;
    const tell = (change: Partial<TraceEvent>) => {
      Object.assign(event, blankEvent(), { time: now }, change);
      now += 1 + random(900);
      sink.event(event);
    };
    const move = (resource: 'proc' | 'goroutine', subject: number, p: number, from: string, to: string, extra = {}) =>
      tell({ kind: 'StateTransition', resource, subject, p, g: p < 0 ? -1 : subject, from, to, ...extra } as Partial<TraceEvent>);
    const own = { subjectStack: 1 };
    sink.generation({
      clock: { time: 0, monoNs: 1, wallNs: 1_700_000_000_123_456_789n },
      stackOf: (_id, stacks) => stacks.internStack([stacks.frameOf(entry, 'main.go', 3)]),
    });
    tell({ kind: 'Metric', name: METRIC.gomaxprocs, value: procs });
    for (let p = 0; p < procs; p++) move('proc', p, p, 'Undetermined', random(2) === 0 ? 'Idle' : 'Running', { g: -1 });
    const held = new Array<number>(procs).fill(0);
    let goroutine = 0;
    for (let turn = 0; turn < procs * turns; turn++) {
      const p = random(procs);
      if (held[p] === 0) {
        held[p] = ++goroutine;
        move('goroutine', goroutine, -1, 'NotExist', 'Runnable', own);
        move('goroutine', goroutine, p, 'Runnable', 'Running', { g: -1 });
        if (random(40) === 0) tell({ kind: 'Metric', name: METRIC.heap, value: random(1 << 26) });
      } else if (random(4) === 0) {
        move('goroutine', held[p], p, 'Running', 'Syscall');
        move('goroutine', held[p], p, 'Syscall', 'Running');
      } else {
        move('goroutine', held[p], p, 'Running', 'NotExist');
        held[p] = 0;
        if (random(2) === 0) move('proc', p, p, 'Running', 'Idle', { g: -1 });
      }
    }
  };
}

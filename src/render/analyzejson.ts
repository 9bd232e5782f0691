/** What was found out about a trace as one JSON document, `goflame/analyze/1`. Stacks are leaf first. */

import type { Problem } from '../base/errors.ts';
import { decodeName } from '../model/names.ts';
import { PS } from '../model/pstates.ts';
import { type Frame, isElided, NO_STACK, type StackId, type StackTable } from '../model/stacks.ts';
import type { TracePart } from '../model/trace.ts';
import type {
  Durations,
  GoroutineGroup,
  Hotspot,
  KindUsage,
  ProcUsage,
  StwPause,
  TraceAnalysis,
  WorstLatency,
} from '../model/traceanalysis.ts';

export interface AnalyzedTrace {
  readonly file: string;
  readonly part: TracePart;
  readonly analysis: TraceAnalysis;
  readonly problems: readonly Problem[];
}

export function writeAnalyzeJson({ file, part, analysis, problems }: AnalyzedTrace): string {
  const { stacks, startNs, endNs, clock } = analysis;
  const document = {
    schema: 'goflame/analyze/1',
    file,
    version: part.version,
    events: part.events,
    truncated: part.truncated,
    ...(part.unordered ? { unordered: true } : {}),
    startNs,
    endNs,
    durationNs: endNs - startNs,
    startWallTime: clock === null ? null : wallTime(clock.wallNs + BigInt(Math.round(startNs - clock.time))),
    gomaxprocs: analysis.gomaxprocs.at(-1)?.value ?? 0,
    gomaxprocsChanges: analysis.gomaxprocs,
    imbalance: analysis.imbalance,
    contendedNs: analysis.contendedNs,
    procs: analysis.procs.map(proc),
    goroutineGroups: analysis.groups.map(group),
    latency: { ...analysis.latency, worst: analysis.worstLatencies.map((worst) => latency(worst, stacks)) },
    gc: { ...analysis.gc, cycleCount: analysis.gc.cycles.length },
    stw: analysis.stw.map((pause) => stop(pause, stacks)),
    stwDurations: analysis.stwDurations,
    kinds: analysis.kinds.map((kind) => kindUsage(kind, stacks)),
    hotspots: analysis.hotspots.map((one) => hotspot(one, stacks)),
    mapGrowth: analysis.mapGrowth.map((one) => hotspot(one, stacks)),
    tasks: analysis.tasks.map(({ name, count, durations }) => ({ name, count, ...spans(durations) })),
    regions: analysis.regions.map(({ name, count, durations }) => ({ name, count, ...spans(durations) })),
    logs: analysis.logs,
    cpuSamples: analysis.cpuSamples,
    problems,
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

function proc({ id, ns, idleWhileRunnableNs, strip }: ProcUsage): object {
  return {
    id,
    userNs: ns[PS.user],
    gcNs: ns[PS.gcDedicated] + ns[PS.gcFractional] + ns[PS.gcIdle] + ns[PS.gcWorker],
    gcDedicatedNs: ns[PS.gcDedicated],
    gcFractionalNs: ns[PS.gcFractional],
    gcIdleNs: ns[PS.gcIdle],
    assistNs: ns[PS.assist],
    sweepNs: ns[PS.sweep],
    syscallNs: ns[PS.syscall],
    stwNs: ns[PS.stw],
    schedulerNs: ns[PS.scheduler],
    idleNs: ns[PS.idle],
    idleWhileRunnableNs,
    utilisation: strip.map((share) => Math.round(share * 1000) / 1000),
  };
}

function group({ entry, count, runningNs, runnableNs, syscallNs, waitingNs, ...states }: GoroutineGroup): object {
  const { running, runnable, syscall, waiting } = states;
  const byReason = Object.entries(states.waitingByReason).map(([reason, durations]) => [reason, spans(durations)]);
  return {
    entry,
    count,
    runningNs,
    runnableNs,
    syscallNs,
    waitingNs,
    spans: {
      running: spans(running),
      runnable: spans(runnable),
      syscall: spans(syscall),
      waiting: spans(waiting),
      waitingByReason: Object.fromEntries(byReason),
    },
  };
}

function spans({ count, totalNs, p50Ns, p99Ns, maxNs }: Durations): object {
  return { spans: count, totalNs, meanNs: count === 0 ? 0 : Math.round(totalNs / count), p50Ns, p99Ns, maxNs };
}

function latency({ stack, wakerStack, ...rest }: WorstLatency, stacks: StackTable): object {
  return { ...rest, latencyNs: rest.endNs - rest.startNs, stack: frames(stack, stacks), wakerStack: frames(wakerStack, stacks) };
}

function stop({ stack, ...rest }: StwPause, stacks: StackTable): object {
  return { ...rest, stack: frames(stack, stacks) };
}

function kindUsage({ longest, ...rest }: KindUsage, stacks: StackTable): object {
  return { ...rest, longest: longest === null ? null : hotspot(longest, stacks) };
}

function hotspot(one: Hotspot, stacks: StackTable): object {
  return {
    rank: one.rank,
    kind: one.kind,
    confidence: one.confidence,
    evidence: one.evidence,
    shares: one.shares.map(({ kind, samples }) => ({ kind, samples, share: samples / one.samples })),
    mapFunction: one.mapFunction,
    mapOperation: one.mapOperation,
    mapOperations: one.mapOperations,
    unseenGrowth: one.unseenGrowth,
    proc: one.proc,
    startNs: one.startNs,
    endNs: one.endNs,
    durationNs: one.endNs - one.startNs,
    heldNs: one.heldNs,
    goroutine: one.goroutine,
    entry: one.entry,
    stack: frames(one.stack, stacks),
    stacks: one.stacks.map(({ stack, source, count }) => ({ source, count, frames: frames(stack, stacks) })),
    samples: one.samples,
    assistNs: one.assistNs,
    sweepNs: one.sweepNs,
    syscallNs: one.syscallNs,
    stwNs: one.stwNs,
    starvedCount: one.starvedCount,
    ...(one.starvedPartial ? { starvedPartial: true } : {}),
    starvedNs: one.starvedNs,
    starved: one.starved.map(({ goroutine, entry, ns }) => ({ goroutine, entry, waitNs: ns })),
  };
}

function frames(stack: StackId, stacks: StackTable): object[] {
  return stack === NO_STACK ? [] : stacks.framesAt(stack).map(frame);
}

function frame(one: Frame): object {
  return isElided(one) ? { elided: one.elided } : { function: decodeName(one.function), file: one.file, line: one.line };
}

/** RFC 3339 with nanoseconds, UTC. */
export function wallTime(ns: bigint): string {
  const ms = ns / 1_000_000n;
  const rest = ns - ms * 1_000_000n;
  const time = new Date(Number(ms));
  if (Number.isNaN(time.getTime())) return '';
  return `${time.toISOString().slice(0, -1)}${String(rest).padStart(6, '0')}Z`;
}

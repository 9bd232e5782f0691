/** A finished run in numbers. */

import type { RunFault, RunGrowth, RunSummary } from '../model/emulation.ts';
import { PROC_MODES, type ProcMode } from '../model/emulation.ts';
import { isElided, placeOf } from '../model/stacks.ts';
import type { Run } from './emulate.ts';
import type { Machine } from './machine.ts';
import { Op } from './ops.ts';
import { RaceWatcher } from './racewatcher.ts';
import { type Task, TaskState } from './task.ts';
import { blockedTasks, nameById, waitText } from './waiting.ts';

/** What the caller knows and the run does not. */
export interface RunLabels {
  readonly scenario: string;
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly seed: number;
}

export function summarizeRun({ machine, scheduler, release, procs }: Run, labels: RunLabels): RunSummary {
  const { state } = scheduler;
  const ending = state.ending ?? 'returned';
  return {
    ...labels,
    release: `1.${release}`,
    gomaxprocs: procs,
    ending,
    exitCode: ending === 'fault' || ending === 'deadlock' ? 2 : machine.exitCode,
    fault: ending === 'fault' ? faultOf(machine) : null,
    durationNs: state.now,
    events: state.events,
    goroutines: machine.tasks.filter((task) => !task.system).length,
    threads: state.threads.length,
    procs: state.procs.map(({ id, modeNs }) => ({
      id,
      modeNs: Object.fromEntries(PROC_MODES.map((mode, i) => [mode, modeNs[i]])) as Record<ProcMode, number>,
    })),
    growths: growthsOf(machine),
    maps: machine.maps.map(({ spec, entryCount, slots, bytes }) => ({ kind: spec.kind, entries: entryCount, slots, bytes })),
    collections: scheduler.collector.cycles.map(({ began, ended, heapAtStart, live }) => ({
      beganAt: began,
      endedAt: ended,
      heapAtStart,
      live,
    })),
    stops: scheduler.world.stops.map(({ reason, began, ended }) => ({ reason, beganAt: began, endedAt: ended })),
    activity: { ...machine.activity },
    waits: ending === 'deadlock' || ending === 'returned' ? waitsOf(machine) : [],
    races: machine.watcher instanceof RaceWatcher ? machine.watcher.found : null,
    findings: machine.findings.map(({ text }) => text),
    output: machine.logs,
  };
}

const MAX_WAITS = 100;

function waitsOf(machine: Machine): string[] {
  return blockedTasks(machine)
    .slice(0, MAX_WAITS)
    .map((task) => waitText(task, machine, nameById));
}

/** In the order of their beginning. */
function growthsOf(machine: Machine): RunGrowth[] {
  const growths = machine.maps.flatMap((map, index) => map.growths.map((growth) => ({ index, growth })));
  return growths
    .map(({ index, growth }): RunGrowth => {
      const { kind, count, from, to, beganAt, endedAt, cost, operations, moved } = growth;
      return { map: index, kind, count, from, to, beganAt, endedAt, cost, operations, moved };
    })
    .sort((a, b) => a.beganAt - b.beganAt || a.map - b.map);
}

function faultOf(machine: Machine): RunFault | null {
  const { fault } = machine;
  if (fault === null) return null;
  const others = machine.tasks.filter((task) => task !== fault.task && fault.place === 'map' && isInMap(task));
  return {
    kind: fault.kind,
    message: fault.message,
    goroutine: fault.task.id,
    place: placeText(machine, fault.task),
    others: others.map((task) => ({ goroutine: task.id, place: placeText(machine, task) })),
  };
}

/** Whether it has begun an operation of a map and is not through with it. */
function isInMap(task: Task): boolean {
  return task.op === Op.map && task.running !== null && task.state !== TaskState.dead;
}

function placeText(machine: Machine, task: Task): string {
  const { table } = machine.book;
  const frame = table.frame(table.leafOf(task.stackOf(machine.book)));
  return isElided(frame) ? '' : `${frame.function} ${placeOf(frame)}`;
}

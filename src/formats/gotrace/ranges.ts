/** What the events of ranges, metrics, labels, tasks, regions and logs need and do. */

import { METRIC, NOBODY, RANGE } from '../../model/trace.ts';
import { Ev } from './spec.ts';
import type { Args, Goroutine, Handler, Proc, SchedulerState } from './state.ts';

// ---- ranges ----

function stwBegin(state: SchedulerState, args: Args): boolean {
  const kind = args[0];
  const stack = args[1];
  state.need('+', '+');
  const goroutine = state.thread.goroutine as Goroutine;
  if (goroutine.stopping !== null) throw state.broken(`goroutine ${goroutine.id} stops a world that it has stopped already`);
  const name = state.text(kind);
  state.sendRange('RangeBegin', `${RANGE.stwPrefix}${name})`, goroutine.id, stack);
  goroutine.stopping = name;
  return true;
}

function stwEnd(state: SchedulerState): boolean {
  state.need('+', '+');
  const goroutine = state.thread.goroutine as Goroutine;
  if (goroutine.stopping === null) throw state.broken(`goroutine ${goroutine.id} starts a world that it has not stopped`);
  state.sendRange('RangeEnd', `${RANGE.stwPrefix}${goroutine.stopping})`, goroutine.id);
  goroutine.stopping = null;
  return true;
}

function gcActive(state: SchedulerState, args: Args): boolean {
  const seq = args[0];
  if (state.isFirst) {
    if (state.gc !== 'unknown') throw state.broken('the garbage collector is said to be active after another event of it');
  } else {
    if (seq !== state.gcSeq + 1) return false;
    if (state.gc !== 'on') throw state.broken('the garbage collector is said to be active, but is not');
    state.need('+', '+');
  }
  state.gcSeq = seq;
  state.gc = 'on';
  state.sendRange('RangeActive', RANGE.gcMark, NOBODY);
  return true;
}

function gcBegin(state: SchedulerState, args: Args): boolean {
  const seq = args[0];
  const stack = args[1];
  if (state.gc !== 'unknown' && seq !== state.gcSeq + 1) return false;
  if (state.gc === 'on') throw state.broken('a garbage collection begins within another');
  state.need('+', '+');
  state.sendRange('RangeBegin', RANGE.gcMark, NOBODY, stack);
  state.gcSeq = seq;
  state.gc = 'on';
  return true;
}

function gcEnd(state: SchedulerState, args: Args): boolean {
  const seq = args[0];
  if (seq !== state.gcSeq + 1) return false;
  if (state.gc !== 'on') throw state.broken('a garbage collection ends that had not begun');
  state.need('+', '+');
  state.gcSeq = seq;
  state.gc = 'off';
  state.sendRange('RangeEnd', RANGE.gcMark, NOBODY);
  return true;
}

function sweepActive(state: SchedulerState, args: Args): boolean {
  const id = args[0];
  const proc = state.procs.get(id);
  if (proc === undefined) throw state.broken(`P ${id}, which is not known, sweeps`);
  if (proc.sweeping === state.isFirst) throw state.broken(`P ${id} is said to sweep, against what is known of it`);
  proc.sweeping = true;
  state.sendRange('RangeActive', RANGE.sweep, id);
  return true;
}

function sweepBegin(state: SchedulerState, args: Args): boolean {
  const stack = args[0];
  state.need('+', '~');
  const proc = state.thread.proc as Proc;
  if (proc.sweeping) throw state.broken(`P ${proc.id} begins to sweep, but does already`);
  state.sendRange('RangeBegin', RANGE.sweep, proc.id, stack);
  proc.sweeping = true;
  return true;
}

function sweepEnd(state: SchedulerState, args: Args): boolean {
  state.need('+', '~');
  const proc = state.thread.proc as Proc;
  if (!proc.sweeping) throw state.broken(`P ${proc.id} ends a sweep that had not begun`);
  proc.sweeping = false;
  state.send('RangeEnd', { name: RANGE.sweep, subject: proc.id, value: args[0], reclaimed: args[1] });
  return true;
}

function assistActive(state: SchedulerState, args: Args): boolean {
  const id = args[0];
  const goroutine = state.goroutines.get(id);
  if (goroutine === undefined) throw state.broken(`goroutine ${id}, which is not known, assists`);
  if (goroutine.assisting === state.isFirst) throw state.broken(`goroutine ${id} is said to assist, against what is known of it`);
  goroutine.assisting = true;
  state.sendRange('RangeActive', RANGE.assist, id);
  return true;
}

function assistBegin(state: SchedulerState, args: Args): boolean {
  const stack = args[0];
  state.need('+', '+');
  const goroutine = state.thread.goroutine as Goroutine;
  if (goroutine.assisting) throw state.broken(`goroutine ${goroutine.id} begins to assist, but does already`);
  state.sendRange('RangeBegin', RANGE.assist, goroutine.id, stack);
  goroutine.assisting = true;
  return true;
}

function assistEnd(state: SchedulerState): boolean {
  state.need('+', '+');
  const goroutine = state.thread.goroutine as Goroutine;
  if (!goroutine.assisting) throw state.broken(`goroutine ${goroutine.id} ends an assist that had not begun`);
  goroutine.assisting = false;
  state.sendRange('RangeEnd', RANGE.assist, goroutine.id);
  return true;
}

// ---- metrics, labels, annotations ----

function procsChange(state: SchedulerState, args: Args): boolean {
  const value = args[0];
  const stack = args[1];
  state.need('+', '+');
  state.send('Metric', { name: METRIC.gomaxprocs, value, stack });
  return true;
}

function heapAlloc(state: SchedulerState, args: Args): boolean {
  const value = args[0];
  state.need('+', '~');
  state.send('Metric', { name: METRIC.heap, value });
  return true;
}

function heapGoal(state: SchedulerState, args: Args): boolean {
  const value = args[0];
  state.need('+', '~');
  state.send('Metric', { name: METRIC.goal, value });
  return true;
}

function goLabel(state: SchedulerState, args: Args): boolean {
  const label = args[0];
  state.need('+', '+');
  state.send('Label', { name: state.text(label) });
  return true;
}

function taskBegin(state: SchedulerState, args: Args): boolean {
  const task = args[0];
  const parent = args[1];
  const name = args[2];
  const stack = args[3];
  state.need('+', '+');
  if (state.tasks.has(task)) throw state.broken(`task ${task} begins twice`);
  const text = state.text(name);
  state.send('TaskBegin', { subject: task, value: parent, name: text, stack });
  state.tasks.set(task, text);
  return true;
}

function taskEnd(state: SchedulerState, args: Args): boolean {
  const task = args[0];
  const stack = args[1];
  state.need('+', '+');
  state.send('TaskEnd', { subject: task, name: state.tasks.get(task) ?? '', stack });
  state.tasks.delete(task);
  return true;
}

/** An open region whose own end was left out: it ends with whatever comes behind the regions within it. */
const ENDED = '';

/** Takes away the innermost regions whose ends were left out; gives how many. */
function takeEnded(regions: string[]): number {
  const before = regions.length;
  while (regions.at(-1) === ENDED) regions.pop();
  return before - regions.length;
}

function regionBegin(state: SchedulerState, args: Args): boolean {
  const task = args[0];
  const name = args[1];
  const stack = args[2];
  state.need('+', '+');
  const text = state.text(name);
  const { regions } = state.thread.goroutine as Goroutine;
  state.checkStack(stack);
  const ended = regions.length === 0 ? 0 : takeEnded(regions);
  regions.push(`${task} ${text}`);
  state.send('RegionBegin', { subject: task, name: text, stack, value: ended });
  return true;
}

function regionEnd(state: SchedulerState, args: Args): boolean {
  const task = args[0];
  const name = args[1];
  const stack = args[2];
  state.need('+', '+');
  const text = state.text(name);
  const { regions } = state.thread.goroutine as Goroutine;
  state.checkStack(stack);
  const ended = takeEnded(regions);
  const open = regions.at(-1);
  if (open !== undefined && open !== `${task} ${text}`) {
    for (let i = 0; i < ended; i++) regions.push(ENDED);
    const own = regions.lastIndexOf(`${task} ${text}`);
    if (own >= 0) regions[own] = ENDED;
    throw state.broken(`region "${text}" ends within another`);
  }
  regions.pop();
  // A region that had begun before the trace has no begin to go with.
  state.send('RegionEnd', { subject: task, name: text, stack, value: open === undefined ? 0 : 1 + ended });
  return true;
}

function userLog(state: SchedulerState, args: Args): boolean {
  const task = args[0];
  const category = args[1];
  const message = args[2];
  const stack = args[3];
  state.need('+', '+');
  state.send('Log', { subject: task, name: state.text(category), text: state.text(message), stack });
  return true;
}

/** By event. */
export const RANGE_HANDLERS: Readonly<Record<number, Handler>> = {
  [Ev.ProcsChange]: procsChange,
  [Ev.StwBegin]: stwBegin,
  [Ev.StwEnd]: stwEnd,
  [Ev.GcActive]: gcActive,
  [Ev.GcBegin]: gcBegin,
  [Ev.GcEnd]: gcEnd,
  [Ev.GcSweepActive]: sweepActive,
  [Ev.GcSweepBegin]: sweepBegin,
  [Ev.GcSweepEnd]: sweepEnd,
  [Ev.GcMarkAssistActive]: assistActive,
  [Ev.GcMarkAssistBegin]: assistBegin,
  [Ev.GcMarkAssistEnd]: assistEnd,
  [Ev.HeapAlloc]: heapAlloc,
  [Ev.HeapGoal]: heapGoal,
  [Ev.GoLabel]: goLabel,
  [Ev.UserTaskBegin]: taskBegin,
  [Ev.UserTaskEnd]: taskEnd,
  [Ev.UserRegionBegin]: regionBegin,
  [Ev.UserRegionEnd]: regionEnd,
  [Ev.UserLog]: userLog,
};

/**
 * The order of a trace of Go 1.5 to 1.21. Each P's events are in its own order; between Ps, the sequence numbers of
 * goroutines decide which may go, and the earliest of those goes. Then system calls get the time at which they really
 * ended, which had been taken before their event was written. Before go 1.7 all events are numbered through.
 */

import { TraceError } from './bytes.ts';
import { jumpText, SILENCE_NS } from './clockdoubt.ts';
import type { V1File } from './v1file.ts';
import { type Queue, QueueHeap } from './v1heap.ts';
import { BLOCK_REASONS, NAMES_SINCE, V1 } from './v1spec.ts';

const STATUS = { dead: 0, runnable: 1, running: 2, waiting: 3 } as const;

interface GoState {
  seq: number;
  status: number;
  /** Ps whose next event waits for this goroutine. */
  parked: Queue[] | null;
}

/** Whose state an event needs: its own goroutine's, that of its first argument, the collector's. */
type Whose = 'own' | 'first' | 'collector';

/** What an event needs of a goroutine, and makes of it. */
interface Rule {
  readonly whose: Whose;
  /** The number that it must have: a fixed one, that of an argument, or any. */
  readonly seq: number | 'first' | 'second' | 'any';
  readonly from: number;
  readonly to: number;
  /** Whether the number grows by one. */
  readonly grows: boolean;
}

/** `events whose seq from to`, with `+` where the number grows. */
const RULES = `
GoCreate first 0 dead runnable +
GoWaiting,GoInSyscall own 1 runnable waiting +
GoStart,GoStartLabel own second runnable running +
GoStartLocal own any runnable running +
GoSched,GoPreempt own any running runnable
GoUnblock,GoSysExit first second waiting runnable +
GoUnblockLocal,GoSysExitLocal first any waiting runnable +
GCStart collector first dead dead +
`;

/** By event; undefined for events without needs. */
const RULE_OF: readonly (Rule | undefined)[] = makeRules();

function makeRules(): (Rule | undefined)[] {
  const rules: (Rule | undefined)[] = [];
  for (const line of RULES.trim().split('\n')) {
    const [names, whose, seq, from, to, mark] = line.split(' ');
    const rule: Rule = {
      whose: whose as Whose,
      seq: /^\d$/.test(seq) ? Number(seq) : (seq as 'any'),
      from: STATUS[from as 'dead'],
      to: STATUS[to as 'dead'],
      grows: mark === '+',
    };
    for (const name of names.split(',')) rules[V1[name]] = rule;
  }
  const blocks: Rule = { whose: 'own', seq: 'any', from: STATUS.running, to: STATUS.waiting, grows: false };
  for (const type of [V1.GoSysBlock, ...BLOCK_REASONS.keys()]) if (type !== V1.GoStop) rules[type] = blocks;
  return rules;
}

/** Told of what contradicts itself in a trace. `lost`: events that are not read because of it; 0 where it was repaired. */
export type V1Report = (error: TraceError, lost: number) => void;

/**
 * Indexes of the events in order, of all up to the first that has none; the ticks of system calls' ends are corrected in
 * the file, and clocks that go back are held.
 */
export function orderV1(file: V1File, report: V1Report): Int32Array {
  if (file.version < NAMES_SINCE) return orderNumbered(file, report);
  const order = new Merger(file).run(report);
  holdClocks(file, order, report);
  doubtClock(file, order, report);
  return moveExits(file, order, correctExits(file, order, report));
}

/** Gives events whose clock has gone back the time of the event before. */
function holdClocks(file: V1File, order: Int32Array, report: V1Report): void {
  const { ticks, procs } = file;
  const held = new Map<number, { event: number; count: number; ticks: number }>();
  for (let i = 1; i < order.length; i++) {
    const back = ticks.data[order[i - 1]] - ticks.data[order[i]];
    if (!(back > 0)) continue;
    ticks.data[order[i]] += back;
    const proc = procs.data[order[i]];
    const known = held.get(proc);
    if (known === undefined) held.set(proc, { event: order[i], count: 1, ticks: back });
    else known.count++;
  }
  for (const [proc, { event, count, ticks: back }] of held) {
    const whose = goroutineText(file, event);
    const which = count === 1 ? 'this event has' : `${count} events of it have`;
    const message = `the clock of P ${proc} goes back by ${back} ticks at ${file.nameOfEvent(event)}${whose}: ${which} the time of the event before`;
    report(new TraceError(message, file.offsetOf(event)), 0);
  }
}

/** Tells of the first event that comes long after the one before. */
function doubtClock(file: V1File, order: Int32Array, report: V1Report): void {
  const { ticks, frequency } = file;
  const most = (SILENCE_NS / 1e9) * frequency;
  const at = order.findIndex((event, i) => i > 0 && ticks.data[event] - ticks.data[order[i - 1]] > most);
  if (at < 0) return;
  const ns = ((ticks.data[order[at]] - ticks.data[order[at - 1]]) / frequency) * 1e9;
  const message = jumpText(ns, `${file.nameOfEvent(order[at])}${goroutineText(file, order[at])}`);
  report(new TraceError(message, file.offsetOf(order[at])), 0);
}

/** ` of goroutine 7`, or nothing. */
function goroutineText({ goroutines }: V1File, event: number): string {
  return goroutines.data[event] === 0 ? '' : ` of goroutine ${goroutines.data[event]}`;
}

// ---- by the states of goroutines ----

/** Takes the events of all Ps in the order of their needs. */
class Merger {
  private readonly file: V1File;
  private readonly heap: QueueHeap;
  private readonly goroutines = new Map<number, GoState>();
  private readonly collector: GoState = { seq: 0, status: STATUS.dead, parked: null };
  /** Whose state the last event changed. */
  private changed: GoState | null = null;

  constructor(file: V1File) {
    this.file = file;
    sortSamples(file);
    this.heap = new QueueHeap(file.ticks, [...file.byProc.values(), file.samples]);
  }

  /** The order of all events; where some have none, of those that come before the first of them. */
  run(report: V1Report): Int32Array {
    const { heap } = this;
    const waiting = new Set<Queue>();
    const order = new Int32Array(this.file.count);
    let count = 0;
    for (let queue = heap.first; queue !== null; queue = heap.first) {
      const event = queue.events.data[queue.at];
      const blocker = this.apply(event);
      if (blocker !== null) {
        blocker.parked ??= [];
        blocker.parked.push(queue);
        waiting.add(queue);
        heap.removeFirst();
        continue;
      }
      order[count++] = event;
      heap.advanceFirst();
      this.wake(waiting);
    }
    return count === order.length ? order : this.cut(order.subarray(0, count), waiting, report);
  }

  /** What comes before the earliest event that waits in vain. */
  private cut(order: Int32Array, waiting: ReadonlySet<Queue>, report: V1Report): Int32Array {
    const { file } = this;
    const { ticks } = file;
    const [first] = [...waiting].sort((a, b) => a.time - b.time || a.index - b.index);
    const event = first.events.data[first.at];
    let end = order.findIndex((one) => ticks.data[one] > first.time);
    if (end < 0) end = order.length;
    const whose = goroutineText(file, event);
    const message = `no order of the events of its Ps: P ${file.procs.data[event]} waits with ${file.nameOfEvent(event)}${whose} for an event that is not there`;
    report(new TraceError(message, file.offsetOf(event)), file.count - end);
    return order.subarray(0, end);
  }

  /** Applies an event; gives the goroutine that it has to wait for, null if none. */
  private apply(event: number): GoState | null {
    const { file } = this;
    this.changed = null;
    const rule = RULE_OF[file.types.data[event]];
    if (rule === undefined) return null;
    const state = this.stateOf(rule.whose, event);
    const wanted =
      typeof rule.seq === 'number' ? rule.seq : rule.seq === 'any' ? state.seq : file.arg(event, rule.seq === 'first' ? 0 : 1);
    if (state.status !== rule.from || state.seq !== wanted) return state;
    state.status = rule.to;
    if (rule.grows) state.seq++;
    this.changed = state;
    return null;
  }

  private stateOf(whose: Whose, event: number): GoState {
    if (whose === 'collector') return this.collector;
    const id = whose === 'own' ? this.file.goroutines.data[event] : this.file.arg(event, 0);
    let state = this.goroutines.get(id);
    if (state === undefined) {
      state = { seq: 0, status: STATUS.dead, parked: null };
      this.goroutines.set(id, state);
    }
    return state;
  }

  /** Those that waited for the goroutine that has changed may go now. */
  private wake(waiting: Set<Queue>): void {
    const parked = this.changed?.parked ?? null;
    if (parked === null) return;
    (this.changed as GoState).parked = null;
    for (const queue of parked) {
      waiting.delete(queue);
      this.heap.add(queue);
    }
  }
}

/** Samples were written when the profile was drained, not when they were taken. */
function sortSamples({ samples, ticks }: V1File): void {
  samples.data.subarray(0, samples.length).sort((a, b) => ticks.data[a] - ticks.data[b] || a - b);
}

// ---- the ends of system calls ----

/** Gives the ends of system calls their own time; tells which these are, by place in the order. */
function correctExits(file: V1File, order: Int32Array, report: V1Report): number[] {
  const { types, goroutines, ticks } = file;
  const blocked = new Map<number, number>();
  const moved: number[] = [];
  for (let place = 0; place < order.length; place++) {
    const event = order[place];
    const type = types.data[event];
    if (type === V1.GoSysBlock || type === V1.GoInSyscall) blocked.set(goroutines.data[event], ticks.data[event]);
    if (type !== V1.GoSysExit && type !== V1.GoSysExitLocal) continue;
    const real = file.arg(event, type === V1.GoSysExit ? 2 : 1);
    if (real === 0) continue;
    if (real < (blocked.get(file.arg(event, 0)) ?? Number.POSITIVE_INFINITY)) {
      const message = `a system call of goroutine ${file.arg(event, 0)} ends before it began: its end has the time at which it was written`;
      report(new TraceError(message, file.offsetOf(event)), 0);
      continue;
    }
    ticks.data[event] = real;
    moved.push(place);
  }
  return moved;
}

/** The order by time, that of before where times are the same; all but the moved events are in it already. */
function moveExits({ ticks }: V1File, order: Int32Array, moved: readonly number[]): Int32Array {
  if (moved.length === 0) return order;
  const timeAt = (place: number) => ticks.data[order[place]];
  const exits = [...moved].sort((a, b) => timeAt(a) - timeAt(b) || a - b);
  const sorted = new Int32Array(order.length);
  let next = 0;
  let skip = 0;
  let count = 0;
  for (let place = 0; place < order.length; place++) {
    if (place === moved[skip]) {
      skip++;
      continue;
    }
    const time = timeAt(place);
    for (; next < exits.length; next++) {
      const exitTime = timeAt(exits[next]);
      if (exitTime > time || (exitTime === time && exits[next] > place)) break;
      sorted[count++] = order[exits[next]];
    }
    sorted[count++] = order[place];
  }
  for (; next < exits.length; next++) sorted[count++] = order[exits[next]];
  return sorted;
}

// ---- before go 1.7 ----

/** The order of the events' own numbers; ends of system calls have those and the time at which they really ended. */
function orderNumbered(file: V1File, report: V1Report): Int32Array {
  const { types, seqs, ticks } = file;
  for (let event = 0; event < file.count; event++) {
    if (types.data[event] !== V1.GoSysExit) continue;
    seqs.data[event] = file.arg(event, 1);
    const real = file.arg(event, 2);
    if (real !== 0) ticks.data[event] = real;
  }
  const order = Int32Array.from({ length: file.count }, (_, event) => event);
  order.sort((a, b) => seqs.data[a] - seqs.data[b] || a - b);
  holdClocks(file, order, report);
  doubtClock(file, order, report);
  return order;
}

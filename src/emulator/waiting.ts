/** Who waits for what, and who could end it: of a deadlock, and of goroutines that are left behind when `main` returns. */

import type { Machine } from './machine.ts';
import { Channel } from './sync/channels.ts';
import { Cond } from './sync/groups.ts';
import { Mutex } from './sync/mutex.ts';
import { RWMutex } from './sync/rwmutex.ts';
import { type Task, TaskState } from './task.ts';
import { dumpReason, type WaitKind } from './waits.ts';

/** These end by themselves. */
const PASSING: readonly (WaitKind | null)[] = ['sleep', 'network', 'assist', 'gc cycle', 'gc worker start', null];

/** Goroutines of the program that wait for something that only another one can do. */
export function blockedTasks({ tasks }: Machine): Task[] {
  const blocked: Task[] = [];
  for (const task of tasks) {
    if (task.state === TaskState.waiting && !task.system && !PASSING.includes(task.wait)) blocked.push(task);
  }
  return blocked;
}

/** What a goroutine is called in a sentence. */
export type NameTask = (task: Task) => string;

/** `main.transfer (goroutine 7)` */
export const nameById: NameTask = ({ name, id }) => `${name} (goroutine ${id})`;

/** `main.transfer (G3)`: the third goroutine that the program made, `main` among them, whatever ids the schedule gives. */
export function nameByOrder({ tasks }: Machine): NameTask {
  return (task) => {
    let order = 1;
    for (let i = 0; i < task.index; i++) if (!tasks[i].system) order++;
    return `${task.name} (G${order})`;
  };
}

/** `main.transfer (goroutine 7) waits for a sync.Mutex that main.transfer (goroutine 6) holds`. */
export function waitText(task: Task, machine: Machine, nameOf: NameTask): string {
  return `${nameOf(task)} waits for ${whatOf(task, machine, nameOf)}`;
}

function whatOf(task: Task, machine: Machine, nameOf: NameTask): string {
  const { object } = task;
  if (object instanceof Mutex) return `a sync.Mutex${heldBy(object.holder, task, nameOf)}`;
  if (object instanceof RWMutex) return rwmutexText(object, task, nameOf);
  if (object instanceof Channel) {
    const many = object.capacity === 0 ? 'an unbuffered channel' : `a channel with ${object.length} of ${object.capacity} values`;
    return task.wait === 'chan send' ? `somebody to receive from ${many}` : `a value of ${many}`;
  }
  if (object instanceof Cond)
    return task.wait === 'cond' ? 'a sync.Cond' : `the sync.Mutex of a sync.Cond${heldBy(object.mutex.holder, task, nameOf)}`;
  return WORDS[task.wait as WaitKind] ?? dumpReason(task.wait as WaitKind, machine.release);
}

const WORDS: Partial<Record<WaitKind, string>> = {
  'chan receive (nil chan)': 'a value of a nil channel',
  'chan send (nil chan)': 'somebody to receive from a nil channel',
  select: 'a select',
  'select (no cases)': 'nothing: select {}',
  'wait group': 'a sync.WaitGroup',
  mutex: 'a sync.Once',
};

function heldBy(holder: Task | null, task: Task, nameOf: NameTask): string {
  if (holder === null) return ' that nobody holds';
  if (holder === task) return ' that it holds itself';
  const { state } = holder;
  return ` that ${nameOf(holder)} holds${state === TaskState.dead ? ', which has ended' : ''}`;
}

function rwmutexText(lock: RWMutex, task: Task, nameOf: NameTask): string {
  if (task.wait === 'rwmutex write') return `a sync.RWMutex to be left by ${lock.leaving} reader${lock.leaving === 1 ? '' : 's'}`;
  const { holder } = lock.inner;
  const who = heldBy(holder, task, nameOf).replace(/ holds(,|$)/, lock.writing ? ' holds$1' : ' waits to write$1');
  return task.wait === 'rwmutex read' ? `a sync.RWMutex to read${who}` : `a sync.RWMutex to write${who}`;
}

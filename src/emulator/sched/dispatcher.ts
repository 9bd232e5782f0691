/**
 * How Ps find goroutines, in the order of the runtime's findRunnable:
 *
 *     stop if the world stops → own timers → mark worker → each 61st time the global queue → own queue, runnext first →
 *     a batch of the global queue → the network → steal: four rounds, the last one takes timers and runnext too →
 *     an idle-time mark worker → give the P up, look once more, then sleep in the poller or for good
 */

import { LogKind } from '../../model/schedlog.ts';
import { type Task, TaskState } from '../task.ts';
import { nameById } from '../waiting.ts';
import { ModeId, type Proc, ProcState, type Thread } from './records.ts';
import { type Dispatcher, Event, type SchedState } from './state.ts';

/** A P takes one goroutine of the global queue at each of so many of its ticks, whatever else it has. */
const GLOBAL_PERIOD = 61;
const MAX_BATCH = 128;
const HALF_RING = 128;
const STEAL_ROUNDS = 4;

export class FindWork implements Dispatcher {
  private readonly s: SchedState;

  constructor(state: SchedState) {
    this.s = state;
  }

  // ---- becoming runnable ----

  ready(task: Task, waker: Task | null): void {
    const { s } = this;
    task.state = TaskState.runnable;
    task.wait = null;
    task.readySince = s.now;
    s.recorder.about(LogKind.goUnblock, s.now, s.currentThread, task, waker);
    if (s.currentProc === null) {
      s.global.push(task);
      return;
    }
    this.putLocal(s.currentProc, task, true);
    this.wake();
  }

  putLocal(proc: Proc, task: Task, next: boolean): void {
    const { queue } = proc;
    let pushed = task;
    if (next) {
      const old = queue.runnext;
      queue.runnext = task;
      if (old === null) return;
      pushed = old;
    }
    if (!queue.push(pushed)) this.overflow(proc, pushed);
  }

  /** The ring is full: the older half of it and the new goroutine go to the global queue. */
  private overflow({ queue }: Proc, task: Task): void {
    for (let i = 0; i < HALF_RING; i++) this.s.global.push(queue.shift() as Task);
    this.s.global.push(task);
    const { activity } = this.s.machine;
    activity.overflows++;
    activity.overflowed += HALF_RING + 1;
  }

  // ---- choosing ----

  schedule(proc: Proc, extra = 0): void {
    const { s } = this;
    const thread = proc.thread as Thread;
    proc.task = null;
    thread.task = null;
    if (thread.lockedTask !== null) {
      this.stopLocked(proc, thread, thread.lockedTask);
      return;
    }
    s.recorder.switchMode(proc, ModeId.scheduling, s.now);
    if (s.world.stopping) {
      s.world.stopped(proc);
      return;
    }
    const task = this.pick(proc);
    if (task !== null) this.found(proc, task, extra);
    else this.search(thread);
  }

  /** What can be had without stealing. Sets `proc.inherits`. */
  private pick(proc: Proc): Task | null {
    const { s } = this;
    proc.inherits = false;
    if (proc.timers.first <= s.now) s.waits.runTimers(proc, proc);
    const worker = s.collector.pickWorker(proc);
    if (worker !== null) return worker;
    if (proc.schedtick % GLOBAL_PERIOD === 0 && s.global.length > 0) {
      this.countGlobal(1);
      return s.global.shift();
    }
    const local = this.takeLocal(proc);
    if (local !== null) return local;
    if (s.global.length > 0) return this.takeBatch(proc);
    const ready = s.waits.takeNetwork();
    if (ready.length === 0) return null;
    const [first, ...rest] = ready;
    s.recorder.about(LogKind.goUnblock, s.now, s.currentThread, first, null);
    s.waits.inject(rest, proc, proc.thread as Thread);
    return first;
  }

  private takeLocal(proc: Proc): Task | null {
    const { queue } = proc;
    const next = queue.runnext;
    if (next === null) return queue.shift();
    queue.runnext = null;
    proc.inherits = true;
    return next;
  }

  /** One of the global queue, and its share of the others into the P's own. */
  private takeBatch(proc: Proc): Task {
    const { global, procCount } = this.s;
    const count = Math.min(global.length, Math.floor(global.length / procCount) + 1, MAX_BATCH);
    const first = global.shift() as Task;
    for (let i = 1; i < count; i++) this.putLocal(proc, global.shift() as Task, false);
    this.countGlobal(count);
    return first;
  }

  private countGlobal(goroutines: number): void {
    const { activity } = this.s.machine;
    activity.globalTakes++;
    activity.globalTaken += goroutines;
  }

  private countStolen(goroutines: number): void {
    const { activity } = this.s.machine;
    activity.steals++;
    activity.stolen += goroutines;
  }

  private found(proc: Proc, task: Task, extra: number): void {
    const { s } = this;
    const thread = proc.thread as Thread;
    if (thread.spinning) this.stopSpinning(thread);
    else if (task.system) this.wake();
    if (task.lockedThread >= 0 && task.lockedThread !== thread.id) {
      this.passToLocked(proc, thread, task);
      return;
    }
    proc.picked = task;
    s.queue.push(s.now + s.taken(s.machine.costs.switch + extra), Event.start, proc.id, ++proc.token);
  }

  start(proc: Proc): void {
    const { s } = this;
    const task = proc.picked as Task;
    const thread = proc.thread as Thread;
    proc.picked = null;
    proc.task = task;
    thread.task = task;
    if (!proc.inherits) proc.schedtick++;
    this.countStart(proc, task);
    if (task.lockedThread === -2) {
      task.lockedThread = thread.id;
      thread.lockedTask = task;
    }
    task.state = TaskState.running;
    task.preempt = s.world.stopping;
    proc.stepBegan = s.now;
    s.recorder.plain(LogKind.goStart, s.now, thread.id, task.id);
    if (proc.workerKind !== null && task.system) s.recorder.text(LogKind.goLabel, s.now, thread.id, `GC (${proc.workerKind})`);
    s.recorder.switchMode(proc, s.recorder.userMode(task), s.now);
    s.runner.run(proc);
  }

  private countStart({ inherits }: Proc, task: Task): void {
    const { now, machine } = this.s;
    const { activity } = machine;
    if (inherits) activity.inherited++;
    const waited = now - task.readySince;
    if (task.system || waited <= activity.longestReadyNs) return;
    activity.longestReadyNs = waited;
    activity.longestReady = nameById(task);
  }

  // ---- stealing ----

  /** Begins to steal if there are not too many at it already. */
  private search(thread: Thread): void {
    const { s } = this;
    if (!thread.spinning) {
      const busy = s.procCount - s.idleProcs.length;
      if (2 * s.spinning >= busy) {
        this.release(thread);
        return;
      }
      thread.spinning = true;
      s.spinning++;
    }
    thread.round = 0;
    this.planRound(thread);
  }

  private planRound(thread: Thread): void {
    const { s } = this;
    s.queue.push(s.now + s.taken(s.procCount * s.machine.costs.stealVisit), Event.steal, thread.id);
  }

  /** One round over all Ps, in an order of its own. */
  steal(thread: Thread): void {
    const { s } = this;
    const proc = thread.proc as Proc;
    if (s.world.stopping) {
      s.world.stopped(proc);
      return;
    }
    const last = thread.round === STEAL_ROUNDS - 1;
    for (const victim of this.stealing(proc)) {
      if (last && victim.timers.first <= s.now) {
        s.waits.runTimers(victim, proc);
        if (!proc.queue.isEmpty) {
          this.found(proc, this.takeLocal(proc) as Task, s.machine.costs.stealTake);
          return;
        }
      }
      if (victim.state === ProcState.idle) continue;
      if (victim.queue.length > 0) {
        this.found(proc, this.takeHalf(victim, proc), s.machine.costs.stealTake);
        return;
      }
      if (last && victim.queue.runnext !== null && this.waitForNext(thread, victim)) return;
    }
    thread.round++;
    if (thread.round < STEAL_ROUNDS) this.planRound(thread);
    else this.release(thread);
  }

  /** All other Ps, from a random one on, by a random stride that has no divisor in common with their number. */
  private stealing(own: Proc): Proc[] {
    const { procs, procCount, stealOrder } = this.s;
    const strides = coprimes(procCount);
    const random = stealOrder.uint32();
    const stride = strides[Math.floor(random / procCount) % strides.length];
    const order: Proc[] = [];
    for (let i = 0, at = random % procCount; i < procCount; i++, at = (at + stride) % procCount) {
      if (procs[at] !== own) order.push(procs[at]);
    }
    return order;
  }

  /** Takes the older half, rounded up; the last of these runs. */
  private takeHalf(victim: Proc, thief: Proc): Task {
    const count = victim.queue.length - Math.floor(victim.queue.length / 2);
    for (let i = 1; i < count; i++) thief.queue.push(victim.queue.shift() as Task);
    thief.inherits = false;
    this.countStolen(count);
    return victim.queue.shift() as Task;
  }

  /** A P that runs is about to run its runnext: only what is still there after 3 µs is taken. */
  private waitForNext(thread: Thread, victim: Proc): boolean {
    const { s } = this;
    thread.victim = victim;
    thread.seenNext = victim.queue.runnext;
    const delay = victim.state === ProcState.running ? s.machine.costs.runnextDelay : 0;
    s.queue.push(s.now + delay, Event.stealNext, thread.id);
    return true;
  }

  stealNext(thread: Thread): void {
    const { s } = this;
    const proc = thread.proc as Proc;
    const victim = thread.victim as Proc;
    if (s.world.stopping) {
      s.world.stopped(proc);
    } else if (thread.seenNext !== null && victim.queue.runnext === thread.seenNext) {
      victim.queue.runnext = null;
      proc.inherits = false;
      this.countStolen(1);
      this.found(proc, thread.seenNext, s.machine.costs.stealTake);
    } else if (victim.queue.length > 0) {
      this.found(proc, this.takeHalf(victim, proc), s.machine.costs.stealTake);
    } else {
      this.release(thread);
    }
    thread.seenNext = null;
  }

  private stopSpinning(thread: Thread): void {
    thread.spinning = false;
    this.s.spinning--;
    this.wake();
  }

  // ---- giving up ----

  /** There is nothing: the P goes to the idle ones; what came meanwhile is seen by one more look. */
  private release(thread: Thread): void {
    const { s } = this;
    const proc = thread.proc as Proc;
    if (s.global.length > 0) {
      this.found(proc, this.takeBatch(proc), 0);
      return;
    }
    const worker = s.collector.pickIdleWorker(proc);
    if (worker !== null) {
      this.found(proc, worker, 0);
      return;
    }
    s.unbind(proc);
    this.putIdle(proc);
    const spun = thread.spinning;
    if (spun) {
      thread.spinning = false;
      s.spinning--;
      if (this.lookAgain(thread)) return;
    }
    if (!s.waits.poll(thread)) this.stopThread(thread);
  }

  /** Whether there is work after all, for which the thread took a P again. */
  private lookAgain(thread: Thread): boolean {
    const { s } = this;
    const live = s.procs.slice(0, s.procCount);
    const queued = s.global.length > 0 || live.some((proc) => !proc.queue.isEmpty);
    if (!queued && !live.some((proc) => proc.timers.first <= s.now)) return false;
    const proc = this.takeIdle();
    if (proc === null) return false;
    thread.spinning = true;
    s.spinning++;
    this.acquire(thread, proc);
    return true;
  }

  acquire(thread: Thread, proc: Proc): void {
    const { s } = this;
    s.bind(thread, proc);
    s.currentProc = proc;
    s.currentThread = thread.id;
    this.schedule(proc);
  }

  takeIdle(): Proc | null {
    return this.s.world.stopping ? null : (this.s.idleProcs.pop() ?? null);
  }

  putIdle(proc: Proc): void {
    proc.state = ProcState.idle;
    proc.task = null;
    this.s.recorder.switchMode(proc, ModeId.idle, this.s.now);
    this.s.idleProcs.push(proc);
  }

  stopThread(thread: Thread): void {
    thread.state = 'idle';
    thread.task = null;
    this.s.idleThreads.push(thread);
  }

  // ---- waking ----

  /** Wakes one thread for an idle P, unless one is looking for work already. */
  wake(): void {
    const { s } = this;
    if (s.idleProcs.length === 0 || s.spinning > 0 || s.world.stopping) return;
    s.spinning++;
    this.startThread(this.takeIdle(), true);
  }

  startThread(proc: Proc | null, spinning: boolean): void {
    const { s } = this;
    const taken = proc ?? this.takeIdle();
    if (taken === null) {
      if (spinning) s.spinning--;
      return;
    }
    const { wakeThread, newThread } = s.machine.costs;
    const idle = s.idleThreads.pop();
    const thread = idle ?? s.addThread();
    this.wakeWith(thread, taken, s.varied(idle === undefined ? newThread : wakeThread));
    thread.spinning = spinning;
  }

  private wakeWith(thread: Thread, proc: Proc, latency: number): void {
    const { s } = this;
    thread.state = 'starting';
    thread.proc = proc;
    proc.thread = thread;
    proc.state = ProcState.running;
    s.queue.push(s.now + latency, Event.find, thread.id);
    s.wakeMonitor();
  }

  /** A thread is awake. */
  find(thread: Thread): void {
    const { s } = this;
    const proc = thread.proc as Proc;
    s.bind(thread, proc);
    const locked = thread.lockedTask;
    if (locked === null) {
      this.schedule(proc);
      return;
    }
    if (s.world.stopping) {
      s.world.stopped(proc);
      return;
    }
    proc.inherits = false;
    proc.picked = locked;
    s.queue.push(s.now, Event.start, proc.id, ++proc.token);
  }

  handOff(proc: Proc): void {
    const { s } = this;
    proc.thread = null;
    const lastRunning = s.idleProcs.length === s.procCount - 1 && s.poller === null;
    if (s.world.stopping) {
      s.world.stopped(proc);
    } else if (!proc.queue.isEmpty || s.global.length > 0 || s.collector.marking) {
      this.giveToThread(proc, false);
    } else if (s.spinning === 0 && s.idleProcs.length === 0) {
      s.spinning++;
      this.giveToThread(proc, true);
    } else if (lastRunning) {
      this.giveToThread(proc, false);
    } else {
      this.putIdle(proc);
    }
  }

  /** A P whose thread is busy elsewhere goes on with another one. */
  private giveToThread(proc: Proc, spinning: boolean): void {
    this.s.machine.activity.handOffs++;
    this.startThread(proc, spinning);
  }

  // ---- goroutines that are locked to their thread ----

  /** The thread's own goroutine cannot go on: the P goes to somebody else, and the thread waits for it. */
  private stopLocked(proc: Proc, thread: Thread, locked: Task): void {
    if (locked.state === TaskState.dead || locked.lockedThread === -1) {
      thread.lockedTask = null;
      this.schedule(proc);
      return;
    }
    this.s.unbind(proc);
    thread.state = 'locked';
    this.handOff(proc);
  }

  /** The goroutine belongs to another thread, which gets the P. */
  private passToLocked(proc: Proc, thread: Thread, task: Task): void {
    const { s } = this;
    const owner = s.threads[task.lockedThread];
    s.unbind(proc);
    this.stopThread(thread);
    this.wakeWith(owner, proc, s.varied(s.machine.costs.wakeThread));
  }
}

const coprimesOf: number[][] = [];

/** Numbers from 1 to `n` that have no divisor in common with it. */
function coprimes(n: number): readonly number[] {
  coprimesOf[n] ??= Array.from({ length: n }, (_, i) => i + 1).filter((i) => divisor(i, n) === 1);
  return coprimesOf[n];
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

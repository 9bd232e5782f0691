/** The timed scheduler: sets everything up, and handles events in their order until the program ends. */

import { Random } from '../../base/random.ts';
import { LogKind, type SchedLog } from '../../model/schedlog.ts';
import type { Host } from '../host.ts';
import type { Machine } from '../machine.ts';
import { EventQueue } from '../queue.ts';
import { GlobalQueue } from '../runqueue.ts';
import { type Program, type Task, TaskState } from '../task.ts';
import type { WaitKind } from '../waits.ts';
import { HeapCollector } from './collector.ts';
import { FindWork } from './dispatcher.ts';
import { Monitor } from './monitor.ts';
import { Recorder } from './recorder.ts';
import { ModeId, Proc, ProcState, type Thread } from './records.ts';
import { type Limits, StepRunner } from './runner.ts';
import { Spread } from './spread.ts';
import { Event, SchedState } from './state.ts';
import { SystemCalls } from './syscalls.ts';
import { TimersAndNetwork } from './waits.ts';
import { StoppedWorld } from './world.ts';

export interface SchedulerOptions extends Limits {
  readonly procs: number;
  readonly seed: number;
  /** How much times differ: 0 hardly, 1 as measured on a real machine. */
  readonly spread: number;
  /** In per cent; negative for no collector. */
  readonly gogc: number;
  readonly log: SchedLog | null;
  /** Nanoseconds of CPU between two samples; 0 for none. */
  readonly samplePeriod: number;
  /** Called every `tracePeriod` nanoseconds, from the start on; 0 for never. */
  readonly tracePeriod: number;
  readonly onTrace: ((scheduler: Scheduler) => void) | null;
}

/** The runtime's own goroutines, which wait when `main` begins: name, line in its file, wait. */
const SYSTEM_TASKS: readonly (readonly [string, string, number, WaitKind])[] = [
  ['runtime.forcegchelper', 'runtime/proc.go', 363, 'forcegc'],
  ['runtime.bgsweep', 'runtime/mgcsweep.go', 279, 'bgsweep'],
  ['runtime.bgscavenge', 'runtime/mgcscavenge.go', 646, 'scavenge'],
  ['runtime.runfinq', 'runtime/mfinal.go', 196, 'finalizer'],
];

export class Scheduler implements Host {
  readonly state: SchedState;
  readonly machine: Machine;
  readonly world: StoppedWorld;
  readonly collector: HeapCollector;
  readonly monitor: Monitor;
  private readonly waits: TimersAndNetwork;
  private readonly options: SchedulerOptions;

  constructor(machine: Machine, main: () => Program, options: SchedulerOptions) {
    this.machine = machine;
    this.options = options;
    const { seed, log, samplePeriod } = options;
    const state = new SchedState({
      machine,
      queue: new EventQueue(),
      recorder: new Recorder({ log, book: machine.book, samplePeriod }),
      global: new GlobalQueue(),
      stealOrder: new Random(seed, 'steal'),
      latency: new Random(seed, 'latency'),
      spread: options.spread > 0 ? new Spread(seed, options.spread) : null,
    });
    this.state = state;
    machine.host = this;
    state.dispatcher = new FindWork(state);
    state.runner = new StepRunner(state, options);
    this.waits = new TimersAndNetwork(state);
    state.waits = this.waits;
    this.world = new StoppedWorld(state);
    state.world = this.world;
    state.syscalls = new SystemCalls(state);
    this.monitor = new Monitor(state, seed);
    state.wakeMonitor = () => this.monitor.wake();
    state.resize = (count, own) => this.resize(count, own);
    const mainTask = machine.addTask('main.main', null);
    const systemTasks = SYSTEM_TASKS.map(([name, file, line, wait]) => this.addSystem(name, file, line, wait));
    this.collector = new HeapCollector(state, systemTasks[1], options.gogc);
    state.collector = this.collector;
    this.begin(mainTask, systemTasks, main);
  }

  get now(): number {
    return this.state.now;
  }

  // ---- what operations need ----

  ready(task: Task, waker: Task | null): void {
    this.state.dispatcher.ready(task, waker);
  }

  created(task: Task, creator: Task): void {
    const { state } = this;
    const proc = state.currentProc as Proc;
    state.numberTask(task, proc);
    task.readySince = state.now;
    state.recorder.about(LogKind.goCreate, state.now, state.currentThread, task, creator);
    state.dispatcher.putLocal(proc, task, true);
    state.dispatcher.wake();
  }

  wakeAfter(task: Task, ns: number, by: 'timer' | 'network'): void {
    this.waits.wakeAfter(task, ns, by);
  }

  annotate(task: Task, what: 'region begin' | 'region end' | 'log', text: string): void {
    const { recorder, now, currentThread } = this.state;
    const kind = what === 'log' ? LogKind.userLog : what === 'region begin' ? LogKind.regionBegin : LogKind.regionEnd;
    recorder.text(kind, now, currentThread, text, task);
  }

  /** Only while others run who may unlock, and nobody waits for this P. */
  canSpin(): boolean {
    const { state } = this;
    const own = state.currentProc as Proc;
    const othersRun = state.procCount - state.idleProcs.length - state.spinning > 1;
    return state.procCount > 1 && othersRun && own.queue.isEmpty;
  }

  // ---- the run ----

  /** Runs the program to its end. */
  run(): void {
    const { state, options } = this;
    const { queue } = state;
    const traces = options.onTrace !== null && options.tracePeriod > 0;
    let nextTrace = traces ? options.tracePeriod : Number.POSITIVE_INFINITY;
    if (traces) options.onTrace?.(this);
    state.runner.run(state.procs[0]);
    while (state.ending === null) {
      if (queue.length === 0) {
        state.ending = 'deadlock';
        break;
      }
      const time = queue.first;
      if (time > options.maxTime) {
        state.now = options.maxTime;
        state.ending = 'time limit';
        break;
      }
      while (nextTrace <= time) {
        (options.onTrace as (scheduler: Scheduler) => void)(this);
        nextTrace += options.tracePeriod;
      }
      const { code, arg, token } = queue;
      queue.drop();
      state.now = time;
      state.events++;
      if (state.recorder.isFull) {
        state.ending = 'event limit';
        break;
      }
      this.handle(code, arg, token);
    }
    this.end();
  }

  private handle(code: number, arg: number, token: number): void {
    const { state } = this;
    switch (code) {
      case Event.step:
        if (state.procs[arg].token === token) state.runner.stepEnd(state.procs[arg]);
        return;
      case Event.start:
        if (state.procs[arg].token === token) state.dispatcher.start(this.enter(state.procs[arg]));
        return;
      case Event.find:
        state.dispatcher.find(this.enterThread(arg));
        return;
      case Event.steal:
        state.dispatcher.steal(this.enterThread(arg));
        return;
      case Event.stealNext:
        state.dispatcher.stealNext(this.enterThread(arg));
        return;
      case Event.syscallEnd:
        state.syscalls.exit(this.machine.tasks[arg]);
        return;
      case Event.sysmon:
        this.monitor.tick();
        return;
      case Event.poll:
        this.waits.pollEnd(state.threads[arg], token);
        return;
      case Event.network:
        this.waits.network(this.machine.tasks[arg]);
        return;
      default:
        this.world.done();
    }
  }

  private enter(proc: Proc): Proc {
    this.state.currentProc = proc;
    this.state.currentThread = (proc.thread as Thread).id;
    return proc;
  }

  private enterThread(id: number): Thread {
    const thread = this.state.threads[id];
    this.state.currentProc = thread.proc;
    this.state.currentThread = id;
    return thread;
  }

  private begin(main: Task, systemTasks: readonly Task[], body: () => Program): void {
    const { state, options } = this;
    this.addProcs(options.procs);
    const [first] = state.procs;
    const thread = state.addThread();
    // sysmon's thread, which never has a P.
    state.addThread().state = 'running';
    for (const task of [main, ...systemTasks]) state.numberTask(task, first);
    state.procCount = options.procs;
    for (let i = options.procs - 1; i > 0; i--) state.idleProcs.push(state.procs[i]);
    this.machine.load(main, body, 'main.go', 1);
    this.beginLog(main, systemTasks, thread);
    first.thread = thread;
    first.task = main;
    first.state = ProcState.running;
    first.mode = ModeId.user;
    first.schedtick = 1;
    thread.proc = first;
    thread.state = 'running';
    thread.task = main;
    main.state = TaskState.running;
    state.currentProc = first;
    state.currentThread = thread.id;
    this.collector.showGoal();
    this.monitor.begin();
  }

  private beginLog(main: Task, systemTasks: readonly Task[], thread: Thread): void {
    const { log, procs } = this.options;
    if (log === null) return;
    const { book } = this.machine;
    log.firstThread = thread.id;
    log.procs = procs;
    log.first.push({ id: main.id, state: 'running', stack: book.stackOf(main) });
    for (const task of systemTasks) log.first.push({ id: task.id, state: 'waiting', stack: book.stackOf(task) });
    log.add(LogKind.procsChange, 0, thread.id, procs, 0, book.stackOf(main));
  }

  private addSystem(name: string, file: string, line: number, wait: WaitKind): Task {
    const task = this.machine.addTask(name, null, true);
    task.calls.push({ function: name, file, line, caller: -1 });
    task.state = TaskState.waiting;
    task.wait = wait;
    return task;
  }

  private addProcs(count: number): void {
    const { procs, now } = this.state;
    while (procs.length < count) {
      const proc = new Proc(procs.length);
      proc.modeSince = now;
      procs.push(proc);
    }
  }

  private resize(count: number, own: Proc): void {
    const { state } = this;
    this.addProcs(count);
    for (const proc of state.procs.slice(count, state.procCount)) {
      for (const task of proc.queue.list()) state.global.push(task);
      while (proc.queue.shift() !== null);
      proc.queue.runnext = null;
      proc.timers.moveTo(state.procs[0].timers);
      if (proc !== own) proc.state = ProcState.dead;
      state.recorder.switchMode(proc, ModeId.idle, state.now);
    }
    for (const proc of state.procs.slice(state.procCount, count)) proc.state = ProcState.stopped;
    state.procCount = count;
    state.recorder.plain(LogKind.procsChange, state.now, state.currentThread, count);
    if (own.id >= count) this.moveToFirst(own);
  }

  /** The P of the one who changes GOMAXPROCS goes away: it goes on with P 0. */
  private moveToFirst(own: Proc): void {
    const { state } = this;
    const task = own.task as Task;
    const thread = own.thread as Thread;
    state.recorder.text(LogKind.stwEnd, state.now, thread.id, '');
    state.recorder.text(LogKind.goStop, state.now, thread.id, 'runtime.Gosched', task);
    state.unbind(own);
    own.state = ProcState.dead;
    own.task = null;
    const [first] = state.procs;
    state.bind(thread, first);
    first.task = task;
    state.currentProc = first;
    state.recorder.plain(LogKind.goStart, state.now, thread.id, task.id);
    state.recorder.text(LogKind.stwBegin, state.now, thread.id, 'GOMAXPROCS', task);
  }

  private end(): void {
    const { state } = this;
    for (const proc of state.procs) state.recorder.switchMode(proc, proc.mode, state.now);
  }
}

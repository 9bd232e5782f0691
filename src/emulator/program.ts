/**
 * How programs are written. A goroutine is a generator function that is given {@link Go}; every operation is delegated to with
 * `yield*`, and its result is the expression's:
 *
 *     function* worker(go, jobs) {
 *       for (;;) {
 *         const { value, ok } = yield* go.receive(jobs);
 *         if (!ok) return;
 *         yield* go.work(2_000);
 *       }
 *     }
 *
 * Between two operations any other goroutine may run, just as in Go; code without an operation takes no time.
 */

import { UsageError } from '../base/errors.ts';
import { type SpawnRequest, Variable } from './basicsteps.ts';
import type { Machine } from './machine.ts';
import { makeMap } from './maps/index.ts';
import type { EmulatedMap, MapIteration, MapKey, MapOperation, MapSpec } from './maps/map.ts';
import { checkOperand } from './operands.ts';
import { Op, type OpNumber } from './ops.ts';
import type { Operation } from './steps.ts';
import { Channel, type Received, type SelectCase } from './sync/channels.ts';
import { Cond, Once, WaitGroup } from './sync/groups.ts';
import { Mutex } from './sync/mutex.ts';
import { RWMutex } from './sync/rwmutex.ts';
import type { Program } from './task.ts';
import { defaultMapKind } from './version.ts';

export type { Program };

/** What a select gives: the case's index (-1 for the default) and, of a receive, what it received. */
export interface Selected extends Received<unknown> {
  readonly index: number;
}

/** A `for range` over a map. */
export interface MapRange {
  readonly map: EmulatedMap;
  readonly iteration: MapIteration;
}

/** Lines that a program prints, and things that it finds wrong, which are kept. */
const MAX_PRINTED = 10_000;
const MAX_FINDINGS = 10_000;
const WORD = 8;

export class Go {
  private readonly machine: Machine;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  // ---- what is made without time passing ----

  /** `make(chan T, capacity)` */
  channel<Value = number>(capacity = 0): Channel<Value> {
    return new Channel<Value>(count(capacity, 'a channel'), this.machine.addresses.allocate(96 + WORD * capacity));
  }

  mutex(): Mutex {
    return new Mutex(this.machine.addresses.allocate(WORD));
  }

  rwmutex(): RWMutex {
    return new RWMutex(this.machine.addresses.allocate(48));
  }

  waitGroup(): WaitGroup {
    return new WaitGroup(this.machine.addresses.allocate(16));
  }

  /** `sync.NewCond(&mutex)` */
  cond(mutex: Mutex): Cond {
    return new Cond(this.machine.addresses.allocate(64), mutex);
  }

  once(): Once {
    return new Once(this.machine.addresses.allocate(16), this.mutex());
  }

  /** A variable in memory: accesses to it are what the race detector watches. */
  variable<Value = number>(value: Value): Variable<Value> {
    return new Variable(value, this.machine.addresses.allocate(WORD));
  }

  /** `make(map[K]V, hint)`: of the release's own kind, with 64-bit keys and elements, unless told otherwise. */
  map(spec: Partial<MapSpec> = {}): EmulatedMap {
    const map = makeMap({ kind: defaultMapKind(this.machine.release), keys: 'fast64', ...spec }, this.machine.mapWorld);
    this.machine.maps.push(map);
    return map;
  }

  // ---- where the code stands ----

  /** The line that the current function is at from now on, as stacks show it. */
  line(line: number): void {
    const { current } = this.machine;
    if (current.currentCall.line === line) return;
    current.currentCall.line = line;
    current.moved();
  }

  /** Calls a function: `name`, as in `main.fill`, is on the stack while `body` runs. */
  *call<Result>(name: string, line: number, body: (go: Go) => Program<Result>): Program<Result> {
    const task = this.machine.current;
    task.calls.push({ function: name, file: task.currentCall.file, line, caller: task.stackOf(this.machine.book) });
    task.moved();
    const result = yield* body(this);
    task.calls.pop();
    task.moved();
    return result;
  }

  /** Nanoseconds since the program began. */
  get now(): number {
    return this.machine.host.now;
  }

  /** The id of the running goroutine. */
  get id(): number {
    return this.machine.current.id;
  }

  /** Says that something is wrong unless `holds`: `explore` counts it, `emulate` shows it. */
  check(holds: boolean, text: string): void {
    const { findings, current } = this.machine;
    if (!holds && findings.length < MAX_FINDINGS) findings.push({ text: String(text), task: current, at: this.now });
  }

  /** Prints a line. */
  print(text: string): void {
    if (this.machine.logs.length < MAX_PRINTED) this.machine.logs.push(String(text));
  }

  /** `trace.WithRegion(ctx, name, body)`: a region of the goroutine in the trace. */
  *region<Result>(name: string, body: (go: Go) => Program<Result>): Program<Result> {
    this.ask(Op.annotate, 'region begin', String(name));
    yield;
    const result = yield* body(this);
    this.ask(Op.annotate, 'region end', String(name));
    yield;
    return result;
  }

  /** `trace.Log(ctx, category, message)` */
  *log(category: string, message: string): Program {
    this.ask(Op.annotate, 'log', `${category}\n${message}`);
    yield;
  }

  // ---- goroutines and time ----

  /** `go name()`: the body is a generator function; `line` is where its function begins. */
  *spawn(name: string, body: (go: Go) => Program, line = 1): Program<number> {
    const request: SpawnRequest = { name, body: () => body(this) };
    this.ask(Op.spawn, request, null, line);
    return (yield) as number;
  }

  /** User code that takes so many nanoseconds; the scheduler may interrupt it at any of them. */
  *work(ns: number): Program {
    this.ask(Op.work, null, null, count(ns, 'work'));
    yield;
  }

  *sleep(ns: number): Program {
    this.ask(Op.sleep, null, null, count(ns, 'sleep'));
    yield;
  }

  /** A system call that is in the kernel for `ns`. */
  *syscall(ns: number): Program {
    this.ask(Op.syscall, null, null, count(ns, 'a system call'));
    yield;
  }

  /** Waits for the network: the answer comes after `ns`. */
  *network(ns: number): Program {
    this.ask(Op.network, null, null, count(ns, 'the network'));
    yield;
  }

  /** `runtime.Gosched()` */
  *gosched(): Program {
    this.ask(Op.gosched);
    yield;
  }

  *lockOSThread(): Program {
    this.ask(Op.lockThread);
    yield;
  }

  *unlockOSThread(): Program {
    this.ask(Op.unlockThread);
    yield;
  }

  /** `runtime.GOMAXPROCS(n)` */
  *setMaxProcs(n: number): Program {
    if (!(Number.isInteger(n) && n >= 1 && n <= 256)) throw new UsageError(`GOMAXPROCS of ${n}; 1 to 256 are possible`);
    this.ask(Op.maxProcs, null, null, n);
    yield;
  }

  /** `panic(message)`: nothing recovers it. */
  *panic(message: string): Program {
    this.ask(Op.panic, null, String(message));
    yield;
  }

  /** `os.Exit(code)` */
  *exit(code = 0): Program {
    this.ask(Op.exit, null, null, count(code, 'an exit code'));
    yield;
  }

  // ---- channels ----

  *send<Value>(channel: Channel<Value> | null, value: Value): Program {
    this.ask(Op.send, channel, value);
    yield;
  }

  /** `v, ok := <-channel` */
  *receive<Value>(channel: Channel<Value> | null): Program<Received<Value>> {
    this.ask(Op.receive, channel);
    return (yield) as Received<Value>;
  }

  *close<Value>(channel: Channel<Value> | null): Program {
    this.ask(Op.close, channel);
    yield;
  }

  /** `select`: `go.sending(ch, v)` and `go.receiving(ch)` make its cases. */
  *select(cases: readonly SelectCase[], hasDefault = false): Program<Selected> {
    this.ask(Op.select, cases, null, hasDefault ? 1 : 0);
    return (yield) as Selected;
  }

  sending<Value>(channel: Channel<Value> | null, value: Value): SelectCase {
    return { channel: channel as Channel | null, send: true, value };
  }

  receiving<Value>(channel: Channel<Value> | null): SelectCase {
    return { channel: channel as Channel | null, send: false, value: undefined };
  }

  /** `select {}` */
  *block(): Program {
    this.ask(Op.block);
    yield;
  }

  // ---- locks ----

  *lock(mutex: Mutex): Program {
    this.ask(Op.lock, mutex);
    yield;
  }

  *tryLock(mutex: Mutex): Program<boolean> {
    this.ask(Op.tryLock, mutex);
    return (yield) as boolean;
  }

  *unlock(mutex: Mutex): Program {
    this.ask(Op.unlock, mutex);
    yield;
  }

  *readLock(lock: RWMutex): Program {
    this.ask(Op.readLock, lock);
    yield;
  }

  *readUnlock(lock: RWMutex): Program {
    this.ask(Op.readUnlock, lock);
    yield;
  }

  *writeLock(lock: RWMutex): Program {
    this.ask(Op.writeLock, lock);
    yield;
  }

  *writeUnlock(lock: RWMutex): Program {
    this.ask(Op.writeUnlock, lock);
    yield;
  }

  *add(group: WaitGroup, delta: number): Program {
    this.ask(Op.groupAdd, group, null, delta);
    yield;
  }

  *done(group: WaitGroup): Program {
    this.ask(Op.groupAdd, group, null, -1);
    yield;
  }

  *wait(group: WaitGroup): Program {
    this.ask(Op.groupWait, group);
    yield;
  }

  *condWait(cond: Cond): Program {
    this.ask(Op.condWait, cond);
    yield;
  }

  *signal(cond: Cond): Program {
    this.ask(Op.condSignal, cond);
    yield;
  }

  *broadcast(cond: Cond): Program {
    this.ask(Op.condBroadcast, cond);
    yield;
  }

  /** `once.Do(f)` */
  *do(once: Once, body: (go: Go) => Program): Program {
    this.ask(Op.once, once);
    if (!((yield) as boolean)) return;
    yield* body(this);
    once.done = true;
    this.machine.watcher?.release(this.machine.current, once.address);
    this.ask(Op.unlock, once.mutex);
    yield;
  }

  // ---- memory ----

  *load<Value>(variable: Variable<Value>): Program<Value> {
    this.ask(Op.access, variable);
    return (yield) as Value;
  }

  *store<Value>(variable: Variable<Value>, value: Value): Program {
    this.ask(Op.access, variable, value, 1);
    yield;
  }

  /** `variable.Load()` of sync/atomic. */
  *atomicLoad(variable: Variable<number>): Program<number> {
    this.ask(Op.atomic, variable, (old: number) => old, 1);
    return (yield) as number;
  }

  /** An atomic change; gives the new value. */
  *atomic(variable: Variable<number>, change: (old: number) => number): Program<number> {
    this.ask(Op.atomic, variable, change);
    return (yield) as number;
  }

  /** Allocates bytes, which are garbage at once unless `kept`. */
  *allocate(bytes: number, kept = false): Program {
    this.ask(Op.allocate, null, kept, count(bytes, 'an allocation'));
    yield;
  }

  /** `runtime.GC()` */
  *collect(): Program {
    this.ask(Op.collect);
    yield;
  }

  // ---- maps ----

  *makeMap(spec: Partial<MapSpec> = {}): Program<EmulatedMap> {
    const map = this.map(spec);
    this.askMap(map, map.make(), 1);
    yield;
    return map;
  }

  /** `m[key] = value` */
  *put(map: EmulatedMap, key: MapKey, value: number): Program {
    this.askMap(map, map.write(key, value), 1);
    yield;
  }

  /** `m[key] op= …` */
  *update(map: EmulatedMap, key: MapKey, change: (old: number) => number): Program {
    this.askMap(map, map.update(key, change), 1);
    yield;
  }

  /** `m[key]`: 0 where it is missing. */
  *get(map: EmulatedMap, key: MapKey): Program<number> {
    this.askMap(map, map.read(key), 0);
    return ((yield) as MapOperation).value;
  }

  /** `_, ok := m[key]` */
  *has(map: EmulatedMap, key: MapKey): Program<boolean> {
    this.askMap(map, map.read(key, true), 0);
    return ((yield) as MapOperation).found;
  }

  /** `delete(m, key)` */
  *delete(map: EmulatedMap, key: MapKey): Program {
    this.askMap(map, map.delete(key), 1);
    yield;
  }

  *clear(map: EmulatedMap): Program {
    this.askMap(map, map.clear(), 1);
    yield;
  }

  /** `for range m`: give it to `go.next` until that says false. */
  range(map: EmulatedMap): MapRange {
    return { map, iteration: map.iterate() };
  }

  /** Whether there is a next entry: its `key` and `value` are on `range.iteration` then. */
  *next({ map, iteration }: MapRange): Program<boolean> {
    this.askMap(map, iteration.advance(), 0);
    yield;
    return !iteration.done;
  }

  private ask(op: OpNumber, object: unknown = null, value: unknown = null, amount = 0): void {
    const { current } = this.machine;
    checkOperand(op, object);
    current.op = op;
    current.object = object;
    current.value = value;
    current.amount = amount;
  }

  /** `writes`: 1 where the operation changes the map. */
  private askMap(map: EmulatedMap, operation: Operation, writes: 0 | 1): void {
    const { current } = this.machine;
    current.op = Op.map;
    current.object = map;
    current.amount = writes;
    current.running = operation;
  }
}

/** The largest duration or size that a program may ask for: 2^40, some 18 minutes, a tebibyte. */
const MAX_AMOUNT = 2 ** 40;

function count(amount: number, what: string): number {
  if (Number.isInteger(amount) && amount >= 0 && amount <= MAX_AMOUNT) return amount;
  throw new UsageError(`${what} of ${amount}; a whole number from 0 to 2^40 is expected`);
}

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
import { Op, type OpNumber } from './ops.ts';
import { Request, Sequence } from './requests.ts';
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
  call<Result>(name: string, line: number, body: (go: Go) => Program<Result>): Program<Result> {
    return this.sequence('call', () => this.calling(name, line, body));
  }

  private *calling<Result>(name: string, line: number, body: (go: Go) => Program<Result>): Program<Result> {
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
  region<Result>(name: string, body: (go: Go) => Program<Result>): Program<Result> {
    return this.sequence('region', () => this.within(String(name), body));
  }

  private *within<Result>(name: string, body: (go: Go) => Program<Result>): Program<Result> {
    yield* this.ask('region', Op.annotate, 'region begin', name);
    const result = yield* body(this);
    yield* this.ask('region', Op.annotate, 'region end', name);
    return result;
  }

  /** `trace.Log(ctx, category, message)` */
  log(category: string, message: string): Program {
    return this.ask('log', Op.annotate, 'log', `${category}\n${message}`);
  }

  // ---- goroutines and time ----

  /** `go name()`: the body is a generator function; `line` is where its function begins. */
  spawn(name: string, body: (go: Go) => Program, line = 1): Program<number> {
    const request: SpawnRequest = { name, body: () => body(this) };
    return this.ask('spawn', Op.spawn, request, null, line);
  }

  /** User code that takes so many nanoseconds; the scheduler may interrupt it at any of them. */
  work(ns: number): Program {
    return this.ask('work', Op.work, null, null, count(ns, 'work'));
  }

  sleep(ns: number): Program {
    return this.ask('sleep', Op.sleep, null, null, count(ns, 'sleep'));
  }

  /** A system call that is in the kernel for `ns`. */
  syscall(ns: number): Program {
    return this.ask('syscall', Op.syscall, null, null, count(ns, 'a system call'));
  }

  /** Waits for the network: the answer comes after `ns`. */
  network(ns: number): Program {
    return this.ask('network', Op.network, null, null, count(ns, 'the network'));
  }

  /** `runtime.Gosched()` */
  gosched(): Program {
    return this.ask('gosched', Op.gosched, null, null);
  }

  lockOSThread(): Program {
    return this.ask('lockOSThread', Op.lockThread, null, null);
  }

  unlockOSThread(): Program {
    return this.ask('unlockOSThread', Op.unlockThread, null, null);
  }

  /** `runtime.GOMAXPROCS(n)` */
  setMaxProcs(n: number): Program {
    if (!(Number.isInteger(n) && n >= 1 && n <= 256)) throw new UsageError(`GOMAXPROCS of ${n}; 1 to 256 are possible`);
    return this.ask('setMaxProcs', Op.maxProcs, null, null, n);
  }

  /** `panic(message)`: nothing recovers it. */
  panic(message: string): Program {
    return this.ask('panic', Op.panic, null, String(message));
  }

  /** `os.Exit(code)` */
  exit(code = 0): Program {
    return this.ask('exit', Op.exit, null, null, count(code, 'an exit code'));
  }

  // ---- channels ----

  send<Value>(channel: Channel<Value> | null, value: Value): Program {
    return this.ask('send', Op.send, channel, value);
  }

  /** `v, ok := <-channel` */
  receive<Value>(channel: Channel<Value> | null): Program<Received<Value>> {
    return this.ask('receive', Op.receive, channel, null);
  }

  close<Value>(channel: Channel<Value> | null): Program {
    return this.ask('close', Op.close, channel, null);
  }

  /** `select`: `go.sending(ch, v)` and `go.receiving(ch)` make its cases. */
  select(cases: readonly SelectCase[], hasDefault = false): Program<Selected> {
    return this.ask('select', Op.select, cases, null, hasDefault ? 1 : 0);
  }

  sending<Value>(channel: Channel<Value> | null, value: Value): SelectCase {
    return { channel: channel as Channel | null, send: true, value };
  }

  receiving<Value>(channel: Channel<Value> | null): SelectCase {
    return { channel: channel as Channel | null, send: false, value: undefined };
  }

  /** `select {}` */
  block(): Program {
    return this.ask('block', Op.block, null, null);
  }

  // ---- locks ----

  lock(mutex: Mutex): Program {
    return this.ask('lock', Op.lock, mutex, null);
  }

  tryLock(mutex: Mutex): Program<boolean> {
    return this.ask('tryLock', Op.tryLock, mutex, null);
  }

  unlock(mutex: Mutex): Program {
    return this.ask('unlock', Op.unlock, mutex, null);
  }

  readLock(lock: RWMutex): Program {
    return this.ask('readLock', Op.readLock, lock, null);
  }

  readUnlock(lock: RWMutex): Program {
    return this.ask('readUnlock', Op.readUnlock, lock, null);
  }

  writeLock(lock: RWMutex): Program {
    return this.ask('writeLock', Op.writeLock, lock, null);
  }

  writeUnlock(lock: RWMutex): Program {
    return this.ask('writeUnlock', Op.writeUnlock, lock, null);
  }

  add(group: WaitGroup, delta: number): Program {
    return this.ask('add', Op.groupAdd, group, null, delta);
  }

  done(group: WaitGroup): Program {
    return this.ask('done', Op.groupAdd, group, null, -1);
  }

  wait(group: WaitGroup): Program {
    return this.ask('wait', Op.groupWait, group, null);
  }

  condWait(cond: Cond): Program {
    return this.ask('condWait', Op.condWait, cond, null);
  }

  signal(cond: Cond): Program {
    return this.ask('signal', Op.condSignal, cond, null);
  }

  broadcast(cond: Cond): Program {
    return this.ask('broadcast', Op.condBroadcast, cond, null);
  }

  /** `once.Do(f)` */
  do(once: Once, body: (go: Go) => Program): Program {
    return this.sequence('do', () => this.doing(once, body));
  }

  private *doing(once: Once, body: (go: Go) => Program): Program {
    if (!(yield* this.ask<boolean>('do', Op.once, once))) return;
    yield* body(this);
    once.done = true;
    this.machine.watcher?.release(this.machine.current, once.address);
    yield* this.ask('do', Op.unlock, once.mutex);
  }

  // ---- memory ----

  load<Value>(variable: Variable<Value>): Program<Value> {
    return this.ask('load', Op.access, variable, null);
  }

  store<Value>(variable: Variable<Value>, value: Value): Program {
    return this.ask('store', Op.access, variable, value, 1);
  }

  /** `variable.Load()` of sync/atomic. */
  atomicLoad(variable: Variable<number>): Program<number> {
    return this.ask('atomicLoad', Op.atomic, variable, (old: number) => old, 1);
  }

  /** An atomic change; gives the new value. */
  atomic(variable: Variable<number>, change: (old: number) => number): Program<number> {
    return this.ask('atomic', Op.atomic, variable, change);
  }

  /** Allocates bytes, which are garbage at once unless `kept`. */
  allocate(bytes: number, kept = false): Program {
    return this.ask('allocate', Op.allocate, null, kept, count(bytes, 'an allocation'));
  }

  /** `runtime.GC()` */
  collect(): Program {
    return this.ask('collect', Op.collect, null, null);
  }

  // ---- maps ----

  makeMap(spec: Partial<MapSpec> = {}): Program<EmulatedMap> {
    const map = this.map(spec);
    return this.askMap('makeMap', map, () => map.make(), { writes: true, convert: () => map });
  }

  /** `m[key] = value` */
  put(map: EmulatedMap, key: MapKey, value: number): Program {
    return this.askMap('put', map, () => map.write(key, value), WRITES);
  }

  /** `m[key] op= …` */
  update(map: EmulatedMap, key: MapKey, change: (old: number) => number): Program {
    return this.askMap('update', map, () => map.update(key, change), WRITES);
  }

  /** `m[key]`: 0 where it is missing. */
  get(map: EmulatedMap, key: MapKey): Program<number> {
    return this.askMap('get', map, () => map.read(key), READS_VALUE);
  }

  /** `_, ok := m[key]` */
  has(map: EmulatedMap, key: MapKey): Program<boolean> {
    return this.askMap('has', map, () => map.read(key, true), READS_FOUND);
  }

  /** `len(m)`: a read that nothing orders. `map.len` says the same without a moment at which others could run. */
  len(map: EmulatedMap): Program<number> {
    return this.ask('len', Op.mapLen, map);
  }

  /** `delete(m, key)` */
  delete(map: EmulatedMap, key: MapKey): Program {
    return this.askMap('delete', map, () => map.delete(key), WRITES);
  }

  clear(map: EmulatedMap): Program {
    return this.askMap('clear', map, () => map.clear(), WRITES);
  }

  /** `for range m`: give it to `go.next` until that says false. */
  range(map: EmulatedMap): MapRange {
    return { map, iteration: map.iterate() };
  }

  /** Whether there is a next entry: its `key` and `value` are on `range.iteration` then. */
  next({ map, iteration }: MapRange): Program<boolean> {
    return this.askMap('next', map, () => iteration.advance(), { writes: false, convert: () => !iteration.done });
  }

  // ---- requests ----

  /** One operation: `name` is the method that makes it. */
  private ask<Result = void>(
    name: GoMethod,
    op: OpNumber,
    object: unknown = null,
    operand: unknown = null,
    amount = 0,
  ): Program<Result> {
    const request = new Request(this.machine, op, object, operand);
    request.amount = amount;
    return this.made(name, request);
  }

  private askMap<Result = void>(name: GoMethod, map: EmulatedMap, begin: () => Operation, how: MapAccess): Program<Result> {
    const request = new Request(this.machine, Op.map, map, begin);
    request.amount = how.writes ? 1 : 0;
    request.convert = how.convert;
    return this.made(name, request);
  }

  private sequence<Result>(name: GoMethod, make: () => Program<Result>): Program<Result> {
    return this.made(name, new Sequence(this.machine, make));
  }

  private made<Result>(name: GoMethod, request: Request | Sequence): Program<Result> {
    this.machine.ledger.made(request, name, this[name] as () => unknown);
    // It has what `yield*` asks of a generator, and nothing else is done with it.
    return request as unknown as Program<Result>;
  }
}

type GoMethod = Exclude<keyof Go, 'now' | 'id'>;

/** Of an operation on a map: whether it changes the map, and what the program is given of it. */
interface MapAccess {
  readonly writes: boolean;
  readonly convert: ((operation: unknown) => unknown) | null;
}

const WRITES: MapAccess = { writes: true, convert: () => undefined };
const READS_VALUE: MapAccess = { writes: false, convert: (operation) => (operation as MapOperation).value };
const READS_FOUND: MapAccess = { writes: false, convert: (operation) => (operation as MapOperation).found };

/** The largest duration or size that a program may ask for: 2^40, some 18 minutes, a tebibyte. */
const MAX_AMOUNT = 2 ** 40;

function count(amount: number, what: string): number {
  if (Number.isInteger(amount) && amount >= 0 && amount <= MAX_AMOUNT) return amount;
  throw new UsageError(`${what} of ${amount}; a whole number from 0 to 2^40 is expected`);
}

/** What things cost, in nanoseconds of CPU, each figure with its basis. A JSON file may replace any of them by its name. */

import { InputError } from '../base/errors.ts';

interface CostEntry {
  readonly value: number;
  readonly unit: 'ns' | 'ns/byte' | 'ns/P';
  /** Where the figure is from: `measured` names a benchmark, `source` the runtime's text, `derived` arithmetic on those. */
  readonly basis: string;
}

const ns = (value: number, basis: string): CostEntry => ({ value, unit: 'ns', basis });

export const COST_TABLE = {
  memoryAccess: ns(1, 'a guess: a load or store that hits the first cache'),
  userStep: ns(5, 'a guess: loop overhead around an operation'),
  mapHash: ns(6, 'derived: a third of an insert into a preallocated map'),
  mapCheck: ns(2, 'a guess: a load and a branch'),
  mapFlag: ns(1, 'a guess: load, xor, store, a third each'),
  mapProbe: ns(10, 'derived: a preallocated insert of 31 ns (cockroachdb/swiss README, Xeon 2.6 GHz) minus hash and store'),
  mapStore: ns(5, 'derived: the rest of an insert'),
  mapRead: ns(7, 'measured: lookup of an int64 in L2, cockroachdb/swiss README'),
  mapIterate: ns(11, 'measured: classic, per entry, cockroachdb/swiss README; Swiss takes half'),
  evacuateEntry: ns(20, 'derived: (growing minus preallocated) / 1.62 entries moved per insert'),
  rehashEntry: ns(16, 'derived: (growing minus preallocated) / 1.75 entries moved per insert'),
  zeroByte: { value: 0.05, unit: 'ns/byte', basis: 'a guess: 20 GB/s' },
  allocSmall: ns(15, 'measured: malloc of 16 B takes 13.7 ns, Go commit 1fc585dc2f, i5-12600K'),
  allocLarge: ns(200, 'measured: a large struct takes 195 ns, Go commit 1fc585dc2f'),
  goCreate: ns(200, 'measured: create, run and exit take 124 to 213 ns, Go commits 1fc585dc2f and 52bd1c4d6c'),
  goExit: ns(50, 'derived: part of the same'),
  switch: ns(150, 'derived: ping-pong on one P minus its channel operations, Go commit 52bd1c4d6c'),
  chanOp: ns(50, 'source: chan.go, runtime/proc.go name 50 ns for a synchronous operation'),
  chanWake: ns(100, 'derived: ChanSync takes 109 ns, Go commit 1fc585dc2f'),
  lock: ns(10, 'derived: an RWMutex operation takes 18 ns, and has more atomics'),
  spin: ns(1000, 'a guess: 30 PAUSE take 0.3 to 1.4 microseconds by CPU'),
  atomicOp: ns(5, 'a guess: an uncontended atomic addition'),
  wakeThread: ns(3500, 'derived, weak: 2.9 microseconds from WakeupParallelSpinning at 8 Ps'),
  newThread: ns(12_000, 'a guess: clone and first run of a thread'),
  timerSlack: ns(65_000, 'measured: epoll_wait of 1 ms takes 1.07 ms; Linux lets timers be late by 50 microseconds'),
  stealVisit: ns(20, 'a guess: a look at one P'),
  stealTake: ns(100, 'a guess: taking from another P'),
  runnextDelay: ns(3000, 'source: runqgrab in runtime/proc.go waits 3 microseconds'),
  syscall: ns(80, 'measured: 80 to 90 ns of bookkeeping per call, a small VM, Go 1.25'),
  asyncPreempt: ns(5000, 'a guess: delivery of a signal'),
  stopWorld: ns(10_000, 'measured: stopping took 20 to 150 microseconds on 12 Ps, Go commit bd640c882a, scaled'),
  stopWorldPerP: { value: 1000, unit: 'ns/P', basis: 'the same' },
  sweepTermination: ns(10_000, 'scaled from Go commit bd640c882a'),
  markTermination: ns(30_000, 'measured: 30 microseconds at one P, 50 at 12, Go commit bd640c882a'),
  markByte: { value: 1, unit: 'ns/byte', basis: 'measured: 1 to 2 MB/ms per worker, Go commit cf4f1d07a1' },
  sweepByte: { value: 0.01, unit: 'ns/byte', basis: 'a guess: a span of 8 KiB in 80 ns' },
  timerFire: ns(100, 'a guess: heap operation and ready'),
} as const satisfies Record<string, CostEntry>;

export type CostName = keyof typeof COST_TABLE;
/** Figures by name, in the unit that the table tells. */
export type Costs = Readonly<Record<CostName, number>>;

export const DEFAULT_COSTS: Costs = Object.fromEntries(
  Object.entries(COST_TABLE).map(([name, { value }]) => [name, value]),
) as Record<CostName, number>;

const MAX_COST = 1e12;

/** The default figures, with those of a JSON object `{"name": figure}` in their place. @throws InputError */
export function parseCosts(text: string): Costs {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    throw new InputError(`no JSON: ${(error as Error).message}`);
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new InputError('costs are one JSON object: {"mapProbe": 12}');
  }
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(COST_TABLE, name))
      throw new InputError(`an unknown cost "${name}"; known are ${Object.keys(COST_TABLE).join(', ')}`);
    if (typeof value !== 'number' || !(value >= 0 && value <= MAX_COST)) {
      throw new InputError(`the cost "${name}" is ${JSON.stringify(value)}; a number from 0 to ${MAX_COST} is expected`);
    }
  }
  return { ...DEFAULT_COSTS, ...(given as Partial<Costs>) };
}

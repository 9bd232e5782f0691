/**
 * By how much times differ on a real machine: steps of the runtime, wake-ups of threads, and the moments at which the kernel
 * takes the CPU away. Measured with Go 1.26 on a shared machine of 2 CPUs; `npm run reality` shows the same machine.
 */

import { Random } from '../../base/random.ts';

/** Share of all, and the factor up to which it goes: logarithms are linear between. */
type Quantiles = readonly (readonly [share: number, factor: number])[];

/** 200,000 times to and fro over two channels, by their median of 270 ns. */
const STEPS: Quantiles = [
  [0, 0.78],
  [0.05, 0.79],
  [0.25, 0.96],
  [0.5, 1],
  [0.75, 1.06],
  [0.9, 1.22],
  [0.99, 1.3],
  [1, 1.45],
];

/** 8,000 goroutines that an idle P takes over, by their median of 70 µs: the longest had to wait for a CPU. */
const WAKE_UPS: Quantiles = [
  [0, 0.16],
  [0.01, 0.6],
  [0.05, 0.97],
  [0.5, 1],
  [0.9, 1.02],
  [0.97, 1.1],
  [0.99, 7],
  [0.995, 30],
  [0.999, 75],
  [1, 110],
];

/**
 * The kernel takes the CPU: 389 times in a second of a loop that only looked at the clock, for times x with
 * P(> x) = (x / 1 µs)^−1/4 (21 µs in the median, 4 ms in one of ten). One time slice of the kernel is the most here.
 */
const INTERRUPT_PERIOD = 2_570_000;
const INTERRUPT_LEAST = 1000;
const INTERRUPT_MOST = 4_000_000;

const TABLE_SIZE = 1024;

function tabulate(quantiles: Quantiles, amount: number): Float64Array {
  return Float64Array.from({ length: TABLE_SIZE }, (_, i) => quantileAt(quantiles, (i + 0.5) / TABLE_SIZE) ** amount);
}

function quantileAt(quantiles: Quantiles, share: number): number {
  const above = quantiles.findIndex(([to]) => to >= share);
  const [from, low] = quantiles[above - 1];
  const [to, high] = quantiles[above];
  return low * (high / low) ** ((share - from) / (to - from));
}

const tables = new Map<number, { steps: Float64Array; wakeUps: Float64Array }>();

export class Spread {
  private readonly random: Random;
  private readonly amount: number;
  private readonly steps: Float64Array;
  private readonly wakeUps: Float64Array;
  private untilInterrupt: number;

  /** `amount`: 1 as measured; more and less are powers of the factors, and interrupts so many times as often. */
  constructor(seed: number, amount: number) {
    this.random = new Random(seed, 'spread');
    this.amount = amount;
    let made = tables.get(amount);
    if (made === undefined) {
      made = { steps: tabulate(STEPS, amount), wakeUps: tabulate(WAKE_UPS, amount) };
      tables.set(amount, made);
    }
    this.steps = made.steps;
    this.wakeUps = made.wakeUps;
    this.untilInterrupt = this.interval();
  }

  /** A step on a CPU: whole nanoseconds, one at least. `exact`: what it takes is told, and only interrupts lengthen it. */
  step(ns: number, exact: boolean): number {
    let taken = ns;
    if (!exact) {
      const random = this.random.uint32();
      taken = Math.max(1, Math.floor(ns * this.steps[random & (TABLE_SIZE - 1)] + (random >>> 10) / 0x40_0000));
    }
    this.untilInterrupt -= taken;
    return this.untilInterrupt > 0 ? taken : taken + this.interrupt();
  }

  /** Until a thread that is woken runs. */
  wakeUp(ns: number): number {
    return Math.round(ns * this.wakeUps[this.random.uint32() & (TABLE_SIZE - 1)]);
  }

  private interrupt(): number {
    this.untilInterrupt = this.interval();
    const share = Math.max(1e-9, this.random.fraction());
    return Math.round(Math.min(INTERRUPT_MOST, INTERRUPT_LEAST / share ** 4));
  }

  private interval(): number {
    return (-Math.log(1 - this.random.fraction()) * INTERRUPT_PERIOD) / this.amount;
  }
}

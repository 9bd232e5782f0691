/** When a collection begins and how hard it works: the rules of runtime/mgcpacer.go, as far as schedules show them. */

const MIB = 1024 * 1024;
const MIN_HEAP = 4 * MIB;
/** The collector's share of the CPU while it marks. */
const UTILIZATION = 0.25;
/** A share that is further off than this by whole workers alone gets a fractional one. */
const MAX_ROUNDING = 0.3;

export interface WorkerShare {
  /** Workers that do nothing else until marking ends. */
  readonly dedicated: number;
  /** The share of each P's time that the other workers may take; 0 for none. */
  readonly fractional: number;
}

/** Workers for so many Ps: 1 of 4, none but fractional ones for 1, 2, 3 Ps, one and a twelfth of each P for 6. */
export function shareWorkers(procs: number): WorkerShare {
  const goal = procs * UTILIZATION;
  let dedicated = Math.floor(goal + 0.5);
  const error = dedicated / goal - 1;
  if (error >= -MAX_ROUNDING && error <= MAX_ROUNDING) return { dedicated, fractional: 0 };
  if (dedicated > goal) dedicated--;
  return { dedicated, fractional: (goal - dedicated) / procs };
}

/** The heap at which a cycle is to be over, by what the last one left, and GOGC in per cent (negative: off). */
export function heapGoal(live: number, roots: number, gogc: number): number {
  if (gogc < 0) return Number.POSITIVE_INFINITY;
  return Math.max((MIN_HEAP * gogc) / 100, live + ((live + roots) * gogc) / 100);
}

/** The heap at which a cycle begins: early enough for what is allocated meanwhile (`runway`), within bounds. */
export function heapTrigger(live: number, goal: number, runway: number): number {
  if (goal === Number.POSITIVE_INFINITY) return goal;
  const lowest = live + 0.7 * (goal - live);
  const highest = Math.max(live + 0.95 * (goal - live), goal - 4 * MIB);
  return Math.max(lowest, Math.min(goal - runway, highest));
}

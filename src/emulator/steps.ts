/**
 * What the scheduler and the modelled data structures (maps) have in common: an operation is a chain of micro-steps, and
 * between two of them any other goroutine may run. So a reader can see a half-written slot, and a flag behaves as in
 * the runtime.
 */

/** What one micro-step does. Operations fill in and hand out the same object again and again. */
export interface Step {
  /** Nanoseconds of CPU, an integer, from the cost profile. */
  cost: number;
  /** Memory it touches, for the race detector; `address` is from the {@link AddressSpace}. */
  access: 'none' | 'read' | 'write';
  address: number;
  /** Frames that are on top of the goroutine's own stack while the step runs: an id of the {@link SiteTable}. */
  site: number;
  /** What the runtime throws at this step (`concurrent map writes`), or null. */
  fault: string | null;
  /** Bytes allocated: they feed the heap, mark assists and the pace of the collector. */
  allocates: number;
  /** Begin and end of a growth phase, for user regions: `grow begin`, `grow end`; null at other steps. */
  mark: string | null;
  /** Whether the step begins at a function's prologue, where a pending preemption takes effect. */
  prologue: boolean;
}

/** A running operation: a step at a time, null when done; its result is on the operation itself. */
export interface Operation {
  next(): Step | null;
}

export function makeStep(): Step {
  return { cost: 0, access: 'none', address: 0, site: 0, fault: null, allocates: 0, mark: null, prologue: false };
}

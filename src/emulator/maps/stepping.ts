/** How the maps' operations run: one generator per operation, one step object, and the record of growths. */

import type { Operation, Step } from '../steps.ts';
import { makeStep } from '../steps.ts';
import type { AllocationSites } from './frames.ts';
import { MAX_SMALL, roundUpSize } from './layout.ts';
import type { Growth, GrowthKind, MapOperation, MapWorld } from './map.ts';

export type Steps = Generator<void, void, void>;

/** What a value is stored in: the element array of a bucket array or a table, even one that was replaced meanwhile. */
export interface Cells {
  readonly elems: Float64Array;
  addressOf(slot: number): number;
}

/** An operation on its way. What the runtime keeps in registers across steps is kept here. */
export class Running implements MapOperation, Operation {
  private readonly step = makeStep();
  private steps: Steps | null = null;
  found = false;
  value = 0;
  /** The slot that was found, or the one to fill; -1 without one. */
  slot = -1;
  /** Where a probe goes on; -1 at its end. */
  place = -1;
  cells: Cells | null = null;

  start(steps: Steps): this {
    this.steps = steps;
    return this;
  }

  next(): Step | null {
    // After a fault there is no going on.
    if (this.steps === null || this.step.fault !== null || this.steps.next().done === true) return null;
    return this.step;
  }

  /** Makes the step a plain one of this cost; what else it does is set by the caller before it yields. */
  at(cost: number, site: number): Step {
    const { step } = this;
    step.cost = cost;
    step.access = 'none';
    step.address = 0;
    step.site = site;
    step.fault = null;
    step.allocates = 0;
    step.mark = null;
    step.prologue = false;
    return step;
  }

  /** The first step of a function that the program calls: a prologue, and the access that the detector is told of. */
  enter(cost: number, site: number, access: 'read' | 'write', address: number): void {
    const step = this.at(cost, site);
    step.access = access;
    step.address = address;
    step.prologue = true;
  }

  /** The last step of all: the runtime throws. */
  fail(fault: string, site: number): void {
    this.at(0, site).fault = fault;
  }

  /** A step in the program's own code, which loads or stores the element. */
  touch(cost: number, access: 'read' | 'write'): void {
    const step = this.at(cost, 0);
    step.access = access;
    step.address = this.cells === null ? 0 : this.cells.addressOf(this.slot);
  }
}

export class GrowthRecord implements Growth {
  readonly kind: GrowthKind;
  readonly count: number;
  readonly from: number;
  readonly to: number;
  readonly beganAt: number;
  directory = false;
  endedAt: number | null = null;
  operations = 1;
  moved = 0;
  cost = 0;
  bytes = 0;

  constructor(kind: GrowthKind, what: { count: number; from: number; to: number; beganAt: number }) {
    this.kind = kind;
    this.count = what.count;
    this.from = what.from;
    this.to = what.to;
    this.beganAt = what.beganAt;
  }

  /** A step of the growth: its cost is the growth's too. */
  at(op: Running, cost: number, site: number): Step {
    this.cost += cost;
    return op.at(cost, site);
  }
}

/** Bytes that the runtime zeroes between two looks at whether it should stop (mallocgc of large objects, no pointers). */
const ZERO_CHUNK = 256 * 1024;

export interface Allocation {
  readonly world: MapWorld;
  readonly bytes: number;
  readonly pointers: boolean;
  readonly sites: AllocationSites;
  readonly growth: GrowthRecord | null;
  readonly mark?: string | undefined;
}

/** The steps of one allocation: taking the memory, and zeroing it, which of large objects is a chain of steps of its own. */
export function* allocate(op: Running, what: Allocation): Steps {
  const { world, pointers, sites, growth } = what;
  const { costs } = world;
  const size = roundUpSize(what.bytes);
  const large = size > MAX_SMALL;
  const cost = large ? costs.allocLarge : costs.allocSmall + size * costs.zeroByte;
  const step = spend(op, growth, cost, large ? sites.large : sites.small);
  step.allocates = size;
  step.prologue = true;
  step.mark = what.mark ?? null;
  if (growth !== null) growth.bytes += size;
  yield;
  if (!large) return;
  const chunk = pointers ? size : ZERO_CHUNK;
  for (let done = 0; done < size; done += chunk) {
    spend(op, growth, Math.min(chunk, size - done) * costs.zeroByte, sites.zero).prologue = !pointers;
    yield;
  }
}

function spend(op: Running, growth: GrowthRecord | null, cost: number, site: number): Step {
  const whole = Math.round(cost);
  return growth === null ? op.at(whole, site) : growth.at(op, whole, site);
}

/** Running map operations in tests: alone, or step by step in turns. */

import { Random } from '../../../src/base/random.ts';
import { AddressSpace } from '../../../src/emulator/addresses.ts';
import { DEFAULT_COSTS } from '../../../src/emulator/costs.ts';
import { makeMap } from '../../../src/emulator/maps/index.ts';
import type { EmulatedMap, MapKey, MapSpec, MapWorld } from '../../../src/emulator/maps/map.ts';
import { SiteTable } from '../../../src/emulator/sites.ts';
import type { Operation, Step } from '../../../src/emulator/steps.ts';
import { defaultMapKind, type GoRelease } from '../../../src/emulator/version.ts';

export interface TestWorld extends MapWorld {
  clock: number;
}

export function makeWorld(release: GoRelease, seed = 1): TestWorld {
  const world: TestWorld = {
    release,
    sites: new SiteTable(),
    addresses: new AddressSpace(),
    costs: DEFAULT_COSTS,
    random: new Random(seed, 'maps'),
    clock: 0,
    lengthRead: () => {},
    now: () => world.clock,
  };
  return world;
}

export function mapOf(world: MapWorld, spec: Partial<MapSpec> = {}): EmulatedMap {
  return makeMap({ kind: defaultMapKind(world.release), keys: 'fast64', ...spec }, world);
}

/** Copies of all steps of an operation. Fails at a throw. */
export function stepsOf(op: Operation): Step[] {
  const steps: Step[] = [];
  for (let step = op.next(); step !== null; step = op.next()) steps.push({ ...step });
  const fault = steps.find((step) => step.fault !== null);
  if (fault !== undefined) throw new Error(`the runtime threw: ${fault.fault}`);
  return steps;
}

/** Runs an operation alone; gives what it cost. */
export function run(op: Operation, world?: TestWorld): number {
  let cost = 0;
  for (let step = op.next(); step !== null; step = op.next()) {
    if (step.fault !== null) throw new Error(`the runtime threw: ${step.fault}`);
    cost += step.cost;
    if (world !== undefined) world.clock += step.cost;
  }
  return cost;
}

export function read(map: EmulatedMap, key: MapKey): number | null {
  const op = map.read(key, true);
  run(op);
  return op.found ? op.value : null;
}

/** All entries that a `for range` meets, in its order. `during` runs after each. */
export function ranged(map: EmulatedMap, during: (key: MapKey) => void = () => undefined): [MapKey, number][] {
  const met: [MapKey, number][] = [];
  const iteration = map.iterate();
  for (;;) {
    run(iteration.advance());
    if (iteration.done) return met;
    met.push([iteration.key, iteration.value]);
    during(iteration.key);
  }
}

/** Runs operations in turns, `choose` naming who goes on; the first throw, or null. */
export function interleave(programs: readonly (() => Operation | null)[], choose: (ready: number) => number): string | null {
  const running = programs.map((next) => ({ next, op: next() })).filter(({ op }) => op !== null);
  while (running.length > 0) {
    const at = choose(running.length);
    const turn = running[at];
    const step = turn.op?.next() ?? null;
    if (step?.fault) return step.fault;
    if (step !== null) continue;
    turn.op = turn.next();
    if (turn.op === null) running.splice(at, 1);
  }
  return null;
}

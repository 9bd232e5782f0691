/** What goroutines see of each other inside a map, step by step: the runtime's checks catch what they catch, and no more. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { type EmulatedMap, MAP_FAULTS, type MapOperation } from '../../../src/emulator/maps/map.ts';
import type { Operation, Step } from '../../../src/emulator/steps.ts';
import type { GoRelease } from '../../../src/emulator/version.ts';
import { interleave, makeWorld, mapOf, read, run, type TestWorld } from './driving.ts';

const RELEASES: readonly GoRelease[] = [23, 26];

/** Steps an operation until the step has an effect that the test looks for; gives that step. */
function until(op: Operation, wanted: (step: Step) => boolean): Step {
  for (let step = op.next(); step !== null; step = op.next()) if (wanted(step)) return step;
  throw new Error('the operation ended before');
}

function skip(op: Operation, steps: number): void {
  for (let i = 0; i < steps; i++) op.next();
}

function faultOf(op: Operation): string | null {
  for (let step = op.next(); step !== null; step = op.next()) if (step.fault !== null) return step.fault;
  return null;
}

/** Steps of a write before the flag is set: the check, the hash, and the load of the flag. */
const CHECK = 1;
const HASHED = 2;
const FLAG_LOADED = 3;
const FLAG_STORED = 4;

function filled(world: TestWorld, count: number): EmulatedMap {
  const map = mapOf(world);
  for (let i = 0; i < count; i++) run(map.write(i, i));
  return map;
}

function topFrame(world: TestWorld, step: Step): string {
  const [{ function: name, file, line }] = world.sites.framesOf(step.site);
  return `${name} ${file}:${line}`;
}

describe.each(RELEASES)('in a map of Go 1.%d', (release) => {
  it('a write dies at its entry while another one is under way', () => {
    const world = makeWorld(release);
    const map = filled(world, 5);
    const [a, b] = [map.write(1, 10), map.write(2, 20)];
    skip(a, FLAG_STORED);
    const step = until(b, ({ fault }) => fault !== null);
    expect(step.fault).toBe('concurrent map writes');
    expect(topFrame(world, step)).toBe(
      release === 23 ? 'runtime.fatal runtime/panic.go:1079' : 'internal/runtime/maps.fatal runtime/panic.go:1181',
    );
    expect(b.next()).toBeNull();
  });

  it('two writers that toggle the flag one after the other die at the end of the first', () => {
    const map = filled(makeWorld(release), 5);
    const [a, b] = [map.write(1, 10), map.write(2, 20)];
    skip(a, HASHED);
    skip(b, HASHED);
    skip(a, 2);
    skip(b, 2);
    expect(faultOf(a)).toBe(MAP_FAULTS.writes);
  });

  it('two writers that set the flag over each other are found when the second one ends', () => {
    const map = filled(makeWorld(release), 5);
    const [a, b] = [map.write(1, 10), map.write(2, 20)];
    skip(a, FLAG_LOADED);
    skip(b, FLAG_LOADED);
    skip(a, 1);
    skip(b, 1);
    run(a);
    expect(faultOf(b)).toBe(MAP_FAULTS.writes);
  });

  it('writers whose windows do not overlap are not found, though both store into one element', () => {
    const map = filled(makeWorld(release), 5);
    const [a, b] = [map.update(1, (old) => old + 1), map.update(1, (old) => old + 1)];
    until(a, ({ access, site }) => access === 'read' && site === 0);
    until(b, ({ access, site }) => access === 'read' && site === 0);
    run(a);
    run(b);
    expect(read(map, 1)).toBe(2);
  });

  it('a read dies at its entry while a write is under way, but not once it is past the check', () => {
    const map = filled(makeWorld(release), 5);
    const write = map.write(1, 10);
    const early = map.read(1);
    skip(early, CHECK);
    skip(write, FLAG_STORED);
    expect(faultOf(map.read(1))).toBe('concurrent map read and map write');
    run(early);
    expect(early.value).toBe(1);
  });

  it('a read of an empty map looks at no flag', () => {
    const map = mapOf(makeWorld(release));
    skip(map.write(1, 1), FLAG_STORED);
    const op = map.read(1, true);
    run(op);
    expect(op.found).toBe(false);
  });

  it('a read sees a new key before its value is there', () => {
    const map = filled(makeWorld(release), 5);
    const write = map.write(77, 770);
    let torn: MapOperation | null = null;
    for (let step = write.next(); step !== null; step = write.next()) {
      if (step.access === 'write' && step.site === 0) break;
      torn = map.read(77, true);
      if (faultOf(torn) !== null) torn = null;
    }
    // The flag is clear again, the value is stored in the step that has just been handed out.
    expect(torn).toMatchObject({ found: true, value: 0 });
    expect(read(map, 77)).toBe(770);
  });

  it('a value stored late goes into a table that was replaced meanwhile, and is lost', () => {
    const map = filled(makeWorld(release), release === 23 ? 13 : 14);
    const write = map.update(3, () => 333);
    until(write, ({ access, site }) => access === 'read' && site === 0);
    for (let i = 100; i < 120; i++) run(map.write(i, i));
    run(write);
    expect(read(map, 3)).toBe(3);
  });

  it('an iterator checks at every entry, and not when it starts', () => {
    const map = filled(makeWorld(release), 5);
    const iteration = map.iterate();
    run(iteration.advance());
    const write = map.write(1, 10);
    skip(write, FLAG_STORED);
    expect(faultOf(iteration.advance())).toBe('concurrent map iteration and map write');

    const another = map.iterate().advance();
    skip(another, 2);
    expect(faultOf(another)).toBe('concurrent map iteration and map write');
  });

  it('deletes and clears say that they are writes', () => {
    const map = filled(makeWorld(release), 5);
    skip(map.delete(1), FLAG_STORED);
    expect(faultOf(map.delete(2))).toBe('concurrent map writes');
    expect(faultOf(map.clear())).toBe('concurrent map writes');
    expect(faultOf(map.read(3))).toBe('concurrent map read and map write');
  });

  it('len is never checked', () => {
    const map = filled(makeWorld(release), 5);
    skip(map.write(9, 9), FLAG_STORED);
    expect(map.len).toBe(5);
  });

  it('writers without a lock die in some schedules and get away in others', () => {
    const outcomes = new Map<string | null, number>();
    for (let seed = 0; seed < 400; seed++) {
      const map = mapOf(makeWorld(release, seed));
      const fault = interleave([writer(map, 0, 1), writer(map, 100, 1)], chooserOf(seed, 0.2));
      outcomes.set(fault, (outcomes.get(fault) ?? 0) + 1);
    }
    expect(outcomes.get(MAP_FAULTS.writes) ?? 0).toBeGreaterThan(50);
    expect(outcomes.get(null) ?? 0).toBeGreaterThan(50);
  });

  it('a lock keeps every schedule well', () => {
    for (let seed = 0; seed < 50; seed++) {
      const map = mapOf(makeWorld(release, seed));
      const lock = new Lock();
      const programs = [0, 100, 200].map((from) => lock.guard(writer(map, from, 40)));
      expect(interleave(programs, chooserOf(seed, 0.5))).toBeNull();
      expect(map.len).toBe(120);
    }
  });

  it('every schedule ends, in a throw or without one', () => {
    for (let seed = 0; seed < 150; seed++) {
      const map = mapOf(makeWorld(release, seed), { keys: seed % 2 === 0 ? 'fast64' : 'generic' });
      const programs = [writer(map, 0, 60), writer(map, 30, 60), reader(map, 90), ranger(map)];
      const choose = chooserOf(seed, 0.1);
      let steps = 0;
      interleave(programs, (ready) => {
        if (++steps > 50_000) throw new Error(`seed ${seed} does not end`);
        return choose(ready);
      });
      expect(steps).toBeGreaterThan(0);
    }
  });

  it('a map that was torn by writers nobody stopped breaks nothing of ours', () => {
    for (let seed = 0; seed < 40; seed++) {
      const map = mapOf(makeWorld(release, seed), { keys: seed % 2 === 0 ? 'fast64' : 'generic' });
      const alive = [writer(map, 0, 60), writer(map, 30, 60), reader(map, 90), ranger(map)].map((next) => ({ next, op: next() }));
      const choose = chooserOf(seed, 0.3);
      // Who is caught goes on with the next operation, as no program does. A full table may then be probed for ever, as in Go.
      for (let steps = 0; alive.length > 0 && steps < 5000; steps++) {
        const at = choose(alive.length);
        const step = alive[at].op?.next() ?? null;
        if (step?.fault || step === null) alive[at].op = alive[at].next();
        if (alive[at].op === null) alive.splice(at, 1);
      }
      expect(map.entries().every(([key]) => typeof key === 'number')).toBe(true);
    }
  });
});

/** Who goes on: mostly the same as before, another one with a chance of `change`. */
function chooserOf(seed: number, change: number): (ready: number) => number {
  const random = new Random(seed, 'turns');
  let at = 0;
  return (ready) => {
    if (random.fraction() < change) at = random.below(ready);
    at %= ready;
    return at;
  };
}

function writer(map: EmulatedMap, from: number, count: number): () => Operation | null {
  let i = 0;
  return () => (i < count ? map.write(from + i++, i) : null);
}

function reader(map: EmulatedMap, count: number): () => Operation | null {
  let i = 0;
  return () => (i < count ? map.read(i++) : null);
}

function ranger(map: EmulatedMap): () => Operation | null {
  const iteration = map.iterate();
  return () => (iteration.done ? null : iteration.advance());
}

/** A mutex in the simplest form: who does not hold it spins. */
class Lock {
  private holder: unknown = null;

  guard(next: () => Operation | null): () => Operation | null {
    return () => {
      const op = next();
      return op === null ? null : { next: () => this.step(op) };
    };
  }

  private step(op: Operation): Step | null {
    if (this.holder !== null && this.holder !== op) return WAITING;
    this.holder = op;
    const step = op.next();
    if (step === null) this.holder = null;
    return step;
  }
}

const WAITING: Step = {
  cost: 0,
  access: 'none',
  address: 0,
  site: 0,
  fault: null,
  allocates: 0,
  mark: null,
  prologue: false,
};

describe('the stacks that the race detector gets', () => {
  const entries: readonly [GoRelease, string, string][] = [
    [23, 'read', 'runtime.mapaccess1_fast64 runtime/map_fast64.go:13'],
    [23, 'write', 'runtime.mapassign_fast64 runtime/map_fast64.go:113'],
    [26, 'write', 'runtime.mapassign_fast64 internal/runtime/maps/runtime_fast64.go:196'],
    [25, 'write', 'runtime.mapassign_fast64 internal/runtime/maps/runtime_fast64_swiss.go:195'],
  ];
  it.each(entries)('are those that Go 1.%d reports for a %s', (release, what, frame) => {
    const world = makeWorld(release);
    const map = filled(world, 3);
    const op = what === 'read' ? map.read(1) : map.write(1, 1);
    expect(topFrame(world, op.next()!)).toBe(frame);
  });

  it('have mapaccess2 above mapaccess1 in Go 1.27, and faststr at the lines of a recorded report', () => {
    const world = makeWorld(27);
    const map = mapOf(world, { keys: 'faststr' });
    run(map.write('a', 1));
    const { site } = map.read('a').next()!;
    expect(world.sites.framesOf(site).map(({ function: name, line }) => `${name}:${line}`)).toEqual([
      'runtime.mapaccess2_faststr:120',
      'runtime.mapaccess1_faststr:115',
    ]);
    expect(topFrame(world, map.write('a', 2).next()!)).toBe(
      'runtime.mapassign_faststr internal/runtime/maps/runtime_faststr.go:261',
    );
  });
});

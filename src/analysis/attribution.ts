/**
 * Which tests a race or a crash belongs to. The race runtime prints at once, so in the output of `go test` a report
 * often stands under an innocent test, or under none (parallel tests, a goroutine that outlives its test). A test function
 * in one of the stacks is proof, and two tests that share something are both guilty. The position is all there is where
 * the goroutines left no such frame.
 */

import { splitName } from '../model/names.ts';
import type { Goroutine, RaceReport, TestPosition } from '../model/snapshot.ts';
import { type CallFrame, type Frame, isElided, type StackId, type StackTable } from '../model/stacks.ts';
import type { Attribution, CrashAttribution, GuiltyTest, TestTimeout } from '../model/summary.ts';

const NOWHERE: TestPosition = { test: null, package: null };

/** What one stack says of tests. */
interface Trail {
  readonly test: { readonly name: string; readonly package: string } | null;
  /** The package whose TestMain is in it. */
  readonly mainOf: string | null;
}

/** What the stacks of a table say of tests, each looked at once. */
export class Trails {
  private readonly known = new Map<StackId, Trail>();
  private readonly stacks: StackTable;

  constructor(stacks: StackTable) {
    this.stacks = stacks;
  }

  of(stack: StackId): Trail {
    let trail = this.known.get(stack);
    if (trail === undefined) {
      trail = trailOf(this.stacks.framesAt(stack));
      this.known.set(stack, trail);
    }
    return trail;
  }
}

export function attributeRace(race: RaceReport, stacks: StackTable, trails: Trails = new Trails(stacks)): Attribution {
  const all = trailsOf(race, trails);
  return attributionOf(guiltyIn(all, race.position), all, race.position);
}

/** All tests that a race belongs to: those in its stacks, accesses first; without any the one that was running. */
export function guiltyTests(race: RaceReport, stacks: StackTable, trails: Trails = new Trails(stacks)): GuiltyTest[] {
  return guiltyIn(trailsOf(race, trails), race.position);
}

function trailsOf(race: RaceReport, trails: Trails): Trail[] {
  return [...race.accesses, ...race.creations].map(({ stack }) => trails.of(stack));
}

function trailOf(frames: readonly Frame[]): Trail {
  return { test: testIn(frames), mainOf: mainPackageIn(frames) };
}

/** Whose test the goroutine that crashed was in; null outside tests. */
export function attributeCrash(
  goroutine: Goroutine | null,
  stacks: StackTable,
  position: TestPosition = NOWHERE,
): CrashAttribution | null {
  const creator = goroutine?.createdBy?.frame;
  const made = creator === undefined ? [] : [[stacks.frame(creator)]];
  const all = (goroutine === null ? [] : [stacks.framesAt(goroutine.stack), ...made]).map(trailOf);
  const tests = guiltyIn(all, position);
  const found = attributionOf(tests, all, position);
  return found.test === null && found.package === null ? null : { ...found, tests };
}

/** The tests that were stuck. */
export function attributeTimeout({ stuck, running }: TestTimeout, position: TestPosition = NOWHERE): CrashAttribution | null {
  const tests: GuiltyTest[] = [];
  const path = position.package ?? stuck.find((one) => one.package !== null)?.package ?? null;
  const names = running.length > 0 ? running : stuck.map(({ name }) => name.replace(/[.:].*$/, ''));
  for (const name of names) addTest(tests, { package: path, name, certain: true, by: 'stack' });
  if (tests.length === 0 && position.test !== null)
    addTest(tests, { package: path, name: position.test, certain: false, by: 'position' });
  const found = attributionOf(tests, [], position);
  return found.test === null && found.package === null ? null : { ...found, tests };
}

function guiltyIn(all: readonly Trail[], position: TestPosition): GuiltyTest[] {
  const tests: GuiltyTest[] = [];
  for (const { test: found } of all) {
    if (found !== null) addTest(tests, { ...found, package: position.package ?? found.package, certain: true, by: 'stack' });
  }
  const { test } = position;
  // a subtest has no name in stacks: the position tells which one of a test that the stacks name
  const isPartOfOne = test !== null && tests.some(({ name }) => test.startsWith(`${name}/`));
  if (test !== null && (tests.length === 0 || isPartOfOne)) {
    addTest(tests, { name: test, package: position.package, certain: false, by: 'position' });
  }
  return tests;
}

function attributionOf(tests: readonly GuiltyTest[], all: readonly Trail[], { package: path }: TestPosition): Attribution {
  const [first] = tests;
  if (first === undefined)
    return { test: null, package: path ?? all.find(({ mainOf }) => mainOf !== null)?.mainOf ?? null, by: null };
  return { test: first.name, package: first.package, by: first.by };
}

function addTest(tests: GuiltyTest[], test: GuiltyTest): void {
  if (!tests.some(({ name, package: path }) => name === test.name && path === test.package)) tests.push(test);
}

/** A test function, or a closure in one. */
const TEST = /^((?:Test|Benchmark|Fuzz|Example)(?![a-z])[\p{L}\p{N}_]*)(?:\.|$)/u;

/** The outermost test function of a stack. TestMain runs all tests and is none, unless package testing runs it as one. */
function testIn(frames: readonly Frame[]): { name: string; package: string } | null {
  const calls = frames.filter((frame): frame is CallFrame => !isElided(frame));
  for (let i = calls.length - 1; i >= 0; i--) {
    const { function: name, file } = calls[i];
    const { package: path, rest } = splitName(name);
    const match = TEST.exec(rest);
    if (match === null || path === 'testing' || (file !== null && !file.endsWith('_test.go'))) continue;
    if (match[1] === 'TestMain' && calls[i + 1]?.function !== 'testing.tRunner') continue;
    return { name: match[1], package: path.replace(/_test$/, '') };
  }
  return null;
}

function mainPackageIn(frames: readonly Frame[]): string | null {
  for (const frame of frames) {
    if (isElided(frame)) continue;
    const { package: path, rest } = splitName(frame.function);
    if (/^TestMain(?:\.|$)/.test(rest) && (frame.file === null || frame.file.endsWith('_test.go')))
      return path.replace(/_test$/, '');
  }
  return null;
}

/**
 * Which test a race belongs to. The race runtime prints at once, so in the output of `go test` a report often stands
 * under an innocent test, or under none (parallel tests, a goroutine that outlives its test). A test function in one
 * of the stacks is proof; the position is all there is where the goroutine left no such frame.
 */

import { splitName } from '../model/names.ts';
import type { RaceReport } from '../model/snapshot.ts';
import { isElided, type StackId, type StackTable } from '../model/stacks.ts';
import type { Attribution } from '../model/summary.ts';

export function attributeRace(race: RaceReport, stacks: StackTable): Attribution {
  const found = [...race.accesses, ...race.creations].map(({ stack }) => testIn(stack, stacks)).find((test) => test !== null);
  if (found) return { test: found.test, package: race.position.package ?? found.package, by: 'stack' };
  const { test, package: path } = race.position;
  return { test, package: path, by: test === null ? null : 'position' };
}

/** A test function, or a closure in one; the outermost of the stack. */
const TEST = /^((?:Test|Benchmark|Fuzz|Example)(?![a-z])[\p{L}\p{N}_]*)(?:\.|$)/u;

function testIn(stack: StackId, stacks: StackTable): { test: string; package: string } | null {
  for (const frame of stacks.framesAt(stack).reverse()) {
    if (isElided(frame)) continue;
    const { package: path, rest } = splitName(frame.function);
    const match = TEST.exec(rest);
    if (match !== null && path !== 'testing') return { test: match[1], package: path.replace(/_test$/, '') };
  }
  return null;
}

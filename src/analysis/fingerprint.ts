/**
 * The identity of a data race: what stays the same from run to run, from build to build and when lines move.
 *
 * Version 1 hashes the two sides in sorted order. A side is its kind, the functions of its stack from the access
 * outwards without those of the runtime and of the testing package, and the functions of the go statement's stack
 * that made its goroutine. Type lists are folded to `[...]`, as compilers write their shapes differently. Lines,
 * addresses, offsets, ids and whether a goroutine had ended are left out; which side was caught does not count.
 */

import { createHash } from 'node:crypto';
import { foldTypeLists, isRuntimeFunction } from '../model/names.ts';
import type { RaceAccess, RaceReport } from '../model/snapshot.ts';
import { isElided, type StackId, type StackTable } from '../model/stacks.ts';

const VERSION = 'v1';
const HEX_DIGITS = 32;

/** `v1:` and 32 hexadecimal digits. */
export function fingerprintRace(race: RaceReport, stacks: StackTable): string {
  const sides = race.accesses.map((access) => describeSide(access, race, stacks)).sort();
  const hash = createHash('sha256').update(JSON.stringify(sides)).digest('hex');
  return `${VERSION}:${hash.slice(0, HEX_DIGITS)}`;
}

function describeSide(access: RaceAccess, race: RaceReport, stacks: StackTable): string {
  const creation = race.creations.find(({ goroutine }) => goroutine === access.goroutine);
  const created = creation === undefined ? [] : functionsOf(creation.stack, stacks);
  return JSON.stringify([access.kind, functionsOf(access.stack, stacks), created]);
}

function functionsOf(stack: StackId, stacks: StackTable): string[] {
  return stacks
    .framesAt(stack)
    .flatMap((frame) => (isElided(frame) ? [] : [foldTypeLists(frame.function)]))
    .filter((name) => !isRuntimeFunction(name) && !name.startsWith('testing.'));
}

/**
 * The identity of a data race: what stays the same from run to run, from build to build and when lines move.
 *
 * Version 2 hashes the two sides in sorted order. A side is the functions of its stack from the access outwards and
 * the functions of the go statement's stack that made its goroutine, both as {@link namesOf} gives them. Whether it read
 * or wrote is left out: of two `n++` chance decides which one is caught reading. So are lines, files, addresses, ids,
 * and whether a goroutine had ended. A stack that the detector had forgotten is unknown: such a race has a
 * fingerprint of its own, and {@link mayBeSame} tells which others it could be.
 *
 * Version 1, kept for lists made with it, has the kind in each side and drops nothing but the runtime and testing.
 */

import { createHash } from 'node:crypto';
import { foldTypeLists, isRuntimeFunction } from '../model/names.ts';
import type { RaceAccess, RaceCreation, RaceReport } from '../model/snapshot.ts';
import { type CallFrame, isElided, NO_STACK, type StackId, type StackTable } from '../model/stacks.ts';
import type { RaceSide } from '../model/summary.ts';
import { dropOldWrapper, namesOf } from './raceframes.ts';

const HEX_DIGITS = 32;

/** `v2:` and 32 hexadecimal digits. */
export function fingerprintRace(race: RaceReport, stacks: StackTable): string {
  const sides = sidesOf(race, stacks).map(({ access, created }) => JSON.stringify([access, created]));
  return `v2:${hashOf(sides.sort())}`;
}

/** `v1:` and 32 hexadecimal digits, as written before version 2. It changes from run to run of one race. */
export function fingerprintRaceV1(race: RaceReport, stacks: StackTable): string {
  const sides = race.accesses.map((access) => {
    const created = creationOf(access, race);
    const names = created === undefined ? [] : plainNames(created.stack, stacks);
    return JSON.stringify([access.kind, plainNames(access.stack, stacks), names]);
  });
  return `v1:${hashOf(sides.sort())}`;
}

export interface RaceIdentity {
  readonly fingerprint: string;
  /** What version 1 called it. */
  readonly older: string;
}

/** Fingerprints of many reports: those with the same stacks are worked out once. */
export class RaceIdentities {
  private readonly known = new Map<string, RaceIdentity>();
  private readonly stacks: StackTable;

  constructor(stacks: StackTable) {
    this.stacks = stacks;
  }

  of(race: RaceReport): RaceIdentity {
    const key = race.accesses.map((access) => this.keyOf(access, race)).join();
    let identity = this.known.get(key);
    if (identity === undefined) {
      identity = { fingerprint: fingerprintRace(race, this.stacks), older: fingerprintRaceV1(race, this.stacks) };
      this.known.set(key, identity);
    }
    return identity;
  }

  private keyOf(access: RaceAccess, race: RaceReport): string {
    const { kind, stack, stackRestored, goroutine } = access;
    const made = creationOf(access, race);
    return `${kind} ${stack} ${stackRestored} ${goroutine === 'main'} ${made?.stack} ${made?.stackRestored}`;
  }
}

/** The sides of a race in the order of the report; a report that is cut may have one. */
export function sidesOf(race: RaceReport, stacks: StackTable): RaceSide[] {
  return race.accesses.map((access) => {
    const made = creationOf(access, race);
    const created = made === undefined ? [] : callFrames(made.stack, stacks);
    return { access: accessText(access, created, stacks), created: createdText(access, made, created) };
  });
}

/** Whether two races could be one: what is known of their sides agrees, and something is unknown of either. */
export function mayBeSame(one: readonly RaceSide[], other: readonly RaceSide[]): boolean {
  if (!isPartial(one) && !isPartial(other)) return false;
  const [a, b] = [twoSides(one), twoSides(other)];
  const agrees = (first: RaceSide, second: RaceSide) => sideAgrees(a[0], first) && sideAgrees(a[1], second);
  return agrees(b[0], b[1]) || agrees(b[1], b[0]);
}

/** Whether something that tells the race apart was not in the report. */
export function isPartial(sides: readonly RaceSide[]): boolean {
  return sides.length < 2 || sides.some(({ access, created }) => access === null || created === null);
}

const UNKNOWN: RaceSide = { access: null, created: null };

function twoSides(sides: readonly RaceSide[]): readonly [RaceSide, RaceSide] {
  return [sides[0] ?? UNKNOWN, sides[1] ?? UNKNOWN];
}

function sideAgrees(one: RaceSide, other: RaceSide): boolean {
  return agree(one.access, other.access) && agree(one.created, other.created);
}

function agree(one: string | null, other: string | null): boolean {
  return one === null || other === null || one === other;
}

function accessText(access: RaceAccess, created: readonly CallFrame[], stacks: StackTable): string | null {
  if (!access.stackRestored || access.stack === NO_STACK) return null;
  return JSON.stringify(namesOf(dropOldWrapper(callFrames(access.stack, stacks), created)));
}

/** The main goroutine has no go statement, which is known; of another one without a stack it is not. */
function createdText(access: RaceAccess, made: RaceCreation | undefined, created: readonly CallFrame[]): string | null {
  if (access.goroutine === 'main') return '[]';
  return made?.stackRestored && made.stack !== NO_STACK ? JSON.stringify(namesOf(created)) : null;
}

function creationOf({ goroutine }: RaceAccess, race: RaceReport): RaceCreation | undefined {
  return race.creations.find((creation) => creation.goroutine === goroutine);
}

function callFrames(stack: StackId, stacks: StackTable): CallFrame[] {
  return stacks.framesAt(stack).filter((frame): frame is CallFrame => !isElided(frame));
}

function plainNames(stack: StackId, stacks: StackTable): string[] {
  return callFrames(stack, stacks)
    .map((frame) => foldTypeLists(frame.function))
    .filter((name) => !isRuntimeFunction(name) && !name.startsWith('testing.'));
}

function hashOf(sides: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(sides)).digest('hex').slice(0, HEX_DIGITS);
}

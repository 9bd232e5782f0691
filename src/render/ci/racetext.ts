/** A race, a crash and a time-out as lines of plain text, in the order and words of Go's own reports. */

import type { CiAccess, CiCrash, CiFrame, CiRace, CiRepository, CiTestName, CiTimeout } from '../../model/ci.ts';
import { briefName, isRuntimeFunction } from '../../model/names.ts';
import { placeOfFrame } from './repository.ts';
import { countOf } from './text.ts';

/** Frames of one stack that are shown. */
const MAX_FRAMES = 30;

/** `read in p.A, write in p.B`: the innermost functions outside the runtime. */
export function sidesOf({ accesses }: Pick<CiRace, 'accesses'>): string {
  return accesses.map((access) => `${access.kind} in ${functionOf(access)}`).join(', ') || 'a report that is cut';
}

/** The function of an access, in short. */
export function functionOf({ frames, stackRestored }: CiAccess): string {
  const frame = frames.find(({ function: name }) => !isRuntimeFunction(name)) ?? frames[0];
  return frame === undefined || !stackRestored ? 'a forgotten place' : briefName(frame.function);
}

export function* raceLines(race: CiRace, repository: CiRepository): Generator<string> {
  const { fingerprint, state, seen, accesses, creations, firstLine } = race;
  yield `data race ${fingerprint} (${state}, ${countOf(seen, 'report')}, first at ${firstLine.file}:${firstLine.line})`;
  for (const [at, access] of accesses.entries()) {
    const word = at === 0 ? access.kind : `previous ${access.kind}`;
    const where = access.address === null ? '' : ` at ${access.address}`;
    yield `${word[0].toUpperCase()}${word.slice(1)}${where} by goroutine ${access.goroutine}:`;
    yield* stackLines(access, repository);
  }
  for (const creation of creations) {
    yield `Goroutine ${creation.goroutine} (${creation.state}) created at:`;
    yield* stackLines(creation, repository);
  }
}

interface Stack {
  readonly frames: readonly CiFrame[];
  readonly stackRestored: boolean;
}

function* stackLines({ frames, stackRestored }: Stack, repository: CiRepository): Generator<string> {
  if (!stackRestored) yield '    the race detector has forgotten this stack';
  yield* frameLines(frames, repository);
}

export function* frameLines(frames: readonly CiFrame[], repository: CiRepository): Generator<string> {
  for (const frame of frames.slice(0, MAX_FRAMES)) yield `    ${frameText(frame, repository)}`;
  if (frames.length > MAX_FRAMES) yield `    … and ${frames.length - MAX_FRAMES} more frames`;
}

/** Function and place; of the repository's own files the path in it. */
function frameText(frame: CiFrame, repository: CiRepository): string {
  const place = placeOfFrame(frame, repository);
  const file = place?.file ?? frame.file;
  return file === null ? frame.function : `${frame.function}  ${file}${frame.line === null ? '' : `:${frame.line}`}`;
}

export function* crashLines(crash: CiCrash, repository: CiRepository): Generator<string> {
  yield* `${crash.kind}: ${crash.message}`.split('\n');
  yield* frameLines(crash.frames, repository);
  if (crash.createdBy !== null) yield `created by ${frameText(crash.createdBy, repository)}`;
  for (const { goroutine, operation, frame } of crash.mapUsers)
    yield `inside the map: goroutine ${goroutine}, ${operation}, ${frameText(frame, repository)}`;
  yield dumpText(crash);
}

export function* timeoutLines(timeout: CiTimeout, repository: CiRepository): Generator<string> {
  yield `time-out of ${timeout.by}${timeout.after === null ? '' : ` after ${timeout.after}`}`;
  for (const { name, ranFor, frames } of timeout.stuck) {
    yield `${name} was running${ranFor === null ? '' : ` for ${ranFor}`}`;
    yield* frameLines(frames, repository);
  }
  yield dumpText(timeout);
}

function dumpText({ goroutines, dump }: Pick<CiCrash, 'goroutines' | 'dump'>): string {
  return `${countOf(goroutines, 'goroutine')}${dump === null ? '' : `: ${dump} in the archive`}`;
}

/** `TestA and TestB`; what is only likely is marked. */
export function namesOf(tests: readonly (CiTestName & { readonly certain?: boolean })[]): string {
  return tests.map(({ name, certain }) => (certain === false ? `${name} (likely)` : name)).join(' and ');
}

/**
 * `goflame/inspect/1`: everything that was read, as one JSON document in chunks; its size has no bound in memory.
 * Numbers that the text does not give are null, words that are not there are left out.
 */

import type { Problem } from '../base/errors.ts';
import type { CrashJoin } from '../model/crashjoin.ts';
import type { CountRecord, FoldedPart } from '../model/evidence.ts';
import { decodeName } from '../model/names.ts';
import { countStacks, totalWeight } from '../model/profile.ts';
import type {
  Ancestor,
  Creator,
  Goroutine,
  LooseStack,
  MapUser,
  RaceAccess,
  RaceCreation,
  ServedPanic,
} from '../model/snapshot.ts';
import { type FrameId, isElided, type StackId, type StackTable } from '../model/stacks.ts';
import type { DumpSummary, PartSummary, RaceGroup, RaceSummary, TestTimeout } from '../model/summary.ts';

/** One input as it is shown. The parts hold their goroutines, records and races. */
export interface InspectedInput {
  readonly file: string;
  readonly stacks: StackTable;
  readonly summaries: readonly PartSummary[];
  readonly problems: readonly Problem[];
}

/** `joins`: of each crash with each trace, where there are both. */
export function* writeInspectJson(inputs: Iterable<InspectedInput>, joins: readonly CrashJoin[] = []): Generator<string> {
  yield '{"schema":"goflame/inspect/1","inputs":[';
  let first = true;
  for (const input of inputs) {
    yield `${first ? '' : ','}\n{"file":${JSON.stringify(input.file)},"parts":[`;
    first = false;
    yield* join(input.summaries, (summary) => writePart(summary, new JsonFrames(input.stacks)));
    yield `],"problems":${JSON.stringify(input.problems)}}`;
  }
  yield joins.length === 0 ? '\n]}\n' : `\n],"joined":${JSON.stringify(joins)}}\n`;
}

function* join<T>(items: Iterable<T>, write: (item: T) => Iterable<string>): Generator<string> {
  let first = true;
  for (const item of items) {
    yield first ? '\n' : ',\n';
    first = false;
    yield* write(item);
  }
}

/** Frames of one table as JSON text, each made once. */
class JsonFrames {
  private readonly stacks: StackTable;
  private readonly known: (string | undefined)[] = [];

  constructor(stacks: StackTable) {
    this.stacks = stacks;
  }

  frame(id: FrameId): string {
    this.known[id] ??= this.describe(id);
    return this.known[id];
  }

  stack(id: StackId): string {
    return `[${this.stacks
      .framesOf(id)
      .map((frame) => this.frame(frame))
      .join(',')}]`;
  }

  creator(createdBy: Creator | null): string {
    return createdBy === null ? 'null' : `${this.frame(createdBy.frame).slice(0, -1)},"goroutine":${createdBy.goroutine}}`;
  }

  private describe(id: FrameId): string {
    const frame = this.stacks.frame(id);
    if (isElided(frame)) return JSON.stringify({ elided: frame.elided });
    return JSON.stringify({ function: decodeName(frame.function), file: frame.file, line: frame.line > 0 ? frame.line : null });
  }
}

function* writePart(summary: PartSummary, frames: JsonFrames): Generator<string> {
  if ('mapUsers' in summary) yield* writeDump(summary, frames);
  else if ('reports' in summary) yield* writeRaces(summary, frames);
  else if (summary.part.format === 'goroutine-profile') {
    const { format, line, name, total, records } = summary.part;
    yield `${JSON.stringify({ format, line, name, total }).slice(0, -1)},"records":[`;
    yield* join(records, (record) => [recordJson(record, frames)]);
    yield ']}';
  } else if (summary.part.format === 'folded') yield JSON.stringify(describeFolded(summary.part));
  else yield JSON.stringify(summary.part);
}

function describeFolded({ format, line, profile }: FoldedPart): object {
  const { before, unit } = profile;
  const total = totalWeight(profile);
  const sampleTypes = before === null ? [unit] : ['before', 'after'];
  const totals = before === null ? [total] : [before.reduce((sum, weight) => sum + weight, 0), total];
  return { format, line, sampleTypes, totals, stacks: countStacks(profile) };
}

function recordJson({ count, labels, stack }: CountRecord, frames: JsonFrames): string {
  return `{"count":${count},"labels":${JSON.stringify(labels)},"frames":${frames.stack(stack)}}`;
}

// ---- goroutine dumps ----

function* writeDump(summary: DumpSummary, frames: JsonFrames): Generator<string> {
  const { part, mapUsers } = summary;
  const { format, line } = part;
  yield `${JSON.stringify({ format, line, ...crashFields(summary), ...testFields(summary) }).slice(0, -1)}`;
  if (part.runtimeStack !== null) yield `,"runtimeStack":${frames.stack(part.runtimeStack)}`;
  if (part.looseStacks.length > 0) yield `,"looseStacks":[${part.looseStacks.map((one) => looseJson(one, frames)).join(',')}]`;
  yield `,"mapUsers":[${mapUsers.map((user) => mapUserJson(user, frames)).join(',')}],"goroutines":[`;
  yield* join(part.goroutines, (goroutine) => [goroutineJson(goroutine, frames)]);
  yield ']}';
}

function crashFields({ part, attribution, crashed, caller }: DumpSummary): object {
  const { crash, servedPanic } = part;
  if (servedPanic !== null) return { crash: servedCrash(servedPanic, part.line), servedPanic };
  if (crash === null) return { crash };
  const where = attribution === null ? {} : { test: attribution.test, package: attribution.package };
  const { kind, message, line, chain, notes = [], signal = null } = crash;
  const words = { ...(signal === null ? {} : { signal }), ...(notes.length > 0 ? { notes } : {}) };
  const who = { goroutine: crashed?.id ?? null, ...(caller === null ? {} : { calledBy: caller.id }) };
  return { crash: { kind, message, line, chain, ...words, ...who, ...where } };
}

/** What a server caught is told like what any other code caught. */
function servedCrash({ message }: ServedPanic, line: number): object {
  return { kind: 'recovered', message, line, chain: [{ kind: 'panic', message, recovered: true, repanicked: false }] };
}

/** Which test crashed or timed out; nothing outside tests. */
function testFields({ attribution, timeout }: DumpSummary): object {
  const where =
    attribution === null
      ? {}
      : { test: attribution.test, package: attribution.package, attributedBy: attribution.by, tests: attribution.tests };
  return { ...where, ...(timeout === null ? {} : { timeout: timeoutJson(timeout) }) };
}

function timeoutJson({ after, stuck }: TestTimeout): object {
  const tests = stuck.map(({ name, oneOf, package: path, ranFor, goroutine, parents }) => ({
    name,
    ...(oneOf.length > 0 ? { oneOf } : {}),
    package: path,
    ranFor,
    goroutine: goroutine?.id ?? null,
    state: goroutine?.state ?? null,
    waitMinutes: goroutine?.waitMinutes ?? null,
    parents: parents.map(({ id }) => id),
  }));
  return { after, stuck: tests };
}

function mapUserJson({ id, operation, evidence, frame }: MapUser, frames: JsonFrames): string {
  return `{"goroutine":${id},"operation":"${operation}","evidence":"${evidence}","frame":${frames.frame(frame)}}`;
}

function goroutineJson(goroutine: Goroutine, frames: JsonFrames): string {
  const { id, state, flags, waitMinutes, lockedToThread, bubble, labels, stackAvailable, line, extra, ancestors } = goroutine;
  const head = { id, state, flags, waitMinutes, lockedToThread, bubble, labels, stackAvailable, line };
  const odd = { ...(extra.length > 0 ? { extra } : {}), ...(goroutine.truncated ? { truncated: true } : {}) };
  const before =
    ancestors.length > 0 ? `,"ancestors":[${ancestors.map((ancestor) => ancestorJson(ancestor, frames)).join(',')}]` : '';
  const body = `"frames":${frames.stack(goroutine.stack)},"createdBy":${frames.creator(goroutine.createdBy)}`;
  return `${JSON.stringify({ ...head, ...odd }).slice(0, -1)},${body}${before}}`;
}

function looseJson({ of, line, stack, createdBy }: LooseStack, frames: JsonFrames): string {
  const head = JSON.stringify({ of, line }).slice(0, -1);
  return `${head},"frames":${frames.stack(stack)},"createdBy":${frames.creator(createdBy)}}`;
}

function ancestorJson({ id, stack, createdBy }: Ancestor, frames: JsonFrames): string {
  return `{"id":${id},"frames":${frames.stack(stack)},"createdBy":${frames.creator(createdBy)}}`;
}

// ---- races ----

function* writeRaces({ part, groups }: RaceSummary, frames: JsonFrames): Generator<string> {
  const { format, line, found, races } = part;
  const groupOf = new Map(groups.flatMap((group) => group.races.map((race) => [race, group] as const)));
  yield `${JSON.stringify({ format, line, found }).slice(0, -1)},"races":[`;
  yield* join(races, (race) => [raceJson(race, groupOf.get(race) as RaceGroup, frames)]);
  yield ']}';
}

function raceJson(race: RaceGroup['race'], group: RaceGroup, frames: JsonFrames): string {
  const { test, package: path, by } = group.attributions.get(race) ?? { test: null, package: null, by: null };
  const { line, accesses, creations, position, truncated } = race;
  const { fingerprint, maybeSame } = group;
  const older = { fingerprintV1: group.olderFingerprints.get(race), ...(maybeSame.length > 0 ? { maybeSame } : {}) };
  const head = {
    line,
    fingerprint,
    ...older,
    timesSeen: group.count,
    test,
    package: path,
    attributedBy: by,
    tests: group.tests.get(race) ?? [],
    position,
  };
  const cut = truncated ? ',"truncated":true' : '';
  const sides = accesses.map((access) => accessJson(access, frames)).join(',');
  return `${JSON.stringify(head).slice(0, -1)}${cut},"accesses":[${sides}],"creations":[${creations.map((made) => creationJson(made, frames)).join(',')}]}`;
}

function accessJson({ kind, address, goroutine, stack, stackRestored }: RaceAccess, frames: JsonFrames): string {
  return `${JSON.stringify({ kind, address, goroutine, stackRestored }).slice(0, -1)},"frames":${frames.stack(stack)}}`;
}

function creationJson({ goroutine, state, stack, stackRestored }: RaceCreation, frames: JsonFrames): string {
  return `${JSON.stringify({ goroutine, state, stackRestored }).slice(0, -1)},"frames":${frames.stack(stack)}}`;
}

/**
 * What a person wants to know first of each part: goroutines grouped by identical stack, the longest waits, who made
 * most, labels, races counted by what they are. Adds up while the input is read; memory grows with different stacks,
 * and by one number a goroutine (its id).
 */

import type { CountProfilePart, CountRecord, DumpPart, Evidence, EvidenceSink, RacePart } from '../model/evidence.ts';
import { type Goroutine, isAskedFor, isDeadlock, type Labels, type RaceReport } from '../model/snapshot.ts';
import type { FrameId, StackId, StackTable } from '../model/stacks.ts';
import type {
  Counted,
  CrashAttribution,
  DumpSummary,
  LabelBreakdown,
  LongWait,
  PartSummary,
  ProfileSummary,
  RaceGroup,
  RaceSummary,
  StackGroup,
  TestTimeout,
} from '../model/summary.ts';
import { attributeCrash, attributeRace, attributeTimeout, guiltyTests, Trails } from './attribution.ts';
import { findCaller, findCrashed } from './blame.ts';
import { isPartial, mayBeSame, RaceIdentities, sidesOf } from './fingerprint.ts';
import { findMapUsers, isMapFault, type MapCandidate } from './mapusers.ts';
import { joinResults } from './testresults.ts';
import { isTimeoutReason, TestGoroutines } from './timeout.ts';

const MAX_LABEL_VALUES = 10_000;
const LONGEST_WAITS = 10;
/** Races with a forgotten stack that are compared with all others, and likenesses kept of each. */
const MAX_PARTIAL = 200;
const MAX_LIKE = 10;
const MOST_BUBBLES = 100;

/** Adds up one input. */
export class Summarizer implements EvidenceSink {
  private readonly stacks: StackTable;
  private readonly dumps = new Map<DumpPart, DumpTally>();
  private readonly profiles = new Map<CountProfilePart, ProfileTally>();
  private readonly races = new Map<RacePart, RaceReport[]>();

  constructor(stacks: StackTable) {
    this.stacks = stacks;
  }

  goroutine(goroutine: Goroutine, part: DumpPart): void {
    const tally = tallyOf(this.dumps, part, () => new DumpTally());
    tally.add(goroutine);
    if (isTimeoutReason(part.crash)) tally.addTest(goroutine, this.stacks);
  }

  record(record: CountRecord, part: CountProfilePart): void {
    tallyOf(this.profiles, part, () => new ProfileTally()).add(record);
  }

  race(race: RaceReport, part: RacePart): void {
    tallyOf(this.races, part, (): RaceReport[] => []).push(race);
  }

  /** One summary for each part, in order. */
  summarize(evidence: Evidence): PartSummary[] {
    const summaries = evidence.parts.map((part): PartSummary => {
      if (part.format === 'goroutine-dump') return tallyOf(this.dumps, part, () => new DumpTally()).summarize(part, this.stacks);
      if (part.format === 'goroutine-profile') return tallyOf(this.profiles, part, () => new ProfileTally()).summarize(part);
      if (part.format === 'race-report') return summarizeRaces(part, this.races.get(part) ?? [], this.stacks);
      return { part };
    });
    return joinResults(summaries);
  }
}

function tallyOf<K, T>(tallies: Map<K, T>, key: K, make: () => T): T {
  let tally = tallies.get(key);
  if (tally === undefined) {
    tally = make();
    tallies.set(key, tally);
  }
  return tally;
}

class DumpTally {
  private readonly groups = new Map<StackId, StackGroup>();
  private readonly missing = new Map<string, StackGroup>();
  private readonly creators = new Map<FrameId, number>();
  private readonly labels = new LabelTally();
  /** Only those that may have been running: nobody else can be inside a map. */
  private readonly candidates: MapCandidate[] = [];
  private waits: LongWait[] = [];
  private tests: TestGoroutines | null = null;
  private first: Goroutine | null = null;
  private second: Goroutine | null = null;
  private goroutines = 0;
  private systemStacks = 0;
  private truncated = 0;
  private leaked = 0;

  add(goroutine: Goroutine): void {
    if (goroutine.truncated) this.truncated++;
    this.addToFirst(goroutine);
    if (goroutine.id === 0) {
      this.systemStacks++;
      return;
    }
    this.goroutines++;
    const leaked = goroutine.flags.includes('leaked') ? 1 : 0;
    this.leaked += leaked;
    const group = this.groupOf(goroutine);
    group.count++;
    group.leaked += leaked;
    if (goroutine.flags.includes('durable')) group.durable++;
    if (goroutine.bubble !== null && group.bubbles.size < MOST_BUBBLES) group.bubbles.add(goroutine.bubble);
    if (goroutine.lockedToThread) group.locked++;
    group.minWait = Math.min(group.minWait, goroutine.waitMinutes);
    group.maxWait = Math.max(group.maxWait, goroutine.waitMinutes);
    group.states.set(goroutine.state, (group.states.get(goroutine.state) ?? 0) + 1);
    if (goroutine.createdBy !== null) {
      const { frame } = goroutine.createdBy;
      this.creators.set(frame, (this.creators.get(frame) ?? 0) + 1);
    }
    this.labels.add(goroutine.labels, 1);
    this.addWait(goroutine);
    this.addCandidate(goroutine);
  }

  /** Goroutines come in nearly the order of their lines. */
  private addToFirst(goroutine: Goroutine): void {
    if (this.first === null || goroutine.line < this.first.line) {
      this.second = this.first;
      this.first = goroutine;
    } else if (this.second === null || goroutine.line < this.second.line) this.second = goroutine;
  }

  /** A goroutine of a dump in which tests may have timed out. */
  addTest(goroutine: Goroutine, stacks: StackTable): void {
    this.tests ??= new TestGoroutines(stacks);
    this.tests.add(goroutine);
  }

  summarize(part: DumpPart, stacks: StackTable): DumpSummary {
    const groups = [...this.groups.values(), ...this.missing.values()];
    const { crash } = part;
    const timeout = crash === null ? null : (this.tests ?? new TestGoroutines(stacks)).judge(crash, this.first);
    const crashed = findCrashed(part, this.first, stacks);
    const blamed = crash !== null && isDeadlock(crash) ? this.first : crashed;
    return {
      timeout,
      crashed,
      caller: findCaller(crashed, this.second),
      attribution: attributionOfDump(part, timeout, blamed, stacks),
      part,
      goroutines: this.goroutines,
      systemStacks: this.systemStacks,
      truncated: this.truncated,
      leaked: this.leaked,
      first: this.first,
      groups: groups.sort((a, b) => b.count - a.count || a.line - b.line),
      longestWaits: this.sortedWaits(),
      creators: byCount(this.creators),
      labels: this.labels.list(),
      mapUsers:
        crash !== null && isMapFault(crash)
          ? findMapUsers(
              crash,
              this.candidates.sort((a, b) => a.line - b.line),
              stacks,
            )
          : [],
    };
  }

  /** Goroutines whose stack was not to be had are told apart by their state. */
  private groupOf(goroutine: Goroutine): StackGroup {
    const { stack, state, stackAvailable, id, line, createdBy, waitMinutes } = goroutine;
    const make = (): StackGroup => ({
      stack,
      stackAvailable,
      count: 0,
      states: new Map(),
      minWait: waitMinutes,
      maxWait: waitMinutes,
      locked: 0,
      leaked: 0,
      durable: 0,
      bubbles: new Set(),
      id,
      line,
      createdBy: createdBy?.frame ?? null,
    });
    return stack < 0 ? tallyOf(this.missing, state, make) : tallyOf(this.groups, stack, make);
  }

  private addWait({ id, state, waitMinutes: minutes, stack }: Goroutine): void {
    if (minutes === 0) return;
    this.waits.push({ id, state, minutes, stack });
    if (this.waits.length > 100 * LONGEST_WAITS) this.waits = this.sortedWaits();
  }

  private sortedWaits(): LongWait[] {
    return this.waits.sort((a, b) => b.minutes - a.minutes || a.id - b.id).slice(0, LONGEST_WAITS);
  }

  private addCandidate({ id, state, stack, line }: Goroutine): void {
    if (/^(?:running|runnable|preempted|GC |copystack)/.test(state)) this.candidates.push({ id, state, stack, line });
  }
}

/** Of a crash, not of a dump that was asked for. */
function attributionOfDump(
  { crash, position }: DumpPart,
  timeout: TestTimeout | null,
  blamed: Goroutine | null,
  stacks: StackTable,
): CrashAttribution | null {
  if (crash === null || isAskedFor(crash) || crash.kind === 'recovered') return null;
  return timeout === null ? attributeCrash(blamed, stacks, position) : attributeTimeout(timeout, position);
}

class ProfileTally {
  private readonly counts = new Map<StackId, number>();
  private readonly labels = new LabelTally();

  add({ stack, count, labels }: CountRecord): void {
    this.counts.set(stack, (this.counts.get(stack) ?? 0) + count);
    this.labels.add(labels, count);
  }

  summarize(part: CountProfilePart): ProfileSummary {
    const records = byCount(this.counts).map(({ value, count }) => ({ stack: value, count }));
    return { part, records, labels: this.labels.list() };
  }
}

class LabelTally {
  private readonly keys = new Map<string, { count: number; values: Map<string, number> }>();

  add(labels: Labels, count: number): void {
    for (const key in labels) {
      const tally = tallyOf(this.keys, key, () => ({ count: 0, values: new Map<string, number>() }));
      tally.count += count;
      const { values } = tally;
      const value = labels[key];
      if (values.size < MAX_LABEL_VALUES || values.has(value)) values.set(value, (values.get(value) ?? 0) + count);
    }
  }

  list(): LabelBreakdown[] {
    return [...this.keys]
      .map(([key, { count, values }]) => ({ key, count, distinct: values.size, values: byCount(values) }))
      .sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1));
  }
}

/** Most first, then in the order of first sight. */
function byCount<T>(counts: ReadonlyMap<T, number>): Counted<T>[] {
  return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
}

function summarizeRaces(part: RacePart, races: readonly RaceReport[], stacks: StackTable): RaceSummary {
  const groups = new Map<string, RaceGroup>();
  const identities = new RaceIdentities(stacks);
  const trails = new Trails(stacks);
  for (const race of [...races].sort((a, b) => a.line - b.line)) {
    const { fingerprint, older } = identities.of(race);
    const group = tallyOf(groups, fingerprint, () => openRaceGroup(fingerprint, race, stacks));
    group.count++;
    group.races.push(race);
    group.attributions.set(race, attributeRace(race, stacks, trails));
    group.tests.set(race, guiltyTests(race, stacks, trails));
    group.olderFingerprints.set(race, older);
  }
  const sorted = [...groups.values()].sort((a, b) => b.count - a.count || a.race.line - b.race.line);
  noteLikeness(sorted);
  return { part, reports: races.length, groups: sorted };
}

function openRaceGroup(fingerprint: string, race: RaceReport, stacks: StackTable): RaceGroup {
  return {
    fingerprint,
    sides: sidesOf(race, stacks),
    olderFingerprints: new Map(),
    maybeSame: [],
    race,
    races: [],
    count: 0,
    attributions: new Map(),
    tests: new Map(),
  };
}

function addLike(list: string[], fingerprint: string): void {
  if (list.length < MAX_LIKE && !list.includes(fingerprint)) list.push(fingerprint);
}

function noteLikeness(groups: readonly RaceGroup[]): void {
  for (const group of groups.filter(({ sides }) => isPartial(sides)).slice(0, MAX_PARTIAL)) {
    for (const other of groups) {
      if (other === group || !mayBeSame(group.sides, other.sides)) continue;
      addLike(group.maybeSame, other.fingerprint);
      addLike(other.maybeSame, group.fingerprint);
    }
  }
}

/**
 * What a person wants to know first of each part: goroutines grouped by identical stack, the longest waits, who made
 * most, labels, races counted by what they are. Adds up while the input is read; memory grows with different stacks,
 * and by one number a goroutine (its id).
 */

import type { CountProfilePart, CountRecord, DumpPart, Evidence, EvidenceSink, Part, RacePart } from '../model/evidence.ts';
import type { Goroutine, Labels, MapUser, RaceReport } from '../model/snapshot.ts';
import { type FrameId, type StackId, type StackTable } from '../model/stacks.ts';
import { attributeRace, type Attribution } from './attribution.ts';
import type { Findings } from './failon.ts';
import { fingerprintRace } from './fingerprint.ts';
import { findMapUsers, isMapFault, type MapCandidate } from './mapusers.ts';

/** Goroutines with the same stack. */
export interface StackGroup {
  readonly stack: StackId;
  readonly stackAvailable: boolean;
  count: number;
  /** State words → how many, in the order of first sight. */
  readonly states: Map<string, number>;
  minWait: number;
  maxWait: number;
  locked: number;
  leaked: number;
  /** Of the first goroutine seen: an example to look for in the text. */
  readonly id: number;
  readonly line: number;
  readonly createdBy: FrameId | null;
}

export interface LongWait {
  readonly id: number;
  readonly state: string;
  readonly minutes: number;
  readonly stack: StackId;
}

export interface Counted<T> {
  readonly value: T;
  readonly count: number;
}

export interface LabelBreakdown {
  readonly key: string;
  /** Goroutines that carry the label. */
  readonly count: number;
  /** Different values there are. */
  readonly distinct: number;
  /** Most frequent first; at most {@link MAX_LABEL_VALUES} are told apart. */
  readonly values: readonly Counted<string>[];
}

export interface DumpSummary {
  readonly part: DumpPart;
  /** Without the threads' system stacks (goroutine 0). */
  readonly goroutines: number;
  readonly systemStacks: number;
  readonly truncated: number;
  readonly leaked: number;
  /** Most goroutines first, then in the order printed. */
  readonly groups: readonly StackGroup[];
  readonly longestWaits: readonly LongWait[];
  readonly creators: readonly Counted<FrameId>[];
  readonly labels: readonly LabelBreakdown[];
  readonly mapUsers: readonly MapUser[];
}

export interface ProfileSummary {
  readonly part: CountProfilePart;
  /** Most goroutines first. */
  readonly records: readonly { stack: StackId; count: number }[];
  readonly labels: readonly LabelBreakdown[];
}

/** Reports of one race. */
export interface RaceGroup {
  readonly fingerprint: string;
  /** The first report. */
  readonly race: RaceReport;
  readonly attribution: Attribution;
  count: number;
  readonly lines: number[];
  readonly tests: Set<string>;
}

export interface RaceSummary {
  readonly part: RacePart;
  readonly reports: number;
  readonly groups: readonly RaceGroup[];
}

export type PartSummary = DumpSummary | ProfileSummary | RaceSummary | { readonly part: Exclude<Part, DumpPart | CountProfilePart | RacePart> };

const MAX_LABEL_VALUES = 10_000;
const LONGEST_WAITS = 10;

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
    tallyOf(this.dumps, part, () => new DumpTally()).add(goroutine);
  }

  record(record: CountRecord, part: CountProfilePart): void {
    tallyOf(this.profiles, part, () => new ProfileTally()).add(record);
  }

  race(race: RaceReport, part: RacePart): void {
    tallyOf(this.races, part, (): RaceReport[] => []).push(race);
  }

  /** One summary for each part, in order. */
  summarize(evidence: Evidence): PartSummary[] {
    return evidence.parts.map((part) => {
      if (part.format === 'goroutine-dump') return tallyOf(this.dumps, part, () => new DumpTally()).summarize(part, this.stacks);
      if (part.format === 'goroutine-profile') return tallyOf(this.profiles, part, () => new ProfileTally()).summarize(part);
      if (part.format === 'race-report') return summarizeRaces(part, this.races.get(part) ?? [], this.stacks);
      return { part };
    });
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
  private goroutines = 0;
  private systemStacks = 0;
  private truncated = 0;
  private leaked = 0;

  add(goroutine: Goroutine): void {
    if (goroutine.truncated) this.truncated++;
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

  summarize(part: DumpPart, stacks: StackTable): DumpSummary {
    const groups = [...this.groups.values(), ...this.missing.values()];
    const { crash } = part;
    return {
      part,
      goroutines: this.goroutines,
      systemStacks: this.systemStacks,
      truncated: this.truncated,
      leaked: this.leaked,
      groups: groups.sort((a, b) => b.count - a.count || a.line - b.line),
      longestWaits: this.sortedWaits(),
      creators: byCount(this.creators),
      labels: this.labels.list(),
      mapUsers: crash !== null && isMapFault(crash) ? findMapUsers(crash, this.candidates.sort((a, b) => a.line - b.line), stacks) : [],
    };
  }

  /** Goroutines whose stack was not to be had are told apart by their state. */
  private groupOf(goroutine: Goroutine): StackGroup {
    const { stack, state, stackAvailable, id, line, createdBy, waitMinutes } = goroutine;
    const make = (): StackGroup => ({
      stack, stackAvailable, count: 0, states: new Map(), minWait: waitMinutes, maxWait: waitMinutes, locked: 0, leaked: 0,
      id, line, createdBy: createdBy?.frame ?? null,
    }); // biome-ignore format: as they are declared
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
  for (const race of races) {
    const fingerprint = fingerprintRace(race, stacks);
    const attribution = attributeRace(race, stacks);
    const group = tallyOf(groups, fingerprint, () => ({ fingerprint, race, attribution, count: 0, lines: [], tests: new Set<string>() }));
    group.count++;
    group.lines.push(race.line);
    if (attribution.test !== null) group.tests.add(attribution.test);
  }
  return { part, reports: races.length, groups: [...groups.values()].sort((a, b) => b.count - a.count || a.race.line - b.race.line) };
}

/** Counts what `--fail-on` asks for. */
export function countFindings(summaries: readonly PartSummary[], findings: Findings): void {
  for (const summary of summaries) {
    if ('goroutines' in summary) {
      findings.goroutines += summary.goroutines;
      findings.leaks += summary.leaked;
      // A SIGQUIT is how people ask for a dump; it is no crash of the program's own making.
      if (summary.part.crash !== null && !summary.part.crash.message.startsWith('SIGQUIT')) findings.crashes++;
    } else if ('reports' in summary) {
      findings.races += summary.reports;
    } else if (summary.part.format === 'tsan-report') {
      findings.races++;
    } else if (summary.part.format === 'goroutine-profile') {
      if (summary.part.name === 'goroutineleak') findings.leaks += summary.part.total;
      else if (summary.part.name.startsWith('goroutine')) findings.goroutines += summary.part.total;
    }
  }
}

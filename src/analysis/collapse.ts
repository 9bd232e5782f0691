/**
 * Evidence → one weighted tree of frames. Every goroutine, record and access goes through the same steps:
 *
 *   1. its frames, root first, as texts (a goroutine without stack has one that says so);
 *   2. with `userOnly`, without the runtime's frames below the first user frame;
 *   3. through the filters, which see these frames alone;
 *   4. behind the frames of the groups, and of the side of the race or the chain of go statements;
 *   5. its weight added where it ends.
 *
 * Nothing of a goroutine is kept, unless go statements are to be followed: then all must be known first.
 */

import { UsageError } from '../base/errors.ts';
import type { CountProfilePart, CountRecord, DumpPart, Evidence, EvidenceSink, FoldedPart, RacePart } from '../model/evidence.ts';
import { type NodeId, type Profile, ProfileBuilder, pathOf, RaceSide, ROOT } from '../model/profile.ts';
import { type Goroutine, type Labels, partyText, type RaceAccess, type RaceReport } from '../model/snapshot.ts';
import { type FrameId, type StackId, StackTable } from '../model/stacks.ts';
import { type WaitReason, waitReasonOf } from '../model/states.ts';
import type { TraceSink } from '../model/trace.ts';
import type { ProfileWindows } from '../model/windows.ts';
import { CreationChains } from './creation.ts';
import { type FilterOptions, StackFilter } from './filter.ts';
import { FoldedTexts } from './foldedtexts.ts';
import { type FrameText, FrameTexts, functionOf } from './frames.ts';
import type { GroupKey } from './groupkeys.ts';
import { listWindows } from './trace/sliceweights.ts';
import { TRACE_GROUP_KEYS, type TraceGroupKey } from './trace/spangroups.ts';
import { TRACE_WEIGHTS, TraceWeigher, type TraceWeight, type WeighOptions } from './trace/weights.ts';

export interface CollapseOptions extends FilterOptions {
  /** Frames at the root, in this order. */
  readonly groupBy?: readonly GroupKey[];
  /**
   * Of goroutine dumps, profiles and races `count`, by default, or `wait`, the seconds waited. Of execution traces one of
   * TRACE_WEIGHTS, `running` by default.
   */
  readonly weight?: 'count' | 'wait' | TraceWeight;
  /** What of an execution trace counts, and how; see there. */
  readonly trace?: TraceCollapseOptions;
  /** Put ` FILE:LINE` behind the functions. */
  readonly lines?: boolean;
  /** Leave out the runtime's frames below the first user frame: how the runtime blocks, not what. */
  readonly userOnly?: boolean;
  /** Put the chain of go statements before each goroutine's stack. */
  readonly createdBy?: boolean;
  /** Stacks come in the order of time: only neighbours share their frames. */
  readonly ordered?: boolean;
  /** Import path prefixes of the program's own code. */
  readonly own?: readonly string[];
}

export type TraceCollapseOptions = Partial<Omit<WeighOptions, 'weight' | 'groupBy'>>;

/** The classes of {@link Profile.byClass}, in the order of the colours that stand for them. */
export const STATE_CLASSES: readonly WaitReason[] = [
  'running',
  'runnable',
  'syscall',
  'channel',
  'select',
  'lock',
  'network',
  'sleep',
  'garbage collector',
  'runtime',
  'other',
];

const NO_FRAMES: FrameText = { text: '(stack unavailable)', owner: 'note' };
const NOT_RESTORED: FrameText = { text: '(stack not restored)', owner: 'note' };
const NO_TRACE_STACK: FrameText = { text: '(no stack)', owner: 'note' };
const RUNTIME_STACK: FrameText = { text: '(runtime stack)', owner: 'note' };
const NO_GOROUTINE: FrameText = { text: '(no goroutine)', owner: 'note' };
const NO_SYMBOLS: FrameText = { text: '(no frames)', owner: 'note' };
const SECONDS_PER_MINUTE = 60;

/** One stack on its way into the tree. */
interface Item {
  readonly groups: readonly string[];
  /** Frames between the groups and the stack. */
  readonly lead: readonly FrameText[];
  readonly stack: StackId;
  readonly missing: FrameText;
  readonly weight: number;
  readonly side: number;
}

/** What each weight of a trace is of, behind an amount. */
const TRACE_MEASURES: Readonly<Record<TraceWeight, string>> = {
  running: 'running',
  sched: 'waiting for a P',
  sync: 'waiting for other goroutines',
  syscall: 'in system calls',
  network: 'waiting for the network',
  block: 'waiting',
  samples: 'of the CPU',
};

/** Collapses any number of inputs into one profile. */
export class Collapser implements EvidenceSink {
  private readonly options: CollapseOptions;
  private readonly filter: StackFilter;
  private readonly builder: ProfileBuilder;
  private readonly units = new Set<string>();
  private readonly measures = new Set<string>();
  private stacks = new StackTable();
  private texts: FrameTexts;
  private file = '-';
  /** By stack: its frames' ids in the tree's own table, where nothing else changes them; see {@link tailOf}. */
  private tails = new Map<StackId, readonly FrameText[] | null>();
  private chains: CreationChains | null = null;
  private weigher: TraceWeigher | null = null;
  private windowed: ProfileWindows | null = null;
  /** The one folded input so far, as long as it is the only one: it is a profile already. */
  private whole: FoldedPart | null = null;
  private states = new Map<string, WaitReason>();

  constructor(options: CollapseOptions = {}) {
    this.options = options;
    this.builder = new ProfileBuilder(STATE_CLASSES, options.ordered ?? false);
    this.filter = new StackFilter(options);
    this.texts = this.makeTexts();
  }

  /** Begins an input: the stacks of all that comes next are in this table. */
  begin(stacks: StackTable, file: string | null = null): void {
    if (this.whole !== null) this.addFolded(this.whole);
    this.whole = null;
    this.stacks = stacks;
    this.file = file ?? '-';
    this.texts = this.makeTexts();
    this.tails = new Map();
    this.chains = this.options.createdBy ? new CreationChains() : null;
  }

  goroutine(goroutine: Goroutine, part: DumpPart): void {
    if (this.chains === null) this.addGoroutine(goroutine, []);
    else this.chains.add(goroutine, part);
  }

  record(record: CountRecord, part: CountProfilePart): void {
    if (!this.countsStacks) return;
    this.weigh(part.name === 'threadcreate' ? 'threads' : part.name.startsWith('goroutine') ? 'goroutines' : part.name);
    const groups = this.groupsOf({ labels: record.labels, state: null, creator: null, goroutine: null, access: null });
    this.add({ groups, lead: [], stack: record.stack, missing: NO_SYMBOLS, weight: record.count, side: RaceSide.none });
  }

  race(race: RaceReport, _part: RacePart): void {
    if (!this.countsStacks) return;
    this.weigh('stacks', 'of data races');
    race.accesses.forEach((access, i) => {
      const kind = i === 0 ? access.kind : `previous ${access.kind}`;
      this.addRaceStack(access, kind, i === 0 ? RaceSide.detecting : RaceSide.previous, partyOf(access));
    });
    for (const creation of race.creations) {
      this.addRaceStack(creation, 'goroutine created', RaceSide.creation, `goroutine ${creation.goroutine}`);
    }
  }

  /** A trace's time goes to stacks; its groups are those of spans. */
  trace(): TraceSink {
    const { weight = 'running', trace = {} } = this.options;
    if (weight === 'count' || weight === 'wait') {
      throw new UsageError(`--weight ${weight} is for goroutine dumps; an execution trace has ${TRACE_WEIGHTS.join(', ')}`);
    }
    const groupBy = (this.options.groupBy ?? []).map((key) => traceKey(key, this.file));
    this.weigh(weight === 'samples' ? 'samples' : 'nanoseconds', TRACE_MEASURES[weight]);
    this.weigher = new TraceWeigher(this.stacks, { stack: 'own', asGo: false, ...trace, weight, groupBy });
    return this.weigher;
  }

  /** Ends an input: adds what it holds beside goroutines, records and races. */
  finish(evidence: Evidence): void {
    for (const { goroutine, chain } of this.chains?.list() ?? []) {
      this.addGoroutine(
        goroutine,
        chain.map((frame) => this.creatorText(frame)),
      );
    }
    this.chains = null;
    for (const part of evidence.parts) if (part.format === 'goroutine-dump') this.addLooseStacks(part);
    const nodeOf = new Map<StackId, NodeId>();
    this.weigher?.finish((groups, stack, weight) => {
      nodeOf.set(stack, this.add({ groups, lead: [], stack, missing: NO_TRACE_STACK, weight, side: RaceSide.none }));
    });
    const { slices } = this.options.trace ?? {};
    if (this.weigher !== null && slices !== undefined) this.windowed = listWindows(slices, nodeOf);
    this.weigher = null;
    const folded = evidence.parts.filter((part) => part.format === 'folded');
    if (folded.length === 1 && this.isUnchanged()) this.whole = folded[0];
    else for (const part of folded) this.addFolded(part);
  }

  /** Whether a folded input would come out as it went in, and is the only one so far. */
  private isUnchanged(): boolean {
    const { groupBy = [] } = this.options;
    return this.countsStacks && groupBy.length === 0 && this.filter.isEmpty && this.builder.isEmpty;
  }

  /** The trace's weights over time, where {@link TraceCollapseOptions.slices} were asked for; groups have none. */
  windows(): ProfileWindows | null {
    return (this.options.groupBy ?? []).length > 0 ? null : this.windowed;
  }

  build(): Profile {
    if (this.whole !== null) return this.adopt(this.whole.profile);
    const unit = this.options.weight === 'wait' ? 'seconds' : this.units.size === 1 ? [...this.units][0] : 'samples';
    return this.builder.build(unit, this.measureOf());
  }

  private weigh(unit: string, measure = ''): void {
    this.units.add(unit);
    this.measures.add(measure);
  }

  /** What the weights are of, where all inputs are of one kind. */
  private measureOf(): string {
    if (this.options.weight === 'wait') return 'waited';
    return this.measures.size === 1 ? [...this.measures][0] : '';
  }

  /** Whether stacks that are no spans of a trace count. */
  private get countsStacks(): boolean {
    return this.options.weight === undefined || this.options.weight === 'count';
  }

  // ---- kinds of evidence ----

  private addGoroutine(goroutine: Goroutine, lead: readonly FrameText[]): void {
    const waits = this.options.weight === 'wait';
    if (!waits && !this.countsStacks) return;
    const weight = waits ? goroutine.waitMinutes * SECONDS_PER_MINUTE : 1;
    if (weight === 0) return;
    this.weigh('goroutines');
    const { labels, state, createdBy, id } = goroutine;
    const groups = this.groupsOf({
      labels,
      state,
      creator: createdBy?.frame ?? null,
      goroutine: `goroutine ${id}`,
      access: null,
    });
    const item = { groups, lead, stack: goroutine.stack, missing: NO_FRAMES, weight, side: RaceSide.none };
    const node = this.add(item);
    if (node !== ROOT) this.builder.classify(node, STATE_CLASSES.indexOf(this.reasonOf(state)), weight);
  }

  /** Stacks that no goroutine is known of, under a frame that says so. */
  private addLooseStacks({ looseStacks }: DumpPart): void {
    if (!this.countsStacks) return;
    for (const { of, stack, createdBy } of looseStacks) {
      if (this.units.size === 0) this.weigh('stacks');
      const creator = createdBy?.frame ?? null;
      const groups = this.groupsOf({ labels: {}, state: null, creator, goroutine: null, access: null });
      const lead = [of === 'runtime' ? RUNTIME_STACK : NO_GOROUTINE];
      const node = this.add({ groups, lead, stack, missing: NO_SYMBOLS, weight: 1, side: RaceSide.none });
      const reason = of === 'runtime' ? 'runtime' : 'running';
      if (node !== ROOT) this.builder.classify(node, STATE_CLASSES.indexOf(reason), 1);
    }
  }

  private addRaceStack(of: { stack: StackId; stackRestored: boolean }, kind: string, side: number, party: string): void {
    const groups = this.groupsOf({ labels: {}, state: null, creator: null, goroutine: party, access: kind });
    const lead = this.options.groupBy?.includes('access') ? [] : [{ text: kind, owner: 'note' as const }];
    const missing = of.stackRestored ? NO_SYMBOLS : NOT_RESTORED;
    this.add({ groups, lead, stack: of.stack, missing, weight: 1, side });
  }

  private adopt(profile: Profile): Profile {
    const owned = new FoldedTexts(this.options.own ?? []);
    return { ...profile, owners: profile.texts.map((text) => owned.of(text).owner) };
  }

  private addFolded(part: FoldedPart): void {
    if (!this.countsStacks) return;
    this.weigh(part.profile.unit, part.profile.measure);
    const { self, before, nodeCount } = part.profile;
    const owned = new FoldedTexts(this.options.own ?? []);
    for (let node = 0; node < nodeCount; node++) {
      if (self[node] === 0 && (before === null || before[node] === 0)) continue;
      const frames = this.filtered(pathOf(part.profile, node).map((text) => owned.of(text)));
      if (frames === null) continue;
      const at = this.place(ROOT, this.groupsOf(NOTHING_KNOWN).map(noteOf), RaceSide.none);
      const leaf = this.place(at, frames, RaceSide.none);
      if (leaf === ROOT) continue;
      this.builder.add(leaf, self[node]);
      if (before !== null) this.builder.addBefore(leaf, before[node]);
    }
  }

  // ---- into the tree ----

  /** Returns the node where the stack ends; ROOT for one that was left out. */
  private add(item: Item): NodeId {
    const tail = this.tailOf(item.stack, item.missing);
    if (tail === null) return ROOT;
    const groups = this.place(ROOT, item.groups.map(noteOf), RaceSide.none);
    const node = this.place(this.place(groups, item.lead, item.side), tail, item.side);
    if (node !== ROOT) this.builder.add(node, item.weight);
    return node;
  }

  private place(from: NodeId, frames: readonly FrameText[], side: number): NodeId {
    let node = from;
    for (const { text, owner } of frames) {
      node = this.builder.child(node, this.builder.text(text, owner));
      if (side !== RaceSide.none) this.builder.takeSide(node, side);
    }
    return node;
  }

  /** The frames of a stack, root first, as the options leave them; null if it is left out. */
  private tailOf(stack: StackId, missing: FrameText): readonly FrameText[] | null {
    if (stack < 0) return this.filtered([missing]);
    let tail = this.tails.get(stack);
    if (tail === undefined) {
      tail = this.filtered(this.framesOf(stack));
      this.tails.set(stack, tail);
    }
    return tail;
  }

  private framesOf(stack: StackId): FrameText[] {
    const frames = this.stacks.framesOf(stack).map((frame) => this.texts.of(frame));
    if (this.options.userOnly) {
      const user = frames.findIndex(({ owner }) => owner !== 'runtime' && owner !== 'note');
      if (user > 0) frames.splice(0, user);
    }
    return frames.reverse();
  }

  private filtered(frames: readonly FrameText[]): readonly FrameText[] | null {
    if (this.filter.isEmpty) return frames;
    const kept = this.filter.apply(frames.map(({ text }) => text));
    return kept?.map((i) => frames[i]) ?? null;
  }

  private makeTexts(): FrameTexts {
    return new FrameTexts(this.stacks, { lines: this.options.lines ?? false, own: this.options.own ?? [] });
  }

  // ---- groups ----

  private groupsOf(known: Known): string[] {
    return (this.options.groupBy ?? []).map((key) => this.groupText(key, known));
  }

  private groupText(key: GroupKey, known: Known): string {
    if (key === 'file') return this.file;
    if (key === 'state') return known.state ?? '(no state)';
    if (key === 'reason') return known.state === null ? '(no state)' : this.reasonOf(known.state);
    if (key === 'goroutine') return known.goroutine ?? '(no goroutine)';
    if (key === 'access') return known.access ?? '(no access)';
    if (key === 'proc' || key === 'entry' || key === 'task' || key === 'region') return `(no ${key})`;
    if (key === 'creator') return known.creator === null ? '(no creator)' : this.creatorText(known.creator).text;
    const name = key.slice('label='.length);
    return `${name}=${Object.hasOwn(known.labels, name) ? known.labels[name] : '(none)'}`;
  }

  private creatorText(frame: FrameId): FrameText {
    const text = this.options.lines ? this.texts.of(frame).text : functionOf(this.stacks, frame);
    return { text: `created by ${text}`, owner: 'note' };
  }

  private reasonOf(state: string): WaitReason {
    let reason = this.states.get(state);
    if (reason === undefined) {
      reason = waitReasonOf(state);
      this.states.set(state, reason);
    }
    return reason;
  }
}

function traceKey(key: GroupKey, file: string): TraceGroupKey {
  if (key === 'file') return `file=${file}`;
  const known = TRACE_GROUP_KEYS.find((one) => one === key);
  if (known === undefined)
    throw new UsageError(`--group-by ${key} is not known of execution traces: use ${TRACE_GROUP_KEYS.join(', ')}`);
  return known;
}

/** What is known of a stack's owner, for the groups. */
interface Known {
  readonly labels: Labels;
  readonly state: string | null;
  readonly creator: FrameId | null;
  readonly goroutine: string | null;
  readonly access: string | null;
}

const NOTHING_KNOWN: Known = { labels: {}, state: null, creator: null, goroutine: null, access: null };

function noteOf(text: string): FrameText {
  return { text, owner: 'note' };
}

function partyOf({ goroutine }: RaceAccess): string {
  return partyText(goroutine);
}

/** The longest holds of Ps, what they were, and who waited for a P meanwhile. */

import { TopK } from '../../base/topk.ts';
import { PS, type PState } from '../../model/pstates.ts';
import { NO_STACK, type StackId } from '../../model/stacks.ts';
import { HOTSPOT_KINDS, type Hotspot, type HotspotKind, type KindUsage } from '../../model/traceanalysis.ts';
import { Hold, judgeHold, kindOfStacks, MERGE_GAP_NS, type SeenStack, toldKind } from './holds.ts';
import { KIND, KIND_COUNT, type KindCode, type StackKinds } from './kinds.ts';
import { KindTimes } from './kindtimes.ts';
import { type Clocked, SOURCE, SOURCE_NAMES } from './observer.ts';
import type { RunnableQueue } from './runnable.ts';
import type { SpanAsker } from './spanlog.ts';
import { type Starved, StarvedFinder } from './starved.ts';
import type { GoTrack, ProcTrack } from './tracks.ts';
import type { Window } from './window.ts';

const STACKS_LISTED = 5;
/** The least size of objects that the runtime takes from the heap one by one (maxSmallSize of malloc.go). */
const LARGE_BYTES = 32 << 10;
/** Holds kept of each kind at least: so far down ranks are known. */
const KEPT = 16;

export interface HotspotFilter {
  /** How many will be asked for. */
  readonly top: number;
  readonly minDurationNs: number;
  /** Only holds of this kind are listed; null for all. */
  readonly kind: HotspotKind | null;
  /** Whether all are wanted; otherwise whether holds of this P, and of this goroutine, are. */
  readonly wantsAll: boolean;
  wantsProc(id: number): boolean;
  wantsGoroutine(go: GoTrack): boolean;
}

/** A hold that may be listed. */
interface Candidate {
  readonly hold: Omit<Hotspot, 'rank' | 'entry' | 'mapFunction' | 'mapOperation' | keyof Starved>;
  readonly go: GoTrack;
  /** Null until it is asked for. */
  starved: Starved | null;
}

export class HotspotFinder implements SpanAsker {
  private readonly filter: HotspotFilter;
  private readonly window: Window;
  private readonly kinds: StackKinds;
  private readonly queue: RunnableQueue;
  /** Of each kind. */
  private readonly kept: number;
  private readonly waits: StarvedFinder;
  private readonly clock: Clocked;
  private readonly holds: (Hold | undefined)[] = [];
  /** Bytes of the heap when it was told last. */
  private heap = 0;
  private readonly best = HOTSPOT_KINDS.map(() => new TopK<Candidate>(0));
  /** By kind. */
  /**
   * Whether stacks of goroutines that were preempted as they called a function lack that function and its caller, as Go
   * 1.21 to 1.24 write them: the program's code is then all that is seen of what it called.
   */
  cutsPreempted = false;
  private readonly times = new KindTimes();
  /** Entry functions of goroutines that were seen to allocate otherwise than by growing a map. */
  private readonly allocating = new Set<number>();
  private readonly count = new Float64Array(KIND_COUNT);
  private readonly longest = new Float64Array(KIND_COUNT);

  constructor(parts: {
    filter: HotspotFilter;
    window: Window;
    kinds: StackKinds;
    clock: Clocked;
    queue: RunnableQueue;
    entryName: (id: number) => string;
  }) {
    this.filter = parts.filter;
    this.window = parts.window;
    this.kinds = parts.kinds;
    this.clock = parts.clock;
    this.queue = parts.queue;
    this.waits = new StarvedFinder({ ...parts, asker: this });
    this.kept = Math.max(parts.filter.top, KEPT);
    for (let kind = 0; kind < KIND_COUNT; kind++) this.best[kind] = new TopK(this.kept);
  }

  /** A goroutine has got a P, and holds it since `heldSince`. */
  begins({ id, heldSince }: ProcTrack, go: GoTrack): void {
    let hold = this.holds[id];
    if (hold === undefined) {
      hold = new Hold(id);
      this.holds[id] = hold;
    } else if (hold.go === go && heldSince - hold.end <= MERGE_GAP_NS) {
      hold.open = true;
      return;
    } else this.close(hold);
    hold.begin(go, heldSince, this.queue.waited);
    if (go.preempted && go.ownStack !== NO_STACK) this.seeIn(hold, go.ownStack, SOURCE.resumed);
  }

  ends(proc: number): void {
    const hold = this.holds[proc];
    if (hold === undefined) return;
    hold.end = this.clock.now;
    hold.open = false;
    hold.waitedAfter = this.queue.waited;
  }

  /** The P was in a state other than idle and scheduling for so long. */
  addTime(proc: number, state: PState, ns: number): void {
    const hold = this.holds[proc];
    if (hold === undefined) return;
    hold.held += ns;
    hold.addTime(state, ns);
  }

  see(proc: number, stack: StackId, source: number): void {
    const hold = this.holds[proc];
    if (hold === undefined) return;
    // Most holds end with a block, and most are too short to be looked at again.
    if (source === SOURCE.block) hold.leftAt = stack;
    else this.seeIn(hold, stack, source);
  }

  private seeIn(hold: Hold, stack: StackId, source: number): void {
    const kind = this.kinds.kindOf(stack);
    const ofMap = kind === KIND['map operation'] || kind === KIND['map growth'];
    const isCut =
      this.cutsPreempted &&
      kind === KIND['user code'] &&
      (source === SOURCE.preempted || source === SOURCE.resumed) &&
      !this.kinds.isAsync(stack);
    hold.see(stack, isCut ? SOURCE.cut : source, kind, ofMap ? this.kinds.mapWorkOf(stack) : null);
  }

  /** The heap has so many bytes now; the event is of a P. */
  addHeap(proc: number, bytes: number, time: number): void {
    const grown = bytes - this.heap;
    this.heap = bytes;
    const hold = this.holds[proc];
    if (grown >= LARGE_BYTES && hold?.open && this.window.contains(time)) hold.largeAllocations++;
  }

  /** A goroutine has waited for a P, up to now. */
  addWait(go: GoTrack): void {
    this.waits.addWait(go);
  }

  finish(): void {
    for (const hold of this.holds) if (hold !== undefined) this.close(hold);
    this.times.finish();
  }

  settle(): void {
    for (const hold of this.holds) {
      if (hold === undefined || !this.isOver(hold)) continue;
      this.close(hold);
      hold.go = null;
    }
    for (const best of this.best) for (const candidate of best.list()) this.starvedBy(candidate);
  }

  /** Whether a hold has ended, too long ago for the next one to belong to it. */
  private isOver({ open, end }: Hold): boolean {
    return !open && this.clock.now - end > MERGE_GAP_NS;
  }

  openSince(): number {
    let since = Number.POSITIVE_INFINITY;
    for (const hold of this.holds) if (hold !== undefined && !this.isOver(hold)) since = Math.min(since, hold.start);
    return since;
  }

  /** Those among the longest of all, or of their kind: longest first. */
  list(): Hotspot[] {
    const { kind, top } = this.filter;
    const all = this.best.flatMap((best, code) => {
      const some = kind === null || kind === HOTSPOT_KINDS[code] ? best.list() : [];
      // Of other kinds nothing but the longest is asked for beyond the longest of all.
      return some
        .sort(byLength)
        .map((candidate, i) => ({ candidate, isAsked: i === 0 || (code === KIND['map growth'] && i < top) }));
    });
    all.sort((a, b) => byLength(a.candidate, b.candidate));
    return all.flatMap(({ candidate, isAsked }, i) =>
      isAsked || i < top ? [this.told(candidate, i < this.kept ? i + 1 : 0)] : [],
    );
  }

  private told(candidate: Candidate, rank: number): Hotspot {
    const { hold, go } = candidate;
    return {
      rank,
      ...hold,
      ...this.starvedBy(candidate),
      entry: go.entry ?? '',
      unseenGrowth: this.allocating.has(go.entryId) ? 0 : hold.unseenGrowth,
      ...this.mapWorkIn(hold.stacks),
    };
  }

  private starvedBy(candidate: Candidate): Starved {
    const { hold, go } = candidate;
    candidate.starved ??= this.waits.within(hold.startNs, hold.endNs, go);
    return candidate.starved;
  }

  /** Kinds that took time, most first. `hotspots` is the list of all of them. */
  listKinds(hotspots: readonly Hotspot[]): KindUsage[] {
    return HOTSPOT_KINDS.map((kind, code) => ({
      kind,
      ns: this.times.ns[code],
      measuredNs: this.times.measured[code],
      samples: this.times.samples[code],
      holds: this.count[code],
      longestNs: this.longest[code],
      longestPartNs: this.times.longestPart[code],
      longest: hotspots.find((hotspot) => hotspot.kind === kind) ?? null,
    }))
      .filter(({ ns }) => ns > 0)
      .sort((a, b) => b.ns - a.ns);
  }

  private close(hold: Hold): void {
    const { go, held } = hold;
    if (go === null || held === 0 || !(this.filter.wantsAll || this.wants(hold.proc, go))) return;
    if (hold.kinds !== 0 && hold.leftAt !== NO_STACK) this.seeWhereLeft(hold);
    const kind = this.addKinds(hold);
    if (held > this.longest[kind]) this.longest[kind] = held;
    if (held < this.filter.minDurationNs || !this.best[kind].wants(held)) return;
    if (hold.leftAt !== NO_STACK) this.seeWhereLeft(hold);
    this.best[kind].add(held, { hold: this.describe(hold, go, kind), go, starved: null });
  }

  private wants(proc: number, go: GoTrack): boolean {
    return this.filter.wantsProc(proc) && this.filter.wantsGoroutine(go);
  }

  /** Counts a hold and its time; gives its kind. */
  private addKinds(hold: Hold): KindCode {
    const told = toldKind(hold);
    const kind = told >= 0 ? told : hold.kinds === 0 && !hold.mixed ? this.kinds.kindOf(hold.leftAt) : kindOfStacks(hold);
    this.count[kind]++;
    if (hold.allocates && hold.go !== null) this.allocating.add(hold.go.entryId);
    this.times.add(hold, kind, told >= 0);
    return kind;
  }

  private seeWhereLeft(hold: Hold): void {
    this.seeIn(hold, hold.leftAt, SOURCE.block);
    hold.leftAt = NO_STACK;
  }

  private describe(hold: Hold, go: GoTrack, kind: KindCode): Candidate['hold'] {
    const { confidence } = judgeHold(hold, kind);
    const startNs = Math.max(hold.start, this.window.from);
    const endNs = Math.min(hold.end, this.window.to);
    const stacks = hold.stacks.sort((a, b) => rankOf(b, kind) - rankOf(a, kind));
    return {
      kind: HOTSPOT_KINDS[kind] as HotspotKind,
      confidence,
      evidence: hold.evidence(),
      shares: hold.shares(),
      mapOperations: hold.mapOperations(),
      unseenGrowth: kind === KIND['map operation'] ? hold.unseenGrowth() : 0,
      proc: hold.proc,
      startNs,
      endNs,
      heldNs: hold.held,
      goroutine: go.id,
      stack: stacks[0]?.stack ?? go.ownStack,
      stacks: stacks
        .slice(0, STACKS_LISTED)
        .map(({ stack, source, count }) => ({ stack, source: SOURCE_NAMES[source] as string, count })),
      samples: hold.samples,
      assistNs: hold.ns[PS.assist],
      sweepNs: hold.ns[PS.sweep],
      syscallNs: hold.ns[PS.syscall],
      stwNs: hold.ns[PS.stw],
      starvedNs: hold.waitedAfter - hold.waitedBefore,
    };
  }

  private mapWorkIn(stacks: Candidate['hold']['stacks']): Pick<Hotspot, 'mapFunction' | 'mapOperation'> {
    for (const { stack } of stacks) {
      const work = this.kinds.mapWorkOf(stack);
      if (work !== null) return { mapFunction: work.function, mapOperation: work.operation };
    }
    return { mapFunction: null, mapOperation: null };
  }
}

function byLength(a: Candidate, b: Candidate): number {
  return b.hold.heldNs - a.hold.heldNs || a.hold.startNs - b.hold.startNs || a.hold.proc - b.hold.proc;
}

/** Stacks of the hold's own kind first, those of samples before others, then the most frequent. */
function rankOf({ kind, source, count }: SeenStack, wanted: KindCode): number {
  return (kind === wanted ? 1e9 : 0) + (10 - source) * 1e7 + count;
}

/**
 * Who held which P, from when to when, and what was seen meanwhile. A goroutine that comes back to its P within
 * microseconds, nobody else having run there, has held it on: yielding to nobody is not letting go.
 */

import { DOUBLE } from '../../base/doubles.ts';
import { MAP_OPERATIONS, type MapOperation, type MapWork } from '../../model/mapfunctions.ts';
import { P_STATE_COUNT, PS, type PState } from '../../model/pstates.ts';
import { NO_STACK, type StackId } from '../../model/stacks.ts';
import type { Evidence, HotspotKind, KindShare } from '../../model/traceanalysis.ts';
import { HOTSPOT_KINDS } from '../../model/traceanalysis.ts';
import { KIND, KIND_COUNT, type KindCode } from './kinds.ts';
import { SOURCE, SOURCE_NAMES } from './observer.ts';
import { type GoTrack, ROLE } from './tracks.ts';

/** A break of this length ends no hold: about what it takes to go once through the scheduler. */
export const MERGE_GAP_NS = 20_000;
/** Different stacks that are kept of one hold. */
const MAX_STACKS = 16;
const SOURCE_COUNT = SOURCE_NAMES.length;

/** A stack seen in a hold. */
export interface SeenStack {
  readonly stack: StackId;
  readonly source: number;
  readonly kind: KindCode;
  count: number;
}

/** The hold of a P that is under way, or was the last one. The object is used again for the next. */
export class Hold {
  readonly proc: number;
  go: GoTrack | null = null;
  start = DOUBLE;
  end = DOUBLE;
  /** Without the breaks. */
  held = DOUBLE;
  /** Whether the goroutine is on the P now. */
  open = false;
  private overflowed = false;
  /** Waiting of others up to the begin and up to the end, as the queue of runnable goroutines counts it. */
  waitedBefore = DOUBLE;
  waitedAfter = DOUBLE;
  samples = 0;
  /** How often the heap grew at once by as much as only large objects take. */
  largeAllocations = 0;
  /** By P state, without the breaks. */
  readonly ns = new Float64Array(P_STATE_COUNT);
  /** By source and kind. */
  readonly seen = new Int32Array(SOURCE_COUNT * KIND_COUNT);
  /** CPU samples by kind: a part of {@link seen}. */
  readonly sampled: Int32Array = this.seen.subarray(SOURCE.sample * KIND_COUNT, (SOURCE.sample + 1) * KIND_COUNT);
  /** Stacks seen inside a map, by what was done to it; growth counts as such, whatever it was for. */
  readonly operations = new Int32Array(MAP_OPERATIONS.length);
  /** Kinds seen, one bit each, and the stack where the goroutine has left its P last. */
  kinds = 0;
  leftAt: StackId = NO_STACK;
  /** Whether it was in any other state than user code. */
  mixed = false;
  readonly stacks: SeenStack[] = [];

  constructor(proc: number) {
    this.start = this.end = this.held = this.waitedBefore = this.waitedAfter = 0;
    this.proc = proc;
  }

  /** There are millions of holds, and most are short: what was not touched is not cleared. */
  begin(go: GoTrack, time: number, waited: number): void {
    this.go = go;
    this.start = this.end = time;
    this.held = 0;
    this.open = true;
    this.waitedBefore = this.waitedAfter = waited;
    this.leftAt = NO_STACK;
    this.largeAllocations = 0;
    this.ns[PS.user] = 0;
    if (this.mixed) this.ns.fill(0);
    this.mixed = false;
    if (this.kinds === 0) return;
    if ((this.kinds & OF_MAPS) !== 0) this.operations.fill(0);
    this.kinds = 0;
    this.samples = 0;
    for (const { source, kind } of this.stacks) this.seen[source * KIND_COUNT + kind] = 0;
    if (this.overflowed) this.seen.fill(0);
    this.overflowed = false;
    this.stacks.length = 0;
  }

  addTime(state: PState, ns: number): void {
    this.ns[state] += ns;
    if (state !== PS.user) this.mixed = true;
  }

  /** `work` is what the stack was doing to a map, null for other kinds. */
  see(stack: StackId, source: number, kind: KindCode, work: MapWork | null): void {
    this.kinds |= 1 << kind;
    if (work !== null) this.operations[work.grows ? GROW : MAP_OPERATIONS.indexOf(work.operation)]++;
    if (source === SOURCE.sample) this.samples++;
    this.seen[source * KIND_COUNT + kind]++;
    for (const known of this.stacks) {
      if (known.stack === stack && known.source === source) {
        known.count++;
        return;
      }
    }
    if (this.stacks.length < MAX_STACKS) this.stacks.push({ stack, source, kind, count: 1 });
    else this.overflowed = true;
  }

  /** Where it was seen, and with what kind of work, samples first. */
  evidence(): Evidence[] {
    const list: Evidence[] = [];
    for (let source = 0; source < SOURCE_COUNT; source++) {
      for (let kind = 0; kind < KIND_COUNT; kind++) {
        const count = this.seen[source * KIND_COUNT + kind];
        if (count > 0) list.push({ source: SOURCE_NAMES[source], kind: HOTSPOT_KINDS[kind] as HotspotKind, count });
      }
    }
    return list;
  }

  /** What CPU samples in it say, most first; empty where none do. */
  shares(): KindShare[] {
    if (!isSplit(this)) return [];
    const shares = HOTSPOT_KINDS.map((kind, code) => ({ kind, samples: this.sampled[code] }));
    return shares.filter(({ samples }) => samples > 0).sort((a, b) => b.samples - a.samples);
  }

  /** How often it was seen doing what to a map, most often first. */
  mapOperations(): { operation: MapOperation; count: number }[] {
    const counts = MAP_OPERATIONS.map((operation, code) => ({ operation, count: this.operations[code] }));
    return counts.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  }

  /** Whether somebody was seen to allocate that is no growing map. */
  get allocates(): boolean {
    return (this.kinds & ALLOCATES) !== 0;
  }

  /**
   * Large allocations that a map may have made in growing: it was seen being written, and nothing that was seen tells of
   * its growth, nor that somebody else allocates.
   */
  unseenGrowth(): number {
    if (this.operations[WRITE] === 0 || (this.kinds & GROWTH) !== 0 || this.allocates) return 0;
    return this.sampled[KIND['map operation']] > 0 ? 0 : this.largeAllocations;
  }
}

const bitsOf = (...kinds: readonly HotspotKind[]) => kinds.reduce((bits, kind) => bits | (1 << KIND[kind]), 0);
const GROWTH = bitsOf('map growth');
const OF_MAPS = bitsOf('map growth', 'map operation');
const ALLOCATES = bitsOf('allocation', 'GC assist', 'memmove/memclr');
const GROW = MAP_OPERATIONS.indexOf('grow');
const WRITE = MAP_OPERATIONS.indexOf('write');

export interface Verdict {
  readonly kind: KindCode;
  readonly confidence: 'high' | 'medium' | 'low' | 'none';
}

/** States whose time the trace's own ranges tell, with the kind that they are. */
const RANGE_KINDS: readonly { readonly states: readonly PState[]; readonly kind: KindCode }[] = [
  { states: [PS.gcDedicated, PS.gcFractional, PS.gcIdle, PS.gcWorker], kind: KIND['GC worker'] },
  { states: [PS.assist], kind: KIND['GC assist'] },
  { states: [PS.syscall], kind: KIND.syscall },
  { states: [PS.stw], kind: KIND['stop-the-world'] },
  { states: [PS.sweep], kind: KIND.sweep },
];

/**
 * Weights of what is seen, by which its sureness is judged. A preemption looks into a goroutine as a sample does, and so does
 * its going on afterwards; where it blocks, it has left its work.
 */
const WEIGHTS = [8, 8, 2, 2, 1, 1, 1, 0, 8, 1];
/** By which its kind is chosen: assists, sweeps and stops are begun where it allocates, so all of them weigh less than one look. */
const KIND_WEIGHTS = [16, 16, 2, 2, 1, 1, 1, 0, 16, 16];
/** Of so many samples in a hold nothing else counts: they alone come at even times, wherever a goroutine is. */
const ENOUGH_SAMPLES = 3;
const SAMPLES_ONLY = [8, 0, 0, 0, 0, 0, 0, 0, 0, 0];
/** Stacks of one source count at most so often: a thousand sweeps are no thousand looks. */
const MOST_PER_SOURCE = [1e9, 1e9, 3, 3, 1, 1, 1, 1, 1e9, 3];

/**
 * What the trace's ranges say of more than half of a hold, or the goroutine's role: certain, and no matter of stacks; -1
 * where neither tells.
 */
export function toldKind(hold: Hold): KindCode {
  const ranged = hold.mixed ? rangeKind(hold) : -1;
  return ranged < 0 && hold.go?.role === ROLE.gcWorker ? KIND['GC worker'] : ranged;
}

/** Whether CPU samples tell what the time of a hold went into. */
export function isSplit(hold: Hold): boolean {
  return hold.samples > 0 && toldKind(hold) < 0;
}

/** What most of the stacks seen in a hold say, if neither ranges nor role tell; user code where nothing was seen. */
export function kindOfStacks(hold: Hold): KindCode {
  const { kinds } = hold;
  // One kind, or none, needs no weighing.
  if ((kinds & (kinds - 1)) === 0) return kinds === 0 ? KIND['user code'] : 31 - Math.clz32(kinds);
  return strongest(scoreKinds(hold, KIND_WEIGHTS));
}

/** How sure `kind`, which a hold was found to be, is. */
export function judgeHold(hold: Hold, kind: KindCode): Verdict {
  if (toldKind(hold) >= 0) return { kind, confidence: 'high' };
  if (hold.kinds === 0) return { kind, confidence: 'none' };
  // What else was seen may outweigh few samples; against most of them nothing is sure.
  if (2 * agreeing(hold.sampled, kind) < hold.samples) return { kind, confidence: 'low' };
  const scores = scoreKinds(hold, WEIGHTS);
  return { kind, confidence: confidenceOf(scores[kind], agreeing(scores, kind) / sumOf(scores)) };
}

/** How much of what was seen is for a kind: whether a map grew or not, it was worked on. */
function agreeing(scores: Float64Array | Int32Array, kind: KindCode): number {
  return kind === KIND['map operation'] ? scores[kind] + scores[KIND['map growth']] : scores[kind];
}

function sumOf(scores: Float64Array): number {
  return scores.reduce((sum, score) => sum + score, 0);
}

/** The kind that the ranges tell of more than half of the time; -1 for none. */
function rangeKind({ ns, held }: Hold): KindCode {
  for (const { states, kind } of RANGE_KINDS) {
    let time = 0;
    for (const state of states) time += ns[state];
    if (2 * time > held) return kind;
  }
  return -1;
}

function scoreKinds({ seen, samples }: Hold, weightsOfFew: readonly number[]): Float64Array {
  const weights = samples >= ENOUGH_SAMPLES ? SAMPLES_ONLY : weightsOfFew;
  const scores = new Float64Array(KIND_COUNT);
  for (let source = 0; source < SOURCE_COUNT; source++) {
    let all = 0;
    for (let kind = 0; kind < KIND_COUNT; kind++) all += seen[source * KIND_COUNT + kind];
    if (all === 0) continue;
    const share = Math.min(all, MOST_PER_SOURCE[source]) / all;
    for (let kind = 0; kind < KIND_COUNT; kind++) scores[kind] += seen[source * KIND_COUNT + kind] * share * weights[source];
  }
  return scores;
}

/** A goroutine may be preempted anywhere in its own code, and hardly in the runtime's: so code of its own comes last of equals. */
function strongest(scores: Float64Array): KindCode {
  const own = KIND['user code'];
  let kind = own;
  for (let i = 0; i < KIND_COUNT; i++) if (scores[i] > scores[kind] || (kind === own && scores[i] === scores[own])) kind = i;
  return kind;
}

/** Two looks that agree, with hardly any that contradicts, are sure; one look, or what was begun in it, is likely. */
function confidenceOf(best: number, share: number): Verdict['confidence'] {
  if (best >= 16 && share >= 2 / 3) return 'high';
  if (best >= 4 && share >= 1 / 2) return 'medium';
  return 'low';
}

/**
 * Who held which P, from when to when, and what was seen meanwhile. A goroutine that comes back to its P within
 * microseconds, nobody else having run there, has held it on: yielding to nobody is not letting go.
 */

import { P_STATE_COUNT, PS, type PState } from '../../model/pstates.ts';
import { NO_STACK, type StackId } from '../../model/stacks.ts';
import type { Evidence, HotspotKind } from '../../model/traceanalysis.ts';
import { HOTSPOT_KINDS } from '../../model/traceanalysis.ts';
import { KIND, KIND_COUNT, type KindCode } from './kinds.ts';
import { SOURCE, SOURCE_NAMES } from './scheduler.ts';
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
  start = 0;
  end = 0;
  /** Without the breaks. */
  held = 0;
  /** Whether the goroutine is on the P now. */
  open = false;
  /** Waiting of others up to the begin and up to the end, as the queue of runnable goroutines counts it. */
  waitedBefore = 0;
  waitedAfter = 0;
  samples = 0;
  /** By P state, without the breaks. */
  readonly ns = new Float64Array(P_STATE_COUNT);
  /** By source and kind. */
  readonly seen = new Int32Array(SOURCE_COUNT * KIND_COUNT);
  private touched = false;
  readonly stacks: SeenStack[] = [];

  constructor(proc: number) {
    this.proc = proc;
  }

  begin(go: GoTrack, time: number, waited: number): void {
    this.go = go;
    this.start = this.end = time;
    this.held = 0;
    this.open = true;
    this.waitedBefore = this.waitedAfter = waited;
    this.ns.fill(0);
    if (!this.touched) return;
    this.touched = false;
    this.samples = 0;
    this.seen.fill(0);
    this.stacks.length = 0;
  }

  addTime(state: PState, ns: number): void {
    this.ns[state] += ns;
  }

  see(stack: StackId, source: number, kind: KindCode): void {
    this.touched = true;
    if (source === SOURCE.sample) this.samples++;
    this.seen[source * KIND_COUNT + kind]++;
    if (stack === NO_STACK) return;
    const known = this.stacks.find((one) => one.stack === stack && one.source === source);
    if (known !== undefined) known.count++;
    else if (this.stacks.length < MAX_STACKS) this.stacks.push({ stack, source, kind, count: 1 });
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
}

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

/** Weights of what is seen. A preemption looks into a goroutine as a sample does; where it blocks, it has left its work. */
const WEIGHTS = [8, 8, 2, 2, 1, 1, 1];
/** Stacks of one source count at most so often: a thousand sweeps are no thousand looks. */
const MOST_PER_SOURCE = [1e9, 1e9, 3, 3, 1, 1, 1];

/**
 * What kind of work a hold was, and how sure that is: what the ranges say of more than half of its time, otherwise what
 * most of the stacks seen in it say.
 */
export function judgeHold(hold: Hold): Verdict {
  for (const { states, kind } of RANGE_KINDS) {
    const ns = states.reduce((sum, state) => sum + hold.ns[state], 0);
    if (2 * ns > hold.held) return { kind, confidence: 'high' };
  }
  if (hold.go?.role === ROLE.gcWorker) return { kind: KIND['GC worker'], confidence: 'high' };
  const scores = scoreKinds(hold);
  const total = scores.reduce((sum, score) => sum + score, 0);
  if (total === 0) return { kind: KIND['user code'], confidence: 'none' };
  let kind = 0;
  for (let i = 1; i < KIND_COUNT; i++) if (scores[i] > scores[kind]) kind = i;
  return { kind, confidence: confidenceOf(scores[kind], total) };
}

function scoreKinds({ seen }: Hold): Float64Array {
  const scores = new Float64Array(KIND_COUNT);
  for (let source = 0; source < SOURCE_COUNT; source++) {
    let all = 0;
    for (let kind = 0; kind < KIND_COUNT; kind++) all += seen[source * KIND_COUNT + kind];
    if (all === 0) continue;
    const share = Math.min(all, MOST_PER_SOURCE[source]) / all;
    for (let kind = 0; kind < KIND_COUNT; kind++) scores[kind] += seen[source * KIND_COUNT + kind] * share * WEIGHTS[source];
  }
  return scores;
}

/** Two looks that agree, with hardly any that contradicts, are sure; one look, or what was begun in it, is likely. */
function confidenceOf(best: number, total: number): Verdict['confidence'] {
  const share = best / total;
  if (best >= 16 && share >= 2 / 3) return 'high';
  if (best >= 4 && share >= 1 / 2) return 'medium';
  return 'low';
}

/**
 * Joins a trace with a crash that the same program printed: which P ran the goroutines of the crash last, and when. Ids of
 * goroutines are small numbers that every program has, so two inputs are one program's only where a goroutine began, and
 * was made, at the same place in both.
 */

import type { CrashJoin, JoinedGoroutine, JoinVerdict } from '../../model/crashjoin.ts';
import type { DumpPart, EvidenceSink } from '../../model/evidence.ts';
import type { Goroutine } from '../../model/snapshot.ts';
import { type CallFrame, type FrameId, isElided, NO_STACK, type StackId, type StackTable } from '../../model/stacks.ts';
import type { DumpSummary, PartSummary } from '../../model/summary.ts';
import type { TraceSink } from '../../model/trace.ts';
import { type KnownGoroutine, LastRuns } from './lastruns.ts';

/** Goroutines of one dump that are kept to be looked for: those of a crash are printed first. */
const MAX_KEPT = 4096;
/** Goroutines of one crash that are told. */
const MAX_TOLD = 20;
/** Frames of a go statement's stack that may be the statement. */
const CREATION_FRAMES = 3;

/** Frames that only the one or the other prints. */
const OUTERMOST = /^runtime\.(?:main|goexit)$/;

/** Takes one input: a trace, or dumps. */
export class JoinSource implements EvidenceSink {
  private readonly stacks: StackTable;
  private readonly dumps = new Map<DumpPart, Map<number, Goroutine>>();
  private runs: LastRuns | null = null;

  constructor(stacks: StackTable) {
    this.stacks = stacks;
  }

  goroutine(goroutine: Goroutine, part: DumpPart): void {
    let kept = this.dumps.get(part);
    if (kept === undefined) {
      kept = new Map();
      this.dumps.set(part, kept);
    }
    if (kept.size < MAX_KEPT && !kept.has(goroutine.id)) kept.set(goroutine.id, goroutine);
  }

  record(): void {}

  race(): void {}

  trace(): TraceSink {
    this.runs = new LastRuns(this.stacks);
    return this.runs;
  }

  /** Joins this trace with the crashes of another input, `trace` and `crash` being their names. */
  joinWith(other: JoinSource, summaries: readonly PartSummary[], names: { trace: string; crash: string }): CrashJoin[] {
    const { runs } = this;
    if (runs === null) return [];
    return summaries.flatMap((summary) => {
      if (!('mapUsers' in summary) || summary.part.crash === null) return [];
      return [joinCrash(runs, summary, { ...names, kept: other.dumps.get(summary.part) ?? new Map(), stacks: other.stacks })];
    });
  }
}

interface CrashSource {
  readonly trace: string;
  readonly crash: string;
  readonly kept: ReadonlyMap<number, Goroutine>;
  readonly stacks: StackTable;
}

function joinCrash(runs: LastRuns, { part, mapUsers, first }: DumpSummary, source: CrashSource): CrashJoin {
  const users =
    mapUsers.length > 0
      ? mapUsers.map(({ id, operation }) => ({ id, operation: operation as string | null }))
      : first === null || first.id === 0
        ? []
        : [{ id: first.id, operation: null }];
  const goroutines = users.slice(0, MAX_TOLD).map(({ id, operation }) => joinGoroutine(runs, id, operation, source));
  const verdict = verdictOf(goroutines);
  return {
    trace: source.trace,
    crash: source.crash,
    line: part.line,
    message: part.crash?.message.split('\n', 1)[0] ?? '',
    verdict,
    traceEndNs: runs.endNs,
    goroutines: verdict === 'other program' ? goroutines.map((one) => ({ ...one, last: null })) : goroutines,
  };
}

function verdictOf(goroutines: readonly JoinedGoroutine[]): JoinVerdict {
  if (goroutines.some(({ same }) => same === false)) return 'other program';
  if (goroutines.some(({ same }) => same === true)) return 'joined';
  return goroutines.some(({ inTrace }) => inTrace) ? 'unsure' : 'not in the trace';
}

function joinGoroutine(runs: LastRuns, id: number, operation: string | null, source: CrashSource): JoinedGoroutine {
  const known = runs.get(id);
  const goroutine = source.kept.get(id);
  const began = goroutine === undefined ? null : outermost(source.stacks, goroutine.stack);
  const beganThere = known === undefined ? null : outermost(runs.stacks, known.stack);
  const same = known === undefined || goroutine === undefined ? null : isSame(runs, known, goroutine, source.stacks);
  return {
    id,
    operation,
    inTrace: known !== undefined,
    hasEnded: known?.hasEnded ?? false,
    entry: beganThere?.function ?? '',
    crashEntry: began?.function ?? '',
    same,
    last: known?.last ?? null,
  };
}

/** Whether a goroutine of both is one; null where that cannot be told. */
function isSame(runs: LastRuns, known: KnownGoroutine, goroutine: Goroutine, stacks: StackTable): boolean | null {
  const began = outermost(stacks, goroutine.stack);
  const beganThere = outermost(runs.stacks, known.stack);
  if (known.hasEnded) return false;
  const isKnown = began !== null && beganThere !== null;
  if (isKnown && nameOf(began) !== nameOf(beganThere)) return false;
  const { createdBy } = goroutine;
  if (createdBy !== null && known.creation !== NO_STACK) return isMadeAt(runs.stacks, known.creation, createdBy.frame, stacks);
  // Every program has a main.main: that alone tells nothing, its file does.
  if (!isKnown || began.file === null || beganThere.file === null) return null;
  return began.file === beganThere.file ? true : null;
}

/** Whether a go statement stands where a crash says; null where the trace has no names. */
function isMadeAt(there: StackTable, creation: StackId, frame: FrameId, stacks: StackTable): boolean | null {
  const made = stacks.frame(frame);
  const frames = there
    .framesAt(creation)
    .filter((one): one is CallFrame => !isElided(one) && one.function !== '')
    .slice(0, CREATION_FRAMES);
  if (isElided(made) || frames.length === 0) return null;
  return frames.some(
    (one) => nameOf(one) === nameOf(made) && one.line === made.line && baseName(one.file) === baseName(made.file),
  );
}

function outermost(stacks: StackTable, stack: StackId): CallFrame | null {
  const frames = stacks.framesAt(stack);
  for (const frame of frames.toReversed()) {
    if (isElided(frame) || frame.function === '') return null;
    if (!OUTERMOST.test(frame.function)) return frame;
  }
  return null;
}

/** Type lists are printed by the one, left out by the other. */
function nameOf({ function: name }: CallFrame): string {
  return name.replace(/\[.*\]/s, '[...]');
}

function baseName(file: string | null): string {
  return file === null ? '' : file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
}

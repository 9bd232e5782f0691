/** What a trace says of the goroutines of a crash that was printed by the same program. */

/**
 * `joined`: a goroutine began in the trace where the crash says. `unsure`: the ids are there, and nothing tells whether
 * they are the same. `other program`: one of the ids began elsewhere, or had
 * ended. Which run of a program it is, neither tells otherwise. `not in the trace`: none of the ids is there.
 */
export type JoinVerdict = 'joined' | 'unsure' | 'other program' | 'not in the trace';

/** When and where a goroutine ran last; times in nanoseconds since the trace's first event. */
export interface LastRun {
  readonly proc: number;
  readonly sinceNs: number;
  /** Null: it ran when the trace ended, or when what is known of its thread did. */
  readonly untilNs: number | null;
}

export interface JoinedGoroutine {
  readonly id: number;
  /** What it did to the map, in a crash for concurrent use of one; null in others. */
  readonly operation: string | null;
  readonly inTrace: boolean;
  /** Whether it came to its end in the trace: the crash, which has it alive, is of another run. */
  readonly hasEnded: boolean;
  /** Where it began, in the trace's words; '' where that is unknown. */
  readonly entry: string;
  /** The same in the words of the crash. */
  readonly crashEntry: string;
  /** Whether both began at the same place; null where one does not tell. */
  readonly same: boolean | null;
  /** Null where it is not in the trace, or never ran in it. */
  readonly last: LastRun | null;
}

export interface CrashJoin {
  readonly trace: string;
  readonly crash: string;
  /** Of the crash in its file. */
  readonly line: number;
  readonly message: string;
  readonly verdict: JoinVerdict;
  readonly traceEndNs: number;
  readonly goroutines: readonly JoinedGoroutine[];
}

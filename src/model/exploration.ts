/** What is told of many schedules of one program. */

export const STRATEGIES = ['portfolio', 'faithful', 'random', 'pct', 'pos', 'exhaustive'] as const;
export type StrategyName = (typeof STRATEGIES)[number];

/** After how many schedules something was found first; null where it was not. */
export interface FirstFinds {
  readonly fault: number | null;
  readonly wrong: number | null;
  readonly race: number | null;
  readonly deadlock: number | null;
  readonly leftBehind: number | null;
}

/** What is counted apart: the runtime's own check killed it, the program was wrong, the detector saw a race. */
export interface ExplorationRow {
  readonly procs: number;
  readonly strategy: StrategyName;
  /** Schedules that were run; of an exhaustive search, maybe fewer than asked for: all there are. */
  readonly schedules: number;
  /** How many different ones they were, by the order in which goroutines did what others can see. */
  readonly distinct: number;
  readonly crashed: number;
  readonly wrong: number;
  readonly raced: number;
  /** Schedules in which all goroutines were asleep at the end, and those that were cut off as too long. */
  readonly deadlocked: number;
  readonly cut: number;
  /** Schedules in which `main` returned while goroutines waited for what only others can do. */
  readonly leftBehind: number;
  /** Whether an exhaustive search saw all schedules within its bound. */
  readonly complete: boolean;
  /** What the runtime said, most frequent first. */
  readonly faults: readonly { readonly message: string; readonly count: number }[];
  readonly findings: readonly { readonly message: string; readonly count: number }[];
  /** Who waited for what in deadlocks, and when `main` returned. */
  readonly deadlocks: readonly { readonly message: string; readonly count: number }[];
  readonly left: readonly { readonly message: string; readonly count: number }[];
  /** Schedules up to the first in which anything was found, and of each kind. */
  readonly firstFind: number | null;
  readonly firstFinds: FirstFinds;
  /** Steps of a schedule on average, and choices among them. */
  readonly steps: number;
  readonly choices: number;
  /** PCT's least probability for a fault of its depth, by the schedules seen; null for other strategies. */
  readonly bound: number | null;
  /** Of a portfolio: a row for each strategy in it. */
  readonly parts: readonly ExplorationRow[];
}

/** One step of a witness. */
export interface WitnessStep {
  readonly goroutine: number;
  /** What it did: the runtime's function or the program's own, and its place. */
  readonly what: string;
  /** Whether another goroutine, which could have gone on, was left for it. */
  readonly preempts: boolean;
}

export interface Witness {
  readonly procs: number;
  readonly outcome: string;
  readonly kind: 'crash' | 'wrong' | 'deadlock';
  readonly preemptions: number;
  /** Whether no schedule with fewer preemptions shows it: all were tried. */
  readonly minimal: boolean;
  readonly steps: readonly WitnessStep[];
  /** The schedule as a word, for `--replay`; a seed of the faithful scheduler has none. */
  readonly token: string | null;
  readonly seed: number;
}

export interface Exploration {
  readonly scenario: string;
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly release: string;
  readonly strategy: StrategyName;
  readonly seed: number;
  /** PCT's depth, or the most preemptions of an exhaustive search. */
  readonly depth: number;
  readonly rows: readonly ExplorationRow[];
  readonly witness: Witness | null;
  /** Parameters of the program where schedules are chosen step by step, and of the witness: smaller ones than the timed one's. */
  readonly small: Readonly<Record<string, number | string>>;
  /** Of timed schedules: GOMAXPROCS and seed of one that failed, for emulate; else null. */
  readonly timed: { readonly procs: number; readonly seed: number; readonly spread: number } | null;
}

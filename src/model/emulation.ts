/** What is told of an emulated run. All figures are the model's: nanoseconds by its cost profile. */

/** What the time of each P went to, which adds up to the run's. */
export const PROC_MODES = ['idle', 'scheduling', 'user', 'growing', 'assist', 'mark', 'sweep', 'syscall', 'stopped'] as const;
export type ProcMode = (typeof PROC_MODES)[number];

/** How the run ended: `returned`, `main` did; `exited`, `os.Exit` was called. */
export type RunEnding = 'returned' | 'exited' | 'fault' | 'deadlock' | 'time limit' | 'event limit';

export interface RunGrowth {
  /** Which of the program's maps, from 0 in the order of their making. */
  readonly map: number;
  readonly kind: string;
  /** Entries when it began, and slots before and after. */
  readonly count: number;
  readonly from: number;
  readonly to: number;
  readonly beganAt: number;
  /** Null where entries were still to be moved at the end. */
  readonly endedAt: number | null;
  /** CPU time that it took, spread over so many operations. */
  readonly cost: number;
  readonly operations: number;
  readonly moved: number;
}

/** What the scheduler and the locks did. Numbers of times, goroutines and simulated nanoseconds. */
export interface RunActivity {
  /** Times that a P's full queue gave half of itself to the global one, and goroutines that went there so. */
  readonly overflows: number;
  readonly overflowed: number;
  /** Times that a P took from the global queue, and goroutines that it took. */
  readonly globalTakes: number;
  readonly globalTaken: number;
  /** Times that a P took from another one's queue, and goroutines that it took. */
  readonly steals: number;
  readonly stolen: number;
  /** Times that a P went to another thread because its own was in a system call, or locked to a goroutine. */
  readonly handOffs: number;
  /** Ps that sysmon took from system calls. */
  readonly retakes: number;
  /** Times that a goroutine ran in the time slice of the one that woke it (runnext). */
  readonly inherited: number;
  /** Goroutines that the network woke. */
  readonly networkAnswers: number;
  /** Times that a goroutine waited for a sync.Mutex, parked, and the longest time from its first try to having it. */
  readonly lockWaits: number;
  readonly longestLockNs: number;
  /** Times that a mutex went into starvation mode, and that it was handed to a waiter in it. */
  readonly starvations: number;
  readonly lockHandOffs: number;
  /** The longest time that a goroutine of the program was runnable and did not run, and which one it was. */
  readonly longestReadyNs: number;
  readonly longestReady: string | null;
}

export interface RunFault {
  readonly kind: 'fatal error' | 'panic';
  readonly message: string;
  readonly goroutine: number;
  /** `function file:line` of the innermost frame of the program's own. */
  readonly place: string;
  /** The other goroutines that were inside the same kind of operation: the other side of a map race. */
  readonly others: readonly { readonly goroutine: number; readonly place: string }[];
}

export interface RunSummary {
  readonly scenario: string;
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly release: string;
  readonly gomaxprocs: number;
  readonly seed: number;
  readonly ending: RunEnding;
  readonly exitCode: number;
  readonly fault: RunFault | null;
  readonly durationNs: number;
  readonly events: number;
  readonly goroutines: number;
  readonly threads: number;
  readonly procs: readonly { readonly id: number; readonly modeNs: Readonly<Record<ProcMode, number>> }[];
  readonly growths: readonly RunGrowth[];
  readonly maps: readonly { readonly kind: string; readonly entries: number; readonly slots: number; readonly bytes: number }[];
  readonly collections: readonly {
    readonly beganAt: number;
    readonly endedAt: number;
    readonly heapAtStart: number;
    readonly live: number;
  }[];
  readonly stops: readonly { readonly reason: string; readonly beganAt: number; readonly endedAt: number }[];
  readonly activity: RunActivity;
  /** Who waits for what at the end: in a deadlock, or left behind when `main` returned. */
  readonly waits: readonly string[];
  /** Races found by the happens-before detector; null where it did not watch. */
  readonly races: number | null;
  /** What the program itself found to be wrong. */
  readonly findings: readonly string[];
  /** What it printed. */
  readonly output: readonly string[];
}

/** What one schedule showed. */

import type { Recording } from './walker.ts';

export type OutcomeKind = 'crash' | 'wrong' | 'deadlock';

/** What one schedule showed. */
export interface Outcome {
  readonly kind: OutcomeKind | null;
  readonly message: string;
  readonly fault: string | null;
  readonly finding: string | null;
  readonly deadlock: boolean;
  readonly cut: boolean;
  readonly raced: boolean;
  readonly steps: number;
  readonly choices: number;
  readonly preemptions: number;
  readonly tasks: number;
  readonly recording: Recording | null;
  readonly run: number;
  /** Which schedule it was: see {@link ScheduleHash}. */
  readonly schedule: number;
  /** Who waited for what at its end: in a deadlock, or left behind when `main` returned. */
  readonly waits: readonly string[];
}

/** Counts what the scheduler and the locks of a run did, for its summary. */

import type { RunActivity } from '../model/emulation.ts';

type Counts = { -readonly [Name in keyof RunActivity]: RunActivity[Name] };

export function makeActivity(): Counts {
  return {
    overflows: 0,
    overflowed: 0,
    globalTakes: 0,
    globalTaken: 0,
    steals: 0,
    stolen: 0,
    handOffs: 0,
    retakes: 0,
    inherited: 0,
    networkAnswers: 0,
    lockWaits: 0,
    longestLockNs: 0,
    starvations: 0,
    lockHandOffs: 0,
    longestReadyNs: 0,
    longestReady: null,
  };
}

export type Activity = Counts;

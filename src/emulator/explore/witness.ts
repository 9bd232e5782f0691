/** The failing schedule, shrunk to the fewest preemptions, and what happens in it step by step. */

import type { Witness, WitnessStep } from '../../model/exploration.ts';
import { isElided } from '../../model/stacks.ts';
import type { Machine } from '../machine.ts';
import { Op } from '../ops.ts';
import { NO_SITE } from '../sites.ts';
import type { Task } from '../task.ts';
import { Bounded } from './bounded.ts';
import { type Explorer, scheduledProgram } from './explore.ts';
import type { Outcome } from './outcome.ts';
import { Replay, type Token, writeToken } from './replay.ts';
import type { Recording } from './walker.ts';

/** Schedules that are run at most in search of one with fewer preemptions, and then for a shorter one with as many. */
const SEARCH = 20_000;
const SHORTEN = 1000;
const MAX_PREEMPTIONS = 6;

/** The smallest schedule that shows the same kind of failure, as far as the search goes. */
export function findWitness(explorer: Explorer, found: Outcome, procs: number): Witness {
  let left = SEARCH;
  const most = found.recording === null ? MAX_PREEMPTIONS : Math.min(MAX_PREEMPTIONS, found.preemptions);
  for (let bound = 0; bound <= most; bound++) {
    let best: Outcome | null = null;
    const strategy = new Bounded(bound);
    for (let run = 0; (run === 0 || strategy.hasNext) && left > 0; run++, left--) {
      const outcome = explorer.walk(strategy, procs, run);
      if (outcome.kind !== found.kind) continue;
      if (best === null) left = SHORTEN;
      if (best === null || outcome.steps < best.steps) best = outcome;
    }
    if (best !== null) return describe(explorer, best, { procs, minimal: true });
    if (left === 0) break;
  }
  return describe(explorer, found, { procs, minimal: false });
}

function describe(explorer: Explorer, outcome: Outcome, { procs, minimal }: { procs: number; minimal: boolean }): Witness {
  const { recording, kind, message, preemptions } = outcome;
  const { seed } = explorer.request;
  return {
    procs,
    kind: kind ?? 'wrong',
    outcome: message,
    preemptions,
    minimal,
    steps: recording === null ? [] : replaySteps(explorer, recording, procs).steps,
    token: recording === null ? null : writeToken({ procs, seed, recording }, scheduledProgram(explorer.request)),
    seed: recording === null ? seed + outcome.run : seed,
  };
}

export interface Replayed {
  readonly outcome: Outcome;
  readonly steps: readonly WitnessStep[];
  /** Where the program went another way than when it was recorded; null where it did not. */
  readonly diverged: { readonly choice: number; readonly why: string } | null;
}

function replaySteps(explorer: Explorer, recording: Recording, procs: number): Replayed {
  const steps: WitnessStep[] = [];
  const replay = new Replay(recording);
  const outcome = explorer.walk(replay, procs, 0, (task, machine, preempts) => {
    steps.push({ goroutine: task.index + 1, what: textOf(task, machine), preempts });
  });
  const { left } = replay;
  const rest =
    left > 0
      ? { choice: recording.chosen.length - left + 1, why: `it ended ${left} choices before the recorded schedule` }
      : null;
  return { outcome, steps, diverged: replay.diverged ?? rest };
}

/** Runs a recorded schedule. The explorer's seed is to be the token's. */
export function replayToken(explorer: Explorer, { procs, recording }: Token): Replayed {
  return replaySteps(explorer, recording, procs);
}

/** The runtime's innermost function, or what the program does, with its place. */
function textOf(task: Task, machine: Machine): string {
  const { table } = machine.book;
  if (task.site !== NO_SITE) {
    const [leaf] = machine.siteTable.framesOf(task.site);
    if (leaf !== undefined) return `${shorten(leaf.function)}:${leaf.line}`;
  }
  const frame = table.frame(table.leafOf(task.stackOf(machine.book)));
  if (isElided(frame)) return '';
  return `${shorten(frame.function)}:${frame.line}${WORDS[task.op] ?? ''}`;
}

/** Without the path of its package. */
function shorten(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** The program's own part of a map's assignment or read. */
const WORDS: Readonly<Record<number, string>> = { [Op.map]: ' through the pointer' };

/** Adds up what many schedules showed. */

import type { ExplorationRow, FirstFinds, StrategyName } from '../../model/exploration.ts';
import type { Outcome } from './outcome.ts';

/** So many schedules that are all cut off at the beginning are enough. */
const HOPELESS = 3;
/** Different messages that are kept; a program can make up any number. */
const MAX_MESSAGES = 1000;
const SHOWN_MESSAGES = 5;

type FindKind = keyof FirstFinds;

class Messages {
  private readonly counts = new Map<string, number>();

  add(message: string): void {
    const { counts } = this;
    if (counts.has(message) || counts.size < MAX_MESSAGES) counts.set(message, (counts.get(message) ?? 0) + 1);
  }

  /** The most frequent ones. */
  ranked(): { message: string; count: number }[] {
    return Array.from(this.counts, ([message, count]) => ({ message, count }))
      .sort((a, b) => b.count - a.count || (a.message < b.message ? -1 : 1))
      .slice(0, SHOWN_MESSAGES);
  }
}

export class Tally {
  schedules = 0;
  private cut = 0;
  private steps = 0;
  private choices = 0;
  private readonly found: Record<FindKind, number> = { fault: 0, wrong: 0, race: 0, deadlock: 0, leftBehind: 0 };
  private readonly first: Record<FindKind, number | null> = {
    fault: null,
    wrong: null,
    race: null,
    deadlock: null,
    leftBehind: null,
  };
  private readonly distinct = new Set<number>();
  private readonly faults = new Messages();
  private readonly findings = new Messages();
  private readonly deadlocks = new Messages();
  private readonly left = new Messages();

  add(outcome: Outcome): void {
    const { fault, finding, deadlock, raced, waits } = outcome;
    this.schedules++;
    this.steps += outcome.steps;
    this.choices += outcome.choices;
    this.distinct.add(outcome.schedule);
    if (outcome.cut) this.cut++;
    if (raced) this.find('race');
    if (fault !== null) {
      this.find('fault');
      this.faults.add(fault);
    }
    if (finding !== null) {
      this.find('wrong');
      this.findings.add(finding);
    }
    if (deadlock) {
      this.find('deadlock');
      this.deadlocks.add(waits.join('; '));
    } else if (waits.length > 0) {
      this.find('leftBehind');
      this.left.add(waits.join('; '));
    }
  }

  private find(kind: FindKind): void {
    this.found[kind]++;
    this.first[kind] ??= this.schedules;
  }

  /** Whether the program does not end: no need to run it a thousand times to find that out. */
  get isHopeless(): boolean {
    return this.schedules === HOPELESS && this.cut === HOPELESS;
  }

  row(procs: number, strategy: StrategyName, rest: { complete: boolean; bound: number | null }): ExplorationRow {
    const { schedules, found, cut } = this;
    const finds = Object.values(this.first).filter((run) => run !== null);
    return {
      procs,
      strategy,
      schedules,
      distinct: this.distinct.size,
      crashed: found.fault,
      wrong: found.wrong,
      raced: found.race,
      deadlocked: found.deadlock,
      leftBehind: found.leftBehind,
      cut,
      ...rest,
      firstFind: finds.length === 0 ? null : Math.min(...finds),
      firstFinds: { ...this.first },
      faults: this.faults.ranked(),
      findings: this.findings.ranked(),
      deadlocks: this.deadlocks.ranked(),
      left: this.left.ranked(),
      steps: Math.round(this.steps / Math.max(1, schedules)),
      choices: Math.round(this.choices / Math.max(1, schedules)),
      parts: [],
    };
  }
}

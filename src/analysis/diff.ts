/** Two inputs of one kind → their difference. What is the same on both sides is in none of the lists. */

import { UsageError } from '../base/errors.ts';
import type { ComparedInput, Comparison } from '../model/comparison.ts';
import { PART_NAMES, type Part } from '../model/evidence.ts';
import { type Profile, totalWeight } from '../model/profile.ts';
import type { TraceAnalysis } from '../model/traceanalysis.ts';
import { compareGroups, type SummarizedInput } from './diffgroups.ts';
import { listFunctionChanges, overlayProfiles } from './diffprofile.ts';
import { compareRaces } from './diffraces.ts';
import { compareTraces } from './difftrace.ts';

export interface ComparableInput extends SummarizedInput {
  readonly file: string;
  readonly profile: Profile;
  /** Null for an input that is no trace. */
  readonly trace?: TraceAnalysis | null;
}

export interface DiffOptions {
  /** Scale the run before to the total of the run after: shares are compared, not amounts. */
  readonly normalize?: boolean;
}

/** Formats with a family in common can be compared; those without any cannot at all. */
const FAMILIES: Readonly<Record<Part['format'], readonly string[]>> = {
  'goroutine-dump': ['dump'],
  'goroutine-profile': ['profile'],
  'race-report': ['races'],
  'tsan-report': [],
  // A run of the tests without a finding is what one with findings is compared with.
  'go-test': ['races', 'dump', 'tests'],
  folded: ['folded'],
  'go-trace': ['trace'],
  schedtrace: [],
};

/** @throws UsageError for inputs of kinds that have nothing in common, or that are comparisons already. */
export function compareInputs(before: ComparableInput, after: ComparableInput, options: DiffOptions = {}): Comparison {
  const [then, now] = [before, after].map(describeInput);
  refuseUnlike(before, after, [then, now]);
  const total = { before: totalWeight(before.profile), after: totalWeight(after.profile) };
  const factor = options.normalize && total.before > 0 && total.after > 0 ? total.after / total.before : 1;
  const profile = overlayProfiles(before.profile, after.profile, factor);
  const unit = total.after === 0 && total.before > 0 ? before.profile.unit : after.profile.unit;
  return {
    before: then,
    after: now,
    unit,
    total,
    factor,
    profile: { ...profile, unit },
    functions: listFunctionChanges(profile),
    groups: compareGroups(before, after),
    races: compareRaces(before, after),
    trace: before.trace && after.trace ? compareTraces(before.trace, after.trace) : null,
  };
}

function describeInput({ file, summaries }: ComparableInput): ComparedInput {
  return { file, kinds: [...new Set(summaries.map(({ part }) => PART_NAMES[part.format]))] };
}

function refuseUnlike(before: ComparableInput, after: ComparableInput, [then, now]: readonly ComparedInput[]): void {
  const [one, other] = [before, after].map(familiesOf);
  if (![...one].some((family) => other.has(family))) {
    const kinds = [then, now].map(
      ({ file, kinds: names }) => `${nameOf(file)} holds ${names.map(withArticle).join(' and ') || 'nothing'}`,
    );
    throw new UsageError(`there is no difference to take between these: ${kinds.join(', ')}`);
  }
  for (const { file, profile } of [before, after]) {
    if (profile.before !== null) throw new UsageError(`${nameOf(file)} is a comparison already: it has two weights on each line`);
  }
  const [unit, otherUnit] = [before.profile, after.profile].map((profile) => (totalWeight(profile) > 0 ? profile.unit : null));
  if (unit !== null && otherUnit !== null && unit !== otherUnit) {
    throw new UsageError(`${nameOf(then.file)} counts ${unit}, ${nameOf(now.file)} counts ${otherUnit}`);
  }
}

/** Results of tests beside other parts say nothing of what an input is compared by. */
function familiesOf({ summaries }: ComparableInput): Set<string> {
  const others = summaries.filter(({ part }) => part.format !== 'go-test');
  return new Set((others.length > 0 ? others : summaries).flatMap(({ part }) => FAMILIES[part.format]));
}

function nameOf(file: string): string {
  return file === '-' ? 'stdin' : file;
}

function withArticle(kind: string): string {
  if (/s$|output$/.test(kind)) return kind;
  return `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

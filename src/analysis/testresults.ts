/** Results of tests and what dumps and races say of them, joined. */

import type { TestOutcome, TestPart, TestResult } from '../model/evidence.ts';
import type { CrashAttribution, GuiltyTest, PartSummary, RaceSummary } from '../model/summary.ts';

/** The summaries with the tests told that crashed, timed out, or failed for a race that no stack lays on a test. */
export function joinResults(summaries: readonly PartSummary[]): PartSummary[] {
  for (const { part } of summaries) {
    if (part.format === 'go-test') for (const summary of summaries) if ('reports' in summary) blameByExit(summary, part);
  }
  return summaries.map((summary) => (summary.part.format === 'go-test' ? { part: markDead(summary.part, summaries) } : summary));
}

/** Reports without a test belong to the tests of which the output says that a race was detected in them. */
function blameByExit({ groups }: RaceSummary, { tests }: TestPart): void {
  const raced = tests.filter(({ raceDetected }) => raceDetected);
  for (const group of groups) {
    for (const [race, { package: path }] of group.attributions) {
      if (path === null || (group.tests.get(race) ?? []).length > 0) continue;
      const found = raced.filter((test) => test.package === path);
      const guilty = found.map(({ name }): GuiltyTest => ({ package: path, name, certain: false, by: 'exit' }));
      group.tests.set(race, guilty);
    }
  }
}

function markDead(part: TestPart, summaries: readonly PartSummary[]): TestPart {
  let { tests } = part;
  for (const summary of summaries) {
    if (!('mapUsers' in summary) || summary.attribution === null) continue;
    tests = withDead(tests, summary.attribution, summary.timeout === null ? 'crashed' : 'timed out');
  }
  const failed = tests.filter(({ outcome }) => outcome === 'fail' || outcome === 'crashed' || outcome === 'timed out');
  return tests === part.tests ? part : { ...part, tests, failedTests: failed.map(({ name }) => name) };
}

/** Whether nothing else ran where the crash was printed. */
function isOnlyOpen(tests: readonly TestResult[], guilty: GuiltyTest): boolean {
  const open = tests.filter(({ outcome, package: path }) => outcome === 'unfinished' && path === guilty.package);
  return open.length > 0 && open.every((test) => isOf(test, guilty));
}

/** A test that is not in the list, as go prints nothing of it without -v, is put there. */
function withDead(
  tests: readonly TestResult[],
  { tests: guilty }: CrashAttribution,
  outcome: TestOutcome,
): readonly TestResult[] {
  const dead = guilty.filter((one) => one.by === 'stack' || outcome === 'timed out' || isOnlyOpen(tests, one));
  const marked = tests.map((test) => {
    const isOpen = test.outcome === 'unfinished' || test.outcome === 'paused';
    return isOpen && dead.some((one) => isOf(test, one)) ? { ...test, outcome } : test;
  });
  const missing = dead.filter((one) => !tests.some((test) => isOf(test, one)));
  const added = missing.map(
    ({ package: path, name }): TestResult => ({ package: path, name, outcome, seconds: null, runs: 1, failures: 0 }),
  );
  return [...marked, ...added];
}

/** Whether a result is of the test, of one that it is part of, or of a subtest that a stack cannot name. */
function isOf({ name, package: path }: TestResult, guilty: GuiltyTest): boolean {
  if (path !== null && guilty.package !== null && path !== guilty.package) return false;
  return (
    name === guilty.name || guilty.name.startsWith(`${name}/`) || (guilty.by === 'stack' && name.startsWith(`${guilty.name}/`))
  );
}

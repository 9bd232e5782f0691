/** What became of a run, in a few lines for people: at the end of `goflame ci`, and as the head of its pages. */

import type { CiCounts, CiEvidence, CiRun } from '../../model/ci.ts';

/** `1 new data race, 12 tests passed, 1 failed`. */
export function describeCounts(counts: CiCounts): string {
  const { races, newRaces, crashes, timeouts, failedBuilds, tests, passed, failed, skipped } = counts;
  const known = races - newRaces;
  const parts = [
    newRaces > 0 ? countOf(newRaces, 'new data race') : '',
    known > 0 ? countOf(known, 'other data race') : '',
    crashes > 0 ? countOf(crashes, 'crash', 'crashes') : '',
    timeouts > 0 ? countOf(timeouts, 'time-out') : '',
    failedBuilds > 0 ? countOf(failedBuilds, 'failed build') : '',
    tests > 0 ? `${countOf(tests, 'test')}: ${passed} passed` : '',
    failed > 0 ? `${failed} failed` : '',
    skipped > 0 ? `${skipped} skipped` : '',
    tests > passed + failed + skipped ? `${tests - passed - failed - skipped} without an end` : '',
  ].filter((text) => text !== '');
  return parts.length === 0 ? 'no tests, races or crashes' : parts.join(', ');
}

/** How the command ended. */
export function describeEnd({ state, exit, signal, timedOut, interruptedBy }: CiRun): string {
  const how =
    signal !== null
      ? `ended by ${signal}`
      : exit !== null
        ? `exit code ${exit}`
        : state === 'killed'
          ? 'its end is not known: goflame was killed'
          : 'its end is not known';
  const why =
    timedOut !== null ? `, after the time-out of ${timedOut}` : interruptedBy !== null ? `, after ${interruptedBy}` : '';
  return how + why;
}

/** Findings that are listed. */
const MOST = 20;

/** The lines for a terminal. */
export function* writeOutcome({ run }: CiEvidence): Generator<string> {
  if (run.counts !== null) yield `${describeCounts(run.counts)} (${describeEnd(run)})\n`;
  for (const { title, where, why, amount } of run.findings.slice(0, MOST)) {
    const times = amount > 1 ? ` (${amount}×)` : '';
    yield `  ${title}${times}${where === null ? '' : ` at ${where.file}:${where.line}`}\n      ${why}\n`;
  }
  if (run.findings.length > MOST) yield `  … and ${run.findings.length - MOST} more: summary.md has all\n`;
}

function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

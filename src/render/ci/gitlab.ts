/**
 * GitLab's code quality report: a JSON array of findings, each with a place in the repository. GitLab keeps the first of those that
 * have one fingerprint.
 */

import { type CiItem, type CiReport, itemsOf } from './items.ts';
import { namesOf, sidesOf } from './racetext.ts';
import { oneLine } from './text.ts';

type Severity = 'info' | 'minor' | 'major' | 'critical' | 'blocker';

const MAX_TEXT = 1000;

export interface CodeQuality {
  readonly text: string;
  /** Findings without a place in the repository: GitLab has no form for them. */
  readonly left: number;
}

export function writeCodeQuality(report: CiReport): CodeQuality {
  const seen = new Set<string>();
  const lines: string[] = [];
  let left = 0;
  for (const item of itemsOf(report)) {
    const { finding, place, fingerprint, subject } = item;
    if (place === null) left++;
    if (place === null || seen.has(fingerprint)) continue;
    seen.add(fingerprint);
    lines.push(
      JSON.stringify({
        description: describe(item),
        check_name: subject.kind === 'race' ? 'data-race' : finding.kind,
        fingerprint,
        severity: severityOf(item),
        location: { path: place.file, lines: { begin: place.line } },
      }),
    );
  }
  return { text: lines.length === 0 ? '[]\n' : `[\n${lines.join(',\n')}\n]\n`, left };
}

function describe({ finding, subject }: CiItem): string {
  if (subject.kind !== 'race') return oneLine(`${finding.title} (${finding.why})`, MAX_TEXT);
  const { race } = subject;
  const tests = race.tests.length === 0 ? '' : ` (${namesOf(race.tests)})`;
  const others = race.blamed.length === 0 ? '' : `; go lets ${namesOf(race.blamed)} fail for it`;
  return oneLine(`Data race, ${race.state}: ${sidesOf(race)}${tests}${others}`, MAX_TEXT);
}

function severityOf({ finding, subject }: CiItem): Severity {
  if (finding.severity === 'note') return 'info';
  if (finding.severity === 'warning') return 'minor';
  switch (subject.kind) {
    case 'crash':
    case 'build':
      return 'blocker';
    case 'race':
    case 'timeout':
      return 'critical';
    case 'test':
      return 'major';
  }
}

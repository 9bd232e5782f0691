/** The library of named programs. */

import { UsageError } from '../../base/errors.ts';
import { MAP_SCENARIOS } from './maps.ts';
import { RACE_SCENARIOS } from './races.ts';
import type { Scenario } from './scenario.ts';
import { SCHEDULING_SCENARIOS } from './scheduling.ts';

export const SCENARIOS: readonly Scenario[] = [...MAP_SCENARIOS, ...RACE_SCENARIOS, ...SCHEDULING_SCENARIOS];

/** How many names are offered for one that is unknown. */
const OFFERED = 3;

/** @throws UsageError that offers the nearest names */
export function findScenario(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  const near = SCENARIOS.map((scenario) => ({ name: scenario.name, far: distance(name, scenario.name) }))
    .sort((a, b) => a.far - b.far)
    .slice(0, OFFERED)
    .map((one) => one.name);
  throw new UsageError(
    `no scenario "${name}"; near to it are ${near.join(', ')} (--list shows all; a file is named as ./FILE.js)`,
  );
}

/** Single letters to change, add or leave out to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= Math.min(a.length, 100); i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}

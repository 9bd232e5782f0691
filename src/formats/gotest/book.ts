/** All that an input says of tests: what events say holds, lines say what events do not. */

import type { TestedPackage, TestPart, TestResult } from '../../model/evidence.ts';
import { BuildLog } from './builds.ts';
import { EventLog } from './events.ts';
import type { TestMachine } from './machine.ts';
import type { PackageTally } from './tally.ts';

const MAX_KEPT = 10_000;

export class TestBook {
  readonly events = new EventLog();
  private readonly builds = new BuildLog();
  /** What the lines of a package say that has events, too. */
  private readonly texts = new Map<string, PackageTally[]>();
  private readonly plain: PackageTally[] = [];
  private firstLine = 0;

  /** Takes what one stream of lines had; `path` where its package was known beforehand. */
  addLines(machine: TestMachine, path: string | null): void {
    const tallies = [...machine.packages, machine.current].filter((tally) => !tally.isEmpty);
    if (path !== null) this.texts.set(path, [...(this.texts.get(path) ?? []), ...tallies]);
    else for (const tally of tallies) this.plain.push(tally);
    this.builds.merge(machine.builds);
    if (machine.firstLine > 0) this.firstLine = Math.min(this.firstLine || Infinity, machine.firstLine);
  }

  /** Null where nothing was said of tests. Call once, when all lines were added. */
  summarize(): TestPart | null {
    const line = Math.min(this.firstLine || Infinity, this.events.firstLine || Infinity);
    if (line === Infinity) return null;
    this.builds.merge(this.events.builds);
    const tallies = this.joined();
    const packages = tallies.map((tally) => tally.describe()).filter((one): one is TestedPackage => one !== null);
    const tests = tallies.flatMap((tally) => resultsOf(tally, MAX_KEPT));
    const failed = tests.filter(({ outcome }) => outcome === 'fail').map(({ name }) => name);
    const blamed = new Map(packages.filter(isUnbuilt).map(({ name, failedBuild }) => [name, failedBuild]));
    return {
      format: 'go-test',
      line,
      packages: packages.slice(0, MAX_KEPT),
      failedTests: failed.slice(0, MAX_KEPT),
      tests: tests.slice(0, MAX_KEPT),
      builds: this.builds.list(blamed),
    };
  }

  /** One tally for each package: in the order of the events, then of the lines. */
  private joined(): PackageTally[] {
    const known = new Map<string, PackageTally>();
    const rest: PackageTally[] = [];
    for (const [name, tally] of this.events.packages) known.set(name, tally);
    for (const [name, texts] of this.texts) {
      const tally = known.get(name);
      if (tally === undefined) for (const text of texts) rest.push(text);
      else joinText(tally, texts);
    }
    for (const tally of this.plain) {
      const other = tally.name === null ? undefined : known.get(tally.name);
      if (other === undefined) rest.push(tally);
      else joinText(other, [tally]);
    }
    return [...known.values(), ...rest];
  }
}

/** Adds to what the events of a package say: notes, ends that are missing; all of it where no event said how it went. */
function joinText(tally: PackageTally, texts: readonly PackageTally[]): void {
  for (const text of texts) {
    if (tally.tests.size === 0 && tally.end === null) for (const [name, record] of text.tests) tally.tests.set(name, record);
    tally.fillFrom(text);
    if (tally.name === '') tally.name = text.name;
    if (text.end === null) continue;
    const { cached, note } = text.end;
    tally.end =
      tally.end === null ? text.end : { ...tally.end, cached: tally.end.cached || cached, note: tally.end.note ?? note };
  }
}

function resultsOf(tally: PackageTally, most: number): TestResult[] {
  const path = tally.name === '' ? null : tally.name;
  return [...tally.tests.values()].slice(0, most).map((record) => record.describe(path));
}

function isUnbuilt({ result, note, failedBuild }: TestedPackage): boolean {
  return result === 'FAIL' && (failedBuild !== null || note === 'build failed' || note === 'setup failed');
}

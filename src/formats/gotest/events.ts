/**
 * Events of `go test -json` (cmd/test2json): what ran and how it ended, said by the go command itself.
 *
 *     {"Action":"fail","Package":"example.com/p","Test":"TestX","Elapsed":0.01}
 *     {"Action":"build-output","ImportPath":"example.com/p [example.com/p.test]","Output":"p.go:3:2: undefined: x\n"}
 */

import { BuildLog } from './builds.ts';
import { PackageTally } from './tally.ts';

const ACTIONS = [
  'start',
  'run',
  'pause',
  'cont',
  'output',
  'pass',
  'fail',
  'skip',
  'bench',
  'attr',
  'artifacts',
  'build-output',
  'build-fail',
] as const;
type Action = (typeof ACTIONS)[number];

const KNOWN: ReadonlySet<unknown> = new Set(ACTIONS);

export interface TestEvent {
  readonly action: Action;
  /** The import path; empty for a test program that was run by itself. */
  readonly package: string;
  readonly test: string | null;
  readonly elapsed: number | null;
  readonly output: string | null;
  readonly failedBuild: string | null;
  readonly key: string;
  readonly value: string;
}

/** Null for objects that are no event. */
export function readEvent(object: Readonly<Record<string, unknown>>): TestEvent | null {
  const action = object.Action as Action;
  if (!KNOWN.has(action)) return null;
  const owner = textOf(object.Package) ?? textOf(object.ImportPath);
  const test = textOf(object.Test);
  const output = textOf(object.Output);
  const elapsed = typeof object.Elapsed === 'number' ? object.Elapsed : null;
  if (owner === null && ((test === null && output === null && elapsed === null) || !Object.keys(object).every(isField)))
    return null;
  return {
    action,
    package: owner ?? '',
    test,
    elapsed,
    output,
    failedBuild: textOf(object.FailedBuild),
    key: textOf(object.Key) ?? '',
    value: textOf(object.Value) ?? textOf(object.Path) ?? '',
  };
}

const FIELDS: ReadonlySet<string> = new Set([
  'Time',
  'Action',
  'Test',
  'Elapsed',
  'Output',
  'OutputType',
  'Key',
  'Value',
  'Path',
]);

/** Without a package only an event that holds nothing else is one: other programs' logs have actions, too. */
function isField(name: string): boolean {
  return FIELDS.has(name);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

const MAX_PACKAGES = 10_000;

export class EventLog {
  readonly packages = new Map<string, PackageTally>();
  readonly builds = new BuildLog();
  /** The first event's line; 0 before. */
  firstLine = 0;

  take(event: TestEvent, line: number): void {
    if (this.firstLine === 0) this.firstLine = line;
    const { action, output, test } = event;
    if (action === 'build-output') this.builds.add(event.package, (output ?? '').replace(/\r?\n$/, ''));
    else if (action === 'build-fail') this.builds.fail(event.package);
    else if (action !== 'output') {
      const tally = this.packageOf(event.package);
      if (tally === null || action === 'start') return;
      if (test === null) this.takePackage(event, tally);
      else this.takeTest(event, tally, test);
    }
  }

  private packageOf(name: string): PackageTally | null {
    let tally = this.packages.get(name);
    if (tally === undefined) {
      if (this.packages.size >= MAX_PACKAGES) return null;
      tally = new PackageTally(name);
      this.packages.set(name, tally);
    }
    return tally;
  }

  private takePackage({ action, elapsed: seconds, failedBuild }: TestEvent, tally: PackageTally): void {
    if (action !== 'pass' && action !== 'fail' && action !== 'skip') return;
    const result = ({ pass: 'ok', fail: 'FAIL', skip: 'no test files' } as const)[action];
    // events of two runs in one input: one that failed is not made good by another
    if (tally.end?.result === 'FAIL') return;
    tally.end = { result, seconds, cached: false, note: null, failedBuild };
  }

  private takeTest({ action, elapsed, key, value }: TestEvent, tally: PackageTally, name: string): void {
    if (action === 'attr') {
      tally.setAttribute(name, key, value);
      return;
    }
    const record = tally.test(name);
    if (record === null) return;
    if (action === 'run') record.begin();
    else if (action === 'pause' || action === 'cont') record.paused = action === 'pause';
    else if (action === 'artifacts') record.artifacts = value;
    else if (action === 'pass' || action === 'fail' || action === 'skip') record.end(action, elapsed);
    else if (action === 'bench') record.end('pass', elapsed);
  }
}

/**
 * `go test` gave up on a test: the goroutine that panics is only the alarm (testing.(*M).startAlarm). What it is about
 * are the tests that were running: their goroutines end in testing.tRunner and are made by testing.(*T).Run, a subtest's by
 * that of its parent, which waits for it.
 *
 *     panic: test timed out after 2s
 *     <TAB>running tests:
 *     <TAB><TAB>TestSlow (2s)
 *     <TAB><TAB>TestSlow/outer (2s)
 *
 * The list came with Go 1.20; without it, and where several subtests of one test run, the function is all the name there is.
 */

import { splitName } from '../model/names.ts';
import type { Crash, Goroutine } from '../model/snapshot.ts';
import { isElided, type StackId, type StackTable } from '../model/stacks.ts';
import type { StuckTest, TestTimeout } from '../model/summary.ts';

const REASON = /^test timed out after (\S+)$/;
const RUNNING = /^\s*(\S+) \((\d[\w.]*)\)$/;
/** Up to Go 1.9 a function of its own; the alarm has been a closure since 1.2. */
const ALARM = /^testing\.(?:\(\*M\)\.startAlarm\.func\d+|startAlarm\.func\d+|alarm)$/;
/** Waits of a test whose turn has not come. */
const WAITS_FOR_TURN = /^testing\.\(\*(?:T\)\.Parallel|testContext\)\.waitParallel|testState\)\.waitParallel)$/;
const RUNNER = 'testing.tRunner';
const MAX_TESTS = 1000;

/** What a panic's message says, if it is that of a time-out. */
export function isTimeoutReason(crash: Crash | null): boolean {
  return crash !== null && crash.kind === 'panic' && REASON.test(crash.message.split('\n')[0]);
}

/** Goroutines of tests among those of a dump. */
export class TestGoroutines {
  private readonly stacks: StackTable;
  private readonly functions = new Map<StackId, string | null>();
  private readonly found: Goroutine[] = [];

  constructor(stacks: StackTable) {
    this.stacks = stacks;
  }

  add(goroutine: Goroutine): void {
    if (this.found.length < MAX_TESTS && this.functionOf(goroutine) !== null) this.found.push(goroutine);
  }

  /** Null for a dump that is no time-out: a test may panic with such words, too. */
  judge(crash: Crash, first: Goroutine | null): TestTimeout | null {
    if (!isTimeoutReason(crash) || (first !== null && !this.isAlarm(first))) return null;
    const [reason, ...rest] = crash.message.split('\n');
    const running = rest.flatMap((line) => {
      const match = RUNNING.exec(line);
      return match === null ? [] : [{ name: match[1], ranFor: match[2] }];
    });
    const listed = running.filter(({ name }) => !running.some((other) => other.name.startsWith(`${name}/`)));
    return { after: REASON.exec(reason)?.[1] ?? null, stuck: this.stuckTests(listed), running: listed.map(({ name }) => name) };
  }

  /** The function that testing.tRunner runs in a goroutine; null in those that run none, and in the main one. */
  private functionOf({ stack }: Goroutine): string | null {
    let name = this.functions.get(stack);
    if (name === undefined) {
      const frames = this.stacks.framesAt(stack).map((frame) => (isElided(frame) ? '' : frame.function));
      const at = frames.lastIndexOf(RUNNER);
      const waits = frames.some((one) => WAITS_FOR_TURN.test(one)) || frames.includes('testing.(*M).Run');
      // a test whose function has returned waits for its parallel subtests
      name = at <= 0 || waits ? null : frames[at - 1].startsWith('testing.') ? '' : frames[at - 1];
      this.functions.set(stack, name);
    }
    return name;
  }

  private isAlarm({ stack }: Goroutine): boolean {
    return this.stacks.framesAt(stack).some((frame) => !isElided(frame) && ALARM.test(frame.function));
  }

  private stuckTests(listed: readonly Running[]): StuckTest[] {
    const stuck = this.leaves().map((goroutine) => this.describe(goroutine));

    const tests = stuck.map((test) => named(test, listed, stuck));
    const rest = listed.filter(({ name }) => !tests.some((test) => test.name === name || rootOf(test.name) === rootOf(name)));
    return [
      ...tests,
      ...rest.map(({ name, ranFor }) => ({ name, ranFor, package: null, oneOf: [], goroutine: null, parents: [] })),
    ];
  }

  /** Tests that wait for no subtest. */
  private leaves(): Goroutine[] {
    const parents = new Set(this.found.map(({ createdBy }) => createdBy?.goroutine ?? null));
    return this.found.filter((one) => !parents.has(one.id) && !this.waitsForSubtest(one));
  }

  private waitsForSubtest({ stack }: Goroutine): boolean {
    const frames = this.stacks.framesAt(stack).map((frame) => (isElided(frame) ? '' : frame.function));
    const own = frames.find((name) => !name.startsWith('runtime.'));
    return own === 'testing.(*T).Run' || own === 'testing.tRunner.func1';
  }

  private describe(goroutine: Goroutine): StuckTest {
    const parents: Goroutine[] = [];
    for (let at = this.parentOf(goroutine); at !== null && !parents.includes(at); at = this.parentOf(at)) parents.unshift(at);
    const known = [...parents, goroutine].map((one) => this.functionOf(one) ?? '').find((name) => name !== '') ?? '';
    const { package: path, rest } = splitName(known);

    const own = splitName(this.functionOf(goroutine) ?? '').rest;
    // without its parents a closure still names the test it is in
    const name = own === rest || own.startsWith(`${rest}.`) ? own : `${rest}: ${own}`;
    return { name, package: path === '' ? null : path.replace(/_test$/, ''), oneOf: [], ranFor: null, goroutine, parents };
  }

  private parentOf({ createdBy }: Goroutine): Goroutine | null {
    const id = createdBy?.goroutine ?? null;
    return id === null ? null : (this.found.find((one) => one.id === id) ?? null);
  }
}

interface Running {
  readonly name: string;
  readonly ranFor: string;
}

/** The name that was printed, where it can only be this one: no other goroutine or name is of the same test. */
function named(test: StuckTest, listed: readonly Running[], all: readonly StuckTest[]): StuckTest {
  const root = rootOf(test.name);
  const names = listed.filter(({ name }) => rootOf(name) === root);
  const rivals = all.filter(({ name }) => rootOf(name) === root);
  if (names.length === 1 && rivals.length === 1) return { ...test, ...names[0] };
  if (names.length === 0) return test;
  const ranFor = names.every((one) => one.ranFor === names[0].ranFor) ? names[0].ranFor : null;
  return { ...test, ranFor, oneOf: names.map(({ name }) => name) };
}

/** `TestSlow/outer`, `TestSlow.func1` and `TestSlow: helper` → `TestSlow`. */
function rootOf(name: string): string {
  return name.split(/[/.:]/, 1)[0];
}

/** Operations that are made and not run, or yielded instead of delegated to, are found; correct programs never are. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_COSTS } from '../../src/emulator/costs.ts';
import { Explorer, exploreProcs } from '../../src/emulator/explore/explore.ts';
import type { Go, Program } from '../../src/emulator/program.ts';
import { SCENARIOS } from '../../src/emulator/scenarios/index.ts';
import { parseValues } from '../../src/emulator/scenarios/scenario.ts';
import type { StrategyName } from '../../src/model/exploration.ts';
import { run } from '../support/emulated.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'goflame-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Each line of a program that is wrong, and what is said of it: the line is 3 throughout. */
const WRONG: readonly (readonly [string, RegExp])[] = [
  ['go.send(ch, 1);', /go\.send at \S+:3 is made and never run: write yield\* go\.send/],
  ['go.lock(mu); yield* go.work(5); yield* go.unlock(mu);', /go\.lock at \S+:3 is made and never run/],
  ['const old = go.load(v); yield* go.store(v, 1);', /go\.load at \S+:3 is made and never run/],
  ['yield* go.put(m, 1, 1); go.put(m, 2, 2);', /go\.put at \S+:3 is made and never run/],
  ['go.spawn("main.f", (own) => own.work(5));', /go\.spawn at \S+:3 is made and never run/],
  ['go.call("main.f", 9, (own) => own.work(5));', /go\.call at \S+:3 is made and never run/],
  ['go.do(go.once(), (own) => own.work(5));', /go\.do at \S+:3 is made and never run/],
  ['yield* go.region("r", function* (own) { own.gosched(); });', /go\.gosched at \S+:3 is made and never run/],
  ['yield* go.spawn("main.f", function* (own) { own.work(5); }); yield* go.sleep(9999);', /go\.work at \S+:3 is made and never/],
  ['for (;;) go.gosched();', /go\.gosched at \S+:3 is made and never run/],
  // The goroutine that would have sent does not, and main waits for ever.
  ['yield* go.spawn("main.f", function* (own) { own.send(ch, 1); }); yield* go.receive(ch);', /go\.send at \S+:3 is made and/],
  ['yield go.send(ch, 1);', /go\.send at \S+:3 is yielded instead of delegated to: write yield\* go\.send/],
  ['yield go.receive(ch);', /go\.receive at \S+:3 is yielded/],
  ['yield go.call("main.f", 9, (own) => own.work(5));', /go\.call at \S+:3 is yielded/],
  ['function* f() { yield* go.work(5); } yield f();', /a generator is yielded instead of delegated to/],
  ['yield 5;', /a number is yielded; operations are delegated to with yield\*/],
  ['yield* go.put(3, 1, 1);', /a map is expected, not number/],
  ['const one = go.work(5); yield* one; yield* one;', /an operation is run a second time/],
];

async function programOf(name: string, line: string): Promise<(go: Go) => Program> {
  const file = path.join(folder, `${name}.mjs`);
  const head =
    'export default function* main(go) {\n const [ch, mu, v, m] = [go.channel(0), go.mutex(), go.variable(0), go.map()];\n';
  writeFileSync(file, `${head} ${line}\n yield* go.work(1);\n}\n`);
  return (await import(file)).default;
}

function explored(main: (go: Go) => Program, strategy: StrategyName) {
  const request = {
    release: 26,
    costs: DEFAULT_COSTS,
    seed: 1,
    schedules: 20,
    depth: 2,
    maxSteps: 10_000,
    jitter: 0.05,
  } as const;
  return exploreProcs(new Explorer({ ...request, main, strategy }), 2).row;
}

describe('a mistake', () => {
  it.each(WRONG.map(([line, message], i) => [i, line, message] as const))(
    'is told with its place: %i %s',
    async (i, line, message) => {
      const main = await programOf(`wrong${i}`, line);
      expect(() => run(main)).toThrow(message);
      for (const strategy of ['random', 'exhaustive', 'faithful'] as const)
        expect(() => explored(main, strategy)).toThrow(message);
    },
  );
});

describe('a program that is right', () => {
  /** What is no mistake, although it looks a little like one. */
  const RIGHT = [
    'const later = go.work(5); yield* go.work(1); yield* later;',
    'const both = [go.work(5), go.load(v)]; for (const one of both) yield* one;',
    'yield* go.spawn("main.f", () => go.work(5)); yield* go.sleep(9999);',
    'const own = go.work(5); yield* go.spawn("main.f", () => own); yield* go.sleep(9999);',
    // main returns before the goroutine has begun.
    'yield* go.spawn("main.f", () => go.send(ch, 1));',
    'yield* go.call("main.f", 3, (own) => own.call("main.g", 4, (inner) => inner.work(5)));',
    'yield* go.do(go.once(), (own) => own.work(5));',
    'yield* go.exit(3); yield* go.work(5);',
    'function* f(own) { return yield* own.load(v); } yield* go.store(v, 1 + (yield* f(go)));',
  ];
  it.each(RIGHT.map((line, i) => [i, line] as const))('is run: %i %s', async (i, line) => {
    const main = await programOf(`right${i}`, line);
    run(main);
    for (const strategy of ['random', 'pct', 'exhaustive', 'faithful'] as const) explored(main, strategy);
  });

  it.each(SCENARIOS.map(({ name }) => name))('is explored, whatever the schedule: %s', (name) => {
    const scenario = SCENARIOS.find((one) => one.name === name)!;
    const values = parseValues(scenario, [], scenario.small);
    for (const strategy of ['random', 'pct', 'pos'] as const) explored((go) => scenario.main(go, values), strategy);
  });
});

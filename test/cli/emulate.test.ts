/** `goflame emulate` and `goflame explore` as a user runs them. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../src/emulator/scenarios/index.ts';
import { type Result, ROOT, runGoflame } from '../support/cli.ts';

let folder = '';
beforeAll(() => {
  if (!existsSync(path.join(ROOT, 'dist/cli.js'))) throw new Error('dist is missing: npm run build');
  folder = mkdtempSync(path.join(tmpdir(), 'goflame-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]): Result => runGoflame(args, { cwd: folder });

function program(name: string, text: string): string {
  writeFileSync(path.join(folder, name), text);
  return `./${name}`;
}

describe('emulate', () => {
  it('lists each program in a line, with its parameters', () => {
    const { code, out } = run('emulate', '--list');
    expect(code).toBe(0);
    for (const { name, summary } of SCENARIOS) expect(out).toMatch(new RegExp(`^${name} +${summary.slice(0, 20)}`, 'm'));
    expect(run('emulate', 'map-growth', '--list').out).toMatch(/^ {2}writers=4 +goroutines that write \(1\.\.1000\)$/m);
  });

  it('leaves evidence that the other commands read without a problem', () => {
    const files = [
      '--trace',
      't.trace',
      '--dump',
      'd.txt',
      '--race',
      'r.txt',
      '--schedtrace',
      's.txt',
      '--schedtrace-period',
      '5us',
    ];
    const { code, out } = run('emulate', 'map-race', ...files);
    expect(code).toBe(0);
    expect(out).toContain('fatal error: concurrent map writes');
    expect(out).toMatch(/goroutine \d+ was inside the map at main\.writer main\.go:42/);
    expect(out).toContain('race detector: 1 race');
    for (const name of ['t.trace', 'd.txt', 'r.txt', 's.txt']) {
      const { inputs } = JSON.parse(run('inspect', '--json', name).out);
      expect(inputs[0].problems).toEqual([]);
      expect(inputs[0].parts.length).toBe(1);
    }
    expect(run('analyze', 't.trace').code).toBe(0);
    expect(readFileSync(path.join(folder, 'd.txt'), 'utf8')).toMatch(
      /^fatal error: concurrent map writes\n\ngoroutine \d+ \[running\]:\n/,
    );
  });

  it('is the same twice, to the byte', () => {
    run('emulate', 'spawn-storm', '--seed', '7', '--trace', 'a.trace');
    run('emulate', 'spawn-storm', '--seed', '7', '--trace', 'b.trace');
    const bytes = (name: string): Buffer => readFileSync(path.join(folder, name));
    expect(bytes('a.trace').equals(bytes('b.trace'))).toBe(true);
    const checked = run('emulate', 'spawn-storm', '--check-determinism');
    expect(checked.code).toBe(0);
    expect(checked.err).toMatch(/^two runs are equal: sha256 [0-9a-f]{64}\n$/);
  });

  it('tells what happened as JSON', () => {
    const summary = JSON.parse(run('emulate', 'map-growth', '--set', 'writes=200', '--go', '1.23', '--json').out);
    expect(summary).toMatchObject({
      schema: 'goflame/emulate/1',
      release: '1.23',
      gomaxprocs: 4,
      ending: 'returned',
      fault: null,
    });
    const first = summary.growths.filter(({ map, kind }: { map: number; kind: string }) => map === 0 && kind === 'double');
    expect(first.map(({ count }: { count: number }) => count)).toEqual([8, 13, 26, 52, 104]);
  });

  it('exits with 1 where what --fail-on names is found', () => {
    expect(run('emulate', 'map-race', '--fail-on', 'fault').code).toBe(1);
    expect(run('emulate', 'map-race', '--procs', '1', '--fail-on', 'fault').code).toBe(0);
    expect(run('emulate', 'map-race', '--procs', '1', '--fail-on', 'race').code).toBe(1);
    expect(run('emulate', 'deadlock', '--fail-on', 'deadlock').code).toBe(1);
    expect(run('emulate', 'lost-update', '--fail-on', 'wrong').code).toBe(1);
  });

  it('runs a program of the user’s own', () => {
    const file = program(
      'mine.mjs',
      `export default { name: 'mine', parameters: { n: { describe: 'how many', default: 3, min: 1, max: 9 } },
         *main(go, { n }) {
           const ch = go.channel(n);
           for (let i = 0; i < n; i++) yield* go.spawn('main.send', function* (own) { yield* own.send(ch, i); });
           let sum = 0;
           for (let i = 0; i < n; i++) sum += (yield* go.receive(ch)).value;
           go.print('the sum is ' + sum);
         } };`,
    );
    expect(run('emulate', file).out).toContain('the sum is 3');
    expect(run('emulate', file, '--set', 'n=5').out).toContain('the sum is 10');
    expect(run('emulate', file, '--set', 'n=10').code).toBe(2);
  });

  it('runs the program of the README', () => {
    const text = readFileSync(path.join(ROOT, 'src/emulator/README.md'), 'utf8');
    const file = program('readme.mjs', /```js\n([\s\S]*?)```/.exec(text)?.[1] ?? '');
    const { code, out } = run('emulate', file, '--set', 'workers=8', '--fail-on', 'wrong,fault,deadlock,race');
    expect(out).toContain('main returned');
    expect(code).toBe(0);
  });

  const WRONG: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    ['no program', [], 2, /name a program/],
    ['an unknown one', ['map-grwoth'], 2, /near to it are map-growth/],
    ['an unknown parameter', ['map-growth', '--set', 'speed=3'], 2, /its parameters are mode, map, writers/],
    ['a value out of bounds', ['map-growth', '--set', 'writers=0'], 2, /a whole number from 1 to 1000/],
    ['a word that is none', ['map-growth', '--set', 'mode=fast'], 2, /expected one of sharded, locked, single/],
    ['no value', ['map-growth', '--set', 'mode'], 2, /expected NAME=VALUE/],
    ['no P', ['map-growth', '--procs', '0'], 2, /--procs 0/],
    ['an unknown release', ['map-growth', '--go', '1.18'], 2, /1\.19 to 1\.27/],
    ['a map that the release does not have', ['map-growth', '--go', '1.22', '--set', 'map=swiss'], 2, /has no Swiss maps/],
    ['a module that is not there', ['./nowhere.js'], 3, /nowhere\.js/],
    ['no time', ['map-growth', '--max-time', 'soon'], 2, /expected a duration/],
    ['a file of costs that is not there', ['map-growth', '--costs', 'nowhere.json'], 3, /nowhere\.json/],
  ];
  it.each(WRONG)('refuses %s', (_, args, code, message) => {
    const result = run('emulate', ...args);
    expect(result.code).toBe(code);
    expect(result.err).toMatch(message);
    expect(result.err).not.toContain('this is a bug');
  });

  const BROKEN: readonly (readonly [string, string, RegExp])[] = [
    [
      'throws',
      'export default function* main(go) { yield* go.work(5); throw new Error("my own mistake"); }',
      /the program threw Error: my own mistake/,
    ],
    [
      'never ends',
      'export default function* main(go) { for (;;) yield* go.work(1_000_000); }',
      /has not ended within 1ms of model time/,
    ],
    ['is no generator', 'export default function main(go) {}', /is no generator function/],
    ['is no program', 'export default 5;', /no program/],
    ['is no JavaScript', 'export default function* main(', /cannot be loaded/],
    ['locks what is no mutex', 'export default function* main(go) { yield* go.lock(3); }', /a mutex is expected/],
    ['works for less than no time', 'export default function* main(go) { yield* go.work(-1); }', /work of -1/],
    ['yields by itself for ever', 'export default function* main(go) { for (;;) yield; }', /has not ended/],
  ];
  it.each(BROKEN)('says so where a program %s, and leaves no file', (name, text, message) => {
    const file = program(`${name.replaceAll(' ', '-')}.mjs`, text);
    const before = readdirSync(folder);
    const result = run('emulate', file, '--max-time', '1ms', '--trace', 'left.trace', '--dump', 'left.txt');
    expect(result.err).toMatch(message);
    expect(result.err).not.toContain('this is a bug');
    expect(result.code).toBe(3);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('takes costs from a file, by their names', () => {
    writeFileSync(path.join(folder, 'costs.json'), '{"mapProbe": 1000}');
    const slow = JSON.parse(run('emulate', 'map-growth', '--set', 'writes=100', '--costs', 'costs.json', '--json').out);
    const fast = JSON.parse(run('emulate', 'map-growth', '--set', 'writes=100', '--json').out);
    expect(slow.durationNs).toBeGreaterThan(fast.durationNs * 3);
    writeFileSync(path.join(folder, 'costs.json'), '{"mapProb": 1000}');
    expect(run('emulate', 'map-growth', '--costs', 'costs.json').err).toMatch(/costs\.json: an unknown cost "mapProb"/);
  });
});

describe('explore', () => {
  it('counts three things apart, and says 0 of N, of how many schedules', () => {
    const { code, out } = run('explore', 'map-race', '-n', '20', '--procs', '1,4', '--strategy', 'faithful');
    expect(code).toBe(0);
    expect(out).toMatch(/^ +1 +1 +0 of 20 +0 of 20 +20 of 20 \(100%\)$/m);
    expect(out).toMatch(/^ +4 +\d+ +20 of 20 \(100%\) +0 of 20 +20 of 20 \(100%\)$/m);
    expect(out).toMatch(/0 says nothing of others/);
    expect(out).not.toMatch(/cannot happen/);
  });

  it('gives commands that show it again', () => {
    const { out } = run('explore', 'map-race', '-n', '20', '--procs', '4');
    const commands = [...out.matchAll(/^ {2}goflame (.*)$/gm)].map(([, command]) => command.split(' '));
    expect(commands.length).toBe(2);
    expect(run(...commands[0]).out).toContain('fatal error: concurrent map writes');
    const replayed = run(...commands[1]);
    expect(replayed.code).toBe(0);
    expect(replayed.out).toContain('fatal error: concurrent map writes');
    const other = run(
      ...commands[1].map((word) => (word === 'writes=3' ? 'writes=1' : word === 'writers=2' ? 'writers=3' : word)),
    );
    expect(other.code).toBe(2);
    expect(other.err).toMatch(/the schedule is of other parameters than .*writers=3/);
  });

  it('tells where a schedule of an earlier version leads another way', () => {
    const { code, err } = run('explore', 'map-race', '--replay', 'gf1.2.1.AQIB');
    expect(code).toBe(3);
    expect(err).toMatch(/the replay diverges at choice \d+: /);
  });

  it('prints PCT’s bound beside the rate', () => {
    expect(run('explore', 'lost-update', '--strategy', 'pct', '-n', '200', '--procs', '2').out).toMatch(/≥ [\d.]+%/);
  });

  it('says where all schedules were seen', () => {
    expect(run('explore', 'lost-update', '--strategy', 'exhaustive', '-n', '5000', '--procs', '2').out).toContain(
      'these are all',
    );
  });

  it('exits with 1 where what --fail-on names is found', () => {
    expect(run('explore', 'map-race', '-n', '5', '--procs', '1', '--fail-on', 'fault').code).toBe(0);
    expect(run('explore', 'map-race', '-n', '5', '--procs', '1', '--fail-on', 'race').code).toBe(1);
    expect(run('explore', 'map-mutex', '-n', '3', '--procs', '2', '--fail-on', 'fault,wrong,race,deadlock').code).toBe(0);
  });

  it.each([
    [['--procs', '0'], /expected numbers from 1 to 256/],
    [['--procs', 'all'], /expected numbers from 1 to 256/],
    [['-n', '0'], /--schedules 0/],
    [['--replay', 'xyz'], /not a schedule of this version/],
    [['--replay', 'gf1.2.1'], /not all of one/],
    [['--replay', 'gf1.0.1.'], /GOMAXPROCS of the schedule is out of bounds/],
    [['--strategy', 'luck'], /luck/],
  ])('refuses %s', (args, message) => {
    const { code, err } = run('explore', 'map-race', ...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});

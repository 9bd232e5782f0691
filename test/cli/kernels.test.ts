/** Known bugs as programs: the default of explore finds each, says of how many schedules, and finds nothing in what is right. */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, runGoflame } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';

const KERNELS = path.join(FIXTURES, 'emulator/kernels');

let folder = '';
beforeAll(() => {
  if (!existsSync(path.join(ROOT, 'dist/cli.js'))) throw new Error('dist is missing: npm run build');
  folder = mkdtempSync(path.join(tmpdir(), 'goflame-kernels-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function explore(program: string, ...args: string[]) {
  const { code, out, err } = runGoflame(['explore', program, '--json', '-n', '120', '-p', '1,2', ...args]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out);
}

function module(name: string, body: string): string {
  const file = path.join(folder, `${name}.mjs`);
  writeFileSync(file, `export default { name: '${name}', parameters: {}, *main(go) {\n${body}\n} };\n`);
  return file;
}

describe('the default of explore', () => {
  const BUGS: readonly (readonly [file: string, kind: string])[] = [
    ['k10214.js', 'deadlocked'],
    ['k10214work.js', 'deadlocked'],
    ['k28462.js', 'deadlocked'],
    ['k6181.js', 'deadlocked'],
    ['k17176.js', 'leftBehind'],
  ];
  it.each(BUGS)('finds the bug of %s within 20 schedules', (file, kind) => {
    const { rows } = explore(path.join(KERNELS, file));
    for (const row of rows) {
      expect(row[kind]).toBeGreaterThan(0);
      expect(row.firstFind).toBeLessThanOrEqual(20);
      expect(row).toMatchObject({ schedules: 120, strategy: 'portfolio' });
      expect(row.distinct).toBeGreaterThan(1);
      expect(row.distinct).toBeLessThanOrEqual(120);
    }
  });

  it('finds nothing in the same programs put right', () => {
    const right = module(
      'ordered',
      `const [one, two] = [go.mutex(), go.mutex()], group = go.waitGroup();
       yield* go.add(group, 2);
       for (let i = 0; i < 2; i++) yield* go.spawn('main.both', function* () {
         yield* go.lock(one); yield* go.lock(two); yield* go.unlock(two); yield* go.unlock(one); yield* go.done(group);
       });
       yield* go.wait(group);`,
    );
    for (const row of explore(right).rows) {
      expect(row).toMatchObject({ crashed: 0, wrong: 0, raced: 0, deadlocked: 0, leftBehind: 0, firstFind: null });
      expect(row.distinct).toBeGreaterThan(20);
    }
  });

  it('never lets runs of one schedule look like evidence', () => {
    const alone = module('alone', 'yield* go.work(1000);');
    const { rows } = explore(alone);
    for (const row of rows) expect(row).toMatchObject({ schedules: 120, distinct: 1 });
    const { out } = runGoflame(['explore', alone, '-n', '50', '-p', '1']);
    expect(out).toMatch(/^ +1 +1 +0 of 50/m);
    expect(out).toMatch(/0 says nothing of others/);
    expect(out).not.toMatch(/cannot happen/);
  });

  it('counts goroutines that are left behind, and says what they wait for', () => {
    const leak = module(
      'leak',
      `const ch = go.channel(0);
       yield* go.spawn('main.sender', function* () { yield* go.send(ch, 1); });
       yield* go.sleep(5000);`,
    );
    const [row] = explore(leak).rows;
    expect(row.leftBehind).toBe(row.schedules);
    expect(row.left[0].message).toMatch(/main\.sender \(G2\) waits for somebody to receive from an unbuffered channel/);
  });

  it('survives loops that poll, by every strategy', () => {
    const poll = module(
      'poll',
      `const flag = go.variable(0);
       yield* go.spawn('main.setter', function* () { yield* go.work(10); yield* go.store(flag, 1); });
       while ((yield* go.load(flag)) === 0) yield* go.gosched();`,
    );
    for (const strategy of ['faithful', 'random', 'pct', 'pos', 'exhaustive']) {
      const { rows } = explore(poll, '--strategy', strategy);
      for (const row of rows) expect({ strategy, cut: row.cut }).toEqual({ strategy, cut: 0 });
    }
  });
});

describe('len of a map', () => {
  it('races with a write, and not with another read', () => {
    const body = (operation: string) => `const map = go.map({}), group = go.waitGroup();
       yield* go.add(group, 1);
       yield* go.spawn('main.other', function* () { yield* ${operation}; yield* go.done(group); });
       yield* go.len(map);
       yield* go.wait(group);`;
    expect(explore(module('lenwrite', body('go.put(map, 1, 1)'))).rows[0].raced).toBe(120);
    expect(explore(module('lenread', body('go.len(map)'))).rows[0].raced).toBe(0);
  });
});

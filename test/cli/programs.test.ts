/** Modules of the user's own run in a thread: whatever they do, the command line says what happened, and ends when asked to. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BIN, type Result, ROOT, runGoflame } from '../support/cli.ts';

let folder = '';
beforeAll(() => {
  if (!existsSync(path.join(ROOT, 'dist/cli.js'))) throw new Error('dist is missing: npm run build');
  folder = mkdtempSync(path.join(tmpdir(), 'goflame-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, text: string): string {
  writeFileSync(path.join(folder, name), text);
  return `./${name}`;
}

const run = (...args: string[]): Result => runGoflame(args, { cwd: folder });

describe.each(['emulate', 'explore'])('%s', (command) => {
  it.each([
    ['in its body', 'export default function* main(go) { yield* go.work(5); process.exit(0); }'],
    ['at its top', 'process.exit(0);'],
  ])('says so where a program ends the process %s', (where, text) => {
    const { code, out, err } = run(command, program(`${command}-exit-${where.slice(0, 2)}.mjs`, text));
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(/the program ended the process \(process\.exit, code 0\): go\.exit\(code\) is os\.Exit/);
  });

  it('tells of what is thrown outside of goroutines, and of a lack of memory', () => {
    const late = program('late.mjs', 'setTimeout(() => { throw new Error("too late"); }); await new Promise(() => {});');
    const { code, err } = run(command, late);
    expect(code).toBe(3);
    expect(err).toMatch(/threw Error: too late[\s\S]*outside of a goroutine/);
  });

  it('does not run a program that --list is asked about', () => {
    const file = program('listed.mjs', 'console.log("it runs"); process.exit(9);');
    const { code, out, err } = run(command, '--list', file);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/--list does not run it/);
    expect(run(command, '--list', './nowhere.mjs')).toMatchObject({ code: 3, out: '' });
  });

  it('is done when the program is, and keeps what that prints apart', () => {
    const text =
      'setInterval(() => {}, 1000); export default function* main(go) { console.log("\\x1b[31mseen"); yield* go.work(5); }';
    const { code, out, err } = run(command, program('timer.mjs', text), '--json', '--procs', '1');
    expect(code).toBe(0);
    expect(JSON.parse(out).schema).toBe(`goflame/${command}/1`);
    expect(err).toContain('␛[31mseen\n');
  });

  it('says in its help that a module runs with the rights of the user', () => {
    expect(run(command, '--help').out.replace(/\s+/g, ' ')).toContain('whose code runs with your rights');
  });
});

describe('Ctrl-C', () => {
  const LOOP = 'export default function* main(go) { yield* go.work(5); for (;;); }';
  it.each([
    ['explore of a named program', ['explore', 'map-race', '-n', '100000000', '--strategy', 'random']],
    ['explore of timed schedules', ['explore', 'map-race', '-n', '100000000', '--strategy', 'faithful']],
    ['explore of a user’s program', ['explore', './fine.mjs', '-n', '100000000']],
    ['emulate of a user’s endless loop', ['emulate', './loop.mjs']],
    ['explore of a user’s endless loop', ['explore', './loop.mjs']],
    ['a module that never loads', ['emulate', './top.mjs']],
  ])('ends %s within a second, with 130', async (_name, args) => {
    program('loop.mjs', LOOP);
    program('top.mjs', 'for (;;);');
    program('fine.mjs', 'export default function* main(go) { yield* go.work(5); }');
    const child = spawn(process.execPath, [BIN, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(child.exitCode).toBeNull();
    const asked = performance.now();
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(code).toBe(130);
    expect(performance.now() - asked).toBeLessThan(1000);
  });
});

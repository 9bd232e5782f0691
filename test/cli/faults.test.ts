/**
 * What can fail does: each call of the file system, one after the other, of every command that writes a file; disks that
 * are full for real; streams that are closed, full, or broken. After each: the exit code of the contract, at most one
 * line, the old file or the new one, whole, and nothing beside it.
 */

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BIN, ROOT, runGoflame } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';

const PRELOAD = path.join(ROOT, 'test/support/faults.js');
const OLD = 'what was there before\n';
const DUMP = 'dump.txt';
const TRACE = 'run.trace';

/** Command lines, and the files that they write. */
const WRITERS: readonly (readonly [args: readonly string[], files: readonly string[]])[] = [
  [['render', DUMP, '-o', 'out.svg'], ['out.svg']],
  [
    ['emulate', 'map-race', '--trace', 'out.trace', '--dump', 'out.txt'],
    ['out.trace', 'out.txt'],
  ],
  [['convert', TRACE, '--to', 'trace-text', '-o', 'out.txt'], ['out.txt']],
  [['collapse', DUMP, '-o', 'out.txt'], ['out.txt']],
  [['inspect', DUMP, '-o', 'out.txt'], ['out.txt']],
  [['report', DUMP, '-o', 'out.html'], ['out.html']],
  [['diff', DUMP, DUMP, '-o', 'out.svg'], ['out.svg']],
  [['analyze', TRACE, '-o', 'out.txt'], ['out.txt']],
  [['timeline', TRACE, '-o', 'out.svg'], ['out.svg']],
];
/** Of these every call fails in turn; of the others those that write, which are the same code. GOFLAME_FAULTS=all takes all. */
const THOROUGH = process.env.GOFLAME_FAULTS === 'all' ? WRITERS.length : 2;
const WRITING = new Set(['writeSync', 'fsync', 'renameSync', 'fchmodSync']);

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'goflame-faults-'));
  folders.push(folder);
  return fill(folder);
}
function fill(folder: string): string {
  writeFileSync(path.join(folder, DUMP), readFileSync(path.join(FIXTURES, 'goroutines/shop-go1.26.txt')));
  writeFileSync(path.join(folder, TRACE), gunzipSync(readFileSync(path.join(FIXTURES, 'gotrace/annotations-1.22.trace.gz'))));
  return folder;
}
beforeAll(() => {
  if (!existsSync(path.join(ROOT, 'dist/cli.js'))) throw new Error('dist is missing: npm run build');
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly err: string;
}

function runFaulty(folder: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', PRELOAD, BIN, ...args], {
      cwd: folder,
      env: { ...process.env, FAULT_ROOT: folder, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let err = '';
    child.stderr.on('data', (data) => {
      err += data;
    });
    child.once('close', (code) => resolve({ code, err }));
  });
}

/** The calls that a command makes on files of a folder, in their order. */
async function callsOf(args: readonly string[]): Promise<{ calls: string[]; results: Record<string, string> }> {
  const folder = newFolder();
  for (const file of filesOf(args)) writeFileSync(path.join(folder, file), OLD);
  const log = `${folder}.log`;
  expect(await runFaulty(folder, args, { FAULT_LOG: log })).toEqual({ code: 0, err: '' });
  const calls = readFileSync(log, 'utf8').trim().split('\n');
  rmSync(log);
  return { calls, results: contentsOf(folder, filesOf(args)) };
}

const filesOf = (args: readonly string[]) => (WRITERS.find(([one]) => one === args) as (typeof WRITERS)[number])[1];

function contentsOf(folder: string, files: readonly string[]): Record<string, string> {
  return Object.fromEntries(files.map((file) => [file, readFileSync(path.join(folder, file), 'latin1')]));
}

async function checkFault(args: readonly string[], fault: string, results: Record<string, string>): Promise<void> {
  const folder = newFolder();
  const files = filesOf(args);
  for (const file of files) writeFileSync(path.join(folder, file), OLD);
  const { code, err } = await runFaulty(folder, args, { FAULT: fault });
  const what = `${args.join(' ')} with fault ${fault}: ${err}`;
  expect([0, 3], what).toContain(code);
  expect(err, what).toMatch(code === 0 ? /^$/ : /^goflame: [^\n]+\n$/);
  expect(err, what).not.toMatch(/bug|undefined|\[object/);
  expect(readdirSync(folder).sort(), what).toEqual([DUMP, TRACE, ...files].sort());
  const expected = Object.fromEntries(files.map((file) => [file, OLD]));
  const now = contentsOf(folder, files);
  if (code === 0) expect(now, what).toEqual(results);
  // Several files appear one after the other, each whole; the last step of the second can fail.
  else for (const file of files) expect([expected[file], results[file]], what).toContain(now[file]);
  if (code !== 0 && files.length === 1) expect(now, what).toEqual(expected);
  rmSync(folder, { recursive: true });
}

describe('each call that can fail', () => {
  let injected = 0;
  WRITERS.forEach(([args], i) => {
    it(`${args.join(' ')}`, async () => {
      const { calls, results } = await callsOf(args);
      const faults = calls.flatMap((name, at) => {
        if (i >= THOROUGH && !WRITING.has(name)) return [];
        return name === 'writeSync' ? [`${at + 1}:EIO`, `${at + 1}:short`] : [`${at + 1}:EIO`];
      });
      const waiting = [...faults];
      const worker = async () => {
        for (let fault = waiting.shift(); fault !== undefined; fault = waiting.shift()) await checkFault(args, fault, results);
      };
      await Promise.all([worker(), worker(), worker()]);
      expect(faults.length).toBeGreaterThan(3);
      injected += faults.length;
    });
  });

  it('is counted', () => {
    console.info(`${injected} faults injected into ${WRITERS.length} commands`);
    expect(injected).toBeGreaterThan(60);
  });

  it('a thread that does not start is told in a line', async () => {
    const folder = newFolder();
    writeFileSync(path.join(folder, TRACE), readFileSync(path.join(FIXTURES, 'gotrace/mapgrow-1.26.trace.gz')));
    const log = `${folder}.log`;
    await runFaulty(folder, ['analyze', TRACE], { FAULT_LOG: log });
    const at = readFileSync(log, 'utf8').split('\n').indexOf('Worker') + 1;
    rmSync(log);
    expect(at).toBeGreaterThan(0);
    const { code, err } = await runFaulty(folder, ['analyze', TRACE], { FAULT: `${at}:EAGAIN` });
    expect(code).toBe(3);
    expect(err).toMatch(/^goflame: [^\n]+\n$/);
  });
});

/** A small disk, where this user may make one. */
function mountSmall(): string | null {
  const folder = mkdtempSync(path.join(tmpdir(), 'goflame-small-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
  if (status === 0) return folder;
  rmSync(folder, { recursive: true });
  return null;
}

const small = process.platform === 'linux' ? mountSmall() : null;
afterAll(() => {
  if (small === null) return;
  execFileSync('umount', [small]);
  rmSync(small, { recursive: true });
});

describe('a disk that is full', () => {
  const inputs = newFolder();
  for (const [args, [file]] of WRITERS.filter(([, files]) => files.length === 1)) {
    it.skipIf(small === null)(`leaves the old file: ${args.join(' ')}`, () => {
      const disk = small as string;
      for (const name of readdirSync(disk)) rmSync(path.join(disk, name));
      const target = path.join(disk, file);
      writeFileSync(target, OLD);
      // All but a part of one block.
      const { size } = statSync(target);
      writeFileSync(path.join(disk, 'filler'), Buffer.alloc((64 << 10) - 4096 - 4096 - (size % 512)));
      const { code, err } = runGoflame([...args.slice(0, -1), target], { cwd: inputs });
      if (code === 0) return expect(statSync(target).size).toBeLessThanOrEqual(4096);
      expect({ code, err }).toEqual({ code: 3, err: `goflame: cannot write ${target}: no space left on the device\n` });
      expect(readFileSync(target, 'utf8')).toBe(OLD);
      expect(readdirSync(disk).sort()).toEqual([file, 'filler'].sort());
    });
  }
});

describe('a file that is written', () => {
  const render = (folder: string, output: string) => runGoflame(['render', DUMP, '-o', output], { cwd: folder });

  it('keeps its permissions', () => {
    const folder = newFolder();
    writeFileSync(path.join(folder, 'secret.svg'), OLD, { mode: 0o600 });
    expect(render(folder, 'secret.svg')).toEqual({ code: 0, out: '', err: '' });
    expect(statSync(path.join(folder, 'secret.svg')).mode & 0o777).toBe(0o600);
  });

  it('is written where a link leads, to nothing yet as well', () => {
    const folder = newFolder();
    mkdirSync(path.join(folder, 'far'));
    symlinkSync('far/new.svg', path.join(folder, 'link.svg'));
    symlinkSync('link.svg', path.join(folder, 'chain.svg'));
    expect(render(folder, 'chain.svg').code).toBe(0);
    expect(lstatSync(path.join(folder, 'link.svg')).isSymbolicLink()).toBe(true);
    expect(readFileSync(path.join(folder, 'far/new.svg'), 'utf8')).toContain('<svg');
    expect(render(folder, 'link.svg').code).toBe(0);
    symlinkSync('round.svg', path.join(folder, 'round.svg'));
    expect(render(folder, 'round.svg')).toMatchObject({
      code: 3,
      err: expect.stringMatching(/round\.svg: its symbolic links lead/),
    });
  });

  it('is refused where it cannot be, named as it was given, before anything is read', () => {
    const folder = newFolder();
    writeFileSync(path.join(folder, 'fixed.svg'), OLD);
    chmodSync(path.join(folder, 'fixed.svg'), 0o444);
    mkdirSync(path.join(folder, 'folder.svg'));
    const cases: readonly (readonly [output: string, code: number, words: RegExp])[] = [
      ['fixed.svg', 3, /^goflame: cannot write fixed\.svg: it is read-only\n$/],
      ['folder.svg', 3, /^goflame: cannot write folder\.svg: it is a folder; a file is expected\n$/],
      ['nowhere/x.svg', 3, /^goflame: cannot write nowhere\/x\.svg: no such file or folder\n$/],
      [`${'n'.repeat(300)}.svg`, 3, /the name is too long\n$/],
      ['', 2, /^goflame: --output: expected a value, and got an empty one\n/],
    ];
    for (const [output, code, words] of cases) {
      const result = render(folder, output);
      expect(result).toEqual({ code, out: '', err: expect.stringMatching(words) });
    }
    expect(readFileSync(path.join(folder, 'fixed.svg'), 'utf8')).toBe(OLD);
    expect(runGoflame(['render', 'missing.txt', '-o', 'nowhere/x'], { cwd: folder }).err).toContain('nowhere/x');
  });

  it('may be called as stdout is', () => {
    const folder = newFolder();
    writeFileSync(path.join(folder, 'log'), OLD);
    const command = `"${process.execPath}" "${BIN}" collapse ${DUMP} -o /dev/stdout >> log`;
    expect(spawnSync('sh', ['-c', command], { cwd: folder }).status).toBe(0);
    expect(readFileSync(path.join(folder, 'log'), 'utf8')).toMatch(new RegExp(`^${OLD}[\\s\\S]*main`));
  });
});

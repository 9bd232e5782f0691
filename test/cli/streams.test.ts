/** Commands × the state of their streams → exit code; options without, with empty and with two values; kills. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { readCommandLine } from '../../src/cli/commandline.ts';
import { BIN, ROOT, runGoflame } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';

let folder = '';
beforeAll(() => {
  if (!existsSync(path.join(ROOT, 'dist/cli.js'))) throw new Error('dist is missing: npm run build');
  folder = mkdtempSync(path.join(tmpdir(), 'goflame-streams-'));
  writeFileSync(path.join(folder, 'dump.txt'), readFileSync(path.join(FIXTURES, 'goroutines/shop-go1.26.txt')));
  writeFileSync(path.join(folder, 'crash.txt'), readFileSync(path.join(FIXTURES, 'goroutines/mapfight-ww-go1.21.txt')));
  const trace = gunzipSync(readFileSync(path.join(FIXTURES, 'gotrace/annotations-1.22.trace.gz')));
  writeFileSync(path.join(folder, 'run.trace'), trace);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Command lines that print, with the exit code that they have when all is well. */
const PRINTERS: readonly (readonly [line: string, code: number])[] = [
  ['--version', 0],
  ['--help', 0],
  ['inspect --help', 0],
  ['collapse dump.txt', 0],
  ['collapse --fail-on crash crash.txt', 1],
  ['inspect dump.txt', 0],
  ['inspect --fail-on crash crash.txt', 1],
  ['inspect --json --fail-on "goroutines>3" dump.txt', 1],
  ['render dump.txt', 0],
  ['render --fail-on "goroutines>3" dump.txt', 1],
  ['report dump.txt', 0],
  ['report --fail-on crash crash.txt', 1],
  ['diff dump.txt dump.txt', 0],
  ['analyze run.trace', 0],
  ['analyze --fail-on "p99-latency>0ms" run.trace', 1],
  ['timeline run.trace', 0],
  ['convert --to trace-text run.trace', 0],
  ['emulate map-race --fail-on fault', 1],
  ['emulate --list', 0],
];

function shell(line: string): { code: number | null; err: string } {
  const { status, stderr } = spawnSync('bash', ['-c', line], { cwd: folder, encoding: 'utf8' });
  return { code: status, err: stderr };
}
const program = (line: string) => `"${process.execPath}" "${BIN}" ${line}`;

describe.skipIf(process.platform !== 'linux')('a command', () => {
  for (const [line, code] of PRINTERS) {
    it(`${line}: ${code} into a pipe that is closed, 3 into a full device`, () => {
      const closed = shell(`${program(line)} 2>err | true; echo \${PIPESTATUS[0]} >&2`);
      expect(closed.err.trim()).toBe(String(code));
      expect(readFileSync(path.join(folder, 'err'), 'utf8')).not.toMatch(/EPIPE|bug/);
      const full = shell(`${program(line)} >/dev/full`);
      expect(full).toEqual({
        code: 3,
        err: expect.stringContaining('goflame: cannot write stdout: no space left on the device\n'),
      });
      expect(full.err).not.toContain('\n    at ');
    });
  }

  it('keeps its verdict whatever becomes of stderr, and without stdin and stdout', () => {
    const line = program('inspect --fail-on crash crash.txt');
    for (const streams of [
      '2>/dev/full >/dev/null',
      '2>&- >/dev/null',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
      '2>&1 | true; exit ${PIPESTATUS[0]}',
      '<&- >/dev/null',
      '>&-',
    ])
      expect({ streams, ...shell(`${line} ${streams}`) }).toMatchObject({ streams, code: 1 });
  });

  it('writes its file whatever becomes of the other streams', () => {
    for (const streams of ['2>&1 | true', '>&- 2>&-', '>/dev/full 2>/dev/full', '<&-']) {
      rmSync(path.join(folder, 'x.svg'), { force: true });
      shell(`${program('render --fail-on "goroutines>3" dump.txt -o x.svg')} ${streams}`);
      expect({ streams, text: readFileSync(path.join(folder, 'x.svg'), 'utf8').slice(-7) }).toEqual({
        streams,
        text: '</svg>\n',
      });
    }
  });

  it('names a folder that it is to read, and stdin that is one', () => {
    expect(shell(program('inspect .'))).toEqual({ code: 3, err: 'goflame: .: is a folder; a file is expected\n' });
    expect(shell(program('inspect dump.txt . >/dev/null')).code).toBe(3);
    expect(shell(program('collapse < .'))).toEqual({ code: 3, err: 'goflame: stdin: is a folder; a file is expected\n' });
    expect(shell(program('collapse - - < dump.txt'))).toMatchObject({ code: 2, err: expect.stringContaining('only once') });
  });
});

describe('what stands behind --', () => {
  it('is files, whatever they are called', () => {
    writeFileSync(path.join(folder, '--json'), readFileSync(path.join(folder, 'dump.txt')));
    const both = JSON.parse(
      runGoflame(['inspect', '--json', 'crash.txt', '--', 'dump.txt', '--json', '-'], {
        cwd: folder,
        input: 'SCHED 0ms: gomaxprocs=1 idleprocs=0 threads=2 spinningthreads=0 needspinning=0 idlethreads=0 runqueue=0 [0]\n',
      }).out,
    );
    expect(both.inputs.map(({ file }: { file: string }) => file)).toEqual(['crash.txt', 'dump.txt', '--json', '-']);
    expect(runGoflame(['collapse', '--', 'dump.txt'], { cwd: folder }).out).toContain('main.(*Queue).consume 8');
    expect(runGoflame(['diff', '--', 'dump.txt', 'dump.txt'], { cwd: folder }).code).toBe(0);
    rmSync(path.join(folder, '--json'));
  });
});

const COMMANDS = ['collapse', 'render', 'report', 'inspect', 'diff', 'analyze', 'timeline', 'convert', 'emulate', 'explore'];

/** Options of a command, by its help: their names, and whether they take a value. */
function optionsOf(command: string): { name: string; takesValue: boolean }[] {
  const found = new Map<string, boolean>();
  // An option begins a line; its type stands at the end of that or a later line, before the next option.
  for (const block of readCommandLine([command, '--help'])
    .help.split(/\n(?= {2,6}(?:-\w, )?--)/)
    .slice(1)) {
    const name = /--([\w-]+)/.exec(block)?.[1] as string;
    const type = /\[(boolean|string|number|array|choices)\b/.exec(block)?.[1];
    if (name !== 'help' && name !== 'version') found.set(name, type !== 'boolean');
  }
  return [...found].map(([name, takesValue]) => ({ name, takesValue }));
}

/** Inputs that a command can do without an error with. */
const INPUTS: Readonly<Record<string, readonly string[]>> = {
  diff: ['dump.txt', 'dump.txt'],
  analyze: ['run.trace'],
  timeline: ['run.trace'],
  convert: ['run.trace', '--to', 'trace-text'],
  emulate: ['map-race'],
  explore: ['map-race'],
};

/** What may be empty; --sort without a value is inferno's. */
const MAY_BE_EMPTY = new Set(['title', 'subtitle', 'notes', 'search', 'countname', 'nametype', 'sort']);

/** What the command line says to options that are wrong; null where it takes them. */
function complaint(args: readonly string[]): string | null {
  try {
    readCommandLine(args);
    return null;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

describe('an option', () => {
  let count = 0;
  for (const command of COMMANDS) {
    it(`of ${command} without its value, or with an empty one, is wrong usage`, () => {
      const inputs = INPUTS[command] ?? ['dump.txt'];
      for (const { name, takesValue } of optionsOf(command)) {
        const cases = takesValue ? [[`--${name}`], [`--${name}=`], [`--${name}`, '']] : [[`--${name}=maybe`], [`--${name}=`]];
        for (const given of cases) {
          const text = complaint([command, ...inputs, ...given]);
          const what = [command, ...given].join(' ');
          count++;
          if (takesValue && MAY_BE_EMPTY.has(name)) continue;
          expect(text, what).toMatch(/expected|takes no value|Not enough arguments|Invalid values/);
        }
        const [good] = takesValue ? [] : [`--${name}=true`];
        if (good !== undefined) expect(complaint([command, ...inputs, good]), good).toBeNull();
      }
    });
  }

  it('was tried that many times', () => {
    console.info(`${count} options without a value, with an empty or a wrong one`);
    expect(count).toBeGreaterThan(400);
  });

  it('that is wrong ends the program with 2, in words', () => {
    for (const args of [
      ['inspect', 'dump.txt', '--top'],
      ['inspect', '--top=', 'dump.txt'],
      ['render', 'dump.txt', '-o', ''],
      ['inspect', '--json=maybe', 'dump.txt'],
    ]) {
      const { code, out, err } = runGoflame(args, { cwd: folder });
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(/^goflame: [^\n]+\n(?:\(.*\)\n)?$/);
    }
  });
});

describe.skipIf(process.platform === 'win32')('a signal', () => {
  const KILLS = Number(process.env.GOFLAME_KILLS ?? 3);
  const WRITERS = [
    ['convert', 'run.trace', '--to', 'trace-text', '-o', 'kill.out'],
    ['render', 'dump.txt', '-o', 'kill.out'],
    ['report', 'run.trace', '-o', 'kill.out'],
    ['emulate', 'map-growth', '--trace', 'kill.out'],
  ];
  const CODES: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

  async function killAt(
    args: readonly string[],
    signal: NodeJS.Signals,
    ms: number,
  ): Promise<{ code: number | null; by: string | null }> {
    const child = spawn(process.execPath, [BIN, ...args], { cwd: folder, stdio: 'ignore' });
    const exited = once(child, 'exit');
    const timer = setTimeout(() => child.kill(signal), ms);
    const [code, by] = await exited;
    clearTimeout(timer);
    return { code, by };
  }

  for (const args of WRITERS) {
    it(`at any moment leaves the old file or the new one: ${args.join(' ')}`, async () => {
      const file = path.join(folder, 'kill.out');
      expect(runGoflame(args, { cwd: folder }).code).toBe(0);
      const whole = readFileSync(file);
      const began = performance.now();
      runGoflame(args, { cwd: folder });
      const lasts = performance.now() - began;
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const) {
        for (let i = 0; i < KILLS; i++) {
          writeFileSync(file, 'old');
          const { code, by } = await killAt(args, signal, (lasts * (i + 0.5)) / KILLS);
          const what = `${signal}, kill ${i}`;
          // Node's own start has no handler yet; and what is done is done.
          if (by === null) expect([0, CODES[signal]], what).toContain(code);
          else expect(by, what).toBe(signal);
          const now = readFileSync(file);
          if (!now.equals(whole)) expect(now.toString(), what).toBe('old');
          const left = readdirSync(folder).filter((name) => name.startsWith('.goflame-'));
          if (signal !== 'SIGKILL') expect(left, what).toEqual([]);
          for (const name of left) rmSync(path.join(folder, name));
        }
      }
    }, 600_000);
  }

  it('ends a long inspect within a second, by 130', async () => {
    const child = spawn(process.execPath, [BIN, 'inspect', '-'], { cwd: folder, stdio: ['pipe', 'ignore', 'ignore'] });
    const exited = once(child, 'exit');
    child.stdin.on('error', () => {});
    const dump = readFileSync(path.join(folder, 'dump.txt'));
    const piece = Buffer.concat(Array.from({ length: 4 }, () => dump));
    const feed = () => void child.stdin.write(piece, (error) => error ?? feed());
    feed();
    await new Promise((resolve) => setTimeout(resolve, 700));
    const killed = performance.now();
    child.kill('SIGINT');
    expect(await exited).toEqual([130, null]);
    expect(performance.now() - killed).toBeLessThan(1000);
  });
});

describe('a page of many inputs', () => {
  it('costs little for each, and is refused past the number that it can hold', () => {
    const many = path.join(folder, 'many');
    mkdirSync(many);
    const names = Array.from({ length: 600 }, (_, i) => `d${i}.txt`);
    names.forEach((name, i) => {
      writeFileSync(path.join(many, name), `goroutine ${i + 1} [select]:\nmain.main()\n\t/a/b.go:${i + 1} +0x1\n\n`);
    });
    const peak = (count: number): number => {
      const script = `process.on('exit', () => process._rawDebug(process.resourceUsage().maxRSS));`;
      const preload = path.join(folder, 'peak.mjs');
      writeFileSync(preload, script);
      const args = ['--import', preload, BIN, 'report', '-q', ...names.slice(0, count), '-o', path.join(folder, 'many.html')];
      const { status, stderr } = spawnSync(process.execPath, args, { cwd: many, encoding: 'utf8' });
      expect(status).toBe(0);
      return Number(stderr);
    };
    const [few, all] = [peak(100), peak(600)];
    expect((all - few) / 500, 'KB of memory for each further input').toBeLessThan(200);
    const tooMany = runGoflame(['report', ...Array.from({ length: 10_001 }, () => 'd1.txt'), '-o', 'x.html'], { cwd: many });
    expect(tooMany).toMatchObject({ code: 2, err: expect.stringContaining('at most 10000') });
  });
});

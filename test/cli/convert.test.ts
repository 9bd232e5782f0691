/** `goflame convert` as a user runs it. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GO_CHOICES } from '../../src/cli/commands/convert.ts';
import { V2_VERSIONS } from '../../src/formats/gotrace/spec.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { smallTrace } from '../support/smalltrace.ts';
import { convertTrace, v2Traces } from '../support/trace.ts';

const BIN = path.resolve(import.meta.dirname, '../../bin/goflame.js');
const DUMP = path.join(FIXTURES, 'goroutines/shop-go1.26.txt');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'goflame-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Result {
  readonly code: number | null;
  readonly out: Buffer;
  readonly err: string;
}

function run(args: readonly string[], input: string | Buffer = ''): Result {
  const env = { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined };
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], { input, cwd: folder, env, maxBuffer: 1 << 28 });
  return { code: status, out: stdout, err: stderr.toString() };
}

const SMALL = smallTrace(26, 2);
const TEXT = convertTrace(SMALL, { form: 'text' }).bytes;

describe('goflame convert', () => {
  it('writes a trace as text, from stdin, a file, a compressed one', () => {
    writeFileSync(path.join(folder, 'small.gz'), gzipSync(SMALL));
    for (const result of [run(['convert', '--to', 'trace-text'], SMALL), run(['convert', 'small.gz', '--to', 'trace-text'])])
      expect(result).toEqual({ code: 0, out: TEXT, err: '' });
  });

  it('writes a text as a trace, of another version where that is asked for', () => {
    expect(run(['convert', '-', '--to', 'trace'], TEXT)).toEqual({ code: 0, out: SMALL, err: '' });
    const older = run(['convert', '--to', 'trace', '--go', '1.22'], TEXT);
    expect(older.out.toString('latin1', 0, 13)).toBe('go 1.22 trace');
    expect(older.err).toBe('stdin: info: go 1.22 has no place for the readings of the clocks: the time of day is left out\n');
    expect(run(['convert', '--to', 'trace', '--go', '1.22', '-q'], TEXT)).toEqual({ ...older, err: '' });
  });

  it('writes what collapse gives', () => {
    const { out, code } = run(['convert', DUMP, '--to', 'folded']);
    expect(code).toBe(0);
    expect(out.equals(run(['collapse', DUMP]).out)).toBe(true);
  });

  it('writes a file whole or not at all, through a link too', () => {
    writeFileSync(path.join(folder, 'there.trace'), 'as it was');
    symlinkSync('there.trace', path.join(folder, 'link.trace'));
    const newer = v2Traces.find(({ name }) => name === 'mapgrow-1.27')?.bytes as Buffer;
    const refused = run(['convert', '--to', 'trace', '--go', '1.22', '-o', 'link.trace'], newer);
    expect(refused).toMatchObject({
      code: 3,
      err: expect.stringMatching(/stdin: byte \d+: GoStatusStack, which came with go 1\.23/),
    });
    expect(run(['convert', '--to', 'trace', '-o', 'link.trace', '--strict'], SMALL.subarray(0, SMALL.length - 1)).code).toBe(3);
    expect(readFileSync(path.join(folder, 'there.trace'), 'utf8')).toBe('as it was');
    expect(run(['convert', '--to', 'trace', '-o', 'link.trace'], TEXT).code).toBe(0);
    expect(readFileSync(path.join(folder, 'there.trace'))).toEqual(SMALL);
    expect(lstatSync(path.join(folder, 'link.trace')).isSymbolicLink()).toBe(true);
    expect(readdirSync(folder).filter((name) => name.includes('tmp'))).toEqual([]);
    expect(run(['convert', '--to', 'trace', '-o', '/dev/null'], TEXT)).toMatchObject({ code: 0, err: '' });
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const child = spawn(process.execPath, [BIN, 'convert', '--to', 'trace-text', '-o', 'late.txt'], { cwd: folder });
    child.stdin.write(Buffer.concat([SMALL, Buffer.alloc(0)]));
    child.stdin.on('error', () => {});
    const exited = once(child, 'exit');
    for (let i = 0; i < 100 && !readdirSync(folder).some((name) => name.startsWith('.goflame-')); i++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(readdirSync(folder).some((name) => name.startsWith('.goflame-'))).toBe(true);
    child.kill('SIGINT');
    expect(await exited).toEqual([130, null]);
    expect(readdirSync(folder).filter((name) => name.startsWith('.goflame-'))).toEqual([]);
  });

  it('tells what is damaged, with its line or byte', () => {
    const cut = run(['convert', '--to', 'trace-text'], SMALL.subarray(0, SMALL.length - 3));
    expect(cut).toMatchObject({ code: 0, err: expect.stringMatching(/^stdin: byte \d+: error: the trace ends within a batch/) });
    expect(cut.out.length).toBeGreaterThan(1000);
    const typo = run(['convert', '--to', 'trace'], TEXT.toString().replace('GoDestroy', 'GoDestroyed'));
    expect(typo.err).toMatch(/^stdin:\d+: error: the trace is broken: GoDestroyed is no event of this version/);
    expect(run(['convert', '--to', 'trace'], 'Trace Go1.22\nEventBatch gen=1\n')).toMatchObject({
      code: 3,
      out: Buffer.alloc(0),
    });
    expect(run(['convert', '--to', 'trace-text'], 'go 1.19 trace\0\0\0')).toMatchObject({ code: 3, out: Buffer.alloc(0) });
    expect(run(['convert', DUMP, '--to', 'trace-text']).err).toContain(
      'no execution trace; expected an execution trace of Go 1.22',
    );
  });

  it('takes the versions that there are', () => expect(GO_CHOICES).toEqual(V2_VERSIONS.map((version) => `1.${version}`)));

  const WRONG: readonly (readonly string[])[] = [
    ['convert', DUMP],
    ['convert', DUMP, '--to', 'pprof'],
    ['convert', DUMP, '--to', 'folded', '--go', '1.22'],
    ['convert', DUMP, '--to', 'trace', '--go', '1.24', '-o', 'x'],
    ['convert', DUMP, DUMP, '--to', 'trace', '-o', 'x'],
    ['convert', DUMP, '--to', 'trace-text', '--from', 'folded'],
    ['convert', DUMP, '--to', 'trace-text', '--strict'],
  ];
  for (const args of WRONG) {
    it(`exits with 2: ${args.map((arg) => path.basename(arg)).join(' ')}`, () => {
      const { code, out, err } = run(args);
      expect({ code, out: out.length }).toEqual({ code: 2, out: 0 });
      expect(err).toMatch(/^goflame: /);
    });
  }
});

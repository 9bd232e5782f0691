/** `goflame timeline` as a user runs it. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIXTURES } from '../support/fixtures.ts';
import { parseSvg } from '../support/svg.ts';
import { traceNamed } from '../support/traces.ts';

const BIN = path.resolve(import.meta.dirname, '../../bin/goflame.js');
const TRACE = path.join(FIXTURES, 'gotrace/mapgrow-1.24.trace.gz');
const DUMP = path.join(FIXTURES, 'goroutines/mapfight-ww-go1.21.txt');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'goflame-timeline-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function timeline(args: readonly string[], input: string | Buffer = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, 'timeline', ...args], {
    input,
    cwd: folder,
    maxBuffer: 1 << 28,
  });
  return { code: status, out: stdout.toString(), err: stderr.toString() };
}

const textsIn = (svg: string, where: string) => [...parseSvg(svg).querySelectorAll(where)].map((one) => one.textContent ?? '');

describe('goflame timeline', () => {
  it('writes a file, or stdout into a pipe, the same', () => {
    expect(timeline([TRACE, '-o', 'p.svg'])).toEqual({ code: 0, out: '', err: '' });
    const svg = readFileSync(path.join(folder, 'p.svg'), 'utf8');
    expect(timeline([TRACE]).out).toBe(svg);
    expect(textsIn(svg, '.lead')[0]).toMatch(/held P\d for/);
    expect(textsIn(svg, '.quiet')[0]).toMatch(/^mapgrow-1\.24\.trace\.gz · [\d.]+ ms · GOMAXPROCS 4 · /);
  });

  it('reads stdin, and draws what is whole of a trace that breaks off', () => {
    const bytes = traceNamed('multigen-1.23');
    const { code, out, err } = timeline([], bytes.subarray(0, Math.floor(bytes.length * 0.8)));
    expect(code).toBe(0);
    expect(err).toMatch(/^stdin: byte \d+: error: /);
    expect(parseSvg(out).querySelectorAll('.lanes > g').length).toBeGreaterThan(1);
    expect(timeline(['--strict'], bytes.subarray(0, Math.floor(bytes.length * 0.8)))).toMatchObject({ code: 3, out: '' });
  });

  it('takes a part of the trace, of its Ps and of its hotspots', () => {
    const { out } = timeline([TRACE, '--from', '50ms', '--to', '90ms', '--proc', '1', '--top', '3', '--title', 'A closer look']);
    expect(textsIn(out, '.title')).toEqual(['A closer look']);
    expect(textsIn(out, '.quiet')[0]).toContain('40 ms from 50 ms on');
    expect(textsIn(out, '.gutter text')).toContain('P1');
    expect(parseSvg(out).querySelectorAll('.lanes > g')).toHaveLength(1);
    const marks = parseSvg(out).querySelectorAll('.list .mark');
    // Three hotspots, and a growth of a map if none of them is one.
    expect(marks.length).toBeLessThanOrEqual(4);
    for (const mark of marks) expect(mark.textContent).toContain('P1');
    const none = timeline([TRACE, '--min-duration', '1h', '--goroutine', '3']).out;
    expect(textsIn(none, '.lead')[0]).toMatch(/^No hotspots/);
    expect(textsIn(none, '.quiet')[0]).toContain('only hotspots of goroutine 3, of at least 1h');
  });

  it('has no script where none is wanted, and the width that is', () => {
    const document = parseSvg(timeline([TRACE, '--no-javascript', '--width', '900']).out);
    expect(document.querySelectorAll('script, metadata')).toHaveLength(0);
    expect(document.documentElement.getAttribute('width')).toBe('900');
  });

  const WRONG: readonly (readonly [string[], RegExp])[] = [
    [[TRACE, '--from', 'noon'], /--from noon: expected/],
    [[TRACE, '--from', '2s', '--to', '1s'], /--to 1s is not after/],
    [[TRACE, '--from', '1h'], /ends before --from/],
    [[TRACE, '--proc', '77'], /no such P/],
    [[TRACE, '--top', '1.5'], /--top expects/],
    [[TRACE, '--width', '10'], /--width expects/],
    [[TRACE, '--min-duration', 'long'], /--min-duration long: expected a duration/],
    [[TRACE, TRACE], /one trace makes one timeline/],
  ];
  for (const [args, message] of WRONG) {
    it(`exits with 2: ${args.map((arg) => path.basename(arg)).join(' ')}`, () => {
      const { code, err, out } = timeline([...args, '-o', 'wrong.svg']);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(message);
      expect(existsSync(path.join(folder, 'wrong.svg'))).toBe(false);
    });
  }

  it('refuses to write HTML, which it cannot', () => {
    expect(timeline([TRACE, '-o', 'p.html'])).toMatchObject({ code: 2, err: expect.stringMatching(/a timeline is an SVG/) });
  });

  it('exits with 3 and says what it was given instead of a trace', () => {
    expect(timeline([DUMP, '-o', 'no.svg'])).toMatchObject({
      code: 3,
      err: expect.stringMatching(/this is a goroutine dump; timeline draws/),
    });
    const text = path.join(folder, 'notes.txt');
    writeFileSync(text, 'nothing of the kind\n');
    expect(timeline([text])).toMatchObject({ code: 3, err: expect.stringMatching(/nothing found to read/) });
    expect(existsSync(path.join(folder, 'no.svg'))).toBe(false);
  });

  it('helps, with examples', () => expect(timeline(['--help']).out).toMatch(/--min-duration[\s\S]*Examples:/));
});

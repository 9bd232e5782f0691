/** What reaches a terminal, a pipe and stderr, whatever inputs and names of files hold. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeExcerpt } from '../../src/base/errors.ts';
import { makeTerminalText, makeVisible } from '../../src/base/visible.ts';
import { decodeName, systemName } from '../../src/cli/filenames.ts';
import { escapeFrame, unescapeFrame } from '../../src/formats/foldedtext.ts';
import { BIN, runGoflame } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { faultsOf } from '../support/widths.ts';

/** Any of these does something to a terminal, or is not seen on it. Line ends and tabs are the program's own. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters meant
const HOSTILE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: our own colours
const COLORS = /\x1b\[\d+m/g;
const PAYLOADS = [
  '\x1b]0;T\x07',
  '\x1b[2J',
  '\x9b31m',
  '\x85',
  '\u202eRTL',
  '\u200bZW',
  '\u2066i\u2069',
  '\u2028',
  '\ufeff',
  '\u{e0041}',
  '\x7f',
  '\b\b',
];

const DUMP = (p: string) =>
  `panic: boom ${p}\n\ngoroutine 1 [run${p}ning, 3 minutes] {k${p}: "v"}:\nmain.f${p}x(0x1)\n\t/a/${p}/b.go:1 +0x1\nodd ${p} line\nmain.main()\n\t/a/b.go:2 +0x1\ncreated by main.g${p}\n\t/a/b.go:3 +0x1\n`;
const PROFILE = (p: string) => `a${p} profile: total 3\n1 @ 0x1\n#\t0x1\tmain.f${p}+0x1\t/${p}/a.go:3\n`;
const RACE = (p: string) =>
  `==================\nWARNING: DATA RACE\nWrite at 0x00c000 by goroutine 7:\n  main.f${p}()\n      /${p}/a.go:1 +0x1\n\nodd ${p}\nPrevious write at 0x00c000 by goroutine 8:\n  main.g()\n      /a.go:1 +0x1\n==================\n`;
const FOLDED = (p: string) => `a;b${p};c 3\nd;e${p} 4\nno weight ${p}\nf;g 1\n`;
const SHAPES = { DUMP, PROFILE, RACE, FOLDED };

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'goflame-terminal-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('text from outside', () => {
  it('is made visible, and safe with our own colours beside it', () => {
    for (const payload of PAYLOADS) {
      expect(makeVisible(`a${payload}b`)).not.toMatch(HOSTILE);
      expect(makeExcerpt(`a${payload}b`)).not.toMatch(HOSTILE);
      expect(makeTerminalText(`\x1b[31ma${payload}b\x1b[39m\n`, true).replace(COLORS, '')).not.toMatch(HOSTILE);
      expect(makeTerminalText(`\x1b[31ma${payload}b\x1b[39m\n`, false)).not.toMatch(HOSTILE);
    }
    expect(makeVisible('漢字 é e\u0301 😀')).toBe('漢字 é e\u0301 😀');
  });

  it('goes through folded stacks and back', () => {
    for (const payload of [...PAYLOADS, '\\u{202e}', '\\x9b', '\\x5cu{202e}', '\\u{}', '\\u{110000}', 'x\\u{1f600}']) {
      expect(escapeFrame(payload)).not.toMatch(HOSTILE);
      expect(unescapeFrame(escapeFrame(payload))).toBe(payload);
    }
  });

  for (const [shape, make] of Object.entries(SHAPES)) {
    it(`${shape.toLowerCase()} × ${PAYLOADS.length} payloads × commands`, () => {
      const file = path.join(folder, `${shape}.txt`);
      writeFileSync(file, PAYLOADS.map(make).join('\n'));
      for (const command of ['inspect', 'collapse']) {
        const { out, err } = runGoflame([command, file]);
        expect(out).not.toMatch(HOSTILE);
        expect(err).not.toMatch(HOSTILE);
      }
      const { out, err } = runGoflame(['diff', file, file]);
      expect(out + err).not.toMatch(HOSTILE);
    });
  }
});

describe('recorded inputs', () => {
  it('a dump and a profile with hostile names', () => {
    for (const name of ['hostile-dump', 'control-chars-in-problem']) {
      for (const command of ['inspect', 'collapse']) {
        const { out, err } = runGoflame([command, path.join(FIXTURES, `carriers/${name}.txt`)]);
        expect(out + err).not.toMatch(HOSTILE);
      }
    }
  });
});

describe('names of files', () => {
  const RAW = Buffer.concat([
    Buffer.from('n\u00e9'),
    Buffer.from([0xff, 0x1b, 0x80, 0xed, 0xa0, 0x80]),
    Buffer.from('\u202e\ufffd.txt'),
  ]);

  it('bytes that are not UTF-8 go through text and back', () => {
    expect(Buffer.from(systemName(decodeName(RAW)))).toEqual(RAW);
    expect(systemName('plain')).toBe('plain');
  });

  it.skipIf(process.platform !== 'linux')('are opened, and shown escaped', () => {
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), RAW]), DUMP(''));
    // The shell passes the bytes on as they are.
    const { status, stdout, stderr } = spawnSync('/bin/sh', [
      '-c',
      `cd "$1" && exec "$2" "$3" inspect n*`,
      '-',
      folder,
      process.execPath,
      BIN,
    ]);
    expect(stdout.toString()).toMatch(/^n\u00e9\\xff\u241b\\x80\\xed\\xa0\\x80<U\+202E>\ufffd\.txt:1 {2}goroutine dump/);
    expect(status).toBe(0);
    expect(stdout.toString() + stderr.toString()).not.toMatch(HOSTILE);
    for (const command of ['inspect', 'collapse', 'analyze', 'timeline', 'convert'])
      expect(runGoflame([command, 'nix\x1b]0;T\x07\u202e']).err).not.toMatch(HOSTILE);
  });
});

describe('widths', () => {
  const DUMPS = path.join(FIXTURES, 'goroutines');
  const trace = path.join(FIXTURES, 'gotrace/mapgrow-1.24.trace.gz');
  const COMMANDS: readonly (readonly string[])[] = [
    ['inspect', path.join(DUMPS, 'mapfight-ww-go1.21.txt'), trace],
    ['analyze', trace],
    ['diff', trace, path.join(FIXTURES, 'gotrace/mapgrow-1.22.trace.gz')],
    ['emulate', 'map-race'],
    ['emulate', '--list'],
    ['explore', 'map-race', '--schedules', '5'],
    ['analyze', '--help'],
  ];
  for (const command of COMMANDS) {
    it(`goflame ${command.map((word) => path.basename(word)).join(' ')}`, () => {
      const whole = runGoflame(command, { env: { COLUMNS: '' } }).out;
      expect(whole.length).toBeGreaterThan(50);
      for (const columns of [40]) {
        const narrow = runGoflame(command, { env: { COLUMNS: String(columns) } }).out;
        expect(faultsOf(narrow, whole, columns)).toEqual([]);
      }
    });
  }

  const script = '/usr/bin/script';
  it.skipIf(!existsSync(script))('a terminal gets no more than colours', () => {
    const file = path.join(folder, 'DUMP.txt');
    writeFileSync(file, PAYLOADS.map(DUMP).join('\n'));
    for (const command of ['inspect', 'collapse']) {
      const { stdout } = spawnSync(
        script,
        ['-qec', `stty cols 60; '${process.execPath}' '${BIN}' ${command} '${file}'`, '/dev/null'],
        {
          env: { ...process.env, TERM: 'xterm' },
        },
      );
      const text = stdout.toString().replaceAll('\r\n', '\n');
      expect(text).toContain('main.f');
      expect(text.replace(COLORS, '')).not.toMatch(HOSTILE);
    }
  });
});

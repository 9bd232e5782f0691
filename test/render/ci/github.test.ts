/** Workflow commands as the runner of GitHub reads them, and GitLab's code quality report. */

import { describe, expect, it } from 'vitest';
import {
  GITHUB_MAX_ANNOTATIONS,
  GITHUB_MAX_SUMMARY_BYTES,
  stopCommands,
  writeCommand,
  writeGitHubCommands,
  writeStepSummary,
} from '../../../src/render/ci/github.ts';
import { writeCodeQuality } from '../../../src/render/ci/gitlab.ts';
import { makeCrash, makePackage, makeRace, makeReport, makeTest, makeTimeout, type Parts } from '../../support/cireport.ts';
import { readCommand } from '../../support/workflowcommands.ts';

const linesOf = (parts: Parts): string[] => [...writeGitHubCommands(makeReport(parts))];
const races = (count: number) => Array.from({ length: count }, (_, at) => makeRace({ fingerprint: `v2:${at}` }));

describe('annotations', () => {
  it('name the place, the title and what to do', () => {
    const [line, ...rest] = linesOf({ races: [makeRace()] });
    expect(rest).toEqual([]);
    const { command, properties, message } = readCommand(line);
    expect([command, properties.file, properties.line]).toEqual(['error', 'p/p_test.go', '11']);
    expect(properties.title).toBe('new data race: read in p.TestGuilty.func1, write in p.TestGuilty.func2');
    expect(message.split('\n').slice(1, 4)).toEqual(['it is so', 'Next: mend it', 'Evidence: raw/stdout.log:3']);
    expect(message).toContain(
      'Previous write at 0x00c000018218 by goroutine 2:\n    example.com/lab/p.TestGuilty.func2  p/p_test.go:12',
    );
  });

  it('come most severe first', () => {
    const severities = ['note', 'error', 'warning'] as const;
    const lines = linesOf({ races: races(3), findings: (_, at) => ({ severity: severities[at] }) });
    expect(lines.map((line) => readCommand(line).command)).toEqual(['error', 'warning', 'notice']);
  });

  it('are ten of a kind at most, and the last says how many more there are', () => {
    for (const [count, shown, more] of [
      [0, 0, null],
      [9, 9, null],
      [10, 10, null],
      [11, 10, '2 more errors'],
      [500, 10, '491 more errors'],
    ] as const) {
      const lines = linesOf({ races: races(count) });
      expect(lines).toHaveLength(shown);
      expect(lines.length).toBeLessThanOrEqual(GITHUB_MAX_ANNOTATIONS);
      if (more !== null) expect(readCommand(lines[lines.length - 1]).message).toContain(more);
      else expect(lines.join('')).not.toContain('more error');
    }
    const mixed = linesOf({
      races: races(60),
      findings: (_, at) => ({ severity: (['error', 'warning', 'note'] as const)[at % 3] }),
    });
    expect(mixed).toHaveLength(3 * GITHUB_MAX_ANNOTATIONS);
  });

  it('of a failed test point at the line that it logged, of a build at the compiler’s', () => {
    const output = ['=== RUN   TestA', '    a_test.go:12: got 1, want 2'];
    const builds = [
      {
        importPath: 'example.com/lab/q [example.com/lab/q.test]',
        output: ['# example.com/lab/q', 'q/q.go:3:7: no'],
        packages: [],
      },
    ];
    const places = linesOf({ tests: { tests: [makeTest('TestA', { outcome: 'fail', output })], builds } }).map((line) => {
      const { file, line: number } = readCommand(line).properties;
      return `${file}:${number}`;
    });
    expect(places).toEqual(['q/q.go:3', 'p/a_test.go:12']);
  });

  it('are escaped as the runner unescapes them', () => {
    const text = 'a%0Ab%25c\r\nd::e,f=g%3A';
    const line = writeCommand('error', { properties: { title: text, file: 'x,y:z%' }, message: text });
    expect(line.match(/\n/g)).toHaveLength(1);
    expect(readCommand(line)).toEqual({ command: 'error', properties: { title: text, file: 'x,y:z%' }, message: text });
  });
});

describe('the commands that stop commands', () => {
  it('stand on lines of their own', () => {
    const { begin, end } = stopCommands('0123456789abcdef');
    expect([begin, end]).toEqual(['::stop-commands::0123456789abcdef\n', '\n::0123456789abcdef::\n']);
    for (const token of ['', 'short', 'pause-logging-and-more', '0123456789abcde:'])
      expect(() => stopCommands(token)).toThrow('16 letters');
  });
});

describe('the summary of a step', () => {
  it('keeps below 1,024 KiB with what stands there already, and says how many findings it left out', () => {
    const many = makeReport({ races: races(2000) });
    for (const used of [0, 1, 500_000, GITHUB_MAX_SUMMARY_BYTES - 2000]) {
      const text = writeStepSummary(many, used);
      expect(Buffer.byteLength(text) + used).toBeLessThan(GITHUB_MAX_SUMMARY_BYTES);
      expect(text).toMatch(/… and \d+ more findings: the archive has all of them\.\n$/);
    }
    for (const used of [GITHUB_MAX_SUMMARY_BYTES - 1, GITHUB_MAX_SUMMARY_BYTES, 2 * GITHUB_MAX_SUMMARY_BYTES])
      expect(writeStepSummary(many, used)).toBe('');
    expect(writeStepSummary(makeReport({ races: races(3) }))).not.toContain('more findings');
  });

  it('counts bytes, not characters', () => {
    const output = Array.from({ length: 60 }, () => '日'.repeat(400));
    const tests = Array.from({ length: 200 }, (_, at) => makeTest(`Test${at}`, { outcome: 'fail', output }));
    const text = writeStepSummary(makeReport({ tests: { tests } }));
    expect(Buffer.byteLength(text)).toBeLessThan(GITHUB_MAX_SUMMARY_BYTES);
    expect(Buffer.byteLength(text)).toBeGreaterThan(GITHUB_MAX_SUMMARY_BYTES - 100_000);
  });
});

describe('code quality of GitLab', () => {
  it('has one item for each fingerprint, with a place in the repository', () => {
    const { text, left } = writeCodeQuality(makeReport({ races: [makeRace(), makeRace()], crashes: [makeCrash()] }));
    const items = JSON.parse(text);
    expect(left).toBe(0);
    expect(items).toHaveLength(2);
    expect(items[1]).toEqual({
      description: 'Data race, new: read in p.TestGuilty.func1, write in p.TestGuilty.func2 (TestGuilty)',
      check_name: 'data-race',
      fingerprint: makeRace().fingerprint,
      severity: 'critical',
      location: { path: 'p/p_test.go', lines: { begin: 11 } },
    });
  });

  it('knows five severities', () => {
    const output = ['    p_test.go:1: x'];
    const { text } = writeCodeQuality(
      makeReport({
        crashes: [makeCrash()],
        timeouts: [makeTimeout()],
        races: [makeRace(), makeRace({ fingerprint: 'v2:a' }), makeRace({ fingerprint: 'v2:b', state: 'known' })],
        tests: { tests: [makeTest('TestA', { outcome: 'fail', output })], packages: [makePackage()] },
        findings: (_, at) => (at === 3 ? { severity: 'warning' } : {}),
      }),
    );
    const severities = JSON.parse(text).map(({ severity }: { severity: string }) => severity);
    expect(severities).toEqual(['blocker', 'critical', 'critical', 'major', 'minor', 'info']);
  });

  it('has no form for what has no place, and tells how many', () => {
    const { text, left } = writeCodeQuality(makeReport({ crashes: [makeCrash({ frames: [] })] }));
    expect([text, left]).toEqual(['[]\n', 1]);
  });

  it('fingerprints stay while lines and addresses move', () => {
    const at = (line: number, message: string) =>
      JSON.parse(
        writeCodeQuality(
          makeReport({
            crashes: [makeCrash({ message, frames: [{ function: 'example.com/lab/p.f', file: '/home/me/lab/p/p.go', line }] })],
          }),
        ).text,
      )[0].fingerprint;
    expect(at(1, 'bad pointer 0xc000')).toBe(at(2, 'bad pointer 0xc111'));
    expect(at(1, 'bad pointer 0xc000')).not.toBe(at(1, 'another'));
  });
});

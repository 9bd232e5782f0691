/**
 * Whatever programs print, and whatever their files, functions, packages and tests are called: nothing of it becomes markup, a
 * command, a link or a mention, and every file stays well-formed.
 */

import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import { writeGitHubCommands, writeStepSummary } from '../../../src/render/ci/github.ts';
import { writeCodeQuality } from '../../../src/render/ci/gitlab.ts';
import type { CiReport } from '../../../src/render/ci/items.ts';
import { writeJUnit } from '../../../src/render/ci/junit.ts';
import { COMMENT_MAX_CHARACTERS, writeMarkdown } from '../../../src/render/ci/markdown.ts';
import { writeSarif } from '../../../src/render/ci/sarif.ts';
import { makeCrash, makePackage, makeRace, makeReport, makeTest, makeTimeout, REPOSITORY } from '../../support/cireport.ts';
import { readMarkdown } from '../../support/markdown.ts';
import { sarifErrors } from '../../support/sarifschema.ts';
import { readCommand } from '../../support/workflowcommands.ts';

const RUNS = Number(process.env.GOFLAME_FUZZ ?? 0) > 0 ? 1000 : 150;
/** Stands in every hostile text, and in none of ours. */
const MARK = 'Ж';

/** What is opened in Markdown of ours. */
const OURS = ['heading_open', 'paragraph_open', 'bullet_list_open', 'list_item_open', 'strong_open'];

const FRAGMENTS = [
  '::error::x',
  '\n::error file=a::x',
  '\r::warning::x',
  '##[error]x',
  '::stop-commands::x',
  '</testcase>',
  '</failure>',
  ']]>',
  '<![CDATA[',
  '<!DOCTYPE x [<!ENTITY a "b">]>',
  '<?xml version="1.0"?>',
  '&a;',
  '&#0;',
  '&lt;',
  '\0',
  '\x1b[31m',
  '\x1b]8;;http://a\x07',
  '\u0085',
  '\u2028',
  '\u202e',
  '\ud800',
  '\udc00',
  '\ufffe',
  '\uffff',
  '\ufeff',
  '@everyone',
  '#123',
  '!12',
  '~bug',
  '%milestone',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '</details>',
  '<!-- ',
  ' -->',
  '`',
  '```',
  '\n```\n',
  '~~~',
  '\n# x\n',
  '\n- x\n',
  '\n\n',
  '|',
  '---\n',
  '[x](http://a)',
  '![x](y)',
  '[x]: http://a\n',
  'http://evil.example',
  'www.evil.example',
  '**x**',
  '__x__',
  '\\',
  '$x$',
  '{0}',
  '{{0}}',
  '%0A',
  '%',
  ',',
  ':',
  '=',
  '"',
  "'",
  '<',
  '>',
  '&',
  '\t',
  '    ',
  '\r\n',
  '-->',
  '日本',
  '👩‍👩‍👧',
  ' ',
  '$`x`$',
];
const hostile = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...FRAGMENTS) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
    ),
    { minLength: 1, maxLength: 7 },
  )
  .map((parts) => `${parts.slice(0, 3).join('')}${MARK}${parts.slice(3).join('')}`);

/** A report in which every text that comes from outside is hostile. */
const reports = fc.array(hostile, { minLength: 24, maxLength: 24 }).map((texts): CiReport => {
  let at = 0;
  const next = (): string => texts[at++ % texts.length];
  const test = () => ({ package: `example.com/lab/p${next()}`, name: next(), certain: true, by: 'stack' as const });
  const frame = () => ({ function: `example.com/lab/p.${next()}`, file: `/home/me/lab/p/${next()}.go`, line: 3 });
  const stack = () => [frame(), frame()];
  const guilty = test();
  const race = makeRace();
  return makeReport({
    run: { command: ['go', next()], notes: [next()], tags: { [next()]: next() } },
    races: [
      {
        ...race,
        accesses: race.accesses.map((access) => ({ ...access, frames: stack(), address: next() })),
        creations: race.creations.map((creation) => ({ ...creation, frames: stack() })),
        package: next(),
        tests: [guilty],
        blamed: [test()],
        firstLine: { file: next(), line: 1 },
      },
    ],
    crashes: [makeCrash({ message: next(), package: next(), tests: [], frames: stack(), dump: next(), createdBy: frame() })],
    timeouts: [makeTimeout({ after: next(), stuck: [{ ...test(), ranFor: next(), frames: stack() }], tests: [test()] })],
    tests: {
      tests: [
        makeTest(guilty.name, { ...guilty, races: [race.fingerprint] }),
        makeTest(next(), { outcome: 'fail', output: [next(), `    ${next()}.go:3: ${next()}`] }),
        makeTest(next(), { outcome: 'skip', output: [`    a.go:1: ${next()}`] }),
      ],
      packages: [makePackage({ name: next(), output: [next()], note: next() })],
      builds: [{ importPath: next(), output: [`# ${next()}`, `${next()}.go:3:4: ${next()}`], packages: [next()] }],
    },
    findings: () => ({ title: next(), why: next(), next: next(), evidence: next() }),
  });
});

const check = (property: (report: CiReport) => void): void => {
  fc.assert(fc.property(reports, property), { numRuns: RUNS, seed: 7 });
};

describe(`hostile text in ${RUNS} reports of 24 texts each`, () => {
  const { window } = new JSDOM();
  const parser = new window.DOMParser();
  const written: string[] = [];

  it('JUnit stays well-formed, with the cases and elements that are ours', () => {
    check((report) => {
      const text = [...writeJUnit(report)].join('');
      written.push(text);
      const document = parser.parseFromString(text, 'application/xml');
      expect(document.querySelector('parsererror')).toBeNull();
      expect(text).not.toMatch(/\p{Cs}/u);
      expect(document.documentElement.textContent).toContain(MARK);
      const names = new Set([...document.querySelectorAll('*')].map(({ tagName }) => tagName));
      for (const name of names)
        expect([
          'testsuites',
          'testsuite',
          'properties',
          'property',
          'testcase',
          'failure',
          'error',
          'skipped',
          'system-out',
        ]).toContain(name);
      const cases = [...document.querySelectorAll('testcase')].map(
        (one) => `${one.getAttribute('classname')}\n${one.getAttribute('name')}`,
      );
      expect(new Set(cases).size).toBe(cases.length);
      expect(cases.length).toBe(Number(document.documentElement.getAttribute('tests')));
      for (const one of document.querySelectorAll('[message]')) expect(one.getAttribute('message')).not.toMatch(/[\r\n]/);
    });
  });

  it.skipIf(spawnSync('xmllint', ['--version']).error !== undefined)('JUnit stays well-formed for libxml2 too', () => {
    const whole = `<all>${written.map((text) => text.replace(/^<\?xml.*\?>/, '')).join('')}</all>`;
    const { stderr, status } = spawnSync('xmllint', ['--noout', '--huge', '-'], { input: whole });
    expect(`${status} ${stderr}`).toBe('0 ');
  });

  it('SARIF stays valid, its links and places are ours', () => {
    check((report) => {
      const text = writeSarif(report);
      const document = JSON.parse(text);
      expect(sarifErrors(document)).toEqual([]);
      expect(document.runs[0].results).toHaveLength(3);
      for (const [, uri] of text.matchAll(/"uri":"([^"]*)"/g)) expect(uri).toMatch(/^[\w.~/%-]+$/);
      for (const { message, relatedLocations = [] } of document.runs[0].results) {
        const links = [...message.text.matchAll(/(?<!\\)(?:\\\\)*\]\((\d+)\)/g)].map(([, id]) => Number(id));
        expect(links).toEqual(relatedLocations.map(({ id }: { id: number }) => id));
      }
    });
  });

  it('workflow commands stay one a line, of our kinds', () => {
    check((report) => {
      const text = [...writeGitHubCommands(report)].join('');
      const lines = text.split(/(?<=\n)/);
      expect(lines).toHaveLength(report.evidence.run.findings.length);
      expect(text.split(/\r|\n/)).toHaveLength(lines.length + 1);
      for (const line of lines) {
        const { command, properties } = readCommand(line);
        expect(command).toBe('error');
        for (const name of Object.keys(properties)) expect(['file', 'line', 'title']).toContain(name);
        expect(properties.title.length).toBeLessThanOrEqual(200);
      }
    });
  });

  it('GitLab’s report stays JSON with paths in the repository', () => {
    check((report) => {
      const items = JSON.parse(writeCodeQuality(report).text);
      const prints = items.map(({ fingerprint }: { fingerprint: string }) => fingerprint);
      expect(new Set(prints).size).toBe(prints.length);
      for (const { location, description } of items) {
        expect(location.path).not.toMatch(/^\.?\/|(?:^|\/)\.\.(?:\/|$)/);
        expect(description).not.toMatch(/[\r\n]/);
      }
    });
  });

  it('Markdown keeps it in code, where nothing is looked for', () => {
    check((report) => {
      for (const text of [writeMarkdown(report), writeStepSummary(report)]) {
        expect(text.length).toBeLessThanOrEqual(COMMENT_MAX_CHARACTERS);
        const read = readMarkdown(text);
        expect(read.code.join('')).toContain(MARK);
        expect(read.text).not.toContain(MARK);
        expect(read.html.join('')).not.toContain(MARK);
        expect(read.html.join('').replace(/<!-- goflame ci -->|<\/?details>|<summary>Details<\/summary>|\s/g, '')).toBe('');
        for (const kind of read.kinds) expect(OURS).toContain(kind);
        expect(read.text).not.toMatch(/@|http|www|#\d|</);
      }
    });
  });
});

it('the planted faults are seen: a writer that escapes nothing would be found', () => {
  const text = `@everyone <script>${MARK}`;
  const read = readMarkdown(`- ${text} [x](http://a)`);
  expect(read.text).toContain('@everyone');
  expect(read.html).toEqual(['<script>']);
  expect([...read.kinds]).toContain('link_open');
  expect(() => readCommand('::error::a\n::error::b\n')).toThrow();
  expect(REPOSITORY.root).not.toBe('');
});

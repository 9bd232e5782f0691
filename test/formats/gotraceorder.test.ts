/**
 * The order of events, and what each needs and does: hand-written traces as text, with the events that come out of them
 * or the error. Where Go is installed, its own tool must come to the same.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/base/errors.ts';
import { TextTraceReader } from '../../src/formats/gotrace/text/trace.ts';
import { type Archive, formatArchive, parseArchive } from '../support/archive.ts';
import { eventLine, printedLines } from '../support/eventtext.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { goRoot, goTraceTool, runTraceTool } from '../support/gotool.ts';
import { convertTrace } from '../support/trace.ts';

const FOLDER = path.join(FIXTURES, 'gotrace/text');

interface Case {
  readonly name: string;
  readonly file: string;
  readonly archive: Archive;
  /** Of the error; null where there is none. */
  readonly failure: RegExp | null;
  readonly trace: string;
}

function casesOf(folder: string): Case[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.test'))
    .sort()
    .map((name) => {
      const file = path.join(folder, name);
      const archive = parseArchive(readFileSync(file, 'utf8'));
      const [, word, pattern] = /^(SUCCESS|FAILURE) ?(".*")?\n$/.exec(archive.files.get('expect') ?? '') ?? [];
      const failure = word === 'SUCCESS' ? null : new RegExp(pattern === undefined ? '' : JSON.parse(pattern));
      return { name: name.replace('.test', ''), file, archive, failure, trace: archive.files.get('trace') ?? '' };
    });
}

const cases = casesOf(FOLDER);

function read(text: string): { events: string[]; problems: Problem[] } {
  const events: string[] = [];
  const problems: Problem[] = [];
  const sink = { generation: () => {}, event: (event: Parameters<typeof eventLine>[0]) => void events.push(eventLine(event)) };
  const reader = new TextTraceReader(sink, (problem) => problems.push(problem), false);
  reader.push(Buffer.from(text));
  reader.finish();
  return { events, problems };
}

function joinLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

describe('a hand-written trace', () => {
  it('is there for all that is hard', () => expect(cases.length).toBeGreaterThan(100));

  for (const { name, file, archive, failure, trace } of cases) {
    it(name, () => {
      const { events, problems } = read(trace);
      if (failure === null) expect(problems).toEqual([]);
      else {
        expect(problems).toHaveLength(1);
        expect(problems[0].message).toMatch(failure);
        expect(problems[0].line).toBeGreaterThan(0);
      }
      if (process.env.UPDATE_GOLDEN === '1') {
        const { expect: wanted = '', trace: text = '' } = Object.fromEntries(archive.files);
        const files = new Map([...Object.entries({ expect: wanted, events: joinLines(events), trace: text })]);
        writeFileSync(file, formatArchive({ comment: archive.comment, files }));
      }
      expect(joinLines(events), `UPDATE_GOLDEN=1 writes the events of ${name} anew`).toBe(
        parseArchive(readFileSync(file, 'utf8')).files.get('events'),
      );
    });
  }
});

/** Cases that Go's tool is not asked about, or where it is wrong. */
const NOT_ASKED: Readonly<Record<string, string>> = {
  'event-of-later-version': 'has no binary form',
  'size-wrong': 'has no binary form',
  'proc-status-bad': 'passes a status that no P can have on as Undetermined',
  'stw-across-generations': 'looks for the kind in the table of the later generation, and panics',
};

/** Go tells of a goroutine in a system call as of the thread that it is on, we as of the one that wrote it. */
function withoutSyscallContext(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/M=\S+ P=\S+ G=\S+ (?=\S+ GoID=\d+ (?:Undetermined|Syscall)->Syscall)/, ''));
}

describe.skipIf(goTraceTool === null)("Go's own tool comes to the same: it", () => {
  for (const { name, trace, failure } of cases) {
    if (name in NOT_ASKED) {
      it.skip(`${NOT_ASKED[name]}: ${name}`);
      continue;
    }
    it(failure === null ? `opens ${name}` : `refuses ${name}`, () => {
      const { stdout, stderr, ok } = runTraceTool('parsed', convertTrace(trace, { form: 'binary' }).bytes);
      expect({ ok, stderr: failure === null ? stderr : '' }).toEqual({ ok: failure === null, stderr: '' });
      if (failure !== null) return;
      expect(withoutSyscallContext(printedLines(stdout))).toEqual(withoutSyscallContext(read(trace).events));
    });
  }
});

describe.skipIf(goRoot === null)("of Go's own tests", () => {
  for (const { name, trace, failure } of casesOf(path.join(goRoot ?? '', 'src/internal/trace/testdata/tests'))) {
    it(`${name} ${failure === null ? 'is read' : 'is refused'}`, () => {
      expect(read(trace).problems.map(({ severity }) => severity)).toEqual(failure === null ? [] : ['error']);
    });
  }
});

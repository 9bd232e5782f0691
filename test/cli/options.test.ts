/** Every option of every command, from their tables, on the real command line with a value that it takes. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Options } from 'yargs';
import { analyzeCommand } from '../../src/cli/commands/analyze.ts';
import { collapseCommand } from '../../src/cli/commands/collapse.ts';
import { convertCommand } from '../../src/cli/commands/convert.ts';
import { demoCommand } from '../../src/cli/commands/demo.ts';
import { diffCommand } from '../../src/cli/commands/diff.ts';
import { emulateCommand } from '../../src/cli/commands/emulate.ts';
import { exploreCommand } from '../../src/cli/commands/explore.ts';
import { inspectCommand } from '../../src/cli/commands/inspect.ts';
import { renderCommand } from '../../src/cli/commands/render.ts';
import { reportCommand } from '../../src/cli/commands/report.ts';
import { timelineCommand } from '../../src/cli/commands/timeline.ts';
import { runGoflame } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';

const TRACE = path.join(FIXTURES, 'gotrace/annotations-1.22.trace.gz');
const NEWER_TRACE = path.join(FIXTURES, 'gotrace/annotations-stress-1.26.trace.gz');
const FOLDER = mkdtempSync(path.join(tmpdir(), 'goflame-options-'));
const inFolder = (name: string) => path.join(FOLDER, name);
writeFileSync(inFolder('names'), 'main.main\ttitle=t\n');
writeFileSync(inFolder('costs.json'), '{}');
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

/** The options that a command hands to yargs. */
function tableOf(builder: unknown): Record<string, Options> {
  const found: Record<string, Options> = {};
  const spy: object = new Proxy(
    {},
    {
      get: (_target, method) => (given: unknown, option: unknown) => {
        if (method === 'options' || method === 'option')
          Object.assign(found, typeof given === 'string' ? { [given]: option } : given);
        return spy;
      },
    },
  );
  if (typeof builder === 'function') builder(spy);
  else Object.assign(found, builder);
  return found;
}

/** Values by option; others have the first of their choices, their default, or a text. Several are tried one by one. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  output: [inFolder('out')],
  to: ['10s'],
  from: ['0', 'go-trace'],
  proc: ['0'],
  goroutine: ['1'],
  entry: ['.', '1.20'],
  kind: ['map growth'],
  'min-duration': ['0'],
  'fail-on': ['race', 'goroutines>1000000'],
  own: ['1.20'],
  'group-by': ['entry'],
  weight: ['running', 'sched', 'sync', 'syscall', 'network', 'block', 'samples'],
  'search-color': ['#123456'],
  'stroke-color': ['none', '#123456'],
  title: ['1.20', ''],
  subtitle: ['1.20', ''],
  notes: ['1.20', ''],
  base: ['1.20'],
  nameattr: [inFolder('names')],
  costs: [inFolder('costs.json')],
  bgcolors: ['blue', '#123456'],
  uicolor: ['#123456'],
  total: ['100000000000'],
  set: ['goroutines=2'],
  go: ['1.20', '1.26'],
  trace: [inFolder('t')],
  dump: [inFolder('d')],
  race: [inFolder('r')],
  schedtrace: [inFolder('s')],
  procs: ['1', '2'],
  schedules: ['2'],
  replay: ['gf1.2.1.AAIBAAMBAQIDAgIF'],
  sort: ['name', 'width', 'input'],
};

/** What is different in one command. */
const OWN_VALUES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  analyze: { 'fail-on': ['gc>99%', 'p99-latency>10s'] },
  diff: { 'fail-on': ['growth>1000%', 'new-race'] },
  convert: { to: ['trace', 'trace-text', 'folded'], from: ['go-trace'], go: ['1.22', '1.23', '1.25', '1.26'] },
  inspect: { from: ['go-trace'] },
  emulate: { 'fail-on': ['fault'], 'trace-format': ['1.22', '1.23', '1.25', '1.26'] },
  explore: { 'fail-on': ['fault'], procs: ['1', '1,2'] },
};

/** What must stand beside an option, and options that have a run of their own. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  'as-go': ['--weight', 'sched'],
  'trace-format': ['--trace', inFolder('t2')],
};

const COMMANDS: readonly { name: string; builder: unknown; args: readonly string[] }[] = [
  { name: 'collapse', builder: collapseCommand.builder, args: [TRACE] },
  { name: 'render', builder: renderCommand.builder, args: [TRACE] },
  { name: 'report', builder: reportCommand.builder, args: [TRACE] },
  { name: 'inspect', builder: inspectCommand.builder, args: [TRACE] },
  { name: 'diff', builder: diffCommand.builder, args: [TRACE, TRACE] },
  { name: 'analyze', builder: analyzeCommand.builder, args: [TRACE] },
  { name: 'timeline', builder: timelineCommand.builder, args: [TRACE] },
  { name: 'convert', builder: convertCommand.builder, args: [] },
  { name: 'emulate', builder: emulateCommand.builder, args: ['lost-update'] },
  { name: 'explore', builder: exploreCommand.builder, args: ['lost-update'] },
  { name: 'demo', builder: demoCommand.builder, args: [] },
];

/** Options that exclude others: each has a run of its own. */
const ALONE = new Set([
  'as-go',
  'json',
  'folded',
  'list',
  'replay',
  'flamechart',
  'check-determinism',
  'trace-format',
  'go',
  'to',
]);

function valuesOf(
  command: string,
  name: string,
  { choices, default: value, defaultDescription, type }: Options,
): readonly (string | null)[] {
  const known = OWN_VALUES[command]?.[name] ?? VALUES[name];
  if (type === 'boolean') return [null];
  if (type === 'number') return known ?? [String(value ?? defaultDescription ?? 10)];
  return known ?? choices?.map(String) ?? [String(value ?? defaultDescription ?? 'main')];
}

/** `--name value`, `--name=value` by turns; a switch alone. */
function written(name: string, value: string | null, turn: number): string[] {
  if (value === null) return [`--${name}`];
  return turn % 2 === 0 && value !== '' ? [`--${name}=${value}`] : [`--${name}`, value];
}

/** Command lines that have every option with every value: as many at a time as go together. */
function linesOf(command: string, table: Readonly<Record<string, Options>>): string[][] {
  const rounds: string[][] = [];
  const alone: string[][] = [];
  Object.entries(table).forEach(([name, option], turn) => {
    valuesOf(command, name, option).forEach((value, round) => {
      const words = written(name, value, turn + round);
      if (ALONE.has(name)) alone.push([...words, ...(BESIDE[name] ?? []), ...neededBy(command, name, value)]);
      else {
        rounds[round] ??= [];
        rounds[round].push(...words);
      }
    });
  });
  return [...rounds.map((words) => [...words, ...neededBy(command, '', null)]), ...alone];
}

/** What convert cannot do without. */
function neededBy(command: string, name: string, value: string | null): string[] {
  if (command === 'convert') {
    const input = name === 'go' && Number(value) > 1.23 ? NEWER_TRACE : TRACE;
    const to = name === 'to' ? [] : ['--to', 'trace'];
    return [input, ...to, ...(name === '' ? [] : ['-o', inFolder('converted')])];
  }
  return command === 'explore' ? ['--procs', '1', '--schedules', '2'] : [];
}

describe('every option of', () => {
  for (const { name, builder, args } of COMMANDS) {
    const table = tableOf(builder);
    it(`${name}: ${Object.keys(table).length} options, is taken with a valid value`, () => {
      const lines = linesOf(name, table);
      for (const option of Object.keys(table)) expect(lines.flat().some((word) => word.startsWith(`--${option}`))).toBe(true);
      for (const line of lines) {
        const { code, err } = runGoflame([name, ...args, ...line], { cwd: FOLDER });
        expect({ line, code, err: code === 0 || code === 1 ? '' : err }).toEqual({ line, code: code === 1 ? 1 : 0, err: '' });
      }
    });
  }
});

it('a value that looks like a number stays a text: the format of a trace is the one that is asked for', () => {
  for (const format of ['1.22', '1.23', '1.25', '1.26']) {
    const { code } = runGoflame(['emulate', 'lost-update', '--trace-format', format, '--trace', inFolder('t3')]);
    expect(code).toBe(0);
    expect(readFileSync(inFolder('t3')).subarray(0, 7).toString()).toBe(`go ${format}`);
  }
  expect(runGoflame(['render', TRACE, '--title', '1.20']).out).toContain('>1.20<');
  expect(runGoflame(['emulate', 'lost-update', '--go', '1.20']).out).toContain('Go 1.20,');
});

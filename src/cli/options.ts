/** Options that several commands share, as yargs takes them. */

import type { Argv, InferredOptionTypes, Options } from 'yargs';
import { UsageError } from '../base/errors.ts';
import { FLAME_GRAPH_OPTIONS, type OptionSpec } from '../render/flameoptions.ts';

/** Formats that `--from` names; a test holds them to those of the reader, which is not loaded for the help. */
export const FROM_CHOICES = [
  'folded',
  'go-trace',
  'goroutine-dump',
  'goroutine-profile',
  'race-report',
  'go-test',
  'schedtrace',
] as const;

const list = { type: 'array', string: true, requiresArg: true } as const;

export const INPUT_OPTIONS = {
  from: { choices: FROM_CHOICES, describe: 'read the input as this format only', requiresArg: true },
  strict: { type: 'boolean', describe: 'refuse damaged input: exit with 3' },
  redact: { type: 'boolean', describe: 'replace label values and panic messages, which can hold secrets' },
  'fail-on': {
    type: 'string',
    describe: 'exit with 1 if found: race, crash, recovered (a panic that was caught), leak, goroutines>N',
    requiresArg: true,
  },
  quiet: { alias: 'q', type: 'boolean', describe: 'no problems and no progress on stderr' },
} as const satisfies Record<string, Options>;

export const OUTPUT_OPTION = {
  output: { alias: 'o', type: 'string', describe: 'write to this file instead of stdout', requiresArg: true },
} as const satisfies Record<string, Options>;

export const COLLAPSE_OPTIONS = {
  'group-by': {
    type: 'string',
    describe:
      'frames at the root, in this order: state, reason, creator, file, goroutine, access, label=KEY; of traces proc, entry, task, region too',
    requiresArg: true,
  },
  weight: {
    choices: ['count', 'wait', 'running', 'sched', 'sync', 'syscall', 'network', 'block', 'samples'],
    describe:
      'dumps: count goroutines (default) or the seconds they wait; traces: nanoseconds running (default), waiting for a P (sched), blocked (sync, network, block for all), in system calls; CPU samples',
    requiresArg: true,
  },
  stack: {
    choices: ['own', 'waker'],
    describe: 'traces: where a waiting goroutine was itself (default), or who made it go on',
    requiresArg: true,
  },
  'as-go': { type: 'boolean', describe: 'traces: exactly the spans and stacks of go tool trace -pprof' },
  lines: { type: 'boolean', describe: 'put FILE:LINE behind the functions' },
  'user-only': { type: 'boolean', describe: "leave out the runtime's frames below the first user frame" },
  'created-by': { type: 'boolean', describe: 'put the chain of go statements before each stack' },
  include: { ...list, describe: 'keep only stacks with a frame that matches' },
  exclude: { ...list, describe: 'leave out stacks with a frame that matches' },
  focus: { ...list, describe: 'keep only stacks with a frame that matches, from that frame on' },
  hide: { ...list, describe: 'leave out frames that match' },
  own: { ...list, describe: "import path prefixes of the program's own code" },
} as const satisfies Record<string, Options>;

/** Options that choose a part of an execution trace. `--from` may name the input's format as well. */
export const TRACE_OPTIONS = {
  from: {
    type: 'array',
    string: true,
    requiresArg: true,
    describe: `read the input as this format only (${FROM_CHOICES.join(', ')}); or traces: begin at this time, as 250ms or 1.5s`,
  },
  to: { type: 'string', requiresArg: true, describe: 'traces: end at this time' },
  proc: { type: 'number', requiresArg: true, describe: 'traces: only this P' },
  goroutine: { type: 'number', requiresArg: true, describe: 'traces: only this goroutine' },
  entry: { type: 'string', requiresArg: true, describe: 'traces: only goroutines whose first function matches' },
} as const satisfies Record<string, Options>;

/** The options of the picture, from their table. */
export function flameGraphOptions(): Record<string, Options> {
  return Object.fromEntries(FLAME_GRAPH_OPTIONS.map((spec) => [spec.name, toYargs(spec)]));
}

/** Options whose value may be empty: texts that are shown. */
const MAY_BE_EMPTY: ReadonlySet<string> = new Set(['title', 'subtitle', 'notes', 'search', 'countname', 'nametype']);

/** The same options, where one that is given twice has its last value, and an empty value is told. */
export function lastWins<T extends Record<string, Options>>(options: T): T {
  const single = Object.entries(options).map(([name, option]) => [
    name,
    option.type === 'array'
      ? { ...option, coerce: (values: unknown[]) => values?.map((value) => requireValue(name, toDash(value))) }
      : {
          ...asText(option),
          coerce: (value: unknown) => requireValue(name, toDash(Array.isArray(value) ? value.at(-1) : value)),
        },
  ]);
  return Object.fromEntries(single) as T;
}

/** An option with choices is a text: without a type yargs takes 1.22 for a number, which is none of the choices. */
function asText<T extends Options>(option: T): T {
  return option.choices === undefined || option.type !== undefined ? option : { ...option, type: 'string' };
}

/** @throws UsageError for an empty value, and for one that is no number where one is expected */
function requireValue(name: string, value: unknown): unknown {
  if (value === '' && !MAY_BE_EMPTY.has(name)) throw new UsageError(`--${name}: expected a value, and got an empty one`);
  if (typeof value === 'number' && Number.isNaN(value)) throw new UsageError(`--${name}: expected a number`);
  return value;
}

/** The options that take no value, and those that take a number, by all their names. */
export interface OptionTypes {
  readonly boolean: readonly string[];
  readonly number: readonly string[];
}

/**
 * Looks at values as they were given, before yargs makes `false` of a switch that is given anything, and 0 of an empty
 * number. @throws UsageError
 */
export function checkValues(args: readonly string[], { boolean, number }: OptionTypes): true {
  const end = args.indexOf('--');
  const given = end < 0 ? args : args.slice(0, end);
  given.forEach((arg, i) => {
    const [, name, value = given[i + 1]] = /^--?([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name === undefined) return;
    if (arg.includes('=') && boolean.includes(name) && value !== 'true' && value !== 'false')
      throw new UsageError(`--${name}=${value}: it takes no value`);
    if (value === '' && number.includes(name)) throw new UsageError(`--${name}: expected a number, and got an empty value`);
  });
  return true;
}

function toYargs({ name, type, about, choices, default: value, alias }: OptionSpec): Options {
  return {
    type: name === 'sort' ? 'string' : type,
    describe: about,
    ...(value === undefined ? {} : { defaultDescription: String(value) }),
    ...(choices === undefined || name === 'sort' ? {} : { choices }),
    ...(alias === undefined ? {} : { alias: [...alias] }),
    ...(type === 'boolean' ? {} : { requiresArg: name !== 'sort' }),
    group: 'Picture:',
  };
}

export type InputArguments = Partial<Omit<InferredOptionTypes<typeof INPUT_OPTIONS>, 'from'>> & { file?: string[] };
export type CollapseArguments = Partial<InferredOptionTypes<typeof COLLAPSE_OPTIONS>> & TraceArguments;
export type TraceArguments = Partial<InferredOptionTypes<typeof TRACE_OPTIONS>>;

/** Stands before arguments that yargs is to leave alone: a lone `-`, and what stands behind `--`. No file can have it in its name. */
const GUARD = '\0';

/** The command line as yargs can take it: it drops a lone `-`, and what stands behind `--`, where they stand for files. */
export function guardDashes(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  const before = end < 0 ? args : args.slice(0, end);
  const behind = end < 0 ? [] : args.slice(end + 1);
  return [...before.map((arg) => (arg === '-' ? `${GUARD}-` : arg)), ...behind.map((arg) => `${GUARD}${arg}`)];
}

function toDash<T>(value: T): T {
  return (typeof value === 'string' && value.startsWith(GUARD) ? value.slice(GUARD.length) : value) as T;
}

/** A positional that is one file. */
export function fromDash(value: string): string {
  return toDash(value);
}

/** One positional FILE. */
export function withFile<T>(yargs: Argv<T>, describe: string) {
  return yargs.positional('file', { type: 'string', describe, coerce: toDash });
}

/** The positional FILEs. */
export function withFiles<T>(yargs: Argv<T>) {
  return yargs.positional('file', {
    type: 'string',
    array: true,
    describe: 'input; - or none is stdin; gzip and zstd are unpacked',
    coerce: (files: string[] | undefined) => files?.map((file) => toDash(file)),
  });
}

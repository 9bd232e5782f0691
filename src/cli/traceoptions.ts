/** What the options name that choose a part of an execution trace, the same in analyze, timeline, collapse and render. */

import { UsageError } from '../base/errors.ts';
import type { FormatName } from '../formats/reader.ts';
import { FROM_CHOICES, type TraceArguments } from './options.ts';

/** A part of a trace. Times in nanoseconds since its first event. */
export interface TraceSelection {
  readonly from?: number;
  readonly to?: number;
  readonly proc?: number;
  readonly goroutine?: number;
  readonly entry?: RegExp;
}

const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h))+$/;

/** `1.5s`, `250ms`, `1m30s`, as Go writes durations, or `0` → nanoseconds; null for anything else. */
export function parseDuration(text: string): number | null {
  if (/^0+(?:\.0+)?$/.test(text)) return 0;
  if (!DURATION.test(text)) return null;
  let ns = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|s|m|h)/g)) ns += Number(number) * UNITS[unit];
  return Math.round(ns);
}

/** @throws UsageError that names the option */
export function requireDuration(option: string, text: string): number {
  const ns = parseDuration(text);
  if (ns === null) throw new UsageError(`--${option} ${text}: expected a duration, as 250ms, 1.5s or 1m30s`);
  return ns;
}

/**
 * `--from` names a format of the input or a time of a trace: no format looks like a duration. It may be given twice, once
 * for each.
 */
export function splitFrom(values: readonly string[] | undefined): { format?: FormatName; time?: number } {
  const split: { format?: FormatName; time?: number } = {};
  for (const value of values ?? []) {
    if ((FROM_CHOICES as readonly string[]).includes(value)) {
      split.format = value as FormatName;
      continue;
    }
    const time = parseDuration(value);
    if (time === null)
      throw new UsageError(
        `--from ${value}: expected a format (${FROM_CHOICES.join(', ')}) or a time of a trace, as 250ms or 1.5s`,
      );
    split.time = time;
  }
  return split;
}

/** The part that the options name. @throws UsageError for one that is empty or no part at all */
export function selectTrace(args: TraceArguments): TraceSelection {
  const from = splitFrom(args.from).time;
  const to = args.to === undefined ? undefined : requireDuration('to', args.to);
  if (to !== undefined && to <= (from ?? 0))
    throw new UsageError(`--to ${args.to} is not after the start of the part that is looked at`);
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...idOption('proc', args.proc),
    ...idOption('goroutine', args.goroutine),
    ...(args.entry === undefined ? {} : { entry: entryPattern(args.entry) }),
  };
}

function idOption(name: 'proc' | 'goroutine', value: number | undefined): { [key: string]: number } {
  if (value === undefined) return {};
  if (!Number.isSafeInteger(value) || value < 0) throw new UsageError(`--${name} expects a whole number, as the trace has it`);
  return { [name]: value };
}

function entryPattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new UsageError(`--entry: ${(error as Error).message}`);
  }
}

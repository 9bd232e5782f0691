/** Events as short lines, ours and those that Go's tool prints: `5 M=0 P=0 G=1 StateTransition GoID=1 Running->Waiting "sync"`. */

import { RANGE, type TraceEvent } from '../../src/model/trace.ts';

/** `time` of the first event is to be 0. */
export function eventLine(event: TraceEvent): string {
  const { time, m, p, g, kind } = event;
  return `${time} M=${m} P=${p} G=${g} ${kind}${detailsOf(event)}`;
}

function detailsOf(event: TraceEvent): string {
  const { kind, resource, subject, from, to, name, value, text } = event;
  if (kind === 'Sync' || kind === 'StackSample') return '';
  if (resource !== null) return ` ${resource === 'proc' ? 'ProcID' : 'GoID'}=${subject} ${from}->${to} "${name}"`;
  if (kind.startsWith('Task')) return ` ID=${subject} "${name}"`;
  if (kind.startsWith('Range')) return ` "${name}" ${scopeOf(event)}`;
  if (kind.startsWith('Region')) return ` Task=${subject} "${name}"`;
  if (kind === 'Log') return ` Task=${subject} "${name}" "${text}"`;
  return ` "${name}"${kind === 'Metric' ? ` ${value}` : ''}`;
}

/** Whose a range is, and what was swept in it. */
function scopeOf({ kind, name, subject, value, reclaimed }: TraceEvent): string {
  if (name === RANGE.gcMark) return 'None';
  if (name !== RANGE.sweep) return `Goroutine(${subject})`;
  return kind === 'RangeEnd' ? `Proc(${subject}) ${value} ${reclaimed}` : `Proc(${subject})`;
}

const LINE = /^(M=\S+ P=\S+ G=\S+ (\w+)) Time=(-?\d+) ?(.*)$/;

/** What Go takes the details of a kind from, in its own line. */
const DETAILS: Readonly<Record<string, RegExp>> = {
  StateTransition: /^(\w+=\d+ \w+->\w+) Reason=(".*")$/,
  Metric: /Name=(".*") Value=Value\{\w+\((\d+)\)\}/,
  RangeBegin: /Name=(".*") Scope=(.*)/,
  RangeActive: /Name=(".*") Scope=(.*)/,
  RangeEnd: /Name=(".*") Scope=(\S+) Attributes=\[(?:"bytes swept"=\D+64\((\d+)\)\} "bytes reclaimed"=\D+64\((\d+)\)\})?/,
  Label: /Label=(".*") Resource/,
  TaskBegin: /(ID=\d+) .*Type=(".*")/,
  TaskEnd: /(ID=\d+) .*Type=(".*")/,
  RegionBegin: /(Task=\d+) Type=(".*")/,
  RegionEnd: /(Task=\d+) Type=(".*")/,
  Log: /(Task=\d+) Category=(".*") Message=(".*")/,
  Experimental: /Name=(\w+)/,
};

/** The same lines out of what `go tool trace -d=parsed` printed. */
export function printedLines(text: string): string[] {
  let first: number | null = null;
  return text.split('\n').flatMap((line) => {
    const found = LINE.exec(line);
    if (found === null) return [];
    const [, who, kind, time, rest] = found;
    first ??= Number(time);
    const details = (DETAILS[kind]?.exec(rest)?.slice(1) ?? []).filter((detail) => detail !== undefined);
    const named = kind === 'Experimental' ? [`"${details[0]}"`] : details;
    return [[String(Number(time) - first), who, ...named].join(' ')];
  });
}

/** Ways to damage a trace on purpose, event by event, in its text form. */

import { convertTrace } from './trace.ts';

/** Events that move no P and no goroutine. */
export const ANNOTATIONS = /^(?:ProcsChange|STW|GC|HeapAlloc|HeapGoal|GoLabel|User)|^(?:Span|HeapObject|GoroutineStack)/;
/** Those of them whose numbers order others. */
export const COLLECTOR = /^GC(?:Active|Begin|End) /;

/** Lines of a trace as text; batches do not say how long they are, so that events can come and go. */
export function linesOf(bytes: Uint8Array): string[] {
  const lines = convertTrace(bytes, { form: 'text' }).bytes.toString('utf8').split('\n');
  return lines.map((line) => (line.startsWith('EventBatch') ? line.replace(/ size=\d+/, '') : line));
}

export function binaryOf(lines: readonly string[]): Buffer {
  const { bytes, problems } = convertTrace(lines.join('\n'), { form: 'binary' });
  if (problems.length > 0) throw new Error(problems[0].message);
  return bytes;
}

/** Without the event at `at`: the time before it goes to the event behind it. */
export function withoutEvent(lines: readonly string[], at: number): string[] {
  const next = lines[at + 1] ?? '';
  const dt = (line: string) => Number(/^\w+ dt=(\d+)/.exec(line)?.[1]);
  const behind = Number.isNaN(dt(next)) ? next : next.replace(/dt=\d+/, `dt=${dt(next) + dt(lines[at])}`);
  return lines.toSpliced(at, 2, behind);
}

/** With the event at `at` twice at the same time. */
export function withEventTwice(lines: readonly string[], at: number): string[] {
  return lines.toSpliced(at + 1, 0, lines[at].replace(/dt=\d+/, 'dt=0'));
}

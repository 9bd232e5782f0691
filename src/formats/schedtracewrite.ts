/** Lines of GODEBUG=schedtrace=N as each release prints them: see schedtrace.ts for their shape. */

import type { SchedSample } from '../model/evidence.ts';

/** Since Go 1.20 idle threads are told to spin, since 1.21 the lengths stand apart from the brackets, since 1.25 there are ticks. */
const NEEDSPINNING = 20;
const BLANKS = 21;
const TICKS = 25;

export function* writeSchedTrace(samples: readonly SchedSample[], release: number): Generator<string> {
  for (const sample of samples) yield `${lineOf(sample, release)}\n`;
}

function lineOf(sample: SchedSample, release: number): string {
  const { ms, gomaxprocs, idleprocs, threads, spinningthreads, needspinning, idlethreads, runqueue, local, schedticks } = sample;
  const fields = [
    `gomaxprocs=${gomaxprocs} idleprocs=${idleprocs} threads=${threads} spinningthreads=${spinningthreads}`,
    ...(release >= NEEDSPINNING ? [`needspinning=${needspinning ?? 0}`] : []),
    `idlethreads=${idlethreads} runqueue=${runqueue}`,
    release >= BLANKS ? `[ ${local.join(' ')} ]` : `[${local.join(' ')}]`,
    ...(release >= TICKS && schedticks !== null ? [`schedticks=[ ${schedticks.join(' ')} ]`] : []),
  ];
  return `SCHED ${ms}ms: ${fields.join(' ')}`;
}

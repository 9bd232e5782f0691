/**
 * What GODEBUG=schedtrace=N prints every N milliseconds (schedtrace in src/runtime/proc.go), and with scheddetail=1 the
 * state of every P, M and goroutine below it:
 *
 *     SCHED 101ms: gomaxprocs=2 idleprocs=0 threads=4 spinningthreads=0 needspinning=1 idlethreads=1 runqueue=1 [ 1 1 ] schedticks=[ 9 9 ]
 *     SCHED 252ms: gomaxprocs=2 idleprocs=0 threads=4 spinningthreads=1 idlethreads=1 runqueue=0 gcwaiting=0 …
 *       P0: status=1 schedtick=0 syscalltick=0 m=3 runqsize=0 gfreecnt=0 timerslen=0
 *       M3: p=0 curg=-1 mallocing=0 … lockedg=-1
 *       G1: status=4(chan receive) m=nil lockedm=nil
 *
 * `needspinning` came with Go 1.20, `schedticks` with 1.25; none is `nil` since 1.20 and was -1 before.
 */

import type { SchedFields, SchedSample, SchedTracePart } from '../model/evidence.ts';
import type { ReadContext, TextMachine } from './text/machine.ts';

/** Characters of a line; with a thousand Ps, real ones have some 10,000. */
const MAX_LENGTH = 1 << 16;
const SAMPLE = /^SCHED (\d{1,15})ms: (gomaxprocs=.*)$/;
const DETAIL = /^([PMG])(\d{1,15}): (\w+=.*)$/;
const FIELD = /(\w+)=(\[[^\]]*\]|.*?)(?= \w+=| \[|$)/g;
const QUEUES = /(?:^|[^=])\[([\d ]*)\]/;

export class SchedTraceMachine implements TextMachine {
  private readonly context: ReadContext;
  private part: SchedTracePart | null = null;
  private sample: SchedSample | null = null;

  constructor(context: ReadContext) {
    this.context = context;
  }

  get active(): boolean {
    return this.sample !== null;
  }

  take(content: string, line: number): boolean {
    if (content.length > MAX_LENGTH) return false;
    const text = content.trim();
    const head = SAMPLE.exec(text);
    if (head !== null) return this.takeSample(Number(head[1]), head[2], line);
    const detail = this.sample === null ? null : DETAIL.exec(text);
    if (detail === null) return false;
    this.takeDetail(detail);
    return true;
  }

  foreign(): void {}

  interrupt(): void {
    this.sample = null;
  }

  finish(): void {
    this.sample = null;
    this.part = null;
  }

  private takeSample(ms: number, text: string, line: number): boolean {
    const fields = readFields(text);
    const number = (name: string): number => (typeof fields[name] === 'number' ? (fields[name] as number) : 0);
    this.sample = {
      // words without a field of their own: those of the detailed form, and what later releases add
      ...fields,
      line,
      ms,
      gomaxprocs: number('gomaxprocs'),
      idleprocs: number('idleprocs'),
      threads: number('threads'),
      spinningthreads: number('spinningthreads'),
      needspinning: typeof fields.needspinning === 'number' ? fields.needspinning : null,
      idlethreads: number('idlethreads'),
      runqueue: number('runqueue'),
      local: readNumbers(QUEUES.exec(text)?.[1] ?? ''),
      schedticks: typeof fields.schedticks === 'string' ? readNumbers(fields.schedticks.slice(1, -1)) : null,
      detail: null,
    };
    if (this.part === null) {
      this.part = { format: 'schedtrace', line, samples: [] };
      this.context.openPart(this.part);
    }
    this.part.samples.push(this.sample);
    return true;
  }

  private takeDetail([, kind, id, text]: RegExpExecArray): void {
    const sample = this.sample as SchedSample;
    sample.detail ??= { procs: [], threads: [], goroutines: [] };
    const entry: SchedFields = { id: Number(id), ...readFields(text) };
    if (kind === 'M') sample.detail.threads.push(entry);
    else if (kind === 'G') sample.detail.goroutines.push(entry);
    else {
      sample.detail.procs.push(entry);
      // The detailed form tells the lengths of the local queues here.
      if (typeof entry.runqsize === 'number') sample.local.push(entry.runqsize);
    }
  }
}

/** `a=1 b=nil c=4(chan receive)` → numbers where they are plain, null for `nil`, else the text. */
function readFields(text: string): SchedFields {
  const fields: SchedFields = {};
  for (const [, name, value] of text.matchAll(FIELD)) {
    fields[name] = /^-?\d{1,15}$/.test(value) ? Number(value) : value === 'nil' ? null : value;
  }
  return fields;
}

function readNumbers(text: string): number[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map(Number);
}

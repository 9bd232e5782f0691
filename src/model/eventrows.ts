/**
 * Events of a trace as rows of 32-bit integers in shared memory, to hand them from the thread that reads to the one that
 * analyses. Strings are numbered by the writer. Nearly all rows are moves: three or four integers. Where a number is
 * larger than its place, all numbers of the row stand behind it, as the doubles that they are.
 *
 *     bare move     head (row, code, P + 1, reason), elapsed, goroutine
 *     other moves   the same, and the stack of the event, which is the goroutine's own where it leaves its P
 *     event         head (row, code), name, elapsed, P, m, g, subject, value, stack, and one that the kind has a use for
 *
 * Elapsed is the time since the row before, in nanoseconds.
 */

import { DOUBLE } from '../base/doubles.ts';
import type { GoState, MoveCode, MoveSink } from './moves.ts';
import { blankEvent, type ProcState, type TraceEvent, type TraceEventKind, type TraceSink } from './trace.ts';

const KINDS: readonly TraceEventKind[] = [
  'Sync',
  'Metric',
  'Label',
  'StackSample',
  'RangeBegin',
  'RangeActive',
  'RangeEnd',
  'TaskBegin',
  'TaskEnd',
  'RegionBegin',
  'RegionEnd',
  'Log',
  'StateTransition',
  'Experimental',
];
const STATES: readonly (GoState | ProcState)[] = [
  'Undetermined',
  'NotExist',
  'Runnable',
  'Running',
  'Syscall',
  'Waiting',
  'Idle',
];
const LOG = KINDS.indexOf('Log');
const RANGE_END = KINDS.indexOf('RangeEnd');

/** A transition's resource and states as one number; 0 for all other events. */
const STATE_BITS = 3;
const MOVE_SHIFT = 4;

const TRANSITION = KINDS.indexOf('StateTransition');

/** The words are constants, so that a chain of comparisons is faster than any table. */
function stateCode(state: TraceEvent['from']): number {
  switch (state) {
    case 'Running':
      return 3;
    case 'Runnable':
      return 2;
    case 'Waiting':
      return 5;
    case 'Syscall':
      return 4;
    case 'Idle':
      return 6;
    case 'NotExist':
      return 1;
    default:
      return 0;
  }
}

/** By code: the event's words. */
interface Words {
  readonly kind: TraceEventKind;
  readonly resource: TraceEvent['resource'];
  readonly from: TraceEvent['from'];
  readonly to: TraceEvent['to'];
}

function codeOf({ kind, resource, from, to }: TraceEvent): number {
  if (resource === null) return KINDS.indexOf(kind);
  const states = (stateCode(from) << STATE_BITS) | stateCode(to);
  const which = resource === 'proc' ? 2 : 1;
  return TRANSITION | (((states << 2) | which) << MOVE_SHIFT);
}

function wordsOf(code: number): Words {
  const kind = KINDS[code & 15];
  const move = code >> MOVE_SHIFT;
  if (move === 0) return { kind, resource: null, from: null, to: null };
  const states = move >> 2;
  return {
    kind,
    resource: (move & 3) === 2 ? 'proc' : 'goroutine',
    from: STATES[states >> STATE_BITS],
    to: STATES[states & ((1 << STATE_BITS) - 1)],
  };
}

/** What a row is: the lowest bits of its first integer. */
const ROW = { event: 0, wideEvent: 1, bareMove: 2, ownMove: 3, otherMove: 4, wideMove: 5 } as const;
const ROW_BITS = 3;
/** Behind it the code; in a move P + 1 and the reason, too. */
const MOVE_CODE_BITS = 6;
const P_SHIFT = ROW_BITS + MOVE_CODE_BITS;
const P_BITS = 11;
const REASON_SHIFT = P_SHIFT + P_BITS;
const MAX_P = (1 << P_BITS) - 2;
const MAX_REASON = (1 << (32 - REASON_SHIFT)) - 1;

const EVENT_WORDS = 10;
/** The longest row: head, name, and eight numbers of two integers. */
const LONGEST = 2 + 8 * 2;

/** A double as two integers, in the order of this machine: both threads are on it. */
const WIDE = new Float64Array(1);
const HALVES = new Int32Array(WIDE.buffer);

/** Writes rows into one block after the other. */
export class RowWriter implements MoveSink {
  readonly strings = new StringNumbers();
  /** Integers written to the present block. */
  length = 0;
  private words: Int32Array = new Int32Array(0);
  private lastTime = DOUBLE;

  constructor() {
    this.lastTime = 0;
  }

  begin(words: Int32Array): void {
    this.words = words;
    this.length = 0;
  }

  /** Whether the next row might not fit. */
  get isFull(): boolean {
    return this.length > this.words.length - LONGEST;
  }

  move(code: MoveCode, elapsed: number, p: number, goroutine: number, reason: string, stack: number, ownStack: number): void {
    const { words, length: at } = this;
    const name = reason === '' ? 0 : this.strings.of(reason);
    this.lastTime += elapsed;
    const head = (code << ROW_BITS) | ((p + 1) << P_SHIFT) | (name << REASON_SHIFT);
    const isNarrow = p <= MAX_P && name <= MAX_REASON && isSmall(elapsed) && isSmall(goroutine) && isSmall(stack);
    if (!isNarrow || (ownStack !== stack && ownStack !== 0)) {
      this.begins(ROW.wideMove | (code << ROW_BITS), name);
      for (const number of [elapsed, p, goroutine, stack, ownStack]) this.wide(number);
      return;
    }
    words[at + 1] = elapsed;
    words[at + 2] = goroutine;
    if (stack === 0) {
      words[at] = head | ROW.bareMove;
      this.length = at + 3;
      return;
    }
    words[at] = head | (ownStack === 0 ? ROW.otherMove : ROW.ownMove);
    words[at + 3] = stack;
    this.length = at + 4;
  }

  event(event: TraceEvent): void {
    const { words } = this;
    const { p, m, g, subject, value, stack } = event;
    const code = codeOf(event);
    const last = this.lastOf(event, code & 15);
    const elapsed = event.time - this.lastTime;
    const name = this.strings.of(event.name);
    this.lastTime = event.time;
    const isNarrow = isSmall(elapsed) && isSmall(p) && isSmall(m) && isSmall(g);
    if (!(isNarrow && isSmall(subject) && isSmall(value) && isSmall(stack) && isSmall(last))) {
      this.begins(ROW.wideEvent | (code << ROW_BITS), name);
      for (const number of [elapsed, p, m, g, subject, value, stack, last]) this.wide(number);
      return;
    }
    const at = this.begins(ROW.event | (code << ROW_BITS), name);
    words[at] = elapsed;
    words[at + 1] = p;
    words[at + 2] = m;
    words[at + 3] = g;
    words[at + 4] = subject;
    words[at + 5] = value;
    words[at + 6] = stack;
    words[at + 7] = last;
    this.length = at + 8;
  }

  /** Writes what such rows begin with; gives the place behind. */
  private begins(head: number, name: number): number {
    this.words[this.length] = head;
    this.words[this.length + 1] = name;
    this.length += 2;
    return this.length;
  }

  /** The last number is what the kind of event has room for. */
  private lastOf(event: TraceEvent, kind: number): number {
    if (kind === LOG) return this.strings.of(event.text);
    return kind === RANGE_END ? event.reclaimed : event.subjectStack;
  }

  private wide(number: number): void {
    WIDE[0] = number;
    this.words[this.length++] = HALVES[0];
    this.words[this.length++] = HALVES[1];
  }
}

function isSmall(value: number): boolean {
  return (value | 0) === value;
}

/** Hands the rows of one block after the other to a sink. */
export class RowReader {
  /** All that were numbered so far. */
  readonly strings: string[] = [];
  private readonly sink: TraceSink;
  private readonly mover: MoveSink | null;
  private readonly event = blankEvent();
  private time = DOUBLE;
  private words: Int32Array = new Int32Array(0);
  private at = 0;

  /** A sink without `move` must be given no rows of moves. */
  constructor(sink: TraceSink) {
    this.time = 0;
    this.sink = sink;
    this.mover = sink.move === undefined ? null : (sink as TraceSink & MoveSink);
  }

  /** Hands out the first `length` integers of a block. */
  replay(words: Int32Array, length: number): void {
    const { mover, strings } = this;
    this.words = words;
    for (let at = 0; at < length; ) {
      const head = words[at];
      const row = head & ((1 << ROW_BITS) - 1);
      if (row < ROW.bareMove || row === ROW.wideMove || mover === null) {
        this.at = at + 1;
        this.rare(row, head >>> ROW_BITS);
        at = this.at;
        continue;
      }
      const elapsed = words[at + 1];
      const goroutine = words[at + 2];
      const stack = row === ROW.bareMove ? 0 : words[at + 3];
      this.time += elapsed;
      const code = (head >> ROW_BITS) & ((1 << MOVE_CODE_BITS) - 1);
      const p = ((head >> P_SHIFT) & ((1 << P_BITS) - 1)) - 1;
      mover.move(code, elapsed, p, goroutine, strings[head >>> REASON_SHIFT], stack, row === ROW.ownMove ? stack : 0);
      at += row === ROW.bareMove ? 3 : 4;
    }
  }

  private rare(row: number, code: number): void {
    const name = this.strings[this.words[this.at++]];
    if (row === ROW.wideMove) this.wideMove(code, name);
    else if (row === ROW.wideEvent) this.wideEvent(code, name);
    else this.narrowEvent(code, name);
  }

  private wideMove(code: MoveCode, reason: string): void {
    const [elapsed, p, goroutine, stack, ownStack] = [this.wide(), this.wide(), this.wide(), this.wide(), this.wide()];
    this.time += elapsed;
    this.mover?.move(code, elapsed, p, goroutine, reason, stack, ownStack);
  }

  private narrowEvent(code: number, name: string): void {
    const { event, words, at } = this;
    this.at = at + EVENT_WORDS - 2;
    this.time += words[at];
    event.p = words[at + 1];
    event.m = words[at + 2];
    event.g = words[at + 3];
    event.subject = words[at + 4];
    event.value = words[at + 5];
    event.stack = words[at + 6];
    this.tell(code, name, words[at + 7]);
  }

  private wideEvent(code: number, name: string): void {
    const { event } = this;
    this.time += this.wide();
    event.p = this.wide();
    event.m = this.wide();
    event.g = this.wide();
    event.subject = this.wide();
    event.value = this.wide();
    event.stack = this.wide();
    this.tell(code, name, this.wide());
  }

  private tell(code: number, name: string, last: number): void {
    const { event } = this;
    const { kind, resource, from, to } = WORDS[code] ?? rememberWords(code);
    event.kind = kind;
    event.resource = resource;
    event.from = from;
    event.to = to;
    event.time = this.time;
    event.name = name;
    readLast(event, code & 15, last, this.strings);
    this.sink.event(event);
  }

  private wide(): number {
    HALVES[0] = this.words[this.at++];
    HALVES[1] = this.words[this.at++];
    return WIDE[0];
  }
}

/** The last number is what the kind of event has room for. */
function readLast(event: TraceEvent, kind: number, last: number, strings: readonly string[]): void {
  event.subjectStack = kind === LOG || kind === RANGE_END ? 0 : last;
  event.reclaimed = kind === RANGE_END ? last : 0;
  event.text = kind === LOG ? strings[last] : '';
}

/** By code, all there can be: an array with holes would be searched like a table. */
const WORDS: (Words | null)[] = new Array<Words | null>(1 << 12).fill(null);

function rememberWords(code: number): Words {
  const words = wordsOf(code);
  WORDS[code] = words;
  return words;
}

const LENGTHS = 64;

/** Numbers strings in the order of first sight. */
export class StringNumbers {
  private readonly numbers = new Map<string, number>([['', 0]]);
  /** The latest ones by their lengths, by which the few reasons of most moves differ. */
  private readonly latest: string[] = new Array<string>(LENGTHS).fill('');
  private readonly latestNumbers = new Int32Array(LENGTHS);
  /** Strings that were numbered since they were last taken. */
  private fresh: string[] = [''];

  of(text: string): number {
    if (text === '') return 0;
    const at = text.length & (LENGTHS - 1);
    if (text === this.latest[at]) return this.latestNumbers[at];
    let number = this.numbers.get(text);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(text, number);
      this.fresh.push(text);
    }
    this.latest[at] = text;
    this.latestNumbers[at] = number;
    return number;
  }

  take(): string[] {
    const { fresh } = this;
    this.fresh = [];
    return fresh;
  }
}

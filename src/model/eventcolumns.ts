/**
 * Events of a trace as columns of numbers in shared memory, to hand them from the thread that reads to the one that
 * analyses. Strings are numbered by the writer; what does not fit into the common columns is put where the kind of event
 * leaves room.
 */

import type { GoState, ProcState, TraceEvent, TraceEventKind, TraceSink } from './trace.ts';

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

/**
 * Set in the code of an event one of whose numbers is no 32-bit integer. Such events have their numbers in a column of
 * their own; all others are read as small integers, which is what makes the difference in the loops behind.
 */
const WIDE_FLAG = 1 << 14;
/** m, g, subject, value, stack, and what the kind makes of the last one. */
const NUMBERS = 6;
/** Code, P, name, and the numbers where they are small. */
const NARROW = 3 + NUMBERS;
const EVENT_BYTES = (1 + NUMBERS) * Float64Array.BYTES_PER_ELEMENT + NARROW * Int32Array.BYTES_PER_ELEMENT;

/** One block of events: `capacity` rows of each column. */
export class EventBlock {
  readonly capacity: number;
  private readonly times: Float64Array;
  private readonly wide: Float64Array;
  private readonly narrow: Int32Array;

  constructor(buffer: SharedArrayBuffer | ArrayBuffer, offset: number, capacity: number) {
    this.capacity = capacity;
    this.times = new Float64Array(buffer, offset, capacity);
    this.wide = new Float64Array(buffer, offset + capacity * 8, capacity * NUMBERS);
    this.narrow = new Int32Array(buffer, offset + capacity * (1 + NUMBERS) * 8, capacity * NARROW);
  }

  /** Bytes that a block of so many events takes: a multiple of 8 for an even number. */
  static bytes(capacity: number): number {
    return capacity * EVENT_BYTES;
  }

  /** Writes an event; `name` and `text` are the numbers of its strings. */
  write(row: number, event: TraceEvent, name: number, text: number): void {
    const { narrow } = this;
    const { m, g, subject, value, stack } = event;
    const code = codeOf(event);
    const kind = code & 15;
    const last = kind === LOG ? text : kind === RANGE_END ? event.reclaimed : event.subjectStack;
    const at = row * NARROW;
    this.times[row] = event.time;
    narrow[at + 1] = event.p;
    narrow[at + 2] = name;
    if (isSmall(m) && isSmall(g) && isSmall(subject) && isSmall(value) && isSmall(stack) && isSmall(last)) {
      narrow[at] = code;
      narrow[at + 3] = m;
      narrow[at + 4] = g;
      narrow[at + 5] = subject;
      narrow[at + 6] = value;
      narrow[at + 7] = stack;
      narrow[at + 8] = last;
      return;
    }
    narrow[at] = code | WIDE_FLAG;
    this.wide.set([m, g, subject, value, stack, last], row * NUMBERS);
  }

  /** Hands the first `count` events to a sink. `strings` are all that were numbered so far. */
  replay(count: number, strings: readonly string[], event: TraceEvent, sink: TraceSink): void {
    const { narrow, times } = this;
    for (let row = 0, at = 0; row < count; row++, at += NARROW) {
      const code = narrow[at];
      const kind = code & 15;
      if ((code & WIDE_FLAG) === 0) {
        event.m = narrow[at + 3];
        event.g = narrow[at + 4];
        event.subject = narrow[at + 5];
        event.value = narrow[at + 6];
        event.stack = narrow[at + 7];
        readLast(event, kind, narrow[at + 8], strings);
      } else this.readWide(row, event, kind, strings);
      const words = WORDS[code & ~WIDE_FLAG] ?? rememberWords(code & ~WIDE_FLAG);
      event.kind = words.kind;
      event.resource = words.resource;
      event.from = words.from;
      event.to = words.to;
      event.time = times[row];
      event.p = narrow[at + 1];
      event.name = strings[narrow[at + 2]];
      sink.event(event);
    }
  }

  private readWide(row: number, event: TraceEvent, kind: number, strings: readonly string[]): void {
    const at = row * NUMBERS;
    event.m = this.wide[at];
    event.g = this.wide[at + 1];
    event.subject = this.wide[at + 2];
    event.value = this.wide[at + 3];
    event.stack = this.wide[at + 4];
    readLast(event, kind, this.wide[at + 5], strings);
  }
}

function isSmall(value: number): boolean {
  return (value | 0) === value;
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

/** Numbers strings in the order of first sight. */
export class StringNumbers {
  private readonly numbers = new Map<string, number>([['', 0]]);
  private last = '';
  private lastNumber = 0;
  /** Strings that were numbered since they were last taken. */
  private fresh: string[] = [''];

  of(text: string): number {
    if (text === '') return 0;
    if (text === this.last) return this.lastNumber;
    let number = this.numbers.get(text);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(text, number);
      this.fresh.push(text);
    }
    this.last = text;
    this.lastNumber = number;
    return number;
  }

  take(): string[] {
    const { fresh } = this;
    this.fresh = [];
    return fresh;
  }
}

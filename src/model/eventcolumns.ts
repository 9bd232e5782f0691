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

/** Numbers of an event that may be large. */
const WIDE = 7;
const WIDE_BYTES = WIDE * Float64Array.BYTES_PER_ELEMENT;
/** Code, P, name. */
const NARROW = 3;
const EVENT_BYTES = WIDE_BYTES + NARROW * Int32Array.BYTES_PER_ELEMENT;

/** One block of events: `capacity` rows of wide and of narrow numbers. */
export class EventBlock {
  readonly capacity: number;
  private readonly wide: Float64Array;
  private readonly narrow: Int32Array;

  constructor(buffer: SharedArrayBuffer | ArrayBuffer, offset: number, capacity: number) {
    this.capacity = capacity;
    this.wide = new Float64Array(buffer, offset, capacity * WIDE);
    this.narrow = new Int32Array(buffer, offset + capacity * WIDE_BYTES, capacity * NARROW);
  }

  /** Bytes that a block of so many events takes: a multiple of 8 for an even number. */
  static bytes(capacity: number): number {
    return capacity * EVENT_BYTES;
  }

  /** Writes an event; `name` and `text` are the numbers of its strings. */
  write(row: number, event: TraceEvent, name: number, text: number): void {
    const code = codeOf(event);
    const { wide, narrow } = this;
    const at = row * WIDE;
    wide[at] = event.time;
    wide[at + 1] = event.m;
    wide[at + 2] = event.g;
    wide[at + 3] = event.subject;
    wide[at + 4] = event.value;
    wide[at + 5] = event.stack;
    const kind = code & 15;
    wide[at + 6] = kind === LOG ? text : kind === RANGE_END ? event.reclaimed : event.subjectStack;
    const small = row * NARROW;
    narrow[small] = code;
    narrow[small + 1] = event.p;
    narrow[small + 2] = name;
  }

  /** Hands the first `count` events to a sink. `strings` are all that were numbered so far. */
  replay(count: number, strings: readonly string[], event: TraceEvent, sink: TraceSink): void {
    const { wide, narrow } = this;
    for (let row = 0, at = 0, small = 0; row < count; row++, at += WIDE, small += NARROW) {
      const code = narrow[small];
      const words = WORDS[code] ?? rememberWords(code);
      event.kind = words.kind;
      event.resource = words.resource;
      event.from = words.from;
      event.to = words.to;
      event.time = wide[at];
      event.m = wide[at + 1];
      event.p = narrow[small + 1];
      event.g = wide[at + 2];
      event.subject = wide[at + 3];
      event.value = wide[at + 4];
      event.stack = wide[at + 5];
      const kind = code & 15;
      const last = wide[at + 6];
      event.subjectStack = kind === LOG || kind === RANGE_END ? 0 : last;
      event.reclaimed = kind === RANGE_END ? last : 0;
      event.text = kind === LOG ? strings[last] : '';
      event.name = strings[narrow[small + 2]];
      sink.event(event);
    }
  }
}

const WORDS: Words[] = [];

function rememberWords(code: number): Words {
  WORDS[code] = wordsOf(code);
  return WORDS[code];
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

/**
 * The lines of a crash's reason: the values that were panicked with, and what the runtime says of its own beside them.
 *
 *     panic: shelf 7 collapsed [recovered]
 *     <TAB>panic: guard: shelf 7 collapsed
 *     [signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0x48bcac]
 *
 * printpanics in runtime/panic.go puts a tab before every value but the first. A second value without one, where the
 * first is not marked as recovered, is what another thread printed: it is no part of the chain.
 */

import type { CrashSignal, PanicValue } from '../../model/snapshot.ts';

const LINK = /^(\t| +)?(panic|fatal error):(?: ([\s\S]*))?$/;
const RECOVERED = / \[recovered(, repanicked)?\]$/;
/** Words of the runtime's own among the values. */
const NOTE =
  /^(?:\[signal |\[recovered\]|PC=0x|runtime: |runtime\/cgo: |fatal: |panic during (?:panic|malloc)$|stack trace unavailable$|signal arrived during |instruction bytes:|sigaction: )/;

export interface Reason {
  /** Oldest first. */
  readonly chain: readonly PanicValue[];
  /** Of the first value, with its mark `[recovered]`; null without a value. */
  readonly message: string | null;
  /** What the runtime says beside the values, and what other threads died of. */
  readonly notes: readonly string[];
}

interface Value {
  readonly kind: 'panic' | 'fatal error';
  readonly lines: string[];
}

/** Reads the lines of a reason, the first being its first value's; a value may take several lines. */
export function readReason(lines: readonly string[]): Reason {
  const values: Value[] = [];
  const notes: string[] = [];
  let foreign = false;
  for (const text of lines) {
    const link = LINK.exec(text);
    if (link !== null) {
      foreign = values.length > 0 && link[1] === undefined && !endsRecovered(values[values.length - 1]);
      if (!foreign) values.push({ kind: link[2] as Value['kind'], lines: [link[3] ?? ''] });
    }
    if (foreign || NOTE.test(text)) notes.push(text);
    else if (link === null) values[values.length - 1]?.lines.push(text);
  }
  const texts = values.map(({ lines: own }) => joinMessage(own));
  const message = texts.length === 0 ? null : texts[0].replace(/ \[recovered, repanicked\]$/, '');
  return { chain: values.map(({ kind }, at) => panicValue(kind, texts[at])), message, notes };
}

function endsRecovered({ lines }: Value): boolean {
  return RECOVERED.test(lines[lines.length - 1]);
}

function panicValue(kind: Value['kind'], text: string): PanicValue {
  const mark = RECOVERED.exec(text);
  const message = mark === null ? text : text.slice(0, mark.index);
  return { kind, message, recovered: mark !== null, repanicked: mark?.[1] !== undefined };
}

/** Since Go 1.23 every further line of a message is printed behind a tab, which transport may turn into blanks. */
function joinMessage(own: readonly string[]): string {
  const [first, ...rest] = own;
  const indent = ['\t', ' '.repeat(8), ' '.repeat(4)].find((blank) =>
    rest.every((text) => text.trim() === '' || text.startsWith(blank)),
  );
  const further = indent === undefined ? rest : rest.map((text) => (text.startsWith(indent) ? text.slice(indent.length) : ''));
  return [first, ...further].join('\n');
}

const SIGNAL_NOTE = /^\[signal (\w+)(?::[^=]*?)? code=(0x[0-9a-f]+) addr=(0x[0-9a-f]+) pc=(0x[0-9a-f]+)/;
const SIGNAL_HEAD = /^(?:(SIG[A-Z0-9]+): |Signal (\d+)$)/;
/** Code, kind of access, address, place of the instruction (winthrow in signal_windows.go). */
const EXCEPTION = /^Exception (0x[0-9a-f]+) 0x[0-9a-f]+ (0x[0-9a-f]+) (0x[0-9a-f]+)$/;
const SIGNAL_PLACE = /^PC=(0x[0-9a-f]+)(?: m=-?\d+)?(?: sigcode=(\d+))?(?: addr=(0x[0-9a-f]+))?/;

/** The signal or exception that the lines of a reason tell of; null for none. */
export function readSignal(lines: readonly string[]): CrashSignal | null {
  for (const text of lines) {
    const note = SIGNAL_NOTE.exec(text);
    if (note !== null) return { name: note[1], code: note[2], addr: note[3], pc: note[4] };
    const exception = EXCEPTION.exec(text);
    if (exception !== null) return { name: exception[1], code: exception[1], addr: exception[2], pc: exception[3] };
  }
  const head = SIGNAL_HEAD.exec(lines[0] ?? '');
  if (head === null) return null;
  const place = lines.map((text) => SIGNAL_PLACE.exec(text)).find((match) => match !== null);
  const name = head[1] ?? head[2];
  return { name, code: place?.[2] ?? null, addr: place?.[3] ?? null, pc: place?.[1] ?? null };
}

/**
 * Names of files that are not UTF-8. Node decodes the command line and so loses such bytes; here each stands in the name
 * as a lone surrogate (U+DC80 to U+DCFF, as Python has it), from which the bytes can be made again.
 */

import { readFileSync } from 'node:fs';
import { RAW_BYTE } from '../base/visible.ts';

const LOST = '\ufffd';
const FROM = RAW_BYTE + 0x80;
const TO = RAW_BYTE + 0xff;

/** Arguments as they were typed, where the system tells; `args` are those that Node decoded. */
export function exactArguments(args: readonly string[]): string[] {
  if (!args.some((arg) => arg.includes(LOST))) return [...args];
  const raw = rawArguments();
  if (raw === null || raw.length < args.length) return [...args];
  const own = raw.slice(raw.length - args.length);
  return args.map((arg, i) => (arg.includes(LOST) && own[i].toString('utf8') === arg ? decodeName(own[i]) : arg));
}

/** Linux alone has them; elsewhere names are UTF-8 or UTF-16 anyway. */
function rawArguments(): Buffer[] | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync('/proc/self/cmdline');
  } catch {
    return null;
  }
  const all: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0, at);
    all.push(bytes.subarray(at, end < 0 ? bytes.length : end));
    at = end < 0 ? bytes.length : end + 1;
  }
  return all;
}

/** Bytes as text: what is UTF-8 is decoded, any other byte becomes a lone surrogate. */
export function decodeName(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    text += length === 0 ? String.fromCharCode(RAW_BYTE + bytes[at]) : bytes.toString('utf8', at, at + length);
    at += Math.max(1, length);
  }
  return text;
}

/** Bytes of the character at `at`; 0 where there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    const text = bytes.toString('utf8', at, at + length);
    if (!text.includes(LOST) || bytes.subarray(at, at + length).equals(Buffer.from(LOST))) return length;
  }
  return 0;
}

/** A name as the system takes it: the bytes where it holds some that are not UTF-8. */
export function systemName(file: string): string | Buffer {
  if (!isRaw(file)) return file;
  const parts: Buffer[] = [];
  for (const character of file) {
    const code = character.codePointAt(0) as number;
    parts.push(code >= FROM && code <= TO ? Buffer.from([code - RAW_BYTE]) : Buffer.from(character));
  }
  return Buffer.concat(parts);
}

/** Whether a name holds bytes that are not UTF-8. */
export function isRaw(file: string): boolean {
  for (const character of file) {
    const code = character.codePointAt(0) as number;
    if (code >= FROM && code <= TO) return true;
  }
  return false;
}

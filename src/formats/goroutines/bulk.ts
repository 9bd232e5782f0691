/**
 * The fast way through the bulk of a dump, straight from the bytes:
 *
 *     goroutine 7 gp=0xc0000061c0 m=nil [select, 3 minutes]:
 *     main.(*Depot).load(0x2faf080?, {0x7ffc6c2cee6b?, 0x4af1d2?})
 *     <TAB>/home/gopher/depot/main.go:84 +0x36e
 *     created by main.Run in goroutine 1
 *     <TAB>/home/gopher/depot/main.go:30 +0x9b
 *     (blank)
 *
 * It takes only what the machine's own way would read the same; anything else is left to it. A test compares both.
 *
 * Goroutines repeat each other's stacks: after a frame mostly comes the frame that came after it the last time. That
 * one is compared first, so that most names are neither searched for their end nor hashed.
 */

import {
  AMPERSAND,
  ascii,
  COLON,
  DOT,
  EQUALS,
  hasAt,
  isDigit,
  LBRACKET,
  LF,
  LPAREN,
  PLUS,
  parseDecimal,
  QUOTE,
  RBRACE,
  RBRACKET,
  RPAREN,
  SPACE,
  skipDigits,
  TAB,
  ZERO,
} from '../../base/bytes.ts';
import { Int32Column } from '../../base/columns.ts';
import { ByteInterner } from '../../base/intern.ts';
import { MAX_FRAMES, MAX_STATUS_CACHE } from '../../base/limits.ts';
import type { FrameId, StackTable } from '../../model/stacks.ts';
import { type Header, MAX_MACHINE_PART, parseHeader, type Status } from './header.ts';

/** Bytes that may stand in a function's name: 1; the parenthesis and what ends the fast way: 0. */
const NAME_BYTE = new Uint8Array(256);
for (let c = 0x21; c < 0x100; c++) NAME_BYTE[c] = 1;
for (const c of '()",;<>\'{}|\\:?!#&`^=[]\x7f') NAME_BYTE[c.charCodeAt(0)] = 0;

const GOROUTINE = ascii('goroutine ');
const CREATED_BY = ascii('created by ');
const IN_GOROUTINE = ascii(' in goroutine ');
const NIL = ascii('nil ');

/** Digits of the largest id that a JS number holds exactly. */
const MAX_ID_DIGITS = 15;

/** A go statement, as {@link DumpScanner.creator} found it. */
export interface ScannedCreator {
  frame: FrameId;
  goroutine: number | null;
}

export class DumpScanner {
  private readonly stacks: StackTable;
  /** By frame: one more than the frame that last followed it; 0 for none. */
  private readonly followers = new Int32Column(1024);
  /** The frame that a stack began with last time; -1 at first. */
  private firstFrame: FrameId = -1;
  private tails = new ByteInterner();
  private statuses: (Status | null)[] = [];
  /** Whether offsets stood behind the last place: proof that it is whole. */
  lastWhole = false;
  /** What {@link header} found. */
  foundHeader: Header | null = null;
  /** What {@link creator} found. */
  readonly foundCreator: ScannedCreator = { frame: -1, goroutine: null };

  constructor(stacks: StackTable) {
    this.stacks = stacks;
  }

  /** Takes pairs of frame lines from `start` on; returns the position behind the last one. */
  frames(into: Int32Column, buf: Buffer, start: number, end: number): number {
    let at = start;
    let previous = into.length === 0 ? -1 : into.data[into.length - 1];
    while (into.length < MAX_FRAMES) {
      const guess = this.followerOf(previous);
      let next = guess < 0 ? -1 : this.matchFrame(guess, buf, at, end);
      if (next >= 0) {
        into.push(guess);
        previous = guess;
      } else {
        next = this.scanFrame(into, buf, at, end);
        if (next < 0) return at;
        const frame = into.data[into.length - 1];
        this.learn(previous, frame);
        previous = frame;
      }
      at = next;
    }
    return at;
  }

  /** Takes `created by F[ in goroutine N]` and its place; returns the position behind them, or -1. */
  creator(buf: Buffer, start: number, end: number): number {
    if (!hasAt(buf, start, end, CREATED_BY)) return -1;
    const from = start + CREATED_BY.length;
    const nameEnd = findBareNameEnd(buf, from, end);
    if (nameEnd <= from) return -1;
    let lineEnd = nameEnd;
    this.foundCreator.goroutine = null;
    if (hasAt(buf, nameEnd, end, IN_GOROUTINE)) {
      const digits = nameEnd + IN_GOROUTINE.length;
      lineEnd = skipDigits(buf, digits, end);
      if (lineEnd === digits || lineEnd - digits > MAX_ID_DIGITS) return -1;
      this.foundCreator.goroutine = parseDecimal(buf, digits, lineEnd);
    }
    if (lineEnd + 2 >= end || buf[lineEnd] !== LF || buf[lineEnd + 1] !== TAB) return -1;
    const placeEnd = isPlaceStart(buf[lineEnd + 2]) ? findPlaceEnd(buf, lineEnd + 2, end) : -1;
    const next = placeEnd < 0 ? -1 : findLineEnd(buf, placeEnd, end);
    if (next < 0) return -1;
    this.lastWhole = next > placeEnd;
    const place = this.stacks.internPlace(buf, lineEnd + 2, placeEnd);
    this.foundCreator.frame = this.stacks.internFrame(this.stacks.internFunction(buf, from, nameEnd), place);
    return next + 1;
  }

  /** Takes a goroutine's header; returns the position behind its line, or -1. */
  header(buf: Buffer, start: number, end: number): number {
    if (!hasAt(buf, start, end, GOROUTINE)) return -1;
    const digits = start + GOROUTINE.length;
    const idEnd = skipDigits(buf, digits, end);
    if (idEnd === digits || idEnd - digits > MAX_ID_DIGITS) return -1;
    const lineEnd = findHeaderEnd(buf, idEnd, end);
    if (lineEnd < 0) return -1;
    let tail = idEnd;
    while (tail < lineEnd && buf[tail] !== LBRACKET && buf[tail] !== RBRACKET) tail++;
    const isStatus = buf[tail] === LBRACKET && (tail === idEnd || buf[idEnd] === SPACE);
    if (!isStatus || tail - idEnd > MAX_MACHINE_PART) return -1;
    const status = this.statusOf(buf, tail, lineEnd);
    if (status === null) return -1;
    const thread = tail > idEnd + 1 ? findThread(buf, idEnd, tail) : undefined;
    this.foundHeader = { id: parseDecimal(buf, digits, idEnd), status, thread };
    return lineEnd + 1;
  }

  private statusOf(buf: Buffer, tail: number, lineEnd: number): Status | null {
    if (this.tails.size >= MAX_STATUS_CACHE) {
      this.tails = new ByteInterner();
      this.statuses = [];
    }
    const id = this.tails.intern(buf, tail, lineEnd);
    if (id === this.statuses.length) {
      this.statuses.push(parseHeader(`goroutine 1 ${buf.toString('utf8', tail, lineEnd)}`)?.status ?? null);
    }
    return this.statuses[id];
  }

  private followerOf(frame: FrameId): FrameId {
    if (frame < 0) return this.firstFrame;
    return frame < this.followers.length ? this.followers.data[frame] - 1 : -1;
  }

  private learn(frame: FrameId, follower: FrameId): void {
    if (frame < 0) {
      this.firstFrame = follower;
      return;
    }
    while (this.followers.length <= frame) this.followers.push(0);
    this.followers.data[frame] = follower + 1;
  }

  /** The position behind the two lines of `frame` if they stand at `at`, or -1. */
  private matchFrame(frame: FrameId, buf: Buffer, at: number, end: number): number {
    const paren = this.stacks.matchFunction(frame, buf, at, end);
    if (paren < 0 || buf[paren] !== LPAREN) return -1;
    const callEnd = findCallEnd(buf, paren, end);
    if (callEnd < 0 || callEnd + 2 >= end || buf[callEnd + 1] !== TAB) return -1;
    const placeEnd = this.stacks.matchPlace(frame, buf, callEnd + 2, end);
    if (placeEnd < 0 || placeEnd >= end) return -1;
    this.lastWhole = buf[placeEnd] !== LF;
    if (!this.lastWhole) return placeEnd + 1;
    if (buf[placeEnd] !== SPACE || offsetStage(buf, placeEnd + 1, end) === 0) return -1;
    const lineEnd = findLineEnd(buf, placeEnd, end);
    return lineEnd < 0 ? -1 : lineEnd + 1;
  }

  private scanFrame(into: Int32Column, buf: Buffer, at: number, end: number): number {
    const { stacks } = this;
    const paren = findNameEnd(buf, at, end);
    if (paren < 0) return -1;
    const callEnd = findCallEnd(buf, paren, end);
    if (callEnd < 0 || callEnd + 2 >= end || buf[callEnd + 1] !== TAB) return -1;
    const placeEnd = isPlaceStart(buf[callEnd + 2]) ? findPlaceEnd(buf, callEnd + 2, end) : -1;
    if (placeEnd < 0) return -1;
    const lineEnd = findLineEnd(buf, placeEnd, end);
    if (lineEnd < 0) return -1;
    this.lastWhole = lineEnd > placeEnd;
    const name = stacks.internFunction(buf, at, paren);
    into.push(stacks.internFrame(name, stacks.internPlace(buf, callEnd + 2, placeEnd)));
    return lineEnd + 1;
  }
}

/** N of ` m=N ` between an id and its bracket; null for `nil`, undefined where it does not stand there. */
function findThread(buf: Uint8Array, start: number, end: number): number | null | undefined {
  for (let at = start; at + 4 < end; at++) {
    if (buf[at] !== SPACE || buf[at + 1] !== LOWER_M || buf[at + 2] !== EQUALS) continue;
    const stop = skipDigits(buf, at + 3, end);
    if (stop > at + 3 && stop - at <= 12 && buf[stop] === SPACE) return parseDecimal(buf, at + 3, stop);
    if (hasAt(buf, at + 3, end, NIL)) return null;
  }
  return undefined;
}

/** The end of a name in a `created by` line: its blank or line end; or -1. */
function findBareNameEnd(buf: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    const c = buf[i];
    if (c === LF || c === SPACE) return i;
    if (NAME_BYTE[c] === 1 || c === LPAREN || c === RPAREN) continue;
    if (!isTypeList(buf, i, end)) return -1;
    i += 4;
  }
  return -1;
}

/** The line end behind a header's colon; or -1. */
function findHeaderEnd(buf: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    const c = buf[i];
    if (c >= SPACE && c !== AMPERSAND) continue;
    const closes = c === LF && buf[i - 1] === COLON && (buf[i - 2] === RBRACKET || buf[i - 2] === RBRACE);
    return closes ? i : -1;
  }
  return -1;
}

/** The parenthesis behind a plain name with a dot in it, receivers and `[...]` included, or -1. */
function findNameEnd(buf: Uint8Array, start: number, end: number): number {
  let dotted = false;
  for (let i = start; i < end; i++) {
    const c = buf[i];
    if (NAME_BYTE[c] === 1) {
      if (c === DOT) dotted = true;
    } else if (c === LPAREN) {
      if (i === start) return -1;
      if (buf[i - 1] !== DOT) return dotted ? i : -1;
      i++;
      while (i < end && buf[i] !== RPAREN && (NAME_BYTE[buf[i]] === 1 || isTypeList(buf, i, end))) i += buf[i] === 0x5b ? 5 : 1;
      if (i >= end || buf[i] !== RPAREN) return -1;
    } else if (isTypeList(buf, i, end)) {
      i += 4;
    } else {
      return -1;
    }
  }
  return -1;
}

/** Whether `[...]` stands at `i`. */
function isTypeList(buf: Uint8Array, i: number, end: number): boolean {
  return i + 4 < end && buf[i] === 0x5b && buf[i + 1] === DOT && buf[i + 2] === DOT && buf[i + 3] === DOT && buf[i + 4] === 0x5d;
}

/** The line end right behind the last parenthesis of a call, or -1. No argument has a quote: that is something else in the line. */
function findCallEnd(buf: Uint8Array, paren: number, end: number): number {
  for (let i = paren + 1; i < end; i++) {
    const c = buf[i];
    if (c >= SPACE && c !== QUOTE) continue;
    return c === LF && buf[i - 1] === RPAREN ? i : -1;
  }
  return -1;
}

/** Whether a file may begin with this byte. */
function isPlaceStart(byte: number): boolean {
  return byte > SPACE && byte !== QUOTE;
}

/** The end of `FILE:LINE`: digits behind the last colon, before offsets or the line's end; or -1. */
function findPlaceEnd(buf: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    const c = buf[i];
    if (c < SPACE || c === AMPERSAND || c === LBRACKET) return -1;
    if (c !== COLON || i === start || buf[i - 1] === SPACE) continue;
    let digits = i + 1;
    while (digits < end && isDigit(buf[digits])) digits++;
    // A colon and a blank may be a crash's head that was printed into the line.
    if (buf[digits] === SPACE && digits === i + 1) return -1;
    if (digits === i + 1 || digits >= end) continue;
    if (buf[digits] === LF) return digits;
    if (buf[digits] === SPACE && offsetStage(buf, digits + 1, end) > 0) return digits;
  }
  return -1;
}

/** The line end behind offsets: `+0x…`, `fp=0x…`, `sp=0x…`, `pc=0x…`, each at most once and in this order; or -1. */
function findLineEnd(buf: Uint8Array, at: number, end: number): number {
  let i = at;
  for (let last = 0; i < end && buf[i] === SPACE; ) {
    const stage = offsetStage(buf, i + 1, end);
    if (stage <= last) return -1;
    const digits = i + (stage === 1 ? 4 : 6);
    for (i = digits; i < end && HEX_BYTE[buf[i]] === 1; ) i++;
    if (i === digits) return -1;
    last = stage;
  }
  return i < end && buf[i] === LF ? i : -1;
}

/** Which offset begins at `at`: 1 for `+0x`, 2 to 4 for `fp=0x`, `sp=0x`, `pc=0x`, 0 for none. */
function offsetStage(buf: Uint8Array, at: number, end: number): number {
  if (at + 5 >= end) return 0;
  const first = buf[at];
  if (first === PLUS) return buf[at + 1] === ZERO && buf[at + 2] === LOWER_X ? 1 : 0;
  if (buf[at + 2] !== EQUALS || buf[at + 3] !== ZERO || buf[at + 4] !== LOWER_X) return 0;
  const second = buf[at + 1];
  if (second === LOWER_P) return first === LOWER_F ? 2 : first === LOWER_S ? 3 : 0;
  return first === LOWER_P && second === LOWER_C ? 4 : 0;
}

const LOWER_C = 0x63;
const LOWER_F = 0x66;
const LOWER_M = 0x6d;
const LOWER_P = 0x70;
const LOWER_S = 0x73;
const LOWER_X = 0x78;

const HEX_BYTE = new Uint8Array(256);
for (const c of '0123456789abcdef') HEX_BYTE[c.charCodeAt(0)] = 1;

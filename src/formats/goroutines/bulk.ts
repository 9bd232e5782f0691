/**
 * The fast way through the bulk of a dump: pairs of plain frame lines, straight from the bytes.
 *
 *     main.(*Depot).load(0x2faf080?, {0x7ffc6c2cee6b?, 0x4af1d2?})
 *     <TAB>/home/gopher/depot/main.go:84 +0x36e
 *
 * It takes only what the machine's own way would read the same; anything else is left to it. A test compares both.
 */

import { AMPERSAND, COLON, DOT, isDigit, LF, LPAREN, PLUS, RPAREN, SPACE, TAB } from '../../base/bytes.ts';
import type { Int32Column } from '../../base/columns.ts';
import { MAX_FRAMES } from '../../base/limits.ts';
import type { StackTable } from '../../model/stacks.ts';

/** Bytes that may stand in a function's name: 1; the parenthesis and what ends the fast way: 0. */
const NAME_BYTE = new Uint8Array(256);
for (let c = 0x21; c < 0x100; c++) NAME_BYTE[c] = 1;
for (const c of '()",;<>\'{}|\\:?!#&`^=[]\x7f') NAME_BYTE[c.charCodeAt(0)] = 0;

/** Frames of one goroutine that are taken in one go. */
const MAX_RUN = MAX_FRAMES - 1;

/** Takes pairs of lines from `start` on; returns the position behind the last one. */
export function takeFrames(stacks: StackTable, frames: Int32Column, buf: Buffer, start: number, end: number): number {
  let at = start;
  while (frames.length < MAX_RUN) {
    const paren = findNameEnd(buf, at, end);
    if (paren < 0) return at;
    const callEnd = findCallEnd(buf, paren, end);
    if (callEnd < 0 || callEnd + 2 >= end || buf[callEnd + 1] !== TAB) return at;
    const placeEnd = findPlaceEnd(buf, callEnd + 2, end);
    if (placeEnd < 0) return at;
    const lineEnd = findLineEnd(buf, placeEnd, end);
    if (lineEnd < 0) return at;
    const name = stacks.internFunction(buf, at, paren);
    frames.push(stacks.internFrame(name, stacks.internPlace(buf, callEnd + 2, placeEnd)));
    at = lineEnd + 1;
  }
  return at;
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

/** The line end right behind the last parenthesis of a call, or -1. */
function findCallEnd(buf: Uint8Array, paren: number, end: number): number {
  for (let i = paren + 1; i < end; i++) {
    const c = buf[i];
    if (c >= SPACE) continue;
    return c === LF && buf[i - 1] === RPAREN ? i : -1;
  }
  return -1;
}

/** The end of `FILE:LINE`: digits behind the last colon, before offsets or the line's end; or -1. */
function findPlaceEnd(buf: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    const c = buf[i];
    if (c < SPACE || c === AMPERSAND) return -1;
    if (c !== COLON || i === start) continue;
    let digits = i + 1;
    while (digits < end && isDigit(buf[digits])) digits++;
    if (digits === i + 1 || digits >= end) continue;
    if (buf[digits] === LF) return digits;
    if (buf[digits] === SPACE && isOffset(buf, digits + 1, end)) return digits;
  }
  return -1;
}

/** Whether ` +0x` or ` fp=0x` follows. */
function isOffset(buf: Uint8Array, at: number, end: number): boolean {
  if (at + 6 >= end) return false;
  return (buf[at] === PLUS && buf[at + 1] === 0x30 && buf[at + 2] === 0x78) || (buf[at] === 0x66 && buf[at + 1] === 0x70 && buf[at + 2] === 0x3d);
}

/** The line end behind offsets: `+0x`, `fp=0x`, `sp=0x`, `pc=0x` and hexadecimal digits; or -1. */
function findLineEnd(buf: Uint8Array, at: number, end: number): number {
  for (let i = at; i < end; i++) {
    const c = buf[i];
    if (c === LF) return i;
    if (OFFSET_BYTE[c] === 0) return -1;
  }
  return -1;
}

const OFFSET_BYTE = new Uint8Array(256);
for (const c of ' +=0123456789abcdefxps') OFFSET_BYTE[c.charCodeAt(0)] = 1;

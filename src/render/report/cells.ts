/** Frames and stacks as the tables of a report show them. */

import { firstOwnFrame } from '../../model/callsite.ts';
import { decodeName, foldTypeLists } from '../../model/names.ts';
import { elidedText, type Frame, type FrameId, isElided, placeOf, type StackId, type StackTable } from '../../model/stacks.ts';
import { formatCount, formatShare, signedText } from '../geometry.ts';
import { formatDuration } from '../units.ts';
import type { Block, CellKind } from './model.ts';

/** A number as it stands in a cell. */
export function formatCell(kind: CellKind, value: number): string {
  if (kind === 'share') return formatShare(value);
  if (kind === 'duration') return value === 0 ? '0' : formatDuration(value);
  if (kind === 'change') return signedText(value, formatCount);
  if (kind === 'duration change') return signedText(value, (ns) => (ns === 0 ? '0' : formatDuration(ns)));
  return formatCount(value);
}

/** Whether the cells of a column are texts. */
export function isText(kind: CellKind): boolean {
  return kind === 'text' || kind === 'amount' || kind === 'function';
}

export function isChange(kind: CellKind): boolean {
  return kind === 'change' || kind === 'duration change';
}

/** The text that a frame has in the flame view; '' without a frame. */
export function frameName(frame: Frame | null): string {
  if (frame === null) return '';
  return isElided(frame) ? elidedText(frame.elided) : decodeName(foldTypeLists(frame.function));
}

/** Function and place, two blanks between them. */
export function frameLine(frame: Frame): string {
  const place = placeOf(frame);
  return place === null ? frameName(frame) : `${frameName(frame)}  ${place}`;
}

/** The frame that a stack is about. */
export function frameOfStack(stacks: StackTable, stack: StackId): Frame | null {
  const frame = firstOwnFrame(stacks, stack);
  return frame === null ? null : stacks.frame(frame);
}

export function frameOrNull(stacks: StackTable, frame: FrameId | null): Frame | null {
  return frame === null ? null : stacks.frame(frame);
}

/** A stack, leaf first, and the go statement that began it. */
export function stackBlock(title: string, frames: readonly Frame[], createdBy: Frame | null = null): Block {
  const lines = frames.map(frameLine);
  if (createdBy !== null) lines.push(`created by ${frameLine(createdBy)}`);
  return { title, lines: lines.length === 0 ? ['(stack not available)'] : lines };
}

/** `3 running, 1 select`; the word alone where there is but one. */
export function statesText(states: ReadonlyMap<string, number>): string {
  const sorted = [...states].sort((a, b) => b[1] - a[1]);
  return sorted.map(([state, count]) => (sorted.length > 1 ? `${count} ${state}` : state)).join(', ');
}

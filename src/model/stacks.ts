/**
 * Functions, places, frames and stacks of one input, each kept once.
 *
 * A stack is a node of a tree that grows from the root: equal stacks are one node, and two stacks that share their
 * callers share those nodes. So memory grows with different stacks, however often each was seen.
 */

import { ByteInterner } from '../base/intern.ts';
import { PairInterner, TreeInterner } from '../base/pairs.ts';

/** A function at a place, or a note such as elided frames. Index into the frames of a {@link StackTable}. */
export type FrameId = number;
/** A stack: index of its leaf's node in a {@link StackTable}; {@link NO_STACK} is the stack without frames. */
export type StackId = number;

export const NO_FRAME: FrameId = -1;
export const NO_STACK: StackId = -1;

/** A frame as people read it. `line` is 0 when the place names none. */
export interface CallFrame {
  readonly function: string;
  readonly file: string | null;
  readonly line: number;
}

/** Stands where the runtime left frames out; the number is null where it did not tell. */
export interface ElidedFrame {
  readonly elided: number | null;
}

export type Frame = CallFrame | ElidedFrame;

export function isElided(frame: Frame): frame is ElidedFrame {
  return 'elided' in frame;
}

/** How frames left out are shown: one of the two wordings of the runtime. */
export function elidedText(count: number | null): string {
  return count === null ? '...additional frames elided...' : `...${count} frames elided...`;
}

/** `FILE:LINE`, the file alone where no line is known, or null. */
export function placeOf(frame: Frame): string | null {
  if (isElided(frame) || frame.file === null) return null;
  return frame.line > 0 ? `${frame.file}:${frame.line}` : frame.file;
}

/** Frames left out, as a number of the table; null for digits that are too large for one. */
export function frameCountOf(digits: string): number | null {
  const count = Number(digits);
  return count < 2 ** 31 ? count : null;
}

/** The second number of a frame's pair where it is no place's id. */
const NO_PLACE = -1;
const ELIDED = -2;

export class StackTable {
  private readonly functions = new ByteInterner();
  private readonly places = new ByteInterner();
  private readonly pairs = new PairInterner();
  private readonly nodes = new TreeInterner();
  private readonly decoded: (Frame | undefined)[] = [];

  get frameCount(): number {
    return this.pairs.size;
  }

  get functionCount(): number {
    return this.functions.size;
  }

  /** Nodes of the tree: at least as many as different stacks. */
  get nodeCount(): number {
    return this.nodes.size;
  }

  /** The id of the function named by the bytes [start, end). */
  internFunction(buf: Uint8Array, start: number, end: number): number {
    return this.functions.intern(buf, start, end);
  }

  /** The id of the place `FILE:LINE` written in [start, end). */
  internPlace(buf: Uint8Array, start: number, end: number): number {
    return this.places.intern(buf, start, end);
  }

  internFrame(functionId: number, placeId: number = NO_PLACE): FrameId {
    return this.pairs.intern(functionId, placeId);
  }

  /** Where a frame's function name ends if it stands at `at`, or -1. The frame is one of a function with a place. */
  matchFunction(frame: FrameId, buf: Uint8Array, at: number, end: number): number {
    return this.functions.matchAt(this.pairs.first.data[frame], buf, at, end);
  }

  /** Where a frame's `FILE:LINE` ends if it stands at `at`, or -1. The frame is one of a function with a place. */
  matchPlace(frame: FrameId, buf: Uint8Array, at: number, end: number): number {
    return this.places.matchAt(this.pairs.second.data[frame], buf, at, end);
  }

  /** The frame that stands for frames left out; `count` null where the text gives no number. */
  internElided(count: number | null): FrameId {
    return this.pairs.intern(count ?? -1, ELIDED);
  }

  /** A frame from its parts; `line` 0 means a place without line. */
  frameOf(name: string, file: string | null = null, line = 0): FrameId {
    const place = file === null ? NO_PLACE : this.places.internText(line > 0 ? `${file}:${line}` : file);
    return this.internFrame(this.functions.internText(name), place);
  }

  /** The frame of a function at the place `FILE:LINE` as it is written. */
  frameAt(name: string, place: string): FrameId {
    return this.internFrame(this.functions.internText(name), this.places.internText(place));
  }

  /** The stack of `count` frames, leaf first as dumps print them. */
  internStack(leafFirst: ArrayLike<FrameId>, count: number = leafFirst.length): StackId {
    let node = NO_STACK;
    for (let i = count - 1; i >= 0; i--) node = this.nodes.intern(node, leafFirst[i]);
    return node;
  }

  /** The stack one frame deeper than `caller`. */
  internCall(caller: StackId, frame: FrameId): StackId {
    return this.nodes.intern(caller, frame);
  }

  /** The leaf frame of a stack. */
  leafOf(stack: StackId): FrameId {
    return stack === NO_STACK ? NO_FRAME : this.nodes.second.data[stack];
  }

  /** The stack without its leaf frame. */
  callerOf(stack: StackId): StackId {
    return this.nodes.first.data[stack];
  }

  /** The frames of a stack, leaf first. */
  framesOf(stack: StackId): FrameId[] {
    const frames: FrameId[] = [];
    for (let node = stack; node !== NO_STACK; node = this.callerOf(node)) frames.push(this.leafOf(node));
    return frames;
  }

  /** The id of a frame's function, or -1 for elided frames. */
  functionIdOf(frame: FrameId): number {
    return this.pairs.second.data[frame] === ELIDED ? -1 : this.pairs.first.data[frame];
  }

  functionName(functionId: number): string {
    return this.functions.text(functionId);
  }

  frame(id: FrameId): Frame {
    let frame = this.decoded[id];
    if (frame === undefined) {
      frame = this.decode(id);
      this.decoded[id] = frame;
    }
    return frame;
  }

  /** The frames of a stack as people read them, leaf first. */
  framesAt(stack: StackId): Frame[] {
    return this.framesOf(stack).map((id) => this.frame(id));
  }

  private decode(id: FrameId): Frame {
    const first = this.pairs.first.data[id];
    const place = this.pairs.second.data[id];
    if (place === ELIDED) return { elided: first < 0 ? null : first };
    const name = this.functions.text(first);
    return place === NO_PLACE ? { function: name, file: null, line: 0 } : { function: name, ...this.decodePlace(place) };
  }

  private decodePlace(id: number): { file: string; line: number } {
    const text = this.places.text(id);
    const colon = text.lastIndexOf(':');
    const digits = text.slice(colon + 1);
    // a longer number is no line's, and could not be shown as it stood
    return colon >= 0 && /^\d{1,15}$/.test(digits)
      ? { file: text.slice(0, colon), line: Number(digits) }
      : { file: text, line: 0 };
  }
}

/** Finding frames by their names: a regular expression, or plain text. */

import type { FlameFrames } from '../../src/render/flamedata.ts';

export interface SearchTerm {
  readonly text: string;
  readonly ignoreCase: boolean;
  readonly plain: boolean;
}

/** The pattern of a term; null for one that is no regular expression. */
export function patternOf({ text, ignoreCase, plain }: SearchTerm): RegExp | null {
  const source = plain ? text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : text;
  try {
    return new RegExp(source, ignoreCase ? 'i' : '');
  } catch {
    return null;
  }
}

/** By name: 1 where it matches. */
export function matchNames(names: readonly string[], pattern: RegExp): Uint8Array {
  return Uint8Array.from(names, (name) => (pattern.test(name) ? 1 : 0));
}

export interface Matches {
  /** Frames that match, callers first. */
  readonly frames: readonly number[];
  /** Their weight, what lies above one another counted once. */
  readonly weight: number;
}

/** The matching frames among [from, to), a frame and all that it calls. */
export function findMatches(frames: FlameFrames, hits: Uint8Array, from: number, to: number): Matches {
  const found: number[] = [];
  let weight = 0;
  let covered = -1;
  for (let i = from; i < to; i++) {
    if (hits[frames.names[i]] === 0) continue;
    found.push(i);
    if (i < covered) continue;
    weight += frames.weights[i];
    covered = endOf(frames, i);
  }
  return { frames: found, weight };
}

/** The index behind the last frame that `frame` calls. */
export function endOf(frames: FlameFrames, frame: number): number {
  const depth = frames.depths[frame];
  let end = frame + 1;
  while (end < frames.count && frames.depths[end] > depth) end++;
  return end;
}

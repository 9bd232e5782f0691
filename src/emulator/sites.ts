/** Pieces of stacks that operations put on top of a goroutine's own: `runtime.growWork_fast64` ← `runtime.mapassign_fast64`. */

import type { CallFrame } from '../model/stacks.ts';

/** The site without frames: plain user code. */
export const NO_SITE = 0;

/** Equal pieces of stacks are one number, in the order of first sight. */
export class SiteTable {
  private readonly ids = new Map<string, number>([['', NO_SITE]]);
  private readonly pieces: (readonly CallFrame[])[] = [[]];

  get size(): number {
    return this.pieces.length;
  }

  /** The id of a piece, frames leaf first. Asked for once per kind of step, not on the way. */
  intern(frames: readonly CallFrame[]): number {
    const key = frames.map((frame) => `${frame.function}\n${frame.file}\n${frame.line}`).join('\n\n');
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id = this.pieces.length;
    this.ids.set(key, id);
    this.pieces.push(frames);
    return id;
  }

  /** Leaf first. */
  framesOf(site: number): readonly CallFrame[] {
    return this.pieces[site];
  }
}

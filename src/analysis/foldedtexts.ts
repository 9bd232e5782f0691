/** Frames that are known by their text alone, as folded stacks hold them: whose code each is. */

import { type Ownership, ownershipOf } from '../model/names.ts';
import type { FrameText } from './frames.ts';

export class FoldedTexts {
  private readonly own: readonly string[];
  private readonly known = new Map<string, FrameText>();

  constructor(own: readonly string[]) {
    this.own = own;
  }

  of(text: string): FrameText {
    let frame = this.known.get(text);
    if (frame === undefined) {
      frame = { text, owner: ownerOfText(text, this.own) };
      this.known.set(text, frame);
    }
    return frame;
  }
}

/** A place behind the name (` /src/a.go:12`) helps to tell; texts with blanks are notes otherwise. */
function ownerOfText(text: string, own: readonly string[]): Ownership {
  const place = / (\S+):\d+$/.exec(text);
  const name = place === null ? text : text.slice(0, place.index);
  if (/^\.{3}.* elided\.{3}$|^\(.*\)$|^created by |^[^.(]*[ =][^.(]*$/.test(name)) return 'note';
  return ownershipOf(name, place?.[1] ?? null, { own });
}

/** Frames as the analyses show them: the text of each, and whose code it is, computed once per frame. */

import { decodeName, foldTypeLists, type Ownership, type OwnershipRule, ownershipOf } from '../model/names.ts';
import { elidedText, type Frame, type FrameId, isElided, placeOf, type StackTable } from '../model/stacks.ts';

export interface FrameText {
  readonly text: string;
  readonly owner: Ownership;
}

export interface FrameStyle extends OwnershipRule {
  /** Put ` FILE:LINE` behind the function. */
  readonly lines: boolean;
}

/** The texts of one table's frames. */
export class FrameTexts {
  private readonly stacks: StackTable;
  private readonly style: FrameStyle;
  private readonly known: (FrameText | undefined)[] = [];

  constructor(stacks: StackTable, style: FrameStyle) {
    this.stacks = stacks;
    this.style = style;
  }

  of(frame: FrameId): FrameText {
    let text = this.known[frame];
    if (text === undefined) {
      text = this.describe(this.stacks.frame(frame));
      this.known[frame] = text;
    }
    return text;
  }

  private describe(frame: Frame): FrameText {
    if (isElided(frame)) return { text: elidedText(frame.elided), owner: 'note' };
    const name = decodeName(foldTypeLists(frame.function));
    const place = this.style.lines ? placeOf(frame) : null;
    return { text: place === null ? name : `${name} ${place}`, owner: ownershipOf(frame.function, frame.file, this.style) };
  }
}

/** The function of a frame; elided frames by their wording. */
export function functionOf(stacks: StackTable, frame: FrameId): string {
  const shown = stacks.frame(frame);
  return isElided(shown) ? elidedText(shown.elided) : decodeName(shown.function);
}

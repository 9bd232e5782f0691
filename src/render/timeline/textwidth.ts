/** How wide a text is in the picture's font. */

import { textWidth } from '../geometry.ts';

const FONT_SIZE = 11;
const FONT_WIDTH = 0.59;

/** Pixels. */
export function widthOf(text: string, fontSize = FONT_SIZE): number {
  return textWidth({ charWidth: fontSize * FONT_WIDTH, fixedPitch: false }, text);
}

/** Texts that must not take more room than there is. */

import { shortenName } from '../../model/names.ts';
import { showControls } from '../xml.ts';
import { widthOf } from './textwidth.ts';

/** A text that takes at most `room` pixels, its end left out where it is longer. */
export function fitText(text: string, room: number, fontSize = 11): string {
  const clean = showControls(text);
  if (widthOf(clean, fontSize) <= room) return clean;
  let kept = '';
  for (const character of clean) {
    if (widthOf(`${kept + character}…`, fontSize) > room) break;
    kept += character;
  }
  return `${kept}…`;
}

/** A function's name in the fullest of its forms that fits. */
export function fitName(name: string, room: number): string {
  const forms = shortenName(showControls(name));
  return forms.find((form) => widthOf(form) <= room) ?? fitText(forms[forms.length - 1] ?? '', room);
}

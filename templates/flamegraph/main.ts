/**
 * The script inside a flame graph. It finds its own picture, so that several can stand in one page, and changes
 * nothing until somebody uses it.
 */

import { FlameView } from './view.ts';

const picture = ownPicture();
if (picture !== null) new FlameView(picture).start();

/** The picture that this very script element stands in. */
function ownPicture(): SVGSVGElement | null {
  const found = document.currentScript?.closest('svg') ?? document.querySelector('svg.goflame:not([data-live])');
  if (!(found instanceof SVGSVGElement)) return null;
  found.setAttribute('data-live', '');
  return found;
}

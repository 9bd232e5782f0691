/** Shapes of a picture as elements. */

import type { Shape } from '../../src/render/timeline/shapes.ts';
import { svgElement } from '../flamegraph/dom.ts';

export function makeShape({ name, attributes, text, children }: Shape): SVGElement {
  const element = svgElement(name, attributes, text);
  for (const child of children ?? []) element.append(makeShape(child));
  return element;
}

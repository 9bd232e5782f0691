/** Elements of the picture: made, never parsed from text, so that no name can become markup. */

const SVG = 'http://www.w3.org/2000/svg';
const XHTML = 'http://www.w3.org/1999/xhtml';

/** The picture's size in its own pixels, and the width of a text in it. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
  readonly measure: (text: string) => number;
}

export type Attributes = Readonly<Record<string, string | number>>;

export function svgElement(name: string, attributes: Attributes = {}, text?: string): SVGElement {
  const element = document.createElementNS(SVG, name) as SVGElement;
  for (const key in attributes) element.setAttribute(key, String(attributes[key]));
  if (text !== undefined) element.textContent = text;
  return element;
}

export function htmlElement<T extends HTMLElement>(name: string, attributes: Attributes = {}): T {
  const element = document.createElementNS(XHTML, name) as T;
  for (const key in attributes) element.setAttribute(key, String(attributes[key]));
  return element;
}

/** A thing to press, by pointer or by Enter and the space bar. */
export function makeButton(text: string, at: { x: number; y: number; textWidth: number }, press: () => void): SVGElement {
  const width = Math.round(at.textWidth + 16);
  const button = svgElement('g', { class: 'button', role: 'button', tabindex: 0, transform: `translate(${at.x},${at.y})` });
  button.append(
    svgElement('rect', { width, height: 22, rx: 4 }),
    svgElement('text', { x: width / 2, y: 15, 'text-anchor': 'middle' }, text),
  );
  button.addEventListener('click', press);
  button.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    event.stopPropagation();
    press();
  });
  return button;
}

export function buttonWidth(button: SVGElement): number {
  return Number(button.firstElementChild?.getAttribute('width') ?? 0);
}

/** The picture that this very script element stands in, or the first of its kind that no script has taken. */
export function ownPicture(kind: string): SVGSVGElement | null {
  const found = document.currentScript?.closest('svg') ?? document.querySelector(`${kind}:not([data-live])`);
  if (!(found instanceof SVGSVGElement)) return null;
  found.setAttribute('data-live', '');
  return found;
}

/** Where an event happened, in the picture's pixels. */
export function pointIn(picture: SVGSVGElement, { clientX, clientY }: MouseEvent): { x: number; y: number } {
  const matrix = picture.getScreenCTM?.()?.inverse();
  if (matrix === undefined) return { x: clientX, y: clientY };
  return { x: matrix.a * clientX + matrix.c * clientY + matrix.e, y: matrix.b * clientX + matrix.d * clientY + matrix.f };
}

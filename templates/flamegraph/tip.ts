/** The box beside the pointer: the whole name, and what it weighs. */

import { type PictureSize, svgElement } from './dom.ts';

const LINE = 16;
const PAD = 7;
const LONGEST = 90;
const MOST_LINES = 6;

export class Tip {
  private readonly group = svgElement('g', { class: 'tip hidden', 'aria-hidden': 'true' });
  private readonly size: PictureSize;

  constructor(picture: SVGSVGElement, size: PictureSize) {
    this.size = size;
    picture.append(this.group);
  }

  /** `x`, `y` in the picture's pixels. */
  show(name: string, facts: readonly string[], x: number, y: number): void {
    const { measure, width: whole, height: tall } = this.size;
    const lines = wrap(name, Math.min(LONGEST, Math.floor((whole - 4 * PAD) / measure('n'))));
    const longest = Math.max(...[...lines, ...facts].map(measure));
    const width = Math.min(whole - 4, longest + 2 * PAD);
    const height = (lines.length + facts.length) * LINE + 2 * PAD - 3;
    const left = Math.max(2, Math.min(x + 12, whole - width - 2));
    const below = y + 18;
    const top = Math.max(2, below + height > tall ? y - height - 8 : below);
    const rows = [...lines, ...facts].map((line, i) => {
      const attributes = { x: PAD, y: PAD + 11 + i * LINE, class: i < lines.length ? 'name' : 'quiet' };
      return svgElement('text', attributes, line);
    });
    this.group.setAttribute('transform', `translate(${Math.round(left)},${Math.round(top)})`);
    this.group.replaceChildren(svgElement('rect', { width, height, rx: 5 }), ...rows);
    this.group.classList.remove('hidden');
  }

  hide(): void {
    this.group.classList.add('hidden');
  }
}

function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < text.length && lines.length < MOST_LINES; at += room) lines.push(text.slice(at, at + room));
  if (text.length > room * MOST_LINES) lines[lines.length - 1] = `${lines[lines.length - 1].slice(0, -1)}…`;
  return lines;
}

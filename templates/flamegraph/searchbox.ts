/** The field for a search, laid over the picture's upper right corner, and what was found, told below it. */

import { buttonWidth, htmlElement, makeButton, type PictureSize, svgElement } from './dom.ts';
import type { SearchTerm } from './search.ts';

export interface SearchEvents {
  search(term: SearchTerm | null): void;
  step(by: 1 | -1): void;
}

const WIDTH = 210;
const HEIGHT = 24;

export class SearchBox {
  private readonly picture: SVGSVGElement;
  private readonly events: SearchEvents;
  private readonly open: SVGElement;
  private readonly modes: readonly [SVGElement, SVGElement];
  private readonly steps: readonly [SVGElement, SVGElement];
  private readonly status: SVGElement;
  private readonly right: number;
  private readonly field: SVGElement;
  private readonly input: HTMLInputElement;
  private ignoreCase = true;
  private plain = false;

  constructor(picture: SVGSVGElement, size: PictureSize, events: SearchEvents) {
    this.picture = picture;
    this.events = events;
    this.right = size.width - 10;
    const button = (text: string, press: () => void) => makeButton(text, { x: 0, y: 8, textWidth: size.measure(text) }, press);
    this.open = button('Search', () => this.show());
    const caseButton = button('Aa', () => this.toggleCase());
    const plainButton = button('.*', () => this.togglePlain());
    caseButton.setAttribute('aria-label', 'match case');
    plainButton.setAttribute('aria-label', 'regular expression');
    this.modes = [caseButton, plainButton];
    const previous = button('‹', () => this.events.step(-1));
    const next = button('›', () => this.events.step(1));
    previous.setAttribute('aria-label', 'previous match');
    next.setAttribute('aria-label', 'next match');
    this.steps = [previous, next];
    this.status = svgElement('text', { class: 'matched', x: this.right, y: size.height - 12, 'aria-live': 'polite' });
    this.field = svgElement('foreignObject', { x: this.right - WIDTH, y: 7, width: WIDTH, height: HEIGHT });
    this.input = htmlElement<HTMLInputElement>('input', {
      type: 'text',
      placeholder: 'regular expression',
      'aria-label': 'search frames',
      style:
        'box-sizing:border-box;width:100%;height:100%;font:12px sans-serif;padding:2px 6px;border:1px solid #888;border-radius:4px',
    });
    this.field.append(this.input);
    this.place();
    picture.append(this.open, ...this.extras, this.field, this.status);
    this.hide();
    this.input.addEventListener('input', () => this.emit());
    this.input.addEventListener('keydown', (event) => this.key(event));
  }

  /** What stands left of the field, in this order. */
  private get extras(): readonly SVGElement[] {
    return [...this.steps, ...this.modes];
  }

  get isOpen(): boolean {
    return !this.field.classList.contains('hidden');
  }

  get term(): SearchTerm | null {
    const text = this.input.value;
    return text === '' ? null : { text, ignoreCase: this.ignoreCase, plain: this.plain };
  }

  /** Shows a term that comes from elsewhere, without telling of it. */
  set(term: SearchTerm | null): void {
    this.input.value = term?.text ?? '';
    if (term !== null) [this.ignoreCase, this.plain] = [term.ignoreCase, term.plain];
    this.showModes();
    if (term !== null) this.show(false);
  }

  show(focus = true): void {
    for (const element of [this.field, ...this.extras]) element.classList.remove('hidden');
    this.open.classList.add('hidden');
    this.showModes();
    if (!focus) return;
    this.input.focus();
    this.input.select();
  }

  hide(): void {
    for (const element of [this.field, ...this.extras]) element.classList.add('hidden');
    this.open.classList.remove('hidden');
  }

  tell(text: string): void {
    this.status.textContent = text;
  }

  toggleCase(): void {
    this.ignoreCase = !this.ignoreCase;
    this.showModes();
    this.emit();
  }

  private togglePlain(): void {
    this.plain = !this.plain;
    this.showModes();
    this.emit();
  }

  private showModes(): void {
    this.modes[0].classList.toggle('on', !this.ignoreCase);
    this.modes[1].classList.toggle('on', !this.plain);
    this.input.placeholder = this.plain ? 'text' : 'regular expression';
  }

  private place(): void {
    let x = this.right - WIDTH;
    for (const button of [...this.extras].reverse()) {
      x -= buttonWidth(button) + 5;
      button.setAttribute('transform', `translate(${x},8)`);
    }
    this.open.setAttribute('transform', `translate(${this.right - buttonWidth(this.open)},8)`);
  }

  private emit(): void {
    this.events.search(this.term);
  }

  private key(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.key === 'Enter') this.events.step(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') this.close();
    else if (event.key === 'i' && (event.ctrlKey || event.metaKey)) this.toggleCase();
    else return;
    event.preventDefault();
  }

  private close(): void {
    this.input.value = '';
    this.hide();
    this.emit();
    (this.picture.querySelector('.frames') as SVGElement | null)?.focus();
  }
}

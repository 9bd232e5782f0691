/** The field that frames are searched with, and what it found. */

import type { SearchTerm } from '../flamegraph/search.ts';
import { make, makeButton, setAttribute } from './dom.ts';

export interface SearchEvents {
  search(term: SearchTerm | null): void;
  step(by: 1 | -1): void;
  leave(): void;
}

export class SearchField {
  readonly element: HTMLElement;
  private readonly events: SearchEvents;
  private readonly input: HTMLInputElement;
  private readonly matchCase: HTMLButtonElement;
  private readonly regular: HTMLButtonElement;
  private readonly status = make('output', { class: 'found', 'aria-live': 'polite' });
  private ignoreCase = true;
  private plain = false;

  constructor(events: SearchEvents) {
    this.events = events;
    this.input = make('input', {
      type: 'search',
      placeholder: 'Search frames',
      'aria-label': 'search frames',
      spellcheck: 'false',
    });
    this.matchCase = makeButton('Aa', () => this.toggle('case'), {
      class: 'mode',
      title: 'match case',
      'aria-label': 'match case',
    });
    this.regular = makeButton('.*', () => this.toggle('plain'), {
      class: 'mode',
      title: 'regular expression',
      'aria-label': 'regular expression',
    });
    const previous = makeButton('‹', () => events.step(-1), {
      class: 'mode',
      title: 'previous (N)',
      'aria-label': 'previous match',
    });
    const next = makeButton('›', () => events.step(1), { class: 'mode', title: 'next (n)', 'aria-label': 'next match' });
    this.element = make(
      'div',
      { class: 'search', role: 'search' },
      this.input,
      this.matchCase,
      this.regular,
      previous,
      next,
      this.status,
    );
    this.input.addEventListener('input', () => this.emit());
    this.input.addEventListener('keydown', (event) => this.key(event));
    this.showModes();
  }

  get term(): SearchTerm | null {
    const text = this.input.value;
    return text === '' ? null : { text, ignoreCase: this.ignoreCase, plain: this.plain };
  }

  /** Shows a term that comes from elsewhere. */
  set(term: SearchTerm | null): void {
    if (this.input.value !== (term?.text ?? '')) this.input.value = term?.text ?? '';
    if (term !== null) [this.ignoreCase, this.plain] = [term.ignoreCase, term.plain];
    this.showModes();
  }

  focus(): void {
    this.input.focus();
    this.input.select();
  }

  tell(text: string): void {
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  private toggle(mode: 'case' | 'plain'): void {
    if (mode === 'case') this.ignoreCase = !this.ignoreCase;
    else this.plain = !this.plain;
    this.showModes();
    this.emit();
  }

  private showModes(): void {
    setAttribute(this.matchCase, 'aria-pressed', String(!this.ignoreCase));
    setAttribute(this.regular, 'aria-pressed', String(!this.plain));
  }

  private emit(): void {
    this.events.search(this.term);
  }

  private key(event: KeyboardEvent): void {
    if (event.key === 'Enter') this.events.step(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') {
      this.input.value = '';
      this.emit();
      this.events.leave();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

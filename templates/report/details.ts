/** The bar that tells of one frame, and the box beside the pointer. */

import { make, makeButton } from './dom.ts';

export interface DetailsEvents {
  around(name: string): void;
  focus(name: string): void;
  hide(name: string): void;
}

export class DetailsBar {
  readonly element = make('div', { class: 'details' });
  private readonly name = make('strong', { class: 'name' });
  private readonly facts = make('span', { class: 'facts' });
  private readonly actions: HTMLElement;
  private shown = '';

  constructor(events: DetailsEvents) {
    this.actions = make(
      'span',
      { class: 'actions' },
      makeButton('Callers & callees', () => events.around(this.shown), { class: 'plain', title: 'all around this function (s)' }),
      makeButton('Focus', () => events.focus(this.shown), { class: 'plain', title: 'only stacks through this function (f)' }),
      makeButton('Hide', () => events.hide(this.shown), { class: 'plain', title: 'leave this function out (h)' }),
      makeButton('Copy name', () => void navigator.clipboard?.writeText(this.shown), { class: 'plain' }),
    );
    this.element.append(make('div', { class: 'told' }, this.name, this.facts), this.actions);
  }

  /** `isFunction`: there is something to look around, focus or hide. */
  show(name: string, facts: readonly string[], isFunction: boolean): void {
    this.shown = name;
    this.name.textContent = name;
    this.facts.textContent = facts.join(' · ');
    this.actions.hidden = !isFunction;
  }
}

const GAP = 14;

export class Tip {
  readonly element = make('div', { class: 'tip', 'aria-hidden': 'true' });

  constructor() {
    this.element.hidden = true;
  }

  show(name: string, facts: readonly string[], at: { x: number; y: number }): void {
    const { element } = this;
    element.replaceChildren(make('b', {}, name), ...facts.map((fact) => make('span', {}, fact)));
    element.hidden = false;
    const { innerWidth, innerHeight } = window;
    const { offsetWidth, offsetHeight } = element;
    const below = at.y + GAP + offsetHeight < innerHeight;
    element.style.left = `${Math.max(4, Math.min(at.x + GAP, innerWidth - offsetWidth - 8))}px`;
    element.style.top = `${below ? at.y + GAP : Math.max(4, at.y - GAP - offsetHeight)}px`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}

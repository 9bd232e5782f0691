/** What every key does, in one table; and the sheet that shows it. */

import { make, makeButton } from './dom.ts';

export interface KeyBinding {
  /** As `KeyboardEvent.key` names them. */
  readonly keys: readonly string[];
  readonly about: string;
  readonly act: () => void;
}

export interface KeyGroup {
  readonly title: string;
  readonly bindings: readonly KeyBinding[];
}

const SHOWN: Record<string, string> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  ' ': 'Space',
};

/** Does what a key press asks for; true if it asked for something. */
export function pressKey(groups: readonly KeyGroup[], event: KeyboardEvent): boolean {
  if (event.altKey || event.ctrlKey || event.metaKey) return false;
  for (const { bindings } of groups) {
    const found = bindings.find(({ keys }) => keys.includes(event.key));
    if (found === undefined) continue;
    found.act();
    return true;
  }
  return false;
}

/** Whether what is typed goes into a field. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(?:input|select|textarea)$/i.test(target.tagName);
}

/** Whether Enter and Space belong to the element that has the focus. */
export function isPressable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('button, a, summary') !== null;
}

export class HelpSheet {
  private readonly dialog = make('dialog', { class: 'help', 'aria-labelledby': 'help-title' });

  constructor(into: HTMLElement) {
    into.append(this.dialog);
    this.dialog.addEventListener('click', (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
  }

  toggle(groups: readonly KeyGroup[]): void {
    if (this.dialog.open) {
      this.dialog.close();
      return;
    }
    const close = makeButton('Close', () => this.dialog.close(), { class: 'plain' });
    const columns = make('div', { class: 'help-columns' }, ...groups.map((group) => groupSection(group)));
    this.dialog.replaceChildren(
      make('div', { class: 'help-head' }, make('h2', { id: 'help-title' }, 'Keys'), close),
      columns,
      make('p', { class: 'quiet' }, 'The address of the page holds what you see: copy it to show somebody the same.'),
    );
    this.dialog.showModal?.();
  }
}

function groupSection({ title, bindings }: KeyGroup): HTMLElement {
  const rows = bindings.map(({ keys, about }) => {
    const shown = keys.flatMap((key, i) => [...(i > 0 ? [' '] : []), make('kbd', {}, SHOWN[key] ?? key)]);
    return make('div', { class: 'help-row' }, make('dt', {}, ...shown), make('dd', {}, about));
  });
  return make('section', {}, make('h3', {}, title), make('dl', {}, ...rows));
}

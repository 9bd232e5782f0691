/** What stands above the drawing: search, how the stacks are arranged, what is left out, where one is. */

import type { FlameData } from '../../src/render/report/pagedata.ts';
import type { SiblingOrder } from './arrange.ts';
import { make, makeButton, setAttribute } from './dom.ts';
import { COLORINGS, type Coloring, coloringsOf, type LegendEntry } from './paint.ts';
import { SearchField } from './searchfield.ts';
import { type ViewState, WHOLE } from './state.ts';
import type { PageLink } from './view.ts';

export interface ToolFacts {
  readonly coloring: Coloring;
  readonly legend: readonly LegendEntry[];
  readonly order: SiblingOrder;
  /** What the search found, in words. */
  readonly found: string;
  /** The window of time whose stacks are shown, in words; null for all. */
  readonly window: string | null;
  /** From the root to what is zoomed. */
  readonly crumbs: readonly { readonly node: number; readonly name: string }[];
}

const ORDER_NAMES: Record<SiblingOrder, string> = { name: 'by name', width: 'by weight', time: 'by time' };
/** Crumbs that are shown; those in the middle are left out first. */
const MAX_CRUMBS = 7;

type Toggle = 'ownOnly' | 'foldRecursion' | 'foldWrappers';
const TOGGLES: readonly (readonly [Toggle, string, string])[] = [
  ['ownOnly', 'Own code only', 'leave out the runtime, the standard library and other modules (m)'],
  ['foldRecursion', 'Fold recursion', 'a function that is on the stack already is one frame (c)'],
  ['foldWrappers', 'Fold wrappers', 'leave out the middle of chains in which each frame only calls the next one (w)'],
];

export class FlameTools {
  readonly element: HTMLElement;
  private readonly link: PageLink;
  private readonly orders: readonly SiblingOrder[];
  private readonly search: SearchField;
  private readonly shape: Segments;
  private readonly direction: Segments;
  private readonly order: HTMLSelectElement;
  private readonly color: HTMLSelectElement;
  private readonly toggles: ReadonlyMap<Toggle, HTMLButtonElement>;
  private readonly chips = make('span', { class: 'chips' });
  private readonly legend = make('ul', { class: 'legend', 'aria-label': 'colours' });
  private readonly crumbs = make('nav', { class: 'crumbs', 'aria-label': 'zoom' });

  constructor(data: FlameData, link: PageLink, steps: { step(by: 1 | -1): void; leave(): void }) {
    this.link = link;
    this.orders = data.ordered ? ['time', 'name', 'width'] : ['name', 'width'];
    this.search = new SearchField({ search: (term) => link.change({ term }), ...steps });
    const turn = (direction: ViewState['direction']) => () => link.change({ direction, zoom: WHOLE, around: null }, true);
    this.direction = new Segments('direction', [
      ['From roots', 'callees, from where the goroutine began (r)', turn('callees')],
      ['From leaves', 'callers, from where it is now (r)', turn('callers')],
    ]);
    this.shape = new Segments('shape', [
      ['Icicle', 'roots at the top (i)', () => link.change({ icicle: true })],
      ['Flame', 'roots at the bottom (i)', () => link.change({ icicle: false })],
    ]);
    this.order = makeSelect(
      'order',
      this.orders.map((one) => [one, ORDER_NAMES[one]]),
      (value) => link.change({ order: value as SiblingOrder, zoom: WHOLE, zoomAbove: WHOLE }),
    );
    const offered = coloringsOf(data);
    this.color = makeSelect(
      'colours',
      COLORINGS.filter(([name]) => offered.includes(name)),
      (value) => link.change({ coloring: value as Coloring }),
    );
    this.toggles = new Map(
      TOGGLES.map(([name, text, title]) => {
        const press = () => link.change({ [name]: !link.state[name], zoom: WHOLE, zoomAbove: WHOLE }, true);
        return [name, makeButton(text, press, { class: 'toggle', title, 'aria-pressed': 'false' })];
      }),
    );
    this.element = this.layOut();
  }

  private layOut(): HTMLElement {
    const labelled = (text: string, select: HTMLSelectElement) => make('label', {}, make('span', {}, text), select);
    return make(
      'div',
      { class: 'tools' },
      make(
        'div',
        { class: 'row' },
        this.search.element,
        this.direction.element,
        this.shape.element,
        labelled('Order', this.order),
        labelled('Colours', this.color),
      ),
      make('div', { class: 'row' }, ...this.toggles.values(), this.chips, this.legend),
      this.crumbs,
    );
  }

  show(state: ViewState, facts: ToolFacts): void {
    this.search.set(state.term);
    this.search.tell(facts.found);
    this.direction.show(state.direction === 'callees' ? 0 : 1);
    this.shape.show(state.icicle ? 0 : 1);
    this.shape.element.hidden = state.around !== null;
    this.direction.element.hidden = state.around !== null;
    this.order.value = facts.order;
    this.color.value = facts.coloring;
    for (const [name, button] of this.toggles) setAttribute(button, 'aria-pressed', String(state[name]));
    this.showChips(state, facts.window);
    this.showLegend(facts.legend);
    this.showCrumbs(facts.crumbs);
  }

  focusSearch(): void {
    this.search.focus();
  }

  tellFound(text: string): void {
    this.search.tell(text);
  }

  nextOrder(): void {
    const at = this.orders.indexOf(this.order.value as SiblingOrder);
    this.link.change({ order: this.orders[(at + 1) % this.orders.length], zoom: WHOLE, zoomAbove: WHOLE });
  }

  private showChips({ around, focus, hidden }: ViewState, window: string | null): void {
    const chip = (what: string, name: string, patch: Partial<ViewState>) =>
      makeButton(`${what} ${name} ✕`, () => this.link.change({ ...patch, zoom: WHOLE, zoomAbove: WHOLE }, true), {
        class: 'chip',
        title: 'take this back',
      });
    this.chips.replaceChildren(
      ...(window === null ? [] : [chip('only', window, { window: null })]),
      ...(around === null ? [] : [chip('around', around, { around: null })]),
      ...(focus === null ? [] : [chip('focus', focus, { focus: null })]),
      ...hidden.map((name) => chip('without', name, { hidden: hidden.filter((other) => other !== name) })),
    );
  }

  private showLegend(entries: readonly LegendEntry[]): void {
    const items = entries.map(({ name, color }) => {
      const swatch = make('span', { class: 'swatch' });
      swatch.style.background = color;
      return make('li', {}, swatch, name);
    });
    this.legend.replaceChildren(...items);
  }

  private showCrumbs(crumbs: ToolFacts['crumbs']): void {
    this.crumbs.hidden = crumbs.length < 2;
    const left = crumbs.length - MAX_CRUMBS;
    const shown = left <= 0 ? crumbs : [crumbs[0], ...crumbs.slice(1 - MAX_CRUMBS)];
    const nodes: Node[] = [];
    shown.forEach(({ node, name }, i) => {
      const isLast = i === shown.length - 1;
      const press = () => this.link.change({ zoom: { node, until: 0 } }, true);
      nodes.push(makeButton(name, press, { class: 'crumb', title: name, 'aria-current': isLast ? 'true' : null }));
      if (i === 0 && left > 0) nodes.push(make('span', { class: 'quiet' }, `… ${left} more`));
    });
    this.crumbs.replaceChildren(...nodes);
  }
}

/** A few buttons of which one is pressed. */
class Segments {
  readonly element: HTMLElement;
  private readonly buttons: readonly HTMLButtonElement[];

  constructor(label: string, choices: readonly (readonly [text: string, title: string, press: () => void])[]) {
    this.buttons = choices.map(([text, title, press]) => makeButton(text, press, { title, 'aria-pressed': 'false' }));
    this.element = make('div', { class: 'segments', role: 'group', 'aria-label': label }, ...this.buttons);
  }

  show(pressed: number): void {
    for (const [i, button] of this.buttons.entries()) setAttribute(button, 'aria-pressed', String(i === pressed));
  }
}

function makeSelect(
  label: string,
  choices: readonly (readonly [value: string, text: string])[],
  change: (value: string) => void,
) {
  const options = choices.map(([value, text]) => make('option', { value }, text));
  const select = make('select', { 'aria-label': label }, ...options);
  select.addEventListener('change', () => change(select.value));
  return select;
}

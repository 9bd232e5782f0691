/** A table: sorted by the head of a column, filtered by text, rows that open, functions that lead to the flame view. */

import { shortenName } from '../../src/model/names.ts';
import { countUnit, formatCount, formatShare } from '../../src/render/geometry.ts';
import { formatCell, isChange, isText } from '../../src/render/report/cells.ts';
import type { Block, TableColumn } from '../../src/render/report/model.ts';
import type { TableData } from '../../src/render/report/pagedata.ts';
import { make, makeButton, nameNodes, setAttribute } from './dom.ts';
import type { KeyGroup } from './keys.ts';
import { isTextColumn, pickRows, type RowOrder } from './rows.ts';
import type { ViewState } from './state.ts';
import { WHOLE } from './state.ts';
import type { PageLink, PageView } from './view.ts';

/** Rows that are shown until more are asked for. */
const FIRST_ROWS = 200;

export class TableView implements PageView {
  readonly title: string;
  readonly element = make('section', { class: 'table' });
  private readonly data: TableData;
  private readonly link: PageLink;
  private readonly canLink: boolean;
  private readonly filter: HTMLInputElement;
  private readonly counted = make('output', { class: 'found', 'aria-live': 'polite' });
  private readonly heads: readonly HTMLTableCellElement[];
  private readonly body = make('tbody');
  private readonly more: HTMLButtonElement;
  /** By column: what its bars are shares of; 0 for none. */
  private readonly wholes: readonly number[];
  private readonly opened = new Set<number>();
  private shown = FIRST_ROWS;
  private last: { filter: string; order: RowOrder } | null = null;

  /** `canLink`: there is a flame view to show functions in. */
  constructor(data: TableData, link: PageLink, canLink: boolean) {
    this.title = data.title;
    this.data = data;
    this.link = link;
    this.canLink = canLink;
    // Bars beside numbers that are compared would only mislead: each column has its own scale.
    const barred = !data.columns.some(({ kind }) => isChange(kind) || kind === 'share') && data.sortBy >= 0;
    this.wholes = data.columns.map((column) => (barred && !isTextColumn(column) ? largest(column.values as Float64Array) : 0));
    this.filter = make('input', {
      type: 'search',
      placeholder: 'Filter rows',
      'aria-label': `filter ${data.title}`,
      spellcheck: 'false',
    });
    this.filter.addEventListener('input', () => link.change({ filter: this.filter.value }));
    this.filter.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      link.change({ filter: '' });
    });
    this.heads = data.columns.map((column, i) => this.head(column, i));
    this.more = makeButton('', () => this.showMore(), { class: 'plain' });
    const row = make('tr', {}, ...this.heads);
    if (this.opens) row.prepend(make('th', { class: 'open', scope: 'col' }, make('span', { class: 'hidden' }, 'open')));
    this.element.setAttribute('aria-label', data.title);
    this.element.append(
      make(
        'div',
        { class: 'row' },
        make('div', { class: 'search' }, this.filter, this.counted),
        make('p', { class: 'quiet' }, data.about),
      ),
      make('div', { class: 'scroll' }, make('table', {}, make('thead', {}, row), this.body)),
      this.more,
    );
  }

  readonly keys: readonly KeyGroup[] = [
    {
      title: 'Table',
      bindings: [
        { keys: ['/'], about: 'filter', act: () => this.filter.focus() },
        { keys: ['Escape'], about: 'clear the filter', act: () => this.link.change({ filter: '' }) },
        { keys: ['j', 'k'], about: 'next, previous row (Tab goes through all that can be pressed)', act: () => {} },
      ],
    },
  ];

  press(event: KeyboardEvent): boolean {
    if (event.key !== 'j' && event.key !== 'k') return false;
    const buttons = [...this.body.querySelectorAll<HTMLButtonElement>('tr.item button:first-of-type')];
    const rows = [...this.body.querySelectorAll('tr.item')];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const to = rows[Math.max(0, Math.min(rows.length - 1, at + (event.key === 'j' ? 1 : -1)))];
    buttons.find((button) => to?.contains(button))?.focus();
    return true;
  }

  private get opens(): boolean {
    return this.data.blocks.some((blocks) => blocks.length > 0);
  }

  show({ filter, sort }: ViewState): void {
    const order = sort ?? { column: this.data.sortBy, down: true };
    if (this.filter.value !== filter) this.filter.value = filter;
    if (this.last !== null && this.last.filter === filter && sameOrder(this.last.order, order)) return;
    this.last = { filter, order };
    this.draw(filter, order);
  }

  private draw(filter: string, order: RowOrder): void {
    const { data } = this;
    for (const [i, head] of this.heads.entries()) {
      setAttribute(head, 'aria-sort', i !== order.column ? null : order.down ? 'descending' : 'ascending');
    }
    const rows = pickRows(data, filter, order);
    this.body.replaceChildren(...rows.slice(0, this.shown).flatMap((row) => this.row(row)));
    this.counted.textContent =
      rows.length === data.rows
        ? countUnit(rows.length, 'rows')
        : `${formatCount(rows.length)} of ${countUnit(data.rows, 'rows')}`;
    this.more.hidden = rows.length <= this.shown;
    this.more.textContent = `Show ${formatCount(Math.min(rows.length - this.shown, 10 * FIRST_ROWS))} more`;
  }

  private showMore(): void {
    this.shown += 10 * FIRST_ROWS;
    if (this.last !== null) this.draw(this.last.filter, this.last.order);
  }

  private head({ title, kind }: TableColumn, i: number): HTMLTableCellElement {
    const isNumber = kind === 'amount' || !isText(kind);
    const press = () => {
      const now = this.last?.order;
      this.link.change({ sort: { column: i, down: now?.column === i ? !now.down : !isText(kind) } });
    };
    return make('th', { scope: 'col', class: isNumber ? 'number' : null }, makeButton(title, press, { class: 'sort' }));
  }

  // ---- rows ----

  private row(row: number): HTMLTableRowElement[] {
    const { columns, blocks } = this.data;
    const element = make('tr', { class: 'item' });
    const opened = make('tr', { class: 'opened' });
    const canOpen = (blocks[row] ?? []).length > 0;
    if (this.opens) element.append(make('td', { class: 'open' }, ...(canOpen ? [this.opener(row, opened)] : [])));
    columns.forEach((column, i) => {
      element.append(this.cell(column, row, this.wholes[i]));
    });
    if (!canOpen) return [element];
    opened.hidden = !this.opened.has(row);
    if (!opened.hidden) this.fill(opened, row);
    return [element, opened];
  }

  private opener(row: number, opened: HTMLTableRowElement): HTMLButtonElement {
    const isOpen = this.opened.has(row);
    const button = makeButton(
      isOpen ? '▾' : '▸',
      () => {
        const opens = opened.hidden;
        if (opens) this.opened.add(row);
        else this.opened.delete(row);
        if (opens && opened.childElementCount === 0) this.fill(opened, row);
        opened.hidden = !opens;
        button.textContent = opens ? '▾' : '▸';
        setAttribute(button, 'aria-expanded', String(opens));
      },
      { class: 'opener', 'aria-expanded': String(isOpen), 'aria-label': 'stack' },
    );
    return button;
  }

  private fill(into: HTMLTableRowElement, row: number): void {
    const link = this.data.links[row];
    const buttons =
      link === '' || !this.canLink ? [] : [makeButton('Show in flame graph', () => this.find(link), { class: 'plain' })];
    const { times } = this.data;
    if (times !== null && times !== undefined && times.length > 0) {
      const window = { from: times[2 * row], to: times[2 * row + 1] };
      buttons.push(makeButton('Show on the timeline', () => this.link.showInTimeline(window, this.title), { class: 'plain' }));
    }
    into.append(
      make(
        'td',
        { colspan: this.data.columns.length + 1 },
        make('div', { class: 'blocks' }, ...this.data.blocks[row].map(blockOf)),
        ...buttons,
      ),
    );
  }

  private cell({ kind, values }: TableColumn, row: number, whole: number): HTMLTableCellElement {
    if (kind === 'function') return this.functionCell((values as readonly string[])[row], this.data.links[row]);
    if (kind === 'text' || kind === 'amount') {
      return make('td', { class: kind === 'amount' ? 'number' : null }, (values as readonly string[])[row]);
    }
    const value = (values as Float64Array)[row];
    const text = formatCell(kind, value);
    const cell = make(
      'td',
      { class: `number${value === 0 ? ' none' : isChange(kind) ? (value > 0 ? ' grew' : ' shrank') : ''}` },
      text,
    );
    if (kind === 'share') cell.style.setProperty('--share', `${100 * Math.min(1, value)}%`);
    if (whole > 0) {
      cell.style.setProperty('--share', `${Math.min(100, (100 * value) / whole)}%`);
      cell.title = `${formatShare(value / whole)} of the largest`;
    }
    return cell;
  }

  private functionCell(name: string, link: string): HTMLTableCellElement {
    const shown = nameNodes(name, shortenName(name));
    if (!this.canLink || link === '') return make('td', { class: 'function' }, ...shown);
    const find = makeButton('', () => this.find(link), { class: 'find', title: `${name}: show in the flame graph` });
    find.append(...shown);
    const around = makeButton('⇅', () => this.link.showInFlame({ around: link, zoom: WHOLE, zoomAbove: WHOLE }), {
      class: 'around',
      title: 'callers and callees',
      'aria-label': `callers and callees of ${name}`,
    });
    return make('td', { class: 'function' }, find, around);
  }

  private find(text: string): void {
    // The function itself, and none whose name holds its own.
    const exact = `^${text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`;
    this.link.showInFlame({ term: { text: exact, ignoreCase: false, plain: false }, around: null, zoom: WHOLE });
  }
}

function blockOf({ title, lines }: Block): HTMLElement {
  const items = lines.map((line) => {
    const gap = line.indexOf('  ');
    return gap < 0
      ? make('li', {}, line)
      : make('li', {}, line.slice(0, gap), make('span', { class: 'place' }, line.slice(gap + 2)));
  });
  return make('section', { class: 'block' }, make('h3', {}, title), make('ol', {}, ...items));
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

function sameOrder(a: RowOrder, b: RowOrder): boolean {
  return a.column === b.column && a.down === b.down;
}

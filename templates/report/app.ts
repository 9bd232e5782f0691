/** The page: its inputs, the tabs of their views, what is looked at, and the address that says so. */

import type { FlameData, PageData, SubjectData } from '../../src/render/report/pagedata.ts';
import { make, makeButton, setAttribute } from './dom.ts';
import { FlameView } from './flameview.ts';
import { tabulateFunctions } from './functions.ts';
import { HelpSheet, isPressable, isTyping, type KeyGroup, pressKey } from './keys.ts';
import { readHash, START, type Theme, type TimeSpan, type ViewState, writeHash } from './state.ts';
import { TableView } from './tableview.ts';
import { TimelineView } from './timelineview.ts';
import { treeOf } from './tree.ts';
import type { PageLink, PageView } from './view.ts';
import { SliceStacks } from './window.ts';

const TIMELINE = 'Timeline';
const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

/** What makes a view; it is made when it is first looked at. */
interface Tab {
  readonly title: string;
  readonly isFlame: boolean;
  readonly make: () => PageView;
  view: PageView | null;
}

export class App implements PageLink {
  state: ViewState = START;
  private readonly page: PageData;
  private readonly root: HTMLElement;
  private readonly tabs: readonly (readonly Tab[])[];
  private readonly head = make('div', { class: 'subject' });
  private readonly tabList = make('div', { class: 'tabs', role: 'tablist', 'aria-label': 'views' });
  private readonly panel = make('div', { class: 'panel', role: 'tabpanel', id: 'panel', tabindex: -1 });
  private readonly live = make('div', { class: 'hidden', 'aria-live': 'polite' });
  private readonly theme: HTMLButtonElement;
  private readonly select: HTMLSelectElement;
  private readonly help: HelpSheet;
  private shownSubject = -1;
  private shownView: PageView | null = null;

  constructor(page: PageData, root: HTMLElement) {
    this.page = page;
    this.root = root;
    this.tabs = page.subjects.map((subject) => this.tabsOf(subject));
    this.theme = makeButton('', () => this.nextTheme(), { class: 'plain', title: 'light or dark (t)' });
    const help = makeButton('?', () => this.help.toggle(this.allKeys()), {
      class: 'plain',
      title: 'keys (?)',
      'aria-label': 'keys',
    });
    this.select = make(
      'select',
      { 'aria-label': 'input' },
      ...page.subjects.map(({ name }, i) => make('option', { value: i }, name)),
    );
    this.select.addEventListener('change', () =>
      this.change({ ...START, subject: Number(this.select.value), theme: this.state.theme }, true),
    );
    this.select.hidden = page.subjects.length < 2;
    const bar = make(
      'header',
      { class: 'bar' },
      make('h1', {}, page.title),
      this.select,
      make('span', { class: 'space' }),
      this.theme,
      help,
    );
    const main = make('main', {}, this.head, this.tabList, this.panel);
    root.replaceChildren(bar, main, this.live);
    this.help = new HelpSheet(root);
  }

  start(): void {
    document.addEventListener('keydown', (event) => this.key(event));
    window.addEventListener('popstate', () => this.follow());
    window.addEventListener('hashchange', () => this.follow());
    window.addEventListener('resize', () => this.shownView?.show(this.state));
    this.tabList.addEventListener('keydown', (event) => this.tabKey(event));
    this.follow();
  }

  // ---- state ----

  change(patch: Partial<ViewState>, step = false): void {
    this.state = { ...this.state, ...patch };
    const hash = writeHash(this.state);
    if (hash !== location.hash) {
      const address = hash === '' ? location.pathname + location.search : hash;
      try {
        if (step) history.pushState(null, '', address);
        else history.replaceState(null, '', address);
      } catch {
        // A sandboxed frame without an address: the page works all the same.
      }
    }
    this.render();
  }

  showInFlame(patch: Partial<ViewState>): void {
    const view = this.tabs[this.state.subject].findIndex(({ isFlame }) => isFlame);
    if (view >= 0) this.change({ ...patch, view }, true);
  }

  showInTimeline(window: TimeSpan, table: string): void {
    // The tables of the second trace of several have a number behind their names, and so has its timeline.
    const wanted = TIMELINE + (/ \d+$/.exec(table)?.[0] ?? '');
    const view = this.tabs[this.state.subject].findIndex(({ title }) => title === wanted);
    const around = (window.to - window.from) * 4;
    const time = { from: Math.max(0, Math.floor(window.from - around)), to: Math.ceil(window.to + around) };
    if (view >= 0) this.change({ window, time, view }, true);
  }

  announce(text: string): void {
    this.live.textContent = text;
  }

  private follow(): void {
    const state = readHash(location.hash === '' ? this.page.start : location.hash);
    const subject = Math.min(state.subject, this.page.subjects.length - 1);
    this.state = { ...state, subject, view: Math.max(0, Math.min(state.view, this.tabs[subject].length - 1)) };
    this.render();
  }

  // ---- what is shown ----

  private render(): void {
    const { subject, view, theme } = this.state;
    setAttribute(document.documentElement, 'data-theme', theme === 'auto' ? null : theme);
    this.theme.textContent = theme === 'auto' ? 'Auto' : theme === 'light' ? 'Light' : 'Dark';
    this.select.value = String(subject);
    if (subject !== this.shownSubject) this.showSubject(subject);
    const tabs = this.tabs[subject];
    for (const [i, button] of [...this.tabList.children].entries()) {
      setAttribute(button, 'aria-selected', String(i === view));
      setAttribute(button, 'tabindex', i === view ? '0' : '-1');
    }
    setAttribute(this.panel, 'aria-labelledby', `tab-${view}`);
    const tab = tabs[view];
    if (tab === undefined) {
      this.panel.replaceChildren(make('p', { class: 'quiet' }, 'There is nothing to draw in this input.'));
      this.shownView = null;
      return;
    }
    tab.view ??= tab.make();
    if (tab.view !== this.shownView) {
      this.panel.replaceChildren(tab.view.element);
      this.shownView = tab.view;
    }
    tab.view.show(this.state);
  }

  private showSubject(subject: number): void {
    this.shownSubject = subject;
    const { kind, facts } = this.page.subjects[subject];
    const items = facts.map(({ text, tone }) => make('li', { class: tone === 'plain' ? null : tone }, text));
    this.head.replaceChildren(make('span', { class: 'kind' }, kind), make('ul', { class: 'facts' }, ...items));
    const buttons = this.tabs[subject].map(({ title }, i) =>
      makeButton(title, () => this.openView(i), { role: 'tab', id: `tab-${i}`, 'aria-controls': 'panel' }),
    );
    this.tabList.replaceChildren(...buttons);
  }

  private openView(view: number): void {
    if (view !== this.state.view) this.change({ view, sort: null, filter: '' }, true);
  }

  private tabsOf({ views }: SubjectData): Tab[] {
    const hasFlame = views.some(({ kind }) => kind === 'flame');
    const timed = views.find((view): view is FlameData => view.kind === 'flame' && view.windows !== null);
    const stacks = timed === undefined ? null : new SliceStacks(timed, this.page.texts);
    let timelines = 0;
    return views.flatMap((view): Tab[] => {
      if (view.kind === 'table') {
        return [{ title: view.title, isFlame: false, view: null, make: () => new TableView(view, this, hasFlame) }];
      }
      if (view.kind === 'timeline') {
        timelines++;
        const title = timelines === 1 ? TIMELINE : `${TIMELINE} ${timelines}`;
        return [{ title, isFlame: false, view: null, make: () => new TimelineView(title, view, this, stacks) }];
      }
      const { texts } = this.page;
      const functions = () => new TableView(tabulateFunctions(texts, view, treeOf(view)), this, true);
      return [
        { title: 'Flame graph', isFlame: true, view: null, make: () => new FlameView(this.page, view, this) },
        { title: 'Functions', isFlame: false, view: null, make: functions },
      ];
    });
  }

  // ---- keys ----

  private key(event: KeyboardEvent): void {
    if (event.defaultPrevented || isTyping(event.target) || this.root.querySelector('dialog[open]') !== null) return;
    if ((event.key === 'Enter' || event.key === ' ') && isPressable(event.target)) return;
    if (event.key.startsWith('Arrow') && (event.target as Element).closest?.('[role=tablist]') !== null) return;
    const isPane = event.key.startsWith('Arrow') ? !isScrolling(event) : true;
    if ((isPane && this.shownView?.press?.(event)) || pressKey(this.allKeys(), event)) event.preventDefault();
  }

  /** Left and right go from tab to tab. */
  private tabKey(event: KeyboardEvent): void {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    const { length } = this.tabList.children;
    const view = (this.state.view + by + length) % length;
    this.openView(view);
    (this.tabList.children[view] as HTMLElement).focus();
    event.preventDefault();
  }

  private allKeys(): KeyGroup[] {
    const tabs = this.tabs[this.state.subject];
    const views = tabs.slice(0, 9).map(({ title }, i) => ({
      keys: [String(i + 1)],
      about: title,
      act: () => this.openView(i),
    }));
    const page: KeyGroup = {
      title: 'Page',
      bindings: [
        ...views,
        { keys: ['t'], about: 'light, dark, or as the system has it', act: () => this.nextTheme() },
        { keys: ['?'], about: 'these keys', act: () => this.help.toggle(this.allKeys()) },
      ],
    };
    return [...(this.shownView?.keys ?? []), page];
  }

  private nextTheme(): void {
    this.change({ theme: THEMES[(THEMES.indexOf(this.state.theme) + 1) % THEMES.length] });
  }
}

/** A key that moves the page, not a frame. */
function isScrolling(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey || event.altKey;
}

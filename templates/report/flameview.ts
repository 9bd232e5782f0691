/** The flame view: a toolbar, where one is, the drawing (two of them around a function), and the frame that is meant. */

import { weightText } from '../../src/render/flametitle.ts';
import { countUnit, LabelForms } from '../../src/render/geometry.ts';
import { rankTexts } from '../../src/render/layout.ts';
import type { FlameData, PageData } from '../../src/render/report/pagedata.ts';
import { OWNERS } from '../../src/render/report/pageheader.ts';
import { formatDuration } from '../../src/render/units.ts';
import { type Arrangement, arrange, arrangeAround, type SiblingOrder, type Source } from './arrange.ts';
import { factsOf, shareText } from './describe.ts';
import { DetailsBar, Tip } from './details.ts';
import { make } from './dom.ts';
import { Finder, matchesIn } from './find.ts';
import { FlameTools } from './flametools.ts';
import type { KeyGroup } from './keys.ts';
import { type Coloring, coloringsOf, Painter } from './paint.ts';
import { FlamePane, NO_NODE } from './pane.ts';
import { START, type ViewState, WHOLE, type Zoom } from './state.ts';
import { callersOf, type FlameTree } from './tree.ts';
import type { PageLink, PageView } from './view.ts';
import type { VisibleFrame } from './visible.ts';
import { columnsOf, snapWindow } from './window.ts';

type PaneName = 'main' | 'above';

export class FlameView implements PageView {
  readonly title = 'Flame graph';
  readonly element = make('section', { class: 'flame', 'aria-label': 'flame graph' });
  private readonly page: PageData;
  private readonly data: FlameData;
  private readonly link: PageLink;
  private readonly ranks: Int32Array;
  private readonly ids = new Map<string, number>();
  private readonly whole: number;
  private readonly painter: Painter;
  private readonly finder: Finder;
  private readonly tools: FlameTools;
  private readonly details: DetailsBar;
  private readonly tip = new Tip();
  private readonly panes: Record<PaneName, FlamePane>;
  private readonly divider = make('p', { class: 'divider' });
  private trees: { key: string; main: FlameTree; above: FlameTree | null } | null = null;
  private active: PaneName = 'main';
  private matches: readonly number[] = [];

  constructor(page: PageData, data: FlameData, link: PageLink) {
    this.page = page;
    this.data = data;
    this.link = link;
    this.whole = data.self.reduce((sum, weight) => sum + weight, 0);
    this.ranks = rankTexts(page.texts);
    page.texts.forEach((text, id) => {
      this.ids.set(text, id);
    });
    this.painter = new Painter(page.texts, data);
    this.finder = new Finder(page.texts);
    const shared = { forms: new LabelForms(page.texts), painter: this.painter };
    this.panes = {
      above: new FlamePane('callers', shared, this.eventsOf('above')),
      main: new FlamePane('flame graph', shared, this.eventsOf('main')),
    };
    this.tools = new FlameTools(data, link, { step: (by) => this.step(by), leave: () => this.panes.main.element.focus() });
    this.details = new DetailsBar({
      around: (name) => this.lookAround(name),
      focus: (name) => this.link.change({ focus: name, zoom: WHOLE }, true),
      hide: (name) => this.hide(name),
    });
    const drawing = make('div', { class: 'drawing' }, this.panes.above.element, this.divider, this.panes.main.element);
    this.element.append(this.tools.element, drawing, this.details.element, this.tip.element);
  }

  // ---- what is shown ----

  show(state: ViewState): void {
    const trees = this.treesFor(state);
    const found = this.finder.find(state.term);
    const coloring = this.coloringOf(state);
    const { main, above } = this.panes;
    const around = trees.above !== null;
    main.element.parentElement?.classList.toggle('sandwich', around);
    above.element.hidden = this.divider.hidden = !around;
    const shared = { coloring, hits: found.hits };
    if (trees.above !== null) {
      this.divider.textContent = `↑ callers of ${state.around} · callees ↓`;
      above.show({ ...shared, tree: trees.above, zoom: state.zoomAbove, icicle: false, rootName: state.around ?? '' });
    }
    main.show({
      ...shared,
      tree: trees.main,
      zoom: state.zoom,
      icicle: around || state.icicle,
      rootName: state.around ?? this.rootName(trees.main),
    });
    const { zoomed, until } = FlamePane.rangeOf(trees.main, state.zoom);
    const { nodes, width } = matchesIn(trees.main, found.hits, zoomed, until);
    this.matches = nodes;
    const whole = trees.main.widths[0];
    const foundText = found.isBroken
      ? 'not a regular expression'
      : found.hits === null
        ? ''
        : `${countUnit(nodes.length, 'frames')}, ${shareText(width, zoomed === 0 ? whole : this.zoomWidth(trees.main, state))}`;
    this.tools.show(state, {
      coloring,
      legend: this.painter.legend(coloring),
      order: this.orderOf(state),
      found: foundText,
      window: this.windowText(state),
      crumbs: [...callersOf(trees.main, zoomed), zoomed].map((node) => ({
        node,
        name: node === 0 ? (state.around ?? 'all') : this.nameOf(trees.main, node, state),
      })),
    });
    this.tell(NO_NODE, 'main');
  }

  /** The part of time whose stacks are shown; null for all of it. */
  private windowText({ window }: ViewState): string | null {
    const { windows } = this.data;
    if (window === null || windows === null) return null;
    const { from, to } = snapWindow(windows, window).span;
    return `${formatDuration(from + windows.startNs)} to ${formatDuration(to + windows.startNs)}`;
  }

  private zoomWidth(tree: FlameTree, state: ViewState): number {
    const { zoomed, until } = FlamePane.rangeOf(tree, state.zoom);
    let width = 0;
    for (let node = zoomed; node < until; node = tree.ends[node]) width += tree.widths[node];
    return width;
  }

  private coloringOf({ coloring }: ViewState): Coloring {
    const offered = coloringsOf(this.data);
    return offered.find((one) => one === coloring) ?? offered[0];
  }

  private orderOf({ order }: ViewState): SiblingOrder {
    if (order === null || (order === 'time' && !this.data.ordered)) return this.data.ordered ? 'time' : 'name';
    return order;
  }

  private treesFor(state: ViewState): { main: FlameTree; above: FlameTree | null } {
    const { direction, focus, hidden, ownOnly, foldRecursion, foldWrappers, around, window } = state;
    const order = this.orderOf(state);
    const key = JSON.stringify([direction, order, focus, hidden, ownOnly, foldRecursion, foldWrappers, around, window]);
    if (this.trees?.key === key) return this.trees;
    const wanted: Arrangement = {
      direction,
      order,
      hidden: this.hiddenTexts(hidden, ownOnly),
      focus: focus === null ? -1 : this.idOf(focus),
      foldRecursion,
      foldWrappers,
    };
    const text = around === null ? -1 : this.idOf(around);
    const source: Source = { columns: columnsOf(this.data, window), ranks: this.ranks, ordered: this.data.ordered };
    const both = text < 0 ? null : arrangeAround(source, wanted, text);
    this.trees = { key, main: both?.callees ?? arrange(source, wanted), above: both?.callers ?? null };
    return this.trees;
  }

  private hiddenTexts(hidden: readonly string[], ownOnly: boolean): Set<number> {
    const texts = new Set(hidden.map((name) => this.idOf(name)).filter((id) => id >= 0));
    if (!ownOnly) return texts;
    const kept = [OWNERS.indexOf('own'), OWNERS.indexOf('note')];
    for (const text of this.data.texts.subarray(1)) if (!kept.includes(this.data.owners[text])) texts.add(text);
    return texts;
  }

  private idOf(name: string): number {
    return this.ids.get(name) ?? -1;
  }

  /** `all: 346 goroutines`: what the width of everything means. */
  private rootName({ widths, beforeTotals }: FlameTree): string {
    return beforeTotals === null ? `all: ${weightText(widths[0], this.data)}` : 'all';
  }

  private nameOf(tree: FlameTree, node: number, { around }: ViewState = this.link.state): string {
    const text = tree.texts[node];
    return text < 0 ? (around ?? this.rootName(tree)) : this.page.texts[text];
  }

  // ---- what is done ----

  private eventsOf(pane: PaneName) {
    return {
      zoom: (zoom: Zoom) => {
        this.active = pane;
        this.tip.hide();
        this.link.change(pane === 'main' ? { zoom } : { zoomAbove: zoom }, true);
      },
      hover: (frame: VisibleFrame | null, at: { x: number; y: number }) => this.hover(pane, frame, at),
      choose: (node: number) => {
        this.active = pane;
        this.tell(node, pane);
        const tree = this.panes[pane].tree;
        if (tree !== null && node >= 0)
          this.link.announce(`${this.nameOf(tree, node)}: ${this.facts(tree, node, pane).join(', ')}`);
      },
      hide: (node: number) => {
        const tree = this.panes[pane].tree;
        if (tree !== null && node > 0) this.hide(this.nameOf(tree, node));
      },
    };
  }

  private facts(tree: FlameTree, node: number, pane: PaneName): string[] {
    const { zoom, zoomAbove } = this.link.state;
    const isPart = this.link.state.window !== null && this.data.windows !== null;
    return factsOf(tree, node, {
      unit: this.data.unit,
      whole: isPart ? (this.trees?.main.widths[0] ?? this.whole) : this.whole,
      wholeName: isPart ? 'this part of the time' : 'all',
      ...FlamePane.rangeOf(tree, pane === 'main' ? zoom : zoomAbove),
    });
  }

  private hover(pane: PaneName, frame: VisibleFrame | null, at: { x: number; y: number }): void {
    const { tree } = this.panes[pane];
    if (frame === null || tree === null) {
      this.tip.hide();
      this.tell(NO_NODE, pane);
    } else if (frame.rest > 0) {
      this.tip.show(countUnit(frame.rest, 'frames'), ['too narrow to draw: click to zoom into them'], at);
    } else {
      this.tip.show(this.nameOf(tree, frame.node), this.facts(tree, frame.node, pane), at);
      this.tell(frame.node, pane);
    }
  }

  /** Shows a frame in the bar below; without one the chosen frame, else what is zoomed. */
  private tell(node: number, pane: PaneName): void {
    const chosen = this.panes[this.active].chosen;
    const shownIn = node >= 0 ? pane : this.active;
    const tree = this.panes[shownIn].tree;
    if (tree === null) return;
    const { zoom } = this.link.state;
    const shown = node >= 0 ? node : chosen >= 0 && chosen < tree.count ? chosen : FlamePane.rangeOf(tree, zoom).zoomed;
    this.details.show(
      this.nameOf(tree, shown),
      this.facts(tree, shown, shownIn),
      tree.texts[shown] >= 0 || this.link.state.around !== null,
    );
  }

  private hide(name: string): void {
    const { hidden } = this.link.state;
    if (!hidden.includes(name)) this.link.change({ hidden: [...hidden, name], zoom: WHOLE, zoomAbove: WHOLE }, true);
  }

  private lookAround(name: string | null): void {
    this.link.change({ around: name, zoom: WHOLE, zoomAbove: WHOLE }, true);
  }

  /** Goes to the next frame that was found; zooms out of or into what it takes to see it. */
  private step(by: 1 | -1): void {
    const { main } = this.panes;
    const { matches } = this;
    if (matches.length === 0) return;
    const at = matches.indexOf(main.chosen);
    const next = matches[at < 0 ? (by > 0 ? 0 : matches.length - 1) : (at + by + matches.length) % matches.length];
    this.active = 'main';
    if (!main.isDrawn(next)) {
      const tree = main.tree as FlameTree;
      const caller = callersOf(tree, next).at(-1) ?? 0;
      this.link.change({ zoom: { node: caller, until: 0 } }, true);
      if (!main.isDrawn(next)) this.link.change({ zoom: { node: next, until: 0 } });
    }
    main.choose(next);
    this.tools.tellFound(`${matches.indexOf(next) + 1} of ${matches.length}`);
  }

  private chosenName(): string | null {
    const { tree, chosen } = this.panes[this.active];
    return tree === null || chosen <= 0 || tree.texts[chosen] < 0 ? null : this.page.texts[tree.texts[chosen]];
  }

  private withChosen(act: (name: string) => void): void {
    const name = this.chosenName();
    if (name === null) this.link.announce('choose a frame first, with the arrow keys');
    else act(name);
  }

  private zoomOut(): void {
    const { state } = this.link;
    const tree = this.panes.main.tree;
    if (state.term !== null) this.link.change({ term: null });
    else if (state.zoom.node > 0 && tree !== null) {
      this.link.change({ zoom: { node: callersOf(tree, state.zoom.node).at(-1) ?? 0, until: 0 } }, true);
    } else if (state.around !== null) this.lookAround(null);
  }

  press(event: KeyboardEvent): boolean {
    return !event.altKey && !event.ctrlKey && !event.metaKey && this.panes[this.active].key(event.key);
  }

  readonly keys: readonly KeyGroup[] = [
    {
      title: 'Move and zoom',
      bindings: [
        { keys: ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'], about: 'choose a frame', act: () => {} },
        { keys: ['Enter', ' '], about: 'zoom into the chosen frame', act: () => {} },
        { keys: ['Escape', 'Backspace'], about: 'clear the search; zoom out one caller', act: () => this.zoomOut() },
        { keys: ['Home', '0'], about: 'show everything', act: () => this.link.change({ zoom: WHOLE, zoomAbove: WHOLE }, true) },
      ],
    },
    {
      title: 'Find',
      bindings: [
        { keys: ['/'], about: 'search', act: () => this.tools.focusSearch() },
        { keys: ['n'], about: 'next match', act: () => this.step(1) },
        { keys: ['N'], about: 'previous match', act: () => this.step(-1) },
      ],
    },
    {
      title: 'The chosen frame',
      bindings: [
        {
          keys: ['s'],
          about: 'callers and callees of its function',
          act: () => this.withChosen((name) => this.lookAround(name)),
        },
        {
          keys: ['f'],
          about: 'focus: only stacks through it',
          act: () => this.withChosen((focus) => this.link.change({ focus, zoom: WHOLE }, true)),
        },
        { keys: ['h'], about: 'hide its function (also Alt and click)', act: () => this.withChosen((name) => this.hide(name)) },
        { keys: ['u'], about: 'undo: nothing hidden, focused or folded', act: () => this.undo() },
      ],
    },
    {
      title: 'Arrange',
      bindings: [
        { keys: ['i'], about: 'icicle or flame', act: () => this.link.change({ icicle: !this.link.state.icicle }) },
        { keys: ['r'], about: 'from the roots or from the leaves', act: () => this.turn() },
        { keys: ['o'], about: 'order: by name, by weight', act: () => this.tools.nextOrder() },
        { keys: ['m'], about: 'only own code', act: () => this.toggle('ownOnly') },
        { keys: ['c'], about: 'fold recursion', act: () => this.toggle('foldRecursion') },
        { keys: ['w'], about: 'fold wrappers', act: () => this.toggle('foldWrappers') },
        { keys: ['p'], about: 'next colours', act: () => this.nextColoring() },
      ],
    },
  ];

  private toggle(name: 'ownOnly' | 'foldRecursion' | 'foldWrappers'): void {
    this.link.change({ [name]: !this.link.state[name], zoom: WHOLE, zoomAbove: WHOLE }, true);
  }

  private turn(): void {
    const direction = this.link.state.direction === 'callees' ? 'callers' : 'callees';
    this.link.change({ direction, zoom: WHOLE, around: null }, true);
  }

  private nextColoring(): void {
    const offered = coloringsOf(this.data);
    const at = offered.indexOf(this.coloringOf(this.link.state));
    this.link.change({ coloring: offered[(at + 1) % offered.length] });
  }

  private undo(): void {
    const { hidden, focus, ownOnly, foldRecursion, foldWrappers, zoom, zoomAbove, around, window } = START;
    this.link.change({ hidden, focus, ownOnly, foldRecursion, foldWrappers, zoom, zoomAbove, around, window }, true);
  }
}

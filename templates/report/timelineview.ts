/**
 * The timeline view: what every P did, drawn by the same scene as the SVG. A drag, or a hotspot, selects a window of
 * time, which the flame view can be cut down to.
 */

import type { TimelineViewData } from '../../src/render/report/pagedata.ts';
import { drawGutter } from '../../src/render/timeline/gutter.ts';
import type { PictureHotspot, TimelinePicture, View } from '../../src/render/timeline/picture.ts';
import { formatNs, formatPercent } from '../../src/render/timeline/scale.ts';
import { drawScene, SCENE_GROUPS, xOf } from '../../src/render/timeline/scene.ts';
import { IDLE_LOOK, SHOWN } from '../../src/render/timeline/states.ts';
import { svgElement } from '../flamegraph/dom.ts';
import { commonFacts, laneFacts, moment } from '../timeline/facts.ts';
import { Tip } from './details.ts';
import { make, makeButton } from './dom.ts';
import type { KeyGroup } from './keys.ts';
import { makeShape } from './shapes.ts';
import type { TimeSpan, ViewState } from './state.ts';
import { fitPicture, MARGIN, moveView, TimeScale } from './timescale.ts';
import type { PageLink, PageView } from './view.ts';
import type { SliceStacks } from './window.ts';

/** Pixels of the drawing at least: a phone's width. */
const LEAST_WIDTH = 280;
const WHEEL = 0.0016;
const KEY_ZOOM = 1.6;
const KEY_PAN = 0.2;
/** Pixels that a press may move and still be a click. */
const CLICK = 4;

export class TimelineView implements PageView {
  readonly title: string;
  readonly element = make('section', { class: 'timeline-view', 'aria-label': 'timeline' });
  private readonly data: TimelineViewData;
  private readonly link: PageLink;
  /** The stacks over time, where the flame view can be cut down to a window; else null. */
  private readonly stacks: SliceStacks | null;
  private readonly frame = make('div', {
    class: 'pane',
    tabindex: 0,
    role: 'application',
    'aria-roledescription': 'timeline',
    'aria-label':
      'Ps over time: plus and minus zoom, arrow keys move, brackets go from hotspot to hotspot; the tables have the same numbers',
  });
  private readonly tip = new Tip();
  private readonly selected = make('div', { class: 'row' });
  private readonly details = make('div', { class: 'blocks' });
  private svg: SVGSVGElement | null = null;
  private picture: TimelinePicture;
  private width = 0;
  private drag: { from: number; x: number; moved: boolean } | null = null;
  private pending = 0;

  constructor(title: string, data: TimelineViewData, link: PageLink, stacks: SliceStacks | null) {
    this.title = title;
    this.data = data;
    this.link = link;
    this.stacks = stacks;
    this.picture = data.picture;
    this.element.append(
      make('div', { class: 'row' }, this.buttons(), this.legend()),
      this.frame,
      this.selected,
      this.details,
      make('p', { class: 'quiet' }, data.about),
      this.tip.element,
    );
    this.frame.addEventListener('pointerdown', (event) => this.down(event));
    this.frame.addEventListener('pointermove', (event) => this.move(event));
    this.frame.addEventListener('pointerup', (event) => this.release(event));
    this.frame.addEventListener('pointerleave', () => this.tip.hide());
    this.frame.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
  }

  // ---- what is shown ----

  show(state: ViewState): void {
    const width = Math.max(LEAST_WIDTH, Math.floor(this.frame.clientWidth));
    if (width !== this.width) {
      this.width = width;
      this.picture = fitPicture(this.data.picture, width);
    }
    this.draw(this.viewOf(state), state.window);
    this.tellSelected(state.window);
  }

  private viewOf({ time }: ViewState): View {
    const { ns } = this.picture;
    return time === null ? { from: 0, to: ns } : moveView(this.picture, time);
  }

  private get view(): View {
    return this.viewOf(this.link.state);
  }

  private get scale(): TimeScale {
    return new TimeScale(this.picture, this.view);
  }

  private draw(view: View, window: TimeSpan | null): void {
    const { layout } = this.picture;
    const height = layout.axis + 24;
    const svg = svgElement('svg', {
      class: 'goflame timeline page-timeline',
      width: this.width,
      height,
      viewBox: `${MARGIN} 0 ${this.width} ${height}`,
      'aria-hidden': 'true',
    }) as SVGSVGElement;
    const clip = svgElement('clipPath', { id: 'plot-clip' });
    clip.append(
      svgElement('rect', { x: layout.left, y: layout.collector, width: layout.plot, height: layout.axis - layout.collector }),
    );
    const gutter = svgElement('g', { class: 'gutter' });
    gutter.append(...drawGutter(this.picture).map(makeShape));
    svg.append(clip, gutter);
    const scene = drawScene(this.picture, view, 1);
    for (const name of SCENE_GROUPS) {
      const attributes: Record<string, string> = { class: name };
      if (name !== 'marks' && name !== 'ticks') attributes['clip-path'] = 'url(#plot-clip)';
      const group = svgElement('g', attributes);
      group.append(...scene[name].map(makeShape));
      if (name === 'marks') svg.append(...this.selectionOf(view, window));
      svg.append(group);
    }
    this.frame.replaceChildren(svg);
    this.svg = svg;
  }

  private selectionOf(view: View, window: TimeSpan | null): SVGElement[] {
    if (window === null || window.to <= view.from || window.from >= view.to) return [];
    const { layout } = this.picture;
    const from = Math.max(layout.left, xOf(this.picture, view, window.from));
    const to = Math.min(layout.left + layout.plot, xOf(this.picture, view, window.to));
    const place = { x: from, y: layout.collector, width: Math.max(1, to - from), height: layout.axis - layout.collector };
    return [svgElement('rect', { class: 'selection', ...place })];
  }

  private tellSelected(window: TimeSpan | null): void {
    const hotspot = window === null ? undefined : this.hotspotOf(window);
    this.selected.hidden = window === null;
    this.details.replaceChildren();
    if (window === null) return;
    const { offset } = this.picture;
    const name = hotspot === undefined ? 'Selected' : `Hotspot ${hotspot.rank}`;
    const text = `${formatNs(window.to - window.from)}, from ${moment(window.from + offset)} to ${moment(window.to + offset)}`;
    this.selected.replaceChildren(
      make('strong', {}, name),
      make('span', {}, text),
      make('span', { class: 'space' }),
      makeButton('Zoom to it', () => this.zoomTo(window), { class: 'plain' }),
      ...(this.stacks !== null
        ? [
            makeButton('Flame graph of this time', () => this.link.showInFlame({}), {
              class: 'plain primary',
              title: 'what all Ps did in this time, by stack',
            }),
          ]
        : []),
      makeButton('Clear', () => this.link.change({ window: null }, true), { class: 'plain' }),
    );
    const told = hotspot === undefined ? undefined : this.data.hotspots.find(({ rank }) => rank === hotspot.rank);
    if (told === undefined) return;
    const list = (title: string, lines: readonly string[]) =>
      make('section', { class: 'block' }, make('h3', {}, title), make('ol', {}, ...lines.map((line) => make('li', {}, line))));
    this.details.append(list('what it was', told.facts), ...(told.stack.length > 0 ? [list('where it was', told.stack)] : []));
  }

  private hotspotOf({ from, to }: TimeSpan): PictureHotspot | undefined {
    return this.picture.hotspots.find((one) => Math.floor(one.from) === from && Math.ceil(one.to) === to);
  }

  // ---- controls ----

  private buttons(): HTMLElement {
    const zoom = (factor: number) => () => this.zoomBy(factor);
    return make(
      'div',
      { class: 'segments', role: 'group', 'aria-label': 'zoom' },
      makeButton('Zoom in', zoom(1 / KEY_ZOOM), { title: '+' }),
      makeButton('Zoom out', zoom(KEY_ZOOM), { title: '-' }),
      makeButton('Show all', () => this.showAll(), { title: 'Home' }),
      makeButton('‹ Hotspot', () => this.stepHotspot(-1), { title: 'previous hotspot ([)' }),
      makeButton('Hotspot ›', () => this.stepHotspot(1), { title: 'next hotspot (])' }),
    );
  }

  private legend(): HTMLElement {
    const entries = [...SHOWN.map(({ name, className }) => ({ name, className })), IDLE_LOOK];
    const items = entries.map(({ name, className }) => {
      const swatch = svgElement('svg', { class: 'page-timeline swatch', width: 10, height: 10, 'aria-hidden': 'true' });
      const group = svgElement('g', { class: 'legend' });
      group.append(svgElement('rect', { class: className, width: 10, height: 10, rx: 2 }));
      swatch.append(group);
      return make('li', {}, swatch, name);
    });
    return make('ul', { class: 'legend', 'aria-label': 'colours' }, ...items);
  }

  private setView(view: View, step = false): void {
    const { from, to } = moveView(this.picture, view);
    const whole = from === 0 && to >= this.picture.ns;
    this.link.change({ time: whole ? null : { from: Math.floor(from), to: Math.ceil(to) } }, step);
  }

  private zoomBy(factor: number, at = (this.view.from + this.view.to) / 2): void {
    const { from, to } = this.view;
    this.setView({ from: at - (at - from) * factor, to: at + (to - at) * factor });
  }

  private zoomTo({ from, to }: TimeSpan): void {
    const around = (to - from) * 0.15;
    this.setView({ from: from - around, to: to + around }, true);
  }

  private pan(share: number): void {
    const { from, to } = this.view;
    const by = (to - from) * share;
    this.setView({ from: from + by, to: to + by });
  }

  private showAll(): void {
    this.link.change({ time: null }, true);
  }

  private select(window: TimeSpan | null): void {
    this.link.change({ window }, true);
    if (window === null) return;
    const { from, to } = this.view;
    if (window.to < from || window.from > to)
      this.setView({ from: window.from - (to - from) / 2, to: window.from + (to - from) / 2 });
  }

  private selectHotspot(hotspot: PictureHotspot): void {
    this.select({ from: Math.floor(hotspot.from), to: Math.ceil(hotspot.to) });
    const told = this.data.hotspots.find(({ rank }) => rank === hotspot.rank);
    this.link.announce(`hotspot ${hotspot.rank}: ${told?.facts.join(', ') ?? hotspot.kind}`);
  }

  private stepHotspot(by: 1 | -1): void {
    const { hotspots } = this.picture;
    if (hotspots.length === 0) return;
    const { window } = this.link.state;
    const now = window === null ? undefined : this.hotspotOf(window);
    const at = now === undefined ? -1 : hotspots.indexOf(now);
    this.selectHotspot(hotspots[at < 0 ? (by > 0 ? 0 : hotspots.length - 1) : (at + by + hotspots.length) % hotspots.length]);
  }

  // ---- pointer ----

  private down(event: PointerEvent): void {
    if (event.button !== 0 || this.svg === null) return;
    const { x, y } = this.scale.point(this.svg, event);
    if (!this.scale.isInPlot(x, y)) return;
    this.drag = { from: this.scale.timeAt(x), x, moved: false };
    this.frame.setPointerCapture?.(event.pointerId);
  }

  private move(event: PointerEvent): void {
    if (this.svg === null) return;
    const { x, y } = this.scale.point(this.svg, event);
    const { drag } = this;
    if (drag !== null && (drag.moved || Math.abs(x - drag.x) > CLICK)) {
      drag.moved = true;
      const to = this.scale.timeAt(x);
      this.later(() => this.link.change({ window: spanOf(drag.from, to) }));
    }
    this.hover(x, y, event);
  }

  /** Once before the next frame: a pointer moves more often than the page is drawn. */
  private later(act: () => void): void {
    if (this.pending !== 0) cancelAnimationFrame(this.pending);
    this.pending = requestAnimationFrame(() => {
      this.pending = 0;
      act();
    });
  }

  private release(event: PointerEvent): void {
    const { drag } = this;
    this.drag = null;
    if (drag === null) {
      const mark = event.target instanceof Element ? event.target.closest('[data-rank]') : null;
      const found = this.picture.hotspots.find(({ rank }) => rank === Number(mark?.getAttribute('data-rank')));
      if (found !== undefined) this.selectHotspot(found);
      return;
    }
    if (drag.moved) return;
    const found = this.hotspotAt(this.svg === null ? 0 : this.scale.point(this.svg, event).y, drag.from);
    if (found !== undefined) this.selectHotspot(found);
    else this.select(null);
  }

  private hotspotAt(y: number, time: number): PictureHotspot | undefined {
    const lane = this.scale.laneAt(y);
    return this.picture.hotspots.find((one) => one.lane === lane && time >= one.from && time <= one.to);
  }

  private hover(x: number, y: number, { clientX, clientY }: PointerEvent): void {
    const { picture, view, scale } = this;
    if (!scale.isInPlot(x, y)) {
      this.tip.hide();
      return;
    }
    const time = scale.timeAt(x);
    const here = this.stacks?.at(time) ?? null;
    const common = [...(here === null ? [] : [`most time went to ${here}`]), ...commonFacts(picture, view, time)];
    const now = moment(time + picture.offset);
    const lane = scale.laneAt(y);
    const at = { x: clientX, y: clientY };
    if (lane < 0) {
      this.tip.show(now, common, at);
      return;
    }
    const { title, lines } = laneFacts(picture, view, lane, time);
    const found = this.hotspotAt(y, time);
    const told = found === undefined ? [] : [`hotspot ${found.rank}: ${found.kind}, ${found.starved}`, ...this.stackOf(found)];
    this.tip.show(
      title,
      [...lines, ...told, `at ${now}`, `P busy ${formatPercent(picture.procs[lane].busy)} in all`, ...common],
      at,
    );
  }

  private stackOf({ rank }: PictureHotspot): string[] {
    const stack = this.data.hotspots.find((one) => one.rank === rank)?.stack ?? [];
    return stack.slice(0, 3).map((line) => `in ${line}`);
  }

  private wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) return;
    event.preventDefault();
    const pixels = event.deltaMode === 1 ? 16 : 1;
    const by = event.deltaY === 0 ? event.deltaX : event.deltaY;
    if (event.shiftKey) this.later(() => this.pan((by * pixels) / this.picture.layout.plot));
    else if (this.svg !== null) {
      const at = this.scale.timeAt(this.scale.point(this.svg, event).x);
      this.later(() => this.zoomBy(Math.exp(by * pixels * WHEEL), at));
    }
  }

  readonly keys: readonly KeyGroup[] = [
    {
      title: 'Timeline',
      bindings: [
        { keys: ['+', '='], about: 'zoom in (also Ctrl and wheel)', act: () => this.zoomBy(1 / KEY_ZOOM) },
        { keys: ['-'], about: 'zoom out', act: () => this.zoomBy(KEY_ZOOM) },
        { keys: ['ArrowLeft'], about: 'earlier (also Shift and wheel)', act: () => this.pan(-KEY_PAN) },
        { keys: ['ArrowRight'], about: 'later', act: () => this.pan(KEY_PAN) },
        { keys: ['Home', '0'], about: 'show all', act: () => this.showAll() },
        { keys: [']'], about: 'select the next hotspot', act: () => this.stepHotspot(1) },
        { keys: ['['], about: 'select the previous hotspot', act: () => this.stepHotspot(-1) },
        {
          keys: ['Enter', 'f'],
          about: 'flame graph of what is selected',
          act: () => this.link.state.window !== null && this.link.showInFlame({}),
        },
        {
          keys: ['z'],
          about: 'zoom to what is selected',
          act: () => this.link.state.window !== null && this.zoomTo(this.link.state.window),
        },
        { keys: ['Escape'], about: 'select nothing', act: () => this.link.change({ window: null }, true) },
      ],
    },
  ];
}

function spanOf(a: number, b: number): TimeSpan {
  return { from: Math.max(0, Math.floor(Math.min(a, b))), to: Math.ceil(Math.max(a, b)) };
}

/** What is seen and done: the part of time in view, moved by wheel, drag and keys; hotspots to go to; tooltips. */

import type { TimelinePicture, View } from '../../src/render/timeline/picture.ts';
import { drawScene, SCENE_GROUPS } from '../../src/render/timeline/scene.ts';
import type { Shape } from '../../src/render/timeline/shapes.ts';
import { widthOf } from '../../src/render/timeline/textwidth.ts';
import { decodePicture, type TimelineData } from '../../src/render/timeline/timelinedata.ts';
import { makeButton, pointIn, svgElement } from '../flamegraph/dom.ts';
import { Tip } from '../flamegraph/tip.ts';
import { commonFacts, laneFacts, moment } from './facts.ts';

/** Nothing shorter than this is looked at: events are some tens of nanoseconds apart. */
const LEAST_NS = 200;
const WHEEL = 0.0016;
const KEY_ZOOM = 1.6;
const KEY_PAN = 0.2;
/** Pixels that a press may move and still be a click. */
const CLICK = 4;

export class TimelineView {
  private readonly svg: SVGSVGElement;
  private readonly picture: TimelinePicture;
  private readonly plot: SVGElement;
  private readonly cross = svgElement('path', { class: 'cross hidden' });
  private readonly reset: SVGElement;
  private readonly tip: Tip;
  private view: View;
  private pending = 0;
  private drag: { x: number; view: View; moved: boolean } | null = null;

  constructor(svg: SVGSVGElement) {
    this.svg = svg;
    this.picture = decodePicture(JSON.parse(svg.querySelector('metadata')?.textContent ?? '') as TimelineData);
    const { width, height, left, plot, collector, axis } = this.picture.layout;
    this.view = { from: 0, to: this.picture.ns };
    this.plot = svgElement('rect', {
      class: 'plot',
      x: left,
      y: collector,
      width: plot,
      height: axis - collector,
      tabindex: 0,
      role: 'group',
      'aria-label': 'time: plus and minus zoom, arrow keys move, digits go to hotspots, Escape resets',
    });
    const text = 'Reset zoom';
    const textWidth = widthOf(text);
    this.reset = makeButton(text, { x: width - 24 - textWidth - 16, y: 12, textWidth }, () => this.show(0, this.picture.ns));
    this.reset.classList.add('hidden');
    svg.querySelector('.scene .marks')?.before(this.plot);
    svg.append(this.cross, this.reset);
    this.tip = new Tip(svg, { width, height, measure: (text) => widthOf(text) });
  }

  start(): void {
    const { plot, svg } = this;
    const alone = svg === (document.documentElement as Element);
    plot.addEventListener('pointermove', (event) => this.move(event as PointerEvent));
    plot.addEventListener('pointerleave', () => this.leave());
    plot.addEventListener('pointerdown', (event) => this.press(event as PointerEvent));
    plot.addEventListener('pointerup', (event) => this.release(event as PointerEvent));
    plot.addEventListener('dblclick', (event) => this.zoomAt(this.timeAt(event as MouseEvent), 1 / 3));
    // A page that the picture is part of scrolls by the wheel: there it zooms with Ctrl only.
    plot.addEventListener('wheel', (event) => this.wheel(event as WheelEvent, alone), { passive: false });
    svg.addEventListener('click', (event) => this.clickMark(event));
    (alone ? document : svg).addEventListener('keydown', (event) => this.key(event as KeyboardEvent));
  }

  // ---- the part in view ----

  private show(from: number, to: number): void {
    const { ns } = this.picture;
    const length = Math.min(ns, Math.max(LEAST_NS, to - from));
    const middle = (from + to) / 2;
    const begin = Math.max(0, Math.min(ns - length, middle - length / 2));
    this.view = { from: begin, to: begin + length };
    this.reset.classList.toggle('hidden', length >= ns);
    if (this.pending === 0) this.pending = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    this.pending = 0;
    const scene = drawScene(this.picture, this.view, 1);
    for (const name of SCENE_GROUPS) {
      this.svg.querySelector(`.scene > .${name}`)?.replaceChildren(...scene[name].map(makeElement));
    }
  }

  private zoomAt(time: number, factor: number): void {
    const { from, to } = this.view;
    const length = Math.max(LEAST_NS, (to - from) * factor);
    const share = (time - from) / (to - from);
    this.show(time - share * length, time + (1 - share) * length);
  }

  private pan(share: number): void {
    const { from, to } = this.view;
    const by = (to - from) * share;
    this.show(from + by, to + by);
  }

  private timeAt(event: MouseEvent): number {
    const { left, plot } = this.picture.layout;
    const share = (pointIn(this.svg, event).x - left) / plot;
    return this.view.from + share * (this.view.to - this.view.from);
  }

  private goTo(rank: number): void {
    const hotspot = this.picture.hotspots.find((one) => one.rank === rank);
    if (hotspot === undefined) return;
    const around = Math.max(LEAST_NS, (hotspot.to - hotspot.from) * 0.75);
    this.show(hotspot.from - around, hotspot.to + around);
  }

  // ---- pointer and keys ----

  private wheel(event: WheelEvent, alone: boolean): void {
    if (!alone && !event.ctrlKey) return;
    event.preventDefault();
    const pixels = event.deltaMode === 1 ? 16 : 1;
    const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
    if (Math.abs(sideways) > Math.abs(event.deltaY) || event.shiftKey) this.pan((sideways * pixels) / this.picture.layout.plot);
    else this.zoomAt(this.timeAt(event), Math.exp(event.deltaY * pixels * WHEEL));
    this.move(event);
  }

  private press(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.drag = { x: pointIn(this.svg, event).x, view: this.view, moved: false };
    this.plot.setPointerCapture?.(event.pointerId);
  }

  private release(event: PointerEvent): void {
    this.plot.classList.remove('grab');
    const wasClick = this.drag !== null && !this.drag.moved;
    this.drag = null;
    if (wasClick) this.clickLane(event);
  }

  private move(event: MouseEvent): void {
    const { x, y } = pointIn(this.svg, event);
    const { drag } = this;
    if (drag !== null && (drag.moved || Math.abs(x - drag.x) > CLICK)) {
      drag.moved = true;
      this.plot.classList.add('grab');
      const by = ((drag.x - x) / this.picture.layout.plot) * (drag.view.to - drag.view.from);
      this.show(drag.view.from + by, drag.view.to + by);
    }
    this.hover(x, y, this.timeAt(event));
  }

  private hover(x: number, y: number, time: number): void {
    const { picture, view } = this;
    const { layout } = picture;
    if (time < 0 || time > picture.ns) return;
    this.cross.setAttribute('d', `M${x} ${layout.collector}V${layout.axis}`);
    this.cross.classList.remove('hidden');
    const lane = this.laneAt(y);
    const common = commonFacts(picture, view, time);
    const now = moment(time + picture.offset);
    if (lane < 0) {
      this.tip.show(now, common, x, y);
      return;
    }
    const { title, lines } = laneFacts(picture, view, lane, time);
    const hotspots = picture.hotspots
      .filter((one) => one.lane === lane && time >= one.from && time <= one.to)
      .map(({ rank, kind, starved }) => `hotspot ${rank}: ${kind}, ${starved}`);
    this.tip.show(title, [...lines, ...hotspots, `at ${now}`, ...common], x, y);
  }

  private laneAt(y: number): number {
    const { layout, procs } = this.picture;
    const lane = Math.floor((y - layout.lanes) / layout.step);
    return lane >= 0 && lane < procs.length && y - layout.lanes - lane * layout.step <= layout.lane ? lane : -1;
  }

  private leave(): void {
    this.tip.hide();
    this.cross.classList.add('hidden');
  }

  /** A click into a hotspot's time on its own lane goes to it. */
  private clickLane(event: PointerEvent): void {
    const lane = this.laneAt(pointIn(this.svg, event).y);
    const time = this.timeAt(event);
    const found = this.picture.hotspots.find((one) => one.lane === lane && time >= one.from && time <= one.to);
    if (found !== undefined) this.goTo(found.rank);
  }

  private clickMark(event: Event): void {
    const mark = event.target instanceof Element ? event.target.closest('[data-rank]') : null;
    if (mark !== null) this.goTo(Number(mark.getAttribute('data-rank')));
  }

  private key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || !this.act(event.key)) return;
    this.tip.hide();
    event.preventDefault();
  }

  /** Does what a key asks for; false for one that asks for nothing. */
  private act(key: string): boolean {
    const middle = (this.view.from + this.view.to) / 2;
    if (key === '+' || key === '=' || key === 'w') this.zoomAt(middle, 1 / KEY_ZOOM);
    else if (key === '-' || key === 's') this.zoomAt(middle, KEY_ZOOM);
    else if (key === 'ArrowLeft' || key === 'a') this.pan(-KEY_PAN);
    else if (key === 'ArrowRight' || key === 'd') this.pan(KEY_PAN);
    else if (key === 'Escape' || key === 'Home' || key === '0') this.show(0, this.picture.ns);
    else if (/^[1-9]$/.test(key)) this.goTo(Number(key));
    else return false;
    return true;
  }
}

function makeElement({ name, attributes, text, children }: Shape): SVGElement {
  const element = svgElement(name, attributes, text);
  for (const child of children ?? []) element.append(makeElement(child));
  return element;
}

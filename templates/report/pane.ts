/** One drawing of a tree: what is zoomed, found and chosen in it, by pointer and by keys. */

import type { FlameGeometry } from '../../src/render/flamedata.ts';
import { fitLabel, type LabelForms, signForms } from '../../src/render/geometry.ts';
import { make } from './dom.ts';
import { type DrawnFrame, FlameEngine } from './engine.ts';
import { type Coloring, faded, type Painter, REST_COLOR } from './paint.ts';
import type { Zoom } from './state.ts';
import { changeAt, type FlameTree, parentsOf } from './tree.ts';
import { seeTree, type VisibleFrame } from './visible.ts';

export interface PaneEvents {
  zoom(zoom: Zoom): void;
  /** The frame under the pointer, and where; null when it is left. */
  hover(node: VisibleFrame | null, at: { x: number; y: number }): void;
  choose(node: number): void;
  /** A click with the Alt key. */
  hide(node: number): void;
}

export interface PaneContents {
  readonly tree: FlameTree;
  readonly zoom: Zoom;
  readonly icicle: boolean;
  readonly coloring: Coloring;
  /** By text: 1 where it is found; null without a search. */
  readonly hits: Uint8Array | null;
  /** Text of the root frame. */
  readonly rootName: string;
}

const ROW = 20;
const MAX_ROWS = 1500;
/** As many as a browser draws anew in a quarter of a second. */
const MAX_FRAMES = 3000;
const NARROWEST = 200;
const HIT_COLOR = '#e600e6';
/** Labels are set in the page's own type, which is nowhere wider than the picture's. */
const TYPE: FlameGeometry = {
  left: 0,
  width: 0,
  top: 0,
  row: ROW,
  rows: 0,
  inverted: true,
  fontSize: 12,
  charWidth: 7.08,
  fixedPitch: false,
  outlined: false,
  cutRight: true,
};
export const NO_NODE = -1;

export class FlamePane {
  readonly element: HTMLElement;
  private readonly host = make('div', { class: 'chart' });
  private readonly engine = new FlameEngine(this.host);
  private readonly forms: LabelForms;
  private readonly painter: Painter;
  private readonly events: PaneEvents;
  private contents: PaneContents | null = null;
  private drawn: DrawnFrame[] = [];
  private readonly byNode = new Map<number, DrawnFrame>();
  private readonly byElement = new Map<Element, DrawnFrame>();
  private width = 0;
  private chosenNode = NO_NODE;
  private parents: Int32Array | null = null;

  constructor(label: string, tools: { forms: LabelForms; painter: Painter }, events: PaneEvents) {
    this.forms = tools.forms;
    this.painter = tools.painter;
    this.events = events;
    this.element = make('div', {
      class: 'pane',
      tabindex: 0,
      role: 'application',
      'aria-roledescription': 'flame graph',
      'aria-label': `${label}: arrow keys move, Enter zooms, Escape goes back; the table of functions has the same numbers`,
    });
    this.element.append(this.host);
    this.host.addEventListener('click', (event) => this.click(event), true);
    this.host.addEventListener('pointermove', (event) => this.hover(event));
    this.host.addEventListener('pointerleave', (event) => this.events.hover(null, event));
  }

  get chosen(): number {
    return this.chosenNode;
  }

  get tree(): FlameTree | null {
    return this.contents?.tree ?? null;
  }

  /** Draws what differs from the last time. */
  show(contents: PaneContents): void {
    const last = this.contents;
    const width = Math.max(NARROWEST, Math.floor(this.element.clientWidth));
    const unchanged = last !== null && width === this.width && sameFrames(last, contents);
    if (unchanged) {
      this.contents = contents;
      if (last.hits !== contents.hits) this.recolor(contents);
      return;
    }
    if (last?.tree !== contents.tree) {
      this.chosenNode = NO_NODE;
      this.parents = null;
    }
    this.contents = contents;
    this.width = width;
    this.draw(contents);
  }

  /** The node and where its range ends. */
  static rangeOf(tree: FlameTree, { node, until }: Zoom): { zoomed: number; until: number } {
    if (!(node >= 0) || node >= tree.count) return { zoomed: 0, until: tree.count };
    return { zoomed: node, until: until > tree.ends[node] && until <= tree.count ? until : tree.ends[node] };
  }

  private draw(contents: PaneContents): void {
    const { tree, zoom, icicle, coloring, hits } = contents;
    const visible = seeTree(tree, {
      ...FlamePane.rangeOf(tree, zoom),
      width: this.width,
      maxRows: MAX_ROWS,
      maxFrames: MAX_FRAMES,
    });
    this.drawn = this.engine.draw(visible, {
      width: this.width,
      row: ROW,
      icicle,
      fill: (frame) => this.fill(frame, tree, coloring, hits),
      label: (frame, pixels) => this.label(frame, pixels),
    });
    this.byNode.clear();
    this.byElement.clear();
    for (const drawn of this.drawn) {
      this.byElement.set(drawn.element, drawn);
      if (drawn.frame.rest === 0) this.byNode.set(drawn.frame.node, drawn);
      else drawn.element.classList.add('rest');
      if (drawn.frame.rest === 0 && drawn.frame.node > 0 && hits?.[tree.texts[drawn.frame.node]] === 1)
        drawn.element.classList.add('hit');
    }
    this.byNode.get(this.chosenNode)?.element.classList.add('chosen');
  }

  /** Another search: the frames stay, their colours change. */
  private recolor({ tree, coloring, hits }: PaneContents): void {
    for (const { element, frame } of this.drawn) {
      const hit = frame.rest === 0 && frame.node > 0 && hits !== null && hits[tree.texts[frame.node]] === 1;
      element.classList.toggle('hit', hit);
      element.querySelector('rect')?.setAttribute('fill', this.fill(frame, tree, coloring, hits));
    }
  }

  private fill(frame: VisibleFrame, tree: FlameTree, coloring: Coloring, hits: Uint8Array | null): string {
    if (frame.rest > 0) return REST_COLOR;
    const fill = this.painter.fill(tree, frame.node, coloring);
    if (hits === null || frame.node === 0) return fill;
    return hits[tree.texts[frame.node]] === 1 ? HIT_COLOR : faded(fill);
  }

  private label(frame: VisibleFrame, pixels: number): string {
    const { contents } = this;
    if (contents === null || pixels < 22) return '';
    if (frame.rest > 0) return fitLabel(TYPE, [`… ${frame.rest} narrow frames`, `… ${frame.rest}`, '…'], pixels);
    const text = contents.tree.texts[frame.node];
    if (text < 0) return fitLabel(TYPE, [contents.rootName], pixels);
    return fitLabel(TYPE, signForms(this.forms.of(text), changeAt(contents.tree, frame.node)), pixels);
  }

  // ---- pointer ----

  private frameUnder(event: Event): DrawnFrame | undefined {
    const group = event.target instanceof Element ? event.target.closest('g') : null;
    return group === null ? undefined : this.byElement.get(group);
  }

  private click(event: MouseEvent): void {
    const drawn = this.frameUnder(event);
    // The chart would zoom in what it was given; the page gives it what belongs to the zoom.
    event.stopPropagation();
    if (drawn === undefined || this.contents === null) return;
    this.element.focus({ preventScroll: true });
    const { frame } = drawn;
    if (event.altKey && frame.rest === 0) this.events.hide(frame.node);
    else this.zoomTo(frame);
  }

  private zoomTo({ node, rest }: VisibleFrame): void {
    this.events.zoom({ node, until: rest > 0 ? node + rest : 0 });
    if (rest === 0) this.choose(node, false);
  }

  private hover(event: PointerEvent): void {
    this.events.hover(this.frameUnder(event)?.frame ?? null, { x: event.clientX, y: event.clientY });
  }

  // ---- the frame that is meant ----

  /** `follow`: scrolls to it; that makes the browser lay out the page at once, which a click has no need for. */
  choose(node: number, follow = true): void {
    this.byNode.get(this.chosenNode)?.element.classList.remove('chosen');
    this.chosenNode = node;
    const drawn = this.byNode.get(node);
    drawn?.element.classList.add('chosen');
    if (follow) drawn?.element.scrollIntoView?.({ block: 'nearest' });
    this.events.choose(node);
  }

  isDrawn(node: number): boolean {
    return this.byNode.has(node);
  }

  /** Does what a key asks for; false for one that asks for nothing here. */
  key(key: string): boolean {
    if (this.contents === null) return false;
    const deeper = this.contents.icicle ? 'ArrowDown' : 'ArrowUp';
    if (key === 'ArrowUp' || key === 'ArrowDown') this.moveRow(key === deeper);
    else if (key === 'ArrowLeft' || key === 'ArrowRight') this.moveAlong(key === 'ArrowRight' ? 1 : -1);
    else if (key === 'Enter' || key === ' ') this.enter();
    else return false;
    return true;
  }

  private enter(): void {
    if (this.chosenNode === NO_NODE) return;
    this.events.zoom({ node: this.chosenNode, until: 0 });
  }

  /** The frame that is zoomed, or the root. */
  private chooseStart(): void {
    const start = this.contents?.zoom.node ?? 0;
    this.choose(this.isDrawn(start) ? start : 0);
  }

  private moveRow(deeper: boolean): void {
    const { contents, chosenNode } = this;
    if (contents === null) return;
    if (!this.isDrawn(chosenNode)) {
      this.chooseStart();
      return;
    }
    this.parents ??= parentsOf(contents.tree.depths, contents.tree.count);
    const to = deeper ? this.widestCallee(contents.tree, chosenNode) : this.parents[chosenNode];
    if (to >= 0 && this.isDrawn(to)) this.choose(to);
  }

  private widestCallee({ ends, widths }: FlameTree, node: number): number {
    let widest = NO_NODE;
    for (let at = node + 1; at < ends[node]; at = ends[at]) {
      if (this.isDrawn(at) && (widest === NO_NODE || widths[at] > widths[widest])) widest = at;
    }
    return widest;
  }

  /** To the next drawn frame of the same row. */
  private moveAlong(by: 1 | -1): void {
    const at = this.byNode.get(this.chosenNode);
    if (at === undefined) {
      this.chooseStart();
      return;
    }
    const row = this.drawn.filter(({ y, frame }) => y === at.y && frame.rest === 0).sort((a, b) => a.x - b.x);
    const next = row[row.indexOf(at) + by];
    if (next !== undefined) this.choose(next.frame.node);
  }
}

/** Whether both show the same frames in the same places. */
function sameFrames(a: PaneContents, b: PaneContents): boolean {
  return (
    a.tree === b.tree &&
    a.zoom.node === b.zoom.node &&
    a.zoom.until === b.zoom.until &&
    a.icicle === b.icicle &&
    a.coloring === b.coloring
  );
}

/** What is seen and done: zoom, search, the frame under the pointer or chosen by keys. */

import { decodeFrames, type FlameData, type FlameFrames } from '../../src/render/flamedata.ts';
import {
  compareWeights,
  countUnit,
  fitLabel,
  formatShare,
  framePath,
  LabelForms,
  labelX,
  labelY,
  rootForms,
  rowTop,
  signForms,
  textWidth,
} from '../../src/render/geometry.ts';
import { Address } from './address.ts';
import { makeButton, pointIn, svgElement } from './dom.ts';
import { endOf, findMatches, type Matches, matchNames, patternOf, type SearchTerm } from './search.ts';
import { SearchBox } from './searchbox.ts';
import { Tip } from './tip.ts';

/** Narrower frames are not drawn. */
const LEAST_PIXELS = 0.3;
const NO_FRAME = -1;
const NO_MATCHES: Matches = { frames: [], weight: 0 };

export class FlameView {
  private readonly picture: SVGSVGElement;
  private readonly data: FlameData;
  private readonly frames: FlameFrames;
  private readonly forms: LabelForms;
  private readonly framesGroup: SVGElement;
  private readonly labelsGroup: SVGElement;
  private readonly details: Element;
  private readonly summary: string;
  private readonly mark = svgElement('rect', { class: 'mark hidden' });
  private readonly address: Address;
  private readonly box: SearchBox;
  private readonly tip: Tip;
  private readonly reset: SVGElement;
  /** By frame: the class it was written with, and its link. */
  private readonly classes: string[] = [];
  private readonly links = new Map<number, Element>();
  /** Drawn elements ↔ frames. */
  private readonly frameOf = new Map<Element, number>();
  private readonly elementOf = new Map<number, Element>();
  private readonly places = new Map<number, { x: number; width: number }>();
  private zoomed = 0;
  private chosen = NO_FRAME;
  private term: SearchTerm | null = null;
  private hits: Uint8Array | null = null;
  private matches: Matches = NO_MATCHES;

  constructor(picture: SVGSVGElement) {
    this.picture = picture;
    this.data = JSON.parse(picture.querySelector('metadata')?.textContent ?? '') as FlameData;
    const details = picture.querySelector('.details') as Element;
    this.frames = decodeFrames(this.data.frames, this.data.compared);
    this.forms = new LabelForms(this.data.names);
    this.framesGroup = picture.querySelector('.frames') as SVGElement;
    this.labelsGroup = picture.querySelector('.labels') as SVGElement;
    this.details = details;
    this.summary = details.textContent ?? '';
    this.address = new Address(picture);
    const { left, width } = this.data.geometry;
    const height = Number((picture.getAttribute('viewBox') ?? '').split(' ')[3]);
    const size = { width: width + 2 * left, height, measure: (text: string) => textWidth(this.data.geometry, text) };
    this.reset = makeButton('Reset zoom', { x: left, y: 8, textWidth: size.measure('Reset zoom') }, () => this.zoom(0));
    this.reset.classList.add('hidden');
    picture.append(this.mark, this.reset);
    this.box = new SearchBox(picture, size, { search: (term) => this.search(term), step: (by) => this.step(by) });
    this.tip = new Tip(picture, size);
  }

  /** Takes over the picture as it stands, then goes where the address says. */
  start(): void {
    this.adopt();
    this.listen();
    this.details.setAttribute('aria-live', 'polite');
    this.framesGroup.setAttribute('tabindex', '0');
    this.framesGroup.setAttribute('role', 'group');
    this.framesGroup.setAttribute('aria-label', 'frames: arrow keys move, Enter zooms, Escape resets, slash searches');
    this.follow(true);
  }

  // ---- the picture as written ----

  private adopt(): void {
    const { left, width } = this.data.geometry;
    const scale = width / this.frames.weights[0];
    let i = 0;
    for (const path of this.framesGroup.querySelectorAll('path')) {
      this.classes.push(path.getAttribute('class') ?? '');
      if (path.parentElement?.localName === 'a') this.links.set(i, path.parentElement);
      this.remember(i, path, left + this.frames.starts[i] * scale, i === 0 ? width : this.frames.weights[i] * scale);
      i++;
    }
  }

  private remember(frame: number, element: Element, x: number, width: number): void {
    this.frameOf.set(element, frame);
    this.elementOf.set(frame, element);
    this.places.set(frame, { x, width });
  }

  private listen(): void {
    const { framesGroup } = this;
    framesGroup.addEventListener('click', (event) => this.click(event as MouseEvent));
    framesGroup.addEventListener('pointermove', (event) => this.hover(event as PointerEvent));
    framesGroup.addEventListener('pointerleave', () => this.leave());
    framesGroup.addEventListener('focus', () => this.choose(this.chosen === NO_FRAME ? this.zoomed : this.chosen));
    framesGroup.addEventListener('blur', () => this.choose(NO_FRAME));
    const alone = this.picture === (document.documentElement as Element);
    const keys: EventTarget = alone ? document : this.picture;
    keys.addEventListener('keydown', (event) => this.key(event as KeyboardEvent));
    window.addEventListener('hashchange', () => this.follow(false));
  }

  /** Shows what the address says. */
  private follow(first: boolean): void {
    const { start, depth, term } = this.address.read();
    const wanted =
      term ?? (first && this.data.search !== null ? { text: this.data.search, ignoreCase: false, plain: false } : null);
    this.box.set(wanted);
    this.applySearch(wanted);
    const frame = depth > 0 ? this.frameAt(start, depth) : 0;
    if (frame !== this.zoomed) this.draw(frame);
    else this.showMatches();
  }

  /** The frame of a depth at an offset. */
  private frameAt(start: number, depth: number): number {
    const { count, depths, starts, weights } = this.frames;
    let best = 0;
    for (let i = 1; i < count && starts[i] <= start; i++) {
      if (depths[i] <= depth && start < starts[i] + weights[i]) best = i;
    }
    return best;
  }

  // ---- zoom ----

  private zoom(frame: number): void {
    if (frame !== this.zoomed) this.draw(frame);
    this.save();
  }

  private save(): void {
    const { starts, depths } = this.frames;
    this.address.write({ start: starts[this.zoomed], depth: depths[this.zoomed], term: this.term });
  }

  /** Draws a frame over the whole width, its callers below it, and all that it calls. */
  private draw(zoomed: number): void {
    this.zoomed = zoomed;
    const { frames, frameOf, elementOf, places } = this;
    for (const known of [frameOf, elementOf, places]) known.clear();
    const { left, width } = this.data.geometry;
    const scale = width / frames.weights[zoomed];
    const paths = document.createDocumentFragment();
    const labels = document.createDocumentFragment();
    for (const frame of this.callersOf(zoomed)) this.drawFrame(frame, left, width, { paths, labels });
    const end = endOf(frames, zoomed);
    for (let i = zoomed; i < end; i++) {
      const wide = i === zoomed ? width : frames.weights[i] * scale;
      if (wide >= LEAST_PIXELS)
        this.drawFrame(i, left + (frames.starts[i] - frames.starts[zoomed]) * scale, wide, { paths, labels });
    }
    this.framesGroup.replaceChildren(paths);
    this.labelsGroup.replaceChildren(labels);
    this.reset.classList.toggle('hidden', zoomed === 0);
    this.tip.hide();
    this.showMatches();
    if (this.chosen !== NO_FRAME) this.choose(elementOf.has(this.chosen) ? this.chosen : zoomed);
    else this.tellDetails(NO_FRAME);
  }

  private drawFrame(frame: number, x: number, width: number, into: { paths: DocumentFragment; labels: DocumentFragment }): void {
    const { geometry } = this.data;
    const depth = this.frames.depths[frame];
    const above = frame < this.zoomed ? ' above' : '';
    const path = svgElement('path', { class: this.classes[frame] + above, d: framePath(geometry, x, width, depth) });
    this.remember(frame, path, x, width);
    const link = this.links.get(frame)?.cloneNode(false) as Element | undefined;
    if (link !== undefined) link.append(path);
    into.paths.append(link ?? path);
    const named = frame === 0 ? rootForms(this.data.root) : this.forms.of(this.frames.names[frame]);
    const forms = signForms(named, this.frames.deltas?.[frame] ?? 0);
    const label = width < 3 * geometry.charWidth ? '' : fitLabel(geometry, forms, width);
    if (label !== '') into.labels.append(svgElement('text', { x: labelX(x), y: labelY(geometry, depth) }, label));
  }

  /** The callers of a frame, the root first. */
  private callersOf(frame: number): number[] {
    const { depths } = this.frames;
    const callers: number[] = [];
    for (let i = frame - 1, depth = depths[frame]; i >= 0 && depth > 0; i--) {
      if (depths[i] < depth) callers.push(i);
      depth = Math.min(depth, depths[i]);
    }
    return callers.reverse();
  }

  // ---- search ----

  private search(term: SearchTerm | null): void {
    this.applySearch(term);
    this.showMatches();
    this.save();
  }

  private applySearch(term: SearchTerm | null): void {
    this.term = term;
    const pattern = term === null ? null : patternOf(term);
    this.hits = pattern === null ? null : matchNames(this.data.names, pattern);
  }

  /** Marks what matches and tells its share of what is zoomed. */
  private showMatches(): void {
    const { frames, zoomed, hits } = this;
    this.matches = hits === null ? NO_MATCHES : findMatches(frames, hits, zoomed, endOf(frames, zoomed));
    for (const [element, frame] of this.frameOf)
      element.classList.toggle('hit', hits !== null && frame >= zoomed && hits[frames.names[frame]] === 1);
    if (this.term === null) this.box.tell('');
    else if (hits === null) this.box.tell('not a regular expression');
    else this.box.tell(this.matchText());
  }

  private matchText(): string {
    const at = this.matches.frames.indexOf(this.chosen);
    const count = this.matches.frames.length;
    const place = at < 0 ? countUnit(count, 'frames') : `${at + 1} of ${count}`;
    return `Matched: ${formatShare(this.matches.weight / this.frames.weights[this.zoomed])} (${place})`;
  }

  /** Goes to the next match, or to the one before. */
  private step(by: 1 | -1): void {
    const shown = this.matches.frames.filter((frame) => this.elementOf.has(frame));
    if (shown.length === 0) return;
    const at = shown.indexOf(this.chosen);
    const next = at < 0 ? (by > 0 ? 0 : shown.length - 1) : (at + by + shown.length) % shown.length;
    this.choose(shown[next]);
    this.box.tell(this.matchText());
  }

  // ---- the frame that is meant ----

  private choose(frame: number): void {
    this.chosen = frame;
    const place = this.places.get(frame);
    this.mark.classList.toggle('hidden', place === undefined);
    this.tellDetails(frame);
    if (place === undefined) return;
    const { geometry } = this.data;
    const top = rowTop(geometry, this.frames.depths[frame]);
    const box = { x: place.x, y: top, width: Math.max(1, place.width), height: geometry.row - 1 };
    for (const [key, value] of Object.entries(box)) this.mark.setAttribute(key, String(value));
    this.mark.scrollIntoView?.({ block: 'nearest' });
  }

  private tellDetails(frame: number): void {
    this.details.textContent =
      frame === NO_FRAME ? this.summary : `${this.data.nametype} ${this.nameOf(frame)} (${this.factsOf(frame).join(', ')})`;
  }

  private nameOf(frame: number): string {
    return this.data.names[this.frames.names[frame]];
  }

  private factsOf(frame: number): string[] {
    const { weights, deltas, spare } = this.frames;
    const weight = weights[frame];
    const all = weights[0];
    const { unit, factor } = this.data;
    if (deltas !== null) return [compareWeights(weight - (spare?.[frame] ?? 0), deltas[frame], { unit, factor })];
    const facts = [countUnit(weight * factor, unit), `${formatShare(weight / all)} of all`];
    if (this.zoomed !== 0 && weight <= weights[this.zoomed])
      facts.push(`${formatShare(weight / weights[this.zoomed])} of the zoomed frame`);
    return facts;
  }

  private frameUnder(event: Event): number {
    return event.target instanceof Element
      ? (this.frameOf.get(event.target.closest('path') ?? event.target) ?? NO_FRAME)
      : NO_FRAME;
  }

  private hover(event: PointerEvent): void {
    const frame = this.frameUnder(event);
    if (frame === NO_FRAME) return;
    // The browser would show the file's own tooltip beside ours.
    this.elementOf.get(frame)?.querySelector('title')?.remove();
    this.tellDetails(frame);
    const { x, y } = pointIn(this.picture, event);
    this.tip.show(this.nameOf(frame), this.factsOf(frame), x, y);
  }

  private leave(): void {
    this.tip.hide();
    this.tellDetails(this.chosen);
  }

  private click(event: MouseEvent): void {
    const frame = this.frameUnder(event);
    if (frame === NO_FRAME) return;
    const linked = this.links.has(frame);
    if (linked && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    // A finger has nothing to hover with: its first touch shows the frame, its second one zooms.
    if ((event as PointerEvent).pointerType === 'touch' && this.chosen !== frame) {
      this.hover(event as PointerEvent);
      this.choose(frame);
      return;
    }
    if (this.chosen !== NO_FRAME) this.chosen = frame;
    this.zoom(frame);
  }

  // ---- keys ----

  private key(event: KeyboardEvent): void {
    const command = event.ctrlKey || event.metaKey;
    if (event.altKey || (command && event.key !== 'f' && event.key !== 'i')) return;
    if (this.act(event.key, command)) event.preventDefault();
  }

  /** Does what a key asks for; false for a key that asks for nothing. */
  private act(key: string, command: boolean): boolean {
    const { inverted } = this.data.geometry;
    if ((command && key === 'f') || key === 'F3' || (!command && key === '/')) this.box.show();
    else if (command && key === 'i') this.box.toggleCase();
    else if (key === 'Escape') this.escape();
    else if (key === 'n') this.step(1);
    else if (key === 'N') this.step(-1);
    else if (key === 'Home') this.zoom(0);
    else if (key === 'Enter' || key === ' ') this.zoomChosen();
    else if (key === 'ArrowUp' || key === 'ArrowDown') this.moveRow((key === 'ArrowDown') === inverted);
    else if (key === 'ArrowLeft' || key === 'ArrowRight') this.moveAlong(key === 'ArrowRight');
    else return false;
    return true;
  }

  private escape(): void {
    this.tip.hide();
    if (this.box.isOpen) {
      this.box.set(null);
      this.box.hide();
      this.search(null);
    } else {
      this.zoom(0);
    }
  }

  private zoomChosen(): void {
    if (this.chosen === NO_FRAME) return;
    const link = this.links.get(this.chosen);
    if (link !== undefined && this.zoomed === this.chosen) (link as SVGAElement).dispatchEvent(new MouseEvent('click'));
    else this.zoom(this.chosen);
  }

  /** To the widest frame that this one calls, or to its caller. */
  private moveRow(deeper: boolean): void {
    if (this.chosen === NO_FRAME) this.choose(this.zoomed);
    else if (deeper) this.choose(this.widestCallee(this.chosen));
    else this.choose(this.callersOf(this.chosen).at(-1) ?? this.chosen);
  }

  /** The widest drawn frame that a frame calls; the frame itself where there is none. */
  private widestCallee(frame: number): number {
    const { depths, weights } = this.frames;
    let widest = frame;
    for (let i = frame + 1; i < endOf(this.frames, frame); i++) {
      if (depths[i] !== depths[frame] + 1 || !this.elementOf.has(i)) continue;
      if (widest === frame || weights[i] > weights[widest]) widest = i;
    }
    return widest;
  }

  /** To the next drawn frame of the same row. */
  private moveAlong(right: boolean): void {
    const { depths, count } = this.frames;
    const by = right ? 1 : -1;
    let to = this.chosen === NO_FRAME ? count : this.chosen + by;
    while (to >= 0 && to < count && !(depths[to] === depths[this.chosen] && this.elementOf.has(to))) to += by;
    if (this.chosen === NO_FRAME) this.choose(this.zoomed);
    else if (to >= 0 && to < count) this.choose(to);
  }
}

/**
 * The part of a tree that can be seen at a zoom, as d3-flame-graph takes it: objects that hold their callees. Frames
 * narrower than a pixel (or than a little more, where there would be too many of them) are not among them; neighbours that are too narrow are one stand-in, so that all others keep
 * their places.
 */

import { callersOf, type FlameTree } from './tree.ts';

export interface VisibleFrame {
  /** Index in the tree; that of the first one for a stand-in. */
  readonly node: number;
  /** Frames that this one stands for, with all they call; 0 for a frame of its own. */
  readonly rest: number;
  value: number;
  children: VisibleFrame[];
  /** A caller of what is zoomed, drawn over the whole width. */
  readonly fade: boolean;
}

/** `until` is the end of the zoomed frame, or lies behind it: then the frame and its neighbours up to there are zoomed. */
export interface Viewport {
  readonly zoomed: number;
  readonly until: number;
  readonly width: number;
  /** Rows drawn below the zoomed frame; deeper ones are one stand-in. */
  readonly maxRows: number;
  /** Frames and stand-ins that are drawn at most, more or less. */
  readonly maxFrames: number;
}

/** Callers of the zoomed frame that are drawn, the root always among them. */
const MAX_CALLERS = 24;
const LEAST_PIXELS = 1;
/** By what the least width grows while there are too many frames, and up to where. */
const WIDER = 1.5;
const WIDEST_LEAST = 12;

export interface VisibleTree {
  readonly root: VisibleFrame;
  /** Rows from the root frame on. */
  readonly rows: number;
  readonly frames: number;
}

export function seeTree(tree: FlameTree, view: Viewport): VisibleTree {
  for (let least = LEAST_PIXELS; ; least *= WIDER) {
    const seen = new Seer(tree, view, least).see();
    if (seen.frames <= view.maxFrames || least > WIDEST_LEAST) return seen;
  }
}

/** What a zoom spans: the widths of the frame, or of the neighbours. */
export function zoomedWidth({ widths, ends }: FlameTree, zoomed: number, until: number): number {
  let width = 0;
  for (let node = zoomed; node < until; node = ends[node]) width += widths[node];
  return width;
}

/** The callers of a frame that are drawn: all, or the root and the nearest ones. */
export function shownCallers(tree: FlameTree, node: number): number[] {
  const callers = callersOf(tree, node);
  return callers.length <= MAX_CALLERS ? callers : [callers[0], ...callers.slice(1 - MAX_CALLERS)];
}

class Seer {
  private readonly tree: FlameTree;
  private readonly view: Viewport;
  private readonly value: number;
  private readonly least: number;
  private rows = 1;
  private frames = 0;

  constructor(tree: FlameTree, view: Viewport, pixels: number) {
    this.tree = tree;
    this.view = view;
    this.value = zoomedWidth(tree, view.zoomed, view.until);
    this.least = (this.value / view.width) * pixels;
  }

  see(): VisibleTree {
    const { tree, view, value } = this;
    const several = view.until > tree.ends[view.zoomed];
    const chain = shownCallers(tree, view.zoomed).map((node) => this.frame(node, value, true));
    if (!several) chain.push(this.frame(view.zoomed, value, false));
    for (let i = 0; i + 1 < chain.length; i++) chain[i].children.push(chain[i + 1]);
    this.rows = chain.length;
    // The callees of what the chain ends in: all of the zoomed frame's, or the neighbours.
    this.addCallees(chain, several ? view.zoomed : view.zoomed + 1, several ? 1 : 0);
    return { root: chain[0], rows: this.rows, frames: this.frames };
  }

  /** Callers come first in the tree, so one pass with the open frames of each row will do. */
  private addCallees(chain: readonly VisibleFrame[], from: number, above: number): void {
    const { tree, view, least } = this;
    const { depths, ends, widths } = tree;
    const base = depths[view.zoomed] - above;
    const open: VisibleFrame[] = [chain[chain.length - 1]];
    for (let node = from; node < view.until; ) {
      const row = depths[node] - base;
      const into = open[row - 1];
      if (widths[node] < least || row > view.maxRows) {
        this.addRest(into, node, chain.length + row);
        node = ends[node];
        continue;
      }
      const frame = this.frame(node, widths[node], false);
      into.children.push(frame);
      open[row] = frame;
      if (row + chain.length > this.rows) this.rows = row + chain.length;
      node++;
    }
  }

  /** `rows` there are if it can be seen. */
  private addRest(into: VisibleFrame, node: number, rows: number): void {
    const value = this.tree.widths[node];
    if (value <= 0) return;
    const count = this.tree.ends[node] - node;
    const last = into.children[into.children.length - 1];
    if (last !== undefined && last.rest > 0) {
      into.children[into.children.length - 1] = { ...last, rest: last.rest + count, value: last.value + value };
    } else {
      into.children.push({ node, rest: count, value, children: [], fade: false });
    }
    if (last === undefined || last.rest === 0) this.frames++;
    if (into.children[into.children.length - 1].value >= this.least) this.rows = Math.max(this.rows, rows);
  }

  private frame(node: number, value: number, fade: boolean): VisibleFrame {
    this.frames++;
    return { node, rest: 0, value, children: [], fade };
  }
}

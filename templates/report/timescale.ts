/** Where times and lanes stand in the page's timeline. */

import type { TimelinePicture, View } from '../../src/render/timeline/picture.ts';
import { pointIn } from '../flamegraph/dom.ts';

/** Pixels at the left and right of the written picture that the page has no use for. */
export const MARGIN = 24;
/** Nothing shorter is looked at. */
const LEAST_NS = 200;

/** The picture as wide as the page. */
export function fitPicture(picture: TimelinePicture, width: number): TimelinePicture {
  const { layout } = picture;
  const right = layout.width - layout.left - layout.plot;
  const whole = width + 2 * MARGIN;
  return { ...picture, layout: { ...layout, width: whole, plot: Math.max(100, whole - layout.left - right) } };
}

/** A part of the time that lies within the whole and is not too short. */
export function moveView({ ns }: TimelinePicture, { from, to }: View): View {
  const length = Math.min(ns, Math.max(LEAST_NS, to - from));
  const begin = Math.max(0, Math.min(ns - length, (from + to) / 2 - length / 2));
  return { from: begin, to: begin + length };
}

export class TimeScale {
  private readonly picture: TimelinePicture;
  private readonly view: View;

  constructor(picture: TimelinePicture, view: View) {
    this.picture = picture;
    this.view = view;
  }

  point(svg: SVGSVGElement, event: MouseEvent): { x: number; y: number } {
    return pointIn(svg, event);
  }

  timeAt(x: number): number {
    const { left, plot } = this.picture.layout;
    const { from, to } = this.view;
    const time = from + ((x - left) / plot) * (to - from);
    return Math.max(0, Math.min(this.picture.ns, time));
  }

  isInPlot(x: number, y: number): boolean {
    const { left, plot, collector, axis } = this.picture.layout;
    return x >= left && x <= left + plot && y >= collector && y <= axis;
  }

  /** The index of the lane, -1 between and beside them. */
  laneAt(y: number): number {
    const { layout, procs } = this.picture;
    const lane = Math.floor((y - layout.lanes) / layout.step);
    return lane >= 0 && lane < procs.length && y - layout.lanes - lane * layout.step <= layout.lane ? lane : -1;
  }
}

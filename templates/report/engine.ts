/** d3-flame-graph as the page uses it: it lays out and draws the frames that can be seen; all else is done around it. */

import flamegraph, { type FlameChart, type LaidFrame } from 'd3-flame-graph';
import { select } from 'd3-selection';
import type { VisibleFrame, VisibleTree } from './visible.ts';

export interface Drawing {
  readonly width: number;
  readonly row: number;
  /** Roots at the top. */
  readonly icicle: boolean;
  readonly fill: (frame: VisibleFrame) => string;
  /** What fits on a frame of that many pixels. */
  readonly label: (frame: VisibleFrame, pixels: number) => string;
}

/** A frame as it stands: its element, and its place in pixels from the drawing's left upper corner. */
export interface DrawnFrame {
  readonly element: SVGGElement;
  readonly frame: VisibleFrame;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Frames have to be wider than this; stand-ins that keep others in their places may be narrower. */
const LEAST_PIXELS = 0.999;

export class FlameEngine {
  private readonly host: HTMLElement;
  private chart: FlameChart<VisibleFrame> | null = null;
  private drawing: Drawing | null = null;

  constructor(host: HTMLElement) {
    this.host = host;
  }

  draw(tree: VisibleTree, drawing: Drawing): DrawnFrame[] {
    this.drawing = drawing;
    const height = tree.rows * drawing.row;
    const first = this.chart === null;
    this.chart ??= this.makeChart();
    this.chart.width(drawing.width).height(height).cellHeight(drawing.row).inverted(drawing.icicle);
    if (first) select(this.host).datum(tree.root).call(this.chart);
    else this.chart.update(tree.root);
    const svg = this.host.querySelector('svg') as SVGSVGElement;
    svg.setAttribute('height', String(height));
    svg.setAttribute('aria-hidden', 'true');
    return this.collect(svg, drawing, height);
  }

  private makeChart(): FlameChart<VisibleFrame> {
    const silent = Object.assign(() => silent, { show: () => silent, hide: () => silent }) as never;
    return flamegraph<VisibleFrame>()
      .transitionDuration(0)
      .minFrameSize(LEAST_PIXELS)
      .tooltip(silent)
      .getName((laid) => this.drawing?.label(laid.data, (laid.x1 - laid.x0) * this.drawing.width) ?? '')
      .setColorMapper((laid) => this.drawing?.fill(laid.data) ?? '');
  }

  private collect(svg: SVGSVGElement, { width, row, icicle }: Drawing, height: number): DrawnFrame[] {
    const drawn: DrawnFrame[] = [];
    for (const element of svg.querySelectorAll<SVGGElement>(':scope > g')) {
      const laid = (element as unknown as { __data__: LaidFrame<VisibleFrame> }).__data__;
      const y = icicle ? laid.depth * row : height - (laid.depth + 1) * row;
      drawn.push({ element, frame: laid.data, x: laid.x0 * width, y, width: (laid.x1 - laid.x0) * width });
    }
    return drawn;
  }
}

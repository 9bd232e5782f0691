/** The part of d3-flame-graph that the page uses; the package has no types of its own. */
declare module 'd3-flame-graph' {
  /** A frame as the chart has laid it out: `x0` and `x1` are shares of the width. */
  export interface LaidFrame<T> {
    readonly data: T;
    readonly x0: number;
    readonly x1: number;
    readonly depth: number;
    readonly parent: LaidFrame<T> | null;
  }
  interface Tooltip {
    (): unknown;
    show(): unknown;
    hide(): unknown;
  }
  export interface FlameChart<T> {
    (selection: unknown): void;
    width(pixels: number): this;
    height(pixels: number): this;
    cellHeight(pixels: number): this;
    inverted(on: boolean): this;
    minFrameSize(pixels: number): this;
    transitionDuration(ms: number): this;
    getName(name: (frame: LaidFrame<T>) => string): this;
    setColorMapper(color: (frame: LaidFrame<T>) => string): this;
    tooltip(tooltip: Tooltip): this;
    update(data: T): this;
  }
  export default function flamegraph<T>(): FlameChart<T>;
}
declare module 'd3-selection' {
  export const selection: { prototype: object };
  export function select(element: Element): { datum(data: unknown): { call(chart: unknown): unknown } };
}

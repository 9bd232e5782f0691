/** What a picture of a timeline is drawn from: the same when it is written and when its script zooms. */

/** Times by P in which it was not idle, exact. Nanoseconds since the picture's begin. */
export interface SpanLanes {
  readonly kind: 'spans';
  /** By P: its first span, and behind the last P's where all end. */
  readonly first: ArrayLike<number>;
  readonly state: ArrayLike<number>;
  readonly start: ArrayLike<number>;
  readonly end: ArrayLike<number>;
  /** Index into `goroutines`, -1 for nobody. */
  readonly holder: ArrayLike<number>;
  readonly goroutines: readonly { readonly id: number; readonly entry: string }[];
}

/** Shares by P and shown state, over equal slices. */
export interface SliceLanes {
  readonly kind: 'slices';
  readonly sliceNs: number;
  readonly count: number;
  /** What stands for a whole slice. */
  readonly unit: number;
  /** By P, then by shown state; null for a state that does not occur. */
  readonly shares: readonly (readonly (ArrayLike<number> | null)[])[];
}

/** Times that something lasted: one by one as [from, to, …], or as its share of slices. */
export type Cover =
  | { readonly kind: 'times'; readonly times: readonly number[] }
  | { readonly kind: 'slices'; readonly sliceNs: number; readonly shares: ArrayLike<number> };

export interface PictureProc {
  readonly id: number;
  /** When it exists: [from, to, …]. */
  readonly present: readonly number[];
  /** Share of that time in which it was not idle. */
  readonly busy: number;
}

export interface PictureHotspot {
  readonly rank: number;
  /** Index into the list of Ps; -1 for one that is not drawn. */
  readonly lane: number;
  readonly from: number;
  readonly to: number;
  /** What it was; with a question mark where that is not sure. */
  readonly kind: string;
  readonly goroutine: number;
  readonly entry: string;
  readonly starved: string;
}

/** Values by slice. NaN stands for none; null for a strip that is not drawn. */
export interface PictureStrips {
  readonly sliceNs: number;
  readonly count: number;
  readonly runnableMean: ArrayLike<number>;
  readonly runnableMax: ArrayLike<number>;
  /** Idle Ps, on average, while somebody waited for one. */
  readonly idleWaited: ArrayLike<number>;
  readonly heap: ArrayLike<number> | null;
  readonly goal: ArrayLike<number> | null;
}

/** Where things stand, in pixels. */
export interface TimelineLayout {
  readonly width: number;
  readonly height: number;
  /** The part in which time runs. */
  readonly left: number;
  readonly plot: number;
  /** Top of the row for hotspot markers, and rows in it. */
  readonly marks: number;
  readonly markRows: number;
  /** The row of mark phases and pauses. */
  readonly collector: number;
  /** Top of the first lane, from lane to lane, and height of one; in a lane's smallest steps. */
  readonly lanes: number;
  readonly step: number;
  readonly lane: number;
  readonly levels: number;
  readonly runnable: number;
  readonly waited: number;
  readonly heap: number;
  readonly strip: number;
  /** Where the grid ends and the axis stands. */
  readonly axis: number;
}

export interface TimelinePicture {
  readonly layout: TimelineLayout;
  /** Length of the window, and when it begins, in nanoseconds. */
  readonly ns: number;
  readonly offset: number;
  readonly procs: readonly PictureProc[];
  readonly lanes: SpanLanes | SliceLanes;
  readonly strips: PictureStrips;
  readonly gcMark: Cover;
  readonly stw: Cover;
  /** Reasons of the pauses, where those are listed one by one. */
  readonly stwReasons: readonly string[];
  readonly hotspots: readonly PictureHotspot[];
}

/** The part of a picture that is seen: nanoseconds since its begin. */
export interface View {
  readonly from: number;
  readonly to: number;
}

/**
 * What the script inside an SVG works on: the frames as numbers, written once beside the picture.
 *
 * The frames come callers first. Each is `name weight [up [gap [delta [spare]]]]`, separated by `;`: the index of its
 * name; its weight, which is its width; how many rows it lies above the place right below its predecessor (0, left out: it
 * is called by it); how far it begins behind its left neighbour or caller's begin (left out: 0); its change in a comparison;
 * how much of its width is weight before that is gone.
 */

/** Where things stand, in pixels of the picture. */
export interface FlameGeometry {
  /** Left edge and width of the root frame. */
  readonly left: number;
  readonly width: number;
  /** Top of the uppermost row, height of a row, number of rows. */
  readonly top: number;
  readonly row: number;
  readonly rows: number;
  readonly inverted: boolean;
  readonly fontSize: number;
  /** Average width of a character, and whether all have it. */
  readonly charWidth: number;
  readonly fixedPitch: boolean;
  /** Frames are outlined: they are filled areas, not strokes. */
  readonly outlined: boolean;
  readonly cutRight: boolean;
}

export interface FlameFrames {
  readonly count: number;
  readonly names: Int32Array;
  readonly depths: Int32Array;
  readonly starts: Float64Array;
  readonly weights: Float64Array;
  /** Change of the weight in a comparison; null without one. */
  readonly deltas: Float64Array | null;
  /** In a comparison: how much wider the frame is than its weight after; null without one. */
  readonly spare: Float64Array | null;
}

export interface FlameData {
  readonly unit: string;
  /** What everything weighs, in words; empty in a comparison. */
  readonly root: string;
  readonly nametype: string;
  readonly factor: number;
  readonly names: readonly string[];
  readonly geometry: FlameGeometry;
  readonly search: string | null;
  /** The frames carry their change in a comparison. */
  readonly compared: boolean;
  readonly frames: string;
}

export function encodeFrames(frames: FlameFrames): string {
  const { count, names, depths, starts, weights, deltas, spare } = frames;
  const ends: number[] = [];
  let text = '';
  for (let i = 0; i < count; i++) {
    const up = i === 0 ? 0 : depths[i - 1] + 1 - depths[i];
    const expected = i === 0 ? 0 : up === 0 ? starts[i - 1] : ends[depths[i]];
    const gap = starts[i] - expected;
    const delta = deltas === null ? 0 : deltas[i];
    text += `${i === 0 ? '' : ';'}${names[i]} ${weights[i]}`;
    const gone = spare === null ? 0 : spare[i];
    if (gone !== 0) text += ` ${up} ${gap} ${delta} ${gone}`;
    else if (delta !== 0) text += ` ${up} ${gap} ${delta}`;
    else if (gap !== 0) text += ` ${up} ${gap}`;
    else if (up !== 0) text += ` ${up}`;
    ends[depths[i]] = starts[i] + weights[i];
  }
  return text;
}

export function decodeFrames(text: string, compared: boolean): FlameFrames {
  const entries = text.split(';');
  const count = entries.length;
  const names = new Int32Array(count);
  const depths = new Int32Array(count);
  const starts = new Float64Array(count);
  const weights = new Float64Array(count);
  const deltas = compared ? new Float64Array(count) : null;
  const spare = compared ? new Float64Array(count) : null;
  const ends: number[] = [];
  for (let i = 0; i < count; i++) {
    const [name, weight, up = 0, gap = 0, delta = 0, gone = 0] = entries[i].split(' ').map(Number);
    names[i] = name;
    weights[i] = weight;
    depths[i] = i === 0 ? 0 : depths[i - 1] + 1 - up;
    starts[i] = (i === 0 ? 0 : up === 0 ? starts[i - 1] : ends[depths[i]]) + gap;
    if (deltas !== null) deltas[i] = delta;
    if (spare !== null) spare[i] = gone;
    ends[depths[i]] = starts[i] + weights[i];
  }
  return { count, names, depths, starts, weights, deltas, spare };
}

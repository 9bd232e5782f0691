/** The bytes of a page → what it shows. Runs in the browser. */

import type { ProfileWindows } from '../../model/windows.ts';
import type { TimelinePicture } from '../timeline/picture.ts';
import { decodePicture } from '../timeline/timelinedata.ts';
import { isText } from './cells.ts';
import { type ColumnRef, readBytes, readColumn } from './columns.ts';
import type { Fact, Table } from './model.ts';
import type { HotspotText } from './packtimeline.ts';
import { type FlameHeader, HEADER_BYTES, OWNERS, type PageHeader, type TableHeader, type WindowsHeader } from './pageheader.ts';

/** A profile as the page works on it; node 0 is the root, `all`. */
export interface FlameData {
  readonly kind: 'flame';
  readonly unit: string;
  readonly measure: string;
  readonly ordered: boolean;
  readonly count: number;
  readonly depths: Int32Array;
  /** Indexes into the page's texts. */
  readonly texts: Int32Array;
  readonly self: Float64Array;
  readonly before: Float64Array | null;
  readonly sides: Uint8Array | null;
  readonly classes: readonly string[];
  /** By node × class; null where there are no states. */
  readonly byClass: Float64Array | null;
  /** Weights over time: cells of slice `i` from `first[i]` on; their nodes count the root. */
  readonly windows: ProfileWindows | null;
  /** By text of the page: index into {@link OWNERS}; that of texts which are no frames has no meaning. */
  readonly owners: Uint8Array;
}

export interface TableData extends Table {
  readonly kind: 'table';
  readonly title: string;
  readonly about: string;
}

export interface TimelineViewData {
  readonly kind: 'timeline';
  /** How what is too narrow to be drawn is shown. */
  readonly about: string;
  readonly picture: TimelinePicture;
  readonly hotspots: readonly HotspotText[];
}

export interface SubjectData {
  readonly name: string;
  readonly kind: string;
  readonly facts: readonly Fact[];
  readonly views: readonly (FlameData | TableData | TimelineViewData)[];
}

export interface PageData {
  readonly title: string;
  /** See {@link Report.start}. */
  readonly start: string;
  readonly texts: readonly string[];
  readonly subjects: readonly SubjectData[];
}

export function decodeReport(bytes: Uint8Array): PageData {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(HEADER_BYTES, HEADER_BYTES + length))) as PageHeader;
  const body = bytes.subarray(HEADER_BYTES + length);
  const texts = new TextDecoder().decode(readBytes(body, header.strings)).split('\n');
  return {
    title: header.title,
    start: header.start,
    texts,
    subjects: header.subjects.map((subject) => ({
      ...subject,
      views: subject.views.map((view) => {
        if (view.kind === 'flame') return decodeFlame(view, body, texts.length);
        if (view.kind === 'table') return decodeTable(view, body, texts);
        return { ...view, picture: decodePicture(view.picture) };
      }),
    })),
  };
}

function decodeFlame(header: FlameHeader, body: Uint8Array, textCount: number): FlameData {
  const ups = readColumn(body, header.ups);
  const count = ups.length + 1;
  const depths = new Int32Array(count);
  for (let i = 1; i < count; i++) depths[i] = depths[i - 1] + 1 - ups[i - 1];
  const behindRoot = <T extends Int32Array | Float64Array | Uint8Array>(ref: ColumnRef, column: T): T => {
    column.set(readColumn(body, ref), 1);
    return column;
  };
  const owners = new Uint8Array(textCount).fill(OWNERS.indexOf('note'));
  const owned = readColumn(body, header.owned);
  readColumn(body, header.owners).forEach((owner, i) => {
    owners[owned[i]] = owner;
  });
  return {
    kind: 'flame',
    unit: header.unit,
    measure: header.measure,
    ordered: header.ordered,
    count,
    depths,
    texts: behindRoot(header.texts, new Int32Array(count)),
    self: behindRoot(header.self, new Float64Array(count)),
    before: header.before === null ? null : behindRoot(header.before, new Float64Array(count)),
    sides: header.sides === null ? null : behindRoot(header.sides, new Uint8Array(count)),
    classes: header.classes,
    byClass: decodeClasses(header, body, count),
    windows: header.windows === null ? null : decodeWindows(header.windows, body),
    owners,
  };
}

function decodeClasses({ classGaps, classWeights, classes }: FlameHeader, body: Uint8Array, count: number): Float64Array | null {
  if (classGaps === null || classWeights === null) return null;
  const byClass = new Float64Array(count * classes.length);
  const weights = readColumn(body, classWeights);
  let place = classes.length - 1;
  readColumn(body, classGaps).forEach((gap, i) => {
    place += gap + 1;
    byClass[place] = weights[i];
  });
  return byClass;
}

function decodeWindows({ startNs, sliceNs, counts, gaps, weights }: WindowsHeader, body: Uint8Array): ProfileWindows {
  const sizes = readColumn(body, counts);
  const first = new Int32Array(sizes.length + 1);
  const nodes = Int32Array.from(readColumn(body, gaps));
  for (let slice = 0; slice < sizes.length; slice++) {
    first[slice + 1] = first[slice] + sizes[slice];
    // Node 0 is the root, so all others are one further.
    let last = 0;
    for (let cell = first[slice]; cell < first[slice + 1]; cell++) {
      nodes[cell] += last + 1;
      last = nodes[cell];
    }
  }
  return { startNs, sliceNs, count: sizes.length, first, nodes, weights: readColumn(body, weights) };
}

function decodeTable(header: TableHeader, body: Uint8Array, texts: readonly string[]): TableData {
  const textsOf = (ref: ColumnRef) => Array.from(readColumn(body, ref), (id) => texts[id]);
  const lines = textsOf(header.lines);
  const lineCounts = readColumn(body, header.lineCounts);
  let line = 0;
  const all = textsOf(header.blockTitles).map((title, i) => {
    line += lineCounts[i];
    return { title, lines: lines.slice(line - lineCounts[i], line) };
  });
  let block = 0;
  const { kind, title, about, rows, sortBy } = header;
  return {
    kind,
    title,
    about,
    rows,
    sortBy,
    columns: header.columns.map((column) => ({
      title: column.title,
      kind: column.kind,
      values: isText(column.kind) ? textsOf(column.values) : readColumn(body, column.values),
    })),
    blocks: Array.from(readColumn(body, header.blockCounts), (count) => {
      block += count;
      return all.slice(block - count, block);
    }),
    links: textsOf(header.links),
    times: header.times === null ? null : readColumn(body, header.times),
  };
}

/**
 * A report as bytes, and back: four bytes that tell the header's length, the header as JSON, then the columns.
 * Texts stand once, in one list; a profile is its frames in the order callers first, siblings by name. Shared by the
 * writer and by the page's script.
 */

import type { Ownership } from '../../model/names.ts';
import { type Profile, ROOT } from '../../model/profile.ts';
import { linkChildren } from '../../model/walk.ts';
import type { ProfileWindows } from '../../model/windows.ts';
import { rankTexts } from '../layout.ts';
import { stripAnnotation } from '../palettes.ts';
import type { TimelinePicture } from '../timeline/picture.ts';
import { decodePicture } from '../timeline/timelinedata.ts';
import { showControls } from '../xml.ts';
import { type ColumnRef, ColumnWriter, readColumn } from './columns.ts';
import type { CellKind, Fact, FlameReportView, Report, ReportView, Table } from './model.ts';
import { type HotspotText, type PackedTimeline, packTimeline } from './packtimeline.ts';

export const OWNERS: readonly Ownership[] = ['own', 'std', 'runtime', 'other', 'note'];
/** Characters of a text that a page holds. */
const MAX_TEXT = 4096;
const HEADER_BYTES = 4;

// ---- what the header holds ----

interface FlameHeader {
  readonly kind: 'flame';
  readonly unit: string;
  readonly ordered: boolean;
  /** By node: how many rows it lies above the place below its predecessor; the index of its text; weights that end there. */
  readonly ups: ColumnRef;
  readonly texts: ColumnRef;
  readonly self: ColumnRef;
  readonly before: ColumnRef | null;
  readonly sides: ColumnRef | null;
  readonly classes: readonly string[];
  /** Cells of the table node × class that are not 0: gaps between their places, and their weights. */
  readonly classGaps: ColumnRef | null;
  readonly classWeights: ColumnRef | null;
  readonly windows: WindowsHeader | null;
  /** By text that is in use, in ascending order: whose code it is. */
  readonly owned: ColumnRef;
  readonly owners: ColumnRef;
}

interface WindowsHeader {
  readonly startNs: number;
  readonly sliceNs: number;
  /** By slice: its cells. By cell: how far its node lies behind the one before (from -1 on), and its weight. */
  readonly counts: ColumnRef;
  readonly gaps: ColumnRef;
  readonly weights: ColumnRef;
}

interface TableHeader {
  readonly kind: 'table';
  readonly title: string;
  readonly about: string;
  readonly rows: number;
  readonly sortBy: number;
  readonly columns: readonly { readonly title: string; readonly kind: CellKind; readonly values: ColumnRef }[];
  /** By row: number of blocks. By block: its title and number of lines. By line: its text. */
  readonly blockCounts: ColumnRef;
  readonly blockTitles: ColumnRef;
  readonly lineCounts: ColumnRef;
  readonly lines: ColumnRef;
  readonly links: ColumnRef;
  readonly times: ColumnRef | null;
}

interface Header {
  readonly title: string;
  readonly strings: ColumnRef;
  readonly subjects: readonly {
    readonly name: string;
    readonly kind: string;
    readonly facts: readonly Fact[];
    readonly views: readonly (FlameHeader | TableHeader | PackedTimeline)[];
  }[];
}

// ---- writing ----

export function encodeReport(report: Report): Uint8Array {
  const writer = new ReportWriter();
  return writer.write(report);
}

class ReportWriter {
  private readonly columns = new ColumnWriter();
  private readonly strings: string[] = [''];
  private readonly ids = new Map<string, number>([['', 0]]);

  write(report: Report): Uint8Array {
    const subjects = report.subjects.map(({ name, kind, facts, views }) => ({
      name: showControls(name),
      kind,
      facts: facts.map(({ text, tone }) => ({ text: showControls(text), tone })),
      views: views.map((view) => this.view(view)),
    }));
    const strings = this.columns.numbers(new TextEncoder().encode(this.strings.join('\n')));
    const header: Header = { title: showControls(report.title), strings, subjects };
    const head = new TextEncoder().encode(JSON.stringify(header));
    const body = this.columns.finish();
    const bytes = new Uint8Array(HEADER_BYTES + head.length + body.length);
    new DataView(bytes.buffer).setUint32(0, head.length, true);
    bytes.set(head, HEADER_BYTES);
    bytes.set(body, HEADER_BYTES + head.length);
    return bytes;
  }

  private view(view: ReportView): FlameHeader | TableHeader | PackedTimeline {
    if (view.kind === 'flame') return this.flame(view);
    if (view.kind === 'timeline') return packTimeline(view);
    return this.table(view.table, { title: view.title, about: view.about });
  }

  private text(text: string): number {
    let id = this.ids.get(text);
    if (id === undefined) {
      const clean = showControls(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text);
      id = this.strings.push(clean) - 1;
      this.ids.set(text, id);
    }
    return id;
  }

  private flame({ profile, ordered, windows = null }: FlameReportView): FlameHeader {
    const { columns } = this;
    const order = orderNodes(profile, ordered);
    const { nodes, ups } = order;
    const { before, sides, byClass, classes, owners, self, labels } = profile;
    const textOf = profile.texts.map((text) => this.text(stripAnnotation(text)));
    const owned = [...new Set(textOf)].sort((a, b) => a - b);
    const ownerOf = new Map(textOf.map((id, i) => [id, OWNERS.indexOf(owners?.[i] ?? 'own')]));
    const pick = (from: ArrayLike<number>) => columns.numbers(Float64Array.from(nodes, (node) => from[node]));
    const cells = byClass === null ? null : classCells(byClass, nodes, classes.length);
    return {
      kind: 'flame',
      unit: showControls(profile.unit),
      ordered,
      ups: columns.numbers(ups),
      texts: columns.numbers(Float64Array.from(nodes, (node) => textOf[labels[node]])),
      self: pick(self),
      before: before === null ? null : pick(before),
      sides: sides === null ? null : pick(sides),
      classes,
      classGaps: cells === null ? null : columns.numbers(cells.gaps),
      classWeights: cells === null ? null : columns.numbers(cells.weights),
      windows: windows === null ? null : this.windows(windows, nodes),
      owned: columns.numbers(owned),
      owners: columns.numbers(owned.map((id) => ownerOf.get(id) ?? 0)),
    };
  }

  private windows({ startNs, sliceNs, count, first, nodes, weights }: ProfileWindows, order: Int32Array): WindowsHeader {
    const placeOf = new Int32Array(order.length);
    order.forEach((node, place) => {
      placeOf[node] = place;
    });
    const counts = Array.from({ length: count }, (_, slice) => first[slice + 1] - first[slice]);
    const gaps: number[] = [];
    const sorted: number[] = [];
    for (let slice = 0; slice < count; slice++) {
      let last = -1;
      const cells = Array.from({ length: counts[slice] }, (_, i) => first[slice] + i);
      for (const cell of cells.sort((a, b) => placeOf[nodes[a]] - placeOf[nodes[b]])) {
        gaps.push(placeOf[nodes[cell]] - last - 1);
        sorted.push(weights[cell]);
        last = placeOf[nodes[cell]];
      }
    }
    const { columns } = this;
    return {
      startNs,
      sliceNs,
      counts: columns.numbers(counts),
      gaps: columns.numbers(gaps),
      weights: columns.numbers(sorted),
    };
  }

  private table(
    { rows, sortBy, columns, blocks, links, times = null }: Table,
    { title, about }: { title: string; about: string },
  ): TableHeader {
    const texts = (list: readonly string[]) => this.columns.numbers(list.map((text) => this.text(text)));
    const all = blocks.flat();
    return {
      kind: 'table',
      title,
      about,
      rows,
      sortBy,
      columns: columns.map((column) => ({
        title: column.title,
        kind: column.kind,
        values: column.values instanceof Float64Array ? this.columns.numbers(column.values) : texts(column.values),
      })),
      blockCounts: this.columns.numbers(blocks.map((list) => list.length)),
      blockTitles: texts(all.map((block) => block.title)),
      lineCounts: this.columns.numbers(all.map(({ lines }) => lines.length)),
      lines: texts(all.flatMap(({ lines }) => lines)),
      links: texts(links),
      times: times === null ? null : this.columns.numbers(times),
    };
  }
}

/** The nodes callers first, siblings by name or, where they are in the order of time, by that. */
function orderNodes(profile: Profile, ordered: boolean): { nodes: Int32Array; ups: Int32Array } {
  const { nodeCount, labels, texts } = profile;
  const { first, next } = linkChildren(profile);
  const ranks = rankTexts(texts);
  const nodes = new Int32Array(nodeCount);
  const ups = new Int32Array(nodeCount);
  const depths = new Int32Array(nodeCount);
  const waiting: number[] = [];
  const push = (parent: number) => {
    const from = waiting.length;
    for (let node = first[parent + 1]; node >= 0; node = next[node]) waiting.push(node);
    if (waiting.length - from < 2) return;
    const children = waiting.splice(from).reverse();
    waiting.push(...(ordered ? children : children.sort((a, b) => ranks[labels[b]] - ranks[labels[a]])));
  };
  push(ROOT);
  let count = 0;
  let deepest = 0;
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const parent = profile.parents[node];
    depths[node] = parent === ROOT ? 1 : depths[parent] + 1;
    nodes[count] = node;
    ups[count++] = deepest + 1 - depths[node];
    deepest = depths[node];
    push(node);
  }
  return { nodes, ups };
}

function classCells(byClass: Float64Array, nodes: Int32Array, width: number): { gaps: number[]; weights: number[] } {
  const gaps: number[] = [];
  const weights: number[] = [];
  let last = -1;
  nodes.forEach((node, place) => {
    for (let k = 0; k < width; k++) {
      const weight = byClass[node * width + k];
      if (weight === 0) continue;
      gaps.push(place * width + k - last - 1);
      weights.push(weight);
      last = place * width + k;
    }
  });
  return { gaps, weights };
}

// ---- reading ----

/** A profile as the page works on it; node 0 is the root, `all`. */
export interface FlameData {
  readonly kind: 'flame';
  readonly unit: string;
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
  readonly texts: readonly string[];
  readonly subjects: readonly SubjectData[];
}

export function decodeReport(bytes: Uint8Array): PageData {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(HEADER_BYTES, HEADER_BYTES + length))) as Header;
  const body = bytes.subarray(HEADER_BYTES + length);
  const texts = new TextDecoder().decode(Uint8Array.from(readColumn(body, header.strings))).split('\n');
  return {
    title: header.title,
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

function isText(kind: CellKind): boolean {
  return kind === 'text' || kind === 'function';
}

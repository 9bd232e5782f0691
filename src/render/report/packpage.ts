/** A report → the bytes that its page holds. */

import { type Profile, ROOT } from '../../model/profile.ts';
import { linkChildren } from '../../model/walk.ts';
import type { ProfileWindows } from '../../model/windows.ts';
import { rankTexts } from '../layout.ts';
import { stripAnnotation } from '../palettes.ts';
import { showControls } from '../xml.ts';
import { ColumnWriter } from './columns.ts';
import type { FlameReportView, Report, ReportView, Table } from './model.ts';
import { type PackedTimeline, packTimeline } from './packtimeline.ts';
import { type FlameHeader, HEADER_BYTES, OWNERS, type PageHeader, type TableHeader, type WindowsHeader } from './pageheader.ts';

/** Characters of a text that a page holds. */
const MAX_TEXT = 4096;

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
    const strings = this.columns.bytesOf(new TextEncoder().encode(this.strings.join('\n')));
    const header: PageHeader = { title: showControls(report.title), start: report.start ?? '', strings, subjects };
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
    // A frame that was put before the stacks may read as a function of the program: that is whose it is then.
    const ownerOf = new Map<number, number>();
    textOf.forEach((id, i) => {
      const owner = owners?.[i] ?? 'own';
      if (owner !== 'note' || !ownerOf.has(id)) ownerOf.set(id, OWNERS.indexOf(owner));
    });
    const pick = (from: ArrayLike<number>) => columns.numbers(Float64Array.from(nodes, (node) => from[node]));
    const cells = byClass === null ? null : classCells(byClass, nodes, classes.length);
    return {
      kind: 'flame',
      unit: showControls(profile.unit),
      measure: showControls(profile.measure),
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
    if (!ordered) children.sort((a, b) => ranks[labels[b]] - ranks[labels[a]]);
    // One by one: a call takes no hundred thousand arguments.
    for (const child of children) waiting.push(child);
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

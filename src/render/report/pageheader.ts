/**
 * A report as bytes: four bytes that tell the header's length, the header as JSON, then the columns. Texts stand once, in
 * one list, and are told by their index; a profile is its frames in the order callers first, siblings by name.
 * `packpage.ts` writes it, `pagedata.ts` reads it in the browser.
 */

import type { Ownership } from '../../model/names.ts';
import type { ColumnRef } from './columns.ts';
import type { CellKind, Fact } from './model.ts';
import type { PackedTimeline } from './packtimeline.ts';

export const HEADER_BYTES = 4;
/** Whose code a text is, by the number that stands for it. */
export const OWNERS: readonly Ownership[] = ['own', 'std', 'runtime', 'other', 'note'];

export interface FlameHeader {
  readonly kind: 'flame';
  readonly unit: string;
  /** What was weighed, as it stands behind an amount; may be empty. */
  readonly measure: string;
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

export interface WindowsHeader {
  readonly startNs: number;
  readonly sliceNs: number;
  /** By slice: its cells. By cell: how far its node lies behind the one before (from -1 on), and its weight. */
  readonly counts: ColumnRef;
  readonly gaps: ColumnRef;
  readonly weights: ColumnRef;
}

export interface TableHeader {
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

export interface PageHeader {
  readonly title: string;
  readonly start: string;
  readonly strings: ColumnRef;
  readonly subjects: readonly {
    readonly name: string;
    readonly kind: string;
    readonly facts: readonly Fact[];
    readonly views: readonly (FlameHeader | TableHeader | PackedTimeline)[];
  }[];
}

/**
 * What a report shows: subjects (an input, several merged, or a comparison), each with its views. A view is a kind and
 * its data; what reads an input decides which views there are, the page shows what it is given.
 */

import type { Profile } from '../../model/profile.ts';
import type { StackTable } from '../../model/stacks.ts';
import type { Timeline } from '../../model/timeline.ts';
import type { ProfileWindows } from '../../model/windows.ts';

export interface Report {
  readonly title: string;
  /** The program and its version. */
  readonly generator: string;
  readonly subjects: readonly ReportSubject[];
  /** What the page shows when its address says nothing: keys and values as they stand in the address (`color=state`). */
  readonly start?: string;
}

export interface ReportSubject {
  /** The file's name, or how the subject is called. */
  readonly name: string;
  /** `goroutine dump`, `race reports`, … */
  readonly kind: string;
  readonly facts: readonly Fact[];
  readonly views: readonly ReportView[];
}

/** One line of what a person wants to know first. */
export interface Fact {
  readonly text: string;
  readonly tone: 'plain' | 'alarm' | 'warning';
}

export type ReportView = FlameReportView | TableReportView | TimelineReportView;

export interface FlameReportView {
  readonly kind: 'flame';
  readonly profile: Profile;
  /** The stacks are in the order of time. */
  readonly ordered: boolean;
  /** What the stacks weigh in each slice of time, where that is known. */
  readonly windows?: ProfileWindows | null;
}

/** The Ps of a trace over time. */
export interface TimelineReportView {
  readonly kind: 'timeline';
  readonly timeline: Timeline;
  /** Stacks of the hotspots are ids into it. */
  readonly stacks: StackTable;
}

export interface TableReportView {
  readonly kind: 'table';
  /** Of the tab: `Goroutines`. Unique within the subject. */
  readonly title: string;
  /** A sentence about what a row is. */
  readonly about: string;
  readonly table: Table;
}

/**
 * What the cells of a column are: a number, nanoseconds, a share of 1; the same two with their sign, where they are changes;
 * text, a number as text with its unit, or the text of a frame.
 */
export type CellKind = 'count' | 'duration' | 'share' | 'change' | 'duration change' | 'text' | 'amount' | 'function';

export interface TableColumn {
  readonly title: string;
  readonly kind: CellKind;
  /** By row. */
  readonly values: Float64Array | readonly string[];
}

/** Lines that belong together, below a row that is opened: a stack, one side of a race. */
export interface Block {
  readonly title: string;
  readonly lines: readonly string[];
}

export interface Table {
  readonly rows: number;
  /** Column that rows are sorted by at first (largest first), or -1 for the order given. */
  readonly sortBy: number;
  readonly columns: readonly TableColumn[];
  /** By row; none where rows cannot be opened. */
  readonly blocks: readonly (readonly Block[])[];
  /** By row: the frame's text that shows the row in the flame view, '' for none. */
  readonly links: readonly string[];
  /** By row: begin and end on the timeline, in nanoseconds; null where rows have no time. */
  readonly times?: Float64Array | null;
}

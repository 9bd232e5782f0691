/** What the page and its views know of each other. */

import type { KeyGroup } from './keys.ts';
import type { TimeSpan, ViewState } from './state.ts';

export interface PageView {
  /** Of the tab. */
  readonly title: string;
  readonly element: HTMLElement;
  /** Shows a state; the element stands in the page when it is called. */
  show(state: ViewState): void;
  /** What keys do in this view. */
  readonly keys: readonly KeyGroup[];
  /** A key that only some place in the view understands; true if it did. */
  press?(event: KeyboardEvent): boolean;
}

export interface PageLink {
  readonly state: ViewState;
  /** `step`: the browser's Back returns to what was shown before. */
  change(patch: Partial<ViewState>, step?: boolean): void;
  /** Goes to the flame view, changed so. */
  showInFlame(patch: Partial<ViewState>): void;
  /** Selects a window of the timeline that a table belongs to, and shows it. */
  showInTimeline(window: TimeSpan, table: string): void;
  /** Tells those who do not see the page. */
  announce(text: string): void;
}

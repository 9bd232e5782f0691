/** What the line engine and the text formats agree on. */

import type { Problem } from '../../base/errors.ts';
import type { EvidenceSink, Part } from '../../model/evidence.ts';
import type { TestPosition } from '../../model/snapshot.ts';
import type { StackTable } from '../../model/stacks.ts';

/** What all machines of an input share. */
export interface ReadContext {
  readonly stacks: StackTable;
  readonly sink: EvidenceSink;
  readonly keepArguments: boolean;
  /** Parts in the order in which they begin. */
  openPart(part: Part): void;
  report(problem: Problem): void;
}

/**
 * Recognises one format in the lines of one stream. `text` is a line's content: without transport prefix, line end
 * and colours, but with its indentation. `line` is its number in the input.
 */
export interface TextMachine {
  /** Whether evidence is open, so that this machine is asked first. */
  readonly active: boolean;
  /** Offers a line; true when it was evidence of this format. */
  take(text: string, line: number): boolean;
  /** A line came, while this machine is active, that no machine wanted. */
  foreign(text: string, line: number): void;
  /** Another machine opened evidence of its own. */
  interrupt(): void;
  /** The stream ends; `cut` when its last line had no line end. */
  finish(cut: boolean): void;
}

/** Tells where in the output of `go test` the current line stands. */
export interface TestTracker {
  position(): TestPosition;
}

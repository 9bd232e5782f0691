/** The one way in: bytes of any recognised input go in, its evidence comes out. */

import type { Evidence, EvidenceSink } from '../model/evidence.ts';
import type { StackTable } from '../model/stacks.ts';

/** Formats that `--from` can name. */
export const TEXT_FORMATS = ['folded', 'goroutine-dump', 'goroutine-profile', 'race-report', 'go-test'] as const;
export type FormatName = (typeof TEXT_FORMATS)[number];

export interface ReaderOptions {
  /** Only this format is looked for; all of them by default. */
  readonly from?: FormatName;
  /** Keep the argument texts of frames: more memory and time. */
  readonly keepArguments?: boolean;
}

export declare class InputReader {
  /** Where the stacks of all that the sink is given live; grows while reading. */
  readonly stacks: StackTable;
  constructor(sink: EvidenceSink, options?: ReaderOptions);
  /** Takes decompressed bytes. @throws InputError when it is certain that the input is nothing to read. */
  push(chunk: Uint8Array): void;
  /** Ends the input. @throws InputError when nothing was found in it. */
  end(): Evidence;
}
